//! A worker: has a process train one trial after the other, or several side by side, and tells what becomes of them.
//!
//! A trial that does not end well in company (that fails, or whose process dies) is tried again in a process of its own, one after
//! the other. What becomes of it there counts, so it is told as if there had been no others.

use super::attempt::Attempt;
use super::keeper::{Keeper, Line, Work, locked};
use super::options::Keep;
use super::process::{Process, was_killed};
use super::slot::{GRACE, Slot};
use super::trial::{Answer, Said};
use super::waiting::Waiting;
use crate::error::Error;
use crate::trials::early_stopping::Limit;
use crate::trials::plan::Trial;
use crate::trials::results::{Outcome, Record, TrialStatus};
use crate::trials::store::trial_folder;
use rnn_train::outputs::lock;
use rnn_train::training::side_by_side::Kind;
use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

/// How often a trial that is killed from outside is begun in all.
const ATTEMPTS: u32 = 3;
/// How often a folder that another process writes to is looked at, and how long the last worker waits before it tries again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// What kept a worker from going on, and the trials that it could not begin.
pub(super) struct Stuck {
    pub(super) trials: Vec<Trial>,
    pub(super) error: Box<Error>,
}

/// What all workers share.
pub(super) struct Shared<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) program: PathBuf,
    pub(super) waiting: Mutex<Waiting<'a>>,
    /// The last attempt at each trial that there was one at.
    pub(super) attempts: HashMap<usize, u32>,
    pub(super) keeper: Keeper<'a>,
}

impl Shared<'_> {
    pub(super) fn stopped(&self) -> bool {
        self.work.stop.load(Ordering::Relaxed)
    }
}

/// A worker, and what it has to do.
pub(super) struct Worker<'a, 'work> {
    shared: &'a Shared<'work>,
    slot: &'a Mutex<Slot>,
    lines: SyncSender<Line>,
    process: Option<Process>,
    /// What its process is training.
    running: Vec<Attempt>,
    /// What others have in common that can be trained beside it.
    kind: Option<Kind>,
    /// What is to be tried in a process of its own.
    apart: VecDeque<Attempt>,
    /// How often a process could not be started.
    shortages: u32,
    /// What the work stops for.
    failure: Option<Error>,
}

impl<'a, 'work> Worker<'a, 'work> {
    pub(super) fn new(shared: &'a Shared<'work>, slot: &'a Mutex<Slot>, lines: SyncSender<Line>) -> Self {
        let (running, apart) = (Vec::new(), VecDeque::new());
        Self { shared, slot, lines, process: None, running, kind: None, apart, shortages: 0, failure: None }
    }

    /// Has trials run until there are none, or the work stops.
    pub(super) fn run(mut self) -> Result<(), Stuck> {
        loop {
            if !self.shared.stopped() {
                match self.begin_trials() {
                    // Those that run are told of first.
                    Err(Stuck { error, .. }) if !self.running.is_empty() => self.stop_for(*error),
                    Err(Stuck { mut trials, error }) => {
                        trials.extend(self.apart.into_iter().map(|attempt| attempt.trial));
                        return Err(Stuck { trials, error });
                    }
                    Ok(()) => {}
                }
            }
            if self.running.is_empty() {
                break;
            }
            self.listen()?;
        }
        for attempt in std::mem::take(&mut self.apart) {
            let record = Record { status: TrialStatus::Interrupted, ..attempt.record() };
            self.tell_end(&attempt, record);
        }
        self.end_process().map_err(|error| Stuck { trials: Vec::new(), error: Box::new(error) })?;
        let stuck = |error| Err(Stuck { trials: Vec::new(), error: Box::new(error) });
        self.failure.map_or(Ok(()), stuck)
    }

    /// Tells something, unless what keeps it has failed and stops the work.
    fn tell(&self, line: Line) {
        let _ = self.lines.send(line);
    }

    fn stop_for(&mut self, error: Error) {
        self.failure.get_or_insert(error);
        self.shared.work.stop.store(true, Ordering::Relaxed);
    }

    /// Begins the next trial if none runs, and others beside it.
    fn begin_trials(&mut self) -> Result<(), Stuck> {
        if self.running.is_empty() {
            let next = match self.apart.pop_front() {
                Some(attempt) => {
                    self.kind = None;
                    if self.process.as_ref().is_some_and(|process| process.trials > 0) {
                        self.end_process().map_err(|error| stuck_at(&attempt, error))?;
                    }
                    Some(attempt)
                }
                None => self.first()?,
            };
            let Some(attempt) = next else { return Ok(()) };
            self.begin(attempt)?;
        }
        while self.apart.is_empty()
            && !self.shared.work.fail_fast
            && locked(self.slot).lifeline.is_some()
            && let Some(attempt) = self.another()?
        {
            self.begin(attempt)?;
        }
        Ok(())
    }

    /// The first trial that waits, as soon as it can begin; nothing if there is none, or if the work stops meanwhile.
    fn first(&mut self) -> Result<Option<Attempt>, Stuck> {
        let taken = locked(&self.shared.waiting).first().map_err(stuck)?;
        let Some((trial, kind)) = taken else { return Ok(None) };
        let limits = self.shared.keeper.limits(&trial, || self.shared.stopped());
        let Some(limits) = limits.filter(|_| self.wait_for_folder(&trial)) else { return Ok(None) };
        self.kind = kind;
        Ok(Some(self.attempt(trial, limits)))
    }

    /// Another trial that waits and can begin now beside those that run.
    fn another(&mut self) -> Result<Option<Attempt>, Stuck> {
        let Some(kind) = &self.kind else { return Ok(None) };
        let taken = locked(&self.shared.waiting).another(kind, self.running.len()).map_err(stuck)?;
        let Some(trial) = taken else { return Ok(None) };
        let limits = self.shared.keeper.limits(&trial, || true);
        match limits.filter(|_| !self.is_held(&trial)) {
            Some(limits) => Ok(Some(self.attempt(trial, limits))),
            None => {
                locked(&self.shared.waiting).put_back(vec![trial]);
                Ok(None)
            }
        }
    }

    fn attempt(&self, trial: Trial, limits: Vec<Limit>) -> Attempt {
        let before = self.shared.attempts.get(&trial.number).copied();
        Attempt::after(before.unwrap_or(0), trial, limits)
    }

    fn is_held(&self, trial: &Trial) -> bool {
        self.shared.work.keep != Keep::None && lock::is_held(&trial_folder(self.shared.work.folder, trial.hash))
    }

    /// Waits until no other process writes to a trial's folder any more, as one that a killed sweep has left may; whether there is
    /// no reason to wait, or the sweep is to stop.
    fn wait_for_folder(&self, trial: &Trial) -> bool {
        let mut told = false;
        while self.is_held(trial) {
            if self.shared.stopped() {
                return false;
            }
            if !told {
                self.tell(Line::Waits(trial.number));
                told = true;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        true
    }

    /// Has the process begin a trial.
    fn begin(&mut self, mut attempt: Attempt) -> Result<(), Stuck> {
        let job = serde_json::to_string(&attempt.job(self.shared.work));
        let job = job.map_err(|error| stuck_at(&attempt, self.failed(error.into())))?;
        if self.running.is_empty() && locked(self.slot).lifeline.is_none() {
            self.end_process().and_then(|_| self.start()).map_err(|error| stuck_at(&attempt, error))?;
        }
        if !attempt.told {
            self.tell(Line::Begun(attempt.record()));
        }
        (attempt.told, attempt.begun) = (true, Instant::now());
        let lifeline = {
            let mut slot = locked(self.slot);
            slot.begin(attempt.trial.number, self.seconds());
            slot.lifeline.take()
        };
        if let Some(mut lifeline) = lifeline {
            // A process that has died reads nothing.
            let _ = writeln!(lifeline, "{job}");
            let mut slot = locked(self.slot);
            slot.lifeline = Some(lifeline).filter(|_| slot.kill_at.is_none());
        }
        self.running.push(attempt);
        self.process.iter_mut().for_each(|process| process.trials += 1);
        Ok(())
    }

    fn seconds(&self) -> Option<Duration> {
        self.shared.work.plan.spec.trial_seconds.map(Duration::from_secs_f64)
    }

    /// Starts a process. Where it cannot be, the last worker tries again, because others have just ended for the same reason.
    fn start(&mut self) -> Result<(), Error> {
        loop {
            match Process::start(&self.shared.program) {
                Err(error) if error.is_shortage() && self.may_try_again() => {}
                started => {
                    let (process, child, lifeline) = started?;
                    self.process = Some(process);
                    *locked(self.slot) = Slot::of(child, lifeline);
                    return Ok(());
                }
            }
        }
    }

    /// Whether a worker that could not start what it needs may try again, which it does a little later.
    fn may_try_again(&mut self) -> bool {
        self.shortages += 1;
        let may = self.shortages < ATTEMPTS && locked(&self.shared.waiting).workers == 1;
        if may {
            std::thread::sleep(BETWEEN_LOOKS);
        }
        may
    }

    /// Has the process end, if there is one; how it ended, and the last lines that it said on standard error.
    fn end_process(&mut self) -> Result<Option<(ExitStatus, String)>, Error> {
        let Some(process) = self.process.take() else { return Ok(None) };
        {
            let mut slot = locked(self.slot);
            slot.lifeline = None;
            slot.kill_at.get_or_insert_with(|| Instant::now() + GRACE);
        }
        let said = process.last_lines();
        let Some(mut child) = std::mem::take(&mut *locked(self.slot)).child else { return Ok(None) };
        let ended = child.wait().map_err(|source| self.failed(source))?;
        Ok(Some((ended, said)))
    }

    /// Waits for what the process says next, or until it dies.
    fn listen(&mut self) -> Result<(), Stuck> {
        match self.process.as_mut().and_then(Process::said) {
            Some(Said::Ended(number, answer)) => {
                let place = self.running.iter().position(|attempt| attempt.trial.number == number);
                place.map_or(Ok(()), |place| {
                    let attempt = self.running.remove(place);
                    self.ended(attempt, *answer)
                })
            }
            Some(Said::ShortOfThreads) => {
                let error = self.end_process().err().unwrap_or(Error::Thread { source: ErrorKind::WouldBlock.into() });
                if self.may_try_again() {
                    self.apart.extend(self.running.drain(..));
                    return Ok(());
                }
                let attempts = self.running.drain(..).chain(self.apart.drain(..));
                Err(Stuck { trials: attempts.map(|attempt| attempt.trial).collect(), error: Box::new(error) })
            }
            None => self.died(),
        }
    }

    /// Whether its process has had more than one trial to train.
    fn in_company(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.trials > 1)
    }

    /// The trial that hangs. Of several, nobody knows which one does: each is tried again by itself, and that one is then overdue alone.
    fn overdue(&self) -> Option<usize> {
        locked(self.slot).overdue.filter(|_| !self.in_company())
    }

    /// A trial has ended, or was stopped.
    fn ended(&mut self, attempt: Attempt, answer: Answer) -> Result<(), Stuck> {
        let number = attempt.trial.number;
        locked(self.slot).end(number);
        let (in_company, overdue) = (self.in_company(), self.overdue());
        let Answer { status, error, outcome, hopeless, out_of_time } = answer;
        let mut record = Record { status, error, outcome, ..attempt.record() };
        if let (true, Some(problem)) = (hopeless, record.error.clone()) {
            record.status = TrialStatus::Interrupted;
            self.tell_end(&attempt, record);
            self.stop_for(Error::Hopeless { trial: number, problem });
            return Ok(());
        }
        if (overdue == Some(number) || out_of_time) && !status.is_final() {
            self.tell_end(&attempt, attempt.timed_out(self.shared.work, record));
            return Ok(());
        }
        // It stops with another one too, whose time was up.
        if matches!(status, TrialStatus::Failed | TrialStatus::Interrupted) && in_company && !self.shared.stopped() {
            self.apart.push_back(attempt);
            return Ok(());
        }
        if status == TrialStatus::Failed && !in_company {
            let ended = self.end_process().map_err(|error| stuck_at(&attempt, error))?;
            record.stderr = ended.map(|(_, said)| said).filter(|said| !said.is_empty());
        }
        self.tell_end(&attempt, record);
        Ok(())
    }

    /// The process is dead, whatever it was training.
    fn died(&mut self) -> Result<(), Stuck> {
        let (in_company, overdue) = (self.in_company(), self.overdue());
        let attempts = std::mem::take(&mut self.running);
        let ended = match self.end_process() {
            Ok(ended) => ended,
            Err(error) => {
                let trials = attempts.into_iter().map(|attempt| attempt.trial).collect();
                return Err(Stuck { trials, error: Box::new(error) });
            }
        };
        let Some((ended, said)) = ended else { return Ok(()) };
        // A process that was killed says nothing; one that refuses or fails says why in its last line.
        let reason = said.lines().rev().find_map(|line| line.strip_prefix("error: ")).map(str::to_owned);
        let reason = reason.unwrap_or_else(|| ended.to_string());
        if in_company && !self.shared.stopped() {
            self.tell(Line::Parted(attempts.len(), reason.clone()));
        }
        for attempt in attempts {
            let status = if self.shared.stopped() { TrialStatus::Interrupted } else { TrialStatus::Failed };
            let outcome = Outcome { wall_seconds: attempt.begun.elapsed().as_secs_f64(), ..Outcome::default() };
            let mut record = Record { status, error: Some(reason.clone()), outcome, ..attempt.record() };
            if overdue == Some(attempt.trial.number) {
                record = attempt.timed_out(self.shared.work, record);
            } else if status == TrialStatus::Failed && in_company {
                self.apart.push_back(attempt);
                continue;
            } else if status == TrialStatus::Failed && was_killed(ended) {
                if attempt.killed + 1 < ATTEMPTS {
                    self.tell(Line::Killed(attempt.trial.number, reason.clone()));
                    self.apart.push_front(attempt.next());
                    continue;
                }
                record.error = Some(format!("{reason}, {ATTEMPTS} times"));
            }
            let says = record.status == TrialStatus::Failed && !said.is_empty();
            record.stderr = says.then(|| said.clone());
            self.tell_end(&attempt, record);
        }
        Ok(())
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::Spawn { program: self.shared.program.clone(), source }
    }

    fn tell_end(&mut self, attempt: &Attempt, record: Record) {
        if self.shared.work.fail_fast && record.status.is_failure() {
            self.shared.work.stop.store(true, Ordering::Relaxed);
        }
        locked(&self.shared.waiting).ended(attempt.trial.number);
        self.tell(Line::Ended(attempt.trial.number, record));
    }
}

/// What kept a worker from beginning an attempt.
fn stuck_at(attempt: &Attempt, error: Error) -> Stuck {
    Stuck { trials: vec![attempt.trial.clone()], error: Box::new(error) }
}

fn stuck(error: Error) -> Stuck {
    Stuck { trials: Vec::new(), error: Box::new(error) }
}
