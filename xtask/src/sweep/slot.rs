//! A worker's process, as another thread looks after it.

use std::process::{Child, ChildStdin};
use std::time::{Duration, Instant};

/// How long a process may take to end, or a trial to stop after its time is up.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How long, when all is to stop.
const GRACE_OF_STOP: Duration = Duration::from_secs(30);

/// A worker's process, as far as it is looked after.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) child: Option<Child>,
    /// Dropped to stop its trials.
    pub(super) lifeline: Option<ChildStdin>,
    /// What it trains.
    running: Vec<Running>,
    /// The trial whose time was up for certain, and that had not stopped by itself.
    pub(super) overdue: Option<usize>,
    /// When a process that was told to stop is not waited for any longer.
    pub(super) kill_at: Option<Instant>,
}

/// A trial that a process trains.
struct Running {
    number: usize,
    begun: Instant,
    /// How long each trial may take of the process's time.
    seconds: Option<Duration>,
    /// How many trials the process has trained since this one began, with this one.
    trials: u32,
}

impl Running {
    /// Whether its time is up for certain: each of these trials stops by itself when it has taken its seconds. So one of them hangs.
    fn is_overdue(&self, now: Instant) -> bool {
        self.seconds.is_some_and(|seconds| now.duration_since(self.begun) >= seconds.saturating_mul(self.trials))
    }
}

impl Slot {
    /// That of a process that has just started.
    pub(super) fn of(child: Child, lifeline: ChildStdin) -> Self {
        Self { child: Some(child), lifeline: Some(lifeline), ..Self::default() }
    }

    /// The process begins a trial.
    pub(super) fn begin(&mut self, number: usize, seconds: Option<Duration>) {
        self.running.iter_mut().for_each(|running| running.trials = running.trials.saturating_add(1));
        let trials = self.running.len() as u32 + 1;
        self.running.push(Running { number, begun: Instant::now(), seconds, trials });
    }

    /// It has ended a trial.
    pub(super) fn end(&mut self, number: usize) {
        self.running.retain(|running| running.number != number);
    }

    /// Stops the process of a trial whose time is up, and in any case if the work is to stop. One that does not end is killed.
    pub(super) fn look_after(&mut self, stopped: bool) {
        let now = Instant::now();
        if self.kill_at.is_some_and(|at| at <= now) {
            if let Some(child) = &mut self.child {
                // It may have ended by itself.
                let _ = child.kill();
            }
        } else if self.kill_at.is_none() {
            let mut running = self.running.iter();
            let overdue = running.find(|running| running.is_overdue(now)).map(|running| running.number);
            if overdue.is_some() {
                (self.overdue, self.lifeline, self.kill_at) = (overdue, None, Some(now + GRACE));
            } else if stopped {
                (self.lifeline, self.kill_at) = (None, Some(now + GRACE_OF_STOP));
            }
        }
    }
}
