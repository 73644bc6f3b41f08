//! A run on its way, whatever its numbers and its loss are; and training steps of several that are alike.

use super::answering::Answering;
use super::course::Run;
use super::session::Ending;
use super::watch::Watch;
use crate::error::Error;
use crate::outputs::status::Status;
use rnn_core::{Ensemble, Report, Scalar};
use serde::Serialize;
use std::any::Any;
use std::marker::PhantomData;
use std::sync::atomic::AtomicBool;

/// What a training step has come to.
pub(super) type Stepped = Result<Report, rnn_core::Error>;

/// A run on its way. It is trained alone; or it is told to begin, then to go on to the next step and to make it, in turns, and at
/// last to end.
pub(super) trait OnItsWay {
    /// Trains to the end, or until `stop` is set.
    fn train(&mut self, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error>;

    /// Tells of what is coming.
    fn begin(&mut self, watch: &mut dyn Watch);

    /// Goes on to the next training step, or to the end of training; `report` is that of the step that the run stood at.
    fn go_on(
        &mut self,
        report: Option<Stepped>,
        watch: &mut dyn Watch,
        stop: &AtomicBool,
    ) -> Result<Option<Ending>, Error>;

    /// Whether there is more to do than to take in the next window: an epoch ends or begins, with data to draw and to validate on.
    fn is_between_epochs(&self) -> bool;

    /// Makes the step that the run stands at, by itself.
    fn step(&mut self) -> Stepped;

    /// Writes what is written at the end of training, which was this or an error.
    fn end(&mut self, trained: Result<Ending, Error>, watch: &mut dyn Watch) -> Result<Status, Error>;

    /// Whether its steps are worth making together with those of another run, and can be.
    fn is_like(&self, other: &dyn OnItsWay) -> bool;

    /// What makes its steps together with those of others that are like it.
    fn together(&self) -> Result<Box<dyn Together>, Error>;

    fn as_any(&self) -> &dyn Any;

    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// Makes steps of several runs that are alike.
pub(super) trait Together {
    /// Makes the step that each of them stands at; returns the reports in their order.
    fn step<'a>(&mut self, runs: &mut dyn Iterator<Item = &'a mut (dyn OnItsWay + 'static)>) -> Vec<Stepped>;
}

impl<T: Scalar + Serialize, A: Answering<T>> OnItsWay for Run<T, A> {
    fn train(&mut self, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Status, Error> {
        self.begin(watch);
        let mut report = None;
        let trained = loop {
            match self.go_on(report.take(), watch, stop).transpose() {
                None => report = Some(self.session.step()),
                Some(trained) => break trained,
            }
        };
        self.end(trained, watch)
    }

    fn begin(&mut self, watch: &mut dyn Watch) {
        Self::begin(self, watch);
    }

    fn go_on(
        &mut self,
        report: Option<Stepped>,
        watch: &mut dyn Watch,
        stop: &AtomicBool,
    ) -> Result<Option<Ending>, Error> {
        Self::go_on(self, report, watch, stop)
    }

    fn is_between_epochs(&self) -> bool {
        self.session.is_between_epochs()
    }

    fn step(&mut self) -> Stepped {
        self.session.step()
    }

    fn end(&mut self, trained: Result<Ending, Error>, watch: &mut dyn Watch) -> Result<Status, Error> {
        Self::end(self, trained, watch)
    }

    fn is_like(&self, other: &dyn OnItsWay) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.session.is_like(&other.session))
    }

    fn together(&self) -> Result<Box<dyn Together>, Error> {
        Ok(Box::new(Steps::<T, A> { ensemble: self.session.ensemble()?, answering: PhantomData }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Makes steps of runs with these numbers and this loss.
struct Steps<T, A> {
    ensemble: Ensemble<T>,
    answering: PhantomData<A>,
}

impl<T: Scalar + Serialize, A: Answering<T>> Together for Steps<T, A> {
    fn step<'a>(&mut self, runs: &mut dyn Iterator<Item = &'a mut (dyn OnItsWay + 'static)>) -> Vec<Stepped> {
        let runs = runs.filter_map(|run| run.as_any_mut().downcast_mut::<Run<T, A>>());
        let mut members: Vec<_> = runs.map(|run| run.session.member()).collect();
        self.ensemble.step(&mut members).to_vec()
    }
}
