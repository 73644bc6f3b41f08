//! Whether a task counts as learned, where that is said of sequences: each is judged by what the net answers before it learns from it.

use super::whole::WholeSequences;
use echo_data::Criterion;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What has been seen of the sequences so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Judge {
    /// How many have come to their end.
    sequences: usize,
    /// How many had when these weights were guessed; 0 where weights are learned.
    before: usize,
    /// How often weights have been guessed anew.
    #[serde(skip_serializing_if = "is_zero")]
    guesses: u64,
    /// The numbers of the last wrong ones since then, counted from 0: one more than may be wrong is enough.
    wrong: VecDeque<usize>,
    /// How many had come to their end when the task was solved.
    #[serde(skip_serializing_if = "Option::is_none")]
    solved: Option<usize>,
    /// Those that stand side by side.
    pub(super) whole: WholeSequences,
}

impl Judge {
    /// The sequences that stand side by side have come to their end. Returns how many had, if it is one of these at which the task
    /// is solved.
    pub(super) fn end(&mut self, criterion: &Criterion) -> Option<usize> {
        let was_solved = self.solved.is_some();
        for is_right in self.whole.end() {
            if !is_right {
                self.wrong.push_back(self.sequences);
                if self.wrong.len() > criterion.wrong + 1 {
                    self.wrong.pop_front();
                }
            }
            self.sequences += 1;
            if self.solved.is_none() && self.meets(criterion) {
                self.solved = Some(self.sequences);
            }
        }
        self.solved.filter(|_| !was_solved)
    }

    /// Whether the last sequences are as the criterion asks for.
    fn meets(&self, criterion: &Criterion) -> bool {
        let enough = self.sequences - self.before >= criterion.sequences;
        let last = self.sequences.saturating_sub(criterion.sequences);
        enough && (self.wrong.len() <= criterion.wrong || self.wrong[0] < last)
    }

    /// Whether more sequences were wrong with these weights than may be. Weights that have solved the task stay.
    pub(super) fn has_failed(&self, criterion: &Criterion) -> bool {
        self.solved.is_none() && self.wrong.len() > criterion.wrong
    }

    /// From here on the weights are others: returns the number of this guess, of which the first weights were number 0.
    pub(super) fn guess(&mut self) -> u64 {
        self.before = self.sequences;
        self.wrong.clear();
        self.guesses += 1;
        self.guesses
    }

    /// Whether there was nothing to judge.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use echo_data::Right;

    fn solved_at(criterion: Criterion, rights: &[bool], side_by_side: usize) -> Option<usize> {
        let mut judge = Judge::default();
        let mut solved = None;
        for batch in rights.chunks(side_by_side) {
            batch.iter().enumerate().for_each(|(row, &is_right)| judge.whole.add(row, false, || Some(is_right)));
            solved = solved.or(judge.end(&criterion));
            // It goes through a checkpoint.
            judge = toml::from_str(&toml::to_string(&judge).unwrap()).unwrap();
        }
        solved
    }

    /// By looking at every stretch of the length that is asked for.
    fn by_hand(criterion: Criterion, rights: &[bool]) -> Option<usize> {
        let is_so = |end: &usize| {
            let last = &rights[end - criterion.sequences..*end];
            last.iter().filter(|is_right| !**is_right).count() <= criterion.wrong
        };
        (criterion.sequences..=rights.len()).find(is_so)
    }

    #[test]
    fn it_is_solved_at_the_first_sequence_at_which_the_criterion_is_met() {
        let mut word = 7_u64;
        for case in 0..2000 {
            let length = 1 + case % 40;
            let rights: Vec<bool> = (0..length)
                .map(|_| {
                    word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    !(word >> 33).is_multiple_of(4)
                })
                .collect();
            let criterion = Criterion { wrong: case % 3, ..Criterion::all(Right::Class, 1 + case % 7) };
            for side_by_side in [1, 3] {
                assert_eq!(solved_at(criterion, &rights, side_by_side), by_hand(criterion, &rights), "{rights:?}");
            }
        }
    }

    #[test]
    fn other_weights_are_judged_anew() {
        let criterion = Criterion { wrong: 1, ..Criterion::all(Right::Class, 3) };
        let mut judge = Judge::default();
        let mut told = Vec::new();
        for is_right in [true, false, false, true, true, true] {
            judge.whole.add(0, false, || Some(is_right));
            let solved = judge.end(&criterion);
            told.push((solved, judge.has_failed(&criterion)));
            if judge.has_failed(&criterion) {
                judge.guess();
            }
        }
        assert_eq!(told, [(None, false), (None, false), (None, true), (None, false), (None, false), (Some(6), false)]);
        for _ in 0..2 {
            judge.whole.add(0, false, || Some(false));
            assert_eq!((judge.end(&criterion), judge.has_failed(&criterion)), (None, false));
        }
    }
}
