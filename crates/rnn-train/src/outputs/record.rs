//! What is taken down of a run as it goes: the CSV files, the status, and the points of the loss curve.

use crate::error::Error;
use crate::outputs::clock::Clock;
use crate::outputs::curve::LossCurve;
use crate::outputs::files;
use crate::outputs::folder::Durable;
use crate::outputs::rows::{EpochRow, MetricsRow};
use crate::outputs::snapshot::{Schedule, Snapshot};
use crate::outputs::status::{State, Status};
use crate::outputs::table::Mark;
use crate::outputs::table::Table;
use crate::settings::table::Settings;
use chart_kit::text;
use rnn_core::Scalar;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A training step that was done.
pub(crate) struct Step<T> {
    pub(crate) row: MetricsRow<T>,
    /// Whether all targets of its window can be known.
    pub(crate) known: bool,
    /// What the net answered before it, if that was asked for.
    pub(crate) snapshot: Option<Snapshot>,
    /// How many sequences had come to their end, if it is this step with which the task is solved.
    pub(crate) solved: Option<usize>,
}

/// A step whose window scores nothing.
pub(crate) struct Passed {
    pub(crate) epoch: usize,
    pub(crate) step: usize,
    /// As of a [`Step`].
    pub(crate) solved: Option<usize>,
}

/// What had been taken down when a checkpoint was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// How far `metrics.csv` was written.
    metrics: Mark,
    /// How far `epochs.csv` was.
    epochs: Mark,
    /// How far `snapshots.csv` was, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshots: Option<Mark>,
    /// What the status would be if the run ended here.
    pub(crate) status: Status,
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
    /// How near to its floor the mean loss must be for the task to be solved; nothing where sequences decide.
    solved_within: Option<f64>,
    /// Episodes in an epoch; none of a series.
    episodes: Option<usize>,
    first_known_window: usize,
    /// `None` where nothing is written.
    tables: Option<Tables>,
    durable: Durable,
    schedule: Schedule,
    pub(crate) curve: LossCurve,
    pub(crate) status: Status,
    /// What the run takes is read off, and what it showed, from [`begin`](Self::begin) on, where the run would have begun if it had not
    /// been stopped since.
    clock: Clock,
    begun: f64,
}

struct Tables {
    metrics: Table,
    epochs: Table,
    /// `None` where no snapshots are recorded, nor were before.
    snapshots: Option<Table>,
    /// Whether snapshots are recorded from here on.
    recording: bool,
}

impl Recorder {
    /// Begins the files of a new run, that of snapshots too where they are recorded.
    pub(crate) fn create(
        settings: &Settings,
        out: &Path,
        status: Status,
        snapshots: bool,
        durable: Durable,
        clock: &Clock,
    ) -> Result<Self, Error> {
        status.write_when(out, durable)?;
        let metrics = Table::of::<MetricsRow>(out.join(files::METRICS), false)?;
        let epochs = Table::of::<EpochRow>(out.join(files::EPOCHS), settings.valid > 0.0)?;
        let snapshots = if snapshots { Some(create_snapshots(out, settings)?) } else { None };
        let tables = Tables { metrics, epochs, recording: snapshots.is_some(), snapshots };
        Ok(Self::with(settings, Some(tables), LossCurve::default(), status, durable, clock))
    }

    /// Takes down what happens in a run that writes nothing.
    pub(crate) fn without_files(settings: &Settings, unused_values: usize, clock: &Clock) -> Self {
        Self::with(
            settings,
            None,
            LossCurve::default(),
            Status::begun(settings.parameters(), unused_values),
            Durable::AtTheEnd,
            clock,
        )
    }

    /// Continues the files of a run as they were when a checkpoint was written: later rows are cut off. Snapshots that
    /// somebody has taken away are not missed.
    ///
    /// # Errors
    /// [`Error::Read`] for a file that has changed or is gone: nothing was changed then.
    pub(crate) fn resume(
        settings: &Settings,
        out: &Path,
        record: Record,
        recording: bool,
        durable: Durable,
        clock: &Clock,
    ) -> Result<Self, Error> {
        let Record { metrics, epochs, snapshots, mut status, curve } = record;
        let path = out.join(files::SNAPSHOTS);
        // All are opened and verified before any is changed.
        let mut metrics = Table::open(out.join(files::METRICS), metrics)?;
        let mut epochs = Table::open(out.join(files::EPOCHS), epochs)?;
        let snapshots = snapshots.filter(|_| path.exists());
        let mut snapshots = snapshots.map(|mark| Table::open(path, mark)).transpose()?;
        [Some(&mut metrics), Some(&mut epochs), snapshots.as_mut()].into_iter().flatten().try_for_each(Table::cut)?;
        if snapshots.is_none() && recording {
            snapshots = Some(create_snapshots(out, settings)?);
        }
        // Older versions did not count them.
        status.parameters = settings.parameters();
        (status.status, status.error) = (State::Running, None);
        status.write_when(out, durable)?;
        let tables = Tables { metrics, epochs, snapshots, recording };
        Ok(Self::with(settings, Some(tables), curve, status, durable, clock))
    }

    fn with(
        settings: &Settings,
        tables: Option<Tables>,
        curve: LossCurve,
        status: Status,
        durable: Durable,
        clock: &Clock,
    ) -> Self {
        let (clock, begun) = (clock.clone(), 0.0);
        let schedule = Schedule::from_step(status.steps);
        let (log_every, solved_within, episodes) = (settings.log_every, settings.solved_within(), settings.episodes);
        let first_known_window = settings.first_known_window();
        Self {
            log_every,
            solved_within,
            episodes,
            first_known_window,
            tables,
            durable,
            schedule,
            curve,
            status,
            clock,
            begun,
        }
    }

    /// From now on the run's time counts.
    pub(crate) fn begin(&mut self) {
        self.begun = self.clock.seconds() - self.status.wall_seconds;
    }

    /// What has been taken down, all of it on the disk.
    pub(crate) fn record(&mut self) -> Result<Record, Error> {
        self.take_time();
        self.sync()?;
        let (metrics, epochs, snapshots) = match &mut self.tables {
            Some(Tables { metrics, epochs, snapshots, .. }) => {
                (metrics.mark()?, epochs.mark()?, snapshots.as_mut().map(Table::mark).transpose()?)
            }
            None => (Mark::default(), Mark::default(), None),
        };
        let (status, curve) = (self.status.clone(), self.curve.clone());
        Ok(Record { metrics, epochs, snapshots, status, curve })
    }

    pub(crate) fn take_time(&mut self) {
        self.status.wall_seconds = self.clock.seconds() - self.begun;
    }

    /// Whether a snapshot is to be recorded of the step that comes next: of this epoch, window and number.
    pub(crate) fn wants_snapshot(&self, next: [usize; 3]) -> bool {
        self.schedule.is_due(next) && self.tables.as_ref().is_some_and(|tables| tables.recording)
    }

    pub(crate) fn step<T: Scalar + Serialize>(&mut self, step: &Step<T>) -> Result<(), Error> {
        let row = &step.row;
        self.status.steps += 1;
        self.schedule.pass(row.step);
        self.curve.push(row.step, row.loss.widen(), step.known);
        self.solved(row.epoch, step.solved);
        match &mut self.tables {
            Some(Tables { metrics, .. }) if row.step.is_multiple_of(self.log_every) => metrics.push(row),
            _ => Ok(()),
        }
    }

    /// Takes down a step whose window scores nothing.
    pub(crate) fn passed(&mut self, passed: &Passed) {
        self.status.steps += 1;
        self.schedule.pass(passed.step);
        self.curve.pass();
        self.solved(passed.epoch, passed.solved);
    }

    /// Takes down that the task is solved, at the end of so many sequences.
    fn solved(&mut self, epoch: usize, sequences: Option<usize>) {
        if let Some(sequences) = sequences {
            self.status.solve(epoch, Some(sequences));
            tracing::info!("solved in epoch {epoch}, after {}", text::count(sequences, "sequence"));
        }
    }

    pub(crate) fn snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let tables = self.tables.as_mut().filter(|tables| tables.recording);
        let table = tables.and_then(|tables| tables.snapshots.as_mut());
        table.map_or(Ok(()), |table| snapshot.write(table))
    }

    pub(crate) fn epoch(&mut self, row: &EpochRow) -> Result<(), Error> {
        self.status.add(row);
        if self.status.solved_epoch.is_none() && self.solved_within.is_some_and(|within| row.solved(within)) {
            self.status.solve(row.epoch, self.episodes.map(|episodes| episodes.saturating_mul(row.epoch + 1)));
            let is_apart = self.first_known_window > 0 && row.known_loss.is_some();
            let what = if is_apart { EpochRow::KNOWN_LOSS.title } else { EpochRow::LOSS.title };
            let loss = row.measured();
            tracing::info!("solved in epoch {}: {what} {}", row.epoch, text::number(loss, 4));
        }
        let Some(Tables { metrics, epochs, snapshots, .. }) = &mut self.tables else { return Ok(()) };
        epochs.push(row)?;
        [Some(metrics), Some(epochs), snapshots.as_mut()].into_iter().flatten().try_for_each(Table::flush)
    }

    /// Brings all rows to the disk, if that is to be now.
    pub(crate) fn sync(&mut self) -> Result<(), Error> {
        let Some(Tables { metrics, epochs, snapshots, .. }) = &mut self.tables else { return Ok(()) };
        [Some(metrics), Some(epochs), snapshots.as_mut()]
            .into_iter()
            .flatten()
            .try_for_each(|table| table.sync(self.durable))
    }
}

fn create_snapshots(out: &Path, settings: &Settings) -> Result<Table, Error> {
    Snapshot::table(out.join(files::SNAPSHOTS), settings)
}
