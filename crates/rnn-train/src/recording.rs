//! A run as its files tell it: what is shown of it when it is over.

use crate::curve::LossCurve;
use crate::files::{self, EpochRow, MetricsRow, Status, read_rows};
use crate::snapshot::Snapshot;
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
    /// In the order of their steps; at least one.
    pub snapshots: Vec<Snapshot>,
}

impl Recording {
    /// Reads the files of the run in `folder`.
    ///
    /// # Errors
    /// [`Error::Read`] for a folder that holds no run, or one that has recorded no snapshots; [`Error::Setting`] for
    /// settings that cannot be.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let settings = Layer::from_toml_file(&folder.join(files::CONFIG))?.resolve()?;
        let status = Status::read(folder)?;
        let epochs = read_rows(&folder.join(files::EPOCHS))?;
        let path = folder.join(files::SNAPSHOTS);
        let nothing = || Error::Read {
            path: path.clone(),
            source: std::io::Error::other("nothing was recorded: the run was made with --no-figure, or has just begun"),
        };
        if !path.exists() {
            return Err(nothing());
        }
        let snapshots = Snapshot::read_all(&path)?;
        if snapshots.is_empty() { Err(nothing()) } else { Ok(Self { settings, status, epochs, snapshots }) }
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
    pub fn for_each_step(folder: &Path, mut take: impl FnMut(MetricsRow<f64>)) -> Result<(), Error> {
        let path = folder.join(files::METRICS);
        let mut read = || {
            csv::Reader::from_path(&path)?.into_deserialize().try_for_each(|row| {
                take(row?);
                Ok::<_, csv::Error>(())
            })
        };
        read().map_err(|error| Error::Read { path: path.clone(), source: error.into() })
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
