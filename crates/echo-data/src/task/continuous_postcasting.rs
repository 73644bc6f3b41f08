//! Continuous postcasting: the number that was read some steps ago.
//!
//! ```text
//! target(t) = x(t − D)        t = D … T − 1, x(t) drawn evenly from [−0.8, 0.8)
//! ```
//!
//! The first D steps are not scored: what is asked for there has not been read. The task is CogScale's (Bendi-Ouis, de Coudenhove and
//! Hinaut, "CogScale: Scalable benchmark for sequence processing", 2026), and the defaults are those of its small set.
//!
//! The floor is 0. Who reads nothing answers the mean, which is 0, and the mean squared error is the variance of numbers that are drawn
//! evenly from a range of 1.6:
//!
//! ```text
//! 1.6²/12 = 16/75 ≈ 0.213
//! ```

use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape, Step};

/// The number of some steps ago.
///
/// ```
/// use echo_data::{ContinuousPostcasting, Sequence, Split, Task};
/// let task = ContinuousPostcasting { sequence_length: 20, delay: 3 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// assert_eq!(episode.targets().values()[3..], episode.inputs().values()[..17]);
/// assert!(episode.is_scored(3) && !episode.is_scored(2));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContinuousPostcasting {
    /// T: time steps of an episode.
    pub sequence_length: usize,
    /// D: how many steps ago what is asked for was read.
    pub delay: usize,
}

impl Default for ContinuousPostcasting {
    fn default() -> Self {
        Self { sequence_length: 50, delay: 5 }
    }
}

/// Numbers are drawn from as far below 0 as above it.
const FURTHEST: f64 = 0.8;

impl Task for ContinuousPostcasting {
    fn name(&self) -> &'static str {
        "continuous_postcasting"
    }

    fn about(&self) -> &'static str {
        "The number of some steps ago"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(1), targets: Kind::Values(1) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, delay } = self;
        vec![TaskSetting::of_length(sequence_length), TaskSetting::of_delay(delay)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("sequence_length", self.sequence_length, 2..=usize::MAX)?;
        in_range("delay", self.delay, 1..=self.sequence_length - 1)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        for step in 0..self.sequence_length {
            let value = 2.0 * FURTHEST * dice.uniform() - FURTHEST;
            let target = step.checked_sub(self.delay).map(|before| [episode.inputs().values()[before]]);
            episode.push(Step::Values(&[value]), target.as_ref().map(|target| Step::Values(target)))?;
        }
        Ok(())
    }

    fn reach(&self) -> Option<(&'static str, usize)> {
        Some(("delay", self.delay))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        Some(FURTHEST * FURTHEST / 3.0)
    }

    fn words(&self) -> Words {
        let delay = self.delay;
        let steps = if delay == 1 { "step" } else { "steps" };
        Words {
            title: format!("Postcasting of numbers over {delay} {steps}"),
            answer: format!("the number that it read {delay} {steps} before"),
            rule: format!("target = input {delay} {steps} ago"),
            inputs: vec!["input".to_owned()],
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let mut episode = Sequence::new(ContinuousPostcasting::default().shape());
        ContinuousPostcasting::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        let shown: Vec<_> = episode.inputs().values()[..4].iter().map(|value| format!("{value:.4}")).collect();
        assert_eq!((episode.len(), &shown.join(" ")[..]), (50, "0.4135 -0.3396 0.0809 -0.6122"));
    }

    #[test]
    fn chance_is_the_variance_of_the_targets() {
        brute_force::check_variance(&ContinuousPostcasting { sequence_length: 8, delay: 3 });
        let chance = ContinuousPostcasting::default().chance(&|_| f64::NAN).unwrap();
        assert!((chance - 16.0 / 75.0).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |sequence_length, delay| ContinuousPostcasting { sequence_length, delay }.check();
        assert_eq!(with(50, 50).unwrap_err().to_string(), "delay is 50: it must be from 1 to 49");
        assert!(with(1, 0).is_err() && with(50, 0).is_err() && with(2, 1).is_ok());
    }
}
