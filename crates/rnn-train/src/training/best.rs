//! Which epoch's weights are the best ones: those of the lowest validation loss, or of the highest validation accuracy.

use super::scorer::Scores;
use crate::outputs::status::TargetScores;
use crate::settings::choices::Monitor;
use crate::settings::table::Settings;
use echo_data::Baseline;
use serde::{Deserialize, Serialize};

/// What validation has found so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Best {
    /// The epoch whose weights are the best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) epoch: Option<usize>,
    /// The validation loss after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) loss: Option<f64>,
    /// The share of right answers then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accuracy: Option<f64>,
    /// The share of whole episodes that were right then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sequence_accuracy: Option<f64>,
    /// Validations since then.
    #[serde(default)]
    waited: usize,
}

/// Scores on the test data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tested {
    pub(crate) scores: Scores,
    /// The best of some simple rules there.
    pub(crate) baseline: Option<Baseline>,
    /// Of each number that is asked for.
    pub(crate) targets: Vec<TargetScores>,
}

impl Best {
    /// Takes in a validation, and says whether it is the best so far. One whose loss is no number never is.
    pub(super) fn take_in(&mut self, monitor: Monitor, epoch: usize, scores: Scores) -> bool {
        let Scores { loss, accuracy, sequence_accuracy, .. } = scores;
        let is_better = match monitor {
            Monitor::Loss => self.loss.is_none_or(|best| loss < best),
            Monitor::Accuracy => self.epoch.is_none() || accuracy > self.accuracy,
        };
        let is_best = loss.is_finite() && is_better;
        if is_best {
            *self = Self { epoch: Some(epoch), loss: Some(loss), accuracy, sequence_accuracy, waited: 0 };
        } else {
            self.waited += 1;
        }
        is_best
    }

    /// Whether too many validations were no better.
    pub(super) fn is_out_of_patience(&self, settings: &Settings) -> bool {
        settings.patience.on().is_some_and(|patience| self.waited >= patience)
    }

    /// Whether there was no validation.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(loss: f64, accuracy: Option<f64>) -> Scores {
        Scores { loss, accuracy, sequence_accuracy: None, floor: None }
    }

    #[test]
    fn the_lowest_loss_is_the_best_and_patience_ends() {
        let mut best = Best::default();
        let settings = "valid = 0.1\npatience = 2".parse::<Settings>().unwrap();
        let mut told = Vec::new();
        for (epoch, loss) in [(0, f64::NAN), (1, 0.5), (3, 0.5), (5, 0.4), (7, 0.6)] {
            told.push((best.take_in(Monitor::Loss, epoch, scores(loss, None)), best.is_out_of_patience(&settings)));
        }
        assert_eq!(told, [(false, false), (true, false), (false, false), (true, false), (false, false)]);
        assert_eq!((best.epoch, best.loss), (Some(5), Some(0.4)));
        assert!(!best.take_in(Monitor::Loss, 9, scores(f64::INFINITY, None)) && best.is_out_of_patience(&settings));
        assert!(!best.is_out_of_patience(&"valid = 0.1".parse().unwrap()));
    }

    #[test]
    fn the_first_of_the_highest_accuracies_is_the_best_whatever_the_loss() {
        let mut best = Best::default();
        let mut told = |epoch, loss, accuracy| best.take_in(Monitor::Accuracy, epoch, scores(loss, Some(accuracy)));
        assert!(told(0, 0.5, 0.5) && told(1, 0.6, 0.75));
        assert!(!told(2, 0.1, 0.75) && !told(3, f64::NAN, 1.0));
        assert_eq!((best.epoch, best.loss), (Some(1), Some(0.6)));
    }
}
