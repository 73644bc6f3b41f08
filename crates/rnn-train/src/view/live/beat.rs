//! When to look at the clock, when to draw, and how fast it goes: so that a run at full speed hardly notices.

use std::time::{Duration, Instant};

/// How long full speed goes on without a look at the clock.
const UNSEEN: Duration = Duration::from_millis(1);

/// Counts the steps from one look at the clock to the next: a look at each would cost a training step a hundredth of its
/// time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stride {
    steps: u32,
    left: u32,
    looked: Instant,
}

impl Stride {
    pub(super) fn new(now: Instant) -> Self {
        Self { steps: 1, left: 1, looked: now }
    }

    /// A step was done; returns whether it is time for a look.
    pub(super) fn passes(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    /// The steps since the last look.
    pub(super) fn passed(&self) -> u32 {
        self.steps - self.left
    }

    /// There was a look `now`, and at a pace of so many steps a second it is gone on `later`.
    pub(super) fn begins(&mut self, now: Instant, later: Instant, pace: Option<f64>) {
        let took = now.saturating_duration_since(self.looked).as_secs_f64();
        let fitting = f64::from(self.passed()) * UNSEEN.as_secs_f64() / took.max(1e-9);
        // Not many more at once, because the last ones may have been quicker than the next will be.
        let most = f64::from(self.steps) * 2.0;
        let paced = pace.map_or(most, |pace| pace * UNSEEN.as_secs_f64());
        self.steps = fitting.min(most).min(paced).clamp(1.0, 1e6) as u32;
        (self.left, self.looked) = (self.steps, later);
    }
}

/// The longest that a picture stays, at full speed and otherwise: fifteen or sixty a second.
const FULL_SPEED: Duration = Duration::from_millis(66);
const PACED: Duration = Duration::from_millis(16);

/// At full speed, drawing takes one part of this many of the time.
const SHARE: u32 = 25;

/// When the next picture is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frames {
    next: Instant,
}

impl Frames {
    pub(super) fn new(now: Instant) -> Self {
        Self { next: now }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Whether something is due so late that there is a picture before it.
    pub(super) fn fits_before(&self, due: Instant, now: Instant) -> bool {
        due.saturating_duration_since(now) >= PACED
    }

    /// One was drawn. A slow terminal is given fewer, so that training does not wait for it.
    pub(super) fn drawn(&mut self, begun: Instant, ended: Instant, full_speed: bool) {
        let took = ended.saturating_duration_since(begun);
        self.next = ended + if full_speed { FULL_SPEED.max(took * SHARE) } else { PACED };
    }
}

/// How many steps a second there were lately.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    since: Instant,
    steps: usize,
    a_second: Option<f64>,
}

/// How long steps are counted for it.
const COUNTED: Duration = Duration::from_millis(500);

impl Rate {
    pub(super) fn new(now: Instant, steps: usize) -> Self {
        Self { since: now, steps, a_second: None }
    }

    /// Steps until now; what is returned follows them with some inertia, so that it can be read.
    pub(super) fn take(&mut self, now: Instant, steps: usize) -> Option<f64> {
        let took = now.saturating_duration_since(self.since);
        if took >= COUNTED && steps > self.steps {
            let lately = (steps - self.steps) as f64 / took.as_secs_f64();
            let mean = self.a_second.map_or(lately, |before| f64::midpoint(before, lately));
            // Where the pace was changed, only what came after counts.
            let changed = !(0.5..2.0).contains(&(lately / mean));
            self.a_second = Some(if changed { lately } else { mean });
            (self.since, self.steps) = (now, steps);
        }
        self.a_second
    }

    /// A rest, which does not count.
    pub(super) fn rests(&mut self, now: Instant, steps: usize) {
        (self.since, self.steps) = (now, steps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of a given time, the clock being looked at as often as the stride asks for; returns the looks.
    fn looks(step: Duration, steps: usize, pace: Option<f64>) -> usize {
        let mut now = Instant::now();
        let (mut stride, mut looks) = (Stride::new(now), 0);
        for _ in 0..steps {
            now += step;
            if stride.passes() {
                looks += 1;
                stride.begins(now, now, pace);
            }
        }
        looks
    }

    #[test]
    fn the_clock_is_looked_at_about_once_a_millisecond() {
        let micro = Duration::from_micros(1);
        let quick = looks(2 * micro, 100_000, None);
        assert!((190..=230).contains(&quick), "{quick}");
        assert_eq!(looks(5000 * micro, 100, None), 100);
        // At a pace, no more steps are done before a look than have their time in a millisecond.
        let paced = looks(2 * micro, 100_000, Some(10_000.0));
        assert!((9_990..=10_010).contains(&paced), "{paced}");
        assert_eq!(looks(2 * micro, 1000, Some(50.0)), 1000);
    }

    #[test]
    fn a_slow_terminal_gets_fewer_pictures_at_full_speed() {
        let begun = Instant::now();
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        let mut frames = Frames::new(begun);
        assert!(frames.is_due(begun));
        frames.drawn(begun, at(1), true);
        assert!(!frames.is_due(at(60)) && frames.is_due(at(67)));
        frames.drawn(begun, at(40), true);
        assert!(!frames.is_due(at(1000)) && frames.is_due(at(1040)));
        frames.drawn(begun, at(40), false);
        assert!(frames.is_due(at(56)));
    }

    #[test]
    fn a_rate_leaves_out_rests() {
        let begun = Instant::now();
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        let mut rate = Rate::new(begun, 100);
        assert_eq!(rate.take(at(100), 200), None);
        assert_eq!(rate.take(at(1000), 1100), Some(1000.0));
        rate.rests(at(60_000), 1100);
        assert_eq!(rate.take(at(61_000), 2300), Some(1100.0));
        // What has changed much is told at once.
        assert_eq!(rate.take(at(62_000), 2350), Some(50.0));
    }
}
