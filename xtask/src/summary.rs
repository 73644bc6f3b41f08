//! `summary.csv`: a row a trial.

use crate::error::Error;
use crate::plan::Trial;
use crate::spec::Spec;
use rnn_train::files::{SOLVED_LOSS, State, Status};
use std::path::Path;

/// The file's name.
pub(crate) const SUMMARY: &str = "summary.csv";

/// The columns before those of the varied settings, and those behind.
const BEFORE: [&str; 2] = ["trial", "seed"];
const BEHIND: [&str; 7] = ["status", "final_loss", "best_loss", "accuracy", "solved_epoch", "wall_seconds", "error"];

/// How one trial ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) trial: usize,
    pub(crate) seed: u64,
    /// The values of the varied settings, as text, in the grid's order.
    pub(crate) values: Vec<String>,
    pub(crate) status: State,
    pub(crate) final_loss: Option<f64>,
    pub(crate) best_loss: Option<f64>,
    pub(crate) accuracy: Option<f64>,
    pub(crate) solved_epoch: Option<usize>,
    pub(crate) wall_seconds: f64,
    pub(crate) error: Option<String>,
}

impl Row {
    /// The row of a trial that left this status.
    pub(crate) fn new(trial: &Trial, status: Status, wall_seconds: f64) -> Self {
        Self {
            trial: trial.number,
            seed: trial.seed,
            values: trial.texts(),
            status: status.status,
            final_loss: status.final_loss,
            best_loss: status.best_loss,
            accuracy: status.accuracy,
            solved_epoch: status.solved_epoch,
            wall_seconds,
            error: status.error,
        }
    }

    /// The row of a trial that failed without a word of its own.
    pub(crate) fn failed(trial: &Trial, error: String, wall_seconds: f64) -> Self {
        Self {
            trial: trial.number,
            seed: trial.seed,
            values: trial.texts(),
            status: State::Failed,
            final_loss: None,
            best_loss: None,
            accuracy: None,
            solved_epoch: None,
            wall_seconds,
            error: Some(error),
        }
    }

    pub(crate) fn solved(&self) -> bool {
        self.solved_epoch.is_some()
    }

    /// Whether the task, once solved, is so no more in the last epoch.
    pub(crate) fn lost(&self) -> bool {
        self.solved() && self.final_loss.is_none_or(|loss| loss >= SOLVED_LOSS)
    }

    /// The row's cells, in the order of the columns.
    pub(crate) fn cells(&self) -> Vec<String> {
        fn cell(value: Option<impl ToString>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        let before = [self.trial.to_string(), self.seed.to_string()];
        let behind = [
            self.status.to_string(),
            cell(self.final_loss),
            cell(self.best_loss),
            cell(self.accuracy),
            cell(self.solved_epoch),
            format!("{:.3}", self.wall_seconds),
            cell(self.error.as_ref()),
        ];
        before.into_iter().chain(self.values.iter().cloned()).chain(behind).collect()
    }
}

/// The names of all columns.
pub(crate) fn columns(spec: &Spec) -> Vec<String> {
    let varied = spec.grid.iter().map(|(name, _)| name.as_str());
    BEFORE.into_iter().chain(varied).chain(BEHIND).map(str::to_owned).collect()
}

/// The whole file as bytes.
pub(crate) fn csv(spec: &Spec, rows: &[Row]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(columns(spec))?;
    for row in rows {
        table.write_record(row.cells())?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

/// Reads a sweep's summary, which must be of this spec and its trials.
pub(crate) fn read(folder: &Path, spec: &Spec, trials: &[Trial]) -> Result<Vec<Row>, Error> {
    let path = folder.join(SUMMARY);
    let wrong = |problem: String| Error::Results { path: path.clone(), problem };
    let mut table = csv::Reader::from_path(&path).map_err(|error| wrong(error.to_string()))?;
    let expected = columns(spec);
    let header = table.headers().map_err(|error| wrong(error.to_string()))?;
    if header.iter().ne(expected.iter().map(String::as_str)) {
        let header = header.iter().collect::<Vec<_>>().join(",");
        return Err(wrong(format!(
            "line 1: the header is `{header}`, the sweep's columns are `{}`",
            expected.join(",")
        )));
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut seen = vec![false; trials.len()];
    for record in table.records() {
        let record = record.map_err(|error| wrong(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = parse(&record, spec.grid.len()).map_err(|problem| wrong(format!("line {line}, {problem}")))?;
        let Some(trial) = trials.get(row.trial) else {
            let problem = format!("there is no trial {} among the spec's {}", row.trial, trials.len());
            return Err(wrong(format!("line {line}: {problem}")));
        };
        if row.seed != trial.seed || row.values.iter().ne(&trial.texts()) {
            return Err(wrong(format!("line {line}: trial {} has other settings in the spec", row.trial)));
        }
        if std::mem::replace(&mut seen[row.trial], true) {
            return Err(wrong(format!("line {line}: trial {} has a row already", row.trial)));
        }
        rows.push(row);
    }
    // A sweep that was killed leaves them in the order in which trials ended.
    rows.sort_by_key(|row| row.trial);
    Ok(rows)
}

fn parse(record: &csv::StringRecord, varied: usize) -> Result<Row, String> {
    let cell = |column: usize| record.get(column).unwrap_or_default();
    let behind = BEFORE.len() + varied;
    let name = |index: usize| BEHIND[index];
    let bad = |name: &str, cell: &str| format!("column `{name}`: `{cell}` cannot be read");
    let optional = |index: usize| match cell(behind + index) {
        "" => Ok(None),
        text => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(bad(name(index), text)),
        },
    };
    let whole = |column: usize, name: &str| cell(column).parse::<u64>().map_err(|_| bad(name, cell(column)));
    Ok(Row {
        trial: whole(0, BEFORE[0])? as usize,
        seed: whole(1, BEFORE[1])?,
        values: (BEFORE.len()..behind).map(|column| cell(column).to_owned()).collect(),
        status: cell(behind).parse().map_err(|_| bad(name(0), cell(behind)))?,
        final_loss: optional(1)?,
        best_loss: optional(2)?,
        accuracy: optional(3)?,
        solved_epoch: optional(4)?.map(|epoch| epoch as usize),
        wall_seconds: optional(5)?.unwrap_or_default(),
        error: Some(cell(behind + 6).to_owned()).filter(|error| !error.is_empty()),
    })
}
