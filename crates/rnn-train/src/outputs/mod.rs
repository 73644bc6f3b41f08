//! What a run leaves: its folder, the CSV tables, the status, and how they are read back.
//!
//! `files` has the names of all files, `columns` what a column of a table is, `rows` the rows of `metrics.csv` and `epochs.csv`, `table`
//! writes and reads them. `snapshot` is a window and what the net answered there, `snapshot_file` writes and reads these, `curve` the losses of any number of steps in
//! bounded memory. `data_file` is what is known of data that are read. A `record` takes down what happens in a run, by a `clock`; a `recording` reads it back. The room knows settings and no
//! training.

pub mod clock;
pub mod columns;
pub mod curve;
pub(crate) mod data_file;
pub mod files;
pub mod folder;
pub mod lock;
pub mod record;
pub mod recording;
pub mod replaceable;
pub mod rows;
pub(crate) mod run_folder;
pub mod snapshot;
pub mod snapshot_file;
pub mod status;
pub mod table;
