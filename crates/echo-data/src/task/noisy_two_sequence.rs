//! The two-sequence problem with noise: the first numbers say the class, all others are noise.
//!
//! ```text
//! input    s s … s  ε ε … ε          N times s, which is 1 for class 1 and −1 for class 2; then noise of mean 0 and variance 0.2
//! target                    1 or 0   for class 1 or 2, at the last step
//! ```
//!
//! Each class is as probable. An episode has T to T + ⌊T/10⌋ steps, each length as probable; the noise is normally distributed. It is
//! experiment 3a of Hochreiter and Schmidhuber ("Long short-term memory", 1997), after Bengio, Simard and Frasconi ("Learning long-term
//! dependencies with gradient descent is difficult", 1994).
//!
//! The first number says the class, so the floor is 0. Who reads nothing answers 1/2: the mean squared error is the variance 1/4.

use super::criterion::{Criterion, Right};
use super::lengths::longest;
use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape, Step};

/// The class of a sequence whose first numbers say it.
///
/// ```
/// use echo_data::{NoisyTwoSequence, Sequence, Split, Task};
/// let task = NoisyTwoSequence { sequence_length: 8, num_informative: 3 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let (read, asked) = (episode.inputs().values(), episode.targets().values());
/// let sign = if asked[7] == 1.0 { 1.0 } else { -1.0 };
/// assert_eq!(read[..3], [sign; 3]);
/// assert!(episode.is_scored(7) && !episode.is_scored(6));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoisyTwoSequence {
    /// T: the least number of time steps.
    pub sequence_length: usize,
    /// N: how many numbers say the class.
    pub num_informative: usize,
}

/// Three numbers in a hundred, as the paper begins with.
impl Default for NoisyTwoSequence {
    fn default() -> Self {
        Self { sequence_length: 100, num_informative: 3 }
    }
}

/// That of the noise.
const VARIANCE: f64 = 0.2;

impl Task for NoisyTwoSequence {
    fn name(&self) -> &'static str {
        "noisy_two_sequence"
    }

    fn about(&self) -> &'static str {
        "What the first numbers said, after much noise"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(1), targets: Kind::Values(1) }
    }

    fn form(&self) -> Form {
        Form::Episodes(longest(self.sequence_length))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, num_informative } = self;
        vec![
            TaskSetting::of_length(sequence_length),
            TaskSetting::count("num_informative", "Numbers at the beginning that say the class", num_informative, 1),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_informative", self.num_informative, 1..=usize::MAX)?;
        in_range("sequence_length", self.sequence_length, self.num_informative..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let length = dice.between(self.sequence_length, longest(self.sequence_length));
        let (sign, answer) = [(1.0, 1.0), (-1.0, 0.0)][dice.below(2)];
        let deviation = VARIANCE.sqrt();
        for step in 0..length {
            let value = if step < self.num_informative { sign } else { deviation * dice.normal() };
            episode.push(Step::Values(&[value]), (step == length - 1).then_some(Step::Values(&[answer])))?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        Some(0.25)
    }

    /// As many sequences as the paper tests on.
    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Within(0.2), 256))
    }

    fn words(&self) -> Words {
        let Self { sequence_length, num_informative } = self;
        Words {
            title: format!("Two noisy sequences, {num_informative} of {sequence_length} steps say the class"),
            answer: "1 or 0 at the last step: whether it began with 1 or −1".to_owned(),
            rule: "target = class at the beginning".to_owned(),
            inputs: vec!["value".to_owned()],
            targets: vec!["class".to_owned()],
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn drawn(task: &NoisyTwoSequence, number: u64) -> Sequence {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        episode
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let episode = drawn(&NoisyTwoSequence::default(), 0);
        let shown: Vec<_> = episode.inputs().values()[2..6].iter().map(|value| format!("{value:.4}")).collect();
        assert_eq!((episode.len(), shown.join(" ")), (108, "1.0000 0.4186 0.1420 0.1562".to_owned()));
    }

    #[test]
    fn chance_is_the_variance_of_the_target() {
        // Without noise all episodes can be counted.
        for sequence_length in [1, 4, 9] {
            brute_force::check(&NoisyTwoSequence { sequence_length, num_informative: sequence_length });
        }
        brute_force::check_variance(&NoisyTwoSequence { sequence_length: 10, num_informative: 2 });
    }

    /// The moments of the noise and the frequency of each length, within five deviations.
    #[test]
    fn episodes_are_as_the_paper_has_them() {
        let task = NoisyTwoSequence { sequence_length: 30, num_informative: 3 };
        let (mut lengths, mut noise) = ([0; 4], Vec::new());
        for number in 0..4000 {
            let episode = drawn(&task, number);
            let (read, last) = (episode.inputs().values(), episode.len() - 1);
            let sign = 2.0 * episode.targets().values()[last] - 1.0;
            assert!(read[..3] == [sign; 3] && episode.is_scored(last));
            assert!((0..last).all(|step| !episode.is_scored(step)));
            lengths[episode.len() - 30] += 1;
            noise.extend_from_slice(&read[3..]);
        }
        let count = noise.len() as f64;
        let moment = |power| noise.iter().map(|value: &f64| value.powi(power)).sum::<f64>() / count;
        assert!(moment(1).abs() < 5.0 * (0.2 / count).sqrt(), "{}", moment(1));
        assert!((moment(2) - 0.2).abs() < 5.0 * 0.2 * (2.0 / count).sqrt(), "{}", moment(2));
        assert!(
            lengths.iter().all(|&count| (f64::from(count) - 1000.0).abs() < 5.0 * 1000.0_f64.sqrt()),
            "{lengths:?}"
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |sequence_length, num_informative| {
            NoisyTwoSequence { sequence_length, num_informative }.check().map_err(|error| error.to_string())
        };
        assert_eq!(refused(2, 3), Err("sequence_length is 2: it must be at least 3".to_owned()));
        assert!(refused(2, 0).is_err() && refused(0, 1).is_err() && refused(3, 3).is_ok());
    }
}
