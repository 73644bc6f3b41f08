//! The Lorenz equations: a chaotic series of three coordinates, which are asked for some steps later.
//!
//! ```text
//! dx/dt = 10 (y − x)      dy/dt = x (28 − z) − y      dz/dt = x y − 8/3 z
//! ```
//!
//! They are a model of convection (Lorenz, "Deterministic nonperiodic flow", 1963). A time step is 0.02 units of time. All three
//! coordinates are read, and those h = `horizon` steps later are asked for. Small errors grow e-fold in about 55 steps. By default h is
//! 25: then the coordinates of now are a worse answer than the mean. For the next step they have a loss of 0.02, which leaves little to
//! learn.
//!
//! **Integration.** By the classical Runge–Kutta method of order four, with two steps of 0.01 for each time step.
//!
//! **Beginning.** x, y and z are drawn evenly from [1, 2). Then 1,000 to 1,999 time steps are thrown away, each number as probable. A
//! number that is always the same might leave something of a common phase, because z swings rather evenly.
//!
//! **Scale.** What is read and asked for is standardised with the mean and deviation of each coordinate. So the loss, a mean over the
//! three, is the NMSE, and its root the NRMSE. The means of x and y are 0 by symmetry. The other constants are those of 10⁹ time steps
//! (`the_constants_are_those_of_a_long_series`, an ignored test, measures them again):
//!
//! ```text
//!      mean                    variance                     ± one standard error
//! x    0                       62.8011 ± 0.0005
//! y    0                       81.2010 ± 0.0010
//! z    23.5504 ± 0.0002        74.3405 ± 0.0031
//! ```
//!
//! The variance of x is 8/3 of the mean of z, as it must be: the means of dz/dt and of d(x²)/dt are 0, so x², x y and 8/3 z have the same
//! mean.
//!
//! **Floor.** What comes follows from the last step alone. So a net needs no memory, but has much to compute. The floor is 0, but for
//! rounding: in 500 steps, the longest horizon, it grows by a factor of 10⁴.
//!
//! **Chance.** Who reads nothing answers the mean and has the variance, which is 1.
//!
//! **Elsewhere.** `reservoirpy` 0.4 has time steps of 0.03 and an adaptive Runge–Kutta method. It begins at (1, 1, 1), throws nothing
//! away, and does not scale.

use super::ahead::Ahead;
use super::setting::TaskSetting;
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// A chaotic series of three coordinates.
///
/// ```
/// use echo_data::{Lorenz, Sequence, Split, Task};
/// let task = Lorenz { horizon: 10, ..Lorenz::default() };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let (read, asked) = (episode.inputs().values(), episode.targets().values());
/// assert_eq!(asked[3 * 100..3 * 400], read[3 * 110..3 * 410]);
/// assert!(episode.is_scored(100) && !episode.is_scored(99));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lorenz {
    /// T: time steps of an episode.
    pub sequence_length: usize,
    /// Time steps at the beginning that are read and not scored.
    pub washout: usize,
    /// h: how many steps later the coordinates are asked for.
    pub horizon: usize,
}

/// Half a unit of time ahead.
impl Default for Lorenz {
    fn default() -> Self {
        Self { sequence_length: 500, washout: 100, horizon: 25 }
    }
}

/// Farther ahead, the last digits of what is read would be seen in the answer.
const LONGEST_HORIZON: usize = 500;

const MEANS: [f64; 3] = [0.0, 0.0, 23.5504];
const DEVIATIONS: [f64; 3] = [7.9247, 9.0112, 8.6221];

/// A step of the integration. Two of them are a time step.
const HALF_STEP: f64 = 0.01;

/// How fast the coordinates change.
fn change([x, y, z]: [f64; 3]) -> [f64; 3] {
    [10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z]
}

/// The coordinates half a time step later.
fn half_step(point: [f64; 3]) -> [f64; 3] {
    let on = |change: [f64; 3], time: f64| std::array::from_fn(|place| point[place] + time * change[place]);
    let begin = change(point);
    let middle = change(on(begin, HALF_STEP / 2.0));
    let again = change(on(middle, HALF_STEP / 2.0));
    let end = change(on(again, HALF_STEP));
    on(std::array::from_fn(|place| begin[place] + 2.0 * (middle[place] + again[place]) + end[place]), HALF_STEP / 6.0)
}

/// The coordinates a time step later.
fn later(point: [f64; 3]) -> [f64; 3] {
    half_step(half_step(point))
}

fn standardised(point: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|place| (point[place] - MEANS[place]) / DEVIATIONS[place])
}

impl Lorenz {
    fn ahead(&self) -> Ahead {
        let Self { sequence_length, washout, horizon } = *self;
        Ahead { sequence_length, washout, horizon }
    }
}

impl Task for Lorenz {
    fn name(&self) -> &'static str {
        "lorenz"
    }

    fn about(&self) -> &'static str {
        "A chaotic series of three coordinates, some steps ahead"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(3), targets: Kind::Values(3) }
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
        let mut point = [(); 3].map(|()| 1.0 + dice.uniform());
        let thrown_away = 1000 + dice.below(1000);
        let mut next = || {
            let before = point;
            point = later(point);
            before
        };
        for _ in 0..thrown_away {
            next();
        }
        self.ahead().draw(|| standardised(next()), episode)
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        Some(1.0)
    }

    fn words(&self) -> Words {
        let coordinates = ["x", "y", "z"].map(str::to_owned).to_vec();
        let answer = self.ahead().answer("coordinates");
        Words {
            title: format!("Lorenz: {answer}"),
            rule: format!("target = {answer}"),
            answer,
            inputs: coordinates.clone(),
            targets: coordinates,
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn drawn(task: &Lorenz, number: u64) -> Sequence {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        episode
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let episode = drawn(&Lorenz::default(), 0);
        let shown = |values: &[f64]| values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(" ");
        assert_eq!(shown(&episode.inputs().values()[..6]), "-0.0779 -0.1244 -1.2257 -0.0915 -0.1445 -1.3020");
        assert_eq!(shown(&episode.targets().values()[300..306]), "1.7896 1.9688 0.8279 1.8540 1.7917 1.1992");
        assert_eq!((episode.len(), episode.is_scored(99), episode.is_scored(100)), (500, false, true));
    }

    #[test]
    fn chance_is_the_variance_of_the_targets() {
        brute_force::check_variance(&Lorenz { sequence_length: 10, washout: 5, horizon: 25 });
    }

    /// Each step against a hundred of Taylor's, of order two.
    #[test]
    fn steps_are_those_of_the_equations() {
        let mut point = [1.0, 1.0, 1.0];
        for step in 0..2000 {
            let mut short = point;
            for _ in 0..100 {
                let now = change(short);
                let [[x, y, z], [dx, dy, dz]] = [short, now];
                let then = [10.0 * (dy - dx), dx * (28.0 - z) - x * dz - dy, dx * y + x * dy - 8.0 / 3.0 * dz];
                let time = 0.02 / 100.0;
                short = std::array::from_fn(|place| short[place] + time * now[place] + time * time / 2.0 * then[place]);
            }
            point = later(point);
            for (own, other) in point.iter().zip(short) {
                assert!((own - other).abs() < 2e-4, "{step}: {point:?} {short:?}");
            }
        }
    }

    #[test]
    fn what_is_read_says_what_comes() {
        for horizon in [1, 25, LONGEST_HORIZON] {
            let episode = drawn(&Lorenz { sequence_length: 200, washout: 0, horizon }, 0);
            let steps = episode.inputs().values().chunks(3).zip(episode.targets().values().chunks(3));
            for (read, asked) in steps {
                let own = std::array::from_fn(|place| MEANS[place] + DEVIATIONS[place] * read[place]);
                let answer = standardised((0..horizon).fold(own, |point, _| later(point)));
                assert!(
                    answer.iter().zip(asked).all(|(own, asked)| (own - asked).abs() < 1e-8),
                    "{answer:?} {asked:?}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = Lorenz { horizon: 0, ..Lorenz::default() }.check().unwrap_err();
        assert_eq!(error.to_string(), "horizon is 0: it must be from 1 to 500");
        let with = |sequence_length, washout, horizon| Lorenz { sequence_length, washout, horizon }.check();
        assert!(with(1, 0, 1).is_ok() && with(1, 0, 501).is_err() && with(0, 0, 1).is_err() && with(5, 5, 1).is_err());
    }

    /// Means and variances of a series of a hundred such stretches, within five of their errors.
    fn compare_with_series(stretch: u64) {
        let mut point = [1.3, 1.2, 1.1];
        let mut next = || {
            let before = point;
            point = later(point);
            before
        };
        for _ in 0..2000 {
            next();
        }
        for (place, [mean, variance]) in brute_force::measured(stretch, next).into_iter().enumerate() {
            assert!((mean[0] - MEANS[place]).abs() < 5.0 * mean[1] + 5e-5, "{place}: {mean:?}");
            let own = DEVIATIONS[place] * DEVIATIONS[place];
            assert!((variance[0] - own).abs() < 5.0 * variance[1] + 1e-5 * own, "{place}: {variance:?}");
        }
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
