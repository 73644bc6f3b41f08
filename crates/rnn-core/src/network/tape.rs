//! What computing needs beside the parameters: the state that is carried, what a forward leaves for the backward, and
//! the derivatives. Each is allocated once, and is the caller's.

use super::architecture::Plan;
use crate::cells::LayerShape;
use crate::error::{Error, check_at_least_one, check_length};
use crate::kernels::{Scalar, WindowDerivatives, WindowTape, zero_factors};
use crate::numeric::{Lines, flat_zeros, zeros};
use nalgebra::{DMatrix, DMatrixView};
use std::ops::Range;
use std::sync::Arc;

/// The recurrent state between two time steps, `[batch, state]`: of each layer from the input up the outputs of its
/// hidden units, and behind them, in an LSTM, their memories.
#[derive(Debug, Clone, PartialEq)]
pub struct State<T> {
    pub(crate) values: DMatrix<T>,
    /// Whether it is the zero state that a series begins with.
    pub(crate) at_start: bool,
}

/// What a forward over a window writes to.
#[derive(Debug, Clone)]
pub struct Tape<T> {
    pub(crate) plan: Arc<Plan>,
    pub(crate) steps: usize,
    pub(crate) batch: usize,
    pub(crate) window: WindowTape<T>,
    /// For each layer but the last, what its outputs are multiplied by at each step; none without
    /// dropout.
    pub(crate) masks: Vec<Lines<T>>,
    /// Threads that a window's work is shared out to.
    pub(crate) threads: usize,
    /// Whether a forward applies the masks.
    pub(crate) dropping: bool,
    /// `[steps·batch, outputs]`
    pub(crate) outputs: DMatrix<T>,
    /// `[steps·batch, outputs]`
    pub(crate) d_outputs: DMatrix<T>,
    /// The steps whose loss was computed last.
    pub(crate) scored: Range<usize>,
}

/// What a backward over a window writes to.
#[derive(Debug, Clone)]
pub struct Gradients<T> {
    /// As the net's parameters.
    pub(crate) values: Vec<T>,
    pub(crate) window: WindowDerivatives<T>,
    /// Of the windows that they are for.
    pub(crate) plan: Arc<Plan>,
    pub(crate) steps: usize,
    pub(crate) batch: usize,
}

impl<T: Scalar> State<T> {
    /// The zero state of `batch` rows, so many numbers in each.
    pub(super) fn zeros(numbers: usize, batch: usize) -> Result<Self, Error> {
        check_at_least_one([("batch", batch)])?;
        let values = zeros("the state", batch, numbers)?;
        Ok(Self { values, at_start: true })
    }

    /// Sets it to zero: a new series begins.
    pub fn set_zero(&mut self) {
        self.values.fill(T::zero());
        self.at_start = true;
    }

    /// Whether a series begins here: nothing was read since it was set to zero.
    #[must_use]
    pub fn is_at_start(&self) -> bool {
        self.at_start
    }

    /// Takes the numbers and the place of another state of the same sizes, and allocates nothing.
    ///
    /// # Errors
    /// [`Error::Length`] for a state of other sizes.
    pub fn copy_from(&mut self, other: &Self) -> Result<(), Error> {
        check_length("state", self.values.len(), other.values.len())?;
        check_length("state: batch", self.values.nrows(), other.values.nrows())?;
        self.values.copy_from(&other.values);
        self.at_start = other.at_start;
        Ok(())
    }

    /// Its numbers, column-major: all rows of the first unit, then those of the next.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.values.as_slice()
    }

    /// Its numbers, to change.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.values.as_mut_slice()
    }
}

impl<T: Scalar> Tape<T> {
    /// A tape for windows of `steps` time steps of `batch` rows.
    pub(super) fn new(plan: &Arc<Plan>, steps: usize, batch: usize) -> Result<Self, Error> {
        check_at_least_one([("steps", steps), ("batch", batch)])?;
        let rows = steps.saturating_mul(batch);
        let shapes = plan.shapes();
        let masked = if plan.architecture.dropout > 0.0 { plan.layers.len() - 1 } else { 0 };
        let mask = |layer: &LayerShape| zero_factors(&shapes, (steps, batch), layer.hidden);
        let masks = shapes.iter().take(masked).map(mask).collect::<Result<Vec<_>, _>>()?;
        let window = WindowTape::new(&shapes, steps, batch)?;
        let outputs = zeros("the window's outputs", rows, plan.readout.outputs)?;
        let d_outputs = zeros("the window's outputs", rows, plan.readout.outputs)?;
        Ok(Self {
            plan: Arc::clone(plan),
            steps,
            batch,
            window,
            masks,
            threads: 1,
            dropping: false,
            outputs,
            d_outputs,
            scored: 0..0,
        })
    }

    /// The same, for forwards and backwards that share their work out to up to this many threads; 1 if none is asked
    /// for. A batch is shared out 16 rows at a time, or 8 of `f64`; results are the same bit by bit,
    /// however many threads there are. Small nets are not shared out; for others, starting threads allocates.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Ends what [`Network::draw_dropout`](super::Network::draw_dropout) began: nothing is set to zero any more.
    pub fn keep_all(&mut self) {
        self.dropping = false;
    }

    /// The outputs at the steps whose loss was computed last, `[steps·batch, outputs]`; none before that.
    #[must_use]
    pub fn scored_outputs(&self) -> DMatrixView<'_, T> {
        self.outputs.rows(self.scored.start * self.batch, self.scored.len() * self.batch)
    }

    /// First row and number of rows of a range of time steps.
    pub(crate) fn rows_of(&self, steps: &Range<usize>) -> Result<(usize, usize), Error> {
        if steps.is_empty() || steps.end > self.steps {
            return Err(Error::Scored { start: steps.start, end: steps.end, window: self.steps });
        }
        Ok((steps.start * self.batch, steps.len() * self.batch))
    }
}

impl<T: Scalar> Gradients<T> {
    /// Room for the derivatives of windows of `steps` time steps of `batch` rows.
    pub(super) fn new(plan: &Arc<Plan>, steps: usize, batch: usize) -> Result<Self, Error> {
        check_at_least_one([("steps", steps), ("batch", batch)])?;
        Ok(Self {
            plan: Arc::clone(plan),
            values: flat_zeros("the gradients", plan.parameter_count, 1)?,
            window: WindowDerivatives::new(&plan.shapes(), plan.readout, steps, batch)?,
            steps,
            batch,
        })
    }

    /// What the last [`Network::backward`](super::Network::backward) returned.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.values
    }
}
