#![doc = include_str!("../README.md")]
//!
//! # How the parts relate
//!
//! Data flows one way through three types, each in a module of its own:
//!
//! * [`Classes`] holds a probability for every class,
//! * [`Series`] holds input and target, a byte a value, generated or read from CSV,
//! * [`Layout`] says how a series is cut into rows (the batch) and windows (the time steps of one training step).
//!
//! Randomness always comes from the caller. [`generator()`] makes one that is the same on every platform.

mod classes;
mod error;
mod generator;
mod layout;
mod read;
mod series;

pub use classes::Classes;
pub use error::Error;
pub use generator::{Generator, generator};
pub use layout::Layout;
pub use series::Series;
