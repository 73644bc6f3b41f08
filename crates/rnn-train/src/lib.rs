//! Trains a recurrent net on echo series and writes what happened as CSV, weights and pictures.
//!
//! This is the library behind the `rnn-train` program. [`Settings`] say what to train, [`run()`] trains and writes a
//! folder of files, [`evaluate`](evaluate()) scores saved weights. The rows and the status that a run leaves are the types in
//! [`files`], so that another program can read them back.
//!
//! ```
//! use rnn_train::{Layer, run};
//! use std::sync::atomic::AtomicBool;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("run");
//! let layer = Layer::from_toml("num_epochs = 3\ntotal_series_length = 5000", "inline", ".".as_ref())?;
//! let settings = layer.resolve()?;
//! let never = AtomicBool::new(false);
//! let status = run(&settings, &out, run::Options::default(), &mut run::Silent, &never)?;
//! assert_eq!((status.epochs, status.steps), (3, 3 * 66));
//! assert!(out.join("metrics.csv").exists());
//! # Ok(())
//! # }
//! ```

pub mod cli;
mod console;
mod data;
mod error;
pub mod evaluate;
pub mod exit_code;
pub mod figure;
pub mod files;
pub mod layers;
pub mod run;
mod settings;
mod train;

pub use error::Error;
pub use evaluate::evaluate;
pub use layers::{Layer, SettingError};
pub use run::run;
pub use settings::{CellKind, Dtype, OptimizerKind, RawSettings, Settings};
