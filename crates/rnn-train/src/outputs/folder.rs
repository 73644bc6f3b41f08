//! A folder of results: made, emptied, and its files written so that each is there whole or not at all.

use crate::error::Error;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file so that at every moment it is there whole, the old one or the new one: to one aside, which is synced
/// and then takes its name.
///
/// # Errors
/// [`Error::Write`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_whole_with(path, |file| file.write_all(bytes))
}

/// When files are brought to the disk, where they outlast a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durable {
    /// Each as soon as it is written.
    #[default]
    AtOnce,
    /// All together at the end, with [`sync_all`], which is quicker; until then a crash of the machine, though not of the
    /// program, can leave files that are empty.
    AtTheEnd,
}

impl Durable {
    /// [`write_whole`], with or without waiting for the disk.
    pub(crate) fn write_whole(self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.write_whole_with(path, |file| file.write_all(bytes))
    }

    /// [`write_whole_with`], with or without waiting for the disk.
    pub(crate) fn write_whole_with(
        self,
        path: &Path,
        fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        fill_whole(path, fill, self)
    }
}

/// The same for what is too large to be at hand as a whole: `fill` writes it.
///
/// # Errors
/// [`Error::Write`].
pub fn write_whole_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), Error> {
    fill_whole(path, fill, Durable::AtOnce)
}

/// [`write_whole`] for a file that others may be writing at the same time, as no lock is held: each has one aside of its own,
/// and the last one's stays.
///
/// # Errors
/// [`Error::Write`].
pub fn write_whole_among_others(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut number = 0;
    let (aside, made) = loop {
        let aside = aside_among_others(path, number);
        match File::create_new(&aside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            made => break (aside, made),
        }
    };
    let file = made.map_err(|source| Error::write(path, source))?;
    fill_aside(&aside, path, |_| Ok(file), |file| file.write_all(bytes), Durable::AtOnce)
}

fn fill_whole(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
    durable: Durable,
) -> Result<(), Error> {
    fill_aside(&aside(path), path, |aside| File::create(aside), fill, durable)
}

fn fill_aside(
    aside: &Path,
    path: &Path,
    open: impl FnOnce(&Path) -> std::io::Result<File>,
    fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
    durable: Durable,
) -> Result<(), Error> {
    let write = || {
        let mut file = BufWriter::new(open(aside)?);
        fill(&mut file)?;
        let file = file.into_inner()?;
        if durable == Durable::AtOnce {
            file.sync_all()?;
        }
        std::fs::rename(aside, path)
    };
    write().map_err(|source| {
        // What could not be written whole is of no use; the error is the one above, whether or not this succeeds.
        let _ = std::fs::remove_file(aside);
        Error::write(path, source)
    })
}

/// Where a file is written before it takes its name.
fn aside(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    aside.into()
}

/// The same for one that others may be writing too.
fn aside_among_others(path: &Path, number: usize) -> PathBuf {
    let mut numbered = path.as_os_str().to_owned();
    numbered.push(format!(".{number}"));
    aside(Path::new(&numbered))
}

/// Whether one file is where another is written, alone or among others.
fn is_aside(file: &Path, path: &Path) -> bool {
    let number = file.file_stem().and_then(|stem| Path::new(stem).extension()?.to_str()?.parse().ok());
    file == aside(path) || number.is_some_and(|number| file == aside_among_others(path, number))
}

/// Takes a file away, and what interrupted writings of it have left, if they are there.
///
/// # Errors
/// [`Error::Write`].
pub fn remove(path: &Path) -> Result<(), Error> {
    remove_all(&[path.to_owned()])
}

/// The same for several files of one folder, which is looked through once.
pub(crate) fn remove_all(paths: &[PathBuf]) -> Result<(), Error> {
    let folder = paths.first().and_then(|path| path.parent());
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    // In a folder that cannot be read, whatever may be there.
    let unseen = if entries.is_none() { paths } else { &[] };
    let is_meant = |file: &PathBuf| paths.iter().any(|path| file == path || is_aside(file, path));
    let seen = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()).filter(is_meant));
    for path in seen.chain(unseen.iter().cloned()) {
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => return Err(Error::write(&path, source)),
            _ => {}
        }
    }
    Ok(())
}

/// Makes a folder, if it is not there.
///
/// # Errors
/// [`Error::Folder`].
pub fn make_folder(out: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(out).map_err(|source| Error::folder(out, "cannot be made a folder", source))
}

/// Brings to the disk which files a folder has, as far as the system can.
pub(crate) fn sync_folder(folder: &Path) {
    // Where a folder cannot be opened or synced there is no other way, and the files themselves are synced.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Brings to the disk what files a folder has and what is in them, and that it is where it is.
///
/// # Errors
/// [`Error::Write`].
pub fn sync_all(folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::write(folder, source);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            sync_folder(&path);
            continue;
        }
        // To open a pipe waits for whoever writes to it.
        if !path.is_file() {
            continue;
        }
        // Windows brings to the disk only what may be written to.
        let file = OpenOptions::new().read(true).write(cfg!(windows)).open(&path);
        let file = file.map_err(|source| Error::write(&path, source))?;
        file.sync_all().map_err(|source| Error::write(&path, source))?;
    }
    sync_folder(folder);
    folder.parent().into_iter().for_each(sync_folder);
    Ok(())
}

/// What a folder holds, but for what interrupted writings of files of these names have left.
pub(crate) fn holds(folder: &Path, names: &[&str]) -> std::io::Result<Vec<OsString>> {
    let is_left = |file: &Path| names.iter().any(|name| is_aside(file, &folder.join(name)));
    let mut held = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !is_left(&entry.path()) {
            held.push(entry.file_name());
        }
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn names(folder: &Path) -> BTreeSet<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn writings_at_the_same_time_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        // One that was interrupted.
        std::fs::write(aside_among_others(&path, 0), "left").unwrap();
        std::thread::scope(|scope| {
            for writer in 1..9_u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..4 {
                        write_whole_among_others(path, &vec![writer; 100_000 + usize::from(writer)]).unwrap();
                    }
                });
            }
        });
        let written = std::fs::read(&path).unwrap();
        let writer = written[0];
        assert!(written.iter().all(|byte| *byte == writer) && written.len() == 100_000 + usize::from(writer));
        assert_eq!(names(folder.path()), ["report.html", "report.html.0.part"].map(str::to_owned).into());
    }

    #[test]
    fn what_interrupted_writings_left_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        let others = ["report.html.part.html", "other.0.part", "report.html.x.part", "report.html.00.part"];
        let own = ["report.html", "report.html.part", "report.html.0.part", "report.html.12.part"];
        for name in others.iter().chain(&own) {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        remove(&path).unwrap();
        assert_eq!(names(folder.path()), others.map(str::to_owned).into());
        remove(&folder.path().join("none/report.html")).unwrap();
    }
}
