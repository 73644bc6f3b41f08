//! `snapshots.csv`: its columns, which depend on what the net reads and answers; written and read.

use super::columns::{Row, row};
use super::snapshot::{Answered, Lane, MOST_ROWS, MOST_TIMES, Snapshot};
use super::table::{MOST, Table, whole_lines};
use crate::error::Error;
use crate::settings::table::Settings;
use echo_data::Kind;
use echo_data::files::Rows;
use std::io::{Error as IoError, Read};
use std::path::{Path, PathBuf};

/// The lanes of a snapshot's rows: how many, and what stands in them.
#[derive(Debug, Clone, PartialEq)]
struct Lanes {
    /// Inputs, targets, predictions: the names of their columns, and what stands there.
    parts: [(Vec<String>, Kind); 3],
}

impl Lanes {
    /// Those of a run with these settings.
    fn of(settings: &Settings) -> Self {
        let (shape, words) = (settings.shape(), settings.task().words());
        let names = |lane: &str, kind: Kind, own: &[String]| match kind {
            Kind::Values(width) | Kind::Bits(width) if width > 1 => {
                let name = |index: usize| own.get(index).cloned().unwrap_or_else(|| index.to_string());
                (0..width).map(|index| format!("{lane}_{}", name(index))).collect()
            }
            _ => vec![lane.to_owned()],
        };
        let part = |lane, kind, own: &[String]| (names(lane, kind, own), kind);
        let (inputs, targets) = (&words.inputs[..], &words.targets[..]);
        let parts = [
            part("input", shape.inputs, inputs),
            part("target", shape.targets, targets),
            part("prediction", shape.targets, targets),
        ];
        Self { parts }
    }

    /// The names of all columns.
    fn columns(&self) -> Vec<String> {
        let places = SnapshotPlace::COLUMNS.iter().map(|column| column.name.to_owned());
        places.chain(self.parts.iter().flat_map(|(names, _)| names.clone())).collect()
    }

    /// No time steps.
    fn none(&self) -> Answered {
        let [inputs, targets, predictions] = self.parts.each_ref().map(|(names, _)| vec![Vec::new(); names.len()]);
        Answered { inputs, targets, predictions }
    }
}

impl Snapshot {
    /// Makes the file `snapshots.csv` of a run with these settings.
    pub(crate) fn table(path: PathBuf, settings: &Settings) -> Result<Table, Error> {
        Table::create(path, Lanes::of(settings).columns())
    }

    /// Adds it to the file.
    pub(crate) fn write(&self, table: &mut Table) -> Result<(), Error> {
        let Self { epoch, batch, step, first_time, ref rows } = *self;
        let mut cells: Vec<String> = Vec::new();
        for (row, answered) in rows.iter().enumerate() {
            for time in 0..answered.times() {
                cells.clear();
                cells.extend([epoch, batch, step, row, first_time + time].map(|count| count.to_string()));
                let cell = |lane: &Lane| lane[time].map(shown).unwrap_or_default();
                cells.extend(answered.lanes().map(cell));
                table.push(&cells)?;
            }
        }
        Ok(())
    }

    /// Reads the snapshots in a file of a run with these settings, and whether all of them are whole: the last one of a run
    /// that is on its way, or was killed, can be there in part, and is left out.
    pub(crate) fn read_all(path: &Path, settings: &Settings) -> Result<(Vec<Self>, bool), Error> {
        let wrong = |source| Error::Read { path: path.to_owned(), source };
        let malformed = |error: echo_data::Error| wrong(IoError::other(error));
        let (rows_each, lanes) = (settings.batch_size.min(MOST_ROWS), Lanes::of(settings));
        let times_each = settings.truncated_backprop_length.min(MOST_TIMES);
        let first_time = settings.truncated_backprop_length - times_each;
        let mut snapshots: Vec<Self> = Vec::new();
        // How many rows of the file the last snapshot has.
        let mut found = 0;
        let Some(file) = whole_lines(path).map_err(wrong)? else { return Ok((snapshots, true)) };
        let mut rows = Rows::new(file, &lanes.columns()).map_err(malformed)?;
        while rows.next_row().map_err(malformed)? {
            let line = rows.line();
            let at_line = |problem: String| wrong(IoError::other(format!("line {line}{problem}")));
            let place = SnapshotPlace::read(&mut rows).map_err(malformed)?.map_err(at_line)?;
            let SnapshotPlace { epoch, batch, step, row, time } = place;
            if found == rows_each * times_each || snapshots.is_empty() {
                if let Some(above) = snapshots.last().filter(|above| above.step >= step) {
                    let order = "snapshots must be in the order of their steps";
                    return Err(at_line(format!(": step {step} stands below step {}: {order}", above.step)));
                }
                snapshots.push(Self { epoch, batch, step, first_time, rows: Vec::new() });
                found = 0;
            }
            let Some(snapshot) = snapshots.last_mut() else { continue };
            let (row_expected, time_expected) = (found / times_each, first_time + found % times_each);
            let Self { epoch, batch, step, .. } = *snapshot;
            let expected = SnapshotPlace { epoch, batch, step, row: row_expected, time: time_expected };
            if place != expected {
                return Err(at_line(format!(": {place} stands where {expected} must")));
            }
            if snapshot.rows.len() == row {
                snapshot.rows.push(lanes.none());
            }
            let mut column = SnapshotPlace::COLUMNS.len();
            let Some(answered) = snapshot.rows.last_mut() else { continue };
            let parts = [&mut answered.inputs, &mut answered.targets, &mut answered.predictions];
            for (lanes_of_part, (names, kind)) in parts.into_iter().zip(&lanes.parts) {
                for (lane, name) in lanes_of_part.iter_mut().zip(names) {
                    let cell = number(&mut rows, column).map_err(malformed)?;
                    if let (Some(class), Kind::Classes(classes)) = (cell, *kind)
                        && !(class.fract() == 0.0 && (0.0..classes as f64).contains(&class))
                    {
                        return Err(at_line(format!(": {name} {class} is not a class from 0 to {}", classes - 1)));
                    }
                    lane.push(cell);
                    column += 1;
                }
            }
            found += 1;
            debug_assert_eq!(time, time_expected);
        }
        let is_whole = snapshots.is_empty() || found == rows_each * times_each;
        if !is_whole {
            snapshots.pop();
        }
        Ok((snapshots, is_whole))
    }
}

/// A number as it stands in the file: with as many digits as reading the same number back needs.
fn shown(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        1e-5..1e16 => value.to_string(),
        _ => format!("{value:e}"),
    }
}

/// The number in a cell; nothing where that is empty.
fn number<R: Read>(rows: &mut Rows<R>, column: usize) -> Result<Option<f64>, echo_data::Error> {
    if rows.text(column)?.is_empty() { Ok(None) } else { rows.number(column).map(Some) }
}

row! {
    /// Where a row of `snapshots.csv` belongs: what stands in its first columns. Behind them are what is read, what should be
    /// answered and what is answered at one time step of one row of a snapshot: `input`, `target` and `prediction`, or where
    /// those are several numbers `input_NAME` and so on.
    pub struct SnapshotPlace {
        /// Epoch, counted from 0.
        epoch: usize, EPOCH = "epoch", "epoch";
        /// Window within the epoch, counted from 0.
        batch: usize, BATCH = "batch", "window";
        /// Training steps that the net has made.
        step: usize, STEP = "step", "step";
        /// Row of the batch, counted from 0.
        row: usize, ROW = "row", "row";
        /// Time step in the window, counted from 0.
        time: usize, TIME = "time", "time";
    }
}

impl SnapshotPlace {
    /// Reads it from a row's first cells; what is no count is said behind the line's number.
    fn read<R: Read>(rows: &mut Rows<R>) -> Result<Result<Self, String>, echo_data::Error> {
        let mut counts = [0; Self::COLUMNS.len()];
        for (column, count) in counts.iter_mut().enumerate() {
            rows.number(column)?;
            let cell = rows.numeral(column)?;
            let Some(whole) = cell.parse::<u64>().ok().filter(|count| *count <= MOST) else {
                let name = Self::COLUMNS[column].name;
                return Ok(Err(format!(", column `{name}`: `{cell}` is not a whole number from 0 to {MOST}")));
            };
            *count = whole as usize;
        }
        let [epoch, batch, step, row, time] = counts;
        Ok(Ok(Self { epoch, batch, step, row, time }))
    }
}

impl std::fmt::Display for SnapshotPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { epoch, batch, step, row, time } = self;
        write!(f, "epoch {epoch}, batch {batch}, step {step}, row {row}, time {time}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::files::SNAPSHOTS;

    /// A file with snapshots of the steps 3 and 5, whose windows have so many rows and time steps, and the settings of its
    /// run.
    fn written(path: &Path, batch_size: usize, times: usize) -> (Vec<Snapshot>, Settings) {
        let values: Vec<u32> = (0..(batch_size * times) as u32).map(|value| value % 7).collect();
        let sixes = vec![6; values.len()];
        let snapshot = |step| Snapshot::of_classes([1, 2, step], batch_size, [&values, &values, &sixes]);
        let snapshots = [3, 5].map(snapshot).to_vec();
        let settings = format!("batch_size = {batch_size}\ntruncated_backprop_length = {times}\nnum_classes = 7");
        let settings = settings.parse().unwrap();
        let mut table = Snapshot::table(path.to_owned(), &settings).unwrap();
        snapshots.iter().for_each(|snapshot| snapshot.write(&mut table).unwrap());
        table.flush().unwrap();
        (snapshots, settings)
    }

    #[test]
    fn snapshots_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SNAPSHOTS);
        // Seven rows and a short window, two rows and one too long to be shown.
        for (batch_size, times, shape) in [(7, 3, (5, 0)), (2, 300, (2, 120))] {
            let (snapshots, settings) = written(&path, batch_size, times);
            assert_eq!((snapshots[0].rows.len(), snapshots[0].first_time), shape);
            assert_eq!(Snapshot::read_all(&path, &settings).unwrap(), (snapshots.clone(), true));
            // The last one in part.
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, &text[..text.len() - 4]).unwrap();
            assert_eq!(Snapshot::read_all(&path, &settings).unwrap(), (snapshots[..1].to_vec(), false));
        }
    }

    #[test]
    fn snapshots_that_somebody_has_edited_are_refused_with_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SNAPSHOTS);
        let (_, settings) = written(&path, 2, 3);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let without = |line: usize| [&lines[..line - 1], &lines[line..]].concat().join("\n") + "\n";
        let place = |step, row, time| format!("epoch 1, batch 2, step {step}, row {row}, time {time}");
        let cases = [
            (without(4), format!("line 4: {} stands where {} must", place(3, 1, 0), place(3, 0, 2))),
            (without(7), format!("line 7: {} stands where {} must", place(5, 0, 0), place(3, 1, 2))),
            (without(8), format!("line 8: {} stands where {} must", place(5, 0, 1), place(5, 0, 0))),
            (
                text.replace("1,2,5,", "1,2,3,"),
                "line 8: step 3 stands below step 3: snapshots must be in the order of their steps".to_owned(),
            ),
            (
                text.replacen("1,2,3,0,1,2,2,6", "1,2,3,0,1,2,2,7", 1),
                "line 3: prediction 7 is not a class from 0 to 6".to_owned(),
            ),
            (
                text.replacen("1,2,3,0,1,", "1,2,3,0,1000000000000000,", 1),
                "line 3, column `time`: `1000000000000000` is not a whole number from 0 to 281474976710656".to_owned(),
            ),
        ];
        for (changed, told) in cases {
            std::fs::write(&path, changed).unwrap();
            let refused = Snapshot::read_all(&path, &settings).unwrap_err().to_string();
            assert_eq!(refused, format!("{}: {told}", path.display()));
        }
    }
}
