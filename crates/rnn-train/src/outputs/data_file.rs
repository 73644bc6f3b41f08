//! `data.toml`: what is known of data that a run reads, such as the alphabet of a text. A net needs it as it needs its weights.

use super::files::DATA;
use super::folder::Durable;
use crate::error::Error;
use crate::settings::layers::not_toml;
use crate::settings::table::Settings;
use crate::text::read_text;
use std::path::Path;
use toml::{Table, Value};

/// Writes what these settings know of their data, if they read any.
pub(crate) fn write(settings: &Settings, folder: &Path, durable: Durable) -> Result<(), Error> {
    let facts = settings.facts();
    if facts.is_empty() {
        return Ok(());
    }
    let table: Table = facts.into_iter().map(|(name, text)| (name.to_owned(), Value::String(text))).collect();
    durable.write_whole(&folder.join(DATA), table.to_string().as_bytes())
}

/// The settings of the run in a folder with what it knows of its data; as they are where it has not come so far.
pub(crate) fn read(settings: Settings, folder: &Path) -> Result<Settings, Error> {
    let path = folder.join(DATA);
    if !settings.reads_data() || !path.exists() {
        return Ok(settings);
    }
    let text = read_text(&path)?;
    let table: Table = text.parse().map_err(|error| not_toml(&error, &text, &path.display().to_string()))?;
    let fact = |name: &str| table.get(name).and_then(Value::as_str).map(str::to_owned);
    settings.with_facts(&fact).map_err(|error| Error::Read { path, source: std::io::Error::other(error) })
}
