//! The work on windows: a layer's forward and backward, the readout's, and copies at their borders.
//!
//! The room offers [`Scalar`], the types that this work is compiled for, a function for each kind of work, and the memory
//! that it is done in. It knows cells and numbers, and nothing of nets.
//!
//! There are two ways through a window, for the same cells: `fused`, up to 4 hidden units, takes a panel through the whole
//! window with the state in registers; `stepwise` computes for each step one product for all panels, then the units.
//! The rows in the lanes are those of one net or, in an `ensemble`, one of each of many nets; `weights` says which.
//! Derivatives by weights are one product over all rows of the window (`weight_sums`), up to 16 hidden units lane by lane,
//! above after transposing the states, so that lines run along units.

mod copies;
mod ensemble;
mod fused;
mod lane_product;
mod layer;
mod memory;
#[cfg(test)]
mod other_cells;
mod product;
mod readout;
mod rows;
mod scalar;
mod stepwise;
mod tape;
mod threads;
#[cfg(test)]
mod ways;
mod weight_sums;
mod weights;
mod window;

pub(crate) use ensemble::{
    EnsembleBackward, EnsembleDerivatives, EnsembleForward, EnsembleReadOut, EnsembleReadOutBackward, EnsembleTape,
    FEW_UNITS, Order, Places, lines_of_nets,
};
pub(crate) use readout::ReadoutShape;
pub(crate) use rows::{StepLayer, StepReadout};
pub use scalar::Scalar;
pub(crate) use scalar::{
    ensemble_backward, ensemble_forward, ensemble_read_out, ensemble_read_out_backward, from_lanes, push, to_lanes,
};
pub(crate) use tape::{OfLayer, WindowDerivatives, WindowTape, zero_factors};
