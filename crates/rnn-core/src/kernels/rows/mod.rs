//! Many hidden units: lanes along units, a line for each row of the batch, so that one row is as welcome as sixty.
//!
//! A step is a product of the rows' lines `[x | h]` with W, whose numbers are [packed] once a window, and then the cell's
//! arithmetic. Each sum is taken in the order of the inner index, so it has the bits that it has in [panels](super::fused).

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
pub(crate) use sums::stretches;
