//! What a checkpoint holds beside the net and its optimizer: the place in the run, and what had been written by then.

use crate::files::{CONFIG, absolute_raw};
use crate::means::Means;
use crate::record::Record;
use crate::{RawSettings, Settings};
use serde::{Deserialize, Serialize};
use toml::Table;

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
}

/// The note that travels in a checkpoint, as TOML.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// The version of the program that wrote it.
    pub(crate) version: String,
    /// Words that the epoch's dropout has drawn.
    pub(crate) dropout_position: u64,
    /// Of the series files, in their order.
    pub(crate) series_checksums: Vec<u32>,
    /// Of the parameters before training, which the pictures show.
    pub(crate) initial_checksum: u32,
    /// As in `config.toml`, but for how often checkpoints are written.
    pub(crate) settings: Table,
    pub(crate) progress: Progress,
    pub(crate) record: Record,
}

impl Checkpoint {
    pub(crate) fn new(
        settings: &Settings,
        series_checksums: &[u32],
        initial_checksum: u32,
        progress: Progress,
        dropout_position: u64,
        record: Record,
    ) -> Result<Self, String> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let series_checksums = series_checksums.to_vec();
        let settings = table(settings)?;
        Ok(Self { version, dropout_position, series_checksums, initial_checksum, settings, progress, record })
    }

    pub(crate) fn to_note(&self) -> Result<String, String> {
        toml::to_string(self).map_err(|error| error.to_string())
    }

    /// Reads the note of a checkpoint of a run with these settings and series files.
    pub(crate) fn from_note(note: &str, settings: &Settings, series_checksums: &[u32]) -> Result<Self, String> {
        let checkpoint: Self = toml::from_str(note).map_err(|error| format!("its note: {}", error.message()))?;
        let own = table(settings)?;
        let mut names = own.keys().chain(checkpoint.settings.keys());
        if let Some(name) = names.find(|name| own.get(*name) != checkpoint.settings.get(*name)) {
            let shown = |table: &Table| table.get(name).map_or("not given".to_owned(), ToString::to_string);
            let (there, here) = (shown(&checkpoint.settings), shown(&own));
            return Err(format!("it is of another run: {name} is {there} there and {here} in {CONFIG}"));
        }
        let mut files = settings.series.iter().zip(checkpoint.series_checksums.iter().zip(series_checksums));
        if let Some((path, _)) = files.find(|(_, (then, now))| then != now) {
            return Err(format!("{} has changed since it was written", path.display()));
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
}

/// The settings that must be the same: how often checkpoints are written may change on the way.
fn table(settings: &Settings) -> Result<Table, String> {
    let raw = RawSettings { checkpoint_every: None, ..absolute_raw(settings) };
    Table::try_from(raw).map_err(|error| error.to_string())
}
