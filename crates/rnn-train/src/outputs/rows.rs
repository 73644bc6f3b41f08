//! The rows of `metrics.csv` and `epochs.csv`.
//!
//! Floating-point cells have as many digits as reading the same number back needs. A cell is empty where nothing was
//! measured; it never holds NaN or infinity.

use super::columns::{Extra, row};
use crate::settings::table::Settings;
use rnn_core::Scalar;

/// How windows are called whose targets can all be known.
pub const KNOWN: &str = "settled";

/// The rows that a spreadsheet opens, without the header.
pub const SPREADSHEET_ROWS: usize = 1_048_575;

row! {
    /// A row of `metrics.csv`: one training step, measured before it changed the weights.
    pub struct MetricsRow<T> {
        /// Epoch, counted from 0.
        epoch: usize, EPOCH = "epoch", "epoch";
        /// Window within the epoch, counted from 0.
        batch: usize, BATCH = "batch", "window";
        /// Training step within the run, counted from 0.
        step: usize, STEP = "step", "step";
        /// Mean loss of the scored targets; cross-entropy is in nats.
        loss: T, LOSS = "loss", "loss";
        /// Share of the scored targets that were predicted; empty where they are numbers.
        accuracy: Option<T>, ACCURACY = "accuracy", "accuracy";
        /// Euclidean norm of the gradient of all parameters, before clipping; empty if it is greater than `dtype` can hold, and where weights are guessed.
        gradient_norm: Option<T>, GRADIENT_NORM = "gradient_norm", "gradient norm";
        /// The learning rate of the step.
        learning_rate: T, LEARNING_RATE = "learning_rate", "learning rate";
        /// The least mean loss that any net can have in this window; empty where it is not known.
        floor: Option<f64>, FLOOR = "floor", "floor";
    }
}

impl<T: Scalar> MetricsRow<T> {
    /// The same in f64.
    pub(crate) fn widened(&self) -> MetricsRow {
        let Self { epoch, batch, step, floor, .. } = *self;
        let [loss, learning_rate] = [self.loss, self.learning_rate].map(T::widen);
        let [accuracy, gradient_norm] = [self.accuracy, self.gradient_norm].map(|number| number.map(T::widen));
        MetricsRow { epoch, batch, step, loss, accuracy, gradient_norm, learning_rate, floor }
    }
}

row! {
    /// A row of `epochs.csv`: means over the targets of one epoch. Windows are settled if all their targets can be known.
    pub struct EpochRow {
        /// Epoch, counted from 0.
        epoch: usize, EPOCH = "epoch", "epoch";
        /// Training steps of the epoch.
        windows: usize, WINDOWS = "windows", "windows";
        /// Mean loss of all windows.
        loss: f64, LOSS = "loss", "loss";
        /// Loss of the first window, which starts from a zero state; empty for episodes, all of which do.
        first_window_loss: Option<f64>, FIRST_WINDOW_LOSS = "first_window_loss", "first window loss";
        /// Mean loss of the settled windows; empty if there are none.
        known_loss: Option<f64>, KNOWN_LOSS = "settled_loss", "settled loss";
        /// Share of all targets that were predicted; empty where they are numbers.
        accuracy: Option<f64>, ACCURACY = "accuracy", "accuracy";
        /// Share of the settled windows' targets that were predicted; empty if there are none.
        known_accuracy: Option<f64>, KNOWN_ACCURACY = "settled_accuracy", "settled accuracy";
        /// The least mean loss that any net can have in all these windows; empty where it is not known.
        floor: Option<f64>, FLOOR = "floor", "floor";
        /// Mean loss of the validation data after the epoch; empty where it was not validated.
        valid_loss: Extra, VALID_LOSS = "valid_loss", "validation loss", unless "Extra::is_left_out";
        /// Share of the validation targets that were predicted; empty where it was not validated, or they are numbers.
        valid_accuracy: Extra, VALID_ACCURACY = "valid_accuracy", "validation accuracy", unless "Extra::is_left_out";
    }
}

impl EpochRow {
    /// Whether the task was solved in this epoch: whether the mean loss of its settled windows, whose floor is 0, or of
    /// all windows where none is settled, is less than this above the floor. How much that is, the task says
    /// ([`Task::solved_within`](echo_data::Task::solved_within)).
    #[must_use]
    pub fn solved(&self, within: f64) -> bool {
        let above_floor = self.known_loss.or_else(|| Some(self.loss - self.floor?));
        above_floor.is_some_and(|loss| loss < within)
    }

    /// The loss that counts: that of the settled windows, if there are any.
    #[must_use]
    pub fn measured(&self) -> f64 {
        self.known_loss.unwrap_or(self.loss)
    }
}

impl Settings {
    /// The loss of an epoch that counts, and what it is called: where all windows are settled no word is lost about it.
    #[must_use]
    pub fn measured(&self, row: &EpochRow) -> (&'static str, f64) {
        let is_apart = row.known_loss.is_some() && self.tells_known_apart();
        let column = if is_apart { EpochRow::KNOWN_LOSS } else { EpochRow::LOSS };
        (column.title, row.measured())
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::Row;
    use super::*;
    use serde::Serialize;

    fn header(row: impl Serialize) -> String {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.serialize(row).unwrap();
        String::from_utf8(csv.into_inner().unwrap()).unwrap().lines().next().unwrap().to_owned()
    }

    #[test]
    fn columns_are_the_rows_fields() {
        let (loss, learning_rate) = (0.0, 0.3);
        let metrics = MetricsRow {
            epoch: 0,
            batch: 0,
            step: 0,
            loss,
            accuracy: None,
            gradient_norm: None,
            learning_rate,
            floor: None,
        };
        assert_eq!(header(metrics), MetricsRow::<f64>::names().join(","));
        let epoch = EpochRow {
            epoch: 0,
            windows: 1,
            loss,
            first_window_loss: None,
            known_loss: None,
            accuracy: None,
            known_accuracy: None,
            floor: None,
            valid_loss: Extra::NoColumn,
            valid_accuracy: Extra::NoColumn,
        };
        assert_eq!(header(epoch), EpochRow::names().join(","));
        let validated = EpochRow { valid_loss: Extra::Cell(Some(0.5)), valid_accuracy: Extra::Cell(None), ..epoch };
        assert_eq!(header(validated), [EpochRow::names(), EpochRow::extras()].concat().join(","));
    }
}
