//! Known windows that jump: losses that are high again right after an epoch's first windows.

use crate::outputs::recording::Recording;
use crate::outputs::rows::MetricsRow;

/// How many known windows of an epoch are looked at, from the first on.
pub(super) const AFTER: usize = 10;
/// More are not marked in the curves.
const MOST_MARKED: usize = 2000;

/// What was found at the beginnings of epochs that follow one whose known loss says that the net knows the task.
#[derive(Default)]
pub(super) struct Jumps {
    /// How many such epochs there are.
    pub(super) epochs: usize,
    /// Those in which a known window jumped.
    pub(super) all: Vec<Jump>,
    /// The epoch that is being read, and its first window.
    first: Option<MetricsRow<f64>>,
}

/// An epoch in which a known window has a high loss.
pub(super) struct Jump {
    /// The epoch's first window.
    pub(super) first: MetricsRow<f64>,
    /// The known window with the highest loss.
    pub(super) highest: MetricsRow<f64>,
}

impl Jumps {
    /// Takes in the next row of `metrics.csv`. A net whose known loss is below `within` has solved the task.
    pub(super) fn push(&mut self, row: &MetricsRow<f64>, recording: &Recording, first_known: usize, within: f64) {
        if row.batch == 0 {
            let before = row.epoch.checked_sub(1).and_then(|before| recording.epochs.get(before));
            let knows = before.and_then(|before| before.known_loss).is_some_and(|loss| loss < within);
            self.first = Some(*row).filter(|_| knows && first_known > 0);
            self.epochs += usize::from(self.first.is_some());
            return;
        }
        let Some(first) = self.first.filter(|first| first.epoch == row.epoch) else { return };
        let is_near = (first_known..first_known.saturating_add(AFTER)).contains(&row.batch);
        if !is_near || row.loss <= within {
            return;
        }
        match self.all.last_mut().filter(|jump| jump.first.epoch == row.epoch) {
            Some(jump) if jump.highest.loss >= row.loss => {}
            Some(jump) => jump.highest = *row,
            None => self.all.push(Jump { first, highest: *row }),
        }
    }

    /// The training step and the loss of each, from the highest on, as many as are marked.
    pub(super) fn marked(&self) -> Vec<(usize, f64)> {
        self.by_height().into_iter().take(MOST_MARKED).map(|jump| (jump.highest.step, jump.highest.loss)).collect()
    }

    /// From the highest on.
    pub(super) fn by_height(&self) -> Vec<&Jump> {
        let mut all: Vec<_> = self.all.iter().collect();
        all.sort_by(|a, b| b.highest.loss.total_cmp(&a.highest.loss));
        all
    }
}
