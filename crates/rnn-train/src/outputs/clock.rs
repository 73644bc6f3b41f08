//! A clock by which runs that a thread trains side by side each take their share of its time, and what they do alone by themselves.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

/// The clock of a run. Those of runs that are trained together go as many times slower as there are runs, and stand while one of them
/// does something [`alone`](Self::alone). A copy shows the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    together: Rc<Together>,
    /// What the run took alone, in seconds, less what the others' clocks showed when it began.
    alone: Rc<Cell<f64>>,
}

/// What runs share.
#[derive(Debug)]
struct Together {
    /// What the clock showed when something changed last, and when that was.
    then: Cell<(f64, Instant)>,
    runs: Cell<usize>,
    /// Whether one run does something alone.
    stands: Cell<bool>,
}

impl Default for Together {
    /// That of one run, which begins now.
    fn default() -> Self {
        Self { then: Cell::new((0.0, Instant::now())), runs: Cell::new(1), stands: Cell::new(false) }
    }
}

impl Together {
    fn seconds(&self) -> f64 {
        let (seconds, since) = self.then.get();
        if self.stands.get() { seconds } else { seconds + since.elapsed().as_secs_f64() / self.runs.get() as f64 }
    }
}

impl Clock {
    /// That of another run, which is trained together with those of this one. It shows 0 now.
    #[must_use]
    pub fn of_another(&self) -> Self {
        Self { together: Rc::clone(&self.together), alone: Rc::new(Cell::new(-self.together.seconds())) }
    }

    /// What it shows, in seconds. While its run does something alone, what that takes is not counted yet.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.together.seconds() + self.alone.get()
    }

    /// Does something that is this run's alone: no other run's clock goes meanwhile.
    pub fn alone<R>(&self, work: impl FnOnce() -> R) -> R {
        let begun = Instant::now();
        self.together.then.set((self.together.seconds(), begun));
        self.together.stands.set(true);
        let done = work();
        self.together.stands.set(false);
        let now = Instant::now();
        self.together.then.set((self.together.then.get().0, now));
        self.alone.set(self.alone.get() + now.duration_since(begun).as_secs_f64());
        done
    }

    /// From now on so many runs are trained together; none share the time as one does.
    pub(crate) fn share(&self, runs: usize) {
        self.together.then.set((self.together.seconds(), Instant::now()));
        self.together.runs.set(runs.max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn of_what_goes_by_each_run_has_its_share() {
        let (clock, alone) = (Clock::default(), Clock::default());
        let copy = clock.clone();
        clock.share(1000);
        let begun = clock.seconds();
        std::thread::sleep(Duration::from_millis(50));
        let (shared, whole) = (copy.seconds() - begun, alone.seconds());
        assert!(shared > 0.0 && shared <= whole / 1000.0, "{shared} {whole}");
    }

    #[test]
    fn what_one_does_alone_is_on_its_clock_alone() {
        let (one, pause) = (Clock::default(), Duration::from_millis(50));
        let other = one.of_another();
        one.share(1000);
        let begun = [one.seconds(), other.seconds()];
        one.alone(|| std::thread::sleep(pause));
        let [of_one, of_other] = [one.seconds() - begun[0], other.seconds() - begun[1]];
        assert!(of_one >= pause.as_secs_f64() && of_other < pause.as_secs_f64() / 100.0, "{of_one} {of_other}");
    }
}
