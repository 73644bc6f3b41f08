//! Temporal order: in which order did X and Y come among many other symbols?
//!
//! ```text
//! input    E d … d o₁ d … d o₂ d … d B        d is one of a, b, c, d; each o is X or Y; three of them where `num_ordered` is 3
//! target                             class    the number whose binary digits o₁ o₂ … are, X being 0 and Y being 1
//! ```
//!
//! An episode has T to T + ⌊T/10⌋ steps, each length as probable. Each o has a place from ⌈sT⌉ to ⌈sT⌉ + ⌊T/10⌋, each as probable, where
//!
//! ```text
//! s = 0.1, 0.5            for two
//! s = 0.1, 0.33, 0.66     for three
//! ```
//!
//! and the first step is number 0. With T = 100 these are experiments 6a and 6b of Hochreiter and Schmidhuber ("Long short-term memory",
//! 1997): places 10 to 20 and 50 to 60, or 10 to 20, 33 to 43 and 66 to 76.
//!
//! All is read when the class is asked for, at the last step alone, so the floor is 0. Who reads nothing guesses one of 4 or 8 classes.

use super::classes::alike;
use super::criterion::{Criterion, Right};
use super::lengths::longest;
use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};

/// In which order two symbols, or three, came among others.
///
/// ```
/// use echo_data::{Sequence, Split, Task, TemporalOrder};
/// let task = TemporalOrder { sequence_length: 9, num_ordered: 2 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// let symbols = episode.inputs().classes();
/// assert_eq!((symbols[0], symbols[8]), (0, 1));
/// assert_eq!(episode.targets().classes()[8], 2 * (symbols[1] - 6) + (symbols[5] - 6));
/// assert!(episode.is_scored(8) && !episode.is_scored(7));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporalOrder {
    /// T: the least number of time steps.
    pub sequence_length: usize,
    /// How many symbols are X or Y: 2 or 3.
    pub num_ordered: usize,
}

/// Experiment 6a.
impl Default for TemporalOrder {
    fn default() -> Self {
        Self { sequence_length: 100, num_ordered: 2 }
    }
}

/// E, B, a, b, c, d, X and Y, in the order of their classes.
const SYMBOLS: usize = 8;
const E: usize = 0;
const B: usize = 1;
/// The first of those that say nothing.
const A: usize = 2;
const X: usize = 6;

impl TemporalOrder {
    fn is_of_three(&self) -> bool {
        self.num_ordered == 3
    }

    /// Where the places of X and Y begin, in hundredths of T.
    fn begins(&self) -> &'static [usize] {
        if self.is_of_three() { &[10, 33, 66] } else { &[10, 50] }
    }

    fn num_classes(&self) -> usize {
        1 << self.begins().len()
    }

    /// The least T whose places are different, and all before the last step.
    fn least(&self) -> usize {
        if self.is_of_three() { 6 } else { 4 }
    }
}

impl Task for TemporalOrder {
    fn name(&self) -> &'static str {
        "temporal_order"
    }

    fn about(&self) -> &'static str {
        "In which order some symbols came, at the end"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Classes(SYMBOLS), targets: Kind::Classes(self.num_classes()) }
    }

    fn form(&self) -> Form {
        Form::Episodes(longest(self.sequence_length))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, num_ordered } = self;
        vec![
            TaskSetting::of_length(sequence_length),
            TaskSetting::count("num_ordered", "Symbols whose order is asked for: 2 or 3", num_ordered, 2),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("num_ordered", self.num_ordered, 2..=3)?;
        in_range("sequence_length", self.sequence_length, self.least()..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let (least, most) = (self.sequence_length, longest(self.sequence_length));
        let length = dice.between(least, most);
        let mut ordered = Vec::new();
        for &begin in self.begins() {
            // In so many bits that nothing overflows.
            let begin = (least as u128 * begin as u128).div_ceil(100) as usize;
            ordered.push((begin + dice.below(least / 10 + 1), dice.below(2)));
        }
        episode.push_classes(E, None)?;
        for step in 1..length - 1 {
            let symbol = match ordered.iter().find(|(place, _)| *place == step) {
                Some((_, symbol)) => X + symbol,
                None => A + dice.below(X - A),
            };
            episode.push_classes(symbol, None)?;
        }
        episode.push_classes(B, Some(ordered.iter().fold(0, |class, (_, symbol)| 2 * class + symbol)))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let classes = self.num_classes();
        take(1.0, &alike(classes));
    }

    /// As in the paper: the last 2,000 sequences within 0.3. The squared error of each output is then below its 0.1, too.
    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Within(0.3), 2000))
    }

    fn words(&self) -> Words {
        let Self { sequence_length, num_ordered } = self;
        Words {
            title: format!(
                "Temporal order of {num_ordered} symbols over {sequence_length} to {} steps",
                longest(*sequence_length)
            ),
            answer: "in which order X and Y came, at the last step".to_owned(),
            rule: "target = order of X and Y".to_owned(),
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn task(sequence_length: usize, num_ordered: usize) -> TemporalOrder {
        TemporalOrder { sequence_length, num_ordered }
    }

    fn symbols(task: &TemporalOrder, number: u64) -> (String, u16) {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        let last = episode.len() - 1;
        assert!(episode.is_scored(last) && (0..last).all(|step| !episode.is_scored(step)));
        let name = |&class: &u16| char::from(b"EBabcdXY"[usize::from(class)]);
        (episode.inputs().classes().iter().map(name).collect(), episode.targets().classes()[last])
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let (string, class) = symbols(&TemporalOrder::default(), 0);
        assert_eq!((&string[..24], class), ("EadadbbbbaacbYdcbabcdbbd", 2));
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (sequence_length, num_ordered) in [(4, 2), (5, 2), (7, 2), (6, 3), (7, 3), (9, 3)] {
            brute_force::check(&task(sequence_length, num_ordered));
        }
    }

    /// Lengths and places as published, each as often as any other, within five deviations.
    #[test]
    fn episodes_are_as_the_paper_has_them() {
        for (num_ordered, begins) in [(2, vec![10, 50]), (3, vec![10, 33, 66])] {
            let (mut lengths, mut places) = ([0; 11], vec![[0; 11]; num_ordered]);
            for number in 0..11_000 {
                let (string, class) = symbols(&task(100, num_ordered), number);
                let ordered: Vec<_> = string.match_indices(['X', 'Y']).collect();
                assert!(string.starts_with('E') && string.ends_with('B') && ordered.len() == num_ordered);
                assert_eq!(string.matches(['E', 'B']).count(), 2);
                let digits: String = ordered.iter().map(|(_, symbol)| if *symbol == "X" { '0' } else { '1' }).collect();
                assert_eq!(u16::from_str_radix(&digits, 2), Ok(class));
                lengths[string.len() - 100] += 1;
                for ((place, _), (begin, places)) in ordered.iter().zip(begins.iter().zip(&mut places)) {
                    places[place - begin] += 1;
                }
            }
            for counts in places.iter().chain([&lengths]) {
                assert!(
                    counts.iter().all(|&count| (f64::from(count) - 1000.0).abs() < 5.0 * 1000.0_f64.sqrt()),
                    "{counts:?}"
                );
            }
        }
    }

    /// No two symbols can have the same place, and none that of the first or the last step.
    #[test]
    fn places_are_apart_whatever_the_length() {
        for num_ordered in [2, 3] {
            for length in task(0, num_ordered).least()..200 {
                (0..20).for_each(|number| {
                    let (string, _) = symbols(&task(length, num_ordered), number);
                    assert_eq!(string.matches(['X', 'Y']).count(), num_ordered, "{length}: {string}");
                });
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |length, ordered| task(length, ordered).check().map_err(|error| error.to_string());
        assert_eq!(refused(5, 3), Err("sequence_length is 5: it must be at least 6".to_owned()));
        assert_eq!(refused(100, 4), Err("num_ordered is 4: it must be from 2 to 3".to_owned()));
        assert!(refused(3, 2).is_err() && refused(4, 2).is_ok() && refused(6, 3).is_ok() && refused(100, 1).is_err());
        assert_eq!(task(usize::MAX, usize::MAX).form(), Form::Episodes(usize::MAX));
    }
}
