//! The settings that travel with the weights, so that a file of weights says what its net was trained for.

use super::choices::Dtype;
use super::kind::{Kind, number};
use super::layers::Layer;
use super::net::{StoredReading, in_words, metadata, read_net};
use super::table::Settings;
use crate::error::Error;
use echo_data::AnyTask;
use rnn_core::Named;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// What travels beside the task's own settings: how the net reads, and how its series were cut.
const TRAVELLING: [&str; 7] =
    ["input", "loss", "readout", "truncated_backprop_length", "batch_size", "window_stride", "total_series_length"];
pub(crate) const NUM_CLASSES: &str = "num_classes";

/// The names of all settings that travel.
fn travelling(asked: &AnyTask) -> impl Iterator<Item = &'static str> {
    let of_task: Vec<_> = asked.clone().task_mut().settings().into_iter().map(|setting| setting.name).collect();
    TRAVELLING.into_iter().chain(of_task)
}

/// Whether a setting is of how series are drawn. What the targets of a file have to do with its inputs is not known, nor has
/// it a length that is asked for; the classes are known.
fn is_drawn(name: &str) -> bool {
    name == "total_series_length" || !(TRAVELLING.contains(&name) || name == NUM_CLASSES)
}

impl Settings {
    /// What a file of weights says of the task: what the net reads and answers, how its series were cut and, unless they
    /// came from files, how they were drawn.
    pub(crate) fn travelling(&self) -> BTreeMap<String, String> {
        let table = self.to_table();
        let names = travelling(&self.task).filter(|name| self.series.is_empty() || !is_drawn(name));
        names.filter_map(|name| Some((name.to_owned(), in_metadata(table.get(name)?)))).collect()
    }
}

/// A value as the metadata of a file of weights has it.
fn in_metadata(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let numbers = list.iter().filter_map(number).map(|number| number.to_string());
            numbers.collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// The settings that a file of weights determines: those of the net and, as far as the file says, of the task that it was
/// trained for.
///
/// # Errors
/// [`Error::Read`], [`Error::Weights`].
pub(crate) fn settings_of(model: &Path) -> Result<Layer, Error> {
    let (_, stored, StoredReading { input, loss, readout, num_classes }) = read_net(model)?;
    let Some(rnn_core::Layer { cell, hidden_size }) = stored.architecture.uniform() else {
        let (what, found) = ("a net whose layers differ in cell or width", in_words(&stored.architecture));
        let source = rnn_core::Error::Unsupported { what, found };
        return Err(Error::Weights { path: model.to_owned(), source });
    };
    let dtype = if stored.double { Dtype::F64 } else { Dtype::F32 };
    let count = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let name = |name: &str| Value::String(name.to_owned());
    let mut values = Table::from_iter([
        ("cell".to_owned(), name(cell.name())),
        ("state_size".to_owned(), count(hidden_size)),
        ("num_layers".to_owned(), count(stored.architecture.layers.len())),
        ("input".to_owned(), name(input.name())),
        ("loss".to_owned(), name(loss.name())),
        ("readout".to_owned(), name(readout.name())),
        ("dtype".to_owned(), name(dtype.name())),
    ]);
    values.extend(num_classes.map(|classes| (NUM_CLASSES.to_owned(), count(classes))));
    let names: Vec<_> = travelling(&AnyTask::default()).collect();
    for row in Settings::rows().iter().filter(|row| names.contains(&row.name)) {
        let Some(text) = stored.settings.get(row.name).filter(|_| !values.contains_key(row.name)) else { continue };
        let wrong = |expected| {
            let source = metadata(row.name, text, expected);
            Error::Weights { path: model.to_owned(), source }
        };
        let value = match row.kind {
            Kind::Count(_) => Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?),
            Kind::Numbers => {
                let numbers = text.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
                let numbers = numbers.map_err(|_| wrong("numbers with commas"))?;
                Value::Array(numbers.into_iter().map(Value::Float).collect())
            }
            _ => continue,
        };
        values.insert(row.name.to_owned(), value);
    }
    Ok(Layer::from_values(values).given_by(&model.display().to_string()))
}
