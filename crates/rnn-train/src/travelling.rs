//! The settings that travel with the weights, so that a file of weights says what its net was trained for.

use crate::choices::Dtype;
use crate::error::Error;
use crate::layers::Layer;
use crate::raw::RawSettings;
use crate::settings::Settings;
use crate::task::{StoredTask, metadata, read_net};
use rnn_core::Architecture;
use std::collections::BTreeMap;
use std::path::Path;

impl Settings {
    /// What a file of weights says of the task: what the net reads and answers, how its series were cut and, unless they
    /// came from files, how they were drawn.
    pub(crate) fn travelling(&self) -> BTreeMap<String, String> {
        let mut pairs = vec![
            ("input", self.input.to_string()),
            ("loss", self.loss.to_string()),
            ("readout", self.readout.to_string()),
            ("num_classes", self.num_classes.to_string()),
            ("truncated_backprop_length", self.truncated_backprop_length.to_string()),
            ("batch_size", self.batch_size.to_string()),
        ];
        if self.window_stride != self.truncated_backprop_length {
            pairs.push(("window_stride", self.window_stride.to_string()));
        }
        // What a file's targets have to do with its inputs is not known.
        if self.series.is_empty() {
            pairs.push(("echo_step", self.echo_step.to_string()));
            pairs.extend(self.total_series_length.map(|length| ("total_series_length", length.to_string())));
            let listed = |list: &Vec<f64>| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            pairs.extend(self.class_probabilities.as_ref().map(|list| ("class_probabilities", listed(list))));
        }
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// The settings that a file of weights determines: those of the net and, as far as the file says, of the task that it was
/// trained for.
///
/// # Errors
/// [`Error::Read`], [`Error::Weights`].
pub(crate) fn settings_of(model: &Path) -> Result<Layer, Error> {
    let (_, stored, StoredTask { input, loss, readout, num_classes }) = read_net(model)?;
    let wrong = |source| Error::Weights { path: model.to_owned(), source };
    let said = |key: &str| stored.settings.get(key);
    let number = |key: &str| {
        let read = |text: &String| text.parse().map_err(|_| wrong(metadata(key, text, "a whole number")));
        said(key).map(read).transpose()
    };
    let list = |text: &String| {
        let numbers = text.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
        numbers.map_err(|_| wrong(metadata("class_probabilities", text, "numbers with commas")))
    };
    let Architecture { cell, hidden_size, num_layers, .. } = stored.architecture;
    let layer = Layer::from_flags(&RawSettings {
        cell: Some(cell.into()),
        state_size: Some(hidden_size as i64),
        num_layers: Some(num_layers as i64),
        input: Some(input),
        loss: Some(loss),
        readout: Some(readout),
        num_classes: num_classes.map(|classes| classes as i64),
        dtype: Some(if stored.double { Dtype::F64 } else { Dtype::F32 }),
        truncated_backprop_length: number("truncated_backprop_length")?,
        window_stride: number("window_stride")?,
        batch_size: number("batch_size")?,
        echo_step: number("echo_step")?,
        total_series_length: number("total_series_length")?,
        class_probabilities: said("class_probabilities").map(list).transpose()?,
        ..RawSettings::default()
    })?;
    Ok(layer.given_by(&model.display().to_string()))
}
