//! The training step that a session is at, made alone or beside those of others.

use super::answering::Answering;
use super::session::Session;
use crate::error::Error;
use crate::settings::choices::Learning;
use rnn_core::{Ensemble, Member, Report, Scalar, Trainer};

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
}
