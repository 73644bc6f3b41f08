//! Episodes of a series that goes its own way: its numbers are read, and those some steps later are asked for.

use super::setting::in_range;
use crate::error::Error;
use crate::sequences::{Sequence, Step};
use std::collections::VecDeque;

/// What such an episode is like.
pub(super) struct Ahead {
    /// T: time steps.
    pub(super) sequence_length: usize,
    /// Time steps at the beginning that are not scored.
    pub(super) washout: usize,
    /// How many steps later the numbers are asked for.
    pub(super) horizon: usize,
}

impl Ahead {
    /// Makes sure of its settings, of which the horizon is at most so long.
    pub(super) fn check(&self, longest: usize) -> Result<(), Error> {
        in_range("horizon", self.horizon, 1..=longest)?;
        in_range("sequence_length", self.sequence_length, self.washout.saturating_add(1)..=usize::MAX)
    }

    /// Draws an episode of the numbers that come one after the other.
    pub(super) fn draw<const N: usize>(
        &self,
        mut next: impl FnMut() -> [f64; N],
        episode: &mut Sequence,
    ) -> Result<(), Error> {
        let mut ahead: VecDeque<[f64; N]> = (0..self.horizon).map(|_| next()).collect();
        for step in 0..self.sequence_length {
            let later = next();
            ahead.push_back(later);
            let read = ahead.pop_front().unwrap_or(later);
            episode.push(Step::Values(&read), (step >= self.washout).then_some(Step::Values(&later)))?;
        }
        Ok(())
    }

    /// What is asked for, in words; `what` is read at a step.
    pub(super) fn answer(&self, what: &str) -> String {
        match self.horizon {
            1 => format!("the next {what}"),
            steps => format!("the {what} {steps} steps later"),
        }
    }
}
