//! A folder is made ready for a run: an empty one, or one with another run in it, which is replaced as a whole.
//!
//! A process can be killed at any moment. The settings of the new run are therefore written beside those of the old one
//! first, whole. From then on the folder is the new run's, whatever is left of the old one; before, nothing of that has
//! changed.

use crate::error::Error;
use crate::outputs::files::{self, CONFIG, NEXT_CONFIG};
use crate::outputs::folder::{self, Durable};
use crate::outputs::status::Status;
use crate::settings::layers::Layer;
use crate::settings::table::Settings;
use std::path::{Path, PathBuf};

/// Makes the folder, which is there, ready for a run with these settings, and writes them there. Files are only taken away
/// from a folder that holds a run, and none that the new run reads.
///
/// # Errors
/// [`Error::Out`] for a folder that must not be written to, and [`Error::Folder`] for one that cannot be; it is then as it was.
/// [`Error::Write`] where the old run cannot be taken away.
pub(crate) fn prepare(settings: &Settings, out: &Path, overwrite: bool, durable: Durable) -> Result<(), Error> {
    let refuse = |problem: String| Err(Error::Out { path: out.to_owned(), problem });
    // What could not be written whole is nobody's.
    let unwritten = |error| match error {
        Error::Write { source, .. } => Error::folder(out, "cannot be written to", source),
        other => other,
    };
    let holds = folder::holds(out, &files::ALL).map_err(|source| Error::folder(out, "cannot be read", source))?;
    if holds.is_empty() {
        folder::remove_all(&all(out)).map_err(unwritten)?;
        return settings.write_when(&out.join(CONFIG), durable).map_err(unwritten);
    }
    if !overwrite {
        return refuse(if is_under_way(out) {
            "a stopped run is there: continue it with `rnn-train resume`, or replace it with --overwrite".to_owned()
        } else {
            "the folder is not empty: choose another, or replace what is in it with --overwrite".to_owned()
        });
    }
    let there: Vec<_> = files::ALL.into_iter().filter(|name| holds.iter().any(|held| held == name)).collect();
    if let Some(name) = there.first().filter(|_| !holds_a_run(out)) {
        return refuse(format!("there is a {name}, but not a run's folder: it is not overwritten"));
    }
    if let Some(name) = there.iter().find(|name| settings.read_from(&out.join(name)).is_some()) {
        return refuse(format!("{name} is what this run reads: it is not overwritten"));
    }
    if let Some(name) = there.iter().find(|name| out.join(name).is_dir()) {
        return refuse(format!("{name} is a folder: it is not replaced"));
    }
    settings.write_when(&out.join(NEXT_CONFIG), durable).map_err(unwritten)?;
    finish(out)
}

/// Takes away what is left of a run that another one has replaced, if that was cut short.
///
/// # Errors
/// [`Error::Write`]: what is left can still be taken away later.
pub(crate) fn finish(out: &Path) -> Result<(), Error> {
    let next = out.join(NEXT_CONFIG);
    if !next.exists() {
        // What is left of one that had hardly begun harms nothing, where it cannot be taken away.
        drop(folder::remove(&next));
        return Ok(());
    }
    // The status first: without it nothing is taken for a run at its end.
    folder::remove(&out.join(files::STATUS))?;
    let (config, next) = (out.join(CONFIG), next);
    let others: Vec<_> = all(out).into_iter().filter(|path| *path != config && *path != next).collect();
    folder::remove_all(&others)?;
    // Those files must be gone for good before the new settings stand in the place of theirs.
    folder::sync_folder(out);
    std::fs::rename(&next, &config).map_err(|source| Error::write(&config, source))
}

fn all(out: &Path) -> Vec<PathBuf> {
    files::ALL.iter().map(|name| out.join(name)).collect()
}

/// Whether a run is there that can be continued.
fn is_under_way(out: &Path) -> bool {
    holds_a_run(out) && !Status::read(out).is_ok_and(|status| status.status.is_final())
}

/// Whether a folder has a run's status, or at least the settings that a run begins with, which are all there are.
fn holds_a_run(out: &Path) -> bool {
    let config = Layer::from_toml_file(&out.join(CONFIG)).ok();
    let begun = |layer: &Layer| layer.resolve().is_ok_and(|settings| layer.is_all_of(&settings));
    out.join(NEXT_CONFIG).exists() || config.is_some_and(|layer| Status::read(out).is_ok() || begun(&layer))
}
