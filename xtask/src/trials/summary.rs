//! The tables of a sweep, for spreadsheets: `summary.csv`, a row a trial, and `groups.csv`, a row a combination of values. They
//! are made from the results each time, and never read.

use super::group::{self, Group};
use super::objective::{Metric, Objective};
use super::plan::{BEFORE, Plan};
use super::results::{Outcome, Record, TrialStatus};
use super::row::{BEHIND, Row};
use crate::error::Error;
use crate::trials::sweep::Sweep;
use rnn_train::outputs::table::write_table;

/// The file of trials.
pub(crate) const SUMMARY: &str = "summary.csv";
/// The file of combinations.
pub(crate) const GROUPS: &str = "groups.csv";

impl Metric {
    /// Its value.
    pub(crate) fn of(self, outcome: &Outcome) -> Option<f64> {
        match self {
            Self::FinalLoss => outcome.final_loss,
            Self::BestLoss => outcome.best_loss,
            Self::Accuracy => outcome.accuracy,
            Self::SolvedSteps => outcome.solved_steps.map(|steps| steps as f64),
            Self::ValidLoss => outcome.valid_loss,
            Self::ValidAccuracy => outcome.valid_accuracy,
            Self::TestLoss => outcome.test_loss,
            Self::TestAccuracy => outcome.test_accuracy,
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
    BEFORE
        .into_iter()
        .chain(plan.spec.varied())
        .chain(BEHIND.iter().map(|(name, _)| *name))
        .map(str::to_owned)
        .collect()
}

/// Writes both tables, of trials of which this is known; `rows` has all of them in the plan's order.
pub(crate) fn write(sweep: Sweep<'_>, rows: &[Row]) -> Result<(), Error> {
    let Sweep { plan, folder } = sweep;
    write_table(&folder.join(SUMMARY), |table| {
        table.write_record(columns(plan))?;
        for row in rows {
            table.write_record(row.cells(&plan.texts(plan.place(row.trial).0)))?;
        }
        Ok(())
    })?;
    Ok(write_table(&folder.join(GROUPS), |table| {
        table.write_record(plan.spec.varied().into_iter().chain(group::COLUMNS.iter().map(|(name, _)| *name)))?;
        for group in 0..plan.groups() {
            let of_group = Group::of(plan.trials_of(group).map(|trial| &rows[trial]));
            let cells = group::COLUMNS.iter().map(|(_, cell)| cell(&of_group));
            table.write_record(plan.texts(group).into_iter().chain(cells))?;
        }
        Ok(())
    })?)
}
