//! Memory capacity: the inputs of 1, 2, … K steps ago, all at once.
//!
//! ```text
//! target_k(t) = x(t − k)        k = 1 … K, x(t) drawn evenly from [−1, 1)
//! ```
//!
//! From step K on all targets are asked for. The memory capacity of a net is the sum of the determination coefficients R² over all lags
//! (Jaeger, "Short term memory in echo state networks", 2001). With a linear readout, as here, it is at most the number of units; the sum up to K is
//! at most that over all lags. R² is measured on held-out
//! data, so that it is no artefact of a short sample: the test scores have it for each lag.
//!
//! All is read before it is asked for, so the floor is 0. Who reads nothing answers 0: the mean squared error is the variance 1/3.

use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape, Step};

/// The inputs of all of so many steps ago.
///
/// ```
/// use echo_data::{MemoryCapacity, Sequence, Split, Task};
/// let task = MemoryCapacity { lags: 3, sequence_length: 20 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let (read, asked) = (episode.inputs().values(), episode.targets().values());
/// assert_eq!(asked[5 * 3..6 * 3], [read[4], read[3], read[2]]);
/// assert!(episode.is_scored(3) && !episode.is_scored(2));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryCapacity {
    /// K: the greatest lag.
    pub lags: usize,
    /// T: time steps of an episode.
    pub sequence_length: usize,
}

impl Default for MemoryCapacity {
    fn default() -> Self {
        Self { lags: 20, sequence_length: 200 }
    }
}

/// So many lags there are at most.
const MOST_LAGS: usize = 1000;

impl Task for MemoryCapacity {
    fn name(&self) -> &'static str {
        "memory_capacity"
    }

    fn about(&self) -> &'static str {
        "The inputs of 1, 2, … steps ago, all at once"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(1), targets: Kind::Values(self.lags) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { lags, sequence_length } = self;
        vec![
            TaskSetting::count("lags", "Greatest lag that is asked for", lags, 1),
            TaskSetting::of_length(sequence_length),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("lags", self.lags, 1..=MOST_LAGS)?;
        in_range("sequence_length", self.sequence_length, self.lags + 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        // The last one first.
        let mut past = vec![0.0; self.lags];
        for step in 0..self.sequence_length {
            let value = 2.0 * dice.uniform() - 1.0;
            episode.push(Step::Values(&[value]), (step >= self.lags).then_some(Step::Values(&past)))?;
            past.rotate_right(1);
            past[0] = value;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        Some(1.0 / 3.0)
    }

    fn words(&self) -> Words {
        let lags = self.lags;
        Words {
            title: format!("Memory capacity over {lags} lags"),
            answer: format!("what it read 1 to {lags} steps before"),
            rule: "targets = inputs before".to_owned(),
            inputs: vec!["input".to_owned()],
            targets: (1..=lags).map(|lag| format!("lag {lag}")).collect(),
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
        let mut episode = Sequence::new(MemoryCapacity::default().shape());
        MemoryCapacity::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        let shown: Vec<_> = episode.inputs().values()[..4].iter().map(|value| format!("{value:.4}")).collect();
        assert_eq!(shown.join(" "), "0.5169 -0.4245 0.1011 -0.7652");
    }

    #[test]
    fn chance_is_the_variance_of_the_targets() {
        brute_force::check_variance(&MemoryCapacity { lags: 3, sequence_length: 10 });
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = MemoryCapacity { lags: 20, sequence_length: 20 }.check().unwrap_err();
        assert_eq!(error.to_string(), "sequence_length is 20: it must be at least 21");
        assert!(MemoryCapacity { lags: 0, sequence_length: 20 }.check().is_err());
    }
}
