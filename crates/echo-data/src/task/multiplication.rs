//! The multiplication problem: two of many numbers are marked, and their product is asked for at the end.
//!
//! ```text
//! T to T + ⌊T/10⌋ steps, each length as probable; numbers from [0, 1); the mark is −1 at the first and the last step, 1 at two
//! others, and 0 elsewhere
//! target = x₁ · x₂
//! ```
//!
//! It is experiment 5 of Hochreiter and Schmidhuber ("Long short-term memory", 1997): can a net do more than add up what it has read? Where
//! the first step is marked, its number is 1, so that the answer is the other one: see `marked_pairs`.
//!
//! All is read when the answer is due, so the floor is 0. Who reads nothing does best to answer the mean, and the mean squared error is the
//! variance of the target. With some probability P neither choice is the first step, and the target is a product of two numbers: its mean
//! is 1/4 and its variance 1/9 − 1/16 = 7/144. Otherwise the target is one number, with the mean 1/2 and the variance 1/12. The variance of
//! all is the mean of the two and the variance of the two means, which are 1/4 apart:
//!
//! ```text
//! chance = P · 7/144 + (1 − P)/12 + P (1 − P)/16,   P = P₁ + P₂ − 1
//! ```
//!
//! P₁ and P₂ are how probable it is that the first choice, and the second one, is not the first step: see the adding problem. Only one of
//! the two can be.

use super::criterion::{Criterion, Right};
use super::lengths::longest;
use super::marked_pairs::{LEAST, MarkedPairs, other_than_the_first_step};
use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// The product of two marked numbers.
///
/// ```
/// use echo_data::{Multiplication, Sequence, Split, Task};
/// let task = Multiplication { sequence_length: 8, ..Multiplication::default() };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let marked = episode.inputs().values().chunks(2).filter(|step| step[1] == 1.0);
/// assert_eq!(episode.targets().values()[7], marked.map(|step| step[0]).product::<f64>());
/// assert!(episode.is_scored(7) && !episode.is_scored(6));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiplication {
    /// T: the least number of time steps.
    pub sequence_length: usize,
    /// How many of the last 2,000 sequences may be wrong where the task counts as learned.
    pub most_wrong: usize,
}

/// The first of the paper's two criteria; the second one has 12.
impl Default for Multiplication {
    fn default() -> Self {
        Self { sequence_length: 100, most_wrong: 139 }
    }
}

/// So many sequences are looked at.
const SEQUENCES: usize = 2000;

impl Task for Multiplication {
    fn name(&self) -> &'static str {
        "multiplication"
    }

    fn about(&self) -> &'static str {
        "The product of two marked numbers, at the end"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(2), targets: Kind::Values(1) }
    }

    fn form(&self) -> Form {
        Form::Episodes(longest(self.sequence_length))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, most_wrong } = self;
        let about = "Sequences of the last 2,000 that may be wrong where the task counts as learned";
        vec![TaskSetting::of_length(sequence_length), TaskSetting::count("most_wrong", about, most_wrong, 0)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("sequence_length", self.sequence_length, LEAST..=usize::MAX)?;
        in_range("most_wrong", self.most_wrong, 0..=SEQUENCES - 1)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let answer = |[one, other]: [f64; 2]| one * other;
        let sequence_length = self.sequence_length;
        MarkedPairs { sequence_length, value: |value| value, neutral: 1.0, answer }.draw(dice, episode)
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn chance(&self, _least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        let [one, other] = other_than_the_first_step(self.sequence_length);
        let neither = one + other - 1.0;
        let one_is = 1.0 - neither;
        Some(neither * 7.0 / 144.0 + one_is / 12.0 + neither * one_is / 16.0)
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion { wrong: self.most_wrong, ..Criterion::all(Right::Within(0.04), SEQUENCES) })
    }

    fn words(&self) -> Words {
        let length = self.sequence_length;
        Words {
            title: format!("Multiplication over {length} to {} steps", longest(length)),
            answer: "the product of the two marked numbers, at the last step".to_owned(),
            rule: "target = marked numbers’ product".to_owned(),
            inputs: vec!["value".to_owned(), "mark".to_owned()],
            targets: vec!["product".to_owned()],
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn of_length(sequence_length: usize) -> Multiplication {
        Multiplication { sequence_length, ..Multiplication::default() }
    }

    fn drawn(task: &Multiplication, number: u64) -> Sequence {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        episode
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let episode = drawn(&Multiplication::default(), 0);
        let shown: Vec<_> = episode.inputs().values()[..6].iter().map(|value| format!("{value:.4}")).collect();
        let target = episode.targets().values().last().unwrap();
        assert_eq!(
            (shown.join(" "), format!("{target:.4}")),
            ("0.1174 -1.0000 0.4133 0.0000 0.2003 1.0000".to_owned(), "0.1883".to_owned())
        );
    }

    #[test]
    fn chance_is_the_variance_of_the_target() {
        [4, 5, 6, 12].iter().for_each(|&length| brute_force::check_variance(&of_length(length)));
        // From the moments: the first step is chosen with 1/10, or else with 1/49 as the second one.
        let first = 0.1 + 0.9 / 49.0;
        let [mean, square] =
            [(0.25, 0.5), (1.0 / 9.0, 1.0 / 3.0)].map(|(of_two, of_one)| (1.0 - first) * of_two + first * of_one);
        let chance = Multiplication::default().chance(&|_| 0.0).unwrap();
        assert!((chance - (square - mean * mean)).abs() < 1e-15, "{chance}");
    }

    #[test]
    fn the_first_step_changes_no_answer() {
        let task = of_length(30);
        let mut firsts = 0;
        for number in 0..1000 {
            let episode = drawn(&task, number);
            let steps: Vec<&[f64]> = episode.inputs().values().chunks(2).collect();
            assert!(steps.iter().all(|step| (0.0..=1.0).contains(&step[0])));
            let marked = steps.iter().filter(|step| step[1] == 1.0).map(|step| step[0]);
            assert_eq!(*episode.targets().values().last().unwrap(), marked.clone().product::<f64>());
            firsts += usize::from(marked.count() == 1);
            assert_eq!(steps[0][0] == 1.0, steps.iter().filter(|step| step[1] == 1.0).count() == 1);
        }
        assert!(firsts > 0);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(of_length(3).check().unwrap_err().to_string(), "sequence_length is 3: it must be at least 4");
        let lax = |most_wrong| Multiplication { most_wrong, ..Multiplication::default() }.check();
        assert_eq!(lax(2000).unwrap_err().to_string(), "most_wrong is 2000: it must be from 0 to 1999");
        assert!(lax(0).is_ok());
    }
}
