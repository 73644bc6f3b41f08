//! A folder of results: made, locked, emptied, and its files written so that each is there whole or not at all.

use crate::Error;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a file so that at every moment it is there whole, the old one or the new one: to one aside, which is synced
/// and then takes its name.
///
/// # Errors
/// [`Error::Write`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let aside = aside(path);
    let write = || {
        let mut file = File::create(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&aside, path)
    };
    write().map_err(|source| {
        // What could not be written whole is of no use; the error is the one above, whether or not this succeeds.
        let _ = std::fs::remove_file(&aside);
        Error::write(path, source)
    })
}

/// Where a file is written before it takes its name.
fn aside(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    aside.into()
}

/// Takes a file away, and what an interrupted writing of it has left, if they are there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    for path in [aside(path), path.to_owned()] {
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(Error::write(&path, source)),
            _ => {}
        }
    }
    Ok(())
}

/// A folder that no other process writes a run to, for as long as this value is there.
///
/// Where a folder cannot be locked, because the system or the file system knows no such locks, nothing is held.
pub(crate) struct Lock {
    _folder: Option<File>,
}

impl Lock {
    /// Locks a folder that is there.
    pub(crate) fn take(out: &Path) -> Result<Self, Error> {
        let folder = File::open(out).ok();
        if folder.as_ref().is_some_and(|folder| matches!(folder.try_lock(), Err(TryLockError::WouldBlock))) {
            let problem = "a run is writing to this folder right now".to_owned();
            return Err(Error::Out { path: out.to_owned(), problem });
        }
        Ok(Self { _folder: folder })
    }
}

/// Makes a folder, if it is not there.
pub(crate) fn make_folder(out: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(out)
        .map_err(|source| Error::Out { path: out.to_owned(), problem: format!("cannot be made a folder: {source}") })
}

/// Brings to the disk which files a folder has, as far as the system can.
pub(crate) fn sync_folder(folder: &Path) {
    // Where a folder cannot be opened or synced there is no other way, and the files themselves are synced.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Makes a folder for results, or makes sure that it is empty or may be overwritten; then files of these names, which
/// are an older result's, are taken away, and no others.
///
/// # Errors
/// [`Error::Out`].
pub fn prepare_folder(out: &Path, overwrite: bool, names: &[&str]) -> Result<(), Error> {
    let error = |problem: String| Error::Out { path: out.to_owned(), problem };
    make_folder(out)?;
    let mut entries = std::fs::read_dir(out).map_err(|source| error(format!("cannot be read: {source}")))?;
    if entries.next().is_none() {
        return Ok(());
    }
    if !overwrite {
        return Err(error("the folder is not empty; choose another, or replace what is in it with --overwrite".into()));
    }
    if let Some(name) = names.iter().find(|name| out.join(name).is_dir()) {
        return Err(error(format!("{name} is a folder: it is not replaced")));
    }
    // A run is told by the first of its names, which therefore goes last: an overwriting that is cut short can be begun
    // again.
    for name in names.iter().rev() {
        remove(&out.join(name)).map_err(|source| error(format!("{name} cannot be replaced: {source}")))?;
    }
    Ok(())
}
