//! Random class series and their echo, cut into the windows that a recurrent net is trained on.
//!
//! Data flows one way through three types, each in a module of its own:
//!
//! * [`Classes`] holds a probability for every class,
//! * [`Series`] holds input and target, a byte a value, generated or read from CSV,
//! * [`Layout`] says how a series is cut into rows (the batch) and windows (the time steps of one training step).
//!
//! [`files`] reads CSV and text strictly. [`Floor`] tells from them how low the loss of each window can get.
//!
//! Randomness always comes from the caller. [`generator()`] makes one that is the same on every platform.
//!
#![doc = include_str!("../README.md")]

mod classes;
mod error;
pub mod files;
mod floor;
mod generator;
mod layout;
mod number;
mod read;
mod series;

pub use classes::Classes;
pub use error::Error;
pub use floor::{Floor, entropy, variance};
pub use generator::{Generator, generator};
pub use layout::Layout;
pub use read::Inputs;
pub use series::Series;
