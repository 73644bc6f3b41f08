//! A run: trains a net and leaves a folder of files. A run that was stopped continues from its last checkpoint, and one
//! that is done with more epochs.

use super::answering::Answering;
use super::checkpoint::Checkpoint;
use super::course::{Run, tell_of_no_inside};
use super::data::Opened;
use super::inputs;
use super::on_its_way::OnItsWay;
use super::options::Options;
use super::prepare::{self, prepare};
use super::session::Session;
use super::watch::Watch;
use crate::error::{Error, SettingError};
use crate::outputs::clock::Clock;
use crate::outputs::data_file;
use crate::outputs::files;
use crate::outputs::folder;
use crate::outputs::lock::Lock;
use crate::outputs::record::Recorder;
use crate::outputs::run_folder::expect_run;
use crate::outputs::status::{State, Status};
use crate::settings::choices::with_net;
use crate::settings::layers::Layer;
use crate::settings::table::Settings;
use rnn_core::{Network, Scalar};
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::AtomicBool;

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
    begin(settings, Some(out), options, watch.draws(), &Clock::default(), stop)?.train(watch, stop)
}

/// Trains as [`run()`] does, but writes nothing: the status is all that is left of it.
///
/// # Errors
/// Those of `run`, but for the folder's.
pub fn train(settings: &Settings, threads: usize, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
    let options = Options { threads, ..Options::default() };
    begin(settings, None, options, watch.draws(), &Clock::default(), stop)?.train(watch, stop)
}

/// A run that has begun or goes on: its data are read, its memory is allocated and its folder is made, and no step is made yet.
pub struct Begun(pub(super) Box<dyn OnItsWay>);

impl Begun {
    /// Trains to the end, or until `stop` is set.
    ///
    /// # Errors
    /// [`Error`]; none with [`exit_code`](Error::exit_code) 2.
    pub fn train(mut self, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
        self.0.train(watch, stop)
    }
}

/// Begins a run, which writes to the folder `out` if there is one, and is recorded for pictures if it is to be drawn at its end.
/// What it takes is read off `clock`.
///
/// # Errors
/// Those of [`run()`] that leave nothing behind.
pub fn begin(
    settings: &Settings,
    out: Option<&Path>,
    options: Options,
    draws: bool,
    clock: &Clock,
    stop: &AtomicBool,
) -> Result<Begun, Error> {
    let settings = &settings.checked_again()?;
    let opened = Opened::of(settings, stop)?;
    let settings = &opened.settings.clone();
    with_net!(settings, T, loss => begin_in::<T, _>(opened, loss, out, options, draws, clock, stop))
}

/// What there is to continue.
pub enum Continued {
    /// Nothing is left to train.
    AtItsEnd(Box<Status>),
    /// A run that goes on.
    GoesOn(Begun),
}

/// Continues the run in the folder `out`, with the settings in its `config.toml`, until `stop` is set: from its last
/// checkpoint, or from its beginning if it has none. It ends with the files of a run that was never stopped, byte by
/// byte but for the time in its status. A run that is done stays as it is, unless it is to have more epochs; then it
/// ends with the files of one that was to have them from the beginning.
///
/// # Errors
/// [`Error`]; those with [`exit_code`](Error::exit_code) 2 leave the folder as it was.
pub fn resume(out: &Path, options: Options, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
    match go_on(out, options, watch.draws(), &Clock::default(), stop)? {
        Continued::AtItsEnd(status) => Ok(*status),
        Continued::GoesOn(begun) => begun.train(watch, stop),
    }
}

/// Takes up the run in the folder `out` as [`resume`] does. What it takes is read off `clock`.
///
/// # Errors
/// Those of [`resume`] that leave the folder as it was.
pub fn go_on(out: &Path, options: Options, draws: bool, clock: &Clock, stop: &AtomicBool) -> Result<Continued, Error> {
    expect_run(out)?;
    let lock = Lock::take(out)?;
    prepare::finish(out)?;
    let mut layer = Layer::from_toml_file(&out.join(files::CONFIG))?;
    if let Some(epochs) = options.num_epochs {
        layer.insert("num_epochs", epochs.into(), None, out)?;
    }
    let settings = data_file::read(layer.resolve()?, out)?;
    // A run that was killed at its very beginning has no status yet.
    let status = if out.join(files::STATUS).exists() { Some(Status::read(out)?) } else { None };
    if let Some(status) = &status
        && is_at_its_end(status, &settings, out, options)?
    {
        if !(options.keep_checkpoint && status.can_have_more_epochs(&settings)) {
            folder::remove(&out.join(files::CHECKPOINT))?;
        }
        return Ok(Continued::AtItsEnd(Box::new(status.clone())));
    }
    let around = Around { options, draws, clock, stop };
    let begun = with_net!(settings, T, loss => go_on_in::<T, _>(&settings, loss, out, lock, status, &around))?;
    Ok(Continued::GoesOn(begun))
}

/// Checks all that [`run()`] checks before it touches the folder: reads the files named and allocates what they need.
///
/// # Errors
/// Those of `run` with [`exit_code`](Error::exit_code) 2, but for the folder's.
pub fn check(settings: &Settings) -> Result<(), Error> {
    let settings = &settings.checked_again()?;
    let stop = &AtomicBool::new(false);
    let opened = Opened::of(settings, stop)?;
    let settings = &opened.settings.clone();
    with_net!(settings, T, loss => Session::<T, _>::new(opened, loss, 1, stop).map(drop))
}

fn begin_in<T: Scalar + Serialize, A: Answering<T>>(
    opened: Opened,
    answering: A,
    out: Option<&Path>,
    options: Options,
    draws: bool,
    clock: &Clock,
    stop: &AtomicBool,
) -> Result<Begun, Error> {
    let settings = &opened.settings.clone();
    let session = Session::<T, A>::new(opened, answering, options.threads, stop)?;
    let Some(out) = out else {
        let recorder = Recorder::without_files(settings, session.unused_values(), clock);
        let run = Run { out: None, options, before: None, session, recorder, _lock: None };
        return Ok(Begun(Box::new(run)));
    };
    let before = if draws { Some(session.net()?) } else { None };
    folder::make_folder(out)?;
    let lock = Lock::take(out)?;
    prepare(settings, out, options.overwrite, options.durable)?;
    at_its_beginning(out, lock, options, draws, before, session, clock)
}

/// A run at its beginning, in a folder that has its settings.
fn at_its_beginning<T: Scalar + Serialize, A: Answering<T>>(
    out: &Path,
    lock: Lock,
    options: Options,
    draws: bool,
    before: Option<Network<T>>,
    session: Session<T, A>,
    clock: &Clock,
) -> Result<Begun, Error> {
    let settings = session.settings();
    let mut status = Status::begun(settings.parameters(), session.unused_values());
    data_file::write(settings, out, options.durable)?;
    inputs::note(&mut status, settings, out, session.checksums(), session.initial_checksum());
    let recorder = Recorder::create(settings, out, status, draws, options.durable, clock)?;
    let out = Some(out.to_owned());
    Ok(Begun(Box::new(Run { out, options, before, session, recorder, _lock: Some(lock) })))
}

/// Whether nothing is left to train of a run with this status, which is to have the epochs of these settings.
fn is_at_its_end(status: &Status, settings: &Settings, out: &Path, options: Options) -> Result<bool, Error> {
    let (asked, trained) = (settings.num_epochs, status.epochs);
    let (what, why) = (status.status, status.error.as_deref().unwrap_or_default());
    match what {
        State::Done if status.out_of_patience => {
            tracing::info!("the validation loss had not become lower for too long, so the run is at its end");
            Ok(true)
        }
        State::Done if status.is_enough(settings) => {
            tracing::info!("the task was solved, and until_solved asks for no more, so the run is at its end");
            Ok(true)
        }
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

/// Who and what is around a run.
struct Around<'a> {
    options: Options,
    draws: bool,
    clock: &'a Clock,
    stop: &'a AtomicBool,
}

fn go_on_in<T: Scalar + Serialize, A: Answering<T>>(
    settings: &Settings,
    answering: A,
    out: &Path,
    lock: Lock,
    status: Option<Status>,
    around: &Around<'_>,
) -> Result<Begun, Error> {
    let Around { options, draws, clock, stop } = *around;
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
        let opened = Opened::of(settings, stop)?;
        let (session, record) = match &checkpoint {
            Some((bytes, note)) => {
                let (session, record) =
                    Session::<T, A>::resume(opened, answering, &path, bytes, note.clone(), options.threads, stop)?;
                (session, Some(record))
            }
            None => (Session::<T, A>::new(opened, answering, options.threads, stop)?, None),
        };
        if let Some(noted) = noted {
            inputs::check_series(settings, noted, session.checksums())?;
            inputs::check_weights(settings, noted, session.initial_checksum())?;
        }
        Ok((session, record))
    };
    let places = noted.map(|noted| inputs::places(settings, out, noted, checkpoint.is_none())).transpose()?;
    let [place, other] = places.unwrap_or_else(|| [settings.clone(), settings.clone()]);
    let (session, record) = match open(&place) {
        Ok(opened) => opened,
        // The first error is the one to tell of.
        Err(error) if other == place => return Err(error),
        Err(error) => open(&other).map_err(|_| error)?,
    };
    // With all that is known of its data.
    let found = &session.settings().clone();
    // Training needs it no more, so a run can do without.
    let before = match draws.then(|| session.before_training(stop)) {
        Some(Err(Error::Interrupted)) => return Err(Error::Interrupted),
        before => before.and_then(|before| before.map_err(|error| tell_of_no_inside(&error)).ok()),
    };
    let (done, steps) = (session.steps() - session.steps_left(), session.steps());
    let begun = match record {
        Some(record) => {
            let mut recorder = Recorder::resume(found, out, record, draws, options.durable, clock)?;
            inputs::note(&mut recorder.status, found, out, session.checksums(), session.initial_checksum());
            let out = Some(out.to_owned());
            Begun(Box::new(Run { out, options, before, session, recorder, _lock: Some(lock) }))
        }
        None => at_its_beginning(out, lock, options, draws, before, session, clock)?,
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
    Ok(begun)
}
