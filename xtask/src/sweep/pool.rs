//! Workers, each of which runs one trial after the other as a process of its own.

use super::keeper::{Event, Keeper, Line, Work, locked};
use super::options::Keep;
use super::process::{own_program, set_apart, tail, was_killed};
use super::trial::{Answer, Job};
use crate::error::Error;
use crate::trials::early_stopping::Limit;
use crate::trials::plan::Trial;
use crate::trials::results::{Known, Record, ResultsFile, TrialStatus};
use crate::trials::store::trial_folder;
use rnn_train::outputs::lock;
use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel, sync_channel};
use std::time::{Duration, Instant};

/// How often a trial that is killed from outside is begun in all.
const ATTEMPTS: u32 = 3;
/// How long a trial may take to stop after its time is up.
const GRACE: Duration = Duration::from_secs(5);
/// How long, when all is to stop.
const GRACE_OF_STOP: Duration = Duration::from_secs(30);
/// How often a folder that another process writes to is looked at, and how long the last worker waits before it tries again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
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
                let _ = sender.send(pool.without_a_worker(None, Error::Thread { source }));
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
                    pool.work.stop.store(true, Ordering::Relaxed);
                }
            }
            pool.look_after();
        }
    });
    failure.map_or(Ok(()), Err)
}

/// A worker's running trial.
#[derive(Default)]
struct Slot {
    child: Option<Child>,
    /// Dropped to stop the trial.
    lifeline: Option<ChildStdin>,
    deadline: Option<Instant>,
    timed_out: bool,
    /// When one that was told to stop is not waited for any longer.
    kill_at: Option<Instant>,
}

/// What the workers share out among themselves.
struct Queue {
    /// The place of the next trial among the pending ones.
    next: usize,
    /// Trials whose worker could not begin them.
    returned: Vec<usize>,
    /// Workers that are at work.
    workers: usize,
}

/// The workers of some work.
pub(crate) struct Pool<'a> {
    work: &'a Work<'a>,
    program: PathBuf,
    queue: Mutex<Queue>,
    slots: Vec<Mutex<Slot>>,
    attempts: HashMap<usize, u32>,
    keeper: Keeper<'a>,
}

impl<'a> Pool<'a> {
    /// As many workers for the work; `latest` is what is known of the trials so far.
    pub(crate) fn new(work: &'a Work<'a>, workers: usize, latest: &[Known]) -> Result<Self, Error> {
        let attempts = work.pending.iter().filter_map(|&trial| Some((trial, latest[trial].as_ref()?.attempt)));
        Ok(Self {
            work,
            program: own_program()?,
            queue: Mutex::new(Queue { next: 0, returned: Vec::new(), workers }),
            slots: (0..workers).map(|_| Mutex::default()).collect(),
            attempts: attempts.collect(),
            keeper: Keeper::new(work, latest),
        })
    }

    /// The next trial to run; with none, one worker less is at work.
    fn next(&self) -> Option<usize> {
        let mut queue = locked(&self.queue);
        let next = queue.returned.pop().or_else(|| {
            queue.next += 1;
            self.work.pending.get(queue.next - 1).copied()
        });
        queue.workers -= usize::from(next.is_none());
        next
    }

    /// Goes on without a worker that could not begin a trial, or anything at all; the error, if it was the last one or if
    /// others wait for its trial.
    fn without_a_worker(&self, trial: Option<usize>, error: Error) -> Result<Event, Error> {
        let mut queue = locked(&self.queue);
        if queue.workers <= 1 || self.work.plan.spec.early_stopping.is_some() {
            return Err(error);
        }
        queue.workers -= 1;
        queue.returned.extend(trial);
        Ok(Event::Fewer { error })
    }

    fn stopped(&self) -> bool {
        self.work.stop.load(Ordering::Relaxed)
    }

    /// Stops the trials whose time is up, and all of them if the work is to stop.
    fn look_after(&self) {
        for slot in &self.slots {
            let mut slot = locked(slot);
            let now = Instant::now();
            let over = |at: Option<Instant>| at.is_some_and(|at| at <= now);
            if over(slot.kill_at) {
                if let Some(child) = &mut slot.child {
                    // It may have ended by itself.
                    let _ = child.kill();
                }
            } else if slot.kill_at.is_none() && over(slot.deadline) {
                (slot.timed_out, slot.lifeline, slot.kill_at) = (true, None, Some(now + GRACE));
            } else if slot.kill_at.is_none() && self.stopped() {
                (slot.lifeline, slot.kill_at) = (None, Some(now + GRACE_OF_STOP));
            }
        }
    }

    /// Runs one trial after the other, until there is none, while another thread keeps what becomes of them.
    fn work(&self, index: usize, file: ResultsFile, events: &Sender<Result<Event, Error>>) -> Result<(), Error> {
        std::thread::scope(|scope| {
            // A trial may be waiting to be kept while the next one runs, but no more.
            let (sender, lines) = sync_channel(2);
            let keep = move || {
                if let Err(error) = self.keeper.keep(file, &lines, events) {
                    self.work.stop.store(true, Ordering::Relaxed);
                    // The receiver outlives all workers.
                    let _ = events.send(Err(error));
                }
            };
            let begun = std::thread::Builder::new().spawn_scoped(scope, keep);
            let ran = match begun {
                Ok(_) => self.run_trials(index, |line| sender.send(line).is_ok()),
                Err(source) => Err((None, Box::new(Error::Thread { source }))),
            };
            match ran {
                Err((trial, error)) if error.is_shortage() => {
                    let event = self.without_a_worker(trial, *error)?;
                    // The receiver outlives all workers.
                    let _ = events.send(Ok(event));
                    Ok(())
                }
                other => other.map_err(|(_, error)| *error),
            }
        })
    }

    /// Runs one trial after the other, as long as what becomes of them can be told; an error comes with the trial that it kept
    /// from beginning.
    fn run_trials(&self, index: usize, tell: impl Fn(Line) -> bool) -> Result<(), (Option<usize>, Box<Error>)> {
        while !self.stopped() {
            let Some(number) = self.next() else { break };
            let here = |error| (Some(number), Box::new(error));
            let trial = self.work.plan.trial(number).map_err(here)?;
            let Some(limits) = self.keeper.limits(&trial, || self.stopped()) else { break };
            if !self.wait_for_folder(&trial, &tell) {
                break;
            }
            let mut attempt = self.attempts.get(&number).copied().unwrap_or(0);
            let last = attempt.saturating_add(ATTEMPTS);
            let record = loop {
                attempt = attempt.saturating_add(1);
                if !tell(Line::Begun(Record::begun(trial.hash, attempt))) {
                    return Ok(());
                }
                let Ending { mut record, killed, hopeless } =
                    self.attempt_as_it_can(index, &trial, attempt, &limits).map_err(here)?;
                if let (true, false, Some(error)) = (killed, self.stopped(), record.error.clone()) {
                    if attempt < last {
                        tell(Line::Killed(number, error));
                        continue;
                    }
                    record.error = Some(format!("{error}, {ATTEMPTS} times"));
                }
                if let (true, Some(problem)) = (hopeless, record.error.clone()) {
                    record.status = TrialStatus::Interrupted;
                    tell(Line::Ended(number, record));
                    return Err(here(Error::Hopeless { trial: number, problem }));
                }
                break record;
            };
            if self.work.fail_fast && record.status.is_failure() {
                self.work.stop.store(true, Ordering::Relaxed);
            }
            if !tell(Line::Ended(number, record)) {
                break;
            }
        }
        Ok(())
    }

    /// Waits until no other process writes to a trial's folder any more, as one that a killed sweep has left may; whether there is
    /// no reason to wait, or the sweep is to stop.
    fn wait_for_folder(&self, trial: &Trial, tell: impl Fn(Line) -> bool) -> bool {
        let folder = trial_folder(self.work.folder, trial.hash);
        let mut told = false;
        while self.work.keep != Keep::None && lock::is_held(&folder) {
            if self.stopped() || !told && !tell(Line::Waits(trial.number)) {
                return false;
            }
            told = true;
            std::thread::sleep(BETWEEN_LOOKS);
        }
        true
    }

    /// Runs a trial's process to its end. Where it cannot be started, the last worker tries again, because others have just
    /// ended for the same reason.
    fn attempt_as_it_can(&self, index: usize, trial: &Trial, attempt: u32, limits: &[Limit]) -> Result<Ending, Error> {
        let mut tries = 1;
        loop {
            match self.attempt(index, trial, attempt, limits) {
                Err(error) if error.is_shortage() && tries < ATTEMPTS && locked(&self.queue).workers == 1 => {
                    tries += 1;
                    std::thread::sleep(BETWEEN_LOOKS);
                }
                ended => return ended,
            }
        }
    }

    /// Runs a trial's process to its end.
    fn attempt(&self, index: usize, trial: &Trial, attempt: u32, limits: &[Limit]) -> Result<Ending, Error> {
        let begun = Instant::now();
        let folder = (self.work.keep != Keep::None).then(|| trial_folder(self.work.folder, trial.hash));
        // The process has no other place to count relative paths from than this one.
        let folder = folder.map(|folder| std::path::absolute(&folder).unwrap_or(folder));
        let job = Job {
            settings: trial.settings.to_table(),
            folder,
            limits: limits.to_vec(),
            every_epoch: self.work.plan.spec.early_stopping.is_some(),
        };
        let job = serde_json::to_string(&job).map_err(|error| self.spawning(error.into()))?;
        let mut command = Command::new(&self.program);
        command.arg("trial").env("RUST_LOG", "warn");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        set_apart(&mut command);
        let mut child = command.spawn().map_err(|error| self.spawning(error))?;
        let (mut input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        // One that dies at once reads nothing.
        let _ = input.iter_mut().try_for_each(|input| writeln!(input, "{job}"));
        let seconds = self.work.plan.spec.trial_seconds.map(Duration::from_secs_f64);
        let deadline = seconds.and_then(|seconds| begun.checked_add(seconds));
        *locked(&self.slots[index]) = Slot { child: Some(child), lifeline: input, deadline, ..Slot::default() };
        let (mut said, mut answered) = (String::new(), Vec::new());
        let read = std::thread::scope(|scope| {
            // Either pipe would fill up if it were not read.
            let reader = std::thread::Builder::new().spawn_scoped(scope, || said = tail(errors));
            match &reader {
                // What cannot be read was not said.
                Ok(_) => drop(output.map(|mut output| output.read_to_end(&mut answered))),
                // Stopped at once, as nobody would read it.
                Err(_) => drop(locked(&self.slots[index]).child.as_mut().map(Child::kill)),
            }
            reader.map(drop)
        });
        let Slot { child, timed_out, .. } = std::mem::take(&mut *locked(&self.slots[index]));
        let Some(mut child) = child else { return Err(self.spawning(std::io::ErrorKind::NotFound.into())) };
        let ended = child.wait().map_err(|error| self.spawning(error))?;
        read.map_err(|source| Error::Thread { source })?;

        let answer = serde_json::from_slice::<Answer>(&answered).ok();
        if answer.as_ref().is_some_and(|answer| answer.short_of_threads) {
            return Err(Error::Thread { source: ErrorKind::WouldBlock.into() });
        }
        let hopeless = answer.as_ref().is_some_and(|answer| answer.hopeless);
        let mut record = Record { attempt, ..Record::begun(trial.hash, attempt) };
        let mut killed = false;
        match answer {
            Some(answer) => {
                (record.status, record.error, record.outcome) = (answer.status, answer.error, answer.outcome);
            }
            None => {
                killed = was_killed(ended);
                record.status = if self.stopped() { TrialStatus::Interrupted } else { TrialStatus::Failed };
                // A process that was killed says nothing; one that refuses or fails says why in its last line.
                let reason = said.lines().rev().find_map(|line| line.strip_prefix("error: ")).map(str::to_owned);
                record.error = Some(reason.unwrap_or_else(|| ended.to_string()));
            }
        }
        if timed_out && !record.status.is_final() {
            let seconds = seconds.unwrap_or_default().as_secs_f64();
            (record.status, killed) = (TrialStatus::TimedOut, false);
            record.error = Some(format!("not done after {seconds} seconds, and {} epochs", record.outcome.epochs));
        }
        record.stderr = Some(said).filter(|said| record.status == TrialStatus::Failed && !said.is_empty());
        record.outcome.wall_seconds = begun.elapsed().as_secs_f64();
        Ok(Ending { record, killed, hopeless })
    }

    fn spawning(&self, source: std::io::Error) -> Error {
        Error::Spawn { program: self.program.clone(), source }
    }
}

/// What came of a process.
struct Ending {
    record: Record,
    /// It was killed from outside, which says nothing of the trial.
    killed: bool,
    /// It failed for something that the other trials will not fare better with.
    hopeless: bool,
}
