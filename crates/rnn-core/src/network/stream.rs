//! Inference on a stream: one row, step by step.

use super::net::Network;
use super::tape::{State, Tape};
use crate::error::Error;
use crate::kernels::Scalar;

/// A net that answers one row of inputs after the other, and remembers what came before.
#[derive(Debug, Clone)]
pub struct Stream<'a, T> {
    network: &'a Network<T>,
    state: State<T>,
    tape: Tape<T>,
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
        Ok(Stream { network: self, state, tape: self.tape(1, 1)? })
    }
}

impl<T: Scalar> Stream<'_, T> {
    /// Reads the features of one time step, and returns the outputs. Allocates nothing.
    ///
    /// # Errors
    /// [`Error::Length`] for another number of features.
    pub fn push(&mut self, features: &[T]) -> Result<&[T], Error> {
        let Self { network, state, tape } = self;
        network.step(features, state, tape)?;
        Ok(self.tape.outputs())
    }

    /// Forgets all that came before.
    pub fn reset(&mut self) {
        self.state.set_zero();
    }

    /// What it remembers: [`Network::state_to_safetensors`] makes a file of it.
    #[must_use]
    pub fn state(&self) -> &State<T> {
        &self.state
    }
}
