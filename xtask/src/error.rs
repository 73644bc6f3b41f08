//! What can go wrong in a sweep.

use rnn_train::SettingError;
use std::path::PathBuf;

/// An error in one line: what, where, and what would be right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Something that the training library says too.
    #[error(transparent)]
    Train(#[from] rnn_train::Error),
    /// Something wrong in a spec.
    #[error(transparent)]
    Spec(#[from] SettingError),
    /// A trial that cannot be.
    #[error("trial {number}{}: {source}", if parameters.is_empty() { String::new() } else { format!(" ({parameters})") })]
    Trial { number: usize, parameters: String, source: Box<rnn_train::Error> },
    /// A file or folder of a sweep that cannot be read or is not as it was written.
    #[error("{}: {problem}", path.display())]
    Results { path: PathBuf, problem: String },
    /// A trial that failed for something that no other trial will fare better with.
    #[error("trial {trial}: {problem}; the sweep stops here, and the same command goes on with it")]
    Hopeless { trial: usize, problem: String },
    /// Something that is asked for and cannot be done.
    #[error("{problem}")]
    Refused { problem: String },
    /// A process that cannot be started.
    #[error("cannot run {}: {source}", program.display())]
    Spawn { program: PathBuf, source: std::io::Error },
}

impl Error {
    /// The program's exit code for this error.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Train(error) => error.exit_code(),
            Self::Trial { source, .. } => source.exit_code(),
            Self::Spec(_) | Self::Results { .. } | Self::Refused { .. } => rnn_train::exit_code::BAD_INPUT,
            Self::Hopeless { .. } | Self::Spawn { .. } => rnn_train::exit_code::FAILED,
        }
    }
}
