//! Simple copy: some symbols are read, and are to be repeated behind a marker.
//!
//! ```text
//! input    s₁ … s_S   D zeros   the marker   S zeros
//! target   not scored                        s₁ … s_S
//! ```
//!
//! The S symbols are drawn from K, each as probable as the others. A step reads K + 1 numbers. Those of a symbol are 0 but for its own one,
//! which is 1; those of the marker are 0 but for the last one. The S answers alone are scored: that, and steps without any input, set it
//! apart from the copy problem. The task is CogScale's (Bendi-Ouis, de Coudenhove and Hinaut, "CogScale: Scalable benchmark for sequence
//! processing", 2026), and the defaults are those of its small set.
//!
//! All is read when it is to be repeated, so the floor is 0. Who reads nothing guesses one of K symbols: a loss of ln K for cross-entropy,
//! and one of K answers right.

use super::classes::alike;
use super::criterion::{Criterion, Right};
use super::one_hot;
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// Symbols that come back behind a marker.
///
/// ```
/// use echo_data::{Sequence, SimpleCopy, Split, Task};
/// let copy = SimpleCopy { num_copied: 2, delay: 1, num_symbols: 2 };
/// let mut episode = Sequence::new(copy.shape());
/// copy.fill(7, Split::Train, 0, &mut episode)?;
/// let read: Vec<&[f64]> = episode.inputs().values().chunks(3).collect();
/// assert_eq!(read[2..], [[0.0; 3], [0.0, 0.0, 1.0], [0.0; 3], [0.0; 3]]);
/// // A symbol's own number is 1.
/// let asked = episode.targets().classes()[4..].iter().map(|&class| usize::from(class));
/// assert!(read.iter().zip(asked).all(|(read, class)| read[class] == 1.0));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimpleCopy {
    /// S: symbols to repeat.
    pub num_copied: usize,
    /// D: steps between the last symbol and the marker.
    pub delay: usize,
    /// K: symbols to draw from.
    pub num_symbols: usize,
}

impl Default for SimpleCopy {
    fn default() -> Self {
        Self { num_copied: 22, delay: 5, num_symbols: 3 }
    }
}

impl Task for SimpleCopy {
    fn name(&self) -> &'static str {
        "simple_copy"
    }

    fn about(&self) -> &'static str {
        "Symbols, to be repeated behind a marker"
    }

    fn shape(&self) -> Shape {
        let symbols = self.num_symbols;
        Shape { inputs: Kind::Values(symbols.saturating_add(1)), targets: Kind::Classes(symbols) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.num_copied.saturating_mul(2).saturating_add(self.delay).saturating_add(1))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { num_copied, delay, num_symbols } = self;
        vec![TaskSetting::of_copied(num_copied), TaskSetting::of_delay(delay), TaskSetting::of_symbols(num_symbols)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.num_copied)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("num_copied", self.num_copied, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let mut symbols = Vec::new();
        for _ in 0..self.num_copied {
            let symbol = dice.below(self.num_symbols);
            symbols.push(symbol);
            one_hot::push(episode, &[symbol], None)?;
        }
        (0..self.delay).try_for_each(|_| one_hot::push(episode, &[], None))?;
        one_hot::push(episode, &[self.num_symbols], None)?;
        symbols.into_iter().try_for_each(|symbol| one_hot::push(episode, &[], Some(symbol)))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        take(self.num_copied as f64, &alike(self.num_symbols));
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { num_copied, delay, num_symbols } = self;
        Words {
            title: format!("Simple copy of {num_copied} of {num_symbols} symbols after {delay} steps"),
            answer: "the symbols again, behind the marker".to_owned(),
            rule: "target = symbols, repeated".to_owned(),
            inputs: one_hot::names(*num_symbols, &["marker"]),
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
        let mut episode = Sequence::new(SimpleCopy::default().shape());
        SimpleCopy::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!(
            (episode.len(), &episode.targets().classes()[28..40]),
            (50, &[2, 0, 1, 0, 1, 0, 2, 0, 2, 0, 1, 1][..])
        );
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (num_copied, delay, num_symbols) in [(1, 0, 1), (3, 4, 2), (2, 0, 3), (2, 1, 5)] {
            brute_force::check(&SimpleCopy { num_copied, delay, num_symbols });
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |num_copied, delay, num_symbols| SimpleCopy { num_copied, delay, num_symbols }.check();
        assert_eq!(with(0, 5, 3).unwrap_err().to_string(), "num_copied is 0: it must be at least 1");
        assert!(with(1, 0, 0).is_err() && with(1, 0, 4001).is_err() && with(1, 0, 1).is_ok());
    }
}
