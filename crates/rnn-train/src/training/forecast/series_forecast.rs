//! A forecast as a value: what is expected of the rows to come, beside what came before and, where rows were held out, what came.

use super::labels::Labels;
use crate::error::Error;
use crate::settings::choices::Dtype;
use crate::training::errors::Errors;
use chart_kit::text::{count, number};
use echo_data::{RULES, by_rules};
use std::io::Write;
use std::path::Path;

/// A forecast of one or more numbers, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesForecast {
    /// For each number that is forecast what there is to say of it.
    pub targets: Vec<TargetForecast>,
    /// The labels of the file's rows, if they have some.
    pub labels: Option<Labels>,
    /// How many rows there are before the first one that is forecast.
    pub known: usize,
    /// How many rows are forecast.
    pub steps: usize,
    /// The type of the net's own numbers.
    pub(super) dtype: Dtype,
}

/// The forecast of one number, in its own units.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetForecast {
    /// What the number is called.
    pub name: String,
    /// What came before, row by row from the file's first.
    pub past: Vec<f64>,
    /// What the net expects, step by step.
    pub prediction: Vec<f64>,
    /// For each step how far from what came nine of ten predictions were; nothing where there were too few to tell.
    pub within: Vec<Option<f64>>,
    /// What came, step by step: as far as the file says it.
    pub truth: Vec<f64>,
    /// How far off the forecast was, then each simple rule that says something of every step; none without truth.
    pub scores: Vec<Score>,
}

/// How far off a way to forecast was.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// What it is called.
    pub of: &'static str,
    /// The root of the mean squared error.
    pub rmse: f64,
    /// The mean absolute error.
    pub mae: f64,
}

impl TargetForecast {
    /// Scores what is forecast, and the simple rules beside it. `mean` is that of the part that is trained on; `season` counts rows, 0
    /// for none.
    pub(super) fn scored(self, mean: f64, season: usize) -> Self {
        let Some(last) = self.past.len().checked_sub(1) else { return self };
        let of_rules = |step| by_rules(|row| self.past.get(row).copied(), mean, season, last, step + 1);
        let score = |of: &'static str, answer: &dyn Fn(usize) -> Option<f64>| {
            let mut errors = Errors::default();
            for (step, truth) in self.truth.iter().enumerate() {
                errors.add(answer(step)?, *truth);
            }
            let scores = errors.scores(of)?;
            Some(Score { of, rmse: scores.rmse, mae: scores.mae })
        };
        let own = score("forecast", &|step| self.prediction.get(step).copied());
        let of_rules = RULES.iter().enumerate().map(|(rule, of)| score(of, &|step| of_rules(step)[rule]));
        let scores = std::iter::once(own).chain(of_rules).flatten().collect();
        Self { scores, ..self }
    }

    /// The ends of the interval in which nine of ten values lie, at a step counted from 0.
    #[must_use]
    pub fn interval(&self, step: usize) -> Option<[f64; 2]> {
        let (value, within) = (*self.prediction.get(step)?, (*self.within.get(step)?)?);
        Some([value - within, value + within])
    }
}

impl SeriesForecast {
    /// The label of a step, counted from 0.
    #[must_use]
    pub fn label(&self, step: usize) -> Option<String> {
        self.labels.as_ref()?.of_row(self.known + step)
    }

    /// How far off it was, beside the simple rules, in a sentence for each number; none without truth.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let sentence = |target: &TargetForecast| {
            let [own, rules @ ..] = &target.scores[..] else { return None };
            let rows = count(target.truth.len(), "row");
            let score = |score: &Score| format!("RMSE {}, MAE {}", number(score.rmse, 3), number(score.mae, 3));
            let rules = rules.iter().map(|rule| format!("; {}: {}", rule.of, score(rule)));
            Some(format!("{} over {rows} held out: {}{}", target.name, score(own), rules.collect::<String>()))
        };
        self.targets.iter().filter_map(sentence).collect()
    }

    /// Writes it as CSV, a row for each step, with the columns `step`, counted from 1; the rows' label, where it is known for all; and
    /// for each number `prediction`, `low` and `high`, and where rows were held out `truth`, of several numbers each with its name
    /// behind.
    ///
    /// # Errors
    /// [`Error::Write`], of standard output.
    pub fn write_csv(&self, output: &mut dyn Write) -> Result<(), Error> {
        let unwritten = |error: csv::Error| Error::write_csv(Path::new("standard output"), error);
        let mut csv = csv::Writer::from_writer(output);
        let labels = (0..self.steps).map(|step| self.label(step)).collect::<Option<Vec<_>>>();
        let has_truth = self.targets.iter().any(|target| !target.truth.is_empty());
        let mut header = vec!["step".to_owned()];
        header.extend(self.labels.as_ref().filter(|_| labels.is_some()).map(|labels| labels.name.clone()));
        for TargetForecast { name, .. } in &self.targets {
            let named = |what: &str| if self.targets.len() == 1 { what.to_owned() } else { format!("{what}_{name}") };
            header.extend(["prediction", "low", "high"].map(named));
            header.extend(has_truth.then(|| named("truth")));
        }
        csv.write_record(&header).map_err(unwritten)?;
        for step in 0..self.steps {
            let mut cells = vec![(step + 1).to_string()];
            cells.extend(labels.as_ref().map(|labels| labels[step].clone()));
            for target in &self.targets {
                let [low, high] = target.interval(step).map_or([None; 2], |ends| ends.map(Some));
                let own = [target.prediction.get(step).copied(), low, high];
                cells.extend(own.map(|value| value.map(|value| self.shown(value)).unwrap_or_default()));
                let truth = target.truth.get(step).map(f64::to_string);
                cells.extend(has_truth.then(|| truth.unwrap_or_default()));
            }
            csv.write_record(&cells).map_err(unwritten)?;
        }
        csv.flush().map_err(|source| Error::write(Path::new("standard output"), source))
    }

    /// A number with as many digits as the net's own have.
    fn shown(&self, value: f64) -> String {
        match self.dtype {
            Dtype::F32 => (value as f32).to_string(),
            Dtype::F64 => value.to_string(),
        }
    }
}
