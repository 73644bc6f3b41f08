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
//! ```
//! use rnn_core::{Adagrad, Elman, Network, SoftmaxCrossEntropy, State, Trainer, Truncation, init};
//! use rand::{SeedableRng, rngs::ChaCha8Rng};
//!
//! # fn main() -> Result<(), rnn_core::Error> {
//! let (batch, truncation) = (2, Truncation::new(4, 4)?);
//! let mut network = Network::<f32, Elman>::new(Elman::new(1, 8)?, 2)?;
//! init::unit_uniform(&mut network, &mut ChaCha8Rng::seed_from_u64(1));
//! let optimizer = Adagrad::new(0.3, network.parameters().len())?;
//! let mut trainer = Trainer::new(network, SoftmaxCrossEntropy, optimizer, truncation, batch)?;
//!
//! // Learn to answer with the class that came one step before: two rows, four time steps.
//! let inputs = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0];
//! let targets = [0, 0, 1, 0, 0, 0, 1, 1];
//! let mut losses = Vec::new();
//! for _ in 0..100 {
//!     let mut state = State::zeros(&trainer.network, batch)?;
//!     losses.push(trainer.step(&inputs, &targets, truncation.counted(true), &mut state)?.loss);
//! }
//! assert!(losses[99] < 0.1 * losses[0]);
//! # Ok(())
//! # }
//! ```

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
