//! What can go wrong in a sweep.

use rnn_train::SettingError;
use std::io::ErrorKind;
use std::path::PathBuf;

/// An error in one line: what, where, and what would be right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Something that the training library says too.
    #[error(transparent)]
    Train(#[from] rnn_train::Error),
    /// A picture that cannot be drawn.
    #[error(transparent)]
    Drawing(#[from] chart_kit::Error),
    /// Something wrong in a spec.
    #[error(transparent)]
    Spec(#[from] SettingError),
    /// A trial that cannot be.
    #[error("trial {number}{}: {source}{}", if parameters.is_empty() { String::new() } else { format!(" ({parameters})") }, advice(source))]
    Trial { number: usize, parameters: String, source: Box<rnn_train::Error> },
    /// A file or folder of a sweep that cannot be read or is not as it was written.
    #[error("{}: {problem}", path.display())]
    Results { path: PathBuf, problem: String },
    /// A trial that failed for something that no other trial will fare better with.
    #[error("trial {trial}: {problem}; the sweep stops here; the same command continues it")]
    Hopeless { trial: usize, problem: String },
    /// Something that is asked for and cannot be done.
    #[error("{problem}")]
    Refused { problem: String },
    /// A thread that cannot be started.
    #[error(
        "cannot start a thread ({source}): a limit on processes (ulimit -u, a container's, a job's) may be too low"
    )]
    Thread { source: std::io::Error },
    /// A job that was submitted, but of which something is not known.
    #[error("{problem}")]
    Submitted { problem: String },
    /// A process that cannot be started.
    #[error("cannot run {}: {source}", program.display())]
    Spawn { program: PathBuf, source: std::io::Error },
}

/// What helps with a trial whose settings do not go together.
fn advice(error: &rnn_train::Error) -> &'static str {
    match error {
        rnn_train::Error::Setting(error) if error.has_no_effect => {
            "; a [[when]] varies a setting only where it has a meaning (docs/sweeps.md)"
        }
        _ => "",
    }
}

impl Error {
    /// Whether fewer threads or processes at the same time may be what helps.
    pub(crate) fn is_shortage(&self) -> bool {
        match self {
            Self::Thread { .. } => true,
            Self::Spawn { source, .. } => matches!(source.kind(), ErrorKind::WouldBlock | ErrorKind::OutOfMemory),
            _ => false,
        }
    }

    /// The program's exit code for this error.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Train(error) => error.exit_code(),
            Self::Trial { source, .. } => source.exit_code(),
            Self::Spec(_) | Self::Results { .. } | Self::Refused { .. } => rnn_train::exit_code::BAD_INPUT,
            Self::Drawing(_)
            | Self::Hopeless { .. }
            | Self::Submitted { .. }
            | Self::Spawn { .. }
            | Self::Thread { .. } => rnn_train::exit_code::FAILED,
        }
    }
}
