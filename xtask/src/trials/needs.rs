//! Makes sure, before the first trial runs, of the memory that trials need and of the files that they read.

use rnn_train::Settings;
use rnn_train::training::run;
use std::collections::HashSet;

/// Makes sure of the memory that trials need and of the files that they read.
#[derive(Default)]
pub(crate) struct Needs {
    /// A measure of the largest net that there was memory for.
    largest: f64,
    /// Settings that name files, without those that have nothing to do with them.
    checked: HashSet<String>,
}

impl Needs {
    /// An error if there is no memory for a trial, or a file that it reads is not right.
    pub(crate) fn check(&mut self, settings: &Settings) -> Result<(), rnn_train::Error> {
        if settings.data_files().is_empty() && settings.initial_weights.is_none() {
            let [hidden, layers, window, batch] =
                [settings.state_size, settings.num_layers, settings.truncated_backprop_length, settings.batch_size]
                    .map(|size| size as f64);
            let inputs = (settings.shape().inputs.size() + settings.shape().targets.size()) as f64;
            let series = settings.total_series_length.unwrap_or(0) as f64;
            let size = (hidden + inputs) * (layers * hidden + batch * window) * layers + series;
            if size <= self.largest {
                return Ok(());
            }
            run::check(settings)?;
            self.largest = size;
            return Ok(());
        }
        let mut table = settings.to_table();
        for name in ["seed", "learning_rate", "num_epochs"] {
            table.remove(name);
        }
        let key = table.to_string();
        if !self.checked.contains(&key) {
            run::check(settings)?;
            self.checked.insert(key);
        }
        Ok(())
    }
}
