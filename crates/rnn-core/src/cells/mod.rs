//! The cells: one file each, with its formulas, its unit's arithmetic and derivative, and the parameters that it declares.
//!
//! The room offers [`CellKind`], the list of cells, [`Cell`], what a kernel runs, and [`LayerShape`], where the parameters of
//! a layer lie. It knows numbers and vectors. A new cell is a file here and a line in the list.

mod cell;
mod elman;
mod gru;
mod kind;
mod lstm;
mod shape;

#[cfg(test)]
pub(crate) use cell::{After, Derivatives, Facts};
pub(crate) use cell::{Cell, Step, StepBack, Sum, UnitState};
pub use kind::CellKind;
pub(crate) use kind::WithCell;
pub(crate) use shape::{LayerShape, Parameters};
