//! Discrete postcasting: the symbol that was read some steps ago.
//!
//! ```text
//! target(t) = x(t − D)        t = D … T − 1, x(t) one of K symbols, each as probable
//! ```
//!
//! The first D steps are not scored: what is asked for there has not been read. So there is no target that no net can know, as there is in
//! the echo, which is one long series. The task is CogScale's (Bendi-Ouis, de Coudenhove and Hinaut, "CogScale: Scalable benchmark for
//! sequence processing", 2026), and the defaults are those of its small set.
//!
//! The floor is 0. Who reads nothing guesses one of K symbols: a loss of ln K for cross-entropy, and one of K answers right.

use super::classes::alike;
use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Shape};

/// The symbol of some steps ago.
///
/// ```
/// use echo_data::{DiscretePostcasting, Sequence, Split, Task};
/// let task = DiscretePostcasting { sequence_length: 20, delay: 3, num_symbols: 4 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// assert_eq!(episode.targets().classes()[3..], episode.inputs().classes()[..17]);
/// assert!(episode.is_scored(3) && !episode.is_scored(2));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscretePostcasting {
    /// T: time steps of an episode.
    pub sequence_length: usize,
    /// D: how many steps ago what is asked for was read.
    pub delay: usize,
    /// K: symbols to draw from.
    pub num_symbols: usize,
}

impl Default for DiscretePostcasting {
    fn default() -> Self {
        Self { sequence_length: 50, delay: 5, num_symbols: 3 }
    }
}

impl Task for DiscretePostcasting {
    fn name(&self) -> &'static str {
        "discrete_postcasting"
    }

    fn about(&self) -> &'static str {
        "The symbol of some steps ago"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(self.num_symbols)
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, delay, num_symbols } = self;
        vec![
            TaskSetting::of_length(sequence_length),
            TaskSetting::of_delay(delay),
            TaskSetting::of_symbols(num_symbols),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("sequence_length", self.sequence_length, 2..=usize::MAX)?;
        in_range("delay", self.delay, 1..=self.sequence_length - 1)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        for step in 0..self.sequence_length {
            let symbol = dice.below(self.num_symbols);
            let target = step.checked_sub(self.delay).map(|before| usize::from(episode.inputs().classes()[before]));
            episode.push_classes(symbol, target)?;
        }
        Ok(())
    }

    fn reach(&self) -> Option<(&'static str, usize)> {
        Some(("delay", self.delay))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let targets = self.sequence_length.saturating_sub(self.delay) as f64;
        take(targets, &alike(self.num_symbols));
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { delay, num_symbols, .. } = self;
        let steps = if *delay == 1 { "step" } else { "steps" };
        Words {
            title: format!("Postcasting of {num_symbols} symbols over {delay} {steps}"),
            answer: format!("the symbol that it read {delay} {steps} before"),
            rule: format!("target = input {delay} {steps} ago"),
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
        let mut episode = Sequence::new(DiscretePostcasting::default().shape());
        DiscretePostcasting::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!((episode.len(), &episode.inputs().classes()[..12]), (50, &[2, 0, 1, 0, 1, 0, 2, 0, 2, 0, 1, 1][..]));
        assert_eq!(episode.targets().classes()[5..12], [2, 0, 1, 0, 1, 0, 2]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (sequence_length, delay, num_symbols) in [(2, 1, 1), (8, 1, 2), (7, 6, 3), (5, 2, 5)] {
            brute_force::check(&DiscretePostcasting { sequence_length, delay, num_symbols });
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with =
            |sequence_length, delay, num_symbols| DiscretePostcasting { sequence_length, delay, num_symbols }.check();
        assert_eq!(with(50, 50, 3).unwrap_err().to_string(), "delay is 50: it must be from 1 to 49");
        assert!(with(1, 0, 3).is_err() && with(50, 0, 3).is_err() && with(50, 1, 0).is_err() && with(2, 1, 1).is_ok());
    }
}
