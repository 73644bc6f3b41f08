//! Text files that are read as a whole: settings, specs of sweeps, a run's status.

use crate::error::Error;
use std::path::Path;

/// The text of a file of UTF-8, or of UTF-16 with a byte order mark, as PowerShell writes it.
///
/// # Errors
/// [`Error::Read`], with the line for a file that is no text.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    echo_data::files::decode(&bytes).map_err(|error| {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, error);
        Error::Read { path: path.to_owned(), source }
    })
}
