//! A saved net forecasts a series: it reads it to the end, then reads its own answers in the place of further rows.
//!
//! What is answered at the row i is the value of the row i + h. So the rows of a file of n rows give the values up to n − 1 + h; then the
//! value of each further row is read as it was answered.
//!
//! How far off the answers may be is found in the series itself: from up to fifty rows of its last fifth, which training holds out at the
//! end, the net goes on in the same way, and is compared with what came. Of the errors k steps later, nine of ten are within the interval
//! that is told.

use super::model::Model;
use crate::error::{Error, SettingError};
use crate::settings::choices::with_numbers;
use crate::training::data::tell_dialect;
use echo_data::files::{Missing, Table};
use echo_data::{Scale, Words};
use rnn_core::{Network, Scalar, Stream};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// What nine of ten errors are within.
const SHARE: f64 = 0.9;
/// Fewer errors say nothing of an interval.
const LEAST_ERRORS: usize = 5;
/// From so many rows at most the net goes on to find errors.
const MOST_BEGINNINGS: usize = 50;

/// Writes what the net in the file `model` expects of the `steps` rows behind those of a CSV file: a row of CSV for each, with the
/// columns `step`, counted from 1; the rows' label, where it goes on evenly; and for each number that is asked for `prediction`, `low` and
/// `high`, of several numbers each with its name behind.
///
/// # Errors
/// [`Error::Read`], [`Error::Weights`] and [`Error::Series`] for files; a [`SettingError`] for a net that was not trained to forecast, or
/// that reads what it does not answer; [`Error::NoAnswer`]; [`Error::Write`].
pub fn forecast(model: &Path, data: &Path, steps: usize, output: &mut dyn Write) -> Result<(), Error> {
    let (wrong, path) = (|source| Error::Weights { path: model.to_owned(), source }, model);
    let model = Model::read(model)?;
    let known = model.known.as_ref().filter(|task| !task.scales()[1].is_empty());
    let (Some(task), Some(horizon)) = (known, horizon(&model)) else {
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
    let table = Table::read(file, Some(&columns), Missing::Refuse);
    let table = table.map_err(|source| Error::Series { path: data.to_owned(), source })?;
    tell_dialect(&data.display().to_string(), table.dialect);
    with_numbers!(model.dtype(), T => {
        let network = Network::<T>::from_safetensors(&model.bytes).map_err(wrong)?;
        let series = Series::new(&table, &words, task.scales(), horizon);
        series.write(&network, &table, data, steps, output)
    })
}

/// How many steps later a net answers.
fn horizon(model: &Model) -> Option<usize> {
    model.stored.settings.get("horizon")?.parse().ok().filter(|horizon| *horizon > 0)
}

/// A series as a net reads it.
struct Series {
    /// Of each row the numbers that are read, standardised.
    rows: Vec<Vec<f64>>,
    /// Of each row the numbers that are asked for, in their own units.
    targets: Vec<Vec<f64>>,
    names: Vec<String>,
    scales: Vec<Scale>,
    /// For each number that is read: its place among those that are answered, and its scale.
    read_again: Vec<(usize, Scale)>,
    horizon: usize,
}

/// A net on its way through a series: what it has answered for rows to come.
#[derive(Clone)]
struct Going<'a, T> {
    stream: Stream<'a, T>,
    /// For each row from the first that is answered on.
    answers: Vec<Vec<f64>>,
}

impl Series {
    fn new(table: &Table, words: &Words, [inputs, targets]: [Vec<Scale>; 2], horizon: usize) -> Self {
        let column = |name: &String| table.column(name).unwrap_or_default();
        let count = table.columns.first().map_or(0, Vec::len);
        let row = |names: &[String], row: usize| names.iter().map(|name| column(name)[row]).collect::<Vec<f64>>();
        let standardised =
            |row: Vec<f64>| row.iter().zip(&inputs).map(|(value, scale)| scale.standardised(*value)).collect();
        let rows = (0..count).map(|number| standardised(row(&words.inputs, number))).collect();
        let own = (0..count).map(|number| row(&words.targets, number)).collect();
        let place = |name: &String| words.targets.iter().position(|target| target == name).unwrap_or_default();
        let read_again = words.inputs.iter().zip(&inputs).map(|(name, scale)| (place(name), *scale)).collect();
        Self { rows, targets: own, names: words.targets.clone(), scales: targets, read_again, horizon }
    }

    /// Reads a row, and keeps the answer.
    fn read<T: Scalar>(&self, going: &mut Going<'_, T>, row: &[f64]) -> Result<(), Error> {
        let features: Vec<T> = row.iter().map(|&value| T::narrow(value)).collect();
        let answers = going.stream.push(&features)?;
        let own = |(answer, scale): (&T, &Scale)| scale.own(answer.widen());
        going.answers.push(answers.iter().zip(&self.scales).map(own).collect());
        Ok(())
    }

    /// Goes on from behind the first `rows` rows: what is answered for the `steps` that follow.
    fn go_on<T: Scalar>(&self, mut going: Going<'_, T>, rows: usize, steps: usize) -> Result<Vec<Vec<f64>>, Error> {
        let mut expected = Vec::with_capacity(steps.min(1 << 16));
        for row in rows..rows + steps {
            // Nothing is answered for the first rows of a series that is shorter than the horizon.
            let Some(answer) = row.checked_sub(self.horizon).and_then(|from| going.answers.get(from)).cloned() else {
                break;
            };
            let read: Vec<f64> =
                self.read_again.iter().map(|(place, scale)| scale.standardised(answer[*place])).collect();
            expected.push(answer);
            self.read(&mut going, &read)?;
        }
        Ok(expected)
    }

    /// Of each number, and each step ahead, what nine of ten errors are within; nothing where there are too few.
    fn intervals(&self, errors: &[Vec<Vec<f64>>], steps: usize) -> Vec<Vec<Option<f64>>> {
        let of_step = |number: usize, step: usize| {
            let mut all: Vec<f64> = errors.iter().filter_map(|of_one| Some(of_one.get(step)?[number])).collect();
            all.sort_by(f64::total_cmp);
            let place = ((all.len() as f64 * SHARE).ceil() as usize).saturating_sub(1);
            all.get(place).copied().filter(|width| all.len() >= LEAST_ERRORS && width.is_finite())
        };
        let of_number = |number: usize| {
            let mut widest: Option<f64> = None;
            let widths = (0..steps).map(|step| {
                // Nothing is known better later.
                widest = of_step(number, step).map(|width| widest.map_or(width, |widest: f64| widest.max(width)));
                widest
            });
            widths.collect()
        };
        (0..self.names.len()).map(of_number).collect()
    }

    fn write<T: Scalar>(
        &self,
        network: &Network<T>,
        table: &Table,
        path: &Path,
        steps: usize,
        output: &mut dyn Write,
    ) -> Result<(), Error> {
        let count = self.rows.len();
        let from = count - count / 5;
        let every = ((count - from) / MOST_BEGINNINGS).max(1);
        let mut going = Going { stream: network.stream()?, answers: Vec::new() };
        let mut errors = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            if number >= from && (number - from).is_multiple_of(every) {
                let expected = self.go_on(going.clone(), number, steps.min(count - number))?;
                let off = expected.iter().zip(&self.targets[number..]).map(|(answer, target)| {
                    answer.iter().zip(target).map(|(answer, target)| (answer - target).abs()).collect()
                });
                errors.push(off.collect::<Vec<Vec<f64>>>());
            }
            self.read(&mut going, row)?;
        }
        let expected = self.go_on(going, count, steps)?;
        if expected.is_empty() && steps > 0 {
            let message = format!(
                "{}: it has {count} rows: it must have more than the horizon, {}",
                path.display(),
                self.horizon
            );
            return Err(SettingError::new("data", message).into());
        }
        if expected.iter().flatten().any(|answer| !answer.is_finite()) {
            return Err(Error::NoAnswer { path: path.to_owned(), line: count as u64 + 1 });
        }
        let intervals = self.intervals(&errors, steps);
        let labels = table.labels.as_ref().and_then(|(name, labels)| Some((name, Labels::of(labels)?)));
        let named = |what: &str| {
            let name =
                |target: &String| if self.names.len() == 1 { what.to_owned() } else { format!("{what}_{target}") };
            self.names.iter().map(name).collect::<Vec<_>>()
        };
        let [predictions, lows, highs] = ["prediction", "low", "high"].map(named);
        let mut csv = csv::Writer::from_writer(output);
        let mut header = vec!["step".to_owned()];
        header.extend(labels.as_ref().map(|(name, _)| (*name).clone()));
        for number in 0..self.names.len() {
            header.extend([&predictions, &lows, &highs].map(|names| names[number].clone()));
        }
        let unwritten = |error: csv::Error| Error::write_csv(Path::new("standard output"), error);
        csv.write_record(&header).map_err(unwritten)?;
        for (step, answer) in expected.iter().enumerate() {
            let mut cells = vec![(step + 1).to_string()];
            cells.extend(labels.as_ref().map(|(_, labels)| labels.after(step + 1)));
            for (number, &value) in answer.iter().enumerate() {
                let width = intervals[number].get(step).copied().flatten();
                let end = |sign: f64| width.map(|width| shown::<T>(value + sign * width)).unwrap_or_default();
                cells.extend([shown::<T>(value), end(-1.0), end(1.0)]);
            }
            csv.write_record(&cells).map_err(unwritten)?;
        }
        csv.flush().map_err(|source| Error::write(Path::new("standard output"), source))
    }
}

/// A number with as many digits as the net's own have.
fn shown<T: Scalar>(value: f64) -> String {
    T::narrow(value).to_string()
}

/// Labels of rows that go on.
#[derive(Debug, Clone, PartialEq)]
enum Labels {
    /// Numbers in even steps: the last one, and the step.
    Even(f64, f64),
    /// Months, as `1960-12`: the last one, counted from the year 0, and how many lie between two rows.
    Months(i64, i64),
}

impl Labels {
    /// How these go on, if they do evenly.
    fn of(labels: &[String]) -> Option<Self> {
        let even = |values: &[f64]| {
            let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let first = *steps.first().filter(|step| **step > 0.0)?;
            let is_even = steps.iter().all(|step| (step - first).abs() <= 1e-9 * first.max(1.0));
            Some((*values.last()?, first)).filter(|_| is_even)
        };
        let numbers = labels.iter().map(|label| label.parse().ok()).collect::<Option<Vec<f64>>>();
        if let Some((last, step)) = numbers.as_deref().and_then(even) {
            return Some(Self::Even(last, step));
        }
        let month = |label: &String| {
            let (year, month) = label.split_once('-')?;
            let (year, month): (i32, u8) = (year.parse().ok()?, month.parse().ok()?);
            (1..=12).contains(&month).then(|| f64::from(year) * 12.0 + f64::from(month - 1))
        };
        let months = labels.iter().map(month).collect::<Option<Vec<f64>>>()?;
        let (last, step) = even(&months)?;
        Some(Self::Months(last as i64, step as i64))
    }

    /// The label of the row that comes so many steps behind the last one.
    fn after(&self, steps: usize) -> String {
        match *self {
            Self::Even(last, step) => (last + step * steps as f64).to_string(),
            Self::Months(last, step) => {
                let month = last + step * steps as i64;
                format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_go_on_evenly_or_not_at_all() {
        let of = |labels: &[&str]| Labels::of(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["1700", "1701", "1702"]).unwrap().after(2), "1704");
        assert_eq!(of(&["0.5", "1", "1.5"]).unwrap().after(1), "2");
        assert_eq!(of(&["1960-11", "1960-12"]).unwrap().after(1), "1961-01");
        assert_eq!(of(&["1960-01", "1960-04", "1960-07"]).unwrap().after(2), "1961-01");
        for labels in [&["monday", "tuesday"][..], &["1", "2", "4"], &["1960-13", "1960-14"], &["1"], &[]] {
            assert_eq!(of(labels), None, "{labels:?}");
        }
    }
}
