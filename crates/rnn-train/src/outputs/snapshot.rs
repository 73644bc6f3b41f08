//! Snapshots: what a net in training answered, now and then, for pictures and for replaying a run.
//!
//! A snapshot at step s is of the net as it is after s training steps, on the window that it is trained on next; the one
//! at a run's end is of the last window again. Most of a run's learning is in its beginning, so steps are recorded at
//! growing distances: each is about a sixteenth further on than the one before. Beside them are the first windows of the
//! epochs 0, 1, 2, 4, 8 and so on, which hold the targets that cannot be known.

use std::ops::Range;

/// The rows of the batch that are shown, as in the tutorial.
pub(crate) const MOST_ROWS: usize = 5;

/// The last time steps of a window that are shown: as many as have bars of more than a dot.
pub(crate) const MOST_TIMES: usize = 180;

/// A window of a net in training, and what the net answers.
#[derive(Debug, Clone, PartialEq)]
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

/// What stands at the time steps of a row, one behind the other: a class's number, or a number; nothing behind the end of an
/// episode, and as target where none is scored.
pub type Lane = Vec<Option<f64>>;

/// One row of a window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answered {
    /// What the net reads: a lane for the class, or for each number.
    pub inputs: Vec<Lane>,
    /// What it should answer.
    pub targets: Vec<Lane>,
    /// What it answers.
    pub predictions: Vec<Lane>,
}

impl Answered {
    /// How many time steps it has.
    #[must_use]
    pub fn times(&self) -> usize {
        self.inputs.first().map_or(0, Vec::len)
    }

    /// Whether all that should be answered at a time step is what is answered: for classes.
    #[must_use]
    pub fn is_right(&self, time: usize) -> bool {
        self.targets.iter().zip(&self.predictions).all(|(target, prediction)| target.get(time) == prediction.get(time))
    }

    /// Whether something is read there: not behind the end of an episode.
    #[must_use]
    pub fn is_there(&self, time: usize) -> bool {
        self.inputs.iter().all(|lane| lane.get(time).is_some_and(Option::is_some))
    }

    /// Whether the episode has a target there; all time steps of a series have one.
    #[must_use]
    pub fn has_target(&self, time: usize) -> bool {
        self.targets.iter().all(|lane| lane.get(time).is_some_and(Option::is_some))
    }

    pub(super) fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.inputs.iter().chain(&self.targets).chain(&self.predictions)
    }
}

/// A window's data and a net's answers as a snapshot takes them, time-major: for each row of the batch at a time step so many
/// numbers; nothing where there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) inputs: (&'a [Option<f64>], usize),
    pub(crate) targets: (&'a [Option<f64>], usize),
    pub(crate) predictions: (&'a [Option<f64>], usize),
}

impl Snapshot {
    /// The first rows and last time steps of a window of `batch_size` rows.
    pub(crate) fn new([epoch, batch, step]: [usize; 3], batch_size: usize, seen: Seen<'_>) -> Self {
        let (inputs, width) = seen.inputs;
        let first_time = (inputs.len() / (batch_size * width.max(1))).saturating_sub(MOST_TIMES);
        let of_row = |(values, width): (&[Option<f64>], usize), row: usize| {
            let lane = |index: usize| {
                let steps = values.chunks_exact(batch_size * width).skip(first_time);
                steps.map(|values| values[row * width + index]).collect()
            };
            (0..width).map(lane).collect()
        };
        let rows = (0..batch_size.min(MOST_ROWS)).map(|row| Answered {
            inputs: of_row(seen.inputs, row),
            targets: of_row(seen.targets, row),
            predictions: of_row(seen.predictions, row),
        });
        Self { epoch, batch, step, first_time, rows: rows.collect() }
    }

    /// One of a window of classes.
    #[cfg(test)]
    pub(crate) fn of_classes(place: [usize; 3], batch_size: usize, classes: [&[u32]; 3]) -> Self {
        let lanes = classes.map(|lane| lane.iter().map(|&class| Some(f64::from(class))).collect::<Vec<_>>());
        let [inputs, targets, predictions] = lanes.each_ref().map(|lane| (&lane[..], 1));
        Self::new(place, batch_size, Seen { inputs, targets, predictions })
    }

    /// The places in its rows that time steps of the window have, as far as they are there.
    #[must_use]
    pub fn places(&self, times: Range<usize>) -> Range<usize> {
        let there = self.rows.first().map_or(0, Answered::times);
        let place = |time: usize| time.saturating_sub(self.first_time).min(there);
        place(times.start)..place(times.end)
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
}
