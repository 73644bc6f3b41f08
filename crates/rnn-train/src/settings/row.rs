//! A row of the table of settings, and how a setting is read from TOML and written to it.

use super::choices::{Dtype, InputKind, Learning, Monitor, Readout, ScheduleKind};
use super::kind::{Kind, OFF, number};
use super::or_off::OrOff;
use crate::error::SettingError;
use rnn_core::{CellKind, ClassLoss, Init, Method, Named};
use std::path::PathBuf;
use toml::{Table, Value};

/// What there is to say of a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name in files.
    pub name: &'static str,
    /// The name of its flag, with hyphens.
    pub flag: String,
    /// What it is, in a line.
    pub about: String,
    /// What it can be set to.
    pub kind: Kind,
    /// How a value is called in help.
    pub value_name: &'static str,
    /// What it is without being given, in words; nothing where that is nothing.
    pub default: Option<String>,
    /// The settings beside which it has a meaning, or its default: where one of them changes, it may have to go.
    pub beside: Vec<&'static str>,
    /// The settings that stand in its place: where one of them is given, it goes.
    pub replaced_by: Vec<&'static str>,
    /// Whether it has a meaning in training alone.
    pub trains: bool,
    /// Whether it belongs to tasks: what they are asked, and how much of it.
    pub of_task: bool,
}

impl Row {
    /// A row with what most settings have.
    pub(super) fn new(name: &'static str, about: impl Into<String>, kind: Kind) -> Self {
        let (beside, replaced_by) = (Vec::new(), Vec::new());
        let (about, value_name) = (about.into().trim().to_owned(), kind.value_name());
        Self {
            name,
            flag: name.replace('_', "-"),
            about,
            kind,
            value_name,
            default: None,
            beside,
            replaced_by,
            trains: false,
            of_task: false,
        }
    }

    /// The same with another default in words.
    pub(super) fn by_default(self, words: impl Into<String>) -> Self {
        Self { default: Some(words.into()), ..self }
    }

    /// The same of a whole number of at least so much.
    pub(super) fn least(mut self, least: i64) -> Self {
        match &mut self.kind {
            Kind::Count(own) => *own = least,
            Kind::OrOff(kind) => **kind = Kind::Count(least),
            _ => {}
        }
        self
    }

    /// The same with another name for its values.
    pub(super) fn called(self, value_name: &'static str) -> Self {
        Self { value_name, ..self }
    }

    /// The same, beside this setting.
    pub(super) fn beside(mut self, setting: &'static str) -> Self {
        self.beside.push(setting);
        self
    }

    /// The same, in whose place this setting stands.
    pub(super) fn replaced_by(mut self, setting: &'static str) -> Self {
        self.replaced_by.push(setting);
        self
    }

    /// The same, for training alone.
    pub(super) fn for_training(self) -> Self {
        Self { trains: true, ..self }
    }

    /// The same, of a task.
    pub(super) fn of_task(self) -> Self {
        Self { of_task: true, ..self }
    }

    /// The line of help: what it is, and its default.
    #[must_use]
    pub fn help(&self) -> String {
        let default = self.default.as_ref().map(|words| format!(" [default: {words}]"));
        self.about.clone() + &default.unwrap_or_default()
    }
}

/// The value of a setting among those that are given, if it is one that its row allows.
pub(super) fn allowed<'a>(rows: &[Row], name: &str, given: &'a Table) -> Result<Option<&'a Value>, SettingError> {
    let Some(value) = given.get(name) else { return Ok(None) };
    let problem = rows.iter().find(|row| row.name == name).and_then(|row| row.kind.problem(name, value));
    problem.map_or(Ok(Some(value)), |problem| Err(SettingError::new(name, problem)))
}

/// The same, read.
pub(super) fn taken<S: Setting>(rows: &[Row], name: &str, given: &Table) -> Result<Option<S>, SettingError> {
    let Some(value) = allowed(rows, name, given)? else { return Ok(None) };
    let too_great = || SettingError::new(name, format!("{name} is {value}: it is too great"));
    S::from_toml(value).map(Some).ok_or_else(too_great)
}

/// One or more settings that are read and written together.
pub(super) trait Entry: Sized {
    /// What the one of its name can be set to.
    fn kind() -> Kind;

    /// The rows of the table, of which this is the one of its name.
    fn rows(row: Row) -> Vec<Row>;

    /// What is given under its name and those of its other rows, and otherwise what stands here without.
    fn read(rows: &[Row], name: &str, given: &Table, without: Self) -> Result<Self, SettingError>;

    /// Adds what is to stand in files.
    fn write(&self, name: &str, to: &mut Table);
}

/// A single setting.
pub(super) trait Setting: Sized {
    /// What it can be set to.
    fn kind() -> Kind;

    /// The setting of a value of its kind.
    fn from_toml(value: &Value) -> Option<Self>;

    /// Its value in files; nothing where it is left out.
    fn to_toml(&self) -> Option<Value>;
}

impl<S: Setting> Entry for S {
    fn kind() -> Kind {
        <S as Setting>::kind()
    }

    fn rows(row: Row) -> Vec<Row> {
        vec![row]
    }

    fn read(rows: &[Row], name: &str, given: &Table, without: Self) -> Result<Self, SettingError> {
        Ok(taken(rows, name, given)?.unwrap_or(without))
    }

    fn write(&self, name: &str, to: &mut Table) {
        to.extend(self.to_toml().map(|value| (name.to_owned(), value)));
    }
}

/// A whole number.
macro_rules! whole {
    ($($number:ty),+) => {
        $(impl Setting for $number {
            fn kind() -> Kind {
                Kind::Count(0)
            }

            fn from_toml(value: &Value) -> Option<Self> {
                value.as_integer()?.try_into().ok()
            }

            fn to_toml(&self) -> Option<Value> {
                // A greater one than a file can hold is refused, because what comes back is another.
                Some(Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX)))
            }
        })+
    };
}

whole!(usize, u64);

impl Setting for f64 {
    fn kind() -> Kind {
        Kind::Number
    }

    fn from_toml(value: &Value) -> Option<Self> {
        number(value)
    }

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Float(*self))
    }
}

impl<S: Setting> Setting for Option<S> {
    fn kind() -> Kind {
        S::kind()
    }

    fn from_toml(value: &Value) -> Option<Self> {
        S::from_toml(value).map(Some)
    }

    fn to_toml(&self) -> Option<Value> {
        self.as_ref().and_then(S::to_toml)
    }
}

impl<S: Setting> Setting for OrOff<S> {
    fn kind() -> Kind {
        Kind::OrOff(Box::new(S::kind()))
    }

    fn from_toml(value: &Value) -> Option<Self> {
        if value.as_str() == Some(OFF) { Some(Self::Off) } else { S::from_toml(value).map(Self::On) }
    }

    fn to_toml(&self) -> Option<Value> {
        match self {
            Self::Off => None,
            Self::On(value) => value.to_toml(),
        }
    }
}

/// Names.
impl Setting for Vec<String> {
    fn kind() -> Kind {
        Kind::Names
    }

    fn from_toml(value: &Value) -> Option<Self> {
        // One name need not be a list.
        let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
    }

    fn to_toml(&self) -> Option<Value> {
        let names = self.iter().cloned().map(Value::String).collect();
        (!self.is_empty()).then_some(Value::Array(names))
    }
}

impl Setting for bool {
    fn kind() -> Kind {
        Kind::Truth
    }

    fn from_toml(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Boolean(*self))
    }
}

impl Setting for PathBuf {
    fn kind() -> Kind {
        Kind::File
    }

    fn from_toml(value: &Value) -> Option<Self> {
        value.as_str().map(Self::from)
    }

    fn to_toml(&self) -> Option<Value> {
        // A path that is no text is refused, because what comes back is none.
        self.to_str().map(|path| Value::String(path.to_owned()))
    }
}

impl Setting for Vec<PathBuf> {
    fn kind() -> Kind {
        Kind::Files
    }

    fn from_toml(value: &Value) -> Option<Self> {
        // One path need not be a list.
        let paths = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        paths.iter().map(PathBuf::from_toml).collect()
    }

    fn to_toml(&self) -> Option<Value> {
        let paths = self.iter().map(PathBuf::to_toml).collect::<Option<_>>()?;
        (!self.is_empty()).then_some(Value::Array(paths))
    }
}

impl Setting for Vec<f64> {
    fn kind() -> Kind {
        Kind::Numbers
    }

    fn from_toml(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(number).collect()
    }

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Array(self.iter().copied().map(Value::Float).collect()))
    }
}

/// A setting that is one of several names.
macro_rules! one_of {
    ($($choice:ty),+) => {
        $(impl Setting for $choice {
            fn kind() -> Kind {
                choice::<Self>()
            }

            fn from_toml(value: &Value) -> Option<Self> {
                value.as_str().and_then(Self::named)
            }

            fn to_toml(&self) -> Option<Value> {
                Some(Value::String(self.name().to_owned()))
            }
        })+
    };
}

one_of!(CellKind, ClassLoss, Init, Method, Dtype, InputKind, Readout, ScheduleKind, Monitor, Learning);

/// One of the names of a list.
pub(super) fn choice<C: Named>() -> Kind {
    Kind::Choice(C::ALL.iter().map(|choice| (choice.name(), choice.about())).collect())
}

/// A value as it stands in help.
pub(super) fn in_help(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(number) => format!("{number:?}"),
        other => other.to_string(),
    }
}
