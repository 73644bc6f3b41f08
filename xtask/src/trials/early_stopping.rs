//! Stops trials that are hopeless beside others.
//!
//! The rules are those of Optuna's `MedianPruner` and `SuccessiveHalvingPruner` (the latter after Li et al. 2020, "A System
//! for Massively Parallel Hyperparameter Tuning"), on the loss after each epoch of the windows whose
//! targets can all be known:
//!
//! ```text
//! median    after every epoch: its lowest loss so far is above the median of the losses that the trials done had there
//! halving   after min_epochs · reduction_factor^r epochs, r = 0, 1, …: it is not among the best 1/reduction_factor there
//! ```
//!
//! There, trials are compared with those that happen to have ended, so that what is pruned depends on how many run at the
//! same time. Here trials run replicate by replicate, in each in the order of their hashes, and the trial at place t of that order
//! is compared with those up to t − `at_once`, which have all ended when it begins. So what is pruned depends on which trials
//! there are (and on those that fail), but neither on how many run at the same time nor on the order in which the spec lists
//! its values; and a trial can be told before it begins at which losses it is to stop.

use chart_kit::text::{count, number};
use rnn_train::outputs::rows::EpochRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// A rule by which trials are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EarlyStopping {
    pub(crate) halving: bool,
    /// `median`: how many trials there must be to compare with.
    pub(crate) startup_trials: u64,
    /// `median`: epochs that every trial is given.
    pub(crate) warmup_epochs: u64,
    /// `halving`: epochs up to the first comparison.
    pub(crate) min_epochs: u64,
    /// `halving`: how many times as many epochs there are up to the next, and of how many trials one goes on.
    pub(crate) reduction_factor: u64,
    /// How many trials may run at the same time.
    pub(crate) at_once: u64,
}

/// Where a trial stops: after this many epochs, if its loss is above this.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Limit {
    /// Counted from 1.
    pub(crate) epochs: usize,
    pub(crate) loss: f64,
    /// The number of trials that it is from.
    pub(crate) trials: usize,
    /// Whether it is for the lowest loss so far, not for the last one.
    pub(crate) lowest: bool,
}

impl Limit {
    /// Why a trial with this loss is stopped there.
    pub(crate) fn reason(&self, loss: f64) -> String {
        let Self { epochs, loss: limit, trials, lowest } = self;
        let (lowest_of_all, what) = (if *lowest { "lowest " } else { "" }, EpochRow::KNOWN_LOSS.title);
        let than = if *lowest { "the median" } else { "those that go on" };
        let [loss, limit] = [loss, *limit].map(|loss| number(loss, 5));
        format!(
            "{lowest_of_all}{what} {loss} after {}: above {limit}, that of {than} of {trials} trials",
            count(*epochs, "epoch")
        )
    }
}

/// A trial's losses: epochs, counted from 0, and the loss of each.
pub(crate) type Curve = Vec<(usize, f64)>;

impl EarlyStopping {
    pub(crate) const METHODS: [&str; 2] = ["median", "halving"];
    pub(crate) const KEYS: [&str; 6] =
        ["method", "startup_trials", "warmup_epochs", "min_epochs", "reduction_factor", "at_once"];

    /// Whether a method has a key.
    pub(crate) fn has_key(method: &str, key: &str) -> bool {
        match key {
            "startup_trials" | "warmup_epochs" => method == Self::METHODS[0],
            "min_epochs" | "reduction_factor" => method == Self::METHODS[1],
            _ => true,
        }
    }

    /// Optuna's defaults.
    pub(crate) fn default_of(key: &str) -> i64 {
        match key {
            "startup_trials" => 5,
            "min_epochs" => 1,
            "reduction_factor" => 4,
            "at_once" => 16,
            _ => 0,
        }
    }

    pub(crate) fn to_toml(self) -> Table {
        let number = |key: &str, n: u64| (key.to_owned(), Value::Integer(i64::try_from(n).unwrap_or(i64::MAX)));
        let method = Self::METHODS[usize::from(self.halving)];
        let own = if self.halving {
            [number("min_epochs", self.min_epochs), number("reduction_factor", self.reduction_factor)]
        } else {
            [number("startup_trials", self.startup_trials), number("warmup_epochs", self.warmup_epochs)]
        };
        let around = [("method".to_owned(), Value::from(method)), number("at_once", self.at_once)];
        around.into_iter().chain(own).collect()
    }

    /// Where a trial of this many epochs stops, beside others: `done` are the curves of those that were trained to their
    /// end, `pruned` of those that were not.
    pub(crate) fn limits(&self, num_epochs: usize, done: &[&Curve], pruned: &[&Curve]) -> Vec<Limit> {
        let mut limits = Vec::new();
        if self.halving {
            let at = |curve: &&Curve, epoch: usize| {
                let place = curve.binary_search_by_key(&epoch, |(of, _)| *of).ok()?;
                Some(curve[place].1)
            };
            let mut epochs = self.min_epochs;
            while (epochs as usize) < num_epochs {
                let curves = done.iter().chain(pruned);
                let mut losses: Vec<f64> = curves.filter_map(|curve| at(curve, epochs as usize - 1)).collect();
                losses.sort_by(f64::total_cmp);
                // Of all there and this trial itself, so many go on, but at least the best.
                let go_on = ((losses.len() + 1) / self.reduction_factor as usize).max(1);
                if let Some(&loss) = losses.get(go_on - 1) {
                    limits.push(Limit { epochs: epochs as usize, loss, trials: losses.len(), lowest: false });
                }
                epochs = epochs.saturating_mul(self.reduction_factor);
            }
        } else if done.len() as u64 >= self.startup_trials {
            let mut by_epoch: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
            let given = self.warmup_epochs as usize + 1..num_epochs;
            for &(epoch, loss) in done.iter().copied().flatten().filter(|(epoch, _)| given.contains(&(epoch + 1))) {
                by_epoch.entry(epoch + 1).or_default().push(loss);
            }
            for (epochs, losses) in by_epoch {
                let trials = losses.len();
                let median = super::stats::median(losses);
                limits.extend(median.map(|loss| Limit { epochs, loss, trials, lowest: true }));
            }
        }
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: EarlyStopping = EarlyStopping {
        halving: false,
        startup_trials: 3,
        warmup_epochs: 1,
        min_epochs: 1,
        reduction_factor: 2,
        at_once: 1,
    };

    fn limits(rule: EarlyStopping, curves: &[Curve]) -> Vec<(usize, f64)> {
        let curves: Vec<_> = curves.iter().collect();
        rule.limits(4, &curves, &[]).iter().map(|limit| (limit.epochs, limit.loss)).collect()
    }

    fn curve(losses: [f64; 4]) -> Curve {
        losses.into_iter().enumerate().collect()
    }

    /// Worked out by hand from Optuna's description.
    #[test]
    fn limits_are_those_of_the_rules() {
        let curves = [curve([4.0, 3.0, 2.0, 1.0]), curve([1.0, 1.0, 1.0, 1.0]), curve([9.0, 8.0, 7.0, 6.0])];
        // After the warm-up, and not after the last epoch, where there is nothing to stop.
        assert_eq!(limits(RULE, &curves), [(2, 3.0), (3, 2.0)]);
        assert_eq!(limits(RULE, &curves[..2]), []);
        let halving = EarlyStopping { halving: true, ..RULE };
        // After 1 and 2 epochs: of four with the trial itself two go on, so it must not be worse than the second.
        assert_eq!(limits(halving, &curves), [(1, 4.0), (2, 3.0)]);
        // Of two, one goes on.
        assert_eq!(limits(halving, &curves[..1]), [(1, 4.0), (2, 3.0)]);
        assert_eq!(limits(halving, &[]), []);
    }
}
