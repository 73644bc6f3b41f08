//! What is wrong with a file, on its way through the readers.

use crate::error::Error;
use std::io::{Error as IoError, ErrorKind};

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

/// Why an array is refused, before its name is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    /// What is wrong, and what would be right.
    Problem(String),
    /// There is no memory for so many values.
    Memory(usize),
}

impl Refusal {
    /// The error for the array of this name.
    pub(super) fn of(self, name: Option<&str>) -> Error {
        let name = name.map(str::to_owned);
        match self {
            Self::Problem(problem) => Error::Array { name, problem },
            Self::Memory(values) => Error::ArrayMemory { name, values },
        }
    }
}

impl From<String> for Refusal {
    fn from(problem: String) -> Self {
        Self::Problem(problem)
    }
}

impl From<IoError> for Refusal {
    fn from(error: IoError) -> Self {
        // What is not as it should be has been said in words.
        let words = error.to_string();
        Self::Problem(if error.kind() == ErrorKind::InvalidData {
            words
        } else {
            format!("it cannot be read: {words}")
        })
    }
}
