//! Truncated backpropagation through time, BPTT(h; h′) of Williams and Peng ("An efficient gradient-based algorithm
//! for on-line training of recurrent network trajectories", 1990).
//!
//! A window has h time steps and the next one starts h′ ≤ h steps later. Every target is counted once: an epoch's
//! first window counts all its steps, a later one its last h′. The error of each counted step runs back to the
//! window's start, so over at least h − h′ + 1 steps. The carried state is that of the step h′ after the start,
//! where the next window begins. With h′ = h windows do not overlap, as in the tutorial.

use crate::{Cell, Error, Loss, Network, Optimizer, Scalar, Score, State, Tape};
use std::ops::Range;

/// h and h′.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncation {
    window: usize,
    stride: usize,
}

/// What a training step reports, of the parameters before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Mean loss of the counted steps.
    pub loss: f64,
    /// Share of the counted steps whose greatest output was the target's.
    pub accuracy: f64,
    /// Euclidean norm of the gradient of all parameters.
    pub gradient_norm: f64,
}

/// A net in training: what it needs for a step, allocated once.
#[derive(Debug, Clone)]
pub struct Trainer<T: Scalar, C: Cell<T>, L, O> {
    /// The net.
    pub network: Network<T, C>,
    loss: L,
    optimizer: O,
    truncation: Truncation,
    tape: Tape<T, C>,
}

impl Truncation {
    /// Windows of `window` steps, `stride` steps apart.
    ///
    /// # Errors
    /// [`Error::Zero`] for an empty window; [`Error::Stride`] unless 1 ≤ `stride` ≤ `window`.
    pub fn new(window: usize, stride: usize) -> Result<Self, Error> {
        if window == 0 {
            return Err(Error::Zero { name: "window" });
        }
        if (1..=window).contains(&stride) { Ok(Self { window, stride }) } else { Err(Error::Stride { stride, window }) }
    }

    /// h, the time steps of a window.
    #[must_use]
    pub fn window(self) -> usize {
        self.window
    }

    /// h′, the time steps from one window's start to the next one's.
    #[must_use]
    pub fn stride(self) -> usize {
        self.stride
    }

    /// The steps whose targets a window counts.
    #[must_use]
    pub fn counted(self, first_of_epoch: bool) -> Range<usize> {
        let start = if first_of_epoch { 0 } else { self.window - self.stride };
        start..self.window
    }
}

impl<T: Scalar, C: Cell<T>, L: Loss<T>, O: Optimizer<T>> Trainer<T, C, L, O> {
    /// Allocates what training windows of `batch` rows needs.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn new(
        network: Network<T, C>,
        loss: L,
        optimizer: O,
        truncation: Truncation,
        batch: usize,
    ) -> Result<Self, Error> {
        let tape = network.tape(truncation.window, batch)?;
        Ok(Self { network, loss, optimizer, truncation, tape })
    }

    /// One training step on a window: scores the counted steps, changes the parameters, and moves `state` on by h′
    /// steps. Allocates nothing.
    ///
    /// `inputs [window·batch, input_size]` is column-major; `targets` has `window·batch` elements, of which those of
    /// other than the counted steps are not looked at. Where the loss is not finite the parameters stay as they are.
    ///
    /// # Errors
    /// [`Error::Length`] for slices or a state of other sizes; [`Error::Counted`]; those of the loss. The parameters
    /// and the state are then as they were.
    pub fn step(
        &mut self,
        inputs: &[T],
        targets: &[L::Target],
        counted: Range<usize>,
        state: &mut State<T>,
    ) -> Result<Report, Error> {
        let Self { network, loss, optimizer, truncation, tape } = self;
        let score = network.score(inputs, targets, counted, state, loss, tape)?;
        let gradients = network.backward(tape);
        let gradient_norm = gradients.iter().map(|g| g.widen().powi(2)).sum::<f64>().sqrt();
        if score.loss.is_finite() {
            optimizer.step(network.parameters_mut(), gradients);
        }
        network.copy_state(tape, truncation.stride, state)?;
        Ok(Report { loss: score.loss, accuracy: score.accuracy, gradient_norm })
    }

    /// Scores a window without training on it, for the net as it is now; otherwise as [`Network::score`].
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
        self.network.score(inputs, targets, counted, state, &self.loss, &mut self.tape)
    }

    /// The class with the greatest output at each time step and batch row of a window, for the net as it is now;
    /// otherwise as [`Network::classify`].
    ///
    /// # Errors
    /// Those of [`Network::classify`].
    pub fn classify(&mut self, inputs: &[T], state: &State<T>) -> Result<Vec<u32>, Error> {
        self.network.classify(inputs, state, &mut self.tape)
    }

    /// The gradients of the last [`step`](Self::step), as the net's parameters are laid out.
    pub fn gradients(&self) -> &[T] {
        self.tape.gradients()
    }
}
