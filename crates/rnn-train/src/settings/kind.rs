//! What a setting can be set to: the kinds of values, as TOML has them.

use super::synonyms::nearest;
use toml::Value;

/// The kind of a setting's values.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A whole number of at least so much.
    Count(i64),
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// One of these names, each with what it stands for.
    Choice(Vec<(&'static str, &'static str)>),
    /// A list of numbers.
    Numbers,
    /// A list of names, such as those of columns.
    Names,
    /// A file.
    File,
    /// Several files.
    Files,
    /// One of these, or `off`.
    OrOff(Box<Kind>),
}

/// How a setting is switched off.
pub(super) const OFF: &str = "off";
const OR_OFF: &str = ", or \"off\"";

impl Kind {
    /// How a value is called in help.
    #[must_use]
    pub fn value_name(&self) -> &'static str {
        match self {
            Self::Count(_) => "N",
            Self::Number => "X",
            Self::Truth => "BOOL",
            Self::Choice(_) => "NAME",
            Self::Numbers => "X,X,…",
            Self::Names => "NAME,NAME,…",
            Self::File | Self::Files => "FILE",
            Self::OrOff(kind) if matches!(**kind, Self::Count(_)) => "N|off",
            Self::OrOff(_) => "X|off",
        }
    }

    /// What is wrong with a value of this setting, beginning with the setting's name; nothing if it can be.
    pub(super) fn problem(&self, setting: &str, value: &Value) -> Option<String> {
        let right = self.right(value).or_else(|| self.too_little(value))?;
        Some(format!("{setting} is {value}: it must be {right}"))
    }

    /// The same for a value that is of another kind, however great it is.
    pub(super) fn mistyped(&self, setting: &str, value: &Value) -> Option<String> {
        Some(format!("{setting} is {value}: it must be {}", self.right(value)?))
    }

    /// What would be right instead of a count that is too small.
    fn too_little(&self, value: &Value) -> Option<String> {
        match self {
            Self::Count(least) => value.as_integer().filter(|count| count < least).map(|_| format!("at least {least}")),
            Self::OrOff(kind) => kind.too_little(value).map(|right| right + OR_OFF),
            _ => None,
        }
    }

    /// What would be right instead of a value of another kind; nothing if it is of this one.
    fn right(&self, value: &Value) -> Option<String> {
        let unless = |right: bool, words: &str| (!right).then(|| words.to_owned());
        match self {
            Self::Count(_) => unless(value.is_integer(), "a whole number"),
            Self::Number => unless(number(value).is_some(), "a number"),
            Self::Truth => unless(value.is_bool(), "one of `true`, `false`"),
            Self::Choice(choices) => {
                let word = value.as_str();
                if choices.iter().any(|(name, _)| word == Some(name)) {
                    return None;
                }
                let names: Vec<_> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
                let near = word.and_then(|word| nearest(word, choices.iter().map(|(name, _)| *name)));
                let hint = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
                Some(format!("one of {}{hint}", names.join(", ")))
            }
            Self::Numbers => match value.as_array() {
                None => Some("a list".to_owned()),
                Some(list) => unless(list.iter().all(|value| number(value).is_some()), "a list of numbers"),
            },
            Self::Names => match value.as_array() {
                None => unless(value.is_str(), "a name or a list of names"),
                Some(list) => unless(list.iter().all(Value::is_str), "a list of names"),
            },
            Self::File => unless(value.is_str(), "a path"),
            Self::Files => match value.as_array() {
                None => unless(value.is_str(), "a path or a list of paths"),
                Some(list) => unless(list.iter().all(Value::is_str), "a list of paths"),
            },
            Self::OrOff(_) if value.as_str() == Some(OFF) => None,
            Self::OrOff(kind) => {
                let right = kind.right(value)?;
                Some(if value.is_str() || value.is_bool() { "a number".to_owned() } else { right } + OR_OFF)
            }
        }
    }
}

/// A number, also one without a decimal point.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
}
