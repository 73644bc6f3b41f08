//! Means over an epoch's windows.

use crate::outputs::rows::EpochRow;
use serde::{Deserialize, Serialize};

/// Running means over the counted targets of an epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Means {
    first_known_window: usize,
    first_window_loss: f64,
    windows: usize,
    /// The mean floor, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    all: Mean,
    known: Mean,
}

/// A mean that is moved, not summed up, so that no finite losses overflow it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Mean {
    steps: usize,
    loss: f64,
    accuracy: f64,
}

impl Mean {
    /// Returns the share that the added ones have in the mean.
    fn add(&mut self, steps: usize, loss: f64, accuracy: f64) -> f64 {
        self.steps += steps;
        let share = steps as f64 / self.steps as f64;
        self.loss += (loss - self.loss) * share;
        self.accuracy += (accuracy - self.accuracy) * share;
        share
    }

    /// One of its means, if there is any.
    fn known(&self, mean: f64) -> Option<f64> {
        (self.steps > 0).then_some(mean)
    }
}

impl Means {
    pub(crate) fn new(first_known_window: usize) -> Self {
        Self { first_known_window, ..Self::default() }
    }

    /// Whether all targets of this window can be known.
    pub(crate) fn is_known(&self, window: usize) -> bool {
        window >= self.first_known_window
    }

    /// Takes in a window in which `steps` time steps were counted.
    pub(crate) fn add(&mut self, window: usize, steps: usize, loss: f64, accuracy: f64, floor: Option<f64>) {
        self.windows += 1;
        if window == 0 {
            self.first_window_loss = loss;
        }
        let share = self.all.add(steps, loss, accuracy);
        let mean = self.floor.unwrap_or_default();
        self.floor = floor.map(|floor| mean + (floor - mean) * share);
        if self.is_known(window) {
            self.known.add(steps, loss, accuracy);
        }
    }

    /// The means so far, as the row of an epoch that has at least one window.
    pub(crate) fn row(&self, epoch: usize) -> EpochRow {
        EpochRow {
            epoch,
            windows: self.windows,
            loss: self.all.loss,
            first_window_loss: self.first_window_loss,
            known_loss: self.known.known(self.known.loss),
            accuracy: self.all.accuracy,
            known_accuracy: self.known.known(self.known.accuracy),
            floor: self.floor,
        }
    }
}
