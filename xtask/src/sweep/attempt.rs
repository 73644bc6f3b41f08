//! An attempt at a trial: what a process is told to do, and what is kept of it.

use super::keeper::Work;
use super::options::Keep;
use super::trial::Job;
use crate::trials::early_stopping::Limit;
use crate::trials::plan::Trial;
use crate::trials::results::{Record, TrialStatus};
use crate::trials::store::trial_folder;
use std::time::Instant;

/// An attempt at a trial.
pub(super) struct Attempt {
    pub(super) trial: Trial,
    limits: Vec<Limit>,
    pub(super) number: u32,
    /// How many before it were killed from outside.
    pub(super) killed: u32,
    /// Whether it is told that it begins.
    pub(super) told: bool,
    pub(super) begun: Instant,
}

impl Attempt {
    /// That after so many others.
    pub(super) fn after(before: u32, trial: Trial, limits: Vec<Limit>) -> Self {
        let number = before.saturating_add(1);
        Self { trial, limits, number, killed: 0, told: false, begun: Instant::now() }
    }

    /// The next one, where it was killed from outside.
    pub(super) fn next(self) -> Self {
        let Self { trial, limits, number, killed, .. } = self;
        Self { killed: killed + 1, ..Self::after(number, trial, limits) }
    }

    /// What a process is to do.
    pub(super) fn job(&self, work: &Work<'_>) -> Job {
        let folder = (work.keep != Keep::None).then(|| trial_folder(work.folder, self.trial.hash));
        Job {
            trial: self.trial.number,
            settings: self.trial.settings.to_table(),
            // The process has no other place to count relative paths from than this one.
            folder: folder.map(|folder| std::path::absolute(&folder).unwrap_or(folder)),
            limits: self.limits.clone(),
            every_epoch: work.plan.spec.early_stopping.is_some(),
            seconds: work.plan.spec.trial_seconds,
        }
    }

    /// Its line as it begins.
    pub(super) fn record(&self) -> Record {
        Record::begun(self.trial.hash, self.number)
    }

    /// Its line where its time was up, of which this is known.
    pub(super) fn timed_out(&self, work: &Work<'_>, record: Record) -> Record {
        let seconds = work.plan.spec.trial_seconds.unwrap_or_default();
        let error = format!("not done after {seconds} seconds, and {} epochs", record.outcome.epochs);
        Record { status: TrialStatus::TimedOut, error: Some(error), ..record }
    }
}
