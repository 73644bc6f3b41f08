//! A run: trains a net and leaves a folder of files.

use crate::data::Source;
use crate::figure::{Figure, LossCurve};
use crate::files::{self, EpochRow, MetricsRow, State, Status, Table, write_whole};
use crate::train::{Ending, Event, Session};
use crate::{Dtype, Error, Layer, Settings};
use rnn_core::Scalar;
use serde::Serialize;
use std::fmt::Display;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What to do beside training.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Replace the run that is in the folder.
    pub overwrite: bool,
    /// Draw the picture of the run.
    pub figure: bool,
}

/// Who is told of a run as it goes, to show it.
pub trait Watch {
    /// The run begins; it will have this many training steps.
    fn begins(&mut self, steps: usize);
    /// An epoch begins.
    fn epoch(&mut self, epoch: usize);
    /// A training step was done.
    fn step(&mut self, batch: usize, loss: &dyn Display);
    /// Training has ended.
    fn ends(&mut self);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Watch for Silent {
    fn begins(&mut self, _steps: usize) {}
    fn epoch(&mut self, _epoch: usize) {}
    fn step(&mut self, _batch: usize, _loss: &dyn Display) {}
    fn ends(&mut self) {}
}

/// The rows that a spreadsheet opens, without the header.
const SPREADSHEET_ROWS: usize = 1_048_575;

/// Trains and writes the files of [`files`] to the folder `out`, until `stop` is set.
///
/// All that is given is checked and read before the folder is touched. A run that is stopped, or whose loss ceases to
/// be a number, keeps what it has and says so in its status.
///
/// # Errors
/// [`Error`]; those with [`exit_code`](Error::exit_code) 2 leave nothing behind.
pub fn run(
    settings: &Settings,
    out: &Path,
    options: Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    match settings.dtype {
        Dtype::F32 => run_in::<f32>(settings, out, options, watch, stop),
        Dtype::F64 => run_in::<f64>(settings, out, options, watch, stop),
    }
}

/// Checks all that [`run()`] checks before it touches the folder: reads the files named and allocates what they need.
///
/// # Errors
/// Those of `run` with [`exit_code`](Error::exit_code) 2, but for the folder's.
pub fn check(settings: &Settings) -> Result<(), Error> {
    let source = Source::new(settings)?;
    match settings.dtype {
        Dtype::F32 => Session::<f32>::new(settings, &source).map(drop),
        Dtype::F64 => Session::<f64>::new(settings, &source).map(drop),
    }
}

fn run_in<T: Scalar + Serialize>(
    settings: &Settings,
    out: &Path,
    options: Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    let mut source = Source::new(settings)?;
    let mut session = Session::<T>::new(settings, &source)?;
    let steps = source.windows(settings.num_epochs);
    let unused = source.first_layout().unused();

    prepare_folder(settings, out, options.overwrite)?;
    let cannot_write =
        |error: Error| Error::Out { path: out.to_owned(), problem: format!("cannot be written to: {error}") };
    settings.write(&out.join(files::CONFIG)).map_err(cannot_write)?;
    let mut recorder = Recorder::create(settings, out, Status::begun(unused)).map_err(cannot_write)?;

    if unused > 0 {
        tracing::info!("{unused} values of each series go unused: they fill no row or no window");
    }
    let rows = steps.div_ceil(settings.log_every);
    if rows > SPREADSHEET_ROWS {
        tracing::warn!(
            "{} will have {rows} rows: a spreadsheet opens {SPREADSHEET_ROWS}; see --log-every",
            files::METRICS
        );
    }

    watch.begins(steps);
    let begun = Instant::now();
    let trained = session.train(settings, &mut source, stop, |event| {
        match &event {
            Event::EpochStarts(epoch) => watch.epoch(*epoch),
            Event::Step(row) => watch.step(row.batch, &row.loss),
            Event::EpochEnds(_) => {}
        }
        recorder.record(event)
    });
    recorder.status.wall_seconds = begun.elapsed().as_secs_f64();
    watch.ends();

    let finished = trained.and_then(|ending| {
        recorder.flush()?;
        write_whole(&out.join(files::MODEL), &session.network().to_safetensors()?)?;
        if options.figure {
            let (window, predictions) = session.last_window()?;
            Figure::new(settings, &recorder.curve, window, &predictions).write(out)?;
        }
        Ok(ending)
    });
    let status = &mut recorder.status;
    match &finished {
        Ok(Ending::Done) => status.status = State::Done,
        Ok(Ending::Interrupted) => status.status = State::Interrupted,
        Ok(Ending::Diverged(place)) => {
            status.status = State::Diverged;
            status.error = Some(place.clone());
        }
        Err(error) => {
            status.status = State::Failed;
            status.error = Some(error.to_string());
        }
    }
    let written = status.write(out);
    // The first error is the one to tell of.
    finished?;
    written?;
    Ok(recorder.status)
}

/// Makes the folder ready. Files are only taken away from a folder that holds a run, and none that this run reads.
fn prepare_folder(settings: &Settings, out: &Path, overwrite: bool) -> Result<(), Error> {
    if overwrite {
        let refuse = |problem: String| Err(Error::Out { path: out.to_owned(), problem });
        let there: Vec<_> = files::ALL.into_iter().filter(|name| out.join(name).exists()).collect();
        if let Some(name) = there.first().filter(|_| Layer::from_toml_file(&out.join(files::CONFIG)).is_err()) {
            return refuse(format!("there is a {name} but no {} of a run: it is not overwritten", files::CONFIG));
        }
        if let Some(name) = there.iter().find(|name| settings.read_from(&out.join(name)).is_some()) {
            return refuse(format!("{name} is what this run reads: it is not overwritten"));
        }
    }
    files::prepare_folder(out, overwrite, &files::ALL)
}

/// Takes down what happens: the CSV files, the status, and the points of the loss curve.
struct Recorder {
    log_every: usize,
    metrics: Table,
    epochs: Table,
    curve: LossCurve,
    status: Status,
}

impl Recorder {
    fn create(settings: &Settings, out: &Path, status: Status) -> Result<Self, Error> {
        status.write(out)?;
        let metrics = Table::create(out.join(files::METRICS), MetricsRow::<f64>::COLUMNS)?;
        let epochs = Table::create(out.join(files::EPOCHS), EpochRow::COLUMNS)?;
        Ok(Self { log_every: settings.log_every, metrics, epochs, curve: LossCurve::default(), status })
    }

    fn record<T: Scalar + Serialize>(&mut self, event: Event<T>) -> Result<(), Error> {
        match event {
            Event::EpochStarts(_) => Ok(()),
            Event::Step(row) => self.step(&row),
            Event::EpochEnds(row) => self.epoch(&row),
        }
    }

    fn step<T: Scalar + Serialize>(&mut self, row: &MetricsRow<T>) -> Result<(), Error> {
        self.status.steps += 1;
        self.curve.push(row.loss.widen());
        if row.step.is_multiple_of(self.log_every) { self.metrics.push(row) } else { Ok(()) }
    }

    fn epoch(&mut self, row: &EpochRow) -> Result<(), Error> {
        self.status.add(row);
        if row.solved() && self.status.solved_epoch == Some(row.epoch) {
            tracing::info!("solved in epoch {}: settled loss {:.6}", row.epoch, row.settled_loss.unwrap_or_default());
        }
        self.epochs.push(row)?;
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.metrics.flush()?;
        self.epochs.flush()
    }
}
