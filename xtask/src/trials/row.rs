//! A trial and what became of it: a row of a sweep's tables.

use super::plan::{HASH, Hash, Plan};
use super::results::{Known, Record, TrialStatus, status_of};

/// A column of a table: its name, and what stands in a row's cell.
pub(super) type Column<R> = (&'static str, fn(&R) -> String);

/// The columns of the summary behind those of the varied settings.
pub(super) const BEHIND: [Column<Row>; 21] = [
    ("parameters", |row| cell(row.parameters)),
    ("status", |row| row.status.to_string()),
    ("final_loss", |row| cell(row.final_loss())),
    ("best_loss", |row| cell(row.number(|record| record.outcome.best_loss))),
    ("accuracy", |row| cell(row.number(|record| record.outcome.accuracy))),
    ("solved_epoch", |row| cell(row.number(|record| record.outcome.solved_epoch))),
    ("solved_steps", |row| cell(row.number(|record| record.outcome.solved_steps))),
    ("solved_sequences", |row| cell(row.number(|record| record.outcome.solved_sequences))),
    ("best_epoch", |row| cell(row.number(|record| record.outcome.best_epoch))),
    ("valid_loss", |row| cell(row.number(|record| record.outcome.valid_loss))),
    ("valid_accuracy", |row| cell(row.number(|record| record.outcome.valid_accuracy))),
    ("test_loss", |row| cell(row.number(|record| record.outcome.test_loss))),
    ("test_accuracy", |row| cell(row.number(|record| record.outcome.test_accuracy))),
    ("test_sequence_accuracy", |row| cell(row.number(|record| record.outcome.test_sequence_accuracy))),
    ("test_skill", |row| cell(row.number(|record| record.outcome.test_skill))),
    ("epochs", |row| cell(row.number(|record| Some(record.outcome.epochs).filter(|&epochs| epochs > 0)))),
    ("steps", |row| cell(row.number(|record| Some(record.outcome.steps).filter(|&steps| steps > 0)))),
    ("wall_seconds", |row| {
        let ended = row.record.as_ref().filter(|record| record.status != TrialStatus::Running);
        cell(ended.map(|record| format!("{:.3}", record.outcome.wall_seconds)))
    }),
    ("error", |row| cell(row.error())),
    ("stderr", |row| cell(row.record.as_ref().and_then(|record| record.stderr.as_ref()))),
    (HASH, |row| row.hash.to_string()),
];

/// What stands in a cell; nothing where there is no value.
fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A trial and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) trial: usize,
    pub(crate) replicate: u64,
    pub(crate) seed: u64,
    pub(crate) hash: Hash,
    /// The number of parameters of its net; nothing as long as data decide that have not been read.
    pub(crate) parameters: Option<usize>,
    pub(crate) status: TrialStatus,
    /// `None` for one that has not begun.
    pub(crate) record: Known,
}

impl Row {
    pub(crate) fn new(plan: &Plan, trial: usize, record: Known, running: bool) -> Self {
        let (group, replicate) = plan.place(trial);
        let status = status_of(record.as_deref(), running);
        let (seed, hash) = (plan.seed(replicate), plan.hash(trial));
        let of_record = || record.as_deref().and_then(|record| record.outcome.parameters);
        let parameters = plan.parameters(group).or_else(of_record);
        Self { trial, replicate, seed, hash, parameters, status, record }
    }

    pub(crate) fn solved(&self) -> bool {
        self.number(|record| record.outcome.solved_steps).is_some()
    }

    /// Whether a task that is solved within this of its floor is so no more in the last epoch.
    pub(crate) fn lost(&self, solved_within: Option<f64>) -> bool {
        self.solved() && self.final_loss().zip(solved_within).is_some_and(|(loss, within)| loss >= within)
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
        let before = [self.trial.to_string(), self.replicate.to_string(), self.seed.to_string()];
        let behind = BEHIND.iter().map(|(_, cell)| cell(self));
        before.into_iter().chain(values.iter().cloned()).chain(behind).collect()
    }
}
