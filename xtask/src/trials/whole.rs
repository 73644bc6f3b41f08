//! Makes sure that no results are lost: how long the workers' files were when the tables were made from them.

use super::results::{self, RESULTS, whole_lines};
use crate::error::Error;
use rnn_train::outputs::folder::write_whole;
use std::fs::File;
use std::path::Path;
use toml::{Table, Value};

/// The file that says how long they were. It stands beside their folder, so that it outlasts that.
pub(crate) const LENGTHS: &str = "results.toml";

/// How many bytes of whole lines a worker's file has.
fn length(path: &Path) -> Result<u64, Error> {
    let length = File::open(path).and_then(|mut file| whole_lines(&mut file));
    length.map_err(|error| Error::Results { path: path.to_owned(), problem: error.to_string() })
}

/// Notes how long the files of results are.
pub(crate) fn note(folder: &Path) -> Result<(), Error> {
    let mut lengths = Table::new();
    for path in results::files(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        lengths.insert(name, Value::Integer(i64::try_from(length(&path)?).unwrap_or(i64::MAX)));
    }
    let text = format!("# Bytes of each file of {RESULTS}/ when the tables were made from them.\n{lengths}");
    Ok(write_whole(&folder.join(LENGTHS), text.as_bytes())?)
}

/// An error if a file of results is shorter than it was when the tables were made from it, or gone.
pub(crate) fn check(folder: &Path) -> Result<(), Error> {
    let path = folder.join(LENGTHS);
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(()) };
    let Ok(lengths) = text.parse::<Table>() else {
        tracing::warn!("{}: not as it was written, so lost results would not be noticed", path.display());
        return Ok(());
    };
    for (name, before) in lengths {
        let Some(before) = before.as_integer().and_then(|bytes| u64::try_from(bytes).ok()) else { continue };
        let file = folder.join(RESULTS).join(&name);
        let now = if file.exists() { Some(length(&file)?) } else { None };
        if now.is_some_and(|now| now >= before) {
            continue;
        }
        let now = now.map_or("it is gone".to_owned(), |now| format!("it has {now} bytes"));
        let problem = format!(
            "{now}, and had {before} when the tables were made from it: results of finished trials are lost. Bring the file \
             back, or delete {LENGTHS} to run these trials again"
        );
        return Err(Error::Results { path: file, problem });
    }
    Ok(())
}
