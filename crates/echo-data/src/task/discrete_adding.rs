//! Discrete adding: two of many digits are marked, and the class of their sum is asked for at the end.
//!
//! ```text
//! input    x₁ … x_T, two of them marked   the trigger   zeros
//! target   not scored                                   the sum of the two
//! ```
//!
//! The digits are drawn from 0 to K − 1, each as probable as the others, and so is each choice of two of the T steps. A step reads K + 2
//! numbers: K for the digit, of which its own one is 1 and the others are 0, the mark, and the trigger. There are T + 2 steps, of which the
//! last one alone is scored, and 2K − 1 sums from 0 on. The task is the adding problem of CogScale (Bendi-Ouis, de Coudenhove and Hinaut,
//! "CogScale: Scalable benchmark for sequence processing", 2026), which adds numbers from 1 to K and has the same classes. The defaults are
//! those of its small set.
//!
//! All is read when the answer is due, so the floor is 0. Who reads nothing knows how probable each sum is:
//!
//! ```text
//! P(c) = (K − |c − (K − 1)|)/K²        c = 0 … 2K − 2
//! ```
//!
//! The likeliest one is K − 1, and one of K answers of it is right.

use super::criterion::{Criterion, Right};
use super::one_hot;
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// The sum of two marked digits.
///
/// ```
/// use echo_data::{DiscreteAdding, Sequence, Split, Task};
/// let adding = DiscreteAdding { sequence_length: 10, num_symbols: 2 };
/// let mut episode = Sequence::new(adding.shape());
/// adding.fill(7, Split::Train, 0, &mut episode)?;
/// // Whether it is a 0, whether it is a 1, the mark, the trigger.
/// let sum: f64 = episode.inputs().values().chunks(4).map(|read| read[1] * read[2]).sum();
/// assert_eq!(f64::from(episode.targets().classes()[11]), sum);
/// assert!(episode.is_scored(11) && !episode.is_scored(10));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscreteAdding {
    /// T: digits to read.
    pub sequence_length: usize,
    /// K: digits to draw from, which are 0 to K − 1.
    pub num_symbols: usize,
}

impl Default for DiscreteAdding {
    fn default() -> Self {
        Self { sequence_length: 10, num_symbols: 3 }
    }
}

impl Task for DiscreteAdding {
    fn name(&self) -> &'static str {
        "discrete_adding"
    }

    fn about(&self) -> &'static str {
        "The class of the sum of two marked digits, at the end"
    }

    fn shape(&self) -> Shape {
        let digits = self.num_symbols;
        let sums = digits.saturating_mul(2).saturating_sub(1);
        Shape { inputs: Kind::Values(digits.saturating_add(2)), targets: Kind::Classes(sums) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length.saturating_add(2))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, num_symbols } = self;
        vec![TaskSetting::of_length(sequence_length), TaskSetting::of_symbols(num_symbols)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("sequence_length", self.sequence_length, 2..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let [mark, trigger] = [self.num_symbols, self.num_symbols + 1];
        let marked = dice.chosen(2, self.sequence_length);
        let mut sum = 0;
        for step in 0..self.sequence_length {
            let digit = dice.below(self.num_symbols);
            if marked.contains(&step) {
                sum += digit;
                one_hot::push(episode, &[digit, mark], None)?;
            } else {
                one_hot::push(episode, &[digit], None)?;
            }
        }
        one_hot::push(episode, &[trigger], None)?;
        one_hot::push(episode, &[], Some(sum))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let digits = self.num_symbols;
        let pairs = |sum: usize| digits - sum.abs_diff(digits - 1);
        let all = (digits * digits) as f64;
        let probabilities: Vec<f64> = (0..2 * digits - 1).map(|sum| pairs(sum) as f64 / all).collect();
        take(1.0, &probabilities);
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { sequence_length, num_symbols } = self;
        let digits = (0..*num_symbols).map(|digit| format!("digit {digit}"));
        Words {
            title: format!("Adding two of {sequence_length} digits"),
            answer: "the sum of the two marked digits, at the last step".to_owned(),
            rule: "target = marked digits’ sum".to_owned(),
            inputs: digits.chain(["mark", "trigger"].map(str::to_owned)).collect(),
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
        let mut episode = Sequence::new(DiscreteAdding::default().shape());
        DiscreteAdding::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        let read: Vec<&[f64]> = episode.inputs().values().chunks(5).collect();
        let digits: Vec<usize> = (0..10).map(|step| (0..3).find(|&digit| read[step][digit] == 1.0).unwrap()).collect();
        let marked: Vec<usize> = (0..10).filter(|&step| read[step][3] == 1.0).collect();
        assert_eq!((episode.len(), digits, &marked[..]), (12, vec![1, 0, 1, 0, 2, 0, 2, 0, 1, 1], &[2, 6][..]));
        assert_eq!(episode.targets().classes()[11], 3);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (sequence_length, num_symbols) in [(2, 1), (2, 7), (4, 3), (6, 2)] {
            brute_force::check(&DiscreteAdding { sequence_length, num_symbols });
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |sequence_length, num_symbols| DiscreteAdding { sequence_length, num_symbols }.check();
        assert_eq!(with(1, 3).unwrap_err().to_string(), "sequence_length is 1: it must be at least 2");
        assert!(with(2, 0).is_err() && with(2, 4001).is_err() && with(2, 4000).is_ok());
    }
}
