//! A forecast: of a series of numbers, the ones that come so many steps later are asked for.
//!
//! ```text
//! input(i) = x_i      target(i) = y_{i+h}      h = horizon
//! ```
//!
//! The inputs x and the targets y are columns of a CSV file, by default all that hold numbers. A net reads and answers each column
//! standardised with the mean μ and the deviation σ of the part that is trained on:
//!
//! ```text
//! z = (x − μ)/σ
//! ```
//!
//! How well a series can be forecast is not known, so there is no floor. Answers are compared with those of simple rules, of which
//! the best one is told. The skill of a net is 1 − its mean squared error / that of the best rule.

use super::forecast_rows::{Column, Part, SquaredErrors, errors_of_rules, scales};
use super::names::{of_lines, to_lines};
use super::own_data::{Baseline, Dataset, Files, InFile, Series, Shares, Source};
use super::rules::RULES;
use super::series_rows::SeriesRows;
use super::setting::{TaskSetting, TaskValue};
use super::task::{OwnData, Scale, Task, Words};
use crate::error::Error;
use crate::files::{Missing, missing_column};
use crate::sequences::{Kind, Shape, Stores};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// The numbers that come next.
///
/// ```
/// use echo_data::{Forecast, OwnData, Shares, Task, in_memory};
/// let csv = &b"month,sales\n1,3.0\n2,5.0\n3,4.0\n4,6.0\n"[..];
/// let (task, data) = Forecast::default().read(vec![Box::new(csv)], Shares::default(), &in_memory).unwrap();
/// assert_eq!(task.words().inputs, ["sales"]);
/// // Each target is the input that follows.
/// let series = data.train[0].whole().unwrap();
/// assert_eq!(series.targets().values()[..2], series.inputs().values()[1..]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The files, which are CSV or arrays of NumPy's.
    pub data: Vec<PathBuf>,
    /// Whether files are series of their own or continue each other: `separate` or `joined`.
    pub files: &'static str,
    /// The columns that are read; none for all that hold numbers.
    pub inputs: Vec<String>,
    /// The columns that are asked for; none for all that are read.
    pub targets: Vec<String>,
    /// How many steps later they are asked for.
    pub horizon: usize,
    /// What becomes of missing values: `refuse`, `interpolate` or `drop`.
    pub missing: &'static str,
    /// Steps in a season, to compare with; 0 for none.
    pub season: usize,
    /// What is known of the data, once they are read.
    known: Option<Known>,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    inputs: Vec<Column>,
    targets: Vec<Column>,
}

const REFUSE: &str = Missing::REFUSE;
const INTERPOLATE: &str = Missing::INTERPOLATE;
const DROP: &str = Missing::DROP;

/// The next value of every column.
impl Default for Forecast {
    fn default() -> Self {
        let (data, inputs, targets) = (Vec::new(), Vec::new(), Vec::new());
        Self { data, files: Files::SEPARATE, inputs, targets, horizon: 1, missing: REFUSE, season: 0, known: None }
    }
}

impl Forecast {
    /// The names of the columns to read, if they are named.
    fn wanted(&self) -> Option<Vec<String>> {
        let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let (inputs, targets) = match &self.known {
            Some(known) => (names(&known.inputs), names(&known.targets)),
            None => (self.inputs.clone(), self.targets.clone()),
        };
        // Which of them are read, where only the targets are named, is found in the file.
        (!inputs.is_empty()).then(|| inputs.into_iter().chain(targets).collect())
    }

    /// What is learned of the rows, of which these are trained on.
    fn learned(&self, all: &SeriesRows, trained: &[Range<usize>]) -> Result<Known, Error> {
        let there = || all.names.iter().flatten().cloned().collect::<Vec<_>>();
        let inputs = if self.inputs.is_empty() { there() } else { self.inputs.clone() };
        let targets = if self.targets.is_empty() { inputs.clone() } else { self.targets.clone() };
        let names: Vec<&String> = inputs.iter().chain(&targets).collect();
        let slot = |name: &&String| all.slot(name).ok_or_else(|| missing_column(name, &there(), 1));
        let slots = names.iter().map(slot).collect::<Result<Vec<_>, _>>()?;
        let scales = scales(all, &slots, trained)?;
        let is_finite = |scale: &Scale| scale.mean.is_finite() && scale.deviation.is_finite();
        if let Some((name, _)) = names.iter().zip(&scales).find(|(_, scale)| !is_finite(scale)) {
            let problem = "its values are too great to be standardised".to_owned();
            return Err(Error::Columns { columns: (*name).clone(), problem });
        }
        let column = |(name, scale): (String, &Scale)| Column { name, scale: *scale };
        let (of_inputs, of_targets) = scales.split_at(inputs.len());
        let columns = |names: Vec<String>, scales: &[Scale]| names.into_iter().zip(scales).map(column).collect();
        Ok(Known { inputs: columns(inputs, of_inputs), targets: columns(targets, of_targets) })
    }
}

impl Task for Forecast {
    fn name(&self) -> &'static str {
        "forecast"
    }

    fn about(&self) -> &'static str {
        "The values to come of a series of yours"
    }

    fn shape(&self) -> Shape {
        let (inputs, targets) = self.known.as_ref().map_or((0, 0), |known| (known.inputs.len(), known.targets.len()));
        Shape { inputs: Kind::Values(inputs), targets: Kind::Values(targets) }
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { data, files, inputs, targets, horizon, missing, season, .. } = self;
        let plain = |name, about, value| TaskSetting { name, about, value, beside: None };
        vec![
            TaskSetting::of_data(data),
            TaskSetting::of_files(files),
            plain("inputs", TaskSetting::INPUTS, TaskValue::Names(inputs, TaskSetting::ALL_INPUTS)),
            plain("targets", TaskSetting::TARGETS, TaskValue::Names(targets, TaskSetting::ALL_TARGETS)),
            TaskSetting::of_horizon(horizon),
            plain(
                "missing",
                "What becomes of missing values",
                TaskValue::Choice(
                    missing,
                    &[
                        (REFUSE, "They are an error"),
                        (INTERPOLATE, "They are put on a line between their neighbours"),
                        (DROP, "Their rows are left out"),
                    ],
                ),
            ),
            plain("season", "Time steps in a season, to compare with; 0 for none", TaskValue::Count(season, 0)),
        ]
    }

    fn words(&self) -> Words {
        let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let known = self.known.as_ref();
        let targets = known.map(|known| names(&known.targets)).unwrap_or_default();
        let later = match self.horizon {
            1 => "the next value".to_owned(),
            steps => format!("the value {steps} steps later"),
        };
        let of = if targets.is_empty() { "a series".to_owned() } else { targets.join(", ") };
        Words {
            title: format!("Forecast of {of}"),
            answer: later.clone(),
            rule: format!("target = {later}"),
            unknown: String::new(),
            inputs: known.map(|known| names(&known.inputs)).unwrap_or_default(),
            targets,
        }
    }

    fn scales(&self) -> [Vec<Scale>; 2] {
        let of = |columns: &[Column]| columns.iter().map(|column| column.scale).collect();
        self.known.as_ref().map(|known| [of(&known.inputs), of(&known.targets)]).unwrap_or_default()
    }

    fn own_data(&self) -> Option<&dyn OwnData> {
        Some(self)
    }
}

impl OwnData for Forecast {
    fn read(
        &self,
        files: Vec<Source<'_>>,
        shares: Shares,
        stores: Stores<'_>,
    ) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let all =
            SeriesRows::read(files, self.wanted(), Missing::named(self.missing), Files::named(self.files), stores)?;
        let splits: Vec<_> = all.series.iter().map(|series| series.split(shares)).collect();
        let trained: Vec<_> = splits.iter().map(|[train, ..]| train.clone()).collect();
        let known = self.known.clone().map_or_else(|| self.learned(&all, &trained), Ok).map_err(InFile::all)?;
        let mut data = Dataset::default();
        let mut errors = [[SquaredErrors::default(); RULES.len()]; 3];
        for (Series { file, rows: series }, split) in all.series.iter().zip(splits) {
            let wrong = InFile::at(*file);
            let part = |rows: &Range<usize>| {
                let columns = [&known.inputs[..], &known.targets];
                Part::new(&all, series, rows, self.horizon, columns)
            };
            data.add(*file, split.each_ref().map(part));
            for (rows, errors) in split.iter().zip(&mut errors) {
                let steps = [self.horizon, self.season];
                let own = errors_of_rules(&all, series, rows, steps, &known.targets).map_err(wrong)?;
                errors.iter_mut().zip(own).for_each(|(errors, own)| *errors = errors.and(own));
            }
        }
        data.baselines = errors.map(|errors| {
            // The first rows of a series have no season before them.
            let counts = errors.iter().zip(RULES).filter(|(errors, _)| errors.count > errors.unanswered);
            let losses =
                counts.map(|(errors, name)| Baseline { name, loss: errors.sum / errors.count as f64, accuracy: None });
            losses.min_by(|a, b| a.loss.total_cmp(&b.loss))
        });
        Ok((Arc::new(Self { known: Some(known), ..self.clone() }), data))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some(Known { inputs, targets }) = &self.known else { return Vec::new() };
        let names = |columns: &[Column]| to_lines(columns.iter().map(|column| column.name.as_bytes()));
        let numbers = |columns: &[Column], of: fn(&Scale) -> f64| {
            columns.iter().map(|column| of(&column.scale).to_string()).collect::<Vec<_>>().join(",")
        };
        vec![
            ("input_columns", names(inputs)),
            ("input_means", numbers(inputs, |scale| scale.mean)),
            ("input_deviations", numbers(inputs, |scale| scale.deviation)),
            ("target_columns", names(targets)),
            ("target_means", numbers(targets, |scale| scale.mean)),
            ("target_deviations", numbers(targets, |scale| scale.deviation)),
        ]
    }

    fn with_facts(&self, fact: &dyn Fn(&str) -> Option<String>) -> Result<Arc<dyn Task>, Error> {
        let columns = |[names, means, deviations]: [&'static str; 3]| {
            let told = |name: &'static str| fact(name).ok_or(Error::Fact { name });
            let numbers = |name: &'static str| {
                let numbers = told(name)?.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
                let sound = numbers.ok().filter(|numbers| numbers.iter().all(|number| number.is_finite()));
                sound.ok_or(Error::Fact { name })
            };
            let (all, means_of, deviations_of) = (told(names)?, numbers(means)?, numbers(deviations)?);
            let all = of_lines(&all).ok_or(Error::Fact { name: names })?;
            if all.len() != means_of.len() || all.len() != deviations_of.len() {
                return Err(Error::Fact { name: names });
            }
            if deviations_of.iter().any(|&deviation| deviation <= 0.0) {
                return Err(Error::Fact { name: deviations });
            }
            let scales = means_of.into_iter().zip(deviations_of).map(|(mean, deviation)| Scale { mean, deviation });
            Ok(all.into_iter().zip(scales).map(|(name, scale)| Column { name, scale }).collect::<Vec<_>>())
        };
        let inputs = columns(["input_columns", "input_means", "input_deviations"])?;
        let targets = columns(["target_columns", "target_means", "target_deviations"])?;
        let is_other = |asked: &[String], own: &[Column]| {
            !asked.is_empty() && !asked.iter().eq(own.iter().map(|column| &column.name))
        };
        for (name, asked, own) in [("inputs", &self.inputs, &inputs), ("targets", &self.targets, &targets)] {
            if is_other(asked, own) {
                return Err(Error::Beside { name, problem: "the net was trained on other columns" });
            }
        }
        Ok(Arc::new(Self { known: Some(Known { inputs, targets }), ..self.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Table;
    use crate::sequences::in_memory;

    fn read(task: &Forecast, texts: &[&str], shares: Shares) -> Result<(Arc<dyn Task>, Dataset), String> {
        let files = texts.iter().map(|text| Box::new(text.as_bytes()) as Source<'_>).collect();
        task.read(files, shares, &in_memory)
            .map_err(|InFile { file, error }| file.map_or_else(|| error.to_string(), |file| format!("{file}: {error}")))
    }

    #[test]
    fn columns_are_standardised_with_the_training_part() {
        let text = "day,a,b\nmo,1,10\ntu,3,30\nwe,1,10\nth,3,30\nfr,100,5\n";
        let task = Forecast { inputs: vec!["a".into(), "b".into()], targets: vec!["b".into()], ..Forecast::default() };
        let (known, data) = read(&task, &[text], Shares { valid: 0.0, test: 0.2 }).unwrap();
        assert_eq!(data.test[0].whole().unwrap().mask().unwrap(), [false, false, false, true]);
        let [inputs, targets] = known.scales();
        assert_eq!(
            (inputs[0], targets[0]),
            (Scale { mean: 2.0, deviation: 1.0 }, Scale { mean: 20.0, deviation: 10.0 })
        );
        assert_eq!(data.train[0].whole().unwrap().inputs().values(), [-1.0, -1.0, 1.0, 1.0, -1.0, -1.0]);
        assert_eq!(data.train[0].whole().unwrap().targets().values(), [1.0, -1.0, 1.0]);
        let facts = known.own_data().unwrap().facts();
        let fact = |name: &str| facts.iter().find(|(own, _)| *own == name).map(|(_, text)| text.clone());
        assert_eq!(task.with_facts(&fact).unwrap().scales(), known.scales());
        assert_eq!(task.with_facts(&|_| None).unwrap_err(), Error::Fact { name: "input_columns" });
        assert!(task.with_facts(&|name| fact(name).map(|text| text.replace("10", "0"))).is_err());
    }

    #[test]
    fn the_best_rule_is_told() {
        // A season of three, which neither the last value nor the mean knows.
        let text = format!("v\n{}", "1\n5\n9\n".repeat(10));
        for (season, expected) in [(0, ("mean", 32.0 / 3.0)), (3, ("seasonal", 0.0)), (2, ("mean", 32.0 / 3.0))] {
            let task = Forecast { season, ..Forecast::default() };
            let (_, data) = read(&task, &[&text], Shares { valid: 0.0, test: 0.5 }).unwrap();
            let best = data.baselines[2].clone().unwrap();
            assert!(best.name == expected.0 && (best.loss - expected.1).abs() < 1.0, "{best:?}");
        }
        let straight: String = (0..40).map(|value| format!("x,{value}\n")).collect();
        let (_, data) =
            read(&Forecast::default(), &[&format!("t,v\n{straight}")], Shares { valid: 0.5, test: 0.0 }).unwrap();
        assert_eq!(data.baselines[1], Some(Baseline { name: "last value", loss: 1.0, accuracy: None }));
    }

    #[test]
    fn files_are_series_of_their_own_or_continue_each_other() {
        let texts = ["v,w\n0,0\n1,1\n2,\n", "w,v\n3,3\n4,4\n"];
        let task = Forecast { missing: INTERPOLATE, inputs: vec!["w".into()], ..Forecast::default() };
        let own = |task: &Forecast, number: usize| {
            let (known, data) = read(task, &texts, Shares::default()).unwrap();
            let scale = known.scales()[0][0];
            let series = data.train[number].whole().unwrap();
            let inputs: Vec<f64> = series.inputs().values().iter().map(|&value| scale.own(value).round()).collect();
            (data.train.len(), inputs)
        };
        // A value that is missing at a series' end is as the one before it.
        assert_eq!((own(&task, 0), own(&task, 1).1), ((2, vec![0.0, 1.0]), vec![3.0]));
        let joined = Forecast { files: Files::JOINED, ..task };
        assert_eq!(own(&joined, 0), (1, vec![0.0, 1.0, 2.0, 3.0]));
        let (_, data) = read(&joined, &texts, Shares { valid: 0.0, test: 0.2 }).unwrap();
        assert_eq!(data.test[0].whole().unwrap().mask().unwrap(), [false, false, false, true]);
        assert_eq!(
            read(&joined, &["w\n1\n", "v\n1\n"], Shares::default()).unwrap_err(),
            "1: line 1: there is no column `w`; the header must name `w`, it is `v`"
        );
    }

    #[test]
    fn long_series_are_the_same_from_any_place() {
        // Longer than what is read at a time, with gaps at the borders.
        let rows = (0..20_000_u32).map(|row| match row % 4096 {
            0 | 4095 => "NA\n".to_owned(),
            at => format!("{}\n", f64::from(at.wrapping_mul(2_654_435_761) % 1000) / 8.0),
        });
        let text = format!("v\n{}", rows.collect::<String>());
        let task = Forecast { missing: INTERPOLATE, season: 7, horizon: 2, ..Forecast::default() };
        let (known, data) = read(&task, &[&text], Shares { valid: 0.25, test: 0.25 }).unwrap();
        let Table { columns, .. } = Table::read(text.as_bytes(), None, Missing::Interpolate).unwrap();
        let scale = known.scales()[0][0];
        let values: Vec<f64> = columns[0].iter().map(|&value| scale.standardised(value)).collect();
        let trained = values.len() / 2;
        let train = data.train[0].whole().unwrap();
        assert_eq!(train.inputs().values(), &values[..trained - 2]);
        assert_eq!(train.targets().values(), &values[2..trained]);
        let mut stretch = data.test[0].none();
        data.test[0].read(400..700, &mut stretch).unwrap();
        let from = trained + trained / 2 - 502 + 400;
        assert_eq!(stretch.inputs().values(), &values[from..from + 300]);
        assert_eq!((stretch.is_scored(99), stretch.is_scored(100)), (false, true));
        let mean = columns[0][..trained].iter().sum::<f64>() / trained as f64;
        assert!((scale.mean - mean).abs() < 1e-12);
    }

    #[test]
    fn a_column_without_a_name_is_one_like_others() {
        // So tables are written whose rows are numbered.
        let numbered = ",v\n0,2\n1,5\n2,4\n3,6\n";
        let (known, _) = read(&Forecast::default(), &[numbered], Shares::default()).unwrap();
        assert_eq!(known.words().inputs, ["v"]);
        let (known, data) = read(&Forecast::default(), &["v,\n1,2\n5,4\n3,1\n"], Shares::default()).unwrap();
        assert_eq!(
            (known.words().inputs, data.train[0].whole().unwrap().len()),
            (vec!["v".to_owned(), String::new()], 2)
        );
    }

    #[test]
    fn numbers_that_are_all_the_same_keep_their_unit() {
        let text = format!("v\n{}", "0.1\n".repeat(30));
        let (known, _) = read(&Forecast::default(), &[&text], Shares::default()).unwrap();
        assert_eq!(known.scales()[0][0].deviation, 1.0);
    }

    #[test]
    fn a_horizon_asks_for_what_comes_later() {
        let text = format!("v,w\n{}", (0..10).map(|v| format!("{},{}\n", v * v, v)).collect::<String>());
        let task = Forecast { horizon: 3, targets: vec!["v".into()], ..Forecast::default() };
        let (known, data) = read(&task, &[&text, &text], Shares::default()).unwrap();
        assert_eq!(
            (data.train.len(), data.train[1].len(), known.words().answer),
            (2, 7, "the value 3 steps later".to_owned())
        );
        let own = |standardised: f64| known.scales()[1][0].own(standardised).round();
        assert_eq!(own(data.train[0].whole().unwrap().targets().values()[0]), 9.0);
        assert_eq!(
            read(&Forecast { inputs: vec!["u".into()], ..task }, &[&text], Shares::default()).unwrap_err(),
            "0: line 1: there is no column `u`; the header must name `u`, it is `v,w`"
        );
    }
}
