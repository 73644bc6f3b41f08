//! A run: trains a net and leaves a folder of files. A run that was stopped goes on from its last checkpoint.

use crate::curve::LossCurve;
use crate::files::{self, EpochRow, MetricsRow, State, Status};
use crate::folder::{self, Durable, Lock};
use crate::pictures::{self, Shown};
use crate::record::Recorder;
use crate::run_folder::expect_run;
use crate::snapshot::Snapshot;
use crate::train::{Ending, Event, Session};
use crate::{Colours, Dtype, Error, Layer, Settings};
use rnn_core::{Network, Scalar};
use serde::Serialize;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// What to do beside training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Replace the run that is in the folder.
    pub overwrite: bool,
    /// Draw pictures of the run, and record the snapshots that it can be replayed from.
    pub pictures: bool,
    /// Their colours.
    pub colours: Colours,
    /// Threads that a training step is shared out to, at most. What comes out does not depend on it.
    pub threads: usize,
    /// When files are brought to the disk.
    pub durable: Durable,
}

/// Nothing beside training, in one thread.
impl Default for Options {
    fn default() -> Self {
        Self { overwrite: false, pictures: false, colours: Colours::default(), threads: 1, durable: Durable::AtOnce }
    }
}

/// Who is told of a run as it goes, to show it or to stop it; nothing comes of what is not taken in.
pub trait Watch {
    /// The run begins, or goes on.
    fn begins(&mut self, _run: &Beginning<'_>) {}
    /// An epoch begins.
    fn epoch(&mut self, _epoch: usize) {}
    /// Whether the next training step is to come with what the net answers before it. It is asked before each step, and
    /// can be asked again.
    fn looks(&mut self) -> bool {
        false
    }
    /// A training step was done.
    fn step(&mut self, _step: &Step<'_>) {}
    /// An epoch has ended. To break stops the run as not worth going on with, for the reason given.
    fn epoch_ends(&mut self, _row: &EpochRow) -> ControlFlow<String> {
        ControlFlow::Continue(())
    }
    /// Training has ended.
    fn ends(&mut self) {}
}

/// What a run begins with.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// What is trained.
    pub settings: &'a Settings,
    /// Training steps of the whole run.
    pub steps: usize,
    /// Those of them that are done, in an earlier session.
    pub done: usize,
    /// Their losses.
    pub curve: &'a LossCurve,
    /// The epoch that has solved the task, if one of them has.
    pub solved_epoch: Option<usize>,
    /// How many windows epochs have: they take turns where series are read from several files.
    pub windows: &'a [usize],
}

/// A training step that was done.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// Its row of `metrics.csv`.
    pub row: MetricsRow<f64>,
    /// The loss with the digits that it has in the net's own numbers.
    pub loss: &'a dyn Display,
    /// Whether all targets of its window can be known.
    pub settled: bool,
    /// What the net answered before it, if the watcher [`looks`](Watch::looks).
    pub snapshot: Option<&'a Snapshot>,
}

/// Shows nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Watch for Silent {}

/// Trains and writes the files of [`files`] to the folder `out`, until `stop` is set.
///
/// All that is given is checked and read before the folder is touched. A run that is stopped, or whose loss ceases to
/// be a number, keeps what it has and says so in its status; one that is stopped leaves a checkpoint for [`resume`].
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
    let settings = &settings.checked_again()?;
    match settings.dtype {
        Dtype::F32 => run_in::<f32>(settings, out, options, watch, stop),
        Dtype::F64 => run_in::<f64>(settings, out, options, watch, stop),
    }
}

/// Trains as [`run()`] does, but writes nothing: the status is all that is left of it.
///
/// # Errors
/// Those of `run`, but for the folder's.
pub fn train(settings: &Settings, threads: usize, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
    let settings = &settings.checked_again()?;
    match settings.dtype {
        Dtype::F32 => train_in::<f32>(settings, threads, watch, stop),
        Dtype::F64 => train_in::<f64>(settings, threads, watch, stop),
    }
}

/// Goes on with the run in the folder `out`, with the settings in its `config.toml`, until `stop` is set: from its last
/// checkpoint, or from its beginning if it has none. It ends with the files of a run that was never stopped, byte by
/// byte but for the time in its status. A run that is at its end stays as it is.
///
/// # Errors
/// [`Error`]; those with [`exit_code`](Error::exit_code) 2 leave the folder as it was.
pub fn resume(out: &Path, options: Options, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
    expect_run(out)?;
    let _lock = Lock::take(out)?;
    let settings = Layer::from_toml_file(&out.join(files::CONFIG))?.resolve()?;
    // A run that was killed at its very beginning has no status yet.
    if out.join(files::STATUS).exists() {
        let status = Status::read(out)?;
        if status.status.is_final() {
            folder::remove(&out.join(files::CHECKPOINT))?;
            return Ok(status);
        }
    }
    match settings.dtype {
        Dtype::F32 => resume_in::<f32>(&settings, out, options, watch, stop),
        Dtype::F64 => resume_in::<f64>(&settings, out, options, watch, stop),
    }
}

/// Checks all that [`run()`] checks before it touches the folder: reads the files named and allocates what they need.
///
/// # Errors
/// Those of `run` with [`exit_code`](Error::exit_code) 2, but for the folder's.
pub fn check(settings: &Settings) -> Result<(), Error> {
    let settings = &settings.checked_again()?;
    match settings.dtype {
        Dtype::F32 => Session::<f32>::new(settings, &AtomicBool::new(false)).map(drop),
        Dtype::F64 => Session::<f64>::new(settings, &AtomicBool::new(false)).map(drop),
    }
}

fn run_in<T: Scalar + Serialize>(
    settings: &Settings,
    out: &Path,
    options: Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    let session = Session::<T>::new(settings, stop)?.with_threads(options.threads);
    let before = if options.pictures { Some(session.net()?) } else { None };
    folder::make_folder(out)?;
    let _lock = Lock::take(out)?;
    prepare_folder(settings, out, options.overwrite)?;
    settings.write_when(&out.join(files::CONFIG), options.durable).map_err(|error| match error {
        // A folder that was empty is so still.
        Error::Write { source, .. } if !options.overwrite => {
            Error::Out { path: out.to_owned(), problem: format!("cannot be written to: {source}") }
        }
        other => other,
    })?;
    let recorder = Recorder::create(settings, out, session.unused_values(), options.pictures, options.durable)?;
    let pictures = options.pictures.then_some(options.colours);
    Run { settings, out: Some(out), pictures, before, durable: options.durable, session, recorder }.train(watch, stop)
}

fn train_in<T: Scalar + Serialize>(
    settings: &Settings,
    threads: usize,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    let session = Session::<T>::new(settings, stop)?.with_threads(threads);
    let recorder = Recorder::without_files(settings, session.unused_values());
    let durable = Durable::AtTheEnd;
    Run { settings, out: None, pictures: None, before: None, durable, session, recorder }.train(watch, stop)
}

fn resume_in<T: Scalar + Serialize>(
    settings: &Settings,
    out: &Path,
    options: Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    let path = out.join(files::CHECKPOINT);
    let (session, record) = match std::fs::read(&path) {
        Ok(bytes) => {
            let (session, record) = Session::<T>::resume(settings, &path, &bytes)?;
            (session, Some(record))
        }
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => (Session::<T>::new(settings, stop)?, None),
        Err(source) => return Err(Error::Read { path, source }),
    };
    // Training needs it no more, so a run can do without.
    let before = match options.pictures.then(|| session.before_training(stop)) {
        Some(Err(Error::Interrupted)) => return Err(Error::Interrupted),
        before => before.and_then(|before| before.map_err(|error| tell_of_no_inside(&error)).ok()),
    };
    let recorder = match record {
        Some(record) => Recorder::resume(settings, out, record, options.pictures, options.durable)?,
        None => Recorder::create(settings, out, session.unused_values(), options.pictures, options.durable)?,
    };
    tracing::info!("goes on with step {} of {}", session.steps() - session.steps_left(), session.steps());
    let session = session.with_threads(options.threads);
    let pictures = options.pictures.then_some(options.colours);
    Run { settings, out: Some(out), pictures, before, durable: options.durable, session, recorder }.train(watch, stop)
}

/// A run on its way.
struct Run<'a, T: Scalar> {
    settings: &'a Settings,
    /// `None` for a run that writes nothing.
    out: Option<&'a Path>,
    /// Whether pictures are drawn, and of what colours.
    pictures: Option<Colours>,
    /// The net as it was before training, if it is drawn.
    before: Option<Network<T>>,
    durable: Durable,
    session: Session<T>,
    recorder: Recorder,
}

impl<T: Scalar + Serialize> Run<'_, T> {
    /// Trains to the end or until `stop` is set, and writes what is written at the end.
    fn train(mut self, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
        self.tell_of_what_is_coming();
        let steps = self.session.steps();
        let done = steps - self.session.steps_left();
        let (Recorder { curve, status, .. }, source) = (&self.recorder, self.session.source());
        let (solved_epoch, windows) = (status.solved_epoch, &source.windows_in_turn()[..]);
        watch.begins(&Beginning { settings: self.settings, steps, done, curve, solved_epoch, windows });
        let trained = self.train_until(watch, stop);
        self.recorder.take_time();
        watch.ends();
        let finished = trained.and_then(|ending| self.write_results().map(|()| ending));
        let status = &mut self.recorder.status;
        (status.status, status.error) = match &finished {
            Ok(Ending::Done) => (State::Done, None),
            Ok(Ending::Interrupted) => (State::Interrupted, None),
            Ok(Ending::Diverged(place)) => (State::Diverged, Some(place.clone())),
            Ok(Ending::Pruned(reason)) => (State::Pruned, Some(reason.clone())),
            Err(error) => (State::Failed, Some(error.to_string())),
        };
        let written = self.out.map_or(Ok(()), |out| self.recorder.status.write_when(out, self.durable));
        // The first error is the one to tell of.
        let ending = finished?;
        written?;
        if let Some(out) = self.out.filter(|_| ending != Ending::Interrupted) {
            let checkpoint = out.join(files::CHECKPOINT);
            if checkpoint.exists() {
                // The results must be there for good before there is nothing to go on from.
                folder::sync_folder(out);
            }
            folder::remove(&checkpoint)?;
        }
        Ok(self.recorder.status)
    }

    fn tell_of_what_is_coming(&self) {
        let unused = self.session.unused_values();
        if unused > 0 {
            tracing::info!("{unused} values of each series go unused: they fill no row or no window");
        }
        let rows = self.session.steps().div_ceil(self.settings.log_every);
        if self.out.is_some() && rows > files::SPREADSHEET_ROWS {
            tracing::warn!(
                "{} will have {rows} rows: a spreadsheet opens {}; see --log-every",
                files::METRICS,
                files::SPREADSHEET_ROWS
            );
        }
    }

    fn train_until(&mut self, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Ending, Error> {
        loop {
            // A run with all its steps done is not interrupted any more.
            if stop.load(Ordering::Relaxed) && self.session.steps_left() > 0 {
                if !self.write_checkpoint()? {
                    tracing::warn!(
                        "no checkpoint: a number in it is infinite or none; the last one stays, if there is one"
                    );
                }
                return Ok(Ending::Interrupted);
            }
            let recorded = self.recorder.wants_snapshot(self.session.next_step());
            match self.session.advance(watch.looks() || recorded)? {
                Event::EpochStarts(epoch) => watch.epoch(epoch),
                Event::Step(step) => {
                    let (row, settled, snapshot) = (&step.row, step.settled, step.snapshot.as_ref());
                    watch.step(&Step { row: row.widened(), loss: &row.loss, settled, snapshot });
                    self.recorder.step(&step)?;
                    if let Some(snapshot) = snapshot.filter(|_| recorded) {
                        self.recorder.snapshot(snapshot)?;
                    }
                    self.write_checkpoint_if_due(row)?;
                }
                Event::EpochEnds(row) => {
                    self.recorder.epoch(&row)?;
                    // A run with all its steps done is at its end anyway.
                    if let (ControlFlow::Break(reason), 1..) = (watch.epoch_ends(&row), self.session.steps_left()) {
                        return Ok(Ending::Pruned(reason));
                    }
                }
                Event::Ends(ending) => return Ok(ending),
            }
        }
    }

    fn write_checkpoint_if_due(&mut self, row: &MetricsRow<T>) -> Result<(), Error> {
        let due = self.settings.checkpoint_every.is_some_and(|every| (row.step + 1).is_multiple_of(every));
        // Behind the last step there is nothing to go on with.
        if due && self.session.steps_left() > 0 && !self.write_checkpoint()? {
            tracing::warn!("no checkpoint after step {}: a number in it is infinite or none", row.step);
        }
        Ok(())
    }

    /// Writes a checkpoint, if it is one that can be gone on from and there is a folder for it.
    fn write_checkpoint(&mut self) -> Result<bool, Error> {
        let Some(out) = self.out else { return Ok(true) };
        let path = out.join(files::CHECKPOINT);
        let record = self.recorder.record()?;
        match self.session.checkpoint(&path, record)? {
            Some(file) => self.durable.write_whole_with(&path, |to| file.write_to(to)).map(|()| true),
            None => Ok(false),
        }
    }

    fn write_results(&mut self) -> Result<(), Error> {
        let Some(out) = self.out else { return Ok(()) };
        let snapshot = self.session.snapshot()?;
        if let Some(snapshot) = &snapshot {
            self.recorder.snapshot(snapshot)?;
        }
        self.recorder.sync()?;
        let weights = self.session.weights()?;
        self.durable.write_whole_with(&out.join(files::MODEL), |to| weights.write_to(to))?;
        match (self.pictures, &snapshot) {
            (Some(colours), Some(snapshot)) => {
                let inside = self.before.as_ref().map(|before| self.session.inside(before));
                let inside = inside.and_then(|inside| inside.map_err(|error| tell_of_no_inside(&error)).ok());
                let (settings, palette, curve) = (self.settings, colours.palette(), &self.recorder.curve);
                remove_pictures(out)?;
                pictures::write_all(&Shown { settings, palette, curve, snapshot }, inside.as_ref(), out, self.durable)
            }
            // Nothing was trained in this session, so the pictures of the last one are right.
            (Some(_), None) => Ok(()),
            (None, _) => remove_pictures(out),
        }
    }
}

fn tell_of_no_inside(error: &Error) {
    tracing::warn!("no pictures of what is inside the net before training and after: {error}");
}

/// Takes away what was made at an earlier stop of a run, and would not show its end.
fn remove_pictures(out: &Path) -> Result<(), Error> {
    let names = files::PICTURES.into_iter().chain(files::ON_REQUEST);
    folder::remove_all(&names.map(|name| out.join(name)).collect::<Vec<_>>())
}

/// Whether a folder has a run's status, or at least the settings that a run begins with, which are all there are.
fn holds_a_run(out: &Path) -> bool {
    let config = Layer::from_toml_file(&out.join(files::CONFIG)).ok();
    let begun = |layer: &Layer| layer.resolve().is_ok_and(|settings| layer.is_all_of(&settings));
    config.is_some_and(|layer| Status::read(out).is_ok() || begun(&layer))
}

/// Makes the folder ready. Files are only taken away from a folder that holds a run, and none that this run reads.
fn prepare_folder(settings: &Settings, out: &Path, overwrite: bool) -> Result<(), Error> {
    let refuse = |problem: String| Err(Error::Out { path: out.to_owned(), problem });
    let can_go_on = |status: Status| !status.status.is_final();
    if !overwrite && Status::read(out).is_ok_and(can_go_on) {
        return refuse("a stopped run is there; go on with it (resume), or replace it with --overwrite".to_owned());
    }
    if overwrite {
        let there: Vec<_> = files::ALL.into_iter().filter(|name| out.join(name).exists()).collect();
        if let Some(name) = there.first().filter(|_| !holds_a_run(out)) {
            return refuse(format!("there is a {name}, but not a run's folder: it is not overwritten"));
        }
        if let Some(name) = there.iter().find(|name| settings.read_from(&out.join(name)).is_some()) {
            return refuse(format!("{name} is what this run reads: it is not overwritten"));
        }
    }
    folder::prepare_folder(out, overwrite, &files::ALL)
}
