//! A training step: forward over a window, loss, backward, optimizer, and the state moved on.

use crate::optimizer::euclidean_norm;
use crate::{Error, Gradients, Loss, Network, Optimizer, Scalar, Score, State, Tape, Truncation};
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
        let tape = Tape::new(&network, truncation.window(), batch)?;
        let gradients = Gradients::new(&network, truncation.window(), batch)?;
        Ok(Self { network, loss, optimizer, truncation, tape, gradients })
    }

    /// One training step on a window: scores the counted steps, changes the parameters, and moves `state` on by h′
    /// steps. Allocates nothing.
    ///
    /// `inputs [window·batch, input_size]` and `targets [window·batch, columns]` are column-major, as for
    /// [`Network::score`]; `counted` is what [`Truncation::counted`] says. `rng` draws what dropout sets to zero, and is
    /// not touched by a net without. Where the loss is not finite the parameters stay as they are.
    ///
    /// # Errors
    /// [`Error::Length`] for slices or a state of other sizes; [`Error::Counted`]; those of the loss. The parameters
    /// and the state are then as they were.
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
        if loss.is_finite() {
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

    /// The gradients of the last [`step`](Self::step), as they were clipped, laid out as the net's parameters.
    #[must_use]
    pub fn gradients(&self) -> &[T] {
        self.gradients.as_slice()
    }
}
