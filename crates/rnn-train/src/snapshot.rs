//! Snapshots: what a net in training answered, now and then, for pictures and for replaying a run.
//!
//! A snapshot at step s is of the net as it is after s training steps, on the window that it is trained on next; the one
//! at a run's end is of the last window again. Most of a run's learning is in its beginning, so steps are recorded at
//! growing distances: each is about a sixteenth further on than the one before. Beside them are the first windows of the
//! epochs 0, 1, 2, 4, 8 and so on, which hold the targets that cannot be known.

use crate::Error;
use crate::files::read_rows;
use serde::{Deserialize, Serialize};
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
    pub(crate) fn places(&self, times: Range<usize>) -> Range<usize> {
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

    /// Reads all snapshots of a file.
    pub(crate) fn read_all(path: &Path) -> Result<Vec<Self>, Error> {
        let mut snapshots: Vec<Self> = Vec::new();
        for (index, found) in read_rows::<SnapshotRow>(path)?.into_iter().enumerate() {
            let SnapshotRow { epoch, batch, step, row, time, input, target, prediction } = found;
            let begins = |last: &Self| (last.epoch, last.batch, last.step) != (epoch, batch, step);
            if snapshots.last().is_none_or(begins) {
                snapshots.push(Self { epoch, batch, step, first_time: time, rows: Vec::new() });
            }
            let Some(snapshot) = snapshots.last_mut() else { continue };
            if snapshot.rows.len() == row {
                snapshot.rows.push(Answered::default());
            }
            let expected =
                snapshot.rows.last().map(|answered| snapshot.first_time.saturating_add(answered.input.len()));
            match snapshot.rows.last_mut().filter(|_| expected == Some(time)) {
                Some(answered) => {
                    answered.input.push(input);
                    answered.target.push(target);
                    answered.prediction.push(prediction);
                }
                None => {
                    // The header is the first line.
                    let problem = format!("line {}: row {row}, time {time} does not follow the line above", index + 2);
                    return Err(Error::Read { path: path.to_owned(), source: std::io::Error::other(problem) });
                }
            }
        }
        Ok(snapshots)
    }
}

/// A row of `snapshots.csv`: one time step of one row of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRow {
    /// Epoch, counted from 0.
    pub epoch: usize,
    /// Window within the epoch, counted from 0.
    pub batch: usize,
    /// Training steps that the net has made.
    pub step: usize,
    /// Row of the batch, counted from 0.
    pub row: usize,
    /// Time step in the window, counted from 0.
    pub time: usize,
    /// The class that the net reads.
    pub input: u32,
    /// The class that it should answer.
    pub target: u32,
    /// The class that it answers.
    pub prediction: u32,
}

impl SnapshotRow {
    /// The file's columns.
    pub const COLUMNS: [&str; 8] = ["epoch", "batch", "step", "row", "time", "input", "target", "prediction"];
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
    use crate::files::{SNAPSHOTS, Table};

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

    #[test]
    fn snapshots_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SNAPSHOTS);
        let values: Vec<u32> = (0..600).collect();
        // Seven rows and a short window, two rows and one too long to be shown.
        let snapshots = [(3, 7, 21), (4, 2, 600)].map(|(step, batch_size, count)| {
            Snapshot::new([1, 2, step], batch_size, &values[..count], &values[..count], &vec![9; count])
        });
        assert_eq!((snapshots[0].rows.len(), snapshots[0].first_time), (5, 0));
        assert_eq!(snapshots[0].rows[1].input, [1, 8, 15]);
        assert_eq!((snapshots[1].rows.len(), snapshots[1].first_time), (2, 120));
        assert_eq!(snapshots[1].rows[1].target[..2], [241, 243]);
        let mut table = Table::create(path.clone(), SnapshotRow::COLUMNS).unwrap();
        snapshots.iter().flat_map(Snapshot::to_rows).for_each(|row| table.push(row).unwrap());
        table.flush().unwrap();
        assert_eq!(Snapshot::read_all(&path).unwrap(), snapshots);

        let text = std::fs::read_to_string(&path).unwrap();
        let cut: Vec<_> = text.lines().enumerate().filter(|(index, _)| *index != 4).map(|(_, line)| line).collect();
        std::fs::write(&path, cut.join("\n")).unwrap();
        let refused = Snapshot::read_all(&path).unwrap_err().to_string();
        assert!(refused.ends_with("snapshots.csv: line 5: row 1, time 1 does not follow the line above"), "{refused}");
    }
}
