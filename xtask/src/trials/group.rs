//! A group of trials that have something in common, such as the values of a combination, in numbers.
//!
//! Trials that were pruned before they had solved the task are unknown: they might have solved it later. The solve rate is that
//! of the trials that are decided. Its interval goes from Wilson's lower end, if none of the unknown ones would have solved the
//! task, to Wilson's upper end, if all of them would; without unknown ones it is Wilson's interval.

use super::results::TrialStatus;
use super::row::Row;
use super::stats::{mean, median, quantile, wilson};

/// A column of groups: its name, and what stands in a group's cell.
type Column = (&'static str, fn(&Group) -> String);

/// The columns of `groups.csv` behind those of the varied settings.
pub(crate) const COLUMNS: [Column; 24] = [
    ("parameters", |group| group.parameters.map(|parameters| parameters.to_string()).unwrap_or_default()),
    ("trials", |group| group.trials.to_string()),
    ("n", |group| group.decided.to_string()),
    ("solved", |group| group.solved.to_string()),
    ("unknown", |group| group.unknown.to_string()),
    ("solve_rate", |group| cell(group.rate())),
    ("solve_rate_low", |group| cell(group.rate_interval().map(|ends| ends.0))),
    ("solve_rate_high", |group| cell(group.rate_interval().map(|ends| ends.1))),
    ("median_solved_steps", |group| cell(group.median_solved_steps())),
    ("median_solved_sequences", |group| cell(group.solved_sequences_at(0.5))),
    ("median_final_loss", |group| cell(group.final_loss(0.5))),
    ("lower_quartile_final_loss", |group| cell(group.final_loss(0.25))),
    ("upper_quartile_final_loss", |group| cell(group.final_loss(0.75))),
    ("median_accuracy", |group| cell(group.median_accuracy())),
    ("mean_valid_loss", |group| cell(group.mean_valid_loss())),
    ("mean_test_loss", |group| cell(group.mean_test_loss())),
    ("mean_test_accuracy", |group| cell(group.mean_test_accuracy())),
    ("mean_test_sequence_accuracy", |group| cell(group.mean_test_sequence_accuracy())),
    ("mean_test_skill", |group| cell(group.mean_test_skill())),
    ("done", |group| group.count(|status| status == TrialStatus::Done).to_string()),
    ("diverged", |group| group.count(|status| status == TrialStatus::Diverged).to_string()),
    ("pruned", |group| group.count(|status| status == TrialStatus::Pruned).to_string()),
    ("failed", |group| group.count(TrialStatus::is_failure).to_string()),
    ("mean_wall_seconds", |group| group.mean_seconds().map(|seconds| format!("{seconds:.3}")).unwrap_or_default()),
];

/// A number in a cell; a file holds no infinity.
fn cell(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
}

/// What became of trials that have something in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    /// The number of parameters of their nets; nothing where it is not known yet.
    pub(crate) parameters: Option<usize>,
    /// Those that are planned.
    pub(crate) trials: usize,
    /// Those of which it is known whether they solve the task.
    pub(crate) decided: usize,
    pub(crate) solved: usize,
    /// Those that were pruned before that was known.
    pub(crate) unknown: usize,
    solved_steps: Vec<f64>,
    solved_sequences: Vec<f64>,
    /// Of those that were trained to their end; infinite for one that diverged.
    final_losses: Vec<f64>,
    /// Of those that were trained to their end.
    accuracies: Vec<f64>,
    valid_losses: Vec<f64>,
    test_losses: Vec<f64>,
    valid_accuracies: Vec<f64>,
    test_accuracies: Vec<f64>,
    test_sequence_accuracies: Vec<f64>,
    test_skills: Vec<f64>,
    statuses: Vec<TrialStatus>,
    seconds: Vec<f64>,
}

impl Group {
    pub(crate) fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut group = Self::default();
        rows.for_each(|row| group.add(row));
        group
    }

    /// Takes in a trial.
    pub(crate) fn add(&mut self, row: &Row) {
        self.trials += 1;
        self.parameters = self.parameters.or(row.parameters);
        self.statuses.push(row.status);
        self.unknown += usize::from(row.is_unknown());
        if row.is_decided() {
            self.decided += 1;
            self.solved += usize::from(row.solved());
            self.solved_steps.extend(row.number(|record| record.outcome.solved_steps).map(|steps| steps as f64));
            let sequences = row.number(|record| record.outcome.solved_sequences);
            self.solved_sequences.extend(sequences.map(|sequences| sequences as f64));
        }
        match row.status {
            TrialStatus::Done => {
                self.final_losses.extend(row.final_loss());
                self.accuracies.extend(row.number(|record| record.outcome.accuracy));
                self.valid_losses.extend(row.number(|record| record.outcome.valid_loss));
                self.valid_accuracies.extend(row.number(|record| record.outcome.valid_accuracy));
                self.test_losses.extend(row.number(|record| record.outcome.test_loss));
                self.test_accuracies.extend(row.number(|record| record.outcome.test_accuracy));
                self.test_sequence_accuracies.extend(row.number(|record| record.outcome.test_sequence_accuracy));
                self.test_skills.extend(row.number(|record| record.outcome.test_skill));
            }
            TrialStatus::Diverged => self.final_losses.push(f64::INFINITY),
            _ => {}
        }
        if row.status.is_final() {
            self.seconds.extend(row.number(|record| Some(record.outcome.wall_seconds)));
        }
    }

    /// The share of the decided trials that solved the task.
    pub(crate) fn rate(&self) -> Option<f64> {
        (self.decided > 0).then(|| self.solved as f64 / self.decided as f64)
    }

    /// The 95 % interval of the probability that a trial solves the task.
    pub(crate) fn rate_interval(&self) -> Option<(f64, f64)> {
        let all = self.decided + self.unknown;
        Some((wilson(self.solved, all)?.0, wilson(self.solved + self.unknown, all)?.1))
    }

    /// The median of the steps to the solution, of those that solved the task.
    pub(crate) fn median_solved_steps(&self) -> Option<f64> {
        median(self.solved_steps.iter().copied())
    }

    /// A quantile of the final losses; infinite where that is a trial that diverged.
    pub(crate) fn final_loss(&self, share: f64) -> Option<f64> {
        quantile(self.final_losses.iter().copied(), share)
    }

    pub(crate) fn median_accuracy(&self) -> Option<f64> {
        median(self.accuracies.iter().copied())
    }

    pub(crate) fn mean_valid_loss(&self) -> Option<f64> {
        mean(&self.valid_losses)
    }

    pub(crate) fn mean_test_loss(&self) -> Option<f64> {
        mean(&self.test_losses)
    }

    pub(crate) fn mean_test_sequence_accuracy(&self) -> Option<f64> {
        mean(&self.test_sequence_accuracies)
    }

    pub(crate) fn mean_test_skill(&self) -> Option<f64> {
        mean(&self.test_skills)
    }

    /// Sequences until the solution, of those that solved the task.
    pub(crate) fn solved_sequences(&self) -> &[f64] {
        &self.solved_sequences
    }

    /// A quantile of these.
    pub(crate) fn solved_sequences_at(&self, share: f64) -> Option<f64> {
        quantile(self.solved_sequences.iter().copied(), share)
    }

    pub(crate) fn test_losses(&self) -> &[f64] {
        &self.test_losses
    }

    pub(crate) fn test_accuracies(&self) -> &[f64] {
        &self.test_accuracies
    }

    /// How bad a group is beside others that answer the same question, without a look at test data; to be compared from the first number on.
    pub(crate) fn how_bad(&self) -> [f64; 3] {
        let validated = mean(&self.valid_accuracies).map(|accuracy| -accuracy).or(self.mean_valid_loss());
        let unsolved = 1.0 - self.rate().unwrap_or_default();
        let soon = median(self.solved_steps.iter().copied()).or(self.final_loss(0.5));
        [validated.unwrap_or(f64::INFINITY), unsolved, soon.unwrap_or(f64::INFINITY)]
    }

    pub(crate) fn mean_test_accuracy(&self) -> Option<f64> {
        mean(&self.test_accuracies)
    }

    pub(crate) fn mean_seconds(&self) -> Option<f64> {
        mean(&self.seconds)
    }

    /// How many trials ended in ways that are so.
    pub(crate) fn count(&self, is: impl Fn(TrialStatus) -> bool) -> usize {
        self.statuses.iter().filter(|status| is(**status)).count()
    }
}
