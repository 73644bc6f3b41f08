//! Files that others made, read strictly: nothing of them is skipped, merged or guessed.
//!
//! Data flows one way: the bytes of a file become UTF-8 text (`text`), its quotes and line ends are checked (`strict`), and
//! the `csv` crate cuts it into the cells of [`Rows`] by the file's own [`Dialect`]. `fault` says what is wrong. Each works on a
//! stream, so that a row is there as soon as its line has come.
//!
//! [`NumberRows`] are rows of numbers, and a [`Table`] all of them in memory.
//!
//! An [`Array`] is read from a NumPy file: `npy_header` reads what its bytes are, `npy` makes numbers of them. [`Npz`] finds
//! such files in a ZIP.

mod beginning;
mod characters;
mod dialect;
mod evenly;
mod fault;
mod header;
mod inputs;
mod npy;
mod npy_header;
mod npz;
mod number_rows;
mod rows;
mod strict;
mod table;
mod text;

pub(crate) use beginning::{is_npy, is_zip};
pub(crate) use characters::for_each_character;
pub use dialect::{Dialect, Encoding};
pub use inputs::Inputs;
pub use npy::Array;
pub use npz::Npz;
pub(crate) use number_rows::missing_column;
pub use number_rows::{Missing, NumberRows};
pub use rows::Rows;
pub use table::Table;
pub(crate) use table::{between, no_numbers};
pub use text::decode;
pub(crate) use text::read_some;
