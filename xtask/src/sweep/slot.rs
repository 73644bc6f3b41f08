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
    /// The numbers of trials that it trains, and when each is at the end of its time for certain.
    pub(super) deadlines: Vec<(usize, Instant)>,
    /// The trial that was, and had not stopped by itself.
    pub(super) overdue: Option<usize>,
    /// When a process that was told to stop is not waited for any longer.
    pub(super) kill_at: Option<Instant>,
}

impl Slot {
    /// Stops the process of a trial whose time is up, and in any case if the work is to stop. One that does not end is killed.
    pub(super) fn look_after(&mut self, stopped: bool) {
        let now = Instant::now();
        if self.kill_at.is_some_and(|at| at <= now) {
            if let Some(child) = &mut self.child {
                // It may have ended by itself.
                let _ = child.kill();
            }
        } else if self.kill_at.is_none() {
            let overdue = self.deadlines.iter().find(|(_, deadline)| *deadline <= now).map(|(trial, _)| *trial);
            if overdue.is_some() {
                (self.overdue, self.lifeline, self.kill_at) = (overdue, None, Some(now + GRACE));
            } else if stopped {
                (self.lifeline, self.kill_at) = (None, Some(now + GRACE_OF_STOP));
            }
        }
    }
}
