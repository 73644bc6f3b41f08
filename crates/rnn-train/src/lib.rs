//! Trains a recurrent net on echo series and writes what happened as CSV, weights and pictures.
//!
//! [`Settings`] say what to train, [`run()`] trains and writes a folder of files, [`evaluate`](evaluate()) scores saved
//! weights. The rows and the status that a run leaves are the types in [`files`], so that another program can read them
//! back. [`cli`] is the program.
//!
#![doc = include_str!("../README.md")]

mod arguments;
mod checkpoint;
mod choices;
pub mod cli;
mod command_line;
mod console;
mod curve;
mod data;
mod diagnostics;
mod error;
pub mod evaluate;
pub mod exit_code;
pub mod files;
pub mod folder;
mod inputs;
mod inside;
pub mod layers;
mod live;
pub mod lock;
mod means;
mod or_off;
mod outlet;
pub mod page;
mod palette;
pub mod pictures;
pub mod predict;
mod prepare;
mod raw;
mod record;
mod recording;
mod replaceable;
pub mod report;
pub mod run;
mod run_folder;
mod settings;
pub mod shown;
mod signals;
mod snapshot;
mod synonyms;
mod table;
mod task;
pub mod terminal;
mod text;
mod train;
mod travelling;
mod verdict;
mod windows;

pub use choices::{CellKind, Dtype, InitKind, InputKind, LossKind, OptimizerKind, Readout, ScheduleKind};
pub use curve::{Bucket, LossCurve};
pub use error::{Error, SettingError};
pub use evaluate::evaluate;
pub use layers::Layer;
pub use or_off::OrOff;
pub use palette::{Colour, Colours, Palette};
pub use raw::RawSettings;
pub use recording::Recording;
pub use run::run;
pub use settings::Settings;
pub use snapshot::{Answered, Snapshot, SnapshotRow};
pub use text::read_text;
