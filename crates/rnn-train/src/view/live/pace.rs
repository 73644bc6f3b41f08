//! How fast it goes, and what keys make of that.

use std::str::FromStr;
use std::time::{Duration, Instant};

/// What comes one after the other: windows in training, snapshots in a replay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// So many a second.
    PerSecond(f64),
    /// As fast as can be.
    Max,
}

/// The windows a second that training is shown at, if nothing else is asked for: what is new in one can just be seen, and
/// the tutorial's net has learned its task after some seconds.
pub(crate) const OF_TRAINING: Pace = Pace::PerSecond(50.0);

/// The snapshots a second of a replay: the tutorial's run takes twenty seconds.
pub(crate) const OF_REPLAY: Pace = Pace::PerSecond(8.0);

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(pace) if f64::is_finite(pace) && pace > 0.0 => Ok(Self::PerSecond(pace)),
            _ if text == "max" => Ok(Self::Max),
            _ => Err("a pace is a number above 0, or max".to_owned()),
        }
    }
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Pause,
    Slower,
    Faster,
    Step,
    Back,
    NextEpoch,
    Quit,
}

/// What is done at full speed, whatever the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    /// The next one, and then a rest.
    Step,
    /// All up to where the next epoch begins.
    NextEpoch,
}

/// Whether it goes on, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Going {
    Rests,
    PerSecond(f64),
    Full,
}

/// What the keys have made of the pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Player {
    pace: Pace,
    paused: bool,
    errand: Option<Errand>,
}

/// The bounds of what the keys reach. Above, a window is gone before a picture of it could be drawn.
const SLOWEST: f64 = 0.1;
const FASTEST: f64 = 100_000.0;

/// What is less than this share of its pace is not kept up with.
const KEPT_UP: f64 = 0.8;

impl Player {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, paused: false, errand: None }
    }

    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    pub(super) fn seeks_epoch(&self) -> bool {
        self.errand == Some(Errand::NextEpoch)
    }

    pub(super) fn going(&self) -> Going {
        match (self.errand, self.paused, self.pace) {
            (Some(_), ..) => Going::Full,
            (None, true, _) => Going::Rests,
            (None, false, Pace::PerSecond(pace)) => Going::PerSecond(pace),
            (None, false, Pace::Max) => Going::Full,
        }
    }

    /// Takes in a key; `reached` is how many a second there were lately.
    pub(super) fn take(&mut self, command: Command, reached: Option<f64>) {
        match command {
            Command::Pause if self.errand.take().is_some() => self.paused = true,
            Command::Pause => self.paused = !self.paused,
            Command::Slower => self.pace = Pace::PerSecond(self.slower(reached)),
            Command::Faster => self.pace = self.faster(reached),
            Command::Step if self.paused && self.errand.is_none() => self.errand = Some(Errand::Step),
            Command::Step | Command::Back => (self.paused, self.errand) = (true, None),
            Command::NextEpoch => self.errand = Some(Errand::NextEpoch),
            Command::Quit => {}
        }
    }

    /// Has one more come, whatever the pace.
    pub(super) fn step(&mut self) {
        self.errand = Some(Errand::Step);
    }

    /// One has come, the first of an epoch or another; returns whether an errand is done.
    pub(super) fn passes(&mut self, begins_epoch: bool) -> bool {
        let done = match self.errand {
            Some(Errand::Step) => true,
            Some(Errand::NextEpoch) => begins_epoch,
            None => false,
        };
        if done {
            self.errand = None;
        }
        done
    }

    /// Half the pace, or where that is not kept up with, of what is.
    fn slower(&self, reached: Option<f64>) -> f64 {
        let halved = |pace: f64| if pace / 2.0 < SLOWEST { pace } else { pace / 2.0 };
        match (self.pace, reached) {
            (Pace::PerSecond(pace), Some(reached)) if reached > pace * KEPT_UP => halved(pace),
            (Pace::PerSecond(pace), None) => halved(pace),
            (Pace::PerSecond(pace), Some(reached)) => below(reached).min(halved(pace)),
            (Pace::Max, reached) => below(reached.unwrap_or(FASTEST)),
        }
    }

    /// Twice the pace. Beyond the fastest, and beyond what is kept up with, there is only full speed.
    fn faster(&self, reached: Option<f64>) -> Pace {
        match self.pace {
            Pace::PerSecond(pace)
                if pace * 2.0 <= FASTEST && reached.is_none_or(|reached| reached > pace * KEPT_UP) =>
            {
                Pace::PerSecond(pace * 2.0)
            }
            _ => Pace::Max,
        }
    }
}

/// A round pace of at most half of this one and at least a quarter.
fn below(pace: f64) -> f64 {
    let halves = (pace.clamp(SLOWEST * 4.0, FASTEST) / 2.0 / 50.0).log2().floor();
    50.0 * halves.exp2()
}

/// When the next ones are due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    since: Instant,
}

/// What was late is made up for as far as this, so that a pace is kept on a machine that is busy now and then.
const MADE_UP: Duration = Duration::from_millis(100);

impl Clock {
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now }
    }

    /// When so many, at this pace, have had their time.
    pub(super) fn due(&self, count: u32, pace: f64) -> Instant {
        let a_day = Duration::from_secs(86_400);
        let time = Duration::try_from_secs_f64(f64::from(count) / pace).unwrap_or(a_day);
        self.since + time.min(a_day)
    }

    /// The next ones have their time from when it was due, which is now or before.
    pub(super) fn pass(&mut self, due: Instant, now: Instant) {
        self.since = due.max(now.checked_sub(MADE_UP).unwrap_or(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pace: Pace, commands: &[Command]) -> Player {
        let mut player = Player::new(pace);
        commands.iter().for_each(|&command| player.take(command, None));
        player
    }

    #[test]
    fn a_pace_is_a_number_above_0_or_max() {
        assert_eq!("max".parse(), Ok(Pace::Max));
        assert_eq!("2.5".parse(), Ok(Pace::PerSecond(2.5)));
        for wrong in ["", "0", "-1", "inf", "nan", "MAX", "5/s"] {
            assert!(wrong.parse::<Pace>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn plus_and_minus_double_and_halve_up_to_full_speed() {
        let fifty = Pace::PerSecond(50.0);
        assert_eq!(after(fifty, &[Command::Faster]).pace(), Pace::PerSecond(100.0));
        assert_eq!(after(fifty, &[Command::Slower; 2]).pace(), Pace::PerSecond(12.5));
        assert_eq!(after(fifty, &[Command::Faster; 10]).pace(), Pace::PerSecond(51_200.0));
        assert_eq!(after(fifty, &[Command::Faster; 11]).pace(), Pace::Max);
        assert_eq!(after(Pace::Max, &[Command::Faster]).pace(), Pace::Max);
        // There is an end below too, but one who has asked for less keeps it.
        assert!(matches!(after(fifty, &[Command::Slower; 50]).pace(), Pace::PerSecond(pace) if pace >= SLOWEST));
        assert_eq!(after(Pace::PerSecond(1e-9), &[Command::Slower]).pace(), Pace::PerSecond(1e-9));
    }

    #[test]
    fn slower_can_be_seen_where_the_pace_is_not_kept_up_with() {
        let slower = |pace, reached| {
            let mut player = Player::new(pace);
            player.take(Command::Slower, Some(reached));
            player.pace()
        };
        assert_eq!(slower(Pace::Max, 333_000.0), Pace::PerSecond(25_600.0));
        assert_eq!(slower(Pace::Max, 340.0), Pace::PerSecond(100.0));
        assert_eq!(slower(Pace::PerSecond(51_200.0), 340.0), Pace::PerSecond(100.0));
        assert_eq!(slower(Pace::PerSecond(50.0), 49.0), Pace::PerSecond(25.0));
        let mut player = Player::new(Pace::PerSecond(800.0));
        player.take(Command::Faster, Some(340.0));
        assert_eq!(player.pace(), Pace::Max);
    }

    #[test]
    fn a_step_while_paused_is_one_and_while_running_a_pause() {
        let mut player = after(OF_TRAINING, &[Command::Step]);
        assert_eq!(player.going(), Going::Rests);
        player.take(Command::Step, None);
        assert_eq!(player.going(), Going::Full);
        assert!(player.passes(false));
        assert_eq!(player.going(), Going::Rests);
        player.take(Command::Pause, None);
        assert_eq!(player.going(), Going::PerSecond(50.0));
        assert!(!player.passes(true));
    }

    #[test]
    fn the_next_epoch_is_gone_to_at_full_speed_and_then_it_goes_on_as_before() {
        for before in [&[][..], &[Command::Pause]] {
            let mut player = after(OF_TRAINING, before);
            let was = player.going();
            player.take(Command::NextEpoch, None);
            assert!(!player.passes(false) && player.seeks_epoch());
            assert_eq!(player.going(), Going::Full);
            assert!(player.passes(true));
            assert_eq!(player.going(), was);
            // A pause on the way ends it.
            player.take(Command::NextEpoch, None);
            player.take(Command::Pause, None);
            assert_eq!(player.going(), Going::Rests);
        }
    }

    #[test]
    fn what_is_late_is_made_up_for_within_bounds() {
        let begun = Instant::now();
        let mut clock = Clock::new(begun);
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        assert_eq!(clock.due(1, 50.0), at(20));
        // Thirty milliseconds late, so the next one is due at once; a second late, which is forgotten.
        clock.pass(at(20), at(50));
        assert_eq!(clock.due(1, 50.0), at(40));
        clock.pass(at(40), at(1040));
        assert_eq!(clock.due(1, 50.0), at(960));
        // No pace there is overflows it.
        assert!(clock.due(u32::MAX, f64::MIN_POSITIVE) > at(1_000_000));
        assert!(clock.due(1, f64::MAX) >= at(940));
    }
}
