//! The list of trials: every combination of the grid, each with its replicates, all checked before any runs.

use crate::error::Error;
use crate::spec::{Spec, text};
use rnn_train::{SettingError, Settings, run};
use std::path::Path;
use toml::Value;

/// One net to train.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) number: usize,
    pub(crate) seed: u64,
    /// The values of the varied settings, in the grid's order.
    pub(crate) values: Vec<Value>,
    pub(crate) settings: Settings,
}

impl Trial {
    /// The values of the varied settings as they are shown.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.values.iter().map(text).collect()
    }
}

/// Makes the trials of a spec. The last setting of the grid varies fastest, and the replicates of a combination follow
/// each other. Replicate r has the same seed in every combination, so that combinations are compared on the same
/// series.
pub(crate) fn plan(spec: &Spec) -> Result<Vec<Trial>, Error> {
    let mut combinations = vec![Vec::new()];
    for (_, values) in &spec.grid {
        combinations = combinations.iter().flat_map(|head| values.iter().map(move |value| with(head, value))).collect();
    }
    let mut trials = Vec::new();
    for values in combinations {
        for replicate in 0..spec.replicates {
            let (number, seed) = (trials.len(), spec.seed + replicate);
            let settings = settings(spec, &values, seed)
                .map_err(|error| of_trial(spec, number, &values, rnn_train::Error::from(error)))?;
            trials.push(Trial { number, seed, values: values.clone(), settings });
        }
    }
    Ok(trials)
}

/// Makes sure of the memory that trials need and of the files that they read, before any runs. Replicates need the
/// same of both.
pub(crate) fn check_needs(spec: &Spec, trials: &[Trial]) -> Result<(), Error> {
    for Trial { number, values, settings, .. } in trials.iter().step_by(spec.replicates as usize) {
        run::check(settings).map_err(|error| of_trial(spec, *number, values, error))?;
    }
    Ok(())
}

/// An error in one trial's settings.
fn of_trial(spec: &Spec, number: usize, values: &[Value], source: rnn_train::Error) -> Error {
    let parameters = spec.grid.iter().zip(values).map(|((name, _), value)| format!("{name} = {}", text(value)));
    Error::Trial { number, parameters: parameters.collect::<Vec<_>>().join(", "), source: Box::new(source) }
}

fn with(head: &[Value], value: &Value) -> Vec<Value> {
    head.iter().chain([value]).cloned().collect()
}

/// The settings of one trial, checked.
fn settings(spec: &Spec, values: &[Value], seed: u64) -> Result<Settings, SettingError> {
    // Paths are absolute since the spec was read.
    let folder = Path::new("");
    let mut layer = spec.base.clone();
    for ((name, _), value) in spec.grid.iter().zip(values) {
        layer.insert(name, value.clone(), None, folder)?;
    }
    // The spec's check keeps seeds within what TOML holds.
    layer.insert("seed", Value::Integer(seed as i64), None, folder)?;
    layer.resolve()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_differ_by_seed_alone() {
        let spec = Spec::built_in().unwrap();
        let trials = plan(&spec).unwrap();
        let combinations: usize = spec.grid.iter().map(|(_, values)| values.len()).product();
        assert_eq!(trials.len(), combinations * spec.replicates as usize);
        for of_one in trials.chunks(spec.replicates as usize) {
            for (replicate, trial) in of_one.iter().enumerate() {
                assert_eq!(trial.values, of_one[0].values);
                assert_eq!(trial.settings.seed, replicate as u64);
                assert_eq!(trial.number, of_one[0].number + replicate);
                let mut raw = trial.settings.to_raw();
                raw.seed = Some(0);
                assert_eq!(raw, of_one[0].settings.to_raw());
            }
        }
    }
}
