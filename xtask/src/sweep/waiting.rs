//! Trials that wait to be run, in the plan's order, from which a worker takes those that are worth training side by side.

use crate::error::Error;
use crate::trials::plan::{Plan, Trial};
use rnn_train::training::side_by_side::{Kind, MOST};
use std::collections::VecDeque;

/// How far ahead trials of the same kind are looked for.
const AHEAD: usize = 1024;

/// What the workers share out among themselves.
pub(super) struct Waiting<'a> {
    plan: &'a Plan,
    /// Trials that nobody has looked at yet.
    pending: std::vec::IntoIter<usize>,
    /// The next ones, with what they have in common with others.
    ahead: VecDeque<(Trial, Option<Kind>)>,
    /// Trials that a worker has taken and that have not ended.
    taken: usize,
    /// Workers that are at work.
    pub(super) workers: usize,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(plan: &'a Plan, pending: Vec<usize>, workers: usize) -> Self {
        Self { plan, pending: pending.into_iter(), ahead: VecDeque::new(), taken: 0, workers }
    }

    /// Takes the first one; with none, one worker less is at work.
    pub(super) fn first(&mut self) -> Result<Option<(Trial, Option<Kind>)>, Error> {
        if self.ahead.is_empty() {
            self.look_further()?;
        }
        let first = self.ahead.pop_front();
        if first.is_some() {
            self.taken += 1;
        } else {
            self.workers -= 1;
        }
        Ok(first)
    }

    /// Takes the first one of this kind, for a worker that has so many trials. It is to have no more than its share, so that the
    /// others have as many: of all trials, or of those that may run at the same time.
    pub(super) fn another(&mut self, kind: &Kind, has: usize) -> Result<Option<Trial>, Error> {
        let at_once = self.plan.spec.early_stopping.map_or(usize::MAX, |rule| rule.at_once as usize);
        let left = (self.pending.len() + self.ahead.len() + self.taken).min(at_once);
        if has >= MOST.min(left.div_ceil(self.workers.max(1))) {
            return Ok(None);
        }
        let mut place = 0;
        while place < AHEAD {
            if place == self.ahead.len() && !self.look_further()? {
                return Ok(None);
            }
            if self.ahead[place].1.as_ref() == Some(kind) {
                self.taken += 1;
                return Ok(self.ahead.remove(place).map(|(trial, _)| trial));
            }
            place += 1;
        }
        Ok(None)
    }

    /// Puts back trials that were taken, and have not ended.
    pub(super) fn put_back(&mut self, trials: Vec<Trial>) {
        for trial in trials.into_iter().rev() {
            let kind = Kind::of(&trial.settings);
            self.ahead.push_front((trial, kind));
            self.taken -= 1;
        }
    }

    /// One that was taken has ended.
    pub(super) fn ended(&mut self) {
        self.taken -= 1;
    }

    /// Looks at one more; whether there is one.
    fn look_further(&mut self) -> Result<bool, Error> {
        let Some(number) = self.pending.next() else { return Ok(false) };
        let trial = self.plan.trial(number)?;
        let kind = Kind::of(&trial.settings);
        self.ahead.push_back((trial, kind));
        Ok(true)
    }
}
