//! A training step: forward over a window, loss, backward, optimizer, and the state moved on.

use super::loss::{Loss, Score};
use super::optimizer::{Optimizer, euclidean_norm};
use super::schedule::Schedule;
use super::truncation::Truncation;
use crate::error::Error;
use crate::kernels::Scalar;
use crate::network::{Gradients, Network, State, Tape};
use nalgebra::DMatrixView;
use rand::Rng;
use std::ops::Range;

/// What a training step reports, of the parameters before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Mean loss of the counted steps.
    pub loss: f64,
    /// Share of the counted steps that were right.
    pub accuracy: f64,
    /// Euclidean norm of the gradient of all parameters, before it was clipped.
    pub gradient_norm: f64,
    /// The learning rate that the step was made with.
    pub learning_rate: f64,
}

/// A net in training: what it needs for a step, allocated once.
#[derive(Debug, Clone)]
pub struct Trainer<T, L> {
    /// The net.
    pub network: Network<T>,
    pub(crate) loss: L,
    pub(crate) optimizer: Optimizer<T>,
    pub(crate) truncation: Truncation,
    pub(crate) tape: Tape<T>,
    gradients: Gradients<T>,
}

impl<T: Scalar, L: Loss<T>> Trainer<T, L> {
    /// Allocates what training windows of `batch` rows needs.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`]; [`Error::Length`] for an optimizer of another number of parameters.
    pub fn new(
        network: Network<T>,
        loss: L,
        optimizer: Optimizer<T>,
        truncation: Truncation,
        batch: usize,
    ) -> Result<Self, Error> {
        optimizer.check_count(network.parameters().len())?;
        let tape = network.tape(truncation.window(), batch)?;
        let gradients = network.gradients(truncation.window(), batch)?;
        Ok(Self { network, loss, optimizer, truncation, tape, gradients })
    }

    /// The same, for steps that share their work out to up to this many threads: see [`Tape::with_threads`].
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { tape: self.tape.with_threads(threads), ..self }
    }

    /// One training step on a window: scores the counted steps, changes the parameters, and moves `state` on by h′
    /// steps. Allocates nothing, unless it is shared out to threads.
    ///
    /// `inputs [window·batch, input_size]` and `targets [window·batch, columns]` are column-major, as for
    /// [`Network::score`]; `counted` is what [`Truncation::counted`] says. `rng` draws what dropout sets to zero, and is
    /// not touched by a net without.
    ///
    /// Where the loss or the gradient's norm is not finite, the optimizer makes no step and the parameters stay as they
    /// are; the state moves on all the same, and may hold what is no number.
    ///
    /// # Errors
    /// [`Error::OtherNet`] if [`network`](Self::network) has become another; [`Error::Length`] for slices or a state of
    /// other sizes; [`Error::Counted`]; those of the loss. The parameters and the state are then as they were, but
    /// dropout may have been drawn.
    pub fn step<R: Rng + ?Sized>(
        &mut self,
        inputs: &[T],
        targets: &[L::Target],
        counted: Range<usize>,
        state: &mut State<T>,
        rng: &mut R,
    ) -> Result<Report, Error> {
        let Self { network, loss, optimizer, truncation, tape, gradients } = self;
        network.draw_dropout(tape, rng);
        let Score { loss, accuracy } = network.score(inputs, targets, counted, state, loss, tape)?;
        let gradients = network.backward(tape, gradients)?;
        let gradient_norm = euclidean_norm(gradients);
        let learning_rate = optimizer.learning_rate();
        if loss.is_finite() && gradient_norm.is_finite() {
            optimizer.step_with_norm(network.parameters_mut(), gradients, gradient_norm)?;
        }
        network.copy_state(tape, truncation.stride(), state)?;
        Ok(Report { loss, accuracy, gradient_norm, learning_rate })
    }

    /// Scores a window without training on it, for the net as it is now and with nothing dropped; otherwise as
    /// [`Network::score`].
    ///
    /// # Errors
    /// Those of [`Network::score`].
    pub fn score(
        &mut self,
        inputs: &[T],
        targets: &[L::Target],
        counted: Range<usize>,
        state: &State<T>,
    ) -> Result<Score, Error> {
        self.tape.keep_all();
        self.network.score(inputs, targets, counted, state, &self.loss, &mut self.tape)
    }

    /// The outputs at all steps of a window, `[window·batch, outputs]`, for the net as it is now and with nothing
    /// dropped.
    ///
    /// # Errors
    /// Those of [`Network::forward`].
    pub fn outputs(&mut self, inputs: &[T], state: &State<T>) -> Result<DMatrixView<'_, T>, Error> {
        self.tape.keep_all();
        self.network.forward(inputs, state, &mut self.tape)?;
        self.network.read_out(0..self.truncation.window(), &mut self.tape)
    }

    /// Takes another schedule of the learning rate, which the next step follows.
    ///
    /// # Errors
    /// Those of [`Schedule::check`]. The schedule is then as it was.
    pub fn set_schedule(&mut self, schedule: Schedule) -> Result<(), Error> {
        schedule.check()?;
        self.optimizer.schedule = schedule;
        Ok(())
    }

    /// How many steps the optimizer has made.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.optimizer.steps
    }

    /// The gradients of the last [`step`](Self::step), as they were clipped if the optimizer made that step, laid out as
    /// the net's parameters.
    #[must_use]
    pub fn gradients(&self) -> &[T] {
        self.gradients.as_slice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Architecture, CellKind, Clip, Init, Method, SoftmaxCrossEntropy};
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    fn trainer(cell: CellKind) -> (Trainer<f64, SoftmaxCrossEntropy>, State<f64>, ChaCha8Rng) {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut network = Network::new(Architecture::new(cell, 1, 4, 2)).unwrap();
        Init::PyTorch.apply(&mut network, &mut rng).unwrap();
        let clip = Clip { value: None, norm: Some(1.0) };
        let optimizer = Optimizer::new(Method::ADAM, 0.1, network.parameters().len()).unwrap().with_clip(clip).unwrap();
        let state = network.zero_state(1).unwrap();
        let truncation = Truncation::new(3, 3).unwrap();
        (Trainer::new(network, SoftmaxCrossEntropy, optimizer, truncation, 1).unwrap(), state, rng)
    }

    /// Gates and tanh answer an infinite input with a finite number, but the weights' derivatives are 0 · ∞.
    #[test]
    fn a_gradient_that_is_no_number_changes_no_parameter() {
        for cell in [CellKind::Elman, CellKind::Gru, CellKind::Lstm] {
            let (mut trainer, mut state, mut rng) = trainer(cell);
            let before = trainer.network.parameters().to_vec();
            let mut step = |inputs: &[f64]| trainer.step(inputs, &[0, 1, 1], 0..3, &mut state, &mut rng).unwrap();
            let report = step(&[1.0, f64::INFINITY, 0.0]);
            assert!(report.loss.is_finite() && !report.gradient_norm.is_finite(), "{cell}: {report:?}");
            assert!(step(&[f64::NAN; 3]).loss.is_nan());
            assert_eq!((trainer.network.parameters(), trainer.steps()), (&before[..], 0));

            state.set_zero();
            trainer.step(&[1.0, 0.0, 0.0], &[0, 1, 1], 0..3, &mut state, &mut rng).unwrap();
            assert!(trainer.network.parameters() != before && trainer.steps() == 1);
        }
    }

    #[test]
    fn a_net_put_in_the_place_of_another_is_refused() {
        let (mut trainer, mut state, mut rng) = trainer(CellKind::Gru);
        let bytes = trainer.checkpoint(&state, "").unwrap();
        trainer.network = Network::new(Architecture::new(CellKind::Gru, 2, 4, 2)).unwrap();
        assert_eq!(trainer.step(&[0.0; 3], &[0; 3], 0..3, &mut state, &mut rng), Err(Error::OtherNet));
        assert_eq!(trainer.checkpoint(&state, ""), Err(Error::OtherNet));
        assert_eq!(trainer.restore(&bytes, &mut state), Err(Error::OtherNet));
    }
}
