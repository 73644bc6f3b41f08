//! The work on windows: a layer's forward and backward, the readout's, and copies at their borders.
//!
//! The room offers [`Scalar`], the types that this work is compiled for, a function for each kind of work, and the memory
//! that it is done in. It knows cells and numbers, and nothing of nets.
//!
//! The same cells are computed in three ways, which differ in what stands in the lanes of a vector:
//!
//! - units, in [`rows`]: of nets with a layer of more than 4 units. A step is a product of each row with W, then the cell's arithmetic.
//! - rows of the batch, in [`fused`]: of nets with fewer. A panel of rows goes through the whole window with the state in registers.
//! - nets, in [`ensemble`]: many small nets side by side, in one go or step by step; [`weights`] says whose weights they are.
//!
//! [`tape`] chooses between the first two.

mod copies;
mod ensemble;
mod fused;
mod layer;
mod memory;
#[cfg(test)]
mod other_cells;
mod readout;
mod rows;
mod runs;
mod scalar;
mod tape;
mod threads;
#[cfg(test)]
mod ways;
mod weight_sums;
mod weights;
mod window;

pub(crate) use ensemble::{
    EnsembleBackward, EnsembleDerivatives, EnsembleForward, EnsembleReadOut, EnsembleReadOutBackward, EnsembleTape,
    Order, Places, lines_of_nets,
};
pub(crate) use memory::FUSED;
pub(crate) use readout::ReadoutShape;
pub(crate) use rows::{StepLayer, StepReadout};
pub use scalar::Scalar;
pub(crate) use scalar::{
    ensemble_backward, ensemble_forward, ensemble_read_out, ensemble_read_out_backward, from_lanes, push, to_lanes,
};
pub(crate) use tape::{OfLayer, WindowDerivatives, WindowTape, zero_factors};
