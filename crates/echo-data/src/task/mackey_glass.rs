//! The Mackey–Glass equation: a chaotic series, whose value some steps later is asked for.
//!
//! ```text
//! dx/dt = 0.2 x(t − τ)/(1 + x(t − τ)¹⁰) − 0.1 x(t)        τ = 17
//! ```
//!
//! It is a model of how many blood cells there are (Mackey and Glass, "Oscillation and chaos in physiological control systems", 1977).
//! With τ = 17 it is mildly chaotic: small errors grow e-fold in about 200 units of time. One value is read for each unit, and the one h
//! = `horizon` units later is asked for. By default h is 84, for which Jaeger and Haas tell their error ("Harnessing nonlinearity:
//! predicting chaotic systems and saving energy in wireless communication", 2004). Their net goes on from its own answers for 84 steps;
//! here it answers at once.
//!
//! **Integration.** By the trapezoidal rule, with steps of s = 1/10 and g(x) = 0.2 x/(1 + x¹⁰):
//!
//! ```text
//! x(t + s) = ((1 − 0.1 s/2) x(t) + s/2 (g(x(t − τ)) + g(x(t + s − τ)))) / (1 + 0.1 s/2)
//! ```
//!
//! τ is a whole number of steps, so the delayed values are known at both ends of a step. Nothing else is nonlinear. So the rule needs no
//! values between steps and no iteration. It is of order two: for 100 units from its beginning it stays within 0.00006 of the solution.
//! The power is made of products, so that all bits are the same everywhere.
//!
//! **Beginning.** x = x₀ for all t ≤ 0, where x₀ is drawn evenly from [1.1, 1.3). Then 1,000 to 1,999 units are thrown away, each number
//! as probable. A number that is always the same would not do: the series swings so evenly, in about 50 units, that all episodes would
//! begin in a similar phase.
//!
//! **Scale.** What is read and asked for is standardised, z = (x − 0.930162)/0.226142. So the loss is the NMSE, and its root the NRMSE,
//! which are the same in any linear scale. Jaeger and Haas have tanh(x − 1).
//!
//! **Floor.** The state of the system is x over the last 17 units, but only a value a unit is read. Yet x is smooth: it can be
//! interpolated between the values that were read, and from there the equation leads to what comes. From 25 values on, the NMSE of that
//! is below 10⁻¹¹ for 84 steps (`what_is_read_says_what_comes`), and smaller still with more values. So the floor is 0 for all purposes,
//! if 24 steps or more are not scored. With fewer it is not known.
//!
//! **Chance.** Who reads nothing answers the mean and has the variance, which is 1. It has no closed form: the constants of the scale are
//! those of 10⁹ units (`the_constants_are_those_of_a_long_series`, an ignored test, measures them again).
//!
//! ```text
//! mean of x 0.9301618 ± 0.0000001      variance of x 0.0511400 ± 0.0000002        ± one standard error
//! ```
//!
//! **Elsewhere.** `reservoirpy` 0.4 has Runge–Kutta steps of one unit, in which the delayed value stays the same. It begins with 17
//! random values near 1.2, throws nothing away, and does not scale. NeuroBench has files of values from an adaptive solver, 75 in each
//! Lyapunov time, which is how long an error takes to grow e-fold.

use super::ahead::Ahead;
use super::setting::TaskSetting;
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// A chaotic series with a delay.
///
/// ```
/// use echo_data::{MackeyGlass, Sequence, Split, Task};
/// let task = MackeyGlass { horizon: 6, ..MackeyGlass::default() };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let (read, asked) = (episode.inputs().values(), episode.targets().values());
/// assert_eq!(asked[100..400], read[106..406]);
/// assert!(episode.is_scored(100) && !episode.is_scored(99));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MackeyGlass {
    /// T: time steps of an episode.
    pub sequence_length: usize,
    /// Time steps at the beginning that are read and not scored.
    pub washout: usize,
    /// h: how many steps later a value is asked for.
    pub horizon: usize,
}

/// As far ahead as Jaeger and Haas tell their error.
impl Default for MackeyGlass {
    fn default() -> Self {
        Self { sequence_length: 500, washout: 100, horizon: 84 }
    }
}

/// Farther ahead, the last digits of what is read would be seen in the answer.
const LONGEST_HORIZON: usize = 1000;

/// So many steps must be read and not scored, so that what follows is known.
const UNKNOWN: usize = 24;

const MEAN: f64 = 0.930_162;
const DEVIATION: f64 = 0.226_142;

/// Steps of the integration in a unit of time.
const STEPS: usize = 10;
const HALF_STEP: f64 = 0.5 / STEPS as f64;
const DECAY: f64 = 0.1;

/// τ, in steps.
const DELAY: usize = 17 * STEPS;

/// What is produced for a value τ before.
fn production(x: f64) -> f64 {
    let square = x * x;
    let fourth = square * square;
    0.2 * x / (1.0 + fourth * fourth * square)
}

/// The state: a value, and what was produced for those before.
struct Series {
    value: f64,
    /// In a circle; the one of the value τ before is at `oldest`.
    produced: [f64; DELAY],
    oldest: usize,
}

impl Series {
    /// One that has always been at a value.
    fn at(value: f64) -> Self {
        Self { value, produced: [production(value); DELAY], oldest: 0 }
    }

    /// One on its attractor.
    fn drawn(dice: &mut dyn Dice) -> Self {
        let mut series = Self::at(1.1 + 0.2 * dice.uniform());
        let thrown_away = 1000 + dice.below(1000);
        for _ in 0..thrown_away {
            series.unit();
        }
        series
    }

    /// Goes on by a unit of time, and returns the standardised value that there was before.
    fn unit(&mut self) -> f64 {
        let before = (self.value - MEAN) / DEVIATION;
        for _ in 0..STEPS {
            let begin = self.produced[self.oldest];
            self.produced[self.oldest] = production(self.value);
            self.oldest = (self.oldest + 1) % DELAY;
            let end = self.produced[self.oldest];
            self.value =
                ((1.0 - HALF_STEP * DECAY) * self.value + HALF_STEP * (begin + end)) / (1.0 + HALF_STEP * DECAY);
        }
        before
    }
}

impl MackeyGlass {
    fn ahead(&self) -> Ahead {
        let Self { sequence_length, washout, horizon } = *self;
        Ahead { sequence_length, washout, horizon }
    }
}

impl Task for MackeyGlass {
    fn name(&self) -> &'static str {
        "mackey_glass"
    }

    fn about(&self) -> &'static str {
        "A chaotic series with a delay, some steps ahead"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(1), targets: Kind::Values(1) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, washout, horizon } = self;
        vec![
            TaskSetting::of_length(sequence_length),
            TaskSetting::of_washout(washout),
            TaskSetting::of_horizon(horizon),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        self.ahead().check(LONGEST_HORIZON)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let mut series = Series::drawn(dice);
        self.ahead().draw(|| [series.unit()], episode)
    }

    fn certainty(&self) -> Certainty {
        if self.washout < UNKNOWN { Certainty::Unknown } else { Certainty::Certain }
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        Some(1.0)
    }

    fn words(&self) -> Words {
        let answer = self.ahead().answer("value");
        Words {
            title: format!("Mackey–Glass: {answer}"),
            rule: format!("target = {answer}"),
            answer,
            inputs: vec!["value".to_owned()],
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn drawn(task: &MackeyGlass, number: u64) -> Sequence {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        episode
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let episode = drawn(&MackeyGlass::default(), 0);
        let shown = |values: &[f64]| values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(" ");
        assert_eq!(shown(&episode.inputs().values()[..4]), "1.3594 1.4308 1.4997 1.5681");
        assert_eq!(shown(&episode.targets().values()[100..104]), "-0.9749 -0.7643 -0.5421 -0.3165");
        assert_eq!((episode.len(), episode.is_scored(99), episode.is_scored(100)), (500, false, true));
    }

    #[test]
    fn chance_is_the_variance_of_the_targets() {
        // Over a whole swing.
        brute_force::check_variance(&MackeyGlass { sequence_length: 74, washout: 24, horizon: 1 });
    }

    /// Values that another program found with Euler's method, 40,000 steps a unit.
    #[test]
    fn values_are_those_of_the_equation() {
        let mut series = Series::at(1.2);
        let own = |standardised: f64| MEAN + DEVIATION * standardised;
        let values: Vec<f64> = (0..=500).map(|_| own(series.unit())).collect();
        for (time, value) in
            [(17, 0.49197), (20, 0.55012), (50, 1.06095), (100, 1.01373), (200, 1.18672), (500, 1.06345)]
        {
            assert!((values[time] - value).abs() < 4e-4, "{time}: {}", values[time]);
        }
    }

    /// The 25 values that are read, interpolated and led on from there by the equation.
    #[test]
    fn what_is_read_says_what_comes() {
        for (horizon, most) in [(1, 1e-11), (84, 1e-11), (LONGEST_HORIZON, 1e-6)] {
            let task = MackeyGlass { sequence_length: UNKNOWN + 1, washout: UNKNOWN, horizon };
            let mut error = 0.0;
            for number in 0..1000 {
                let episode = drawn(&task, number);
                let read: Vec<f64> = episode.inputs().values().iter().map(|z| MEAN + DEVIATION * z).collect();
                // x from 21 to 4 units before the last value, by polynomials through the four values on either side.
                let between = |step: usize| {
                    let (from, place) = (step / STEPS, 3.0 + (step % STEPS) as f64 / STEPS as f64);
                    let weight = |own: usize| {
                        let others = (0..8).filter(|other| *other != own).map(|other| other as f64);
                        others.map(|other| (place - other) / (own as f64 - other)).product::<f64>()
                    };
                    (0..8).map(|own| weight(own) * read[from + own]).sum::<f64>()
                };
                let mut produced = [0.0; DELAY];
                produced.iter_mut().enumerate().for_each(|(step, produced)| *produced = production(between(step)));
                let mut series = Series { value: read[UNKNOWN - 4], produced, oldest: 0 };
                for _ in 0..4 + horizon {
                    series.unit();
                }
                error += (series.unit() - episode.targets().values()[UNKNOWN]).powi(2) / 1000.0;
            }
            assert!(error < most, "{horizon}: {error}");
        }
        let early = MackeyGlass { washout: UNKNOWN - 1, ..MackeyGlass::default() };
        assert_eq!(early.certainty(), Certainty::Unknown);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = MackeyGlass { horizon: 1001, ..MackeyGlass::default() }.check().unwrap_err();
        assert_eq!(error.to_string(), "horizon is 1001: it must be from 1 to 1000");
        let with = |sequence_length, washout, horizon| MackeyGlass { sequence_length, washout, horizon }.check();
        assert!(with(1, 0, 1).is_ok() && with(1, 0, 0).is_err() && with(0, 0, 1).is_err() && with(5, 5, 1).is_err());
        assert!(with(5, usize::MAX, 1).is_err());
    }

    /// Mean and variance of a series of a hundred such stretches, within five of their errors.
    fn compare_with_series(stretch: u64) {
        let mut series = Series::at(1.2);
        for _ in 0..2000 {
            series.unit();
        }
        let [[mean, variance]] = brute_force::measured(stretch, || [series.unit()]);
        assert!(mean[0].abs() < 5.0 * mean[1] + 5e-6, "{mean:?}");
        assert!((variance[0] - 1.0).abs() < 5.0 * variance[1] + 5e-6, "{variance:?}");
    }

    #[test]
    fn the_constants_are_those_of_a_series() {
        compare_with_series(20_000);
    }

    #[test]
    #[ignore = "takes minutes: it measures the constants again"]
    fn the_constants_are_those_of_a_long_series() {
        compare_with_series(10_000_000);
    }
}
