//! Trials that wait to be run, in the plan's order, from which a worker takes those that are worth training side by side.

use crate::error::Error;
use crate::trials::plan::{Plan, Trial};
use rnn_train::training::side_by_side::{Kind, MOST};
use std::collections::{HashMap, VecDeque};
use std::iter::Enumerate;
use std::vec::IntoIter;

/// How far ahead trials of the same kind are looked for.
const AHEAD: usize = 1024;

/// What the workers share out among themselves.
pub(super) struct Waiting<'a> {
    plan: &'a Plan,
    /// Trials that nobody has looked at yet, in the order in which they are to run.
    pending: Enumerate<IntoIter<usize>>,
    /// The next ones in that order.
    ahead: VecDeque<Next>,
    /// The numbers of trials that a worker has taken and that have not ended, and their places in the order.
    taken: HashMap<usize, usize>,
    /// Workers that are at work.
    pub(super) workers: usize,
}

/// A trial that has been looked at.
struct Next {
    /// Its place in the order.
    place: usize,
    trial: Trial,
    /// What it has in common with others.
    kind: Option<Kind>,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(plan: &'a Plan, pending: Vec<usize>, workers: usize) -> Self {
        let pending = pending.into_iter().enumerate();
        Self { plan, pending, ahead: VecDeque::new(), taken: HashMap::new(), workers }
    }

    /// Takes the first one; with none, one worker less is at work.
    pub(super) fn first(&mut self) -> Result<Option<(Trial, Option<Kind>)>, Error> {
        if self.ahead.is_empty() {
            self.look_further()?;
        }
        let Some(first) = self.ahead.pop_front() else {
            self.workers -= 1;
            return Ok(None);
        };
        self.taken.insert(first.trial.number, first.place);
        Ok(Some((first.trial, first.kind)))
    }

    /// Takes the first one of this kind, for a worker that has so many trials. It is to have no more than its share, so that the
    /// others have as many: of all trials, or of those that may run at the same time.
    pub(super) fn another(&mut self, kind: &Kind, has: usize) -> Result<Option<Trial>, Error> {
        let at_once = self.plan.spec.early_stopping.map_or(usize::MAX, |rule| rule.at_once as usize);
        let left = (self.pending.len() + self.ahead.len() + self.taken.len()).min(at_once);
        if has >= MOST.min(left.div_ceil(self.workers.max(1))) {
            return Ok(None);
        }
        let mut place = 0;
        while place < AHEAD {
            if place == self.ahead.len() && !self.look_further()? {
                return Ok(None);
            }
            if self.ahead[place].kind.as_ref() == Some(kind) {
                let next = self.ahead.remove(place);
                self.taken.extend(next.as_ref().map(|next| (next.trial.number, next.place)));
                return Ok(next.map(|next| next.trial));
            }
            place += 1;
        }
        Ok(None)
    }

    /// Puts back trials that were taken, and have not ended, to their places in the order: the first one must never wait for one
    /// behind it.
    pub(super) fn put_back(&mut self, trials: Vec<Trial>) {
        for trial in trials {
            let Some(place) = self.taken.remove(&trial.number) else { continue };
            let (kind, before) = (Kind::of(&trial.settings), self.ahead.partition_point(|next| next.place < place));
            self.ahead.insert(before, Next { place, trial, kind });
        }
    }

    /// One that was taken has ended.
    pub(super) fn ended(&mut self, number: usize) {
        self.taken.remove(&number);
    }

    /// Looks at one more; whether there is one.
    fn look_further(&mut self) -> Result<bool, Error> {
        let Some((place, number)) = self.pending.next() else { return Ok(false) };
        let trial = self.plan.trial(number)?;
        let kind = Kind::of(&trial.settings);
        self.ahead.push_back(Next { place, trial, kind });
        Ok(true)
    }
}
