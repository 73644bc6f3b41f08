//! NARMA-10: a nonlinear system of order 10 is driven by random inputs, and its output is asked for.
//!
//! ```text
//! y(t + 1) = 0.3 y(t) + 0.05 y(t) Σ_{i = 0…9} y(t − i) + 1.5 u(t − 9) u(t) + 0.1        y and u are 0 before the beginning
//! ```
//!
//! The step that reads u(t), a number from [0, 0.5), is asked for y(t + 1). The system is that of Atiya and Parlos ("New results on
//! recurrent network training: unifying the algorithms and accelerating convergence", 2000). Jaeger ("Adaptive nonlinear system
//! identification with echo state networks", 2003) made it a test of reservoirs. NARMA stands for nonlinear autoregressive moving
//! average.
//!
//! **Scored steps.** All of y follows from what is read, from the first step on. But y begins at 0, and takes some steps to come to its
//! stationary distribution. The first steps, as many as `washout` says, are therefore read and not scored: 100 by default. With
//! reservoirs 30 to 500 are in use.
//!
//! **Running away.** With inputs that are drawn evenly and independently, y runs away to infinity about once in 200,000 steps (Kubota,
//! Nakajima and Takahashi, "Dynamical anatomy of NARMA10 benchmark task", 2019, say why). To draw an episode anew until it is finite
//! might never end where episodes are long. So here an input that would take y above 1 does not come:
//!
//! ```text
//! u(t) is drawn evenly from [0, min(1/2, m)),   where m is the u(t) with y(t + 1) = 1
//! ```
//!
//! There are always such inputs: as long as y was at most 1, m is at least (1 − 0.9)/(1.5 · 0.5) = 0.13. Nothing is drawn twice, and the
//! distribution is the same for episodes of any length. It is nearly that of independent inputs: of those, one in 38,000 would take y
//! above 1.
//!
//! **Chance.** Who reads nothing answers the mean of y, and the mean squared error is the variance of y. In the stationary distribution
//! it has no closed form. Over 10⁹ steps (`the_constants_are_those_of_a_long_series`, an ignored test, measures it again):
//!
//! ```text
//! mean 0.38829 ± 0.00001      variance 0.011851 ± 0.000002        ± one standard error
//! ```
//!
//! From step 100 on the variance is this one to all these digits. With a shorter washout no chance is told. The floor is 0. Papers tell
//! the NMSE, which is loss/variance, or its root, the NRMSE. The task counts as learned where the NMSE is below 0.01.
//!
//! **Elsewhere.** `reservoirpy` 0.4 has order 30 by default, with other constants. In its code the sum begins with y(t − 1), and the
//! product is u(t − n) u(t), both a step earlier than in its formula. It returns y(t) beside u(t), and y can run away.

use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape, Step};

/// The output of a system of order 10.
///
/// ```
/// use echo_data::{Narma, Sequence, Split, Task};
/// let narma = Narma { sequence_length: 30, washout: 0 };
/// let mut episode = Sequence::new(narma.shape());
/// narma.fill(7, Split::Train, 0, &mut episode)?;
/// let (u, y) = (episode.inputs().values(), episode.targets().values());
/// // Where u(20) is read, y(21) is asked for; y(20) is what was asked for a step before.
/// let sum: f64 = y[10..20].iter().sum();
/// let next = 0.3 * y[19] + 0.05 * y[19] * sum + 1.5 * u[11] * u[20] + 0.1;
/// assert!((y[20] - next).abs() < 1e-15);
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narma {
    /// T: time steps of an episode.
    pub sequence_length: usize,
    /// Time steps at the beginning that are read and not scored.
    pub washout: usize,
}

impl Default for Narma {
    fn default() -> Self {
        Self { sequence_length: 500, washout: SETTLED }
    }
}

/// The system's order.
const ORDER: usize = 10;

/// After so many steps y has its stationary distribution.
const SETTLED: usize = 100;

/// The variance of that distribution.
const VARIANCE: f64 = 0.011_851;

/// What the system remembers, the last first.
#[derive(Default)]
struct System {
    inputs: [f64; ORDER - 1],
    outputs: [f64; ORDER],
}

impl System {
    /// Draws the next input, and returns it with the output that follows.
    fn step(&mut self, dice: &mut dyn Dice) -> [f64; 2] {
        let last = self.outputs[0];
        let own = 0.3 * last + 0.05 * last * self.outputs.iter().sum::<f64>() + 0.1;
        let factor = 1.5 * self.inputs[ORDER - 2];
        // Infinite where the factor is 0.
        let most = (1.0 - own) / factor;
        let input = most.min(0.5) * dice.uniform();
        let output = own + factor * input;
        self.inputs.rotate_right(1);
        self.outputs.rotate_right(1);
        (self.inputs[0], self.outputs[0]) = (input, output);
        [input, output]
    }
}

impl Task for Narma {
    fn name(&self) -> &'static str {
        "narma"
    }

    fn about(&self) -> &'static str {
        "The output of a nonlinear system of order 10"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(1), targets: Kind::Values(1) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, washout } = self;
        vec![TaskSetting::of_length(sequence_length), TaskSetting::of_washout(washout)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("sequence_length", self.sequence_length, self.washout.saturating_add(1)..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let mut system = System::default();
        for step in 0..self.sequence_length {
            let [input, output] = system.step(dice);
            episode.push(Step::Values(&[input]), (step >= self.washout).then_some(Step::Values(&[output])))?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        (self.washout >= SETTLED).then_some(VARIANCE)
    }

    /// A hundredth of the variance, which is itself hardly more than 0.01.
    fn solved_within(&self) -> f64 {
        0.01 * VARIANCE
    }

    fn words(&self) -> Words {
        Words {
            title: "NARMA-10".to_owned(),
            answer: "the next output of the system that its inputs drive".to_owned(),
            rule: "target = output of NARMA-10".to_owned(),
            inputs: vec!["input".to_owned()],
            targets: vec!["output".to_owned()],
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;
    use crate::generator::generator;

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let mut episode = Sequence::new(Narma::default().shape());
        Narma::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        let shown = |values: &[f64]| values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(" ");
        assert_eq!(shown(&episode.inputs().values()[..4]), "0.3792 0.1439 0.2753 0.0587");
        assert_eq!(shown(&episode.targets().values()[100..104]), "0.3195 0.4888 0.4253 0.5614");
        assert_eq!((episode.len(), episode.is_scored(99), episode.is_scored(100)), (500, false, true));
    }

    #[test]
    fn chance_is_the_variance_of_the_targets() {
        brute_force::check_variance(&Narma { sequence_length: 110, washout: 100 });
        let early = Narma { washout: 99, ..Narma::default() };
        assert_eq!(early.chance(&|_| f64::NAN), None);
    }

    /// The formula over all of the past, from one episode after the other, until an input was held back.
    #[test]
    fn outputs_follow_from_what_was_read_and_do_not_run_away() {
        let task = Narma { sequence_length: 50_000, washout: 0 };
        let (mut highest, mut held_back, mut inputs) = (0.0_f64, 0, 0.0);
        for number in 0..4 {
            let mut episode = Sequence::new(task.shape());
            task.fill(3, Split::Train, number, &mut episode).unwrap();
            let (u, targets) = (episode.inputs().values(), episode.targets().values());
            let mut y = vec![0.0; ORDER];
            for (t, (&input, &target)) in u.iter().zip(targets).enumerate() {
                let last = y[y.len() - 1];
                let before = t.checked_sub(ORDER - 1).map_or(0.0, |early| u[early]);
                let own = 0.3 * last + 0.05 * last * y[y.len() - ORDER..].iter().sum::<f64>() + 0.1;
                let next = own + 1.5 * before * input;
                assert!((target - next).abs() < 1e-14, "{t}: {target} and {next}");
                held_back += usize::from(own + 1.5 * before * 0.5 > 1.0);
                y.push(target);
            }
            highest = targets.iter().fold(highest, |highest, &target| highest.max(target));
            inputs += u.iter().sum::<f64>() / 200_000.0;
        }
        assert!(held_back > 0 && highest > 0.9 && highest < 1.0 + 1e-15, "{held_back} {highest}");
        // Within five deviations of what is even.
        assert!((inputs - 0.25).abs() < 5.0 * 0.5 / f64::sqrt(12.0 * 200_000.0), "{inputs}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = Narma { sequence_length: 100, ..Narma::default() }.check().unwrap_err();
        assert_eq!(error.to_string(), "sequence_length is 100: it must be at least 101");
        assert!(Narma { sequence_length: 0, washout: 0 }.check().is_err());
        assert!(Narma { sequence_length: 5, washout: usize::MAX }.check().is_err());
    }

    /// Mean and variance of a series of a hundred such stretches, within five of their errors.
    fn compare_with_series(stretch: u64) {
        // A stream that no episode has.
        let (mut system, mut dice) = (System::default(), generator(0, 1 << 62));
        for _ in 0..SETTLED {
            system.step(&mut dice);
        }
        let [[mean, variance]] = brute_force::measured(stretch, || [system.step(&mut dice)[1]]);
        assert!((mean[0] - 0.38829).abs() < 5.0 * mean[1] + 5e-6, "{mean:?}");
        assert!((variance[0] - VARIANCE).abs() < 5.0 * variance[1] + 5e-7, "{variance:?}");
    }

    #[test]
    fn the_constants_are_those_of_a_series() {
        compare_with_series(100_000);
    }

    #[test]
    #[ignore = "takes minutes: it measures the constants again"]
    fn the_constants_are_those_of_a_long_series() {
        compare_with_series(10_000_000);
    }
}
