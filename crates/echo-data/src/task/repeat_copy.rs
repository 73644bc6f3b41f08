//! Repeat copy: some symbols are read, and how often they are to be repeated.
//!
//! ```text
//! input    s₁ … s_S   r times   r · S + 1 blanks
//! target                        s₁ … s_S   s₁ … s_S   …   end
//! ```
//!
//! The S symbols are drawn from K, each as probable as the others, S is drawn evenly from 1 to N, and r from 1 to R. Of what is read,
//! classes 0 to K − 1 are the symbols, K is the blank, and K + r says how often. Of what is asked for, K is the end. Only the steps after
//! the signal are scored: a net must repeat the symbols, and count the repeats so as to tell the end. The task is that of Graves, Wayne and
//! Danihelka ("Neural Turing machines", 2014), with N = R = 10. Their symbols are vectors of bits, and r is a number; here both are
//! classes.
//!
//! All is read when it is asked for, so the floor is 0. Who reads nothing, but knows the time, knows how many of the N · R pairs (S, r),
//! all of which are as probable, ask for a symbol or the end there:
//!
//! ```text
//! target(t) = a symbol   where S + 1 ≤ t < S + 1 + r · S, each of the K as probable
//!             the end    where t = S + 1 + r · S
//! ```

use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// Symbols that are to be repeated several times.
///
/// ```
/// use echo_data::{RepeatCopy, Sequence, Split, Task};
/// let task = RepeatCopy { num_symbols: 2, num_copied: 1, most_repeats: 1 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let symbol = episode.inputs().classes()[0];
/// assert_eq!(episode.inputs().classes(), [symbol, 3, 2, 2]);
/// assert_eq!(episode.targets().classes()[2..], [symbol, 2]);
/// assert!(episode.is_scored(2) && !episode.is_scored(1));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatCopy {
    /// K: symbols to draw from.
    pub num_symbols: usize,
    /// N: the most symbols to repeat.
    pub num_copied: usize,
    /// R: how often they are repeated at most.
    pub most_repeats: usize,
}

/// Up to ten symbols, up to ten times, as in the paper.
impl Default for RepeatCopy {
    fn default() -> Self {
        Self { num_symbols: 8, num_copied: 10, most_repeats: 10 }
    }
}

impl RepeatCopy {
    /// Time steps of the longest episode.
    fn longest(&self) -> usize {
        self.num_copied.saturating_mul(self.most_repeats.saturating_add(1)).saturating_add(2)
    }
}

impl Task for RepeatCopy {
    fn name(&self) -> &'static str {
        "repeat_copy"
    }

    fn about(&self) -> &'static str {
        "Symbols, to be repeated as often as is said"
    }

    fn shape(&self) -> Shape {
        let answers = self.num_symbols.saturating_add(1);
        Shape { inputs: Kind::Classes(answers.saturating_add(self.most_repeats)), targets: Kind::Classes(answers) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.longest())
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { num_symbols, num_copied, most_repeats } = self;
        let about = "Most repeats; how often is drawn evenly from 1 to this";
        vec![
            TaskSetting::of_symbols(num_symbols),
            TaskSetting::of_copied(num_copied),
            TaskSetting::count("most_repeats", about, most_repeats, 1),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.num_copied)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 1..=MOST_SYMBOLS)?;
        in_range("num_copied", self.num_copied, 1..=usize::MAX)?;
        // With the symbols and the blank they are no more classes than there may be.
        in_range("most_repeats", self.most_repeats, 1..=MOST_SYMBOLS + 1 - self.num_symbols)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let [blank, end] = [self.num_symbols; 2];
        let count = dice.between(1, self.num_copied);
        for _ in 0..count {
            episode.push_classes(dice.below(self.num_symbols), None)?;
        }
        let repeats = dice.between(1, self.most_repeats);
        episode.push_classes(blank + repeats, None)?;
        for place in (0..repeats).flat_map(|_| 0..count) {
            let asked = episode.inputs().classes()[place];
            episode.push_classes(blank, Some(asked.into()))?;
        }
        episode.push_classes(blank, Some(end))?;
        Ok(())
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        // Of the pairs (S, r), how many begin to be asked at each time, and how many end there.
        let (mut begins, mut ends) = (vec![0_usize; self.longest()], vec![0_usize; self.longest()]);
        for copied in 1..=self.num_copied {
            for repeats in 1..=self.most_repeats {
                begins[copied + 1] += 1;
                ends[copied + 1 + copied * repeats] += 1;
            }
        }
        let pairs = self.num_copied as f64 * self.most_repeats as f64;
        let mut asked: usize = 0;
        let mut classes = vec![0.0; self.num_symbols + 1];
        for (begin, end) in begins.into_iter().zip(ends) {
            asked = asked + begin - end;
            let all = (asked + end) as f64;
            if all > 0.0 {
                classes.fill(asked as f64 / all / self.num_symbols as f64);
                classes[self.num_symbols] = end as f64 / all;
                take(all / pairs, &classes);
            }
        }
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { num_symbols, num_copied, most_repeats } = self;
        Words {
            title: format!("Up to {num_copied} of {num_symbols} symbols, up to {most_repeats} times"),
            answer: "the symbols again, as often as is said, and then the end".to_owned(),
            rule: "target = symbols, repeated".to_owned(),
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
        let mut episode = Sequence::new(RepeatCopy::default().shape());
        RepeatCopy::default().fill(3, Split::Train, 0, &mut episode).unwrap();
        assert_eq!(episode.len(), 34);
        assert_eq!(episode.inputs().classes()[..12], [2, 4, 0, 3, 1, 7, 1, 6, 11, 8, 8, 8]);
        assert_eq!(episode.targets().classes()[24..], [6, 2, 4, 0, 3, 1, 7, 1, 6, 8]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (num_symbols, num_copied, most_repeats) in [(1, 1, 1), (1, 4, 3), (2, 3, 2), (3, 2, 4), (2, 5, 1)] {
            brute_force::check(&RepeatCopy { num_symbols, num_copied, most_repeats });
        }
    }

    /// An episode asks for (N + 1)/2 · (R + 1)/2 symbols and the end on average.
    #[test]
    fn chance_of_long_episodes_is_found_fast() {
        let task = RepeatCopy { num_symbols: 3, num_copied: 1000, most_repeats: 20 };
        let asked: f64 = brute_force::unread(&task).iter().map(|(targets, _)| targets).sum();
        assert!((asked - (500.5 * 10.5 + 1.0)).abs() < 1e-6, "{asked}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |num_symbols, num_copied, most_repeats| RepeatCopy { num_symbols, num_copied, most_repeats };
        assert_eq!(
            with(8, 10, 3994).check().unwrap_err().to_string(),
            "most_repeats is 3994: it must be from 1 to 3993"
        );
        for (num_symbols, num_copied, most_repeats) in [(0, 1, 1), (4001, 1, 1), (2, 0, 1), (2, 1, 0), (4000, 1, 2)] {
            assert!(with(num_symbols, num_copied, most_repeats).check().is_err());
        }
        assert!(with(4000, 1, 1).check().is_ok());
        let task = with(2, usize::MAX, 3);
        assert!(task.fill(1, Split::Train, 0, &mut Sequence::new(task.shape())).is_err());
    }
}
