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

mod architecture;
mod cell;
mod checkpoint;
mod dense;
mod draws;
mod elman;
mod encode;
mod error;
mod format;
mod fused;
mod gru;
mod init;
mod kind;
mod layer;
mod loss;
mod lstm;
mod memory;
mod modules;
mod network;
mod optimizer;
mod orthogonal;
mod other_formats;
mod panels;
mod product;
mod row_sums;
mod scalar;
mod schedule;
mod stepwise;
mod tape;
mod tensors;
mod trainer;
mod truncation;
mod vector;
mod weights;

pub use architecture::Architecture;
pub use checkpoint::checkpoint_note;
pub use encode::one_hot;
pub use error::Error;
pub use format::SafetensorsFile;
pub use init::{Init, add_forget_bias};
pub use kind::CellKind;
pub use loss::{Loss, Score, SoftmaxCrossEntropy, SquaredError, classes, softmax};
pub use modules::Modules;
pub use network::Network;
pub use optimizer::{Clip, Method, Optimizer};
pub use scalar::Scalar;
pub use schedule::{Decay, Schedule};
pub use tape::{Gradients, State, Tape};
pub use tensors::{Place, Role, Tensor};
pub use trainer::{Report, Trainer};
pub use truncation::Truncation;
pub use weights::{Stored, stored};
pub use {nalgebra, rand};
