//! Layers of settings: a TOML file below, the command line above, each value with its origin for errors.

use crate::choices::ScheduleKind;
use crate::error::{Error, SettingError};
use crate::raw::RawSettings;
use crate::settings::Settings;
use crate::settings::default_decay_factor;
use crate::text::read_text;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use toml::{Table, Value};

pub use crate::synonyms::nearest;

/// Some settings and where each comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    values: Table,
    /// File and line of those that come from a file.
    origins: HashMap<String, String>,
}

/// Settings, and those that only have a meaning, or their value, beside them.
const FOLLOWERS: [(&str, &[&str]); 7] = [
    ("series", &["total_series_length"]),
    ("optimizer", &["learning_rate", "momentum", "nesterov", "rms_decay", "beta1", "beta2", "epsilon", "weight_decay"]),
    ("cell", &["init", "forget_bias"]),
    ("num_layers", &["dropout"]),
    ("num_classes", &["class_probabilities"]),
    ("schedule", &["decay_steps", "decay_factor"]),
    ("initial_weights", &["init", "forget_bias"]),
];

/// The settings that hold paths.
pub const PATHS: [&str; 2] = ["series", "initial_weights"];

impl Layer {
    /// The settings given on a command line.
    ///
    /// # Errors
    /// A [`SettingError`] for a path that a settings file could not hold.
    pub fn from_flags(flags: &RawSettings) -> Result<Self, SettingError> {
        let [series, initial_weights] = PATHS;
        let paths = flags.series.iter().flatten().map(|path| (series, path));
        for (setting, path) in paths.chain(flags.initial_weights.iter().map(|path| (initial_weights, path))) {
            absolute(path)
                .map_err(|problem| SettingError::new(setting, format!("{setting} is {}: {problem}", path.display())))?;
        }
        let values = Table::try_from(flags).map_err(|error| SettingError::new("", error.to_string()))?;
        Ok(Self { values, origins: HashMap::new() })
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
        if PATHS.contains(&setting) {
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

    /// These settings with those of `upper` laid over them. What only has a meaning beside a setting that is replaced
    /// goes with it: series files bring their own length, another optimizer has its own constants, and so on.
    #[must_use]
    pub fn overlaid(mut self, upper: &Self) -> Self {
        for (setting, followers) in FOLLOWERS {
            let Some(value) = upper.values.get(setting).filter(|value| self.values.get(setting) != Some(value)) else {
                continue;
            };
            let gone: Vec<_> =
                followers.iter().filter(|follower| !self.outlasts(follower, setting, value)).copied().collect();
            for follower in gone {
                self.values.remove(follower);
                self.origins.remove(follower);
            }
        }
        for (setting, value) in &upper.values {
            self.values.insert(setting.clone(), value.clone());
            self.origins.remove(setting);
        }
        self.origins.extend(upper.origins.clone());
        self
    }

    /// Whether a follower of `setting` stays although that becomes `value`.
    fn outlasts(&self, follower: &str, setting: &str, value: &Value) -> bool {
        let own = self.values.get(follower);
        match (setting, follower) {
            ("series" | "initial_weights", _) => false,
            // It was given for what is only named now.
            _ if !self.values.contains_key(setting) => true,
            ("num_layers", "dropout") => *value != Value::Integer(1),
            ("num_classes", "class_probabilities") => {
                own.and_then(Value::as_array).map(|list| list.len() as i64) == value.as_integer()
            }
            ("schedule", _) if value.as_str() == Some(&*ScheduleKind::Constant.to_string()) => false,
            ("schedule", "decay_steps") => true,
            ("schedule", "decay_factor") => {
                let of = |schedule: &ScheduleKind| {
                    self.values.get(setting).and_then(Value::as_str) == Some(&*schedule.to_string())
                };
                let old = ScheduleKind::value_variants().iter().find(|schedule| of(schedule));
                own.and_then(Value::as_float) != old.map(|schedule| default_decay_factor(*schedule))
            }
            // What was chosen, and is not just the default beside the old one, stays where it has a meaning.
            ("optimizer", _) | ("cell", "init") => {
                let old = self.values.get(setting).map(|old| (setting, old));
                let defaults = checked(old).and_then(|settings| Table::try_from(settings.to_raw()).ok());
                let chosen = defaults.is_none_or(|defaults| defaults.get(follower) != own);
                chosen && checked(own.map(|own| (follower, own)).into_iter().chain([(setting, value)])).is_some()
            }
            _ => false,
        }
    }

    /// The settings in it, in the order in which they were first added.
    #[must_use]
    pub fn values(&self) -> &Table {
        &self.values
    }

    /// Whether it gives every one of these settings.
    pub(crate) fn is_all_of(&self, settings: &Settings) -> bool {
        Table::try_from(settings.to_raw()).is_ok_and(|all| all == self.values)
    }

    /// Fills in defaults and checks everything.
    ///
    /// # Errors
    /// A [`SettingError`] for the first setting that cannot be, with its file and line if it comes from one.
    pub fn resolve(&self) -> Result<Settings, SettingError> {
        let raw = raw(self.values.clone()).map_err(|message| SettingError::new("", message))?;
        raw.check().map_err(|error| SettingError { origin: self.origins.get(&error.setting).cloned(), ..error })
    }
}

/// The names of all settings, in the order in which they are listed.
#[must_use]
pub fn setting_names() -> Vec<String> {
    let command = RawSettings::augment_args(clap::Command::new(""));
    command.get_arguments().map(|argument| argument.get_id().to_string()).collect()
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

/// The settings in a table of known names and right types.
fn raw(values: Table) -> Result<RawSettings, String> {
    RawSettings::deserialize(values).map_err(|error| {
        let message = error.message().replace('\n', "; ");
        let Some((_, expected)) = message.rsplit_once("expected ") else { return message };
        let words = [
            ("i64", "a whole number"),
            ("f64", "a number"),
            ("a sequence", "a list"),
            ("a boolean", "true or false"),
            ("path string", "a path"),
        ];
        let said = words.iter().find(|(name, _)| *name == expected).map_or(expected, |(_, said)| said);
        format!("it must be {said}")
    })
}

/// These settings alone, if they can be.
fn checked<'a>(settings: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Option<Settings> {
    let values = settings.into_iter().map(|(setting, value)| (setting.to_owned(), value.clone()));
    raw(values.collect()).ok()?.check().ok()
}

/// Whether a setting of this name can have this value.
fn check_type(setting: &str, value: &Value) -> Result<(), SettingError> {
    let names = setting_names();
    if !names.iter().any(|name| name == setting) {
        if value.is_table() || value.as_array().is_some_and(|list| list.iter().any(Value::is_table)) {
            let message = format!("unknown section `{setting}`: settings stand without sections");
            return Err(SettingError::new(setting, message));
        }
        let hint = match nearest(setting, names.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the settings are {}", names.join(", ")),
        };
        return Err(SettingError::new(setting, format!("unknown setting `{setting}`: {hint}")));
    }
    let command = RawSettings::augment_args(clap::Command::new(""));
    let argument = command.get_arguments().find(|argument| argument.get_id() == setting);
    let choices = argument.map(|argument| argument.get_possible_values()).unwrap_or_default();
    let names: Vec<_> = choices.iter().map(|choice| format!("`{}`", choice.get_name())).collect();
    let of_choices = if names.iter().any(|name| name == "`true`") { value.is_bool() } else { value.is_str() };
    let known = || choices.iter().map(PossibleValue::get_name);
    let word = value.as_str().filter(|word| !known().any(|name| name == *word));
    if !names.is_empty() && (!of_choices || word.is_some()) {
        let near = word.and_then(|word| nearest(word, known()));
        let hint = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
        return Err(SettingError::new(
            setting,
            format!("{setting} is {value}: it must be one of {}{hint}", names.join(", ")),
        ));
    }
    let alone = Table::from_iter([(setting.to_owned(), value.clone())]);
    raw(alone).map(drop).map_err(|problem| SettingError::new(setting, format!("{setting} is {value}: {problem}")))
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
fn absolute(path: &Path) -> Result<String, String> {
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    path.into_os_string().into_string().map_err(|_| "its absolute path must be UTF-8".to_owned())
}
