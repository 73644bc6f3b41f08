//! Whether a path is a run's folder, and what one that is not may be.

use crate::error::Error;
use crate::outputs::files::CONFIG;
use std::path::Path;

/// The file in a sweep's folder that says what it varies.
const SWEEP: &str = "sweep.toml";

/// Checks that a run has been begun in this folder.
///
/// # Errors
/// [`Error::NotARun`], which says what the path is instead, and what to do with that.
pub(crate) fn expect_run(path: &Path) -> Result<(), Error> {
    if path.join(CONFIG).exists() {
        return Ok(());
    }
    Err(Error::NotARun { path: path.to_owned(), problem: problem(path) })
}

/// What is at a path that is not a run's folder.
fn problem(path: &Path) -> String {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !path.exists() {
        return "there is no such folder".to_owned();
    }
    if !path.is_dir() {
        return if parent.join(CONFIG).exists() {
            format!("this is a file: give the run's folder, {}", parent.display())
        } else if parent.join(SWEEP).exists() {
            format!("this is a file in a sweep's folder: {}", of_sweep(parent))
        } else {
            "this is a file, not a run's folder".to_owned()
        };
    }
    if path.join(SWEEP).exists() {
        return format!("this is a sweep's folder, not a run's: {}", of_sweep(path));
    }
    if let Some(run) = a_run_in(path) {
        return format!("this is not a run's folder, but there are runs in it: give one, such as {}", run.display());
    }
    if parent.join(SWEEP).exists() {
        return format!("this is part of a sweep's folder: {}", of_sweep(parent));
    }
    format!("this is not a run's folder: it has no {CONFIG}")
}

/// What can be done with a sweep's folder.
fn of_sweep(folder: &Path) -> String {
    let (spec, trials, folder) = (folder.join(SWEEP), folder.join("trials"), folder.display());
    format!(
        "`cargo xtask report {folder}` writes its report, `cargo xtask sweep {}` continues it, and its runs are in {}",
        spec.display(),
        trials.display()
    )
}

/// The first run in a folder, by name.
fn a_run_in(folder: &Path) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.join(CONFIG).exists()).min()
}
