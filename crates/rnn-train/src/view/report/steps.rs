//! The training steps of a run as the page has them: row by row, or in buckets of neighbouring rows where they are many.
//!
//! Windows whose targets can all be known and the others are apart, as in [`LossCurve`](crate::outputs::curve::LossCurve), so that the
//! spikes stay what they are.

use super::jumps::Jumps;
use crate::error::Error;
use crate::outputs::recording::Recording;
use crate::outputs::rows::MetricsRow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Up to this many rows are on the page one by one.
pub(super) const MOST_ROWS: usize = 100_000;
/// Of more rows, the known ones and the others are in as many buckets at most, each.
const MOST_BUCKETS: usize = 20_000;

/// The columns of measured numbers, the floor last.
pub(super) const MEASURES: [&str; 5] = ["loss", "accuracy", "gradient_norm", "learning_rate", "floor"];

/// The rows of `metrics.csv`.
pub(super) struct Steps {
    /// How many there are.
    pub(super) rows: usize,
    /// The last one.
    pub(super) last: Option<MetricsRow<f64>>,
    pub(super) known: Track,
    pub(super) guessed: Track,
    pub(super) jumps: Jumps,
    /// Those of the steps of snapshots.
    pub(super) of_snapshots: HashMap<usize, MetricsRow<f64>>,
}

/// Rows of a kind, in buckets of `width`.
pub(super) struct Track {
    pub(super) rows: usize,
    pub(super) width: usize,
    pub(super) buckets: Vec<Bucket>,
}

/// Neighbouring rows.
pub(super) struct Bucket {
    /// Epoch, window and training step of the first one.
    pub(super) place: [usize; 3],
    /// Training step of the last one.
    pub(super) last: usize,
    /// For each of [`MEASURES`], of the rows that have it.
    pub(super) ranges: [Option<Range>; MEASURES.len()],
}

/// Some numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) mean: f64,
    count: usize,
}

impl Steps {
    /// Reads them twice: to count them, and to take them in.
    pub(super) fn read(folder: &Path, recording: &Recording) -> Result<Self, Error> {
        let (first_known, within) = (recording.settings.first_known_window(), recording.settings.solved_within());
        let asked: HashSet<usize> = recording.snapshots.iter().map(|snapshot| snapshot.step).collect();
        let [mut known, mut guessed] = [0, 0];
        Recording::for_each_step(folder, |row| {
            *(if row.batch >= first_known { &mut known } else { &mut guessed }) += 1;
        })?;
        let rows = known + guessed;
        let [known, guessed] = [known, guessed].map(|of_kind| {
            let width = if rows <= MOST_ROWS { 1 } else { of_kind.div_ceil(MOST_BUCKETS).max(1) };
            Track { rows: 0, width, buckets: Vec::with_capacity(of_kind.div_ceil(width)) }
        });
        let mut steps =
            Self { rows: 0, last: None, known, guessed, jumps: Jumps::default(), of_snapshots: HashMap::new() };
        Recording::for_each_step(folder, |row| {
            let track = if row.batch >= first_known { &mut steps.known } else { &mut steps.guessed };
            track.push(&row);
            // Episodes have no first window that the others follow.
            if let Some(within) = within.filter(|_| !recording.settings.has_episodes()) {
                steps.jumps.push(&row, recording, first_known, within);
            }
            steps.rows += 1;
            steps.last = Some(row);
            if asked.contains(&row.step) {
                steps.of_snapshots.insert(row.step, row);
            }
        })?;
        Ok(steps)
    }

    /// Whether a floor is known of any row.
    pub(super) fn have_floor(&self) -> bool {
        let mut buckets = self.known.buckets.iter().chain(&self.guessed.buckets);
        buckets.any(|bucket| {
            let [.., floor] = bucket.ranges;
            floor.is_some()
        })
    }

    /// Whether every row is on the page.
    pub(super) fn are_exact(&self) -> bool {
        self.known.width == 1 && self.guessed.width == 1
    }
}

impl Track {
    fn push(&mut self, row: &MetricsRow<f64>) {
        let MetricsRow { epoch, batch, step, loss, accuracy, gradient_norm, learning_rate, floor } = *row;
        let values = [Some(loss), accuracy, gradient_norm, Some(learning_rate), floor];
        if self.rows.is_multiple_of(self.width) {
            self.buckets.push(Bucket { place: [epoch, batch, step], last: step, ranges: Default::default() });
        }
        self.rows += 1;
        let Some(bucket) = self.buckets.last_mut() else { return };
        bucket.last = step;
        for (range, value) in bucket.ranges.iter_mut().zip(values) {
            let Some(value) = value else { continue };
            let range = range.get_or_insert(Range { low: value, high: value, mean: value, count: 0 });
            (range.low, range.high) = (range.low.min(value), range.high.max(value));
            range.count += 1;
            // Moved, not summed up, so that no finite losses overflow it.
            range.mean += (value - range.mean) / range.count as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_keep_extremes_and_means() {
        let mut track = Track { rows: 0, width: 4, buckets: Vec::new() };
        for step in 0..10 {
            let gradient_norm = (step != 9 && step != 8).then_some(2.0);
            let (loss, floor) = (if step == 5 { 9.0 } else { 1.0 }, None);
            let (accuracy, learning_rate) = (Some(0.5), step as f64);
            let (epoch, batch) = (step / 5, step % 5);
            track.push(&MetricsRow { epoch, batch, step, loss, accuracy, gradient_norm, learning_rate, floor });
        }
        let places: Vec<_> = track.buckets.iter().map(|bucket| (bucket.place, bucket.last)).collect();
        assert_eq!(places, [([0, 0, 0], 3), ([0, 4, 4], 7), ([1, 3, 8], 9)]);
        let [loss, _, norm, rate, floor] = track.buckets[1].ranges;
        assert_eq!(loss, Some(Range { low: 1.0, high: 9.0, mean: 3.0, count: 4 }));
        assert_eq!(rate, Some(Range { low: 4.0, high: 7.0, mean: 5.5, count: 4 }));
        assert_eq!((norm.map(|range| range.mean), floor), (Some(2.0), None));
        assert_eq!(track.buckets[2].ranges[2], None);
    }
}
