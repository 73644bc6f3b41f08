//! The settings as flags of a command line.

use super::kind::{Kind, OFF};
use super::layers::{Layer, absolute};
use super::table::Settings;
use crate::error::SettingError;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use std::path::PathBuf;
use toml::{Table, Value};

/// The settings that are given on a command line, which has a flag for each row of the table.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    values: Table,
    /// Files, whose names need not be text.
    files: Vec<(&'static str, Kind, Vec<PathBuf>)>,
}

impl Flags {
    /// The flags as a layer of settings.
    ///
    /// # Errors
    /// A [`SettingError`] for a path that a settings file could not hold.
    pub fn to_layer(&self) -> Result<Layer, SettingError> {
        let mut values = self.values.clone();
        for (setting, kind, paths) in &self.files {
            let text = |path: &PathBuf| match absolute(path) {
                Ok(_) => Ok(Value::String(path.display().to_string())),
                Err(problem) => Err(SettingError::new(setting, format!("{setting} is {}: {problem}", path.display()))),
            };
            let mut texts = paths.iter().map(text).collect::<Result<Vec<_>, _>>()?;
            let value = match kind {
                Kind::File => texts.pop(),
                _ => Some(Value::Array(texts)),
            };
            values.extend(value.map(|value| ((*setting).to_owned(), value)));
        }
        Ok(Layer::from_values(values))
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for row in Settings::rows() {
            let value = match row.kind {
                Kind::File | Kind::Files => {
                    if let Some(paths) = matches.get_many::<PathBuf>(row.name) {
                        self.files.push((row.name, row.kind.clone(), paths.cloned().collect()));
                    }
                    None
                }
                Kind::Numbers | Kind::Names => {
                    matches.get_many::<Value>(row.name).map(|numbers| Value::Array(numbers.cloned().collect()))
                }
                _ => matches.get_one::<Value>(row.name).cloned(),
            };
            self.values.extend(value.map(|value| (row.name.to_owned(), value)));
        }
        Ok(())
    }
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let flag = |row: &'static super::row::Row| {
            let arg = Arg::new(row.name).long(&*row.flag).help(row.help()).help_heading("Settings");
            of_kind(arg.value_name(row.value_name), &row.kind)
        };
        command.args(Settings::rows().iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// A flag that takes values of this kind.
fn of_kind(arg: Arg, kind: &Kind) -> Arg {
    match kind {
        Kind::Truth => arg.num_args(0..=1).default_missing_value("true").value_parser(parser(kind)),
        Kind::Numbers => {
            arg.action(ArgAction::Append).value_delimiter(',').allow_hyphen_values(true).value_parser(parser(kind))
        }
        Kind::Names => arg.action(ArgAction::Append).value_delimiter(',').value_parser(parser(kind)),
        Kind::File => arg.value_parser(parser(kind)),
        Kind::Files => arg.action(ArgAction::Append).value_parser(parser(kind)),
        Kind::Choice(_) => arg.value_parser(parser(kind)),
        Kind::Count(_) | Kind::Number | Kind::OrOff(_) => arg.allow_negative_numbers(true).value_parser(parser(kind)),
    }
}

/// Reads a value of this kind.
fn parser(kind: &Kind) -> ValueParser {
    match kind {
        Kind::Count(_) => value_parser!(i64).map(Value::Integer).into(),
        Kind::Number | Kind::Numbers => ValueParser::new(|text: &str| text.parse().map(Value::Float)),
        Kind::Names => ValueParser::new(|text: &str| Ok::<_, std::convert::Infallible>(Value::String(text.to_owned()))),
        Kind::Truth => clap::builder::BoolValueParser::new().map(Value::Boolean).into(),
        Kind::Choice(choices) => {
            let values = choices.iter().map(|(name, about)| PossibleValue::new(*name).help(*about));
            PossibleValuesParser::new(values).map(Value::String).into()
        }
        Kind::File | Kind::Files => value_parser!(PathBuf),
        Kind::OrOff(kind) => {
            let counts = matches!(**kind, Kind::Count(_));
            ValueParser::new(move |text: &str| match text {
                OFF => Ok(Value::String(OFF.to_owned())),
                _ if counts => text.parse().map(Value::Integer).map_err(|_| NOT_OR_OFF),
                _ => text.parse().map(Value::Float).map_err(|_| NOT_OR_OFF),
            })
        }
    }
}

const NOT_OR_OFF: &str = "it must be a number, or off";
