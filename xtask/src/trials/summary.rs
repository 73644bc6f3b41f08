//! The tables of a sweep, for spreadsheets: `summary.csv`, a row a trial, and `groups.csv`, a row a combination of values.

use super::plan::{BEFORE, HASH, Hash, Plan};
use super::results::{Known, Outcome, Record, TrialStatus, status_of};
use super::spec::{Metric, Objective};
use super::stats::{mean, mean_interval, median, wilson};
use crate::error::Error;
use rnn_train::files::SOLVED_LOSS;
use rnn_train::folder::write_whole_with;
use std::path::Path;

/// The file of trials.
pub(crate) const SUMMARY: &str = "summary.csv";
/// The file of combinations.
pub(crate) const GROUPS: &str = "groups.csv";

/// The columns of the summary behind those of the varied settings.
const BEHIND: [&str; 12] = [
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

/// The columns of the groups behind those of the varied settings.
const OF_GROUP: [&str; 15] = [
    "trials",
    "n",
    "solved",
    "solve_rate",
    "solve_rate_low",
    "solve_rate_high",
    "median_solved_steps",
    "mean_final_loss",
    "mean_final_loss_low",
    "mean_final_loss_high",
    "done",
    "diverged",
    "pruned",
    "failed",
    "mean_wall_seconds",
];

/// A trial and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) trial: usize,
    pub(crate) replicate: u64,
    pub(crate) seed: u64,
    pub(crate) hash: Hash,
    pub(crate) status: TrialStatus,
    /// `None` for one that has not begun.
    pub(crate) record: Known,
}

impl Row {
    pub(crate) fn new(plan: &Plan, trial: usize, record: Known, running: bool) -> Self {
        let (_, replicate) = plan.place(trial);
        let status = status_of(record.as_deref(), running);
        Self { trial, replicate, seed: plan.seed(replicate), hash: plan.hash(trial), status, record }
    }

    pub(crate) fn solved(&self) -> bool {
        self.number(|record| record.outcome.solved_steps).is_some()
    }

    /// Whether the task, once solved, is so no more in the last epoch.
    pub(crate) fn lost(&self) -> bool {
        self.solved() && self.final_loss().is_some_and(|loss| loss >= SOLVED_LOSS)
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

    /// Whether it counts as a try at the task: it was trained to its end, diverged, or was stopped as hopeless.
    pub(crate) fn counts(&self) -> bool {
        self.status.is_final()
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

impl Metric {
    /// Its value.
    pub(crate) fn of(self, outcome: &Outcome) -> Option<f64> {
        match self {
            Self::FinalLoss => outcome.final_loss,
            Self::BestLoss => outcome.best_loss,
            Self::Accuracy => outcome.accuracy,
            Self::SolvedSteps => outcome.solved_steps.map(|steps| steps as f64),
        }
    }
}

impl Objective {
    /// How good a trial is, less being better; `None` for one that cannot be ranked.
    pub(crate) fn score(self, record: &Record) -> Option<f64> {
        let value = self.metric.of(&record.outcome);
        let value = value.filter(|_| record.status == TrialStatus::Done);
        value.map(|value| if self.maximize { -value } else { value })
    }
}

/// The names of the summary's columns.
pub(crate) fn columns(plan: &Plan) -> Vec<String> {
    BEFORE.into_iter().chain(plan.spec.varied()).chain(BEHIND).map(str::to_owned).collect()
}

/// Writes both tables, of trials of which this is known; `rows` has all of them in the plan's order.
pub(crate) fn write(plan: &Plan, folder: &Path, rows: &[Row]) -> Result<(), Error> {
    let replicates = plan.spec.replicates as usize;
    write_whole_with(&folder.join(SUMMARY), |file| {
        let mut table = csv::Writer::from_writer(file);
        table.write_record(columns(plan))?;
        for (group, rows) in rows.chunks(replicates).enumerate() {
            let values = plan.texts(group);
            for row in rows {
                table.write_record(row.cells(&values))?;
            }
        }
        table.flush()
    })?;
    Ok(write_whole_with(&folder.join(GROUPS), |file| {
        let mut table = csv::Writer::from_writer(file);
        table.write_record(plan.spec.varied().into_iter().chain(OF_GROUP))?;
        for (group, rows) in rows.chunks(replicates).enumerate() {
            let values = plan.texts(group);
            table.write_record(values.into_iter().chain(Group::of(rows.iter()).cells()))?;
        }
        table.flush()
    })?)
}

/// The hashes of the trials that a summary has the ends of.
pub(crate) fn ended(folder: &Path) -> Result<Vec<Hash>, Error> {
    let path = folder.join(SUMMARY);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let wrong = |problem: String| Error::Results {
        path: path.clone(),
        problem: format!("{problem}; without it, it is written again"),
    };
    let mut table = csv::Reader::from_path(&path).map_err(|error| wrong(error.to_string()))?;
    let header = table.headers().map_err(|error| wrong(error.to_string()))?.clone();
    let column = |name: &str| {
        header.iter().position(|column| column == name).ok_or_else(|| wrong(format!("line 1: no column `{name}`")))
    };
    let (status, hash) = (column("status")?, column(HASH)?);
    let mut ended = Vec::new();
    for row in table.records() {
        let row = row.map_err(|error| wrong(error.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let parsed: TrialStatus = row[status].parse().map_err(|problem| wrong(format!("line {line}: {problem}")))?;
        if parsed.is_final() {
            ended.push(row[hash].parse().map_err(|problem| wrong(format!("line {line}: {problem}")))?);
        }
    }
    Ok(ended)
}

/// What became of the trials that have the same values.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) trials: usize,
    /// Those that count as tries at the task.
    pub(crate) n: usize,
    pub(crate) solved: usize,
    pub(crate) median_solved_steps: Option<f64>,
    /// Of those that were trained to their end.
    pub(crate) final_losses: Vec<f64>,
    pub(crate) accuracies: Vec<f64>,
    statuses: Vec<TrialStatus>,
    seconds: Vec<f64>,
}

impl Group {
    pub(crate) fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let rows: Vec<&Row> = rows.collect();
        let counted = || rows.iter().filter(|row| row.counts());
        let done = || rows.iter().filter(|row| row.status == TrialStatus::Done);
        Self {
            trials: rows.len(),
            n: counted().count(),
            solved: counted().filter(|row| row.solved()).count(),
            median_solved_steps: median(
                counted().filter_map(|row| row.number(|record| record.outcome.solved_steps).map(|steps| steps as f64)),
            ),
            final_losses: done().filter_map(|row| row.final_loss()).collect(),
            accuracies: done().filter_map(|row| row.number(|record| record.outcome.accuracy)).collect(),
            statuses: rows.iter().map(|row| row.status).collect(),
            seconds: counted().filter_map(|row| row.number(|record| Some(record.outcome.wall_seconds))).collect(),
        }
    }

    pub(crate) fn rate(&self) -> Option<f64> {
        (self.n > 0).then(|| self.solved as f64 / self.n as f64)
    }

    fn count(&self, is: impl Fn(&TrialStatus) -> bool) -> usize {
        self.statuses.iter().filter(|status| is(status)).count()
    }

    fn cells(&self) -> [String; OF_GROUP.len()] {
        // Losses near the greatest numbers have no mean that can be written.
        let number = |value: Option<f64>| {
            value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
        };
        let (rates, losses) = (wilson(self.solved, self.n), mean_interval(&self.final_losses));
        [
            self.trials.to_string(),
            self.n.to_string(),
            self.solved.to_string(),
            number(self.rate()),
            number(rates.map(|rates| rates.0)),
            number(rates.map(|rates| rates.1)),
            number(self.median_solved_steps),
            number(mean(&self.final_losses)),
            number(losses.map(|losses| losses.0)),
            number(losses.map(|losses| losses.1)),
            self.count(|status| *status == TrialStatus::Done).to_string(),
            self.count(|status| *status == TrialStatus::Diverged).to_string(),
            self.count(|status| *status == TrialStatus::Pruned).to_string(),
            self.count(|status| status.is_failure()).to_string(),
            mean(&self.seconds).map(|seconds| format!("{seconds:.3}")).unwrap_or_default(),
        ]
    }
}
