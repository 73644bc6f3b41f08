//! Which time steps of a window are scored.

use std::ops::Range;

/// The time steps of a window that are scored, counted from its start: in a row's first window, and in all others, which
/// can overlap the one before them.
///
/// ```
/// use echo_data::Scored;
/// // Windows of 15 steps, each of which begins 5 steps after the one before.
/// let scored = Scored { first: 0..15, others: 10..15 };
/// assert_eq!((scored.of(0), scored.of(7)), (0..15, 10..15));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// Those of a row's first window.
    pub first: Range<usize>,
    /// Those of all others.
    pub others: Range<usize>,
}

impl Scored {
    /// Those of a window, which is counted from 0.
    #[must_use]
    pub fn of(&self, window: usize) -> Range<usize> {
        if window == 0 { self.first.clone() } else { self.others.clone() }
    }
}
