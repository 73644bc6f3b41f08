//! Small recurrent nets on the CPU, trained by exact truncated backpropagation through time (BPTT).
//!
//! An [`Architecture`] says what a net is; a [`Network`] has its parameters, in one flat slice. A [`Trainer`] takes it
//! through the windows of a series: forward, [`Loss`], backward, [`Optimizer`]. [`Network::step`] answers step by step.
//! The recurrent [`State`] is a value of its own that the caller carries from window to window, and everything a step
//! writes to is allocated before the first one.
//!
//! Buffers are column-major, as nalgebra stores them, with one row for each time step and batch row: the value of
//! step `t` and batch row `b` stands in row `t · batch + b`. Shapes are written `[rows, columns]`.
//!
#![doc = include_str!("../README.md")]

mod cells;
mod error;
mod files;
mod kernels;
mod network;
mod numeric;
mod training;

pub use cells::CellKind;
pub use error::Error;
pub use files::{Modules, SafetensorsFile, Stored, checkpoint_note, stored};
pub use kernels::Scalar;
pub use network::{
    Architecture, Gradients, Init, Network, Place, Role, State, Stream, Tape, Tensor, add_forget_bias, one_hot,
};
pub use numeric::Real;
pub use training::{
    Clip, Decay, Loss, Method, Optimizer, Report, Schedule, SoftmaxCrossEntropy, SquaredError, Trainer, TrainerBuilder,
    Truncation, accuracy, classes, softmax,
};
pub use {nalgebra, rand};
