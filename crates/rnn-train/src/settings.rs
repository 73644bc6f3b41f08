//! The settings: as a person gives them, and checked.

use crate::layers::SettingError;
use echo_data::{Classes, Layout};
use rnn_core::Sgd;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Every setting as it may be given, on the command line or in a TOML file; what is not given takes its default.
///
/// Numbers are wider than what is allowed, so that a negative or too great one gets an error that names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, clap::Args)]
#[command(next_help_heading = "Settings")]
#[allow(clippy::doc_markdown, reason = "these comments are the program's help")]
pub struct RawSettings {
    /// Epochs to train; each has a new series [default: 100]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_epochs: Option<i64>,
    /// Values in a series [default: 50000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub total_series_length: Option<i64>,
    /// Time steps in a window, over which errors run back [default: 15]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub truncated_backprop_length: Option<i64>,
    /// Time steps from one window's start to the next one's [default: truncated_backprop_length]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub window_stride: Option<i64>,
    /// Hidden units [default: 4]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub state_size: Option<i64>,
    /// Classes in a series [default: 2]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub num_classes: Option<i64>,
    /// A probability for each class, with commas [default: all equal]
    #[arg(long, value_name = "P,P,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub class_probabilities: Option<Vec<f64>>,
    /// Time steps after which the input comes back as the target [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub echo_step: Option<i64>,
    /// Rows that a series is cut into and that are trained side by side [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub batch_size: Option<i64>,
    /// Step size of the optimizer [default: 0.3]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub learning_rate: Option<f64>,
    /// How gradients change parameters [default: adagrad]
    #[arg(long, value_enum, value_name = "NAME")]
    pub optimizer: Option<OptimizerKind>,
    /// The recurrent cell [default: elman]
    #[arg(long, value_enum, value_name = "NAME")]
    pub cell: Option<CellKind>,
    /// The numbers that the net computes in [default: f32]
    #[arg(long, value_enum, value_name = "TYPE")]
    pub dtype: Option<Dtype>,
    /// Seed of the initial weights and the series [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<i64>,
    /// Write every N-th step to metrics.csv [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub log_every: Option<i64>,
    /// Read the series from CSV with the columns input and target; may be repeated: epoch e uses file e mod n
    #[arg(long, value_name = "FILE.csv")]
    pub series: Option<Vec<PathBuf>>,
    /// Start from these weights instead of drawn ones
    #[arg(long, value_name = "FILE.safetensors")]
    pub initial_weights: Option<PathBuf>,
}

/// How gradients change parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum OptimizerKind {
    /// Adagrad as in TensorFlow: the accumulator starts at 0.1, no epsilon
    Adagrad,
    /// Plain gradient descent
    Sgd,
}

/// The recurrent cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum CellKind {
    /// The tanh cell
    Elman,
}

/// The numbers that the net computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// 32-bit floating point
    F32,
    /// 64-bit floating point
    F64,
}

/// Every setting, in range and fitting the others.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields of `RawSettings`, where each is described")]
pub struct Settings {
    pub num_epochs: usize,
    /// `None` where series are read from files and no length is asked for.
    pub total_series_length: Option<usize>,
    pub truncated_backprop_length: usize,
    pub window_stride: usize,
    pub state_size: usize,
    pub num_classes: usize,
    /// `None` for all equal.
    pub class_probabilities: Option<Vec<f64>>,
    pub echo_step: usize,
    pub batch_size: usize,
    pub learning_rate: f64,
    pub optimizer: OptimizerKind,
    pub cell: CellKind,
    pub dtype: Dtype,
    pub seed: u64,
    pub log_every: usize,
    /// Empty for generated data.
    pub series: Vec<PathBuf>,
    pub initial_weights: Option<PathBuf>,
}

/// The tutorial's series length.
const TOTAL_SERIES_LENGTH: i64 = 50_000;

impl RawSettings {
    /// Fills in defaults and checks every value, and the sizes against each other where no file is needed for that.
    ///
    /// # Errors
    /// A [`SettingError`] that names the first setting that cannot be.
    pub fn check(&self) -> Result<Settings, SettingError> {
        let truncated_backprop_length =
            at_least(1, "truncated_backprop_length", self.truncated_backprop_length.unwrap_or(15))?;
        let window_stride = match self.window_stride {
            Some(stride) => at_least(1, "window_stride", stride)?,
            None => truncated_backprop_length,
        };
        let series = self.series.clone().unwrap_or_default();
        let default_length = if series.is_empty() { Some(TOTAL_SERIES_LENGTH) } else { None };
        let total_series_length = self.total_series_length.or(default_length);
        let (learning_rate, dtype) = (self.learning_rate.unwrap_or(0.3), self.dtype.unwrap_or(Dtype::F32));
        // Every optimizer has the same rule for its rate; it is asked here so that the error has the setting's origin.
        let rate = match dtype {
            Dtype::F32 => Sgd::<f32>::new(learning_rate).map(drop),
            Dtype::F64 => Sgd::<f64>::new(learning_rate).map(drop),
        };
        rate.map_err(|error| SettingError::new("learning_rate", error.to_string()))?;
        let settings = Settings {
            num_epochs: at_least(1, "num_epochs", self.num_epochs.unwrap_or(100))?,
            total_series_length: total_series_length.map(|n| at_least(1, "total_series_length", n)).transpose()?,
            truncated_backprop_length,
            window_stride,
            state_size: at_least(1, "state_size", self.state_size.unwrap_or(4))?,
            num_classes: at_least(1, "num_classes", self.num_classes.unwrap_or(2))?,
            class_probabilities: self.class_probabilities.clone(),
            echo_step: at_least(0, "echo_step", self.echo_step.unwrap_or(3))?,
            batch_size: at_least(1, "batch_size", self.batch_size.unwrap_or(5))?,
            learning_rate,
            optimizer: self.optimizer.unwrap_or(OptimizerKind::Adagrad),
            cell: self.cell.unwrap_or(CellKind::Elman),
            dtype,
            seed: at_least(0, "seed", self.seed.unwrap_or(0))? as u64,
            log_every: at_least(1, "log_every", self.log_every.unwrap_or(1))?,
            series,
            initial_weights: self.initial_weights.clone(),
        };
        let num_classes = settings.num_classes;
        if let Some(given) = settings.class_probabilities.as_ref().map(Vec::len).filter(|&given| given != num_classes) {
            let message = format!(
                "class_probabilities has {given} values: it must have one for each class, num_classes is {num_classes}"
            );
            return Err(SettingError::new("class_probabilities", message));
        }
        settings.classes().map_err(of_series)?;
        if let (true, Some(length)) = (settings.series.is_empty(), settings.total_series_length) {
            settings.layout(length).map_err(of_series)?;
        }
        Ok(settings)
    }
}

impl Settings {
    /// The classes of a generated series.
    pub(crate) fn classes(&self) -> Result<Classes, echo_data::Error> {
        match &self.class_probabilities {
            Some(probabilities) => Classes::with_probabilities(probabilities),
            None => Classes::uniform(self.num_classes),
        }
    }

    /// How a series of this length is cut, into rows that have room for an echo.
    pub(crate) fn layout(&self, series_length: usize) -> Result<Layout, echo_data::Error> {
        let layout = Layout::new(series_length, self.batch_size, self.truncated_backprop_length, self.window_stride)?;
        layout.check_echo_step(self.echo_step)?;
        Ok(layout)
    }

    /// The first file that they name which is `place` or lies in it.
    #[must_use]
    pub fn read_from(&self, place: &Path) -> Option<&Path> {
        let place = place.canonicalize().ok()?;
        let lies_there = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(&place));
        self.series.iter().chain(&self.initial_weights).find(lies_there).map(PathBuf::as_path)
    }

    /// All of them as they may be given again; `window_stride` only where it does not follow
    /// `truncated_backprop_length`, so that another length can be laid over it.
    #[must_use]
    pub fn to_raw(&self) -> RawSettings {
        // Sizes come from `i64`s, so they fit in one.
        let number = |n: usize| Some(n as i64);
        RawSettings {
            num_epochs: number(self.num_epochs),
            total_series_length: self.total_series_length.and_then(number),
            truncated_backprop_length: number(self.truncated_backprop_length),
            window_stride: number(self.window_stride).filter(|_| self.window_stride != self.truncated_backprop_length),
            state_size: number(self.state_size),
            num_classes: number(self.num_classes),
            class_probabilities: self.class_probabilities.clone(),
            echo_step: number(self.echo_step),
            batch_size: number(self.batch_size),
            learning_rate: Some(self.learning_rate),
            optimizer: Some(self.optimizer),
            cell: Some(self.cell),
            dtype: Some(self.dtype),
            seed: Some(self.seed as i64),
            log_every: number(self.log_every),
            series: (!self.series.is_empty()).then(|| self.series.clone()),
            initial_weights: self.initial_weights.clone(),
        }
    }
}

/// A number that must be at least `least`.
fn at_least(least: i64, name: &'static str, value: i64) -> Result<usize, SettingError> {
    match usize::try_from(value) {
        Ok(size) if value >= least => Ok(size),
        _ => Err(SettingError::new(name, format!("{name} is {value}: it must be at least {least}"))),
    }
}

/// An error in the data's sizes as one of the setting it is about.
fn of_series(error: echo_data::Error) -> SettingError {
    SettingError::new(error.setting().unwrap_or_default(), error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;

    /// The help states a default by hand, because a flag that is not given must not hide the file's value.
    #[test]
    fn the_help_states_the_defaults() {
        let resolved = RawSettings::default().check().unwrap().to_raw();
        let resolved = toml::Table::try_from(resolved).unwrap();
        let command = RawSettings::augment_args(clap::Command::new(""));
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            let help = argument.get_help().unwrap().to_string();
            let stated = help.split_once("[default: ").map(|(_, rest)| rest.trim_end_matches(']'));
            let value = resolved.get(name).map(|value| value.to_string().replace('"', ""));
            match (stated, value) {
                (Some("truncated_backprop_length" | "all equal") | None, None) => {}
                (stated, value) => assert_eq!(stated, value.as_deref(), "{name}"),
            }
        }
    }
}
