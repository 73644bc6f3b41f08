//! A clock by which runs that a thread trains side by side each take their share of its time.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

/// A clock that goes as many times slower as there are runs that share it. A copy shows the same time.
#[derive(Debug, Clone)]
pub struct Clock(Rc<Shared>);

#[derive(Debug)]
struct Shared {
    /// What it showed when the number of runs changed last, and when that was.
    then: Cell<(f64, Instant)>,
    runs: Cell<usize>,
}

impl Default for Clock {
    /// That of one run, which begins now.
    fn default() -> Self {
        Self(Rc::new(Shared { then: Cell::new((0.0, Instant::now())), runs: Cell::new(1) }))
    }
}

impl Clock {
    /// What it shows, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        let (seconds, since) = self.0.then.get();
        seconds + since.elapsed().as_secs_f64() / self.0.runs.get() as f64
    }

    /// From now on so many runs share it; none share it as one does.
    pub(crate) fn share(&self, runs: usize) {
        self.0.then.set((self.seconds(), Instant::now()));
        self.0.runs.set(runs.max(1));
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
}
