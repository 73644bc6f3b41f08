//! What a checkpoint holds beside the net and its optimizer: the place in the run, and what had been written by then.

use crate::error::Error;
use crate::outputs::files::CONFIG;
use crate::outputs::record::Record;
use crate::settings::table::Settings;
use crate::training::best::Best;
use crate::training::judge::Judge;
use crate::training::means::Means;
use rnn_core::checkpoint_note;
use serde::{Deserialize, Serialize};
use std::path::Path;
use toml::{Table, Value};

/// A place in a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The epoch that is being trained.
    pub(crate) epoch: usize,
    /// Windows of it that are done.
    pub(crate) batch: usize,
    /// Training steps done.
    pub(crate) step: usize,
    /// The epoch's means so far.
    pub(crate) means: Means,
    /// What validation has found so far.
    #[serde(default, skip_serializing_if = "Best::is_none")]
    pub(crate) best: Best,
    /// What has been seen of sequences so far, where the task counts as learned by these.
    #[serde(default, skip_serializing_if = "Judge::is_none")]
    pub(crate) judge: Judge,
}

/// The note that travels in a checkpoint, as TOML.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// The version of the program that wrote it.
    pub(crate) version: String,
    /// Words that the epoch's dropout has drawn.
    pub(crate) dropout_position: u64,
    /// As in `config.toml`.
    pub(crate) settings: Table,
    pub(crate) progress: Progress,
    pub(crate) record: Record,
}

impl Checkpoint {
    pub(crate) fn new(settings: &Settings, progress: Progress, dropout_position: u64, record: Record) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let settings = settings.to_absolute_table();
        Self { version, dropout_position, settings, progress, record }
    }

    pub(crate) fn to_note(&self) -> Result<String, String> {
        toml::to_string(self).map_err(|error| error.to_string())
    }

    /// What the checkpoint of a run with these settings says, of which the bytes of the file `path` are given.
    pub(crate) fn read(path: &Path, bytes: &[u8], settings: &Settings) -> Result<Self, Error> {
        let note = checkpoint_note(bytes).map_err(|source| Error::Weights { path: path.to_owned(), source })?;
        Self::from_note(&note, settings).map_err(|problem| Error::Checkpoint { path: path.to_owned(), problem })
    }

    /// Reads the note of a checkpoint of a run with these settings.
    pub(crate) fn from_note(note: &str, settings: &Settings) -> Result<Self, String> {
        let checkpoint: Self = toml::from_str(note).map_err(|error| {
            let problem = error.message().replace('\n', "; ");
            format!("it was written by another version, and cannot be continued ({problem}): begin again with `rnn-train run --overwrite`")
        })?;
        let own = settings.to_absolute_table();
        let of_run = |table: &Table| {
            table
                .keys()
                .filter(|name| !MAY_CHANGE.contains(&name.as_str()) && *name != settings.data_setting())
                .cloned()
                .collect()
        };
        let names: [Vec<_>; 2] = [of_run(&own), of_run(&checkpoint.settings)];
        if let Some(name) = names.iter().flatten().find(|name| own.get(*name) != checkpoint.settings.get(*name)) {
            let shown = |table: &Table| table.get(name).map_or("not given".to_owned(), ToString::to_string);
            let (there, here) = (shown(&checkpoint.settings), shown(&own));
            return Err(format!("it is of another run: {name} is {there} there and {here} in {CONFIG}"));
        }
        if checkpoint.version != env!("CARGO_PKG_VERSION") {
            tracing::warn!(
                "version {} began this run and version {} continues it: the numbers may differ",
                checkpoint.version,
                env!("CARGO_PKG_VERSION")
            );
        }
        Ok(checkpoint)
    }

    /// How many epochs the run was to have when it was written.
    pub(crate) fn num_epochs(&self) -> Option<usize> {
        self.settings.get("num_epochs").and_then(Value::as_integer).and_then(|epochs| epochs.try_into().ok())
    }
}

/// Settings that may change between two sessions of a run: how long it is, how often checkpoints are written, and where
/// its files are, which are known by what they say.
const MAY_CHANGE: [&str; 4] = ["num_epochs", "checkpoint_every", "series", "initial_weights"];
