//! Reversal: some symbols are read, and are to be told in reverse order.
//!
//! ```text
//! input    s₁ … s_S   a signal   S blanks
//! target                         s_S … s₁
//! ```
//!
//! The S symbols are drawn from K, each as probable as the others, and S is drawn evenly from 1 to N. Classes 0 to K − 1 are the symbols, K
//! is the blank, K + 1 the signal. Only the S last steps are scored. A stack can do it, and no finite memory can for all S: nets are
//! trained on short strings and tested on longer ones. It is the task Reverse String of Delétang and others ("Neural networks and the
//! Chomsky hierarchy", 2023), with K = 2 and N = 40. There the first blank is the signal, so the answer begins a step earlier.
//!
//! All is read when it is asked for, so the floor is 0. Who reads nothing guesses one of K symbols at each step.

use super::classes::alike;
use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// Symbols that come back in reverse order.
///
/// ```
/// use echo_data::{Reverse, Sequence, Split, Task};
/// let mut episode = Sequence::new(Reverse::default().shape());
/// Reverse::default().fill(7, Split::Train, 0, &mut episode)?;
/// let (read, asked) = (episode.inputs().classes(), episode.targets().classes());
/// let count = episode.len() / 2;
/// assert_eq!(read[count], 3);
/// assert!(read[..count].iter().eq(asked[count + 1..].iter().rev()));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reverse {
    /// K: symbols to draw from.
    pub num_symbols: usize,
    /// N: the most symbols to reverse.
    pub num_copied: usize,
}

/// Strings of bits, as long as those that the paper trains on.
impl Default for Reverse {
    fn default() -> Self {
        Self { num_symbols: 2, num_copied: 40 }
    }
}

impl Task for Reverse {
    fn name(&self) -> &'static str {
        "reverse"
    }

    fn about(&self) -> &'static str {
        "Symbols, to be told in reverse order"
    }

    fn shape(&self) -> Shape {
        let symbols = self.num_symbols;
        Shape { inputs: Kind::Classes(symbols.saturating_add(2)), targets: Kind::Classes(symbols) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.num_copied.saturating_mul(2).saturating_add(1))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { num_symbols, num_copied } = self;
        vec![TaskSetting::of_symbols(num_symbols), TaskSetting::of_copied(num_copied)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.num_copied)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("num_copied", self.num_copied, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let [blank, signal] = [self.num_symbols, self.num_symbols + 1];
        let count = dice.between(1, self.num_copied);
        for _ in 0..count {
            episode.push_classes(dice.below(self.num_symbols), None)?;
        }
        episode.push_classes(signal, None)?;
        for place in (0..count).rev() {
            let asked = episode.inputs().classes()[place];
            episode.push_classes(blank, Some(asked.into()))?;
        }
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        take((self.num_copied as f64 + 1.0) / 2.0, &alike(self.num_symbols));
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { num_symbols, num_copied } = self;
        Words {
            title: format!("Up to {num_copied} of {num_symbols} symbols in reverse order"),
            answer: "the symbols again in reverse order, after the signal".to_owned(),
            rule: "target = symbols, reversed".to_owned(),
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn drawn(task: &Reverse, number: u64) -> Sequence {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        episode
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let lengths = [0, 1, 2].map(|number| drawn(&Reverse::default(), number).len());
        assert_eq!(lengths, [63, 67, 5]);
        let episode = drawn(&Reverse::default(), 0);
        assert_eq!(episode.inputs().classes()[..12], [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
        assert_eq!(episode.targets().classes()[51..], [0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (num_symbols, num_copied) in [(1, 1), (1, 5), (2, 6), (3, 4)] {
            brute_force::check(&Reverse { num_symbols, num_copied });
        }
        // Of one, two, … forty symbols.
        assert_eq!(brute_force::unread(&Reverse::default())[0].0, 20.5);
    }

    #[test]
    fn each_count_of_symbols_is_as_probable() {
        let task = Reverse { num_copied: 4, ..Reverse::default() };
        let mut counts = [0; 4];
        (0..4000).for_each(|number| counts[drawn(&task, number).len() / 2 - 1] += 1);
        assert!(counts.iter().all(|&count: &i32| (count - 1000).abs() < 140), "{counts:?}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |num_symbols, num_copied| Reverse { num_symbols, num_copied };
        assert_eq!(with(2, 0).check().unwrap_err().to_string(), "num_copied is 0: it must be at least 1");
        assert!(with(0, 1).check().is_err() && with(4001, 1).check().is_err() && with(4000, 1).check().is_ok());
        let task = with(2, usize::MAX);
        assert!(task.fill(1, Split::Train, 0, &mut Sequence::new(task.shape())).is_err());
    }
}
