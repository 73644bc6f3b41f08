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

use super::own_data::{Baseline, Dataset, InFile, LEAD_IN, Shares, Source};
use super::rules::{RULES, by_rules};
use super::setting::{TaskSetting, TaskValue};
use super::task::{Form, OwnData, Scale, Task, Words};
use crate::error::Error;
use crate::files::{Missing, Table};
use crate::sequences::{Kind, Sequence, Shape, Step};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// The numbers that come next.
///
/// ```
/// use echo_data::{Forecast, OwnData, Shares, Task};
/// let csv = &b"month,sales\n1,3.0\n2,5.0\n3,4.0\n4,6.0\n"[..];
/// let (task, data) = Forecast::default().read(vec![Box::new(csv)], Shares::default()).unwrap();
/// assert_eq!(task.words().inputs, ["sales"]);
/// // Each target is the input that follows.
/// let series = &data.train[0];
/// assert_eq!(series.targets().values()[..2], series.inputs().values()[1..]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The files; each is a series of its own.
    pub data: Vec<PathBuf>,
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

/// A column, and how it is standardised.
#[derive(Debug, Clone, PartialEq)]
struct Column {
    name: String,
    scale: Scale,
}

const REFUSE: &str = "refuse";
const INTERPOLATE: &str = "interpolate";
const DROP: &str = "drop";

/// The next value of every column.
impl Default for Forecast {
    fn default() -> Self {
        let (data, inputs, targets) = (Vec::new(), Vec::new(), Vec::new());
        Self { data, inputs, targets, horizon: 1, missing: REFUSE, season: 0, known: None }
    }
}

impl Forecast {
    fn missing(&self) -> Missing {
        match self.missing {
            INTERPOLATE => Missing::Interpolate,
            DROP => Missing::Drop,
            _ => Missing::Refuse,
        }
    }

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

    /// What is learned of tables, of each of which this part is trained on.
    fn learned(&self, tables: &[Table], trained: &[Range<usize>]) -> Result<Known, InFile> {
        let first = &tables[0];
        let inputs = if self.inputs.is_empty() { first.names.clone() } else { self.inputs.clone() };
        let targets = if self.targets.is_empty() { inputs.clone() } else { self.targets.clone() };
        let column = |name: &String| {
            let mut values = Vec::new();
            for (file, (table, trained)) in tables.iter().zip(trained).enumerate() {
                let own = table.column(name).ok_or_else(|| InFile { file, error: missing_column(name, table) })?;
                values.extend_from_slice(&own[trained.clone()]);
            }
            let scale = Scale::of(&values);
            if !(scale.mean.is_finite() && scale.deviation.is_finite()) {
                let problem = format!("column `{name}`: its values are too great to be standardised");
                return Err(InFile { file: 0, error: Error::Malformed { line: 1, problem } });
            }
            Ok(Column { name: name.clone(), scale })
        };
        let [inputs, targets] = [inputs, targets].map(|names| names.iter().map(column).collect::<Result<Vec<_>, _>>());
        Ok(Known { inputs: inputs?, targets: targets? })
    }

    /// The sequence of some of a table's rows, and how far off each baseline is: sums of squares, and how many there are.
    fn sequence(&self, known: &Known, table: &Table, rows: Range<usize>) -> Result<(Sequence, [Off; 3]), Error> {
        let shape = Shape { inputs: Kind::Values(known.inputs.len()), targets: Kind::Values(known.targets.len()) };
        let mut sequence = Sequence::new(shape);
        let column = |column: &Column| table.column(&column.name).ok_or_else(|| missing_column(&column.name, table));
        let inputs = known.inputs.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let targets = known.targets.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        // Every value of a part is asked for, with what stands before it as a lead-in.
        let first = rows.start.saturating_sub(LEAD_IN + self.horizon);
        let end = rows.end.saturating_sub(self.horizon).max(first);
        let mut off = [Off::default(); 3];
        let (mut read, mut asked) = (Vec::new(), Vec::new());
        for row in first..end {
            let is_scored = row + self.horizon >= rows.start;
            let standardised =
                |(column, values): (&Column, &&[f64]), row: usize| column.scale.standardised(values[row]);
            read.clear();
            read.extend(known.inputs.iter().zip(&inputs).map(|pair| standardised(pair, row)));
            asked.clear();
            asked.extend(known.targets.iter().zip(&targets).map(|pair| standardised(pair, row + self.horizon)));
            sequence.push(Step::Values(&read), is_scored.then_some(Step::Values(&asked)))?;
            if !is_scored {
                continue;
            }
            for (column, values) in known.targets.iter().zip(&targets) {
                let target = values[row + self.horizon];
                let rules = by_rules(values, column.scale.mean, self.season, row, self.horizon);
                for (off, rule) in off.iter_mut().zip(rules) {
                    off.add(rule.map(|rule| rule - target));
                }
            }
        }
        Ok((sequence, off))
    }
}

/// How far off a rule is: the sum of squares, and how many there are.
#[derive(Debug, Clone, Copy, Default)]
struct Off {
    sum: f64,
    count: usize,
    /// Whether the rule had no answer somewhere.
    is_partial: bool,
}

impl Off {
    fn add(&mut self, error: Option<f64>) {
        match error {
            Some(error) => (self.sum, self.count) = (self.sum + error * error, self.count + 1),
            None => self.is_partial = true,
        }
    }

    fn and(self, other: Self) -> Self {
        let is_partial = self.is_partial || other.is_partial;
        Self { sum: self.sum + other.sum, count: self.count + other.count, is_partial }
    }
}

fn missing_column(name: &str, table: &Table) -> Error {
    let (expected, header) = (format!("`{name}`"), table.names.join(","));
    Error::MissingColumn { line: 1, column: name.to_owned(), expected, header, hint: "" }
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

    fn form(&self) -> Form {
        Form::Stream
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { data, inputs, targets, horizon, missing, season, .. } = self;
        let plain = |name, about, value| TaskSetting { name, about, value, beside: None };
        vec![
            TaskSetting::of_data(data),
            plain("inputs", "Columns to read", TaskValue::Names(inputs, "all that hold numbers")),
            plain("targets", "Columns to forecast", TaskValue::Names(targets, "those that are read")),
            plain("horizon", "Time steps between what is read and what is asked for", TaskValue::Count(horizon, 1)),
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
    fn read(&self, files: Vec<Source<'_>>, shares: Shares) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let wanted = self.wanted();
        let mut tables = Vec::new();
        for (file, reader) in files.into_iter().enumerate() {
            let table = Table::read(reader, wanted.as_deref(), self.missing());
            tables.push(table.map_err(|error| InFile { file, error })?);
        }
        let splits: Vec<_> = tables.iter().map(|table| shares.split(table.columns[0].len())).collect();
        let known = match &self.known {
            Some(known) => known.clone(),
            None => self.learned(&tables, &splits.iter().map(|[train, ..]| train.clone()).collect::<Vec<_>>())?,
        };
        let mut data = Dataset::default();
        let mut off = [[Off::default(); RULES.len()]; 3];
        for (file, (table, split)) in tables.iter().zip(splits).enumerate() {
            let parts = [&mut data.train, &mut data.valid, &mut data.test];
            for ((part, rows), off) in parts.into_iter().zip(split).zip(&mut off) {
                let (sequence, own) = self.sequence(&known, table, rows).map_err(|error| InFile { file, error })?;
                if (0..sequence.len()).any(|step| sequence.is_scored(step)) {
                    part.push(sequence);
                }
                off.iter_mut().zip(own).for_each(|(off, own)| *off = off.and(own));
            }
        }
        data.baselines = off.map(|off| {
            let whole = off.iter().zip(RULES).filter(|(off, _)| off.count > 0 && !off.is_partial);
            let losses = whole.map(|(off, name)| Baseline { name, loss: off.sum / off.count as f64 });
            losses.min_by(|a, b| a.loss.total_cmp(&b.loss))
        });
        Ok((Arc::new(Self { known: Some(known), ..self.clone() }), data))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some(Known { inputs, targets }) = &self.known else { return Vec::new() };
        let names =
            |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>().join("\n");
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
            let all: Vec<_> = all.split('\n').map(str::to_owned).collect();
            if all.len() != means_of.len() || all.len() != deviations_of.len() {
                return Err(Error::Fact { name: names });
            }
            if deviations_of.iter().any(|&deviation| deviation <= 0.0) {
                return Err(Error::Fact { name: deviations });
            }
            let scales = means_of.into_iter().zip(deviations_of).map(|(mean, deviation)| Scale { mean, deviation });
            Ok(all.into_iter().zip(scales).map(|(name, scale)| Column { name, scale }).collect())
        };
        let inputs = columns(["input_columns", "input_means", "input_deviations"])?;
        let targets = columns(["target_columns", "target_means", "target_deviations"])?;
        Ok(Arc::new(Self { known: Some(Known { inputs, targets }), ..self.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(task: &Forecast, texts: &[&str], shares: Shares) -> Result<(Arc<dyn Task>, Dataset), String> {
        let files = texts.iter().map(|text| Box::new(text.as_bytes()) as Source<'_>).collect();
        task.read(files, shares).map_err(|InFile { file, error }| format!("{file}: {error}"))
    }

    #[test]
    fn columns_are_standardised_with_the_training_part() {
        let text = "day,a,b\nmo,1,10\ntu,3,30\nwe,1,10\nth,3,30\nfr,100,5\n";
        let task = Forecast { inputs: vec!["a".into(), "b".into()], targets: vec!["b".into()], ..Forecast::default() };
        let (known, data) = read(&task, &[text], Shares { valid: 0.0, test: 0.2 }).unwrap();
        assert_eq!(data.test[0].mask().unwrap(), [false, false, false, true]);
        let [inputs, targets] = known.scales();
        assert_eq!(
            (inputs[0], targets[0]),
            (Scale { mean: 2.0, deviation: 1.0 }, Scale { mean: 20.0, deviation: 10.0 })
        );
        assert_eq!(data.train[0].inputs().values(), [-1.0, -1.0, 1.0, 1.0, -1.0, -1.0]);
        assert_eq!(data.train[0].targets().values(), [1.0, -1.0, 1.0]);
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
        assert_eq!(data.baselines[1], Some(Baseline { name: "last value", loss: 1.0 }));
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
        assert_eq!(own(data.train[0].targets().values()[0]), 9.0);
        assert_eq!(
            read(&Forecast { inputs: vec!["u".into()], ..task }, &[&text], Shares::default()).unwrap_err(),
            "0: line 1: there is no column `u`; the header must name `u`, it is `v,w`"
        );
    }
}
