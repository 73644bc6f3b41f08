//! A saved net forecasts a series of numbers: the rows that follow a file, or rows at its end that are held out, to see how it would have
//! done.
//!
//! `series` is how the net goes on, and how far off it may be; `labels` are what rows are called; what comes of it is a
//! `series_forecast`.

mod labels;
mod series;
mod series_forecast;

pub use labels::{Even, Labels, Unit};
pub use series_forecast::{Score, SeriesForecast, TargetForecast};

use super::model::Model;
use crate::error::{Error, SettingError};
use crate::settings::choices::with_numbers;
use crate::training::data::tell_dialect;
use echo_data::files::{Missing, Table};
use rnn_core::{Network, Real};
use series::{Expected, Series};
use std::fs::File;
use std::path::Path;

/// Rows to forecast, where nobody says how many.
const USUAL_STEPS: i64 = 12;
/// Most rows to forecast: all of them are held in memory.
const MOST_STEPS: i64 = 100_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// How many rows to forecast; without it those that are held out, or else twelve.
    pub steps: Option<i64>,
    /// How many rows at the file's end to hold out: they are forecast, and compared with.
    pub holdout: Option<i64>,
}

impl Asked {
    /// How many rows to forecast, and how many to hold out.
    fn counts(self) -> Result<(usize, usize), SettingError> {
        let Self { steps, holdout } = self;
        let refused = |name: &str, count: i64, allowed: &str| {
            SettingError::new(name, format!("{name} is {count}: it must be {allowed}"))
        };
        let holdout = match holdout.map(|count| (count, usize::try_from(count))) {
            None => 0,
            Some((1.., Ok(count))) => count,
            Some((count, _)) => return Err(refused("holdout", count, "at least 1")),
        };
        let steps = steps.or(self.holdout).unwrap_or(USUAL_STEPS);
        let fits = usize::try_from(steps).ok().filter(|_| (1..=MOST_STEPS).contains(&steps));
        let steps = fits.ok_or_else(|| refused("steps", steps, &format!("from 1 to {MOST_STEPS}")))?;
        Ok((steps, holdout))
    }
}

/// What the net in the file `model` expects of the rows that follow a file, or that follow those which are not held out.
///
/// # Errors
/// A [`SettingError`] for `asked` that cannot be, for a net that was not trained to forecast, or that reads what it does not answer;
/// [`Error::Read`], [`Error::Weights`] and [`Error::Series`] for files; [`Error::NoAnswer`].
pub fn forecast(model: &Path, data: &Path, asked: Asked) -> Result<SeriesForecast, Error> {
    let (steps, holdout) = asked.counts()?;
    let (wrong, path) = (|source| Error::Weights { path: model.to_owned(), source }, model);
    let model = Model::read(model)?;
    let known = model.known.as_ref().filter(|task| !task.scales()[1].is_empty());
    let (Some(task), Some(horizon)) = (known, setting(&model, "horizon").filter(|horizon| *horizon > 0)) else {
        let message = format!("{}: it was not trained to forecast: --task forecast trains one that is", path.display());
        return Err(SettingError::new("model", message).into());
    };
    let words = task.words();
    if let Some(name) = words.inputs.iter().find(|name| !words.targets.contains(name)) {
        let message =
            format!("{}: the net reads `{name}`, and does not forecast it, so it cannot go on", path.display());
        return Err(SettingError::new("model", message).into());
    }
    let file = File::open(data).map_err(|source| Error::Read { path: data.to_owned(), source })?;
    let columns: Vec<String> = words.inputs.iter().chain(&words.targets).cloned().collect();
    // What was done about missing values in training is done here.
    let missing = model.stored.settings.get("missing").map_or(Missing::Refuse, |name| Missing::named(name));
    let table = Table::read(file, Some(&columns), missing);
    let table = table.map_err(|source| Error::Series { path: data.to_owned(), source })?;
    if let Some(dialect) = table.dialect {
        tell_dialect(&data.display().to_string(), dialect);
    }
    let known = rows_before(data, table.columns.first().map_or(0, Vec::len), holdout, horizon)?;
    let [inputs, targets] = task.scales();
    let means: Vec<f64> = targets.iter().map(|scale| scale.mean).collect();
    let series = Series::new(&table, &words, [inputs, targets], horizon, known);
    let Expected { answers, within } = with_numbers!(model.dtype(), T => {
        series.expected(&Network::<T>::from_safetensors(&model.bytes).map_err(wrong)?, steps)
    })?;
    let is_written = |answer: &f64| with_numbers!(model.dtype(), T => T::narrow(*answer).widen().is_finite());
    if !answers.iter().flatten().all(is_written) {
        return Err(Error::NoAnswer { path: data.to_owned(), line: known as u64 + 1 });
    }
    let season = setting(&model, "season").unwrap_or(0);
    let target = |(number, (name, within)): (usize, (&String, Vec<Option<f64>>))| {
        let (past, later) = table.column(name).unwrap_or_default().split_at(known);
        let prediction = answers.iter().map(|answer| answer[number]).collect();
        let truth = later.iter().take(steps).copied().collect();
        let name = name.clone();
        let target = TargetForecast { name, past: past.to_vec(), prediction, within, truth, scores: Vec::new() };
        target.scored(means[number], season)
    };
    let targets = words.targets.iter().zip(within).enumerate().map(target).collect();
    let labels = table.labels.as_ref().map(|(name, labels)| Labels::new(name, labels));
    Ok(SeriesForecast { targets, labels, known, steps, dtype: model.dtype() })
}

/// A setting of the task, as the net's file has it.
fn setting(model: &Model, name: &str) -> Option<usize> {
    model.stored.settings.get(name)?.parse().ok()
}

/// How many of a file's `count` rows are left where some are held out: as many as the horizon there must be.
fn rows_before(data: &Path, count: usize, holdout: usize, horizon: usize) -> Result<usize, SettingError> {
    let left = count.checked_sub(holdout).filter(|left| *left >= horizon);
    left.ok_or_else(|| match count.checked_sub(horizon).filter(|most| *most > 0 && holdout > 0) {
        Some(most) => {
            let message =
                format!("holdout is {holdout}: it must be at most {most}, as {} has {count} rows", data.display());
            SettingError::new("holdout", message)
        }
        None => {
            let least = horizon + holdout.min(1);
            let message = format!(
                "{}: it has {count} rows: it must have at least {least}, as the horizon is {horizon}",
                data.display()
            );
            SettingError::new("data", message)
        }
    })
}
