//! The files that a run reads: noted when it begins, looked for where they may be after a move, and known again by what
//! they say, not by their paths.

use crate::error::{Error, SettingError};
use crate::outputs::files::CONFIG;
use crate::outputs::status::{InputFile, Status};
use crate::settings::table::Settings;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Notes in the status of the run in `out` which files it reads. `series` are the checksums of the series that were read,
/// and `weights` that of the parameters before training.
pub(crate) fn note(status: &mut Status, settings: &Settings, out: &Path, series: &[u32], weights: u32) {
    let file = |(path, crc32): (&PathBuf, u32)| InputFile { path: absolute(path), from_run: from(out, path), crc32 };
    status.series = settings.data_files().iter().zip(series.iter().copied()).map(file).collect();
    status.initial_weights = settings.initial_weights.as_ref().map(|path| file((path, weights)));
}

/// The settings with the paths where the files of the run in `out` may be now: where they say, or else as far from the run's
/// folder as they were; then the other way round, for files that something else has taken the place of.
///
/// # Errors
/// [`Error::Read`] for a file that is in neither place. Weights are looked for in vain only where they are `needed`.
pub(crate) fn places(settings: &Settings, out: &Path, noted: &Status, needed: bool) -> Result<[Settings; 2], Error> {
    let with = |moved_first: bool| {
        let mut found = settings.clone();
        let advice = format!("write where it is now under `{}` in {CONFIG}", settings.data_setting());
        let mut there = Vec::new();
        for (path, file) in settings.data_files().iter().zip(&noted.series) {
            let place = place(path, out, file, moved_first);
            there.push(place.ok_or_else(|| gone(path, out, file, &advice))?);
        }
        found.change_data_files(|number, path| {
            if let Some(there) = there.get(number) {
                path.clone_from(there);
            }
        });
        if let (Some(path), Some(file)) = (&mut found.initial_weights, &noted.initial_weights) {
            match place(path, out, file, moved_first) {
                Some(there) => *path = there,
                None if needed => {
                    let advice = format!("write where it is now under `initial_weights` in {CONFIG}");
                    return Err(gone(path, out, file, &advice));
                }
                None => {}
            }
        }
        Ok(found)
    };
    Ok([with(false)?, with(true)?])
}

/// Checks that the series that were read are those that the run began with.
///
/// # Errors
/// [`Error::Read`] for another one; a [`SettingError`] for more or fewer.
pub(crate) fn check_series(settings: &Settings, noted: &Status, now: &[u32]) -> Result<(), Error> {
    if now.len() != noted.series.len() {
        let setting = settings.data_setting();
        let message = format!("{setting} names {} files: the run reads {}", now.len(), noted.series.len());
        return Err(SettingError::new(setting, message).into());
    }
    let files = settings.data_files();
    let mut files = files.iter().zip(noted.series.iter().zip(now));
    let other = files.find(|(_, (then, now))| then.crc32 != **now);
    other.map_or(Ok(()), |(path, _)| Err(changed(path, settings.data_setting())))
}

/// Checks that the weights that were read are those that the run began with.
///
/// # Errors
/// [`Error::Read`] for others.
pub(crate) fn check_weights(settings: &Settings, noted: &Status, now: u32) -> Result<(), Error> {
    match (&settings.initial_weights, &noted.initial_weights) {
        (Some(path), Some(then)) if then.crc32 != now => Err(changed(path, "initial_weights")),
        _ => Ok(()),
    }
}

fn changed(path: &Path, setting: &str) -> Error {
    let problem = format!(
        "it has changed since the run began: restore it, or write under `{setting}` in {CONFIG} where the right file is"
    );
    Error::Read { path: path.to_owned(), source: std::io::Error::other(problem) }
}

fn gone(path: &Path, out: &Path, file: &InputFile, advice: &str) -> Error {
    let also = moved(out, file).filter(|moved| moved != path);
    let also = also.map(|moved| format!(", and {} is not there either", moved.display())).unwrap_or_default();
    let problem = format!("there is no such file{also}: {advice}");
    Error::Read { path: path.to_owned(), source: std::io::Error::new(ErrorKind::NotFound, problem) }
}

/// Where a file is: at this path, or as far from the run's folder as it was.
fn place(path: &Path, out: &Path, file: &InputFile, moved_first: bool) -> Option<PathBuf> {
    let mut places = [Some(path.to_owned()), moved(out, file)];
    if moved_first {
        places.reverse();
    }
    places.into_iter().flatten().find(|path| path.exists())
}

/// Where a file is if it was moved together with the run's folder.
fn moved(out: &Path, file: &InputFile) -> Option<PathBuf> {
    let mut place = absolute(out);
    let steps = file.from_run.as_ref()?;
    let long = place.join(steps);
    for step in steps.components() {
        match step {
            Component::ParentDir => drop(place.pop()),
            step => place.push(step),
        }
    }
    // Where links lead elsewhere, going up from where they lead is another way.
    Some(if place.exists() || !long.exists() { place } else { long })
}

/// The path to a file from the run's folder, as it is written or, where that leads nowhere, as it is without links.
fn from(out: &Path, file: &Path) -> Option<PathBuf> {
    let between = || {
        let [out, file] = [out, file].map(|path| path.canonicalize().ok());
        relative(&out?, &file?)
    };
    relative(&absolute(out), &absolute(file)).or_else(between).filter(|path| path.to_str().is_some())
}

/// The path from a folder to a file; `None` where there is none, as between two drives.
fn relative(folder: &Path, file: &Path) -> Option<PathBuf> {
    let (folder, file): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let shared = folder.iter().zip(&file).take_while(|(a, b)| a == b).count();
    let up = &folder[shared..];
    if shared == 0 || up.contains(&Component::ParentDir) {
        return None;
    }
    Some(up.iter().map(|_| Component::ParentDir).chain(file[shared..].iter().copied()).collect())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_as_far_from_the_folder_as_it_was() {
        let of = |folder: &str, file: &str| relative(Path::new(folder), Path::new(file));
        assert_eq!(of("/a/run", "/a/data/s.csv"), Some("../data/s.csv".into()));
        assert_eq!(of("/a/run", "/a/run/s.csv"), Some("s.csv".into()));
        assert_eq!(of("/a/b/run", "/a/b/../data/s.csv"), Some("../../data/s.csv".into()));
        assert_eq!(of("/a/../run", "/a/s.csv"), None);
        let file = InputFile { path: "/old/s.csv".into(), from_run: Some("../../data/s.csv".into()), crc32: 0 };
        assert_eq!(moved(Path::new("/new/b/run"), &file), Some("/new/data/s.csv".into()));
    }
}
