//! A loss curve of any length in bounded memory.
//!
//! Neighbouring windows share a bucket, of which the lowest, the highest and the mean loss are kept. When there are too
//! many buckets, pairs of them become one, so no spike is ever lost. Windows that hold targets which cannot be known yet,
//! such as an epoch's first, have buckets of their own: they are the curve's spikes.

use super::columns::Content;
use super::rows::EpochRow;
use serde::{Deserialize, Serialize};

/// Losses beyond this are drawn as this one: with the greatest numbers there are, an axis would have no end.
pub(crate) const GREATEST_LOSS: f64 = 1e300;

/// More than a picture's dots across the curve.
const MOST_BUCKETS: usize = 1024;

/// The losses of a run's training steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LossCurve {
    known: Buckets,
    guessed: Buckets,
    /// Windows that score nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    passed: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Neighbouring windows of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// The training step of the first of them.
    pub first: usize,
    /// The training step of the last of them.
    pub last: usize,
    /// Their lowest loss.
    pub low: f64,
    /// Their highest loss.
    pub high: f64,
    /// Their mean loss.
    pub mean: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Buckets {
    buckets: Vec<Bucket>,
    /// Windows in every bucket but the last.
    width: usize,
    windows: usize,
}

impl LossCurve {
    /// Takes in the loss of a training step, and whether all targets of its window can be known.
    pub fn push(&mut self, step: usize, loss: f64, known: bool) {
        let buckets = if known { &mut self.known } else { &mut self.guessed };
        buckets.push(step, loss.min(GREATEST_LOSS));
    }

    /// Takes in a training step whose window scores nothing.
    pub fn pass(&mut self) {
        self.passed = self.passed.saturating_add(1);
    }

    /// The known windows, whose targets can all be known.
    #[must_use]
    pub fn known(&self) -> &[Bucket] {
        &self.known.buckets
    }

    /// The others: the first of each epoch, and where a net must remember more than a window those behind it.
    #[must_use]
    pub fn guessed(&self) -> &[Bucket] {
        &self.guessed.buckets
    }

    /// The training steps taken in.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.known.windows.saturating_add(self.guessed.windows).saturating_add(self.passed)
    }

    /// Whether it is one that this many steps have made.
    pub(crate) fn is_of(&self, steps: usize) -> bool {
        self.steps() == steps && [&self.known, &self.guessed].into_iter().all(Buckets::is_whole)
    }
}

/// The losses of a run's validations, each at the last training step before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValidCurve {
    losses: Buckets,
    /// The training steps of the epochs taken in.
    steps: usize,
}

impl ValidCurve {
    /// Takes in the next epoch, which need not have been validated.
    pub(crate) fn push(&mut self, row: &EpochRow) {
        self.steps = self.steps.saturating_add(row.windows);
        if let Some(loss) = row.valid_loss.value() {
            self.losses.push(self.steps.saturating_sub(1), loss.min(GREATEST_LOSS));
        }
    }

    /// Neighbouring validations; each one alone where they are not very many.
    #[must_use]
    pub fn losses(&self) -> &[Bucket] {
        &self.losses.buckets
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Self { buckets: Vec::new(), width: 1, windows: 0 }
    }
}

impl Buckets {
    fn push(&mut self, step: usize, loss: f64) {
        let of_last = self.windows % self.width;
        self.windows += 1;
        if of_last == 0 {
            if self.buckets.len() == MOST_BUCKETS {
                self.buckets = self.buckets.chunks(2).map(|pair| pair[0].joined(pair[1])).collect();
                self.width *= 2;
            }
            self.buckets.push(Bucket::of(step, loss));
        } else if let Some(bucket) = self.buckets.last_mut() {
            bucket.add(step, loss, of_last);
        }
    }

    fn is_whole(&self) -> bool {
        let Self { ref buckets, width, windows } = *self;
        width > 0 && buckets.len() == windows.div_ceil(width) && buckets.len() <= MOST_BUCKETS
    }
}

impl Bucket {
    /// One of a single window.
    pub(crate) fn of(step: usize, loss: f64) -> Self {
        Self { first: step, last: step, low: loss, high: loss, mean: loss }
    }

    /// Takes in one more, beside the `windows` that it holds.
    pub(crate) fn add(&mut self, step: usize, loss: f64, windows: usize) {
        self.last = step;
        self.low = self.low.min(loss);
        self.high = self.high.max(loss);
        // Moved, not summed up, so that no finite losses overflow it.
        self.mean += (loss - self.mean) / (windows + 1) as f64;
    }

    /// One for two of the same width.
    fn joined(self, next: Self) -> Self {
        Self {
            first: self.first,
            last: next.last,
            low: self.low.min(next.low),
            high: self.high.max(next.high),
            mean: self.mean / 2.0 + next.mean / 2.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However long the curve, its buckets cover it without a gap and keep its extremes and its mean.
    #[test]
    fn a_long_curve_keeps_its_spikes() {
        let mut curve = LossCurve::default();
        let spikes = [1, 77_777, 99_999];
        for step in 0..100_000 {
            let loss = if spikes.contains(&step) { 5.0 + step as f64 } else { 1.0 };
            curve.push(step, loss, !step.is_multiple_of(100));
        }
        assert_eq!((curve.steps(), curve.guessed().len()), (100_000, 1000));
        assert!(curve.guessed().iter().all(|bucket| bucket.first == bucket.last && bucket.first % 100 == 0));
        let buckets = curve.known();
        assert!(buckets.len() <= MOST_BUCKETS && buckets.len() == 99_000_usize.div_ceil(curve.known.width));
        assert!(buckets.windows(2).all(|pair| pair[0].last < pair[1].first && pair[1].first - pair[0].last <= 2));
        for spike in spikes {
            let bucket = buckets.iter().find(|bucket| (bucket.first..=bucket.last).contains(&spike)).unwrap();
            assert_eq!((bucket.low, bucket.high), (1.0, 5.0 + spike as f64));
        }
        assert_eq!(buckets.iter().filter(|bucket| bucket.high > 1.0).count(), 3);
        let (last, whole) = buckets.split_last().unwrap();
        let width = curve.known.width as f64;
        let sum = whole.iter().map(|bucket| bucket.mean).sum::<f64>() * width
            + last.mean * (99_000.0 - whole.len() as f64 * width);
        let expected = 99_000.0 + spikes.iter().map(|&spike| 4.0 + spike as f64).sum::<f64>();
        assert!((sum / expected - 1.0).abs() < 1e-12, "{sum} {expected}");
    }

    #[test]
    fn a_validation_stands_where_its_epoch_ends() {
        let row = |epoch, valid_loss: Option<f64>| EpochRow {
            epoch,
            windows: 10,
            loss: 0.5,
            first_window_loss: None,
            known_loss: None,
            accuracy: None,
            known_accuracy: None,
            floor: None,
            valid_loss: valid_loss.into(),
            valid_accuracy: None.into(),
        };
        let mut curve = ValidCurve::default();
        [None, Some(0.3), None, Some(f64::MAX)]
            .into_iter()
            .enumerate()
            .for_each(|(epoch, loss)| curve.push(&row(epoch, loss)));
        assert_eq!(curve.losses(), [Bucket::of(19, 0.3), Bucket::of(39, GREATEST_LOSS)]);
    }

    #[test]
    fn a_damaged_curve_is_told() {
        let mut curve = LossCurve::default();
        (0..5000).for_each(|step| curve.push(step, 1.0, true));
        assert!(curve.is_of(5000) && LossCurve::default().is_of(0));
        let other = |change: &dyn Fn(&mut Buckets)| {
            let mut changed = curve.clone();
            change(&mut changed.known);
            changed
        };
        assert!(!curve.is_of(4999));
        assert!(!other(&|curve| curve.width = 0).is_of(5000));
        assert!(!other(&|curve| curve.width = usize::MAX).is_of(5000));
        assert!(!other(&|curve| curve.buckets.truncate(9)).is_of(5000));
    }
}
