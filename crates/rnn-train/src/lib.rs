//! Trains a recurrent net on a task of memory and writes what happened as CSV, weights and pictures.
//!
//! [`Settings`] say what to train, [`run()`] trains and writes a folder of files, [`evaluate()`] scores saved weights. The rows
//! and the status that a run leaves are the types in [`outputs`], so that another program can read them back. The features
//! `cli` and `view` add the program's commands, and its pictures, page and screen.
//!
#![doc = include_str!("../README.md")]

#[cfg(feature = "cli")]
pub mod commands;
mod error;
pub mod exit_code;
pub mod outputs;
pub mod settings;
mod text;
pub mod training;
#[cfg(feature = "view")]
pub mod view;

pub use error::{Error, SettingError};
pub use outputs::curve::{Bucket, LossCurve};
pub use outputs::recording::Recording;
pub use outputs::snapshot::{Answered, Snapshot};
pub use rnn_core::{Named, named};
pub use settings::choices::{Dtype, InputKind, Learning, Readout, ScheduleKind};
pub use settings::layers::Layer;
pub use settings::or_off::OrOff;
pub use settings::table::Settings;
pub use text::read_text;
pub use training::evaluate::evaluate;
pub use training::run::run;
#[cfg(feature = "view")]
pub use view::palette::{Colours, Palette};
