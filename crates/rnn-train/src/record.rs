//! What is taken down of a run as it goes: the CSV files, the status, and the points of the loss curve.

use crate::figure::LossCurve;
use crate::files::{self, EpochRow, MetricsRow, State, Status, Table};
use crate::folder::Durable;
use crate::{Error, Settings};
use rnn_core::Scalar;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Instant;

/// What had been taken down when a checkpoint was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Length of `metrics.csv`.
    metrics_bytes: u64,
    /// Length of `epochs.csv`.
    epochs_bytes: u64,
    status: Status,
    curve: LossCurve,
}

impl Record {
    /// Whether it is one that this many steps have made: a file can say anything.
    pub(crate) fn is_of(&self, steps: usize) -> bool {
        self.status.steps == steps && self.curve.is_of(steps)
    }
}

/// Takes down what happens.
pub(crate) struct Recorder {
    log_every: usize,
    /// `metrics.csv` and `epochs.csv`; `None` where nothing is written.
    tables: Option<[Table; 2]>,
    durable: Durable,
    pub(crate) curve: LossCurve,
    pub(crate) status: Status,
    /// When this process began to train, and how long others had before.
    begun: Instant,
    seconds_before: f64,
}

impl Recorder {
    /// Begins the files of a new run.
    pub(crate) fn create(
        settings: &Settings,
        out: &Path,
        unused_values: usize,
        durable: Durable,
    ) -> Result<Self, Error> {
        let status = Status::begun(unused_values);
        status.write_when(out, durable)?;
        let metrics = Table::create(out.join(files::METRICS), MetricsRow::<f64>::COLUMNS)?;
        let epochs = Table::create(out.join(files::EPOCHS), EpochRow::COLUMNS)?;
        Ok(Self::with(settings, Some([metrics, epochs]), LossCurve::default(), status, durable))
    }

    /// Takes down what happens in a run that writes nothing.
    pub(crate) fn without_files(settings: &Settings, unused_values: usize) -> Self {
        Self::with(settings, None, LossCurve::default(), Status::begun(unused_values), Durable::AtTheEnd)
    }

    /// Goes on with the files of a run as they were when a checkpoint was written: later rows are cut off.
    pub(crate) fn resume(settings: &Settings, out: &Path, record: Record, durable: Durable) -> Result<Self, Error> {
        let Record { metrics_bytes, epochs_bytes, mut status, curve } = record;
        // Both are opened before either is changed.
        let mut metrics = Table::open(out.join(files::METRICS), metrics_bytes)?;
        let mut epochs = Table::open(out.join(files::EPOCHS), epochs_bytes)?;
        metrics.cut(metrics_bytes)?;
        epochs.cut(epochs_bytes)?;
        (status.status, status.error) = (State::Running, None);
        status.write_when(out, durable)?;
        Ok(Self::with(settings, Some([metrics, epochs]), curve, status, durable))
    }

    fn with(
        settings: &Settings,
        tables: Option<[Table; 2]>,
        curve: LossCurve,
        status: Status,
        durable: Durable,
    ) -> Self {
        let (begun, seconds_before) = (Instant::now(), status.wall_seconds);
        Self { log_every: settings.log_every, tables, durable, curve, status, begun, seconds_before }
    }

    /// What has been taken down, all of it on the disk.
    pub(crate) fn record(&mut self) -> Result<Record, Error> {
        self.take_time();
        let [metrics_bytes, epochs_bytes] = self.sync()?;
        Ok(Record { metrics_bytes, epochs_bytes, status: self.status.clone(), curve: self.curve.clone() })
    }

    pub(crate) fn take_time(&mut self) {
        self.status.wall_seconds = self.seconds_before + self.begun.elapsed().as_secs_f64();
    }

    pub(crate) fn step<T: Scalar + Serialize>(&mut self, row: &MetricsRow<T>) -> Result<(), Error> {
        self.status.steps += 1;
        self.curve.push(row.loss.widen());
        match &mut self.tables {
            Some([metrics, _]) if row.step.is_multiple_of(self.log_every) => metrics.push(row),
            _ => Ok(()),
        }
    }

    pub(crate) fn epoch(&mut self, row: &EpochRow) -> Result<(), Error> {
        self.status.add(row);
        if row.solved() && self.status.solved_epoch == Some(row.epoch) {
            tracing::info!("solved in epoch {}: settled loss {:.6}", row.epoch, row.settled_loss.unwrap_or_default());
        }
        let Some([metrics, epochs]) = &mut self.tables else { return Ok(()) };
        epochs.push(row)?;
        metrics.flush()?;
        epochs.flush()
    }

    /// Brings all rows to the disk, if that is to be now, and returns how many bytes each file has.
    pub(crate) fn sync(&mut self) -> Result<[u64; 2], Error> {
        let Some([metrics, epochs]) = &mut self.tables else { return Ok([0; 2]) };
        Ok([metrics.sync(self.durable)?, epochs.sync(self.durable)?])
    }
}
