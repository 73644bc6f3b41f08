//! Tasks of memory, their data from a seed or from files, cut into the windows that a recurrent net is trained on.
//!
//! Data flows one way through three rooms:
//!
//! * [`Task`] says what is asked, draws its data and knows how well its targets can be predicted; [`Echo`] is one,
//! * a [`Sequence`] holds what is read and what should be answered at each time step; a long one is read in [`Stretches`];
//!   [`files`] reads CSV, texts and NumPy's arrays strictly,
//! * [`Layout`] says how sequences stand side by side (the batch) and are cut into windows (the time steps of one training
//!   step), and
//!   [`Scored`] which steps of a window are scored.
//!
//! Randomness always comes from a seed of the caller's. [`generator()`] makes a generator that is the same on every
//! platform.
//!
#![doc = include_str!("../README.md")]

mod error;
pub mod files;
mod generator;
mod number;
mod sequences;
mod task;
mod words;

pub use error::Error;
pub use files::Inputs;
pub use generator::{Dice, Generator, below, generator, uniform};
pub use sequences::{Kind, Layout, Scored, Sequence, Shape, Step, Steps, Store, Stores, Stretches, in_memory};
pub use task::*;
