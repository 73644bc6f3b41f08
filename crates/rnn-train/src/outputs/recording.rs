//! A run as its files tell it: what is shown of it when it is over.

use crate::error::Error;
use crate::outputs::curve::ValidCurve;
use crate::outputs::data_file;
use crate::outputs::files;
use crate::outputs::rows::{EpochRow, MetricsRow};
use crate::outputs::run_folder::expect_run;
use crate::outputs::snapshot::Snapshot;
use crate::outputs::status::Status;
use crate::outputs::table::for_each_row;
use crate::settings::layers::Layer;
use crate::settings::table::Settings;
use std::path::Path;

/// What a run has left in its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// What was trained.
    pub settings: Settings,
    /// How it ended, or how far it is.
    pub status: Status,
    /// A row for each epoch.
    pub epochs: Vec<EpochRow>,
    /// In the order of their steps.
    pub snapshots: Vec<Snapshot>,
}

impl Recording {
    /// Reads the files of the run in `folder`, which has recorded snapshots: at least one.
    ///
    /// # Errors
    /// Those of [`read_any`](Self::read_any), and [`Error::Read`] for a run without snapshots.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let recording = Self::read_any(folder)?;
        if recording.snapshots.is_empty() {
            let nothing = "nothing was recorded: the run was made with --no-figure, or has just begun";
            return Err(Error::Read { path: folder.join(files::SNAPSHOTS), source: std::io::Error::other(nothing) });
        }
        Ok(recording)
    }

    /// Reads the files of the run in `folder`, whether or not it has recorded snapshots.
    ///
    /// # Errors
    /// [`Error::NotARun`] for a folder that holds no run; [`Error::Read`] for files that cannot be read; [`Error::Setting`]
    /// for settings that cannot be.
    pub fn read_any(folder: &Path) -> Result<Self, Error> {
        expect_run(folder)?;
        let settings = data_file::read(Layer::from_toml_file(&folder.join(files::CONFIG))?.resolve()?, folder)?;
        let status = Status::read(folder)?;
        let mut epochs: Vec<EpochRow> = Vec::new();
        for_each_row(&folder.join(files::EPOCHS), |_, row: EpochRow| {
            if row.epoch != epochs.len() {
                return Err(format!("epoch {} stands where epoch {} must", row.epoch, epochs.len()));
            }
            epochs.push(row);
            Ok(())
        })?;
        let path = folder.join(files::SNAPSHOTS);
        let (snapshots, is_whole) =
            if path.exists() { Snapshot::read_all(&path, &settings)? } else { (Vec::new(), true) };
        if !is_whole && status.status.is_final() {
            let problem = "the last snapshot is not whole, though the run has ended";
            return Err(Error::Read { path, source: std::io::Error::other(problem) });
        }
        Ok(Self { settings, status, epochs, snapshots })
    }

    /// The losses of its validations.
    #[must_use]
    pub fn validation(&self) -> ValidCurve {
        let mut curve = ValidCurve::default();
        self.epochs.iter().for_each(|row| curve.push(row));
        curve
    }

    /// The same of the run in `folder`, from its `epochs.csv` alone.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub(crate) fn validation_in(folder: &Path) -> Result<ValidCurve, Error> {
        let mut curve = ValidCurve::default();
        for_each_row(&folder.join(files::EPOCHS), |_, row| {
            curve.push(&row);
            Ok(())
        })?;
        Ok(curve)
    }

    /// Training steps done, as far as is known, given the last one that is in `metrics.csv`: the status of a run that is on
    /// its way, or was killed, says how many there were at its last checkpoint, or none.
    #[must_use]
    pub fn steps_done(&self, last_logged: Option<usize>) -> usize {
        let logged = last_logged.map(|step| step.saturating_add(1));
        let answered = self.snapshots.last().map(|snapshot| snapshot.step);
        [logged, answered].into_iter().flatten().fold(self.status.steps, usize::max)
    }

    /// Calls `take` with each row of a run's `metrics.csv`, of which there can be more than fit in memory.
    ///
    /// # Errors
    /// [`Error::Read`], also for rows that are not in the order of their steps.
    pub fn for_each_step(folder: &Path, mut take: impl FnMut(MetricsRow<f64>)) -> Result<(), Error> {
        let mut above = None;
        for_each_row(&folder.join(files::METRICS), |_, row: MetricsRow<f64>| {
            if let Some(above) = above.replace(row.step).filter(|above| *above >= row.step) {
                return Err(format!(
                    "step {} stands below step {above}: rows must be in the order of their steps",
                    row.step
                ));
            }
            take(row);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_farthest_tells_how_far_a_run_is() {
        let settings = Settings::default();
        let snapshot = Snapshot { epoch: 0, batch: 0, step: 40, first_time: 0, rows: Vec::new() };
        let mut recording =
            Recording { settings, status: Status::begun(1, 0), epochs: Vec::new(), snapshots: vec![snapshot] };
        assert_eq!((recording.steps_done(Some(50)), recording.steps_done(Some(20))), (51, 40));
        recording.status.steps = 100;
        assert_eq!((recording.steps_done(Some(50)), recording.steps_done(None)), (100, 100));
        recording.snapshots.clear();
        recording.status.steps = 0;
        assert_eq!(recording.steps_done(None), 0);
    }
}
