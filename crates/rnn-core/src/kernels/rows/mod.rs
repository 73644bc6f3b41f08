//! Many hidden units: lanes along units, a line for each row of the batch, so that one row is as welcome as sixty.
//!
//! A step is a product of the rows' lines `[x | h]` with W, whose numbers are [packed](packed) once a window, and then the cell's
//! arithmetic. Its sums are those of the [panels](super::stepwise), in the same order.

mod layer;
mod memory;
mod packed;
mod product;
mod push;
mod readout;
mod sums;
mod window;

pub(crate) use layer::{RowLayerBackward, RowLayerForward, backward_layer, forward_layer};
pub(crate) use memory::{RowDerivatives, RowTape};
pub(crate) use push::{Push, StepLayer, StepReadout};
pub(crate) use readout::{RowReadOut, RowReadOutBackward, room};
pub(super) use sums::stretches;
