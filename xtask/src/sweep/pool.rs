//! Workers, each of which has a process train trials of its share, side by side where that is worth it.

use super::keeper::{Event, Keeper, Work, locked};
use super::process::own_program;
use super::slot::Slot;
use super::waiting::Waiting;
use super::worker::{Shared, Stuck, Worker};
use crate::error::Error;
use crate::trials::plan::Trial;
use crate::trials::results::{Known, ResultsFile};
use rnn_train::training::side_by_side::MOST;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel, sync_channel};
use std::time::Duration;

/// How many lines may wait to be kept before a worker waits too.
const WAITING_TO_BE_KEPT: usize = 2 * MOST;

/// Runs the work, and hands what happens to `tell` in this thread.
pub(crate) fn run(pool: &Pool<'_>, files: Vec<ResultsFile>, mut tell: impl FnMut(Event)) -> Result<(), Error> {
    let mut failure = None;
    std::thread::scope(|scope| {
        let (sender, events) = channel();
        for (index, file) in files.into_iter().enumerate() {
            let of_worker = sender.clone();
            let work = move || {
                if let Err(error) = pool.work(index, file, &of_worker) {
                    // The receiver outlives all workers.
                    let _ = of_worker.send(Err(error));
                }
            };
            if let Err(source) = std::thread::Builder::new().spawn_scoped(scope, work) {
                let _ = sender.send(pool.without_a_worker(Vec::new(), Error::Thread { source }));
            }
        }
        drop(sender);
        loop {
            let event = match events.recv_timeout(Duration::from_millis(50)) {
                Ok(event) => event,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    pool.look_after();
                    continue;
                }
            };
            match event {
                Ok(event) => tell(event),
                Err(error) => {
                    failure.get_or_insert(error);
                    pool.shared.work.stop.store(true, Ordering::Relaxed);
                }
            }
            pool.look_after();
        }
    });
    failure.map_or(Ok(()), Err)
}

/// The workers of some work.
pub(crate) struct Pool<'a> {
    shared: Shared<'a>,
    slots: Vec<Mutex<Slot>>,
}

impl<'a> Pool<'a> {
    /// As many workers for the work; `latest` is what is known of the trials so far.
    pub(crate) fn new(work: &'a Work<'a>, workers: usize, latest: &[Known]) -> Result<Self, Error> {
        let attempts = work.pending.iter().filter_map(|&trial| Some((trial, latest[trial].as_ref()?.attempt)));
        let shared = Shared {
            work,
            program: own_program()?,
            waiting: Mutex::new(Waiting::new(work.plan, work.pending.clone(), workers)),
            attempts: attempts.collect(),
            keeper: Keeper::new(work, latest),
        };
        Ok(Self { shared, slots: (0..workers).map(|_| Mutex::default()).collect() })
    }

    /// Goes on without a worker that could not begin trials, or anything at all; the error, if it was the last one or if
    /// others wait for its trials.
    fn without_a_worker(&self, trials: Vec<Trial>, error: Error) -> Result<Event, Error> {
        let mut waiting = locked(&self.shared.waiting);
        if waiting.workers <= 1 || self.shared.work.plan.spec.early_stopping.is_some() {
            return Err(error);
        }
        waiting.workers -= 1;
        waiting.put_back(trials);
        Ok(Event::Fewer { error })
    }

    /// Stops the processes of trials whose time is up, and all of them if the work is to stop.
    fn look_after(&self) {
        self.slots.iter().for_each(|slot| locked(slot).look_after(self.shared.stopped()));
    }

    /// Has trials run until there are none, while another thread keeps what becomes of them.
    fn work(&self, index: usize, file: ResultsFile, events: &Sender<Result<Event, Error>>) -> Result<(), Error> {
        std::thread::scope(|scope| {
            // Some trials may be waiting to be kept while the next ones run, but no more.
            let (sender, lines) = sync_channel(WAITING_TO_BE_KEPT);
            let keep = move || {
                if let Err(error) = self.shared.keeper.keep(file, &lines, events) {
                    self.shared.work.stop.store(true, Ordering::Relaxed);
                    // The receiver outlives all workers.
                    let _ = events.send(Err(error));
                }
            };
            let begun = std::thread::Builder::new().spawn_scoped(scope, keep);
            let ran = match begun {
                Ok(_) => Worker::new(&self.shared, &self.slots[index], sender).run(),
                Err(source) => Err(Stuck { trials: Vec::new(), error: Box::new(Error::Thread { source }) }),
            };
            match ran {
                Err(Stuck { trials, error }) if error.is_shortage() => {
                    let event = self.without_a_worker(trials, *error)?;
                    // The receiver outlives all workers.
                    let _ = events.send(Ok(event));
                    Ok(())
                }
                other => other.map_err(|stuck| *stuck.error),
            }
        })
    }
}
