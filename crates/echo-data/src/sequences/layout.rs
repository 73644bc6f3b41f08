//! How a series is cut: into rows, the batch, and each row into windows of time steps.
//!
//! With N values and `batch_size` B, row `b` is the contiguous stretch `b·L .. (b+1)·L`, L = ⌊N/B⌋. Window `w` holds
//! the time steps `w·h′ .. w·h′ + h` of every row, with h = `truncated_backprop_length` and h′ = `window_stride`.
//! The N mod B values behind the last row, and the end of each row that fills no window, go unused.

use super::scored::Scored;
use crate::error::Error;

/// The cut of a series of a certain length into rows and windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    total_series_length: usize,
    batch_size: usize,
    truncated_backprop_length: usize,
    window_stride: usize,
}

impl Layout {
    /// Checks the sizes against each other.
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::BatchTooLarge`], [`Error::WindowTooLong`] for a window longer than a row, and
    /// [`Error::WindowStride`] for a stride longer than a window.
    pub fn new(
        total_series_length: usize,
        batch_size: usize,
        truncated_backprop_length: usize,
        window_stride: usize,
    ) -> Result<Self, Error> {
        let sizes = [
            ("total_series_length", total_series_length),
            ("batch_size", batch_size),
            ("truncated_backprop_length", truncated_backprop_length),
        ];
        if let Some((name, _)) = sizes.into_iter().find(|&(_, size)| size == 0) {
            return Err(Error::Zero { name });
        }
        if batch_size > total_series_length {
            return Err(Error::BatchTooLarge { batch_size, total_series_length });
        }
        let row_length = total_series_length / batch_size;
        if truncated_backprop_length > row_length {
            return Err(Error::WindowTooLong {
                truncated_backprop_length,
                row_length,
                total_series_length,
                batch_size,
            });
        }
        if !(1..=truncated_backprop_length).contains(&window_stride) {
            return Err(Error::WindowStride { window_stride, truncated_backprop_length });
        }
        Ok(Self { total_series_length, batch_size, truncated_backprop_length, window_stride })
    }

    /// Checks that rows are longer than this many values, as a setting of this name asks for.
    ///
    /// # Errors
    /// [`Error::RowTooShort`] if they are not.
    pub fn check_longer_than(&self, setting: &'static str, values: usize) -> Result<(), Error> {
        let row_length = self.row_length();
        if values < row_length { Ok(()) } else { Err(Error::RowTooShort { setting, values, row_length }) }
    }

    /// Rows.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Values in a row.
    #[must_use]
    pub fn row_length(&self) -> usize {
        self.total_series_length / self.batch_size
    }

    /// Time steps in a window.
    #[must_use]
    pub fn window_length(&self) -> usize {
        self.truncated_backprop_length
    }

    /// Time steps from a window's start to the next one's.
    pub(crate) fn window_stride(&self) -> usize {
        self.window_stride
    }

    /// How many windows there are: at least one.
    #[must_use]
    pub fn windows(&self) -> usize {
        (self.row_length() - self.truncated_backprop_length) / self.window_stride + 1
    }

    /// How many values a window has: time steps × rows.
    #[must_use]
    pub fn window_values(&self) -> usize {
        self.truncated_backprop_length * self.batch_size
    }

    /// How many values of the series stand in no window.
    #[must_use]
    pub fn unused(&self) -> usize {
        let used_of_a_row = (self.windows() - 1) * self.window_stride + self.truncated_backprop_length;
        self.total_series_length - self.batch_size * used_of_a_row
    }

    /// The first window from which on all scored steps lie at this time of a row or later; `windows()` if there is none.
    #[must_use]
    pub fn first_window_from(&self, time: usize, scored: &Scored) -> usize {
        if time <= scored.first.start {
            return 0;
        }
        let window = time.saturating_sub(scored.others.start).div_ceil(self.window_stride).max(1);
        window.min(self.windows())
    }

    /// Copies one window of `values` (a series' input or target) to `out`, time-major: the value of time step `t`
    /// and row `b` goes to `out[t · batch_size + b]`.
    ///
    /// # Errors
    /// [`Error::Window`] if `window` is not below [`windows`](Self::windows); [`Error::Length`] if `values` are not as
    /// many as the series of this layout has, or `out` has not [`window_values`](Self::window_values) places.
    pub fn copy_window<T>(
        &self,
        values: &[u8],
        window: usize,
        out: &mut [T],
        convert: impl Fn(u8) -> T,
    ) -> Result<(), Error> {
        let lengths = [
            ("values of the series", self.total_series_length, values.len()),
            ("places for a window", self.window_values(), out.len()),
        ];
        if let Some((what, expected, found)) = lengths.into_iter().find(|(_, expected, found)| expected != found) {
            return Err(Error::Length { what, expected, found });
        }
        if window >= self.windows() {
            return Err(Error::Window { window, windows: self.windows() });
        }
        let (start, row_length) = (window * self.window_stride, self.row_length());
        for (time, places) in out.chunks_exact_mut(self.batch_size).enumerate() {
            for (row, place) in places.iter_mut().enumerate() {
                *place = convert(values[row * row_length + start + time]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_tutorials_picture() {
        // Its example: 36 values, 3 rows, windows of 3. The second window shows steps 4-6, 16-18, 28-30, counted from 1.
        let values: Vec<u8> = (1..=36).collect();
        let layout = Layout::new(36, 3, 3, 3).unwrap();
        assert_eq!((layout.windows(), layout.unused()), (4, 0));
        let mut window = [0; 9];
        layout.copy_window(&values, 1, &mut window, |v| v).unwrap();
        assert_eq!(window, [4, 16, 28, 5, 17, 29, 6, 18, 30]);
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        assert_eq!(Layout::new(0, 5, 15, 15), Err(Error::Zero { name: "total_series_length" }));
        assert_eq!(Layout::new(50, 0, 15, 15), Err(Error::Zero { name: "batch_size" }));
        assert_eq!(Layout::new(50, 5, 0, 0), Err(Error::Zero { name: "truncated_backprop_length" }));
        assert_eq!(Layout::new(4, 5, 1, 1), Err(Error::BatchTooLarge { batch_size: 5, total_series_length: 4 }));
        assert!(matches!(Layout::new(50, 5, 11, 11), Err(Error::WindowTooLong { row_length: 10, .. })));
        for window_stride in [0, 11] {
            assert!(matches!(Layout::new(500, 5, 10, window_stride), Err(Error::WindowStride { .. })));
        }
    }

    #[test]
    fn what_is_not_of_the_layout_is_refused() {
        let layout = Layout::new(10, 2, 2, 2).unwrap();
        let gather = |values, window, places| layout.copy_window(&vec![1; values], window, &mut vec![0; places], |v| v);
        assert_eq!(gather(10, 1, 4), Ok(()));
        assert_eq!(gather(10, 2, 4), Err(Error::Window { window: 2, windows: 2 }));
        for (values, places) in [(9, 4), (0, 4), (11, 4), (10, 3), (10, 0)] {
            assert!(matches!(gather(values, 1, places), Err(Error::Length { .. })));
        }
    }

    proptest! {
        /// Marks every time step that a window scores, one by one, and compares.
        #[test]
        fn windows_score_every_step_once(
            length in 1_usize..300, batch_size in 1_usize..8, h in 1_usize..20, stride in 1_usize..20, time in 0_usize..40,
        ) {
            prop_assume!(stride <= h && h <= length / batch_size);
            let layout = Layout::new(length, batch_size, h, stride).unwrap();
            let mut scored = vec![0; layout.row_length()];
            let (mut from_new, mut from_last) = (Vec::new(), Vec::new());
            for window in 0..layout.windows() {
                let first = if window == 0 { 0 } else { h - stride };
                let steps = window * stride + first..window * stride + h;
                from_new.push(steps.start >= time);
                from_last.push(steps.end > time);
                scored[steps].iter_mut().for_each(|n| *n += 1);
            }
            let used = scored.iter().position(|&n| n == 0).unwrap_or(layout.row_length());
            prop_assert!(scored[..used].iter().all(|&n| n == 1), "{scored:?}");
            prop_assert!(layout.row_length() - used < stride);
            prop_assert_eq!(layout.unused(), length - batch_size * used);
            for (lies_there, first, others) in [(from_new, 0..h, h - stride..h), (from_last, h - 1..h, h - 1..h)] {
                let before = lies_there.iter().take_while(|&&there| !there).count();
                prop_assert_eq!(layout.first_window_from(time, &Scored { first, others }), before);
                prop_assert!(lies_there.is_sorted());
            }
        }
    }
}
