//! Selective copy: many symbols are read, of which the marked ones are to be repeated behind a trigger.
//!
//! ```text
//! input    s₁ … s_T, S of them marked   D zeros   the trigger   S zeros
//! target   not scored                                           the marked ones, in order
//! ```
//!
//! The symbols are drawn from K, each as probable as the others, and so is each choice of S of the T steps. A step reads K + 2 numbers: K
//! for the symbol, of which its own one is 1 and the others 0, the mark, and the trigger. The S answers alone are scored. The task is
//! CogScale's (Bendi-Ouis, de Coudenhove and Hinaut, "CogScale: Scalable benchmark for sequence processing", 2026), and the defaults are
//! those of its small set.
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

/// The marked ones of many symbols.
///
/// ```
/// use echo_data::{SelectiveCopy, Sequence, Split, Task};
/// let copy = SelectiveCopy { sequence_length: 10, delay: 2, num_copied: 3, num_symbols: 2 };
/// let mut episode = Sequence::new(copy.shape());
/// copy.fill(7, Split::Train, 0, &mut episode)?;
/// // Two symbols, the mark, the trigger.
/// let read: Vec<&[f64]> = episode.inputs().values().chunks(4).collect();
/// let marked = read.iter().filter(|step| step[2] == 1.0).map(|step| step[1]);
/// assert!(marked.eq(episode.targets().classes()[13..].iter().map(|&class| f64::from(class))));
/// assert_eq!(read[12], [0.0, 0.0, 0.0, 1.0]);
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectiveCopy {
    /// T: symbols to read.
    pub sequence_length: usize,
    /// D: steps between the last symbol and the trigger.
    pub delay: usize,
    /// S: symbols to repeat, which are those that are marked.
    pub num_copied: usize,
    /// K: symbols to draw from.
    pub num_symbols: usize,
}

impl Default for SelectiveCopy {
    fn default() -> Self {
        Self { sequence_length: 40, delay: 5, num_copied: 5, num_symbols: 3 }
    }
}

impl Task for SelectiveCopy {
    fn name(&self) -> &'static str {
        "selective_copy"
    }

    fn about(&self) -> &'static str {
        "The marked ones of many symbols, to be repeated behind a trigger"
    }

    fn shape(&self) -> Shape {
        let symbols = self.num_symbols;
        Shape { inputs: Kind::Values(symbols.saturating_add(2)), targets: Kind::Classes(symbols) }
    }

    fn form(&self) -> Form {
        let read = self.sequence_length.saturating_add(self.delay);
        Form::Episodes(read.saturating_add(1).saturating_add(self.num_copied))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, delay, num_copied, num_symbols } = self;
        vec![
            TaskSetting::of_length(sequence_length),
            TaskSetting::of_delay(delay),
            TaskSetting::of_copied(num_copied),
            TaskSetting::of_symbols(num_symbols),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("sequence_length", self.sequence_length, 1..=usize::MAX)?;
        in_range("num_copied", self.num_copied, 1..=self.sequence_length)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let [mark, trigger] = [self.num_symbols, self.num_symbols + 1];
        let marked = dice.chosen(self.num_copied, self.sequence_length);
        let mut symbols = Vec::new();
        for step in 0..self.sequence_length {
            let symbol = dice.below(self.num_symbols);
            if marked.get(symbols.len()) == Some(&step) {
                symbols.push(symbol);
                one_hot::push(episode, &[symbol, mark], None)?;
            } else {
                one_hot::push(episode, &[symbol], None)?;
            }
        }
        (0..self.delay).try_for_each(|_| one_hot::push(episode, &[], None))?;
        one_hot::push(episode, &[trigger], None)?;
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
        let Self { sequence_length, num_copied, num_symbols, .. } = self;
        Words {
            title: format!("Selective copy of {num_copied} from {sequence_length} symbols"),
            answer: "the marked symbols, behind the trigger".to_owned(),
            rule: "target = marked symbols".to_owned(),
            inputs: one_hot::names(*num_symbols, &["mark", "trigger"]),
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
        let mut episode = Sequence::new(SelectiveCopy::default().shape());
        SelectiveCopy::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        let steps = episode.inputs().values().chunks(5).enumerate();
        let marked: Vec<usize> = steps.filter(|(_, read)| read[3] == 1.0).map(|(step, _)| step).collect();
        assert_eq!((episode.len(), &marked[..]), (51, &[4, 10, 16, 20, 27][..]));
        assert_eq!(episode.targets().classes()[46..], [0, 1, 1, 0, 1]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (sequence_length, delay, num_copied, num_symbols) in
            [(1, 0, 1, 2), (5, 1, 2, 2), (4, 0, 4, 3), (4, 3, 1, 3)]
        {
            brute_force::check(&SelectiveCopy { sequence_length, delay, num_copied, num_symbols });
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |sequence_length, num_copied, num_symbols| {
            SelectiveCopy { sequence_length, delay: 0, num_copied, num_symbols }.check()
        };
        assert_eq!(with(5, 6, 3).unwrap_err().to_string(), "num_copied is 6: it must be from 1 to 5");
        assert!(with(0, 1, 3).is_err() && with(5, 0, 3).is_err() && with(5, 5, 0).is_err() && with(1, 1, 1).is_ok());
    }
}
