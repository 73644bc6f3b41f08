//! Snapshots: what a net in training answered, now and then, for pictures and for replaying a run.
//!
//! A snapshot at step s is of the net as it is after s training steps, on the window that it is trained on next; the one
//! at a run's end is of the last window again. Most of a run's learning is in its beginning, so steps are recorded at
//! growing distances: each is about a sixteenth further on than the one before. Beside them are the first windows of the
//! epochs 0, 1, 2, 4, 8 and so on, which hold the targets that cannot be known.

use super::columns::row;
use super::table::for_each_row;
use crate::error::Error;
use crate::settings::table::Settings;
use std::ops::Range;
use std::path::Path;

/// The rows of the batch that are shown, as in the tutorial.
pub(crate) const MOST_ROWS: usize = 5;

/// The last time steps of a window that are shown: as many as have bars of more than a dot.
pub(crate) const MOST_TIMES: usize = 180;

/// A window of a net in training, and what the net answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Epoch, counted from 0.
    pub epoch: usize,
    /// Window within the epoch, counted from 0.
    pub batch: usize,
    /// Training steps that the net has made.
    pub step: usize,
    /// The time step of the window that the rows begin with: not 0 where the window is too long to be shown.
    pub first_time: usize,
    /// The first rows of the batch.
    pub rows: Vec<Answered>,
}

/// One row of a window: a class for each time step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// What the net reads.
    pub input: Vec<u32>,
    /// What it should answer.
    pub target: Vec<u32>,
    /// What it answers.
    pub prediction: Vec<u32>,
}

impl Snapshot {
    /// The first rows and last time steps of a window of `batch_size` rows, whose values are time-major.
    pub(crate) fn new(
        [epoch, batch, step]: [usize; 3],
        batch_size: usize,
        input: &[u32],
        target: &[u32],
        prediction: &[u32],
    ) -> Self {
        let first_time = (input.len() / batch_size).saturating_sub(MOST_TIMES);
        let of_row = |values: &[u32], row| {
            values.chunks_exact(batch_size).skip(first_time).map(|values: &[u32]| values[row]).collect()
        };
        let rows = (0..batch_size.min(MOST_ROWS)).map(|row| Answered {
            input: of_row(input, row),
            target: of_row(target, row),
            prediction: of_row(prediction, row),
        });
        Self { epoch, batch, step, first_time, rows: rows.collect() }
    }

    /// The places in its rows that time steps of the window have, as far as they are there.
    #[must_use]
    pub fn places(&self, times: Range<usize>) -> Range<usize> {
        let there = self.rows.first().map_or(0, |answered| answered.input.len());
        let place = |time: usize| time.saturating_sub(self.first_time).min(there);
        place(times.start)..place(times.end)
    }

    /// As rows of `snapshots.csv`.
    pub(crate) fn to_rows(&self) -> impl Iterator<Item = SnapshotRow> {
        let Self { epoch, batch, step, first_time, ref rows } = *self;
        rows.iter().enumerate().flat_map(move |(row, Answered { input, target, prediction })| {
            let values = input.iter().zip(target).zip(prediction).enumerate();
            values.map(move |(index, ((&input, &target), &prediction))| {
                let time = first_time + index;
                SnapshotRow { epoch, batch, step, row, time, input, target, prediction }
            })
        })
    }

    /// Reads the snapshots in a file of a run with these settings, and whether all of them are whole: the last one of a run
    /// that is on its way, or was killed, can be there in part, and is left out.
    pub(crate) fn read_all(path: &Path, settings: &Settings) -> Result<(Vec<Self>, bool), Error> {
        let rows_each = settings.batch_size.min(MOST_ROWS);
        let times_each = settings.truncated_backprop_length.min(MOST_TIMES);
        let first_time = settings.truncated_backprop_length - times_each;
        let mut snapshots: Vec<Self> = Vec::new();
        // How many rows of the file the last snapshot has.
        let mut found = 0;
        for_each_row(path, |_, SnapshotRow { epoch, batch, step, row, time, input, target, prediction }| {
            if found == rows_each * times_each || snapshots.is_empty() {
                if let Some(above) = snapshots.last().filter(|above| above.step >= step) {
                    return Err(format!(
                        "step {step} stands below step {}: snapshots must be in the order of their steps",
                        above.step
                    ));
                }
                snapshots.push(Self { epoch, batch, step, first_time, rows: Vec::new() });
                found = 0;
            }
            let Some(snapshot) = snapshots.last_mut() else { return Ok(()) };
            let expected =
                [snapshot.epoch, snapshot.batch, snapshot.step, found / times_each, first_time + found % times_each];
            if [epoch, batch, step, row, time] != expected {
                let place = |[epoch, batch, step, row, time]: [usize; 5]| {
                    format!("epoch {epoch}, batch {batch}, step {step}, row {row}, time {time}")
                };
                return Err(format!(
                    "{} stands where {} must",
                    place([epoch, batch, step, row, time]),
                    place(expected)
                ));
            }
            let columns = [SnapshotRow::INPUT, SnapshotRow::TARGET, SnapshotRow::PREDICTION];
            let classes = columns.into_iter().zip([input, target, prediction]);
            if let Some((column, class)) =
                classes.into_iter().find(|(_, class)| *class as usize >= settings.num_classes())
            {
                return Err(format!("{} {class} is not a class from 0 to {}", column.name, settings.num_classes() - 1));
            }
            if snapshot.rows.len() == row {
                snapshot.rows.push(Answered::default());
            }
            if let Some(answered) = snapshot.rows.last_mut() {
                answered.input.push(input);
                answered.target.push(target);
                answered.prediction.push(prediction);
            }
            found += 1;
            Ok(())
        })?;
        let is_whole = snapshots.is_empty() || found == rows_each * times_each;
        if !is_whole {
            snapshots.pop();
        }
        Ok((snapshots, is_whole))
    }
}

row! {
    /// A row of `snapshots.csv`: one time step of one row of a snapshot.
    pub struct SnapshotRow {
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
        /// The class that the net reads.
        input: u32, INPUT = "input", "input";
        /// The class that it should answer.
        target: u32, TARGET = "target", "target";
        /// The class that it answers.
        prediction: u32, PREDICTION = "prediction", "prediction";
    }
}

/// Which steps are recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    next: usize,
}

impl Schedule {
    /// That of a run at its beginning, or one that goes on with this step.
    pub(crate) fn from_step(step: usize) -> Self {
        let mut next = 0;
        while next < step {
            next = Self::after(next);
        }
        Self { next }
    }

    fn after(step: usize) -> usize {
        (step + step / 16).saturating_add(1)
    }

    /// Whether the step that comes next is recorded.
    pub(crate) fn is_due(self, [epoch, batch, step]: [usize; 3]) -> bool {
        step == self.next || (batch == 0 && (epoch == 0 || epoch.is_power_of_two()))
    }

    /// Goes behind a step that was done.
    pub(crate) fn pass(&mut self, step: usize) {
        if step == self.next {
            self.next = Self::after(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::files::SNAPSHOTS;
    use crate::outputs::table::Table;

    fn due(steps: std::ops::Range<usize>, windows: usize) -> Vec<usize> {
        let mut schedule = Schedule::from_step(steps.start);
        let mut is_due = |step| {
            let due = schedule.is_due([step / windows, step % windows, step]);
            schedule.pass(step);
            due
        };
        steps.filter(|&step| is_due(step)).collect()
    }

    #[test]
    fn the_schedule_is_dense_at_first_and_sparse_later() {
        let steps = due(0..66_600, 666);
        assert!(steps[..17].iter().copied().eq(0..17), "{steps:?}");
        assert!(steps.len() < 180, "{}", steps.len());
        assert!(steps.windows(2).all(|pair| pair[1] - pair[0] <= 1 + pair[0] / 16));
        assert!([0, 1, 2, 4, 8, 16, 32, 64].iter().all(|epoch| steps.contains(&(epoch * 666))));
        // A run that goes on records what it would have recorded.
        for begin in [1, 100, 666, 20_000] {
            let rest: Vec<_> = steps.iter().copied().filter(|&step| step >= begin).collect();
            assert_eq!(due(begin..66_600, 666), rest);
        }
    }

    /// A file with snapshots of the steps 3 and 5, whose windows have so many rows and time steps, and the settings of its
    /// run.
    fn written(path: &Path, batch_size: usize, times: usize) -> (Vec<Snapshot>, Settings) {
        let values: Vec<u32> = (0..(batch_size * times) as u32).map(|value| value % 7).collect();
        let snapshots = [3, 5]
            .map(|step| Snapshot::new([1, 2, step], batch_size, &values, &values, &vec![6; values.len()]))
            .to_vec();
        let mut table = Table::of::<SnapshotRow>(path.to_owned()).unwrap();
        snapshots.iter().flat_map(Snapshot::to_rows).for_each(|row| table.push(row).unwrap());
        table.flush().unwrap();
        let settings = format!("batch_size = {batch_size}\ntruncated_backprop_length = {times}\nnum_classes = 7");
        (snapshots, settings.parse().unwrap())
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
