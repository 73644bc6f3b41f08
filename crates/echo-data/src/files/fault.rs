//! What is wrong with a file, on its way through the readers.

use crate::error::Error;
use std::io::Error as IoError;

/// What is wrong with a file, as it travels through readers inside an [`std::io::Error`].
#[derive(Debug, Clone, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(super) struct Fault {
    /// Line of the file, counted from 1.
    pub(super) line: u64,
    pub(super) problem: String,
}

impl Fault {
    pub(super) fn into_io(self) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::InvalidData, self)
    }
}

impl From<Fault> for Error {
    fn from(Fault { line, problem }: Fault) -> Self {
        Self::Malformed { line, problem }
    }
}

/// The fault that a reader's error stands for, at this line unless it says another.
pub(super) fn fault(error: &IoError, line: u64) -> Fault {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>());
    inner.cloned().unwrap_or_else(|| Fault { line, problem: error.to_string() })
}
