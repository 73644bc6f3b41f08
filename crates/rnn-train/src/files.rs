//! The files of a run: their names, the rows of the CSV files, and the status.
//!
//! Floating-point cells have as many digits as reading the same number back needs. A cell is empty where nothing was
//! measured; it never holds NaN or infinity.

use crate::error::Error;
use crate::exit_code;
use crate::folder::Durable;
use crate::layers::not_toml;
use crate::raw::RawSettings;
use crate::settings::Settings;
pub use crate::table::{Row, Table, read_rows};
use crate::text::read_text;
use rnn_core::Scalar;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The settings as resolved.
pub const CONFIG: &str = "config.toml";
/// A row for each training step that is logged.
pub const METRICS: &str = "metrics.csv";
/// A row for each epoch.
pub const EPOCHS: &str = "epochs.csv";
/// What the net answered now and then: a row for each time step of each row of a snapshot.
pub const SNAPSHOTS: &str = "snapshots.csv";
/// The weights at the end.
pub const MODEL: &str = "model.safetensors";
/// How the run ended.
pub const STATUS: &str = "status.toml";
/// The figure of the run as SVG: its loss curve, and the rows of its last window.
pub const FIGURE_SVG: &str = "figure.svg";
/// The same as PNG.
pub const FIGURE_PNG: &str = "figure.png";
/// What the hidden units do before training and at the end, as SVG.
pub const UNITS_SVG: &str = "units.svg";
/// The same as PNG.
pub const UNITS_PNG: &str = "units.png";
/// The weights before training and at the end, as SVG.
pub const WEIGHTS_SVG: &str = "weights.svg";
/// The same as PNG.
pub const WEIGHTS_PNG: &str = "weights.png";

/// All pictures that a run draws.
pub const PICTURES: [&str; 6] = [FIGURE_SVG, FIGURE_PNG, UNITS_SVG, UNITS_PNG, WEIGHTS_SVG, WEIGHTS_PNG];

/// The run as an animation, which is drawn of its files when somebody asks for it.
pub const ANIMATION: &str = "animation.gif";
/// A page about the run, which is written when somebody asks for it.
pub const REPORT: &str = "report.html";
/// What is made of a run's files when somebody asks for it.
pub const ON_REQUEST: [&str; 2] = [ANIMATION, REPORT];

/// Where the run is, to continue from there. At the end of a run that is done: before its last step.
pub const CHECKPOINT: &str = "checkpoint.safetensors";
/// The settings of a run that is about to replace the one in the folder: it has not taken that one's files away yet.
pub const NEXT_CONFIG: &str = "config.next.toml";

/// All that a run may leave.
pub const ALL: [&str; 16] = [
    CONFIG,
    NEXT_CONFIG,
    METRICS,
    EPOCHS,
    SNAPSHOTS,
    MODEL,
    STATUS,
    FIGURE_SVG,
    FIGURE_PNG,
    UNITS_SVG,
    UNITS_PNG,
    WEIGHTS_SVG,
    WEIGHTS_PNG,
    ANIMATION,
    REPORT,
    CHECKPOINT,
];

/// The rows that a spreadsheet opens, without the header.
pub const SPREADSHEET_ROWS: usize = 1_048_575;

/// A row of `metrics.csv`: one training step, measured before it changed the weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetricsRow<T> {
    /// Epoch, counted from 0.
    pub epoch: usize,
    /// Window within the epoch, counted from 0.
    pub batch: usize,
    /// Training step within the run, counted from 0.
    pub step: usize,
    /// Mean loss of the counted targets; cross-entropy is in nats.
    pub loss: T,
    /// Share of the counted targets that were predicted.
    pub accuracy: T,
    /// Euclidean norm of the gradient of all parameters; empty if it is greater than `T` can hold.
    pub gradient_norm: Option<T>,
    /// The learning rate of the step.
    pub learning_rate: T,
    /// The least mean loss that any net can have in this window; empty for a series that was read from a file.
    pub floor: Option<f64>,
}

impl<T> MetricsRow<T> {
    /// The file's columns.
    pub const COLUMNS: [&str; 8] =
        ["epoch", "batch", "step", "loss", "accuracy", "gradient_norm", "learning_rate", "floor"];
}

impl Row for MetricsRow<f64> {
    const COLUMNS: &'static [&'static str] = &Self::COLUMNS;
    const COUNTS: usize = 3;
}

impl<T: Scalar> MetricsRow<T> {
    /// The same in f64.
    pub(crate) fn widened(&self) -> MetricsRow<f64> {
        let Self { epoch, batch, step, floor, .. } = *self;
        let [loss, accuracy, learning_rate] = [self.loss, self.accuracy, self.learning_rate].map(T::widen);
        let gradient_norm = self.gradient_norm.map(T::widen);
        MetricsRow { epoch, batch, step, loss, accuracy, gradient_norm, learning_rate, floor }
    }
}

/// A row of `epochs.csv`: means over the targets of one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochRow {
    /// Epoch, counted from 0.
    pub epoch: usize,
    /// Training steps of the epoch.
    pub windows: usize,
    /// Mean loss of all windows.
    pub loss: f64,
    /// Loss of the first window, which starts from a zero state.
    pub first_window_loss: f64,
    /// Mean loss of the settled windows: those whose targets can all be known.
    pub settled_loss: Option<f64>,
    /// Share of all targets that were predicted.
    pub accuracy: f64,
    /// Share of the settled windows' targets that were predicted.
    pub settled_accuracy: Option<f64>,
    /// The least mean loss that any net can have in all these windows; empty for a series that was read from a file.
    pub floor: Option<f64>,
}

/// An epoch solves the task if its loss is less than this above the floor.
pub const SOLVED_LOSS: f64 = 0.01;

impl Row for EpochRow {
    const COLUMNS: &'static [&'static str] = &Self::COLUMNS;
    const COUNTS: usize = 2;
}

impl EpochRow {
    /// The file's columns.
    pub const COLUMNS: [&str; 8] =
        ["epoch", "windows", "loss", "first_window_loss", "settled_loss", "accuracy", "settled_accuracy", "floor"];

    /// Whether the task was solved in this epoch: whether the mean loss of its settled windows, whose floor is 0, or of
    /// all windows where none is settled, is less than [`SOLVED_LOSS`] above the floor.
    #[must_use]
    pub fn solved(&self) -> bool {
        let above_floor = self.settled_loss.or_else(|| Some(self.loss - self.floor?));
        above_floor.is_some_and(|loss| loss < SOLVED_LOSS)
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum State {
    /// It has begun; if nothing runs any more, it was killed.
    Running,
    /// All epochs were trained.
    Done,
    /// The loss or its gradient became infinite or not a number.
    Diverged,
    /// Stopped by a signal.
    Interrupted,
    /// Stopped by whoever watched it, as not worth going on with.
    Pruned,
    /// Stopped by an error.
    Failed,
}

impl State {
    /// Whether there is nothing to go on with.
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

/// The states and their names in files.
const STATES: [(State, &str); 6] = [
    (State::Running, "running"),
    (State::Done, "done"),
    (State::Diverged, "diverged"),
    (State::Interrupted, "interrupted"),
    (State::Pruned, "pruned"),
    (State::Failed, "failed"),
];

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = STATES.iter().find(|(state, _)| state == self).map(|(_, name)| *name);
        f.write_str(name.unwrap_or_default())
    }
}

impl From<State> for String {
    fn from(state: State) -> Self {
        state.to_string()
    }
}

impl TryFrom<String> for State {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let state = STATES.iter().find(|(_, known)| *known == name).map(|(state, _)| *state);
        state.ok_or_else(|| format!("`{name}` is no status"))
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
    /// `settled_loss` of the last whole epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_loss: Option<f64>,
    /// The lowest `settled_loss` of any epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_loss: Option<f64>,
    /// `settled_accuracy` of the last whole epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// The first epoch that solved the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solved_epoch: Option<usize>,
    /// Training steps done by the end of that epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved_steps: Option<usize>,
    /// Seconds from the first step to the last.
    pub wall_seconds: f64,
    /// The series files that the run reads, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<InputFile>,
    /// The weights that it began with, if they are from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_weights: Option<InputFile>,
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
            wall_seconds: 0.0,
            series: Vec::new(),
            initial_weights: None,
        }
    }

    /// Takes in an epoch's row.
    pub(crate) fn add(&mut self, row: &EpochRow) {
        self.epochs += 1;
        self.final_loss = row.settled_loss;
        self.accuracy = row.settled_accuracy;
        self.best_loss = self.best_loss.into_iter().chain(row.settled_loss).reduce(f64::min);
        if row.solved() && self.solved_epoch.is_none() {
            (self.solved_epoch, self.solved_steps) = (Some(row.epoch), Some(self.steps));
        }
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
        write_toml(path, &absolute_raw(self), durable)
    }
}

/// Settings as they stand in files: with absolute paths.
pub(crate) fn absolute_raw(settings: &Settings) -> RawSettings {
    let mut raw = settings.to_raw();
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    raw.series = raw.series.map(|files| files.iter().map(absolute).collect());
    raw.initial_weights = raw.initial_weights.as_ref().map(absolute);
    raw
}

fn write_toml(path: &Path, value: &impl Serialize, durable: Durable) -> Result<(), Error> {
    let text = toml::to_string(value).map_err(|error| Error::write(path, std::io::Error::other(error)))?;
    durable.write_whole(path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of a row, in order, as `serde` writes them.
    fn header(row: impl Serialize) -> String {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.serialize(row).unwrap();
        String::from_utf8(csv.into_inner().unwrap()).unwrap().lines().next().unwrap().to_owned()
    }

    #[test]
    fn columns_are_the_rows_fields() {
        let (loss, accuracy, learning_rate) = (0.0, 0.0, 0.3);
        let metrics =
            MetricsRow { epoch: 0, batch: 0, step: 0, loss, accuracy, gradient_norm: None, learning_rate, floor: None };
        assert_eq!(header(metrics), MetricsRow::<f64>::COLUMNS.join(","));
        let epoch = EpochRow {
            epoch: 0,
            windows: 1,
            loss,
            first_window_loss: loss,
            settled_loss: None,
            accuracy,
            settled_accuracy: None,
            floor: None,
        };
        assert_eq!(header(epoch), EpochRow::COLUMNS.join(","));
    }
}
