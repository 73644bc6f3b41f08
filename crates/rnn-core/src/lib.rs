//! Small recurrent nets on the CPU, trained by exact truncated backpropagation through time (BPTT).
//!
//! A [`Network`] is a recurrent [`Cell`] and a dense readout over one flat slice of parameters. A [`Trainer`] takes
//! it through the windows of a series: forward, [`Loss`], backward, [`Optimizer`]. The recurrent [`State`] is a value
//! of its own that the caller carries from window to window, and everything a step writes to is allocated before the
//! first one.
//!
//! Buffers are column-major, as nalgebra stores them, with one row for each time step and batch row: the value of
//! step `t` and batch row `b` stands in row `t · batch + b`. Shapes are written `[rows, columns]`.
//!
#![doc = include_str!("../README.md")]

mod bptt;
mod cell;
mod dense;
mod elman;
mod error;
pub mod init;
mod linalg;
mod loss;
mod network;
mod optimizer;
mod pytorch;
mod scalar;
mod tensors;

pub use bptt::{Report, Trainer, Truncation};
pub use cell::Cell;
pub use elman::{Elman, ElmanTape};
pub use error::Error;
pub use loss::{Loss, Score, SoftmaxCrossEntropy};
pub use network::{Network, State, Tape};
pub use optimizer::{Adagrad, Optimizer, Sgd};
pub use pytorch::{Stored, stored};
pub use scalar::Scalar;
pub use tensors::{Place, Role, Tensor};
