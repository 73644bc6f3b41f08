//! What trials are known by: a hash of all their settings, in which the contents of files stand in the place of their paths.

use crate::error::Error;
use rnn_train::Settings;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What a trial is known by: the first 64 bits of the SHA-256 of all its settings, and of the contents of the files that
/// they name. How often a checkpoint is written does not count, because it changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, std::hash::Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Hash(u64);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With a letter before it no spreadsheet takes it for a number.
        write!(f, "x{:016x}", self.0)
    }
}

impl FromStr for Hash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('x').filter(|digits| digits.len() == 16);
        let hash = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).map(Self);
        hash.ok_or_else(|| format!("`{text}` is not a hash: it must be x and 16 hexadecimal digits"))
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Hash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Hashes settings; each file that they name is read once.
#[derive(Default)]
pub(crate) struct Hasher {
    /// What stands for each file.
    files: HashMap<PathBuf, PathBuf>,
}

impl Hasher {
    /// One that knows what stands for some files, and does not read them.
    pub(crate) fn knowing(files: HashMap<PathBuf, PathBuf>) -> Self {
        Self { files }
    }

    /// What stands for each file that was met.
    pub(crate) fn into_contents(self) -> HashMap<PathBuf, PathBuf> {
        self.files
    }

    /// The hash so far of settings without their seed.
    pub(crate) fn of(&mut self, settings: &Settings) -> Result<Sha256, Error> {
        let mut settings = settings.clone();
        if let Some(path) = &mut settings.initial_weights {
            *path = self.contents(path)?;
        }
        let contents = settings.data_files().iter().map(|path| self.contents(path)).collect::<Result<Vec<_>, _>>()?;
        settings.change_data_files(|number, path| path.clone_from(&contents[number]));
        // By name: another order of the table's rows changes nothing.
        let mut table: BTreeMap<_, _> = settings.to_table().into_iter().collect();
        for name in ["seed", "checkpoint_every"] {
            table.remove(name);
        }
        let mut hasher = Sha256::new();
        // Numbers, names and paths always have a form in JSON.
        hasher.update(serde_json::to_vec(&table).unwrap_or_default());
        Ok(hasher)
    }

    /// What stands for a file: the hash of its contents, so that a sweep can be moved.
    fn contents(&mut self, path: &Path) -> Result<PathBuf, Error> {
        if let Some(known) = self.files.get(path) {
            return Ok(known.clone());
        }
        let mut hasher = Sha256::new();
        let read = |source| rnn_train::Error::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(read)?;
        std::io::copy(&mut file, &mut Writing(&mut hasher)).map_err(read)?;
        let digest: PathBuf = first_64_bits(hasher).to_string().into();
        self.files.insert(path.to_owned(), digest.clone());
        Ok(digest)
    }
}

/// Hashes what is written to it.
struct Writing<'a>(&'a mut Sha256);

impl Write for Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The hash of a combination's trial with this seed.
pub(crate) fn seeded(of_combination: &Sha256, seed: u64) -> Hash {
    let mut hasher = of_combination.clone();
    hasher.update(format!("\nseed={seed}"));
    first_64_bits(hasher)
}

fn first_64_bits(hasher: Sha256) -> Hash {
    let digest = hasher.finalize();
    Hash(digest.iter().take(8).fold(0, |hash, &byte| hash << 8 | u64::from(byte)))
}
