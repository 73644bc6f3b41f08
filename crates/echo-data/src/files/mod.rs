//! Files that others made, read strictly: nothing of them is skipped, merged or guessed.
//!
//! Data flows one way: the bytes of a file become UTF-8 text (`text`), its quotes and line ends are checked (`strict`), and
//! the `csv` crate cuts it into the cells of [`Rows`] by the file's own [`Dialect`]. `fault` says what is wrong. Each works on a
//! stream, so that a row is there as soon as its line has come.
//!
//! An [`Array`] is read from a NumPy file: `npy_header` reads what its bytes are, `npy` makes numbers of them. [`Npz`] finds
//! such files in a ZIP.

mod dialect;
mod fault;
mod inputs;
mod npy;
mod npy_header;
mod npz;
mod rows;
mod strict;
mod table;
mod text;

pub use dialect::{Dialect, Encoding};
pub use inputs::Inputs;
pub use npy::Array;
pub use npz::Npz;
pub use rows::Rows;
pub use table::{Missing, Table};
pub use text::decode;
