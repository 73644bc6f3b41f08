//! The training step that a session is at: made alone or beside those of others, and what comes of it.

use super::answering::Answering;
use super::checkpoint::Progress;
use super::means::Scored;
use super::nets::guess;
use super::session::{Ending, Event, Session};
use crate::error::Error;
use crate::outputs::record::{Passed, Step};
use crate::outputs::rows::MetricsRow;
use crate::settings::choices::Learning;
use rnn_core::{Ensemble, Member, Report, Scalar, Trainer};
use std::ops::Range;

/// The loss of answers that are no numbers: the greatest that 32 bits hold, so that it can be written, and be in means.
const NO_NUMBER: f64 = f32::MAX as f64;

impl<T: Scalar, A: Answering<T>> Session<T, A> {
    /// Whether its steps are worth making together with those of another one, and can be.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let of = |session: &Self| (session.trainer.truncation(), session.settings.batch_size);
        let [own, others] = [self, other].map(|session| session.trainer.network.architecture());
        let learn = [self, other].iter().all(|session| session.settings.learning == Learning::Bptt);
        learn && Ensemble::<T>::is_worth(own, self.settings.batch_size) && own == others && of(self) == of(other)
    }

    /// What makes its steps together with those of others that are like it.
    pub(super) fn ensemble(&self) -> Result<Ensemble<T>, Error> {
        let Trainer { network, .. } = &self.trainer;
        Ok(Ensemble::new(network.architecture().clone(), self.trainer.truncation(), self.settings.batch_size)?)
    }

    /// The net and the window of the step that is next, to make it beside others.
    pub(super) fn member(&mut self) -> Member<'_, T, A> {
        let targets = A::targets_in(&self.window, &self.window.all());
        Member { trainer: &mut self.trainer, inputs: &self.window.inputs, targets }
    }

    /// Makes the step that is next.
    pub(super) fn step(&mut self) -> Result<Report, rnn_core::Error> {
        let targets = A::targets_in(&self.window, &self.window.all());
        match self.settings.learning {
            Learning::Bptt => self.trainer.step(&self.window.inputs, targets),
            Learning::Guess => self.trainer.score(&self.window.inputs, targets),
        }
    }

    /// What has come of the step that was next and is made, as this report says.
    pub(super) fn stepped(&mut self, report: Report) -> Result<Event<T>, Error> {
        let Progress { epoch, batch, step, .. } = self.progress;
        let Report { loss, gradient_norm, learning_rate } = report;
        let (window, snapshot, floor) = (&self.window, self.before.take(), self.source.floor(batch));
        let steps = self.trainer.truncation().scored(self.state_before.is_at_start());
        let scored = window.scored(self.answering, loss, &self.trainer.scored_outputs(), &steps)?;
        // As its row would have it; a mean can be beyond what the net's own numbers hold.
        let shown = T::narrow(loss).widen();
        let is_guessed = self.settings.learning == Learning::Guess;
        // The trainer makes no step where one is not finite, so nothing would come of going on.
        for (what, value) in [("the loss", shown), ("the gradient's norm", gradient_norm)] {
            if !value.is_finite() && !is_guessed {
                let place = format!("{what} is {value} at step {step} (epoch {epoch}, batch {batch})");
                return Ok(Event::Ends(Ending::Diverged(place)));
            }
        }
        // Weights that were guessed may answer with what is no number.
        let scored = if shown.is_finite() { scored } else { Scored { loss: NO_NUMBER, ..scored } };
        let known = self.progress.means.is_known(batch);
        self.progress.means.add(batch, scored, floor);
        let solved = self.judged(&steps)?;
        self.progress.batch += 1;
        self.progress.step += 1;
        if scored.count == 0 {
            return Ok(Event::Passed(Passed { epoch, step, solved }));
        }
        let [loss, learning_rate] = [scored.loss, learning_rate].map(T::narrow);
        let accuracy = scored.accuracy.map(T::narrow);
        let gradient_norm = Some(T::narrow(gradient_norm)).filter(|_| !is_guessed);
        let row = MetricsRow { epoch, batch, step, loss, accuracy, gradient_norm, learning_rate, floor };
        Ok(Event::Step(Step { row, known, snapshot, solved }))
    }

    /// Judges what was answered at the scored steps of the window; how many sequences there were, if it is with this window that the
    /// task is solved.
    fn judged(&mut self, steps: &Range<usize>) -> Result<Option<usize>, Error> {
        let Some(criterion) = &self.criterion else { return Ok(None) };
        let (judge, batch) = (&mut self.progress.judge, self.progress.batch);
        self.window.rights(self.answering, criterion, &self.trainer.scored_outputs(), steps, &mut judge.whole);
        let is_end = batch + 1 == self.source.windows_now() || self.source.begins(batch + 1);
        let solved = if is_end { judge.end(criterion) } else { None };
        if self.settings.learning == Learning::Guess && is_end && judge.has_failed(criterion) {
            guess(&mut self.trainer.network, &self.settings, judge.guess());
        }
        Ok(solved)
    }
}
