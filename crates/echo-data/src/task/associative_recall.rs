//! Associative recall: pairs of a key and a value are read, and then a key, whose value is asked for.
//!
//! ```text
//! input    k₁ v₁ … k_P v_P   T − 2P − 2 distractors   the separator   one of the keys
//! target   not scored                                                 its value
//! ```
//!
//! Keys, values and distractors are drawn from K symbols. The keys differ from each other, and each choice of them in each order is as
//! probable. Values and distractors are drawn each for itself, and so is which key is asked for. Classes 0 to K − 1 are the symbols, K is
//! padding, which is never read, K + 1 the separator. A key stands at an even step before step 2P, so where a symbol stands says what it
//! is. The last step alone is scored. The task is CogScale's (Bendi-Ouis, de Coudenhove and Hinaut, "CogScale: Scalable benchmark for
//! sequence processing", 2026), which counts padding and separator among its symbols. The defaults are those of its small set.
//!
//! All is read when the answer is due, so the floor is 0. Who reads nothing guesses one of K symbols: a loss of ln K for cross-entropy, and
//! one of K answers right.

use super::classes::alike;
use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Sequence, Shape};

/// The value that belongs to a key.
///
/// ```
/// use echo_data::{AssociativeRecall, Sequence, Split, Task};
/// let task = AssociativeRecall { sequence_length: 10, num_pairs: 2, num_symbols: 4 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let read = episode.inputs().classes();
/// let pair = read[..4].chunks(2).find(|pair| pair[0] == read[9]).expect("a key that was read is asked for");
/// assert_eq!((read[8], episode.targets().classes()[9]), (5, pair[1]));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociativeRecall {
    /// T: time steps of an episode.
    pub sequence_length: usize,
    /// P: pairs of a key and a value.
    pub num_pairs: usize,
    /// K: symbols to draw from.
    pub num_symbols: usize,
}

impl Default for AssociativeRecall {
    fn default() -> Self {
        Self { sequence_length: 16, num_pairs: 3, num_symbols: 3 }
    }
}

impl Task for AssociativeRecall {
    fn name(&self) -> &'static str {
        "associative_recall"
    }

    fn about(&self) -> &'static str {
        "The value that was read with a key"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(self.num_symbols.saturating_add(2))
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length)
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, num_pairs, num_symbols } = self;
        vec![
            TaskSetting::of_length(sequence_length),
            TaskSetting::count("num_pairs", "Pairs of a key and a value", num_pairs, 1),
            TaskSetting::of_symbols(num_symbols),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("num_pairs", self.num_pairs, 1..=self.num_symbols)?;
        in_range("sequence_length", self.sequence_length, 2 * self.num_pairs + 2..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let Self { sequence_length, num_pairs, num_symbols } = *self;
        let mut pairs = Vec::new();
        for key in dice.order(num_symbols).into_iter().take(num_pairs) {
            let value = dice.below(num_symbols);
            pairs.push((key, value));
            episode.push_classes(key, None)?;
            episode.push_classes(value, None)?;
        }
        for _ in 2 * num_pairs + 2..sequence_length {
            episode.push_classes(dice.below(num_symbols), None)?;
        }
        let (key, value) = pairs[dice.below(num_pairs)];
        episode.push_classes(num_symbols + 1, None)?;
        episode.push_classes(key, Some(value))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let mut value = alike(self.num_symbols);
        value.extend([0.0; 2]);
        take(1.0, &value);
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { sequence_length, num_pairs, .. } = self;
        Words {
            title: format!("Associative recall of {num_pairs} pairs over {sequence_length} steps"),
            answer: "the value of the key that it reads, at the last step".to_owned(),
            rule: "target = the key’s value".to_owned(),
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
        let mut episode = Sequence::new(AssociativeRecall::default().shape());
        AssociativeRecall::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!(
            (episode.inputs().classes(), episode.targets().classes()[15]),
            (&[1, 1, 0, 0, 2, 1, 0, 2, 0, 2, 0, 1, 1, 0, 4, 1][..], 1)
        );
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (sequence_length, num_pairs, num_symbols) in [(4, 1, 1), (6, 2, 3), (8, 2, 2), (8, 3, 4), (6, 1, 5)] {
            brute_force::check(&AssociativeRecall { sequence_length, num_pairs, num_symbols });
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |sequence_length, num_pairs, num_symbols| {
            AssociativeRecall { sequence_length, num_pairs, num_symbols }.check()
        };
        assert_eq!(with(7, 3, 3).unwrap_err().to_string(), "sequence_length is 7: it must be at least 8");
        assert_eq!(with(16, 4, 3).unwrap_err().to_string(), "num_pairs is 4: it must be from 1 to 3");
        assert!(with(16, 0, 3).is_err() && with(16, 1, 0).is_err() && with(16, 1, 4001).is_err());
        assert!(with(4, 1, 1).is_ok());
    }
}
