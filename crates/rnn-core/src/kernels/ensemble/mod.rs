//! The work on windows of nets side by side, one in each lane.
//!
//! What is a panel of rows elsewhere is one row of as many nets here: row r of the batch is panel r. A weight is a line,
//! with a number for each net. So the [ways through a window](super::weights) are those of a single net, and so are the
//! sums, each in the order that a single net's has: every net's numbers are bit by bit those that it has alone.

mod copies;
mod layer;
mod memory;
mod product;
mod readout;
mod stepwise;
#[cfg(test)]
mod tests;
mod weight_sums;
mod work;

pub(crate) use copies::{FromLanes, Places, ToLanes};
pub(crate) use layer::{EnsembleBackward, EnsembleForward};
pub(crate) use memory::{EnsembleDerivatives, EnsembleTape, lines_of_nets};
pub(crate) use readout::{EnsembleReadOut, EnsembleReadOutBackward};
pub(crate) use weight_sums::Order;
pub(crate) use work::EnsembleWork;
