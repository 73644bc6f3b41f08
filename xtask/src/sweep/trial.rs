//! Trials, in a process of their own, so that a crash costs none but the one that has caused it.
//!
//! Its standard input is its lifeline. The sweep writes a line to it for each [`Job`], at any time, and holds that end open; when
//! it closes, because the sweep wants the trials to stop or because the sweep was killed, they stop cleanly. Those that are there
//! at the same time are trained side by side. On its standard output a line says what has become of each ([`Said`]); a process
//! that dies says nothing.

use crate::error::Error;
use crate::trials::early_stopping::Limit;
use crate::trials::results::{Measured, Outcome, TrialStatus};
use rnn_train::exit_code;
use rnn_train::outputs::clock::Clock;
use rnn_train::outputs::files;
use rnn_train::outputs::folder::{self, Durable};
use rnn_train::outputs::rows::EpochRow;
use rnn_train::outputs::status::{State, Status};
use rnn_train::outputs::table::read_rows;
use rnn_train::training::options::Options;
use rnn_train::training::run::{self, Continued};
use rnn_train::training::side_by_side::{Ended, SideBySide};
use rnn_train::training::watch::Watch;
use rnn_train::{Layer, Settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

/// What a trial is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Its number.
    pub(crate) trial: usize,
    pub(crate) settings: toml::Table,
    /// Where its files go; `None` for none.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) limits: Vec<Limit>,
    /// Answer with the loss of every epoch, not only of those that a picture shows.
    pub(crate) every_epoch: bool,
    /// How much time it may take of the process's, which trials that are trained side by side share.
    pub(crate) seconds: Option<f64>,
}

/// What a process says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// It cannot begin, because there are too many threads and processes at the same time.
    ShortOfThreads,
    /// The trial of this number has ended, or was stopped.
    Ended(usize, Box<Answer>),
}

/// What has come of a trial.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: TrialStatus,
    pub(crate) error: Option<String>,
    pub(crate) outcome: Outcome,
    /// It failed for something that the other trials will not fare better with, such as a full disk.
    pub(crate) hopeless: bool,
    /// It was stopped because its time was up.
    pub(crate) out_of_time: bool,
}

impl Answer {
    /// That of a trial that has come to this, whose epochs this one has watched.
    fn of(trained: Result<Status, rnn_train::Error>, watcher: &Watcher) -> Self {
        let (status, error, outcome, hopeless) = match trained {
            Ok(status) => {
                let (of_trial, error) = (status.status.into(), status.error.clone());
                let losses = watcher.losses(status.epochs);
                (of_trial, error, outcome(status, losses), false)
            }
            // The sweep wanted no more before the trial's first step.
            Err(rnn_train::Error::Interrupted) => (TrialStatus::Interrupted, None, Outcome::default(), false),
            Err(error) => {
                let hopeless = error.is_of_the_disk();
                (TrialStatus::Failed, Some(error.to_string()), Outcome::default(), hopeless)
            }
        };
        Self { status, error, outcome, hopeless, out_of_time: false }
    }

    /// The same of an attempt that took so many seconds. Its status knows what earlier ones took.
    fn after(mut self, seconds: f64) -> Self {
        self.outcome.wall_seconds = self.outcome.wall_seconds.max(seconds);
        self
    }
}

/// Does the jobs on standard input; returns the exit code.
pub(crate) fn run() -> Result<u8, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let (sender, jobs) = channel();
    let flag = Arc::clone(&stop);
    let lifeline = move || {
        // Its end, or an error, is what is waited for.
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let job = serde_json::from_str::<Job>(&line);
            // The receiver is gone only with the process.
            let _ = sender.send(job);
        }
        flag.store(true, Ordering::Relaxed);
    };
    if std::thread::Builder::new().spawn(lifeline).is_err() {
        say(&Said::ShortOfThreads);
        return Ok(exit_code::FAILED);
    }
    let mut trials = SideBySide::default();
    loop {
        let mut next = if trials.is_empty() { jobs.recv().ok() } else { jobs.try_recv().ok() };
        while let Some(job) = next {
            let read = |error: serde_json::Error| rnn_train::Error::Read {
                path: "standard input".into(),
                source: error.into(),
            };
            begin(job.map_err(read)?, &mut trials, &stop);
            next = jobs.try_recv().ok();
        }
        for Ended { name, watch, status, out_of_time, seconds } in trials.turn(&stop) {
            let answer = Answer { out_of_time, ..Answer::of(status, &watch) };
            say(&Said::Ended(name, Box::new(answer.after(seconds))));
        }
        if trials.is_empty() && stop.load(Ordering::Relaxed) {
            return Ok(exit_code::DONE);
        }
    }
}

fn say(said: &Said) {
    let written = serde_json::to_string(said).map_err(Into::into);
    // A sweep that was killed reads no answer; the folder, if there is one, has it.
    let _ = written.and_then(|said| writeln!(std::io::stdout(), "{said}"));
}

/// Begins a trial beside the others, or answers at once.
fn begin(job: Job, trials: &mut SideBySide<Watcher>, stop: &AtomicBool) {
    let Job { trial, settings, folder, limits, every_epoch, seconds } = job;
    let clock = trials.clock();
    let mut watcher = Watcher::new(limits, every_epoch);
    let opened = Settings::from_table(&settings).map_err(rnn_train::Error::from);
    let opened = opened.and_then(|settings| {
        clock.alone(|| match &folder {
            Some(folder) => open(&settings, folder, &mut watcher, &clock, stop),
            None => run::begin(&settings, None, OPTIONS, false, &clock, stop).map(Continued::GoesOn),
        })
    });
    let trained = match opened {
        Ok(Continued::GoesOn(begun)) => return trials.join(trial, begun, watcher, clock, seconds),
        Ok(Continued::AtItsEnd(status)) => Ok(*status),
        Err(error) => Err(error),
    };
    let answer = Answer::of(trained, &watcher).after(clock.seconds());
    say(&Said::Ended(trial, Box::new(answer)));
}

/// What is in a trial's folder is another attempt at the same trial.
const OPTIONS: Options =
    Options { overwrite: true, threads: 1, durable: Durable::AtTheEnd, keep_checkpoint: false, num_epochs: None };

/// Takes up what an earlier attempt has left in the folder, or begins.
fn open(
    settings: &Settings,
    folder: &Path,
    watcher: &mut Watcher,
    clock: &Clock,
    stop: &AtomicBool,
) -> Result<Continued, rnn_train::Error> {
    loop {
        watcher.take_in(folder);
        let opened = if can_go_on(settings, folder, !watcher.limits.is_empty()) {
            note_paths(settings, folder).and_then(|()| run::go_on(folder, OPTIONS, false, clock, stop))
        } else {
            begin_again(settings, folder, watcher, clock, stop)
        };
        match opened {
            // A process that a killed sweep has left leaves its folder soon, or when its run is at its end.
            Err(rnn_train::Error::Busy { .. }) if !stop.load(Ordering::Relaxed) => {
                std::thread::sleep(Duration::from_millis(20));
            }
            // What is left of an earlier attempt is of no use.
            Err(
                error @ (rnn_train::Error::Checkpoint { .. }
                | rnn_train::Error::Weights { .. }
                | rnn_train::Error::Read { .. }),
            ) => {
                tracing::warn!("{error}: it begins again");
                return begin_again(settings, folder, watcher, clock, stop);
            }
            other => return other,
        }
    }
}

/// Whether what lies in a trial's folder is an attempt at this trial that can be gone on with, or is at its end. The folder is
/// not the plan: it may have been changed, or a crash of the machine may have emptied its files. Where the files that it reads
/// are does not matter: the folder's name stands for their contents, and a checkpoint knows them.
fn can_go_on(settings: &Settings, folder: &Path, limited: bool) -> bool {
    let own = |settings: &Settings| {
        let mut table = settings.to_table();
        for name in ["checkpoint_every", settings.data_setting(), "initial_weights"] {
            table.remove(name);
        }
        (settings.data_files().len(), settings.initial_weights.is_some(), table)
    };
    let there = Layer::from_toml_file(&folder.join(files::CONFIG)).ok().and_then(|layer| layer.resolve().ok());
    let is_own = there.is_some_and(|there| own(&there) == own(settings));
    is_own
        && Status::read(folder).is_ok_and(|status| match status.status {
            State::Failed => false,
            State::Done => status.epochs == settings.num_epochs,
            // Without limits there is nothing that it could have been pruned by.
            State::Pruned => limited,
            State::Running | State::Interrupted | State::Diverged => true,
        })
}

/// Notes where the files that a trial reads are now, if they were moved since an earlier attempt.
fn note_paths(settings: &Settings, folder: &Path) -> Result<(), rnn_train::Error> {
    let path = folder.join(files::CONFIG);
    let there = Layer::from_toml_file(&path)?.resolve()?;
    if (there.data_files(), &there.initial_weights) == (settings.data_files(), &settings.initial_weights) {
        return Ok(());
    }
    settings.write(&path)
}

/// Begins; what an earlier attempt has left is taken away.
fn begin_again(
    settings: &Settings,
    folder: &Path,
    watcher: &mut Watcher,
    clock: &Clock,
    stop: &AtomicBool,
) -> Result<Continued, rnn_train::Error> {
    // Of an attempt, or of its folder's removal, that was cut short, a part may be left that is no run's.
    if folder.is_dir() && !folder.join(files::CONFIG).exists() {
        files::ALL.iter().try_for_each(|name| folder::remove(&folder.join(name)))?;
    }
    watcher.forget();
    run::begin(settings, Some(folder), OPTIONS, false, clock, stop).map(Continued::GoesOn)
}

fn outcome(status: Status, losses: Vec<Measured>) -> Outcome {
    let Status { epochs, steps, final_loss, best_loss, accuracy, solved_epoch, solved_steps, wall_seconds, .. } =
        status;
    let Status { parameters, solved_sequences, best_epoch, valid_loss, valid_accuracy, .. } = status;
    let Status { test_loss, test_accuracy, test_sequence_accuracy, test_skill, .. } = status;
    Outcome {
        epochs,
        steps,
        parameters: Some(parameters),
        final_loss,
        best_loss,
        accuracy,
        solved_epoch,
        solved_steps,
        solved_sequences,
        best_epoch,
        valid_loss,
        valid_accuracy,
        test_loss,
        test_accuracy,
        test_sequence_accuracy,
        test_skill,
        wall_seconds,
        losses,
    }
}

/// Whether an epoch is among those that a trial answers with where nobody needs all: the first 32, then 16 to 32 for each
/// doubling. A picture on a logarithmic axis needs no more.
fn is_shown(epoch: usize) -> bool {
    let number = epoch + 1;
    number.is_multiple_of(1 << number.ilog2().saturating_sub(4))
}

/// Takes down what is measured of the epochs, and stops a trial that is at one of its limits.
struct Watcher {
    /// Of all epochs, or of those that are shown, and the last of the run.
    measured: BTreeMap<usize, Measured>,
    limits: Vec<Limit>,
    every_epoch: bool,
    /// The latest epoch, which may be the last one.
    latest: Option<Measured>,
}

impl Watcher {
    fn new(limits: Vec<Limit>, every_epoch: bool) -> Self {
        Self { measured: BTreeMap::new(), limits, every_epoch, latest: None }
    }

    fn add(&mut self, row: &EpochRow) {
        self.latest = Some(row.into());
        if self.every_epoch || is_shown(row.epoch) {
            self.measured.insert(row.epoch, row.into());
        }
    }

    /// Takes in the epochs that an earlier attempt has trained.
    fn take_in(&mut self, folder: &Path) {
        // There need not be any.
        let rows = read_rows::<EpochRow>(&folder.join(files::EPOCHS)).unwrap_or_default();
        self.forget();
        rows.iter().for_each(|row| self.add(row));
    }

    fn forget(&mut self) {
        (self.measured, self.latest) = (BTreeMap::new(), None);
    }

    /// What to answer with after so many epochs. What a killed attempt wrote beyond its checkpoint does not count.
    fn losses(&self, epochs: usize) -> Vec<Measured> {
        let mut losses: Vec<Measured> = self.measured.range(..epochs).map(|(_, measured)| *measured).collect();
        let last = self.latest.filter(|latest| latest.epoch + 1 == epochs);
        losses.extend(last.filter(|last| losses.last().is_none_or(|shown| shown.epoch < last.epoch)));
        losses
    }
}

impl Watch for Watcher {
    fn epoch_ends(&mut self, row: &EpochRow) -> ControlFlow<String> {
        self.add(row);
        let Some(loss) = row.known_loss else { return ControlFlow::Continue(()) };
        let limit = self.limits.iter().find(|limit| limit.epochs == row.epoch + 1);
        let Some(limit) = limit else { return ControlFlow::Continue(()) };
        let before = self.measured.range(..=row.epoch).filter_map(|(_, measured)| measured.known_loss);
        let lowest = || before.fold(loss, f64::min);
        let loss = if limit.lowest { lowest() } else { loss };
        if loss > limit.loss { ControlFlow::Break(limit.reason(loss)) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rnn_train::outputs::columns::Extra;

    #[test]
    fn a_curve_keeps_its_beginning_its_end_and_few_between() {
        let row = |epoch: usize| EpochRow {
            epoch,
            windows: 1,
            loss: 2.0,
            first_window_loss: Some(3.0),
            known_loss: Some(epoch as f64),
            accuracy: Some(0.5),
            known_accuracy: Some(0.5),
            floor: None,
            valid_loss: Extra::NoColumn,
            valid_accuracy: Extra::NoColumn,
        };
        let losses = |trained: usize, epochs: usize, every_epoch: bool| {
            let mut watcher = Watcher::new(Vec::new(), every_epoch);
            (0..trained).for_each(|epoch| watcher.add(&row(epoch)));
            watcher.losses(epochs).iter().map(|measured| measured.epoch).collect::<Vec<_>>()
        };
        assert_eq!(losses(30, 30, false).len(), 30);
        let thousand = losses(1001, 1001, false);
        assert!((100..140).contains(&thousand.len()), "{}", thousand.len());
        assert_eq!((thousand[0], thousand[31], thousand[thousand.len() - 1]), (0, 31, 1000));
        assert_eq!(losses(1001, 1001, true).len(), 1001);
        assert_eq!(losses(10, 4, false).len(), 4, "what a killed attempt wrote beyond its checkpoint does not count");
    }
}
