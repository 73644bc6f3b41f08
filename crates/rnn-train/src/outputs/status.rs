//! `status.toml`: how far a run has come, and how it ended. And how it and `config.toml` are written.

use super::files::STATUS;
use super::folder::Durable;
use super::rows::EpochRow;
use crate::error::Error;
use crate::exit_code;
use crate::settings::layers::not_toml;
use crate::settings::table::Settings;
use crate::text::read_text;
use rnn_core::{Named, named};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

named! {
    /// How far a run has come.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case", try_from = "String")]
    pub enum State {
        /// It has begun; if nothing runs any more, it was killed.
        Running = "running", "It has begun, or was killed";
        /// All epochs were trained.
        Done = "done", "All epochs were trained";
        /// The loss or its gradient became infinite or not a number.
        Diverged = "diverged", "The loss or its gradient became NaN or infinite";
        /// Stopped by a signal.
        Interrupted = "interrupted", "Stopped by a signal";
        /// Stopped by whoever watched it, as not worth continuing.
        Pruned = "pruned", "Stopped as not worth continuing";
        /// Stopped by an error.
        Failed = "failed", "Stopped by an error";
    }
}

impl TryFrom<String> for State {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or_else(|| format!("`{name}` is no status"))
    }
}

impl State {
    /// Whether there is nothing to continue.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Diverged | Self::Pruned)
    }

    /// The exit code of a run that ended like this.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done | Self::Pruned => exit_code::DONE,
            Self::Diverged => exit_code::DIVERGED,
            Self::Interrupted => exit_code::INTERRUPTED,
            Self::Running | Self::Failed => exit_code::FAILED,
        }
    }
}

/// `status.toml`: how a run ended, in one look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// How far it has come.
    pub status: State,
    /// The error, where the loss or its gradient ceased to be a number, or why it was pruned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The version of the program.
    pub version: String,
    /// Epochs trained to their end.
    pub epochs: usize,
    /// Training steps done.
    pub steps: usize,
    /// Parameters of the net, all of which are trained.
    #[serde(default)]
    pub parameters: usize,
    /// Values of an epoch's series that stand in no window; of the first one, if series of several lengths are read.
    pub unused_values: usize,
    /// `known_loss` of the last whole epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_loss: Option<f64>,
    /// The lowest `known_loss` of any epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_loss: Option<f64>,
    /// `known_accuracy` of the last whole epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// The first epoch that solved the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solved_epoch: Option<usize>,
    /// Training steps done by then: by the end of that epoch, or of the sequence at which it was solved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved_steps: Option<usize>,
    /// Sequences trained on by then, of a task of episodes that are drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved_sequences: Option<usize>,
    /// The epoch after which the validation loss was lowest, whose weights are in `model.safetensors`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_epoch: Option<usize>,
    /// The validation loss after that epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_loss: Option<f64>,
    /// The share of right answers then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_accuracy: Option<f64>,
    /// The share of episodes then of which every scored answer is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_sequence_accuracy: Option<f64>,
    /// The loss of those weights on the test data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_loss: Option<f64>,
    /// The share of right answers there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_accuracy: Option<f64>,
    /// The share of episodes there of which every scored answer is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_sequence_accuracy: Option<f64>,
    /// The simple rule that comes nearest to the test data, such as `last value`, or `chance`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_baseline: Option<String>,
    /// The loss of that rule there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_baseline_loss: Option<f64>,
    /// The share of right answers of that rule there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_baseline_accuracy: Option<f64>,
    /// The least mean loss that any net can have there, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_floor: Option<f64>,
    /// How far the net is from that rule, 0, to the floor, 1: `1 - (test_loss - floor) / (test_baseline_loss - floor)`, with a floor of 0 where none
    /// is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_skill: Option<f64>,
    /// Whether it ended because the validation loss had not become lower for `patience` validations.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_patience: bool,
    /// Seconds from the first step to the last.
    pub wall_seconds: f64,
    /// The scores of each number that is asked for, on the test data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test_scores: Vec<TargetScores>,
    /// The series files that the run reads, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<InputFile>,
    /// The weights that it began with, if they are from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_weights: Option<InputFile>,
}

/// How far off the answers of one number are, in the data's own units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetScores {
    /// What the number is called.
    pub name: String,
    /// The root of the mean squared error.
    pub rmse: f64,
    /// The mean absolute error.
    pub mae: f64,
    /// The share of the variance that is explained; nothing where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r2: Option<f64>,
}

/// A file that a run reads: where it was, and how it is known again elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its absolute path.
    pub path: PathBuf,
    /// Its path from the run's folder, for one that is moved together with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_run: Option<PathBuf>,
    /// The CRC-32 of what it says, however that is written: of a series' values, of a net's parameters.
    pub crc32: u32,
}

impl Status {
    /// Whether it has trained all epochs that it was to have, so that more can be added.
    pub(crate) fn can_have_more_epochs(&self, settings: &Settings) -> bool {
        self.status == State::Done && !self.out_of_patience && !self.is_enough(settings)
    }

    /// Whether the task is solved and no more was asked for.
    pub(crate) fn is_enough(&self, settings: &Settings) -> bool {
        settings.until_solved && self.solved_epoch.is_some()
    }

    pub(crate) fn begun(parameters: usize, unused_values: usize) -> Self {
        Self {
            status: State::Running,
            error: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            epochs: 0,
            steps: 0,
            parameters,
            unused_values,
            final_loss: None,
            best_loss: None,
            accuracy: None,
            solved_epoch: None,
            solved_steps: None,
            solved_sequences: None,
            best_epoch: None,
            valid_loss: None,
            valid_accuracy: None,
            valid_sequence_accuracy: None,
            test_loss: None,
            test_accuracy: None,
            test_sequence_accuracy: None,
            test_baseline: None,
            test_baseline_loss: None,
            test_baseline_accuracy: None,
            test_floor: None,
            test_skill: None,
            test_scores: Vec::new(),
            out_of_patience: false,
            wall_seconds: 0.0,
            series: Vec::new(),
            initial_weights: None,
        }
    }

    /// Takes in an epoch's row.
    pub(crate) fn add(&mut self, row: &EpochRow) {
        self.epochs += 1;
        self.final_loss = row.known_loss;
        self.accuracy = row.known_accuracy;
        self.best_loss = self.best_loss.into_iter().chain(row.known_loss).reduce(f64::min);
    }

    /// The task is solved in this epoch, after as many steps as there are, and so many sequences.
    pub(crate) fn solve(&mut self, epoch: usize, sequences: Option<usize>) {
        (self.solved_epoch, self.solved_steps, self.solved_sequences) = (Some(epoch), Some(self.steps), sequences);
    }

    /// Reads a run's status.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Setting`] with the line for a file that is none.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(STATUS);
        let text = read_text(&path)?;
        let status: Self =
            toml::from_str(&text).map_err(|error| not_toml(&error, &text, &path.display().to_string()))?;
        Ok(status)
    }

    /// Writes it to a run's folder.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        self.write_when(folder, Durable::AtOnce)
    }

    pub(crate) fn write_when(&self, folder: &Path, durable: Durable) -> Result<(), Error> {
        write_toml(&folder.join(STATUS), self, durable)
    }
}

impl Settings {
    /// Writes them as a TOML file, from which the same run can be made again; paths become absolute.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        self.write_when(path, Durable::AtOnce)
    }

    pub(crate) fn write_when(&self, path: &Path, durable: Durable) -> Result<(), Error> {
        write_toml(path, &self.to_absolute_table(), durable)
    }
}

fn write_toml(path: &Path, value: &impl Serialize, durable: Durable) -> Result<(), Error> {
    let text = toml::to_string(value).map_err(|error| Error::write(path, std::io::Error::other(error)))?;
    durable.write_whole(path, text.as_bytes())
}
