//! What computing needs beside the parameters: the state that is carried, what a forward leaves for the backward, and
//! the derivatives. Each is allocated once, and is the caller's.

use crate::cell::CellTape;
use crate::error::check_at_least_one;
use crate::linalg::zeros;
use crate::{Architecture, Error, Network, Scalar};
use nalgebra::DMatrix;
use std::ops::Range;

/// The recurrent state between two time steps, `[batch, state]`: of each layer from the input up the outputs of its
/// hidden units, and behind them, in an LSTM, their memories.
#[derive(Debug, Clone, PartialEq)]
pub struct State<T>(pub(crate) DMatrix<T>);

/// What a forward over a window writes to.
#[derive(Debug, Clone)]
pub struct Tape<T> {
    pub(crate) architecture: Architecture,
    pub(crate) steps: usize,
    pub(crate) batch: usize,
    pub(crate) layers: Vec<CellTape<T>>,
    /// For each layer but the last, `[steps·batch, hidden]`: what its outputs are multiplied by; empty without dropout.
    pub(crate) masks: Vec<DMatrix<T>>,
    /// Whether a forward applies the masks.
    pub(crate) dropping: bool,
    /// `[steps·batch, outputs]`
    pub(crate) outputs: DMatrix<T>,
    /// `[steps·batch, outputs]`
    pub(crate) d_outputs: DMatrix<T>,
}

/// What a backward over a window writes to.
#[derive(Debug, Clone)]
pub struct Gradients<T> {
    /// As the net's parameters.
    pub(crate) values: Vec<T>,
    /// `[steps·batch, hidden]`: by the outputs of the layer that the backward is at.
    pub(crate) outputs: DMatrix<T>,
    /// `[steps·batch, hidden]`: by its inputs.
    pub(crate) inputs: DMatrix<T>,
    /// `[steps·batch, gates·hidden]`
    pub(crate) gates: DMatrix<T>,
    /// `[batch, hidden]`
    pub(crate) memory: DMatrix<T>,
}

impl<T: Scalar> State<T> {
    /// The zero state of `batch` rows, for nets like this one.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn zeros(network: &Network<T>, batch: usize) -> Result<Self, Error> {
        check_at_least_one([("batch", batch)])?;
        zeros("the state", batch, network.state_size()).map(Self)
    }

    /// Sets it to zero.
    pub fn set_zero(&mut self) {
        self.0.fill(T::zero());
    }

    /// Its numbers, column-major: all rows of the first unit, then those of the next.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.0.as_slice()
    }

    /// Its numbers, to change.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.0.as_mut_slice()
    }
}

impl<T: Scalar> Tape<T> {
    /// A tape for windows of `steps` time steps of `batch` rows.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn new(network: &Network<T>, steps: usize, batch: usize) -> Result<Self, Error> {
        check_at_least_one([("steps", steps), ("batch", batch)])?;
        let architecture = *network.architecture();
        let rows = steps.saturating_mul(batch);
        let layers = network.layers.iter().map(|(layer, _)| layer.tape(steps, batch)).collect::<Result<Vec<_>, _>>()?;
        let masked = if architecture.dropout > 0.0 { architecture.num_layers - 1 } else { 0 };
        let mask = |_| zeros("the dropout's factors", rows, architecture.hidden_size);
        let masks = (0..masked).map(mask).collect::<Result<Vec<_>, _>>()?;
        let outputs = zeros("the window's outputs", rows, architecture.outputs)?;
        let d_outputs = zeros("the window's outputs", rows, architecture.outputs)?;
        Ok(Self { architecture, steps, batch, layers, masks, dropping: false, outputs, d_outputs })
    }

    /// Ends what [`Network::draw_dropout`] began: nothing is set to zero any more.
    pub fn keep_all(&mut self) {
        self.dropping = false;
    }

    /// First row and number of rows of a range of time steps.
    pub(crate) fn rows_of(&self, steps: &Range<usize>) -> Result<(usize, usize), Error> {
        if steps.is_empty() || steps.end > self.steps {
            return Err(Error::Counted { start: steps.start, end: steps.end, window: self.steps });
        }
        Ok((steps.start * self.batch, steps.len() * self.batch))
    }
}

impl<T: Scalar> Gradients<T> {
    /// Room for the derivatives of windows of `steps` time steps of `batch` rows.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`].
    pub fn new(network: &Network<T>, steps: usize, batch: usize) -> Result<Self, Error> {
        check_at_least_one([("steps", steps), ("batch", batch)])?;
        let Architecture { cell, hidden_size: hidden, .. } = *network.architecture();
        let rows = steps.saturating_mul(batch);
        let what = "the window's derivatives";
        Ok(Self {
            values: zeros("the gradients", network.parameters().len(), 1)?.data.into(),
            outputs: zeros(what, rows, hidden)?,
            inputs: zeros(what, rows, hidden)?,
            // The parameters, of which there are more, could be counted.
            gates: zeros(what, rows, cell.gates() * hidden)?,
            memory: zeros(what, batch, hidden)?,
        })
    }

    /// What the last [`backward`](Network::backward) returned.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.values
    }
}
