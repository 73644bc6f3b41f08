//! Bracket matching: whether each bracket of a string is closed, and none before it was opened.
//!
//! ```text
//! input    b₁ … b_T   the marker   zeros
//! target   not scored              1 where the string is valid, 0 where it is not
//! ```
//!
//! A step reads three numbers, which are 1 at an opening bracket, at a closing one and at the marker, and 0 elsewhere. There are T + 2
//! steps, of which the last one alone is scored. Strings are drawn as follows.
//!
//! 1. Bracket after bracket. At depth 0 one is opened. Elsewhere one is opened or closed, each as probable, as long as the depth is below
//!    the greatest one and all that are open can still be closed in time. Otherwise one is closed.
//! 2. Half of the strings stay so. Of the others n = ⌊0.35 T⌋ brackets, each choice as probable, are drawn anew: to open or to close, each
//!    as probable.
//!
//! So slightly more than half of all strings are valid: 51.8 % of 50 brackets up to 5 deep, 51.0 % of 100 up to 10 deep. The task is
//! CogScale's (Bendi-Ouis, de Coudenhove and Hinaut, "CogScale: Scalable benchmark for sequence processing", 2026), and the defaults are
//! those of its small set.
//!
//! All is read when the answer is due, so the floor is 0. Who reads nothing knows how probable it is that a string is valid:
//!
//! ```text
//! P(valid) = (1 + V)/2        V = Σ_m N(m) w(m)        w(m) = C(T − m, n − m)/(C(T, n) 2ⁿ)
//! ```
//!
//! V is that of strings with brackets that were drawn anew. N(m) is how many valid strings, on average, differ in m brackets from the one
//! that was drawn at first. One of them comes of it with probability w(m): the m are among the n, and all of the n come out as they stand
//! in it. N is summed up bracket after bracket, over the depths of both strings. Chance is told where these sums take no more than a second
//! or two: of up to 1,000 brackets up to 50 deep, or of fewer that are deeper.

use super::criterion::{Criterion, Right};
use super::one_hot;
use super::setting::{TaskSetting, in_range};
use super::task::{Certainty, Form, Task, Words};
use crate::error::Error;
use crate::generator::Dice;
use crate::sequences::{Kind, Sequence, Shape};
use std::collections::BTreeMap;

/// Whether brackets match.
///
/// ```
/// use echo_data::{BracketMatching, Sequence, Split, Task};
/// let task = BracketMatching { sequence_length: 10, max_depth: 3 };
/// let mut episode = Sequence::new(task.shape());
/// task.fill(7, Split::Train, 0, &mut episode)?;
/// // The depth behind each bracket: it is never below 0 and ends there.
/// let depths = episode.inputs().values().chunks(3).take(10).scan(0.0, |depth, read| {
///     *depth += read[0] - read[1];
///     Some(*depth)
/// });
/// let depths: Vec<f64> = depths.collect();
/// let is_valid = depths.iter().all(|&depth| depth >= 0.0) && depths[9] == 0.0;
/// assert_eq!(episode.targets().classes()[11], u16::from(is_valid));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BracketMatching {
    /// T: brackets to read, an even number.
    pub sequence_length: usize,
    /// The greatest depth that is drawn; brackets that are drawn anew can lead deeper.
    pub max_depth: usize,
}

impl Default for BracketMatching {
    fn default() -> Self {
        Self { sequence_length: 50, max_depth: 5 }
    }
}

const OPENING: usize = 0;
const CLOSING: usize = 1;
const MARKER: usize = 2;

/// Of longer strings chance is not told: the numbers would become too great, and the sums take too long.
const LONGEST_SUMMED: usize = 1000;
/// The same of deeper ones: the greatest depth times the length.
const MOST_SUMMED: usize = 50_000;

impl BracketMatching {
    /// How many brackets are drawn anew. The product is rounded before it is cut off, so that of 180 brackets 62 are, as published.
    fn drawn_anew(&self) -> usize {
        (self.sequence_length as f64 * 0.35) as usize
    }

    /// The ways on from a depth with so many brackets to come: whether one opens, and how probable that is.
    fn ways(&self, depth: usize, left: usize) -> &'static [(bool, f64)] {
        match depth {
            0 => &[(true, 1.0)],
            _ if depth < self.max_depth && depth < left => &[(false, 0.5), (true, 0.5)],
            _ => &[(false, 1.0)],
        }
    }

    /// V: how probable it is that a string is valid of which n brackets were drawn anew.
    fn valid_when_drawn_anew(&self) -> f64 {
        let (length, anew) = (self.sequence_length, self.drawn_anew());
        // By the depths of the string that was drawn at first and of a valid one: N by m, as far as both go. The difference of the depths
        // says whether m is even, so a place has N of 0, 2, 4 … or of 1, 3, 5 …
        let mut places = BTreeMap::from([([0_usize, 0], vec![1.0])]);
        for left in (1..=length).rev() {
            let mut next = BTreeMap::<[usize; 2], Vec<f64>>::new();
            for ([first, valid], counts) in places {
                let is_odd = first.abs_diff(valid) % 4 == 2;
                for &(opened, probability) in self.ways(first, left) {
                    for opens in [false, true] {
                        let (Some(first), Some(valid)) = (behind(first, opened), behind(valid, opens)) else {
                            continue;
                        };
                        if valid >= left {
                            continue;
                        }
                        let shift = usize::from(opens != opened && is_odd);
                        let counts = &counts[..counts.len().min(anew / 2 + 1 - shift)];
                        let sums = next.entry([first, valid]).or_default();
                        sums.resize(sums.len().max(counts.len() + shift), 0.0);
                        sums[shift..].iter_mut().zip(counts).for_each(|(sum, count)| *sum += probability * count);
                    }
                }
            }
            places = next;
        }
        let mut weight = libm::ldexp(1.0, -(anew as i32));
        let mut sum = 0.0;
        for (pair, count) in places.remove(&[0, 0]).unwrap_or_default().into_iter().enumerate() {
            sum += count * weight;
            for others in [2 * pair, 2 * pair + 1] {
                weight *= anew.saturating_sub(others) as f64 / (length - others) as f64;
            }
        }
        sum
    }
}

/// The depth behind a bracket; none where it closes what is not open.
fn behind(depth: usize, opens: bool) -> Option<usize> {
    if opens { Some(depth + 1) } else { depth.checked_sub(1) }
}

impl Task for BracketMatching {
    fn name(&self) -> &'static str {
        "bracket_matching"
    }

    fn about(&self) -> &'static str {
        "Whether the brackets of a string match, at the end"
    }

    fn shape(&self) -> Shape {
        Shape { inputs: Kind::Values(3), targets: Kind::Classes(2) }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.sequence_length.saturating_add(2))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { sequence_length, max_depth } = self;
        vec![
            TaskSetting::of_length(sequence_length),
            TaskSetting::count("max_depth", "Greatest depth of brackets", max_depth, 1),
        ]
    }

    fn length(&mut self) -> Option<&mut usize> {
        Some(&mut self.sequence_length)
    }

    fn check(&self) -> Result<(), Error> {
        in_range("sequence_length", self.sequence_length, 2..=usize::MAX)?;
        if self.sequence_length % 2 == 1 {
            let right = "even, or no string could be valid".to_owned();
            return Err(Error::Setting { name: "sequence_length", value: self.sequence_length, right });
        }
        in_range("max_depth", self.max_depth, 1..=usize::MAX)
    }

    fn draw(&self, dice: &mut dyn Dice, episode: &mut Sequence) -> Result<(), Error> {
        let mut string = Vec::new();
        let mut depth = 0;
        for left in (1..=self.sequence_length).rev() {
            let opens = match self.ways(depth, left) {
                [(opens, _)] => *opens,
                _ => dice.below(2) == 1,
            };
            string.push(opens);
            depth = behind(depth, opens).unwrap_or_default();
        }
        if dice.below(2) == 1 {
            for place in dice.chosen(self.drawn_anew(), self.sequence_length) {
                string[place] = dice.below(2) == 1;
            }
        }
        for &opens in &string {
            one_hot::push(episode, &[if opens { OPENING } else { CLOSING }], None)?;
        }
        one_hot::push(episode, &[MARKER], None)?;
        let is_valid = string.into_iter().try_fold(0, behind) == Some(0);
        one_hot::push(episode, &[], Some(usize::from(is_valid)))
    }

    fn certainty(&self) -> Certainty {
        Certainty::Certain
    }

    fn unread(&self, take: &mut dyn FnMut(f64, &[f64])) {
        let length = self.sequence_length;
        if length > LONGEST_SUMMED || length * self.max_depth.min(length / 2) > MOST_SUMMED {
            return;
        }
        let valid = 0.5 + self.valid_when_drawn_anew() / 2.0;
        take(1.0, &[1.0 - valid, valid]);
    }

    fn criterion(&self) -> Option<Criterion> {
        Some(Criterion::all(Right::Class, 1000))
    }

    fn words(&self) -> Words {
        let Self { sequence_length, max_depth } = self;
        Words {
            title: format!("Matching of {sequence_length} brackets up to {max_depth} deep"),
            answer: "whether the brackets match, at the last step".to_owned(),
            rule: "target = whether they match".to_owned(),
            inputs: ["opening", "closing", "marker"].map(str::to_owned).to_vec(),
            ..Words::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::brute_force;
    use super::super::task::Split;
    use super::*;

    fn drawn(task: &BracketMatching, number: u64) -> (String, bool) {
        let mut episode = Sequence::new(task.shape());
        task.fill(3, Split::Train, number, &mut episode).unwrap();
        let read = episode.inputs().values().chunks(3).take(task.sequence_length);
        let string = read.map(|read| if read[OPENING] == 1.0 { '(' } else { ')' }).collect();
        (string, episode.targets().classes()[task.sequence_length + 1] == 1)
    }

    #[test]
    fn a_seed_gives_the_same_episode_for_ever() {
        let task = BracketMatching { sequence_length: 20, ..BracketMatching::default() };
        let expected = [("(()())()(()())()()()", true), (")(((()()()))))())(()", false)];
        assert_eq!([0, 5].map(|number| drawn(&task, number)), expected.map(|(string, is)| (string.to_owned(), is)));
    }

    #[test]
    fn floor_and_chance_are_those_of_all_episodes() {
        for (sequence_length, max_depth) in [(2, 1), (4, 2), (6, 1), (6, 2), (8, 9), (10, 1), (10, 2)] {
            brute_force::check(&BracketMatching { sequence_length, max_depth });
        }
    }

    /// Within four deviations.
    #[test]
    fn as_many_strings_are_valid_as_is_told() {
        for (sequence_length, max_depth) in [(50, 5), (100, 10), (30, 1)] {
            let task = BracketMatching { sequence_length, max_depth };
            let valid = (0..10_000).filter(|&number| drawn(&task, number).1).count();
            let told = brute_force::unread(&task)[0].1[1];
            let deviation = f64::sqrt(told * (1.0 - told) / 10_000.0);
            assert!((valid as f64 / 10_000.0 - told).abs() < 4.0 * deviation, "{task:?}: {valid} of 10,000, {told}");
        }
        assert!(brute_force::unread(&BracketMatching { sequence_length: 1002, max_depth: 5 }).is_empty());
    }

    #[test]
    fn as_many_brackets_are_drawn_anew_as_published() {
        let anew = |sequence_length| BracketMatching { sequence_length, max_depth: 5 }.drawn_anew();
        assert_eq!([2, 20, 50, 100, 180, 300].map(anew), [0, 7, 17, 35, 62, 105]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |sequence_length, max_depth| BracketMatching { sequence_length, max_depth }.check();
        assert_eq!(
            with(51, 5).unwrap_err().to_string(),
            "sequence_length is 51: it must be even, or no string could be valid"
        );
        assert!(with(0, 5).is_err() && with(50, 0).is_err() && with(2, 1).is_ok());
    }
}
