//! The files that a sweep reads, known by their contents, so that it goes on where they were moved together with it.

use super::results::RESULTS;
use super::spec::Spec;
use crate::error::Error;
use rnn_train::outputs::folder::write_whole;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// The file that says what the files were.
const FILES: &str = "files.toml";

/// A file that a sweep reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    /// Where it was when the sweep was begun.
    path: PathBuf,
    /// The same from the sweep's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_folder: Option<PathBuf>,
    /// What stands for its contents in hashes.
    contents: PathBuf,
}

/// The files that a sweep reads, as they were when it was begun.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Files {
    #[serde(default)]
    file: Vec<Known>,
}

impl Files {
    /// Those of a plan, which stands in this folder.
    pub(crate) fn of(contents: &HashMap<PathBuf, PathBuf>, folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let known = contents.iter().map(|(path, contents)| Known {
            path: path.clone(),
            from_folder: from_folder(path, &folder),
            contents: contents.clone(),
        });
        let mut file: Vec<_> = known.collect();
        file.sort_by(|a, b| a.path.cmp(&b.path));
        Self { file }
    }

    /// Those that the sweep in a folder notes; none if it reads none, or was begun by an older version.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(RESULTS).join(FILES);
        let Ok(text) = std::fs::read_to_string(&path) else { return Ok(Self::default()) };
        toml::from_str(&text).map_err(|error| Error::Results {
            path,
            problem: format!(
                "{}; without it, the files are read where the spec says",
                error.message().replace('\n', "; ")
            ),
        })
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(RESULTS).join(FILES);
        let text = toml::to_string(self);
        let text = text.map_err(|error| Error::Results { path: path.clone(), problem: error.to_string() })?;
        Ok(write_whole(&path, text.as_bytes())?)
    }

    /// A spec with the paths of files that are not where they were, but lie beside the folder as they did.
    pub(crate) fn found(&self, spec: Spec, folder: &Path) -> Spec {
        spec.with_paths(|path| self.now(path, folder).to_str().map(str::to_owned))
    }

    /// A spec with each path that stands for the same contents as one of `others` replaced by that one.
    pub(crate) fn called_as(&self, others: &Self, spec: Spec) -> Spec {
        let contents = self.contents(None);
        spec.with_paths(|path| {
            let same = |other: &&Known| contents.get(path) == Some(&other.contents);
            let among = || others.file.iter().filter(same);
            let found = among().find(|other| other.path == path).or_else(|| among().next())?;
            found.path.to_str().map(str::to_owned)
        })
    }

    /// What stands for the contents of the files, by where they were and, of a folder, by where they are now.
    pub(crate) fn contents(&self, folder: Option<&Path>) -> HashMap<PathBuf, PathBuf> {
        let mut contents = HashMap::new();
        for known in &self.file {
            contents.insert(known.path.clone(), known.contents.clone());
            contents.extend(folder.map(|folder| (self.now(&known.path, folder), known.contents.clone())));
        }
        contents
    }

    fn now(&self, path: &Path, folder: &Path) -> PathBuf {
        let known = self.file.iter().find(|known| known.path == path && !path.exists());
        let beside = known.and_then(|known| known.from_folder.as_ref()).and_then(|below| {
            let folder = std::path::absolute(folder).ok()?;
            Some(without_dots(&folder.join(below))).filter(|path| path.exists())
        });
        beside.unwrap_or_else(|| path.to_owned())
    }
}

/// The way from a folder to a file, both absolute; `None` if there is none.
fn from_folder(path: &Path, folder: &Path) -> Option<PathBuf> {
    let (path, folder): (Vec<_>, Vec<_>) = (path.components().collect(), folder.components().collect());
    let common = path.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Component::ParentDir, folder.len() - common);
    (common > 0).then(|| up.chain(path[common..].iter().copied()).collect())
}

/// An absolute path without `..`.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            clean.pop();
        } else {
            clean.push(part);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_from_a_folder_leads_to_the_file() {
        for (path, folder, expected) in [
            ("/a/data/s.csv", "/a/out", "../data/s.csv"),
            ("/a/s.csv", "/a", "s.csv"),
            ("/b/s.csv", "/a/c", "../../b/s.csv"),
        ] {
            let way = from_folder(Path::new(path), Path::new(folder)).unwrap();
            assert_eq!(way, Path::new(expected));
            assert_eq!(without_dots(&Path::new(folder).join(way)), Path::new(path));
        }
    }
}
