//! Means over an epoch's windows.

use crate::outputs::columns::Extra;
use crate::outputs::rows::EpochRow;
use serde::{Deserialize, Serialize};

/// Running means over the scored targets of an epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Means {
    first_known_window: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_window_loss: Option<f64>,
    windows: usize,
    /// The mean floor, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    all: Mean,
    known: Mean,
}

/// What a window's scored targets have come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    /// How many there are, in steps or in targets: in all windows of a run the same.
    pub(crate) count: usize,
    pub(crate) loss: f64,
    /// The share of right answers; nothing for numbers.
    pub(crate) accuracy: Option<f64>,
}

/// A mean that is moved, not summed up, so that no finite losses overflow it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Mean {
    steps: usize,
    loss: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
}

impl Mean {
    /// Returns the share that the added ones have in the mean.
    fn add(&mut self, Scored { count, loss, accuracy }: Scored) -> f64 {
        self.steps += count;
        let share = count as f64 / self.steps as f64;
        self.loss += (loss - self.loss) * share;
        let before = self.accuracy.unwrap_or_default();
        self.accuracy = accuracy.map(|accuracy| before + (accuracy - before) * share);
        share
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

    /// Takes in a window.
    pub(crate) fn add(&mut self, window: usize, scored: Scored, floor: Option<f64>) {
        self.windows += 1;
        // Nothing is scored in some windows of an episode.
        if scored.count == 0 {
            return;
        }
        if window == 0 {
            self.first_window_loss = Some(scored.loss);
        }
        let share = self.all.add(scored);
        let mean = self.floor.unwrap_or_default();
        self.floor = floor.map(|floor| mean + (floor - mean) * share);
        if self.is_known(window) {
            self.known.add(scored);
        }
    }

    /// The mean loss so far, and the mean accuracy.
    pub(crate) fn scores(&self) -> (f64, Option<f64>) {
        (self.all.loss, self.all.accuracy)
    }

    /// The mean floor so far, where it is known.
    pub(crate) fn floor(&self) -> Option<f64> {
        self.floor
    }

    /// The means so far, as the row of an epoch that has at least one window; that of episodes has no first one.
    pub(crate) fn row(&self, epoch: usize, of_episodes: bool) -> EpochRow {
        let known = (self.known.steps > 0).then_some(&self.known);
        EpochRow {
            epoch,
            windows: self.windows,
            loss: self.all.loss,
            first_window_loss: self.first_window_loss.filter(|_| !of_episodes),
            known_loss: known.map(|known| known.loss),
            accuracy: self.all.accuracy,
            known_accuracy: known.and_then(|known| known.accuracy),
            floor: self.floor,
            valid_loss: Extra::NoColumn,
            valid_accuracy: Extra::NoColumn,
        }
    }
}
