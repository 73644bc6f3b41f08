//! A trial and what became of it: a row of a sweep's tables.

use super::plan::{HASH, Hash, Plan};
use super::results::{Known, Record, TrialStatus, status_of};

/// The columns of the summary behind those of the varied settings.
pub(super) const BEHIND: [&str; 13] = [
    "parameters",
    "status",
    "final_loss",
    "best_loss",
    "accuracy",
    "solved_epoch",
    "solved_steps",
    "epochs",
    "steps",
    "wall_seconds",
    "error",
    "stderr",
    HASH,
];

/// A trial and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) trial: usize,
    pub(crate) replicate: u64,
    pub(crate) seed: u64,
    pub(crate) hash: Hash,
    /// The number of parameters of its net.
    pub(crate) parameters: usize,
    pub(crate) status: TrialStatus,
    /// `None` for one that has not begun.
    pub(crate) record: Known,
}

impl Row {
    pub(crate) fn new(plan: &Plan, trial: usize, record: Known, running: bool) -> Self {
        let (group, replicate) = plan.place(trial);
        let status = status_of(record.as_deref(), running);
        let (seed, hash, parameters) = (plan.seed(replicate), plan.hash(trial), plan.parameters(group));
        Self { trial, replicate, seed, hash, parameters, status, record }
    }

    pub(crate) fn solved(&self) -> bool {
        self.number(|record| record.outcome.solved_steps).is_some()
    }

    /// Whether a task that is solved within this of its floor is so no more in the last epoch.
    pub(crate) fn lost(&self, solved_within: f64) -> bool {
        self.solved() && self.final_loss().is_some_and(|loss| loss >= solved_within)
    }

    pub(crate) fn final_loss(&self) -> Option<f64> {
        self.number(|record| record.outcome.final_loss)
    }

    pub(crate) fn number<T>(&self, of: impl Fn(&Record) -> Option<T>) -> Option<T> {
        self.record.as_deref().and_then(of)
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.record.as_ref()?.error.as_deref()
    }

    /// Whether it is known whether its net solves the task: it was trained to its end, diverged, or had solved the task before
    /// it was pruned.
    pub(crate) fn is_decided(&self) -> bool {
        match self.status {
            TrialStatus::Done | TrialStatus::Diverged => true,
            TrialStatus::Pruned => self.solved(),
            _ => false,
        }
    }

    /// Whether it was pruned before it was known whether its net solves the task.
    pub(crate) fn is_unknown(&self) -> bool {
        self.status == TrialStatus::Pruned && !self.solved()
    }

    /// The row's cells, in the order of the columns.
    pub(crate) fn cells(&self, values: &[String]) -> Vec<String> {
        fn cell(value: Option<impl ToString>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        let before = [self.trial.to_string(), self.replicate.to_string(), self.seed.to_string()];
        let trained =
            |of: fn(&Record) -> usize| cell(self.number(|record| Some(of(record)).filter(|&number| number > 0)));
        let behind = [
            self.parameters.to_string(),
            self.status.to_string(),
            cell(self.final_loss()),
            cell(self.number(|record| record.outcome.best_loss)),
            cell(self.number(|record| record.outcome.accuracy)),
            cell(self.number(|record| record.outcome.solved_epoch)),
            cell(self.number(|record| record.outcome.solved_steps)),
            trained(|record| record.outcome.epochs),
            trained(|record| record.outcome.steps),
            cell(
                self.record
                    .as_ref()
                    .filter(|record| record.status != TrialStatus::Running)
                    .map(|record| format!("{:.3}", record.outcome.wall_seconds)),
            ),
            cell(self.error()),
            cell(self.record.as_ref().and_then(|record| record.stderr.as_ref())),
            self.hash.to_string(),
        ];
        before.into_iter().chain(values.iter().cloned()).chain(behind).collect()
    }
}
