//! A run as its files tell it: what is shown of it when it is over.

use crate::curve::LossCurve;
use crate::files::{self, EpochRow, MetricsRow, Status, for_each_row, read_rows};
use crate::snapshot::{MOST_ROWS, MOST_TIMES, Snapshot};
use crate::{Error, Layer, Settings};
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
    /// [`Error::Read`] for a folder that holds no run; [`Error::Setting`] for settings that cannot be.
    pub fn read_any(folder: &Path) -> Result<Self, Error> {
        let settings = Layer::from_toml_file(&folder.join(files::CONFIG))?.resolve()?;
        let status = Status::read(folder)?;
        let epochs = read_rows(&folder.join(files::EPOCHS))?;
        let path = folder.join(files::SNAPSHOTS);
        let mut snapshots = if path.exists() { Snapshot::read_all(&path)? } else { Vec::new() };
        // The last one of a run that is on its way, or was killed, can be there in part.
        let (rows, times) = (settings.batch_size.min(MOST_ROWS), settings.truncated_backprop_length.min(MOST_TIMES));
        let in_part = |last: &mut Snapshot| {
            last.rows.len() < rows || last.rows.last().is_some_and(|answered| answered.input.len() < times)
        };
        snapshots.pop_if(in_part);
        Ok(Self { settings, status, epochs, snapshots })
    }

    /// Which windows of an epoch are settled: from this one on, all targets can be known.
    #[must_use]
    pub fn first_settled_window(&self) -> usize {
        self.settings.first_settled_window()
    }

    /// Calls `take` with each row of a run's `metrics.csv`, of which there can be more than fit in memory.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn for_each_step(folder: &Path, take: impl FnMut(MetricsRow<f64>)) -> Result<(), Error> {
        for_each_row(&folder.join(files::METRICS), take)
    }

    /// The loss curve, of the steps that are in `metrics.csv`.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn curve(&self, folder: &Path) -> Result<LossCurve, Error> {
        let (mut curve, settled) = (LossCurve::default(), self.first_settled_window());
        Self::for_each_step(folder, |row| curve.push(row.step, row.loss, row.batch >= settled))?;
        Ok(curve)
    }
}
