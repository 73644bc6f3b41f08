//! The windows of truncated backpropagation through time.

use crate::error::Error;
use std::fmt;
use std::ops::Range;

/// h and h′ of BPTT(h; h′) (Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent
/// network trajectories", 1990).
///
/// A window has h time steps and the next one starts h′ ≤ h steps later. Every target is scored once: of a series'
/// first window all steps are, of a later one the last h′. The error of each scored step runs back to the
/// window's start, so over at least h − h′ + 1 steps. The carried state is that of the step h′ after the start,
/// where the next window begins. With h′ = h windows do not overlap, as in the tutorial.
///
/// For a net that is read only at the end of a window, the last step alone is scored, in every window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncation {
    window: usize,
    stride: usize,
    last_alone: bool,
}

impl Truncation {
    /// Windows of `window` steps, `stride` steps apart.
    ///
    /// # Errors
    /// [`Error::Zero`] for an empty window; [`Error::Stride`] unless 1 ≤ `stride` ≤ `window`.
    pub fn new(window: usize, stride: usize) -> Result<Self, Error> {
        if window == 0 {
            return Err(Error::Zero { name: "window" });
        }
        if (1..=window).contains(&stride) {
            Ok(Self { window, stride, last_alone: false })
        } else {
            Err(Error::Stride { stride, window })
        }
    }

    /// The same windows, of which the last step alone is scored.
    #[must_use]
    pub fn scoring_the_last_alone(self) -> Self {
        Self { last_alone: true, ..self }
    }

    /// h, the time steps of a window.
    #[must_use]
    pub fn window(self) -> usize {
        self.window
    }

    /// h′, the time steps from one window's start to the next one's.
    #[must_use]
    pub fn stride(self) -> usize {
        self.stride
    }

    /// The steps of a window that are scored: the new ones, which at a series' start are all.
    #[must_use]
    pub fn scored(self, at_start: bool) -> Range<usize> {
        let start = match (self.last_alone, at_start) {
            (true, _) => self.window - 1,
            (false, true) => 0,
            (false, false) => self.window - self.stride,
        };
        start..self.window
    }
}

/// The windows, in words.
impl fmt::Display for Truncation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scored = if self.last_alone { "the last step" } else { "new steps" };
        write!(f, "window {}, stride {}, scored: {scored}", self.window, self.stride)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scored_by_hand() {
        let windows = Truncation::new(5, 2).unwrap();
        assert_eq!([true, false].map(|first| windows.scored(first)), [0..5, 3..5]);
        let apart = Truncation::new(5, 5).unwrap();
        assert_eq!([true, false].map(|first| apart.scored(first)), [0..5, 0..5]);
        for windows in [windows, apart] {
            let last_alone = windows.scoring_the_last_alone();
            assert_eq!([true, false].map(|first| last_alone.scored(first)), [4..5, 4..5]);
        }
        assert_eq!(Truncation::new(0, 0), Err(Error::Zero { name: "window" }));
        for stride in [0, 6] {
            assert_eq!(Truncation::new(5, stride), Err(Error::Stride { stride, window: 5 }));
        }
    }
}
