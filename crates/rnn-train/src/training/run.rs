//! A run: trains a net and leaves a folder of files. A run that was stopped continues from its last checkpoint, and one
//! that is done with more epochs.

use crate::error::{Error, SettingError};
use crate::outputs::curve::LossCurve;
use crate::outputs::files;
use crate::outputs::folder::{self, Durable};
use crate::outputs::lock::Lock;
use crate::outputs::record::Recorder;
use crate::outputs::rows::{EpochRow, MetricsRow, SPREADSHEET_ROWS};
use crate::outputs::run_folder::expect_run;
use crate::outputs::snapshot::Snapshot;
use crate::outputs::status::{State, Status};
use crate::settings::choices::Dtype;
use crate::settings::layers::Layer;
use crate::settings::table::Settings;
use crate::training::checkpoint::Checkpoint;
use crate::training::inputs;
use crate::training::prepare::{self, prepare};
use crate::training::train::{Ending, Event, Session};
use crate::view::palette::Colours;
use crate::view::pictures::{self, Shown};
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
    /// Keep a checkpoint of a run that is done, from which it can be resumed with more epochs.
    pub keep_checkpoint: bool,
    /// For [`resume`]: train so many epochs, instead of as many as `config.toml` says.
    pub num_epochs: Option<i64>,
}

/// Nothing beside training, in one thread.
impl Default for Options {
    fn default() -> Self {
        Self {
            overwrite: false,
            pictures: false,
            colours: Colours::default(),
            threads: 1,
            durable: Durable::AtOnce,
            keep_checkpoint: true,
            num_epochs: None,
        }
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
    pub known: bool,
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

/// Continues the run in the folder `out`, with the settings in its `config.toml`, until `stop` is set: from its last
/// checkpoint, or from its beginning if it has none. It ends with the files of a run that was never stopped, byte by
/// byte but for the time in its status. A run that is done stays as it is, unless it is to have more epochs; then it
/// ends with the files of one that was to have them from the beginning.
///
/// # Errors
/// [`Error`]; those with [`exit_code`](Error::exit_code) 2 leave the folder as it was.
pub fn resume(out: &Path, options: Options, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
    expect_run(out)?;
    let _lock = Lock::take(out)?;
    prepare::finish(out)?;
    let mut layer = Layer::from_toml_file(&out.join(files::CONFIG))?;
    if let Some(epochs) = options.num_epochs {
        layer.insert("num_epochs", epochs.into(), None, out)?;
    }
    let settings = layer.resolve()?;
    // A run that was killed at its very beginning has no status yet.
    let status = if out.join(files::STATUS).exists() { Some(Status::read(out)?) } else { None };
    if let Some(status) = &status
        && is_at_its_end(status, &settings, out, options)?
    {
        if !(options.keep_checkpoint && status.status == State::Done) {
            folder::remove(&out.join(files::CHECKPOINT))?;
        }
        return Ok(status.clone());
    }
    match settings.dtype {
        Dtype::F32 => resume_in::<f32>(&settings, out, status, options, watch, stop),
        Dtype::F64 => resume_in::<f64>(&settings, out, status, options, watch, stop),
    }
}

/// Checks all that [`run()`] checks before it touches the folder: reads the files named and allocates what they need.
///
/// # Errors
/// Those of `run` with [`exit_code`](Error::exit_code) 2, but for the folder's.
pub fn check(settings: &Settings) -> Result<(), Error> {
    let settings = &settings.checked_again()?;
    match settings.dtype {
        Dtype::F32 => Session::<f32>::new(settings, 1, &AtomicBool::new(false)).map(drop),
        Dtype::F64 => Session::<f64>::new(settings, 1, &AtomicBool::new(false)).map(drop),
    }
}

fn run_in<T: Scalar + Serialize>(
    settings: &Settings,
    out: &Path,
    options: Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    let session = Session::<T>::new(settings, options.threads, stop)?;
    let before = if options.pictures { Some(session.net()?) } else { None };
    folder::make_folder(out)?;
    let _lock = Lock::take(out)?;
    prepare(settings, out, options.overwrite, options.durable)?;
    begin(settings, out, options, before, session)?.train(watch, stop)
}

/// A run at its beginning, in a folder that has its settings.
fn begin<'a, T: Scalar + Serialize>(
    settings: &'a Settings,
    out: &'a Path,
    options: Options,
    before: Option<Network<T>>,
    session: Session<T>,
) -> Result<Run<'a, T>, Error> {
    let mut status = Status::begun(settings.parameters(), session.unused_values());
    inputs::note(&mut status, settings, out, &session.source().checksums(), session.initial_checksum());
    let recorder = Recorder::create(settings, out, status, options.pictures, options.durable)?;
    Ok(Run { settings, out: Some(out), options, before, session, recorder })
}

fn train_in<T: Scalar + Serialize>(
    settings: &Settings,
    threads: usize,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    let session = Session::<T>::new(settings, threads, stop)?;
    let recorder = Recorder::without_files(settings, session.unused_values());
    let options = Options::default();
    Run { settings, out: None, options, before: None, session, recorder }.train(watch, stop)
}

/// Whether nothing is left to train of a run with this status, which is to have the epochs of these settings.
fn is_at_its_end(status: &Status, settings: &Settings, out: &Path, options: Options) -> Result<bool, Error> {
    let (asked, trained) = (settings.num_epochs, status.epochs);
    let (what, why) = (status.status, status.error.as_deref().unwrap_or_default());
    match what {
        State::Done if asked > trained => Ok(false),
        State::Done if asked < trained => {
            let message =
                format!("num_epochs is {asked}: the run has trained {trained} already; it can only have more");
            Err(SettingError::new("num_epochs", message).into())
        }
        State::Diverged | State::Pruned if options.num_epochs.is_some() => {
            let problem = format!("the run is {what}, so it cannot be continued: {why}");
            Err(Error::Out { path: out.to_owned(), problem })
        }
        _ if what.is_final() => {
            if what == State::Done {
                tracing::info!("all {trained} epochs were trained before; --num-epochs adds more");
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn resume_in<T: Scalar + Serialize>(
    settings: &Settings,
    out: &Path,
    status: Option<Status>,
    options: Options,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<Status, Error> {
    let path = out.join(files::CHECKPOINT);
    let checkpoint = match std::fs::read(&path) {
        Ok(bytes) => {
            let note = Checkpoint::read(&path, &bytes, settings)?;
            Some((bytes, note))
        }
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => return Err(Error::Read { path, source }),
    };
    let noted = checkpoint.as_ref().map(|(_, note)| &note.record.status).or(status.as_ref());
    let open = |settings: &Settings| -> Result<_, Error> {
        let (session, record) = match &checkpoint {
            Some((bytes, note)) => {
                let (session, record) =
                    Session::<T>::resume(settings, &path, bytes, note.clone(), options.threads, stop)?;
                (session, Some(record))
            }
            None => (Session::<T>::new(settings, options.threads, stop)?, None),
        };
        if let Some(noted) = noted {
            inputs::check_series(settings, noted, &session.source().checksums())?;
            inputs::check_weights(settings, noted, session.initial_checksum())?;
        }
        Ok((session, record))
    };
    let places = noted.map(|noted| inputs::places(settings, out, noted, checkpoint.is_none())).transpose()?;
    let [place, other] = places.unwrap_or_else(|| [settings.clone(), settings.clone()]);
    let (found, (session, record)) = match open(&place) {
        Ok(opened) => (&place, opened),
        // The first error is the one to tell of.
        Err(error) if other == place => return Err(error),
        Err(error) => (&other, open(&other).map_err(|_| error)?),
    };
    // Training needs it no more, so a run can do without.
    let before = match options.pictures.then(|| session.before_training(stop)) {
        Some(Err(Error::Interrupted)) => return Err(Error::Interrupted),
        before => before.and_then(|before| before.map_err(|error| tell_of_no_inside(&error)).ok()),
    };
    let (done, steps) = (session.steps() - session.steps_left(), session.steps());
    let run = match record {
        Some(record) => {
            let mut recorder = Recorder::resume(found, out, record, options.pictures, options.durable)?;
            let (series, weights) = (session.source().checksums(), session.initial_checksum());
            inputs::note(&mut recorder.status, found, out, &series, weights);
            Run { settings: found, out: Some(out), options, before, session, recorder }
        }
        None => begin(found, out, options, before, session)?,
    };
    // It has another length, or its files another place.
    if Layer::from_toml_file(&out.join(files::CONFIG))?.resolve()? != *found {
        found.write_when(&out.join(files::CONFIG), options.durable)?;
    }
    if done > 0 {
        tracing::info!("continues with step {done} of {steps}");
    } else {
        tracing::info!("there is no checkpoint: begins again");
    }
    run.train(watch, stop)
}

/// A run on its way.
struct Run<'a, T: Scalar> {
    settings: &'a Settings,
    /// `None` for a run that writes nothing.
    out: Option<&'a Path>,
    options: Options,
    /// The net as it was before training, if it is drawn.
    before: Option<Network<T>>,
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
        let written = self.out.map_or(Ok(()), |out| self.recorder.status.write_when(out, self.options.durable));
        // The first error is the one to tell of.
        let ending = finished?;
        written?;
        let is_of_use = match ending {
            Ending::Done => self.options.keep_checkpoint,
            Ending::Interrupted => true,
            Ending::Diverged(_) | Ending::Pruned(_) => false,
        };
        if let Some(out) = self.out.filter(|_| !is_of_use) {
            let checkpoint = out.join(files::CHECKPOINT);
            if checkpoint.exists() {
                // The results must be there for good before there is nothing to continue from.
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
        if self.out.is_some() && rows > SPREADSHEET_ROWS {
            tracing::warn!(
                "{} will have {rows} rows: a spreadsheet opens {}; see --log-every",
                files::METRICS,
                SPREADSHEET_ROWS
            );
        }
    }

    fn train_until(&mut self, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Ending, Error> {
        loop {
            // A run with all its steps done is not interrupted any more.
            if stop.load(Ordering::Relaxed) && self.session.steps_left() > 0 {
                if !self.write_checkpoint()? {
                    tracing::warn!(
                        "no checkpoint: a number in it is NaN or infinite; the last one stays, if there is one"
                    );
                }
                return Ok(Ending::Interrupted);
            }
            let recorded = self.recorder.wants_snapshot(self.session.next_step());
            match self.session.advance(watch.looks() || recorded)? {
                Event::EpochStarts(epoch) => watch.epoch(epoch),
                Event::Step(step) => {
                    let (row, known, snapshot) = (&step.row, step.known, step.snapshot.as_ref());
                    watch.step(&Step { row: row.widened(), loss: &row.loss, known, snapshot });
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
        let due = self.settings.checkpoint_every.on().is_some_and(|every| (row.step + 1).is_multiple_of(every));
        match self.session.steps_left() {
            // Behind the last step there is nothing to continue with.
            0 => {}
            // From here the last step can be made again, and more behind it. The run can end without.
            1 if self.options.keep_checkpoint => {
                if let Err(error) = self.write_checkpoint() {
                    tracing::warn!("no checkpoint to add epochs to later: {error}");
                }
            }
            _ if due && !self.write_checkpoint()? => {
                tracing::warn!("no checkpoint after step {}: a number in it is NaN or infinite", row.step);
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes a checkpoint, if it is one that can be gone on from and there is a folder for it.
    fn write_checkpoint(&mut self) -> Result<bool, Error> {
        let Some(out) = self.out else { return Ok(true) };
        let path = out.join(files::CHECKPOINT);
        let record = self.recorder.record()?;
        match self.session.checkpoint(&path, record)? {
            Some(file) => self.options.durable.write_whole_with(&path, |to| file.write_to(to)).map(|()| true),
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
        self.options.durable.write_whole_with(&out.join(files::MODEL), |to| weights.write_to(to))?;
        match (self.options.pictures, &snapshot) {
            (true, Some(snapshot)) => {
                let inside = self.before.as_ref().map(|before| self.session.inside(before));
                let inside = inside.and_then(|inside| inside.map_err(|error| tell_of_no_inside(&error)).ok());
                let (settings, palette, curve) = (self.settings, self.options.colours.palette(), &self.recorder.curve);
                remove_pictures(out)?;
                pictures::write_all(
                    &Shown { settings, palette, curve, snapshot },
                    inside.as_ref(),
                    out,
                    self.options.durable,
                )
            }
            // Nothing was trained in this session, so the pictures of the last one are right.
            (true, None) => Ok(()),
            (false, _) => remove_pictures(out),
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
