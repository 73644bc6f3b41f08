//! Layers of settings: a TOML file below, the command line above, each value with its origin for errors.

use super::kind::Kind;
use super::row::Row;
use super::table::Settings;
use crate::error::{Error, SettingError};
use crate::text::read_text;
use echo_data::AnyTask;
use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;
use toml::{Table, Value};

/// Some settings and where each comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    values: Table,
    /// File and line of those that come from a file.
    origins: HashMap<String, String>,
}

impl Layer {
    /// These settings, of known names; what is wrong with a value is found when they are [resolved](Self::resolve).
    #[must_use]
    pub fn from_values(values: Table) -> Self {
        Self { values, origins: HashMap::new() }
    }

    /// The same settings, which `origin` has given.
    #[must_use]
    pub(crate) fn given_by(mut self, origin: &str) -> Self {
        self.origins = self.values.keys().map(|setting| (setting.clone(), origin.to_owned())).collect();
        self
    }

    /// The settings in a TOML file. Paths in it count from its own folder.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Setting`] with the line for what is no TOML, an unknown name or a wrong type.
    pub fn from_toml_file(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self::from_toml(&text, &path.display().to_string(), folder)?)
    }

    /// The settings in TOML text; `name` stands for it in errors, and paths in it count from `folder`.
    ///
    /// # Errors
    /// A [`SettingError`] with the line for what is no TOML, an unknown name or a wrong type.
    pub fn from_toml(text: &str, name: &str, folder: &Path) -> Result<Self, SettingError> {
        let values: Table = text.parse().map_err(|error| not_toml(&error, text, name))?;
        let lines = lines_of_keys(text);
        let mut layer = Self::default();
        for (key, value) in values {
            let origin = format!("{name}:{}", lines.get(&key).unwrap_or(&1));
            layer.insert(&key, value, Some(origin), folder)?;
        }
        Ok(layer)
    }

    /// Adds a setting, or replaces it. A relative path counts from `folder`.
    ///
    /// # Errors
    /// A [`SettingError`] for an unknown name, with the nearest known one, or a wrong type.
    pub fn insert(
        &mut self,
        setting: &str,
        mut value: Value,
        origin: Option<String>,
        folder: &Path,
    ) -> Result<(), SettingError> {
        let located = |error| SettingError { origin: origin.clone(), ..error };
        if holds_paths(setting) {
            relocate(&mut value, folder)
                .map_err(|problem| located(SettingError::new(setting, format!("{setting} is {value}: {problem}"))))?;
        }
        check_type(setting, &value).map_err(located)?;
        self.values.insert(setting.to_owned(), value);
        self.origins.remove(setting);
        self.origins.extend(origin.map(|origin| (setting.to_owned(), origin)));
        Ok(())
    }

    /// Sets a setting to a value of the right type, which is not checked again until all are; `origin` is its file and
    /// line.
    pub fn put(&mut self, setting: &str, value: Value, origin: &str) {
        self.values.insert(setting.to_owned(), value);
        self.origins.insert(setting.to_owned(), origin.to_owned());
    }

    /// These settings with those of `upper` laid over them. What has a meaning, or its value, only beside a setting that is
    /// replaced goes with it: series files bring their own length, another optimizer has its own constants, and so on.
    #[must_use]
    pub fn overlaid(mut self, upper: &Self) -> Self {
        for (setting, value) in &upper.values {
            if self.values.get(setting) != Some(value) {
                let gone: Vec<_> = Settings::rows().iter().filter(|row| !self.outlasts(row, setting, value)).collect();
                for row in gone {
                    self.values.remove(row.name);
                    self.origins.remove(row.name);
                }
            }
        }
        for (setting, value) in &upper.values {
            self.values.insert(setting.clone(), value.clone());
            self.origins.remove(setting);
        }
        self.origins.extend(upper.origins.clone());
        self
    }

    /// Whether a setting of this layer stays although `setting` becomes `value`.
    fn outlasts(&self, row: &Row, setting: &str, value: &Value) -> bool {
        let Some(own) = self.values.get(row.name) else { return true };
        if row.replaced_by.contains(&setting) {
            return false;
        }
        // Where that was not given in this layer, it was given for the value that is only named now.
        let old = self.values.get(setting).cloned().or_else(|| unwritten(setting));
        let Some(old) = old.filter(|_| row.beside.contains(&setting)) else { return true };
        // What was chosen, and is not just the default beside the old one, stays where it is not what is wrong now.
        let [before, now] = [&old, value].map(|value| Table::from_iter([(setting.to_owned(), value.clone())]));
        let default = Settings::filled(&before).ok().and_then(|settings| settings.to_table().get(row.name).cloned());
        let is_wrong = |mut beside: Table| {
            beside.insert(row.name.to_owned(), own.clone());
            Settings::from_table(&beside).is_err_and(|error| error.setting == row.name)
        };
        default.as_ref() != Some(own) && (is_wrong(before) || !is_wrong(now))
    }

    /// The settings in it, in the order in which they were first added.
    #[must_use]
    pub fn values(&self) -> &Table {
        &self.values
    }

    /// Whether it gives every one of these settings.
    pub(crate) fn is_all_of(&self, settings: &Settings) -> bool {
        settings.to_table() == self.values
    }

    /// Fills in defaults and checks everything.
    ///
    /// # Errors
    /// A [`SettingError`] for the first setting that cannot be, with its file and line if it comes from one.
    pub fn resolve(&self) -> Result<Settings, SettingError> {
        let resolved = Settings::from_table(&self.values);
        resolved.map_err(|error| SettingError { origin: self.origins.get(&error.setting).cloned(), ..error })
    }
}

/// The settings in TOML text, whose relative paths count from the current folder.
impl FromStr for Settings {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        Layer::from_toml(text, "settings", Path::new(""))?.resolve()
    }
}

/// What a setting is that files do not name.
fn unwritten(setting: &str) -> Option<Value> {
    let default = AnyTask::default();
    (setting == "task").then(|| Value::String(default.task().name().to_owned()))
}

/// Whether a setting's values are paths.
#[must_use]
pub fn holds_paths(setting: &str) -> bool {
    Settings::row(setting).is_ok_and(|row| matches!(row.kind, Kind::File | Kind::Files))
}

/// The line, counted from 1, of a place in a text.
#[must_use]
pub fn line_of(text: &str, place: usize) -> usize {
    1 + text.bytes().take(place).filter(|&byte| byte == b'\n').count()
}

/// An error for text that is no TOML.
#[must_use]
pub fn not_toml(error: &toml::de::Error, text: &str, name: &str) -> SettingError {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    let message = error.message().replace('\n', "; ");
    SettingError { origin: Some(format!("{name}:{line}")), ..SettingError::new("", message) }
}

/// The line of each top-level key of a TOML document.
fn lines_of_keys(text: &str) -> HashMap<String, usize> {
    let Ok(table) = toml::de::DeTable::parse(text) else { return HashMap::new() };
    table.get_ref().keys().map(|key| (key.get_ref().to_string(), line_of(text, key.span().start))).collect()
}

/// Whether a setting of this name can have this value.
fn check_type(setting: &str, value: &Value) -> Result<(), SettingError> {
    let is_section = value.is_table() || value.as_array().is_some_and(|list| list.iter().any(Value::is_table));
    let row = Settings::row(setting).map_err(|error| match is_section {
        true => SettingError::new(setting, format!("unknown section `{setting}`: settings stand without sections")),
        false => error,
    })?;
    row.kind.mistyped(setting, value).map_or(Ok(()), |problem| Err(SettingError::new(setting, problem)))
}

/// Makes the relative paths in a value, which count from `folder`, absolute.
fn relocate(value: &mut Value, folder: &Path) -> Result<(), String> {
    match value {
        Value::String(path) => *path = absolute(&folder.join(&*path))?,
        Value::Array(paths) => paths.iter_mut().try_for_each(|path| relocate(path, folder))?,
        _ => {}
    }
    Ok(())
}

/// An absolute path as text, which is all that a settings file can hold.
pub(super) fn absolute(path: &Path) -> Result<String, String> {
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    path.into_os_string().into_string().map_err(|_| "its absolute path must be UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_two_settings_that_decide_the_same_replaces_the_other() {
        let layer = |text| Layer::from_toml(text, "it", Path::new("")).unwrap();
        let units = |below, above| layer(below).overlaid(&layer(above)).resolve().unwrap().state_size;
        assert_eq!(units("max_parameters = 500", "state_size = 3"), 3);
        assert_eq!(units("state_size = 3", "max_parameters = 500"), units("", "max_parameters = 500"));
        let both = layer("state_size = 3\nmax_parameters = 500").resolve().unwrap_err();
        assert_eq!(both.setting, "state_size");
    }
}
