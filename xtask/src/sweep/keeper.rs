//! Keeps what becomes of trials, while the next ones run: brings a trial's files to the disk, takes away folders that are not to
//! stay, writes its line, and lets it be compared with others.

use super::options::Keep;
use crate::error::Error;
use crate::trials::early_stopping::{Curve, Limit};
use crate::trials::plan::{Hash, Plan, Trial};
use crate::trials::results::{Known, Measured, Record, ResultsFile, TrialStatus};
use crate::trials::store::trial_folder;
use rnn_train::outputs::folder::sync_all;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What is to be run, and how.
pub(crate) struct Work<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) folder: &'a Path,
    /// The numbers of the trials to run, in this order.
    pub(crate) pending: Vec<usize>,
    pub(crate) keep: Keep,
    /// Stop when a trial has failed.
    pub(crate) fail_fast: bool,
    /// Set from outside, or here when the work cannot go on.
    pub(crate) stop: &'a AtomicBool,
}

/// What a worker says of its trials.
pub(crate) enum Line {
    Begun(Record),
    /// The trial of this number waits, because another process still writes to its folder.
    Waits(usize),
    /// The trial of this number was killed from outside, and runs again.
    Killed(usize, String),
    /// The process of so many trials has ended for this reason; they run again, one by one.
    Parted(usize, String),
    /// The trial of this number has ended, or was stopped.
    Ended(usize, Record),
}

/// What happens.
pub(crate) enum Event {
    /// A trial waits, because another process still writes to its folder.
    Waits { trial: usize },
    /// Fewer trials run at the same time than were asked for, because no more threads or processes can be started.
    Fewer { error: Error },
    /// A trial was killed from outside, and runs again.
    Killed { trial: usize, error: String },
    /// A process of several trials has ended before them; they run again, one by one.
    Parted { trials: usize, error: String },
    /// A trial has ended, or was stopped.
    Ended { trial: usize, record: Box<Record> },
}

/// Locks a mutex.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a worker that panicked has left is whole: nothing here is changed in two steps.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many lines are kept together at most.
const TOGETHER: usize = 64;
/// With how many trials one is compared at most, so that large sweeps spend no time on that.
const COMPARED: usize = 1000;

/// What is known of trials that have ended, as far as others need it.
pub(crate) struct Keeper<'a> {
    work: &'a Work<'a>,
    /// The best trial so far, if only its folder is to stay: its score, its number and its hash.
    best: Mutex<Option<(f64, usize, Hash)>>,
    /// With early stopping, the place of each trial in the order in which they are compared.
    places: Vec<usize>,
    /// With early stopping, how each trial has ended, in that order.
    ended: Mutex<Vec<Option<(TrialStatus, Curve)>>>,
    changed: Condvar,
}

impl<'a> Keeper<'a> {
    /// `latest` is what is known of the trials so far.
    pub(crate) fn new(work: &'a Work<'a>, latest: &[Known]) -> Self {
        let (mut places, mut trials) = (Vec::new(), Vec::new());
        if work.plan.spec.early_stopping.is_some() {
            let order = work.plan.without_order_of_values();
            places = vec![0; order.len()];
            order.iter().enumerate().for_each(|(place, &trial)| places[trial] = place);
            trials = order.iter().map(|&trial| ending(latest[trial].as_deref())).collect();
            work.pending.iter().for_each(|&trial| trials[places[trial]] = None);
        }
        let scored = latest.iter().enumerate().filter_map(|(trial, record)| {
            let record = record.as_ref().filter(|record| trial_folder(work.folder, record.hash).exists())?;
            Some((work.plan.spec.objective.score(record)?, trial, record.hash))
        });
        let best = if work.keep == Keep::Best {
            scored.min_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap_or(std::cmp::Ordering::Equal))
        } else {
            None
        };
        Self { work, best: Mutex::new(best), places, ended: Mutex::new(trials), changed: Condvar::new() }
    }

    /// Keeps what a worker says in its file, line by line, and hands on what happens. What has come together is brought to the
    /// disk together.
    pub(crate) fn keep(
        &self,
        mut file: ResultsFile,
        lines: &Receiver<Line>,
        events: &Sender<Result<Event, Error>>,
    ) -> Result<(), Error> {
        while let Ok(first) = lines.recv() {
            let lines: Vec<Line> = std::iter::once(first).chain(lines.try_iter().take(TOGETHER)).collect();
            // The line of an end is to be no earlier on the disk than the files that it stands for.
            let mut kept = self.settle_all(&lines).into_iter();
            let mut failed = Ok(());
            let mut happened = Vec::new();
            for line in lines {
                match line {
                    Line::Begun(record) => file.push(&record)?,
                    Line::Waits(trial) => happened.push(Event::Waits { trial }),
                    Line::Killed(trial, error) => happened.push(Event::Killed { trial, error }),
                    Line::Parted(trials, error) => happened.push(Event::Parted { trials, error }),
                    Line::Ended(trial, record) => match kept.next().unwrap_or(Ok(())) {
                        Ok(()) => {
                            file.push(&record)?;
                            happened.push(Event::Ended { trial, record: Box::new(record) });
                        }
                        Err(error) => failed = failed.and(Err(error)),
                    },
                }
            }
            if happened.iter().any(|event| matches!(event, Event::Ended { .. })) {
                file.sync()?;
            }
            for event in happened {
                if let Event::Ended { trial, record } = &event {
                    self.note(*trial, record);
                }
                // The receiver outlives all workers.
                let _ = events.send(Ok(event));
            }
            failed?;
        }
        Ok(())
    }

    /// Settles the folders of all trials that these lines say have ended, in as many threads as can be had: a file system brings to
    /// the disk at once what several wait for.
    fn settle_all(&self, lines: &[Line]) -> Vec<Result<(), Error>> {
        let ended = lines.iter().filter_map(|line| match line {
            Line::Ended(trial, record) => Some((*trial, record)),
            _ => None,
        });
        std::thread::scope(|scope| {
            let settle = |(trial, record): (usize, &'_ Record)| self.settle(trial, record);
            let begun: Vec<_> =
                ended.map(|of| (of, std::thread::Builder::new().spawn_scoped(scope, move || settle(of)))).collect();
            let ended = begun.into_iter().map(|(of, thread)| match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => settle(of),
            });
            ended.collect()
        })
    }

    /// Brings a trial's folder to the disk, or takes it away if it is not to stay.
    fn settle(&self, number: usize, record: &Record) -> Result<(), Error> {
        let folder = trial_folder(self.work.folder, record.hash);
        // What was stopped is gone on with from there, and what has failed may have none.
        if self.work.keep == Keep::All || record.status == TrialStatus::Interrupted {
            return if folder.is_dir() { Ok(sync_all(&folder)?) } else { Ok(()) };
        }
        if self.work.keep == Keep::None {
            // An earlier attempt may have been to leave one.
            return take_away(&folder);
        }
        // Held until the folder is on the disk, so that no better trial takes it away meanwhile.
        let mut best = locked(&self.best);
        let score = self.work.plan.spec.objective.score(record).map(|score| (score, number));
        let better = score.filter(|score| best.is_none_or(|best| *score < (best.0, best.1)));
        let gone = match better {
            Some((score, number)) => {
                sync_all(&folder)?;
                best.replace((score, number, record.hash)).map(|best| best.2)
            }
            None => Some(record.hash),
        };
        gone.map_or(Ok(()), |hash| take_away(&trial_folder(self.work.folder, hash)))
    }

    fn note(&self, number: usize, record: &Record) {
        if self.work.plan.spec.early_stopping.is_some() {
            locked(&self.ended)[self.places[number]] = ending(Some(record));
            self.changed.notify_all();
        }
    }

    /// Waits until all trials that a trial is compared with have ended, and says where it is to stop; `None` if the work
    /// stops before.
    pub(crate) fn limits(&self, trial: &Trial, stopped: impl Fn() -> bool) -> Option<Vec<Limit>> {
        let Some(rule) = self.work.plan.spec.early_stopping else { return Some(Vec::new()) };
        let end = (self.places[trial.number] + 1).saturating_sub(rule.at_once as usize);
        let compared = end.saturating_sub(COMPARED)..end;
        let mut trials = locked(&self.ended);
        while trials[compared.clone()].iter().any(Option::is_none) {
            if stopped() {
                return None;
            }
            // Not for ever, because a stop does not wake anybody.
            let waited = self.changed.wait_timeout(trials, Duration::from_millis(50));
            trials = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let of = |status: TrialStatus| -> Vec<&Curve> {
            let ended = trials[compared.clone()].iter().flatten();
            ended.filter(|(of, _)| *of == status).map(|(_, curve)| curve).collect()
        };
        Some(rule.limits(trial.settings.num_epochs, &of(TrialStatus::Done), &of(TrialStatus::Pruned)))
    }
}

/// Takes a trial's folder away, if it is there.
fn take_away(folder: &Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(rnn_train::Error::Write { path: folder.to_owned(), source }.into())
        }
        _ => Ok(()),
    }
}

/// What an ended trial leaves for others to be compared with.
fn ending(record: Option<&Record>) -> Option<(TrialStatus, Curve)> {
    let record = record.filter(|record| record.status.has_ended())?;
    let of_epoch = |measured: &Measured| Some((measured.epoch, measured.known_loss?));
    Some((record.status, record.outcome.losses.iter().filter_map(of_epoch).collect()))
}
