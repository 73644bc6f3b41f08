//! The floor: the least mean loss that a net can have in each window.

use crate::sequences::{Layout, Scored};

/// The least mean loss of each window of a layout, for a net that begins each epoch with a zero state and carries its state
/// from window to window.
///
/// It is an expectation over series that are drawn, for parameters that do not know the series: the mean over many
/// epochs cannot be lower, that of one may be by luck.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    layout: Layout,
    scored: Scored,
    /// From this window on all targets have been read.
    first_known_window: usize,
    /// The time in a row at which the least loss changes.
    turn: usize,
    /// The least loss at a time before that.
    before: f64,
    /// The least loss at that time and behind it.
    behind: f64,
}

impl Floor {
    /// The floor where the least loss at a time of a row has one value before the time `turn` and another one behind it, and is
    /// 0 from the time `known_from` on.
    #[must_use]
    pub fn new(layout: Layout, scored: Scored, known_from: usize, turn: usize, [before, behind]: [f64; 2]) -> Self {
        let first_known_window = layout.first_window_from(known_from, &scored);
        Self { layout, scored, first_known_window, turn, before, behind }
    }

    /// The floor of a task whose targets can all be known when they are asked for: 0 in every window.
    #[must_use]
    pub fn zero(layout: Layout) -> Self {
        Self {
            layout,
            scored: Scored { first: 0..0, others: 0..0 },
            first_known_window: 0,
            turn: 0,
            before: 0.0,
            behind: 0.0,
        }
    }

    /// The floor of a window; exactly 0 for one whose targets have all been read, and for one that the layout has not, which
    /// scores nothing.
    #[must_use]
    pub fn window(&self, window: usize) -> f64 {
        let scored = self.scored.of(window);
        let steps = scored.len();
        if window >= self.first_known_window || steps == 0 {
            return 0.0;
        }
        let first = window * self.layout.window_stride() + scored.start;
        let before = self.turn.saturating_sub(first).min(steps);
        (before as f64 * self.before + (steps - before) as f64 * self.behind) / steps as f64
    }
}
