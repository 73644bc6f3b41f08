//! Inference on a stream: one row, step by step.

use super::net::Network;
use super::tape::State;
use crate::error::{Error, check_length};
use crate::kernels::{Scalar, StepLayer, StepReadout, push};

/// A net that answers one row of inputs after the other, and remembers what came before.
///
/// It has the net's weights, laid out once for single steps; the answers are those of
/// [`forward`](Network::forward) over a window, bit by bit.
#[derive(Debug, Clone)]
pub struct Stream<'a, T> {
    network: &'a Network<T>,
    layers: Vec<StepLayer<T>>,
    readout: StepReadout<T>,
    state: State<T>,
}

impl<T: Scalar> Network<T> {
    /// A stream that begins with the zero state.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn stream(&self) -> Result<Stream<'_, T>, Error> {
        self.stream_from(self.zero_state(1)?)
    }

    /// A stream that goes on from a state of one row, such as one that [`Stream::state`] gave before or
    /// [`state_from_safetensors`](Self::state_from_safetensors) has read.
    ///
    /// # Errors
    /// [`Error::Length`] for a state of another size; [`Error::OutOfMemory`].
    pub fn stream_from(&self, state: State<T>) -> Result<Stream<'_, T>, Error> {
        self.check_state(1, &state)?;
        let (layers, readout) = self.steps()?;
        let mut stream = Stream { network: self, layers, readout, state };
        stream.take_in_state();
        Ok(stream)
    }
}

impl<T: Scalar> Stream<'_, T> {
    /// Reads the features of one time step, and returns the outputs. Allocates nothing. A feature that is not a number, or infinite,
    /// can make all answers so from then on, until [`reset`](Self::reset).
    ///
    /// # Errors
    /// [`Error::Length`] for another number of features.
    pub fn push(&mut self, features: &[T]) -> Result<&[T], Error> {
        let Self { network, layers, readout, state } = self;
        let architecture = network.architecture();
        check_length("inputs", architecture.input_size, features.len())?;
        push(layers, readout, features);
        state.at_start = false;
        Ok(&readout.outputs()[..architecture.outputs])
    }

    /// Forgets all that came before.
    pub fn reset(&mut self) {
        self.state.set_zero();
        self.take_in_state();
    }

    /// What it remembers, taken from where its steps keep it: [`Network::state_to_safetensors`] makes a file of it.
    pub fn state(&mut self) -> &State<T> {
        let mut rest = self.state.as_mut_slice();
        for layer in &self.layers {
            let of_layer = rest.split_off_mut(..layer.state_size()).unwrap_or_default();
            layer.save(of_layer);
        }
        &self.state
    }

    fn take_in_state(&mut self) {
        let mut rest = self.state.as_slice();
        for layer in &mut self.layers {
            let (of_layer, others) = rest.split_at(layer.state_size());
            layer.load(of_layer);
            rest = others;
        }
    }
}
