//! What can go wrong in a run, or with its settings.

use crate::exit_code;
use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A setting that cannot be: its name, what is wrong, and where it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", origin.as_deref().map(|origin| format!("{origin}: ")).unwrap_or_default())]
pub struct SettingError {
    /// The setting's name.
    pub setting: String,
    /// What is wrong and what would be right, beginning with the name.
    pub message: String,
    /// File and line, for one from a file.
    pub origin: Option<String>,
    /// Whether the setting could be, but has no effect beside the others.
    pub has_no_effect: bool,
}

impl SettingError {
    /// One of a setting, with what is wrong and what would be right, beginning with its name.
    #[must_use]
    pub fn new(setting: &str, message: String) -> Self {
        Self { setting: setting.to_owned(), message, origin: None, has_no_effect: false }
    }

    /// One of a setting that has no effect: `why` is what stands after these words.
    pub(crate) fn no_effect(setting: &str, why: impl Display) -> Self {
        Self { has_no_effect: true, ..Self::new(setting, format!("{setting} has no effect {why}")) }
    }
}

/// An error in one line: what, where, and what would be right.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting that cannot be.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A file that is given to read and cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A series file with something wrong in it.
    #[error("{}: {source}", path.display())]
    Series {
        /// The file.
        path: PathBuf,
        /// What.
        source: echo_data::Error,
    },
    /// A file of weights with something wrong in it.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What.
        source: rnn_core::Error,
    },
    /// A file of a net's state with something wrong in it.
    #[error("{}: {source}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What.
        source: rnn_core::Error,
    },
    /// A net whose state is infinite or no number at the end, where it was to be written.
    #[error("{}: after {steps} steps the net's state is NaN or infinite: it is not written", path.display())]
    StateNotFinite {
        /// The file.
        path: PathBuf,
        /// How many steps the net has read.
        steps: u64,
    },
    /// Sizes that the net or the data cannot have.
    #[error(transparent)]
    Core(#[from] rnn_core::Error),
    /// A series that cannot be drawn.
    #[error(transparent)]
    Data(#[from] echo_data::Error),
    /// An output folder or file that must not be written to.
    #[error("{}: {problem}", path.display())]
    Out {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// An output folder that the file system does not give.
    #[error("{}: {problem}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What cannot be done with it.
        problem: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// An output folder that another process is writing to.
    #[error("{}: a run is writing to this folder right now{hint}", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
        /// Who says so, where the file system has no locks; otherwise empty.
        hint: String,
    },
    /// A path that is not the folder of a run.
    #[error("{}: {problem}", path.display())]
    NotARun {
        /// The path.
        path: PathBuf,
        /// What it is instead.
        problem: String,
    },
    /// A file of results that cannot be written, after the run has begun.
    #[error("{}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A checkpoint that cannot be gone on from.
    #[error("{}: {problem}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// A value that a net cannot read.
    #[error("{}: line {line}, column `{column}`: {problem}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Its line, counted from 1.
        line: u64,
        /// The column.
        column: String,
        /// Why not.
        problem: String,
    },
    /// A value that a net answers with what is infinite or no number.
    #[error("{}: line {line}: the net's answer is NaN or infinite", path.display())]
    NoAnswer {
        /// The file.
        path: PathBuf,
        /// Its line, counted from 1.
        line: u64,
    },
    /// A net that was to continue a text gave an answer that is infinite or no number.
    #[error("{}: behind {written} symbols the net answers with NaN or infinity", path.display())]
    NoSymbol {
        /// The file of weights.
        path: PathBuf,
        /// How many symbols it has written.
        written: u64,
    },
    /// A terminal that no run can be replayed on.
    #[error("{0}: a replay needs a terminal; `rnn-train animate` writes a GIF")]
    Terminal(String),
    /// A signal or a key before training began; nothing was written.
    #[error("stopped before training began; nothing was changed")]
    Interrupted,
    /// A picture that cannot be drawn.
    #[error(transparent)]
    Drawing(#[from] chart_kit::Error),
}

impl Error {
    /// A file that cannot be written.
    pub(crate) fn write(path: &Path, source: std::io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }

    /// A folder with which this cannot be done.
    pub(crate) fn folder(path: &Path, problem: &'static str, source: std::io::Error) -> Self {
        Self::Folder { path: path.to_owned(), problem, source }
    }

    /// A table that cannot be written.
    pub(crate) fn write_csv(path: &Path, error: csv::Error) -> Self {
        Self::write(path, of_csv(error))
    }

    /// Whether nothing can be written for want of space, or because the file system is read-only. That says nothing of the run:
    /// no other fares better there, and this one may once there is space.
    #[must_use]
    pub fn is_of_the_disk(&self) -> bool {
        let (Self::Write { source, .. } | Self::Folder { source, .. }) = self else { return false };
        matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem)
    }

    /// The program's exit code for this error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Write { .. } | Self::Drawing(_) => exit_code::FAILED,
            Self::Interrupted => exit_code::INTERRUPTED,
            Self::NoAnswer { .. } | Self::NoSymbol { .. } | Self::StateNotFinite { .. } => exit_code::DIVERGED,
            _ => exit_code::BAD_INPUT,
        }
    }
}

/// The system's error within one of the csv crate's, whose own conversion hides its kind.
pub(crate) fn of_csv(error: csv::Error) -> std::io::Error {
    let shown = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        _ => std::io::Error::other(shown),
    }
}
