//! Delayed matching to sample: is a symbol the one that was shown some time before?
//!
//! ```text
//! input    sample   d blanks   test
//! target                       1 where test = sample, 0 elsewhere
//! ```
//!
//! The sample is drawn evenly from K symbols. The test is the sample as often as not; if not, it is drawn evenly from the others. Classes 0
//! to K − 1 are the symbols, K is the blank. The answer is asked for at the last step alone. This is a test of what animals remember. The
//! form with one test, to which the answer is yes or no, is that of Konorski ("A new method of physiological investigation of recent memory
//! in animals", 1959); in that of Blough ("Delayed matching in the pigeon", 1959) one of several must be chosen.
//!
//! All is read when the answer is due, so the floor is 0. Who reads nothing guesses one of two answers that are as probable. A net that
//! has forgotten the sample can do no better: the test alone says nothing of the answer.

use super::criterion::{Criterion, Right};
use super::setting::{MOST_SYMBOLS, TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// Whether a symbol comes again after a delay.
///
/// ```
/// use echo_data::{MatchToSample, Sequence, Split, Task};
/// let task = MatchToSample { delay: 2, num_symbols: 4 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let read = episode.inputs().classes();
/// assert_eq!(read[1..3], [4, 4]);
/// assert_eq!(episode.targets().classes()[3], u16::from(read[0] == read[3]));
/// assert!(episode.is_scored(3) && !episode.is_scored(2));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchToSample {
    /// d: blanks between sample and test.
    pub delay: usize,
    /// K: symbols to draw from, at least 2.
    pub num_symbols: usize,
}

impl Default for MatchToSample {
    fn default() -> Self {
        Self { delay: 20, num_symbols: 8 }
    }
}

impl Task for MatchToSample {
    fn name(&self) -> &'static str {
        "match_to_sample"
    }

    fn about(&self) -> &'static str {
        "Whether a symbol comes again after a delay"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Classes(self.num_symbols.saturating_add(1)), targets: Kind::Classes(2) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.delay.saturating_add(2))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { delay, num_symbols } = self;
        vec![TaskSetting::of_delay(delay), TaskSetting::of_symbols(num_symbols)]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.delay)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_symbols", self.num_symbols, 2..=MOST_SYMBOLS)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let sample = dice.below(self.num_symbols);
        let matches = dice.below(2);
        let test = if matches == 1 {
            sample
        } else {
            let other = dice.below(self.num_symbols - 1);
            other + usize::from(other >= sample)
        };
        episode.push_classes(sample, None)?;
        for _ in 0..self.delay {
            episode.push_classes(self.num_symbols, None)?;
        }
        episode.push_classes(test, Some(matches))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        take(1.0, &[0.5; 2]);
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { delay, num_symbols } = self;
        Words {
            title: format!("Matching one of {num_symbols} symbols after {delay} blanks"),
            answer: "whether the last symbol is the first one, at the last step".to_owned(),
            rule: "target = last symbol is the first".to_owned(),
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
        let task = MatchToSample::default();
        let shown = |number| {
            let mut episode = Sequence::new(task.shape());
            task.fill(3, Split::Train, number, &mut episode).unwrap();
            [episode.inputs().classes()[0], episode.inputs().classes()[21], episode.targets().classes()[21]]
        };
        assert_eq!([0, 1, 2, 3].map(shown), [[6, 3, 0], [6, 2, 0], [0, 0, 1], [3, 2, 0]]);
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (delay, num_symbols) in [(0, 2), (1, 3), (4, 2), (3, 5)] {
            brute_force::check(&MatchToSample { delay, num_symbols });
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = MatchToSample { num_symbols: 1, delay: 3 }.check().unwrap_err();
        assert_eq!(error.to_string(), "num_symbols is 1: it must be from 2 to 4000");
        let task = MatchToSample { delay: usize::MAX, num_symbols: 2 };
        assert!(task.fill(1, Split::Train, 0, &mut Sequence::new(task.shape())).is_err());
    }
}
