//! Trains a recurrent net on echo series and writes what happened as CSV, weights and pictures.
//!
//! [`Settings`] say what to train, [`run()`] trains and writes a folder of files, [`evaluate`](evaluate()) scores saved
//! weights. The rows and the status that a run leaves are the types in [`files`], so that another program can read them
//! back. [`cli`] is the program.
//!
#![doc = include_str!("../README.md")]

mod checkpoint;
mod choices;
pub mod cli;
mod console;
mod data;
mod error;
pub mod evaluate;
pub mod exit_code;
pub mod figure;
pub mod files;
pub mod folder;
pub mod layers;
mod means;
pub mod predict;
mod raw;
mod record;
pub mod run;
mod settings;
mod task;
mod train;

pub use choices::{CellKind, Dtype, InitKind, InputKind, LossKind, OptimizerKind, Readout, ScheduleKind};
pub use error::Error;
pub use evaluate::evaluate;
pub use layers::{Layer, SettingError};
pub use raw::RawSettings;
pub use run::run;
pub use settings::Settings;
