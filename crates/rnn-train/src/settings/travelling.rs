//! The settings that travel with the weights, so that a file of weights says what its net was trained for.

use super::kind::number;
use super::table::Settings;
use echo_data::{AnyTask, TaskValue};
use std::collections::BTreeMap;
use toml::Value;

/// What travels beside the task's own settings: how the net reads, and how its series were cut.
const TRAVELLING: [&str; 9] = [
    TASK,
    "input",
    "loss",
    "readout",
    "truncated_backprop_length",
    "batch_size",
    "window_stride",
    "total_series_length",
    "episodes",
];
pub(crate) const TASK: &str = "task";
pub(crate) const NUM_CLASSES: &str = "num_classes";

/// The names of all settings that travel.
pub(crate) fn travelling(asked: &AnyTask) -> impl Iterator<Item = &'static str> {
    let mut asked = asked.clone();
    // Files stay where they are.
    let own = asked.task_mut().settings().into_iter().filter(|setting| !matches!(setting.value, TaskValue::Files(..)));
    let of_task: Vec<_> = own.map(|setting| setting.name).collect();
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
        let settings = names.filter_map(|name| Some((name.to_owned(), in_metadata(table.get(name)?))));
        settings.chain(self.facts().into_iter().map(|(name, text)| (name.to_owned(), text))).collect()
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
