//! What there is to show of a run at a moment.

use crate::outputs::curve::LossCurve;
use crate::outputs::rows::MetricsRow;
use crate::outputs::snapshot::Snapshot;
use crate::settings::table::Settings;

/// A run at a moment.
pub(super) struct Scene {
    pub(super) settings: Settings,
    pub(super) epochs: Epochs,
    /// Training steps of the whole run.
    pub(super) steps: usize,
    /// Those of them that are done.
    pub(super) done: usize,
    /// Their losses.
    pub(super) curve: LossCurve,
    /// The least mean loss that any net can have in an epoch's first window.
    pub(super) floor: Option<f64>,
    /// What was measured in the last of them that is known.
    pub(super) row: Option<MetricsRow<f64>>,
    /// The window that is shown.
    pub(super) snapshot: Option<Snapshot>,
    /// The epoch that has solved the task.
    pub(super) solved: Option<usize>,
    /// Training steps a second.
    pub(super) rate: Option<f64>,
    pub(super) phase: Phase,
}

/// What is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Training,
    /// Training has ended, and its results are being written.
    Writing,
    /// All is written; in words, how it ended.
    Ended(String),
    /// A snapshot, counted from 1, of so many.
    Replay([usize; 2]),
}

/// Where epochs begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Epochs {
    /// The first step of each of the epochs that take turns, and of the one behind them.
    starts: Vec<usize>,
}

impl Epochs {
    /// Of epochs of so many windows, which take turns; none if that is not known.
    pub(super) fn new(windows: impl IntoIterator<Item = usize>) -> Self {
        let mut starts = vec![0];
        let mut next = 0_usize;
        for windows in windows {
            next = next.saturating_add(windows);
            starts.push(next);
        }
        Self { starts }
    }

    /// The epochs that take turns and their steps; `None` if nothing is known of them.
    fn turn(&self) -> Option<[usize; 2]> {
        let steps = self.starts.last().copied().filter(|&steps| steps > 0)?;
        Some([self.starts.len() - 1, steps])
    }

    /// The first training step of an epoch.
    pub(super) fn start(&self, epoch: usize) -> usize {
        match self.turn() {
            Some([epochs, steps]) => (epoch / epochs).saturating_mul(steps).saturating_add(self.starts[epoch % epochs]),
            None => epoch.saturating_mul(usize::MAX),
        }
    }

    /// The epoch of a training step.
    pub(super) fn at(&self, step: usize) -> usize {
        let Some([epochs, steps]) = self.turn() else { return 0 };
        let within = self.starts.partition_point(|&start| start <= step % steps) - 1;
        (step / steps).saturating_mul(epochs).saturating_add(within)
    }

    /// How many windows an epoch has.
    pub(super) fn windows(&self, epoch: usize) -> Option<usize> {
        self.turn().map(|_| self.start(epoch.saturating_add(1)).saturating_sub(self.start(epoch)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_begin_where_series_take_turns() {
        let epochs = Epochs::new([3, 5]);
        assert_eq!([0, 1, 2, 3, 4].map(|epoch| epochs.start(epoch)), [0, 3, 8, 11, 16]);
        assert_eq!([0, 2, 3, 7, 8, 10, 11, 16].map(|step| epochs.at(step)), [0, 0, 1, 1, 2, 2, 3, 4]);
        assert_eq!([0, 1, 2].map(|epoch| epochs.windows(epoch)), [Some(3), Some(5), Some(3)]);
        let unknown = Epochs::new([]);
        assert_eq!((unknown.start(0), unknown.start(1), unknown.at(99), unknown.windows(0)), (0, usize::MAX, 0, None));
    }
}
