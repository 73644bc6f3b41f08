//! One trial, as a process of its own, so that a crash costs one trial.
//!
//! Its standard input is its lifeline. The sweep writes one line to it, the [`Job`], and holds that end open; when it closes,
//! because the sweep wants the trial to stop or because the sweep was killed, the trial stops cleanly. Its standard output
//! is one line, the [`Answer`]; a process that dies before says nothing.

use crate::error::Error;
use crate::trials::early_stopping::{Curve, Limit};
use crate::trials::results::{Outcome, TrialStatus};
use rnn_train::files::{self, EpochRow, State, Status, read_rows};
use rnn_train::folder::{self, Durable};
use rnn_train::run::{self, Options, Watch};
use rnn_train::{Colours, Layer, RawSettings, Settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a trial is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) settings: RawSettings,
    /// Where its files go; `None` for none.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) limits: Vec<Limit>,
    /// Answer with the loss of every epoch, not only of those that a picture shows.
    pub(crate) every_epoch: bool,
}

/// What has come of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: TrialStatus,
    pub(crate) error: Option<String>,
    pub(crate) outcome: Outcome,
    /// It failed for something that the other trials will not fare better with, such as a full disk.
    pub(crate) hopeless: bool,
}

/// How long a trial waits for a process that a killed sweep has left to leave its folder.
const PATIENCE: Duration = Duration::from_secs(20);

/// Does the job on standard input; returns the exit code.
pub(crate) fn run() -> Result<u8, Error> {
    let read = |source| rnn_train::Error::Read { path: "standard input".into(), source };
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(read)?;
    let job: Job = serde_json::from_str(&line).map_err(|error| read(error.into()))?;
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    std::thread::spawn(move || {
        // Its end, or an error, is all that is waited for.
        let _ = std::io::stdin().read(&mut [0]);
        flag.store(true, Ordering::Relaxed);
    });
    let mut watcher = Watcher { losses: BTreeMap::new(), limits: job.limits };
    let trained = job.settings.check().map_err(rnn_train::Error::from);
    let trained = trained.and_then(|settings| train(&settings, job.folder.as_deref(), &mut watcher, &stop));
    let (answer, code) = match trained {
        Ok(status) => {
            let losses = shown(&watcher.losses, status.epochs, job.every_epoch);
            let code = status.status.exit_code();
            (
                Answer {
                    error: status.error.clone(),
                    status: status.status.into(),
                    outcome: outcome(status, losses),
                    hopeless: false,
                },
                code,
            )
        }
        Err(error) => {
            let hopeless = matches!(&error, rnn_train::Error::Write { source, .. }
                if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem));
            let (error, code) = (error.to_string(), error.exit_code());
            (Answer { status: TrialStatus::Failed, error: Some(error), outcome: Outcome::default(), hopeless }, code)
        }
    };
    let written = serde_json::to_string(&answer).map_err(Into::into);
    // A sweep that was killed reads no answer; the folder, if there is one, has it.
    let _ = written.and_then(|answer| writeln!(std::io::stdout(), "{answer}"));
    Ok(code)
}

/// What is in a trial's folder is another attempt at the same trial.
const OPTIONS: Options = Options {
    overwrite: true,
    pictures: false,
    colours: Colours::ColourBlind,
    threads: 1,
    durable: Durable::AtTheEnd,
    keep_checkpoint: false,
    num_epochs: None,
};

/// Trains, in the folder if there is one: goes on with what an earlier attempt has left there, or begins.
fn train(
    settings: &Settings,
    folder: Option<&Path>,
    watcher: &mut Watcher,
    stop: &AtomicBool,
) -> Result<Status, rnn_train::Error> {
    let Some(folder) = folder else { return run::train(settings, 1, watcher, stop) };
    let begun = Instant::now();
    loop {
        watcher.take_in(folder);
        let tried = if can_go_on(settings, folder, !watcher.limits.is_empty()) {
            run::resume(folder, OPTIONS, watcher, stop)
        } else {
            begin(settings, folder, watcher, stop)
        };
        match tried {
            Err(rnn_train::Error::Busy { .. }) if begun.elapsed() < PATIENCE && !stop.load(Ordering::Relaxed) => {
                std::thread::sleep(Duration::from_millis(20));
            }
            // What is left of an earlier attempt is of no use.
            Err(
                error @ (rnn_train::Error::Checkpoint { .. }
                | rnn_train::Error::Weights { .. }
                | rnn_train::Error::Read { .. }),
            ) => {
                tracing::warn!("{error}: it begins again");
                return begin(settings, folder, watcher, stop);
            }
            other => return other,
        }
    }
}

/// Whether what lies in a trial's folder is an attempt at this trial that can be gone on with, or is at its end. The folder is
/// not the plan: it may have been changed, or a crash of the machine may have emptied its files.
fn can_go_on(settings: &Settings, folder: &Path, limited: bool) -> bool {
    let own = |settings: &Settings| RawSettings { checkpoint_every: None, ..settings.to_raw() };
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

/// Trains from the beginning; what an earlier attempt has left is taken away.
fn begin(
    settings: &Settings,
    folder: &Path,
    watcher: &mut Watcher,
    stop: &AtomicBool,
) -> Result<Status, rnn_train::Error> {
    // Of an attempt, or of its folder's removal, that was cut short, a part may be left that is no run's.
    if folder.is_dir() && !folder.join(files::CONFIG).exists() {
        files::ALL.iter().try_for_each(|name| folder::remove(&folder.join(name)))?;
    }
    watcher.losses.clear();
    rnn_train::run(settings, folder, OPTIONS, watcher, stop)
}

fn outcome(status: Status, losses: Curve) -> Outcome {
    let Status { epochs, steps, final_loss, best_loss, accuracy, solved_epoch, solved_steps, wall_seconds, .. } =
        status;
    Outcome { epochs, steps, final_loss, best_loss, accuracy, solved_epoch, solved_steps, wall_seconds, losses }
}

/// The losses to answer with: of all epochs, or of so many that a picture on a logarithmic axis needs no more: the first 32,
/// then 16 to 32 for each doubling, and the last.
fn shown(losses: &BTreeMap<usize, f64>, epochs: usize, all: bool) -> Curve {
    let kept = |epoch: usize| {
        let number = epoch + 1;
        let step = 1_usize << (number.ilog2().saturating_sub(4));
        number.is_multiple_of(step) || number == epochs
    };
    losses
        .iter()
        .filter(|(epoch, _)| **epoch < epochs && (all || kept(**epoch)))
        .map(|(epoch, loss)| (*epoch, *loss))
        .collect()
}

/// Takes down the losses, and stops a trial that is at one of its limits.
struct Watcher {
    losses: BTreeMap<usize, f64>,
    limits: Vec<Limit>,
}

impl Watcher {
    /// Takes in the losses of the epochs that an earlier attempt has trained.
    fn take_in(&mut self, folder: &Path) {
        // There need not be any.
        let rows = read_rows::<EpochRow>(&folder.join(files::EPOCHS)).unwrap_or_default();
        self.losses = rows.iter().filter_map(|row| Some((row.epoch, row.settled_loss?))).collect();
    }
}

impl Watch for Watcher {
    fn epoch_ends(&mut self, row: &EpochRow) -> ControlFlow<String> {
        let Some(loss) = row.settled_loss else { return ControlFlow::Continue(()) };
        self.losses.insert(row.epoch, loss);
        let limit = self.limits.iter().find(|limit| limit.epochs == row.epoch + 1);
        let Some(limit) = limit else { return ControlFlow::Continue(()) };
        let lowest = || self.losses.range(..=row.epoch).map(|(_, loss)| *loss).fold(loss, f64::min);
        let loss = if limit.lowest { lowest() } else { loss };
        if loss > limit.loss { ControlFlow::Break(limit.reason(loss)) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_keeps_its_beginning_its_end_and_few_between() {
        let losses = |epochs: usize| (0..epochs).map(|epoch| (epoch, epoch as f64)).collect::<BTreeMap<_, _>>();
        assert_eq!(shown(&losses(30), 30, false).len(), 30);
        let thousand = shown(&losses(1001), 1001, false);
        assert!((100..140).contains(&thousand.len()), "{}", thousand.len());
        assert_eq!((thousand[0], thousand[31], thousand[thousand.len() - 1]), ((0, 0.0), (31, 31.0), (1000, 1000.0)));
        assert_eq!(shown(&losses(1001), 1001, true).len(), 1001);
        assert_eq!(
            shown(&losses(10), 4, false).len(),
            4,
            "what a killed attempt wrote beyond its checkpoint does not count"
        );
    }
}
