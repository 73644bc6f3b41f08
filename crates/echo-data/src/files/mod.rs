//! Files that others made, read strictly: nothing of them is skipped, merged or guessed.
//!
//! Data flows one way: the bytes of a file become UTF-8 text (`text`), its quotes and line ends are checked (`strict`), and
//! the `csv` crate cuts it into the cells of [`Rows`] by the file's own [`Dialect`]; `number` reads a cell. Each works on a
//! stream, so that a row is there as soon as its line has come.

mod dialect;
mod number;
mod rows;
mod strict;
mod text;

pub use dialect::{Dialect, Encoding};
pub(crate) use number::{Kind, kind};
pub use rows::Rows;
pub use text::decode;

/// What is wrong with a file, as it travels through readers inside an [`std::io::Error`].
#[derive(Debug, Clone, thiserror::Error)]
#[error("line {line}: {problem}")]
struct Fault {
    /// Line of the file, counted from 1.
    line: u64,
    problem: String,
}

impl Fault {
    fn into_io(self) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::InvalidData, self)
    }
}

impl From<Fault> for crate::error::Error {
    fn from(Fault { line, problem }: Fault) -> Self {
        Self::Malformed { line, problem }
    }
}
