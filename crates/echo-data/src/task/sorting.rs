//! Sorting: symbols are read, each with its position, and are to be told in the order of their positions.
//!
//! ```text
//! input    (s₁, p₁) … (s_S, p_S)   the trigger   S zeros
//! target   not scored                            the symbol of position 1, of position 2, … of position S
//! ```
//!
//! The symbols are drawn from K, each as probable as the others, and so is each order of the positions. A step reads K + S + 1 numbers: K
//! for the symbol and S for its position, of which one each is 1 and the others are 0, and the trigger. The S answers alone are scored. The
//! task is CogScale's (Bendi-Ouis, de Coudenhove and Hinaut, "CogScale: Scalable benchmark for sequence processing", 2026), and the
//! defaults are those of its small set.
//!
//! All is read when it is to be told, so the floor is 0. Who reads nothing guesses one of K symbols: a loss of ln K for cross-entropy, and
//! one of K answers right.

use super::classes::alike;
use super::criterion::{Criterion, Right};
use super::one_hot;
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// Symbols in the order of their positions.
///
/// ```
/// use echo_data::{Sequence, Sorting, Split, Task};
/// let sorting = Sorting { num_copied: 4, num_symbols: 2 };
/// let mut episode = Sequence::new(sorting.shape());
/// sorting.fill(7, Split::Train, 0, &mut episode)?;
/// // Two numbers for the symbol, four for the position, and the trigger.
/// for read in episode.inputs().values().chunks(7).take(4) {
///     let position = (0..4).find(|position| read[2 + position] == 1.0).expect("each has a position");
///     assert_eq!(f64::from(episode.targets().classes()[5 + position]), read[1]);
/// }
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorting {
    /// S: symbols to read, and to repeat in the order of their positions.
    pub num_copied: usize,
    /// K: symbols to draw from.
    pub num_symbols: usize,
}

impl Default for Sorting {
    fn default() -> Self {
        Self { num_copied: 10, num_symbols: 3 }
    }
}

/// So many positions there are at most: a step reads a number for each.
const MOST_POSITIONS: usize = 1000;

impl Task for Sorting {
    fn name(&self) -> &'static str {
        "sorting"
    }

    fn about(&self) -> &'static str {
        "Symbols, to be repeated in the order of positions that are read with them"
    }

    fn shape(&self) -> Shape {
        let Self { num_copied, num_symbols } = *self;
        let inputs = num_symbols.saturating_add(num_copied).saturating_add(1);
        Shape { inputs: Kind::Values(inputs), targets: Kind::Classes(num_symbols) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.num_copied.saturating_mul(2).saturating_add(1))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { num_copied, num_symbols } = self;
        vec![TaskSetting::of_copied(num_copied), TaskSetting::of_symbols(num_symbols)]
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("num_copied", self.num_copied, 1..=MOST_POSITIONS)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let Self { num_copied, num_symbols } = *self;
        let mut sorted = vec![0; num_copied];
        for position in dice.order(num_copied) {
            let symbol = dice.below(num_symbols);
            sorted[position] = symbol;
            one_hot::push(episode, &[symbol, num_symbols + position], None)?;
        }
        one_hot::push(episode, &[num_symbols + num_copied], None)?;
        sorted.into_iter().try_for_each(|symbol| one_hot::push(episode, &[], Some(symbol)))
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
        let Self { num_copied, num_symbols } = *self;
        let positions: Vec<_> = (1..=num_copied).map(|position| format!("position {position}")).collect();
        let signals: Vec<&str> = positions.iter().map(|name| &name[..]).chain(["trigger"]).collect();
        Words {
            title: format!("Sorting of {num_copied} of {num_symbols} symbols"),
            answer: "the symbols in the order of their positions, behind the trigger".to_owned(),
            rule: "target = symbols, sorted".to_owned(),
            inputs: one_hot::names(num_symbols, &signals),
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
        let mut episode = Sequence::new(Sorting::default().shape());
        Sorting::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        let read = episode.inputs().values().chunks(14).take(10);
        let positions: Vec<usize> = read.map(|read| (0..10).find(|place| read[3 + place] == 1.0).unwrap()).collect();
        assert_eq!((episode.len(), positions), (21, vec![5, 9, 6, 3, 1, 8, 0, 4, 2, 7]));
        assert_eq!(episode.targets().classes()[11..], [1, 0, 2, 0, 1, 0, 1, 1, 0, 1]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (num_copied, num_symbols) in [(1, 1), (2, 3), (4, 2), (3, 5)] {
            brute_force::check(&Sorting { num_copied, num_symbols });
        }
    }

    #[test]
    fn names_are_those_of_the_numbers() {
        let task = Sorting { num_copied: 2, num_symbols: 2 };
        assert_eq!(task.words().inputs, ["symbol 0", "symbol 1", "position 1", "position 2", "trigger"]);
        assert_eq!(Sorting::default().shape().inputs.size(), Sorting::default().words().inputs.len());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |num_copied, num_symbols| Sorting { num_copied, num_symbols }.check();
        assert_eq!(with(1001, 3).unwrap_err().to_string(), "num_copied is 1001: it must be from 1 to 1000");
        assert!(with(0, 3).is_err() && with(3, 0).is_err() && with(3, 4001).is_err() && with(1, 1).is_ok());
    }
}
