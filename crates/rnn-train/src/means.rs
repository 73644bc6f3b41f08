//! Means over an epoch's windows.

use crate::files::EpochRow;
use serde::{Deserialize, Serialize};

/// Running means over the counted targets of an epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Means {
    first_settled_window: usize,
    first_window_loss: f64,
    windows: usize,
    all: Mean,
    settled: Mean,
}

/// A mean that is moved, not summed up, so that no finite losses overflow it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Mean {
    steps: usize,
    loss: f64,
    accuracy: f64,
}

impl Mean {
    fn add(&mut self, steps: usize, loss: f64, accuracy: f64) {
        self.steps += steps;
        let share = steps as f64 / self.steps as f64;
        self.loss += (loss - self.loss) * share;
        self.accuracy += (accuracy - self.accuracy) * share;
    }

    /// One of its means, if there is any.
    fn known(&self, mean: f64) -> Option<f64> {
        (self.steps > 0).then_some(mean)
    }
}

impl Means {
    pub(crate) fn new(first_settled_window: usize) -> Self {
        Self { first_settled_window, ..Self::default() }
    }

    /// Takes in a window in which `steps` time steps were counted.
    pub(crate) fn add(&mut self, window: usize, steps: usize, loss: f64, accuracy: f64) {
        self.windows += 1;
        if window == 0 {
            self.first_window_loss = loss;
        }
        self.all.add(steps, loss, accuracy);
        if window >= self.first_settled_window {
            self.settled.add(steps, loss, accuracy);
        }
    }

    /// The means so far, as the row of an epoch that has at least one window.
    pub(crate) fn row(&self, epoch: usize) -> EpochRow {
        EpochRow {
            epoch,
            windows: self.windows,
            loss: self.all.loss,
            first_window_loss: self.first_window_loss,
            settled_loss: self.settled.known(self.settled.loss),
            accuracy: self.all.accuracy,
            settled_accuracy: self.settled.known(self.settled.accuracy),
        }
    }
}
