//! The file in which a net's state waits for the next call.

use crate::error::Error;
use crate::outputs::folder::write_whole_among_others;
use crate::outputs::replaceable::is_there;
use rnn_core::{Network, Scalar, State};
use std::path::Path;

/// The state that a net begins with, and how many steps it had read by then: what the file says or, where there is none, the zero
/// state. Makes sure that a file can be written there.
///
/// # Errors
/// [`Error::Out`] where no file can be; [`Error::Read`]; [`Error::State`] for a file of another kind or the state of another net.
pub(super) fn read<T: Scalar>(path: &Path, network: &Network<T>) -> Result<(State<T>, u64), Error> {
    if !is_there(path, "state")? {
        return Ok((network.zero_state(1)?, 0));
    }
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    network.state_from_safetensors(1, &bytes).map_err(|source| Error::State { path: path.to_owned(), source })
}

/// Writes the state after so many steps, in the place of the one that was there. Two calls may end at the same time: the file is that
/// of the last one.
///
/// # Errors
/// [`Error::Write`]; [`Error::StateNotFinite`].
pub(super) fn write<T: Scalar>(path: &Path, network: &Network<T>, state: &State<T>, steps: u64) -> Result<(), Error> {
    let bytes = network.state_to_safetensors(state, steps).map_err(|source| match source {
        rnn_core::Error::NotFinite { .. } => Error::StateNotFinite { path: path.to_owned(), steps },
        source => Error::State { path: path.to_owned(), source },
    })?;
    write_whole_among_others(path, &bytes)
}
