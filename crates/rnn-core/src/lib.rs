//! Small recurrent nets on the CPU, trained by exact truncated backpropagation through time (BPTT).
//!
//! An [`Architecture`] says what a net is; a [`Network`] has its parameters, in one flat slice. A [`Trainer`] takes it
//! through the windows of a series: forward, [`Loss`], backward, [`Optimizer`], with the recurrent [`State`] carried from
//! window to window. A [`Stream`] answers step by step. Everything that a step writes to is allocated before the first one.
//!
//! Inputs and targets are slices in PyTorch's layout `[step, row, feature]`: the features of a row behind each other, then
//! the next row of the batch, then the next step. Outputs are nalgebra's matrices `[steps·batch, outputs]`, in which step
//! `t` and batch row `b` have row `t · batch + b`.
//!
#![doc = include_str!("../README.md")]

mod cells;
mod error;
mod files;
mod kernels;
mod named;
mod network;
mod numeric;
mod training;

pub use cells::CellKind;
pub use error::Error;
pub use files::{Modules, SafetensorsFile, Stored, checkpoint_note, stored};
pub use kernels::Scalar;
pub use named::Named;
pub use network::{
    Architecture, Gradients, Init, Layer, Network, Place, Role, State, Stream, Tape, Tensor, add_forget_bias, one_hot,
};
pub use numeric::Real;
pub use training::*;
pub use {nalgebra, rand};
