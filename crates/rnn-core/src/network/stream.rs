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
        Ok(Stream { network: self, state: self.zero_state(1)?, tape: self.tape(1, 1)? })
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

    /// What it remembers.
    #[must_use]
    pub fn state(&self) -> &State<T> {
        &self.state
    }
}
