//! How sequences stand side by side, and are cut into windows of time steps.
//!
//! A **series** of N values is cut into `batch_size` B rows: row `b` is the contiguous stretch `b·L .. (b+1)·L`, L = ⌊N/B⌋.
//! Window `w` holds the time steps `w·h′ .. w·h′ + h` of every row, with h = `truncated_backprop_length` and h′ =
//! `window_stride`. The N mod B values behind the last row, and the end of each row that fills no window, go unused.
//!
//! **Episodes** stand side by side in batches of B rows, an episode a row; the last batch may leave rows empty. With the longest
//! episode's L steps, a batch has ⌈(L − h)/h′⌉ + 1 windows, at least one, and every step of it is in a window. The windows of
//! all batches are numbered one behind the other.

use super::scored::Scored;
use crate::error::Error;

/// How a series of a certain length, or so many episodes, are cut into rows and windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Values in a series, or in the longest episode times rows.
    total_series_length: usize,
    /// Episodes; nothing for a series.
    episodes: Option<usize>,
    batch_size: usize,
    truncated_backprop_length: usize,
    window_stride: usize,
    /// These two are asked for at every window, so they are worked out once.
    row_length: usize,
    windows_of_batch: usize,
}

impl Layout {
    /// That of a series. Checks the sizes against each other.
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
        let windows_of_batch = (row_length - truncated_backprop_length) / window_stride + 1;
        Ok(Self {
            total_series_length,
            episodes: None,
            batch_size,
            truncated_backprop_length,
            window_stride,
            row_length,
            windows_of_batch,
        })
    }

    /// That of so many episodes, the longest of which has so many time steps.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::WindowStride`] for a stride longer than a window; [`Error::LongEpisode`] for sizes that cannot be
    /// counted.
    pub fn of_episodes(
        episodes: usize,
        longest: usize,
        batch_size: usize,
        truncated_backprop_length: usize,
        window_stride: usize,
    ) -> Result<Self, Error> {
        let sizes = [
            ("episodes", episodes),
            ("longest", longest),
            ("batch_size", batch_size),
            ("truncated_backprop_length", truncated_backprop_length),
        ];
        if let Some((name, _)) = sizes.into_iter().find(|&(_, size)| size == 0) {
            return Err(Error::Zero { name });
        }
        if !(1..=truncated_backprop_length).contains(&window_stride) {
            return Err(Error::WindowStride { window_stride, truncated_backprop_length });
        }
        let too_long = Error::LongEpisode { steps: longest };
        let total_series_length = longest.checked_mul(batch_size).ok_or(too_long)?;
        Ok(Self {
            total_series_length,
            episodes: Some(episodes),
            batch_size,
            truncated_backprop_length,
            window_stride,
            row_length: longest,
            windows_of_batch: longest.saturating_sub(truncated_backprop_length).div_ceil(window_stride) + 1,
        })
    }

    /// Checks that rows are longer than this many values, as a setting of this name asks for.
    ///
    /// # Errors
    /// [`Error::RowTooShort`] if they are not.
    pub fn check_longer_than(&self, setting: &'static str, values: usize) -> Result<(), Error> {
        let row_length = self.row_length();
        if values < row_length { Ok(()) } else { Err(Error::RowTooShort { setting, values, row_length }) }
    }

    /// Values in the series; in the episodes of a batch, at most.
    #[must_use]
    pub fn total_series_length(&self) -> usize {
        self.total_series_length
    }

    /// How many episodes there are; none of a series.
    #[must_use]
    pub fn episodes(&self) -> usize {
        self.episodes.unwrap_or(0)
    }

    /// Rows.
    #[must_use]
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Values in a row.
    #[must_use]
    pub fn row_length(&self) -> usize {
        self.row_length
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
        self.batches().saturating_mul(self.windows_of_batch())
    }

    /// How many batches follow each other, each of which begins from a zero state: one for a series.
    #[must_use]
    pub fn batches(&self) -> usize {
        self.episodes.map_or(1, |episodes| episodes.div_ceil(self.batch_size))
    }

    /// How many windows a batch has.
    #[must_use]
    pub fn windows_of_batch(&self) -> usize {
        self.windows_of_batch
    }

    /// The batch that a window is of, and its number there: both counted from 0.
    #[must_use]
    pub fn place(&self, window: usize) -> (usize, usize) {
        // A division takes as long as a small window's copy.
        if window < self.windows_of_batch {
            return (0, window);
        }
        (window / self.windows_of_batch, window % self.windows_of_batch)
    }

    /// The numbers of the episodes in a batch; nothing for a series.
    #[must_use]
    pub fn episodes_of(&self, batch: usize) -> std::ops::Range<usize> {
        let place = |batch: usize| batch.saturating_mul(self.batch_size).min(self.episodes.unwrap_or(0));
        place(batch)..place(batch.saturating_add(1))
    }

    /// The time steps of a row that a window holds. Those of an episode's last window can lie behind its end.
    #[must_use]
    pub fn times(&self, window: usize) -> std::ops::Range<usize> {
        let first = self.place(window).1.saturating_mul(self.window_stride);
        first..first.saturating_add(self.truncated_backprop_length)
    }

    /// Which time steps a window holds in a row. Row b of a series begins at step b · row_length; an episode is a row of its own.
    #[must_use]
    pub fn stretch(&self, window: usize, row: usize) -> std::ops::Range<usize> {
        let times = self.times(window);
        match self.episodes {
            Some(_) => times,
            None => {
                let of_row = row.saturating_mul(self.row_length());
                of_row.saturating_add(times.start)..of_row.saturating_add(times.end)
            }
        }
    }

    /// How many values a window has: time steps × rows.
    #[must_use]
    pub fn window_values(&self) -> usize {
        self.truncated_backprop_length.saturating_mul(self.batch_size)
    }

    /// How many values of the series stand in no window; none of episodes.
    #[must_use]
    pub fn unused(&self) -> usize {
        if self.episodes.is_some() {
            return 0;
        }
        let used_of_a_row = (self.windows() - 1) * self.window_stride + self.truncated_backprop_length;
        self.total_series_length - self.batch_size * used_of_a_row
    }

    /// The first window of a batch from which on all scored steps lie at this time of a row or later; as many as it has if there is
    /// none.
    #[must_use]
    pub fn first_window_from(&self, time: usize, scored: &Scored) -> usize {
        if time <= scored.first.start {
            return 0;
        }
        let window = time.saturating_sub(scored.others.start).div_ceil(self.window_stride).max(1);
        window.min(self.windows_of_batch())
    }

    /// Copies one window of `values` (a series' input or target) to `out`, time-major: the value of time step `t`
    /// and row `b` goes to `out[t · batch_size + b]`.
    ///
    /// # Errors
    /// [`Error::Window`] if `window` is not below [`windows`](Self::windows); [`Error::Length`] if `values` are not as
    /// many as the series of this layout has, or `out` has not [`window_values`](Self::window_values) places.
    pub fn copy_window<V: Copy, T>(
        &self,
        values: &[V],
        window: usize,
        out: &mut [T],
        convert: impl Fn(V) -> T,
    ) -> Result<(), Error> {
        self.check_series(values.len(), 1, window, out.len())?;
        let (start, row_length) = (window * self.window_stride, self.row_length());
        for (time, places) in out.chunks_exact_mut(self.batch_size).enumerate() {
            for (row, place) in places.iter_mut().enumerate() {
                *place = convert(values[row * row_length + start + time]);
            }
        }
        Ok(())
    }

    /// The same in a new list.
    ///
    /// # Errors
    /// Those of [`copy_window`](Self::copy_window); [`Error::OutOfMemory`].
    pub fn window<V: Copy, T: Default + Clone>(
        &self,
        values: &[V],
        window: usize,
        convert: impl Fn(V) -> T,
    ) -> Result<Vec<T>, Error> {
        let (mut out, places) = (Vec::new(), self.window_values());
        out.try_reserve_exact(places).map_err(|_| Error::OutOfMemory { total_series_length: places })?;
        out.resize(places, T::default());
        self.copy_window(values, window, &mut out, convert)?;
        Ok(out)
    }

    /// The same of `width` numbers at each time step, those of a step behind each other: to `out [step, row, number]`.
    ///
    /// # Errors
    /// Those of [`copy_window`](Self::copy_window).
    pub fn copy_numbers<V: Copy, T>(
        &self,
        values: &[V],
        width: usize,
        window: usize,
        out: &mut [T],
        convert: impl Fn(V) -> T,
    ) -> Result<(), Error> {
        self.check_series(values.len(), width, window, out.len())?;
        let (start, row_length) = (window * self.window_stride, self.row_length());
        for (place, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
            let (time, row) = (place / self.batch_size, place % self.batch_size);
            let values = &values[(row * row_length + start + time) * width..][..width];
            out.iter_mut().zip(values).for_each(|(place, &value)| *place = convert(value));
        }
        Ok(())
    }

    /// An error unless a series has as many values as this one, and there are places for a window that is there.
    fn check_series(&self, values: usize, width: usize, window: usize, places: usize) -> Result<(), Error> {
        let lengths = [
            ("values of the series", self.total_series_length.saturating_mul(width), values),
            ("places for a window", self.window_values().saturating_mul(width), places),
        ];
        if let Some((what, expected, found)) = lengths.into_iter().find(|(_, expected, found)| expected != found) {
            return Err(Error::Length { what, expected, found });
        }
        if window >= self.windows() {
            return Err(Error::Window { window, windows: self.windows() });
        }
        Ok(())
    }

    /// Copies stretches that stand side by side in a window to `out`, time-major, `[step, row, number]`: each of `rows` has
    /// `width` numbers a step, and begins with the window. Behind the end of a row, and in rows that are not there, stands `without`.
    ///
    /// # Errors
    /// [`Error::Length`] for more rows than a batch has, or for `out` of another length than a window's.
    pub fn copy_rows<V: Copy, W: Copy>(
        &self,
        rows: &[&[V]],
        width: usize,
        out: &mut [W],
        (convert, without): (impl Fn(V) -> W, W),
    ) -> Result<(), Error> {
        let places = self.window_values().saturating_mul(width);
        if out.len() != places {
            return Err(Error::Length { what: "places for a window", expected: places, found: out.len() });
        }
        if rows.len() > self.batch_size {
            return Err(Error::Length { what: "rows in a batch", expected: self.batch_size, found: rows.len() });
        }
        out.fill(without);
        let of_step = self.batch_size.saturating_mul(width);
        for (row, values) in rows.iter().enumerate() {
            let steps = out.chunks_exact_mut(of_step.max(1)).zip(values.chunks_exact(width.max(1)));
            for (places, values) in steps {
                let places = &mut places[row * width..][..width];
                places.iter_mut().zip(values).for_each(|(place, &value)| *place = convert(value));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
