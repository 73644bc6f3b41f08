//! How a batch lies in memory where vector instructions run along units: a line for each row.
//!
//! A line holds a row's numbers at a time step, one for each unit, and then zeros up to a whole cache line. Lines stand in blocks,
//! one for each time step, a line for each row. A band is as many rows as a [panel](super::panels) has, and everything that
//! it does over a window is one stretch of memory: its blocks stand behind each other. So threads can share out bands.

use super::panels;
use super::real::Real;
use std::ops::Range;

/// As many numbers as the cache lines have that these fill.
pub(crate) fn padded<T: Real>(numbers: usize) -> Option<usize> {
    numbers.checked_next_multiple_of(T::PANEL)
}

/// How far apart lines of so many numbers stand. Many lines at a distance of a power of two would share few places in the first cache.
pub(crate) fn stride<T: Real>(padded: usize) -> usize {
    if padded > 0 && padded.is_multiple_of(4 * T::PANEL) { padded.saturating_add(T::PANEL) } else { padded }
}

/// Where the lines of some bands are: blocks of a batch's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowShape {
    pub(crate) batch: usize,
    pub(crate) blocks: usize,
    /// Numbers from one line to the next.
    pub(crate) stride: usize,
}

impl RowShape {
    /// How many bands there are.
    pub(crate) fn bands<T: Real>(&self) -> usize {
        panels::count::<T>(self.batch)
    }

    /// How many rows a band has.
    #[inline(always)]
    pub(crate) fn rows<T: Real>(&self, band: usize) -> usize {
        panels::rows::<T>(self.batch, band)
    }

    /// Where a band's block begins.
    #[inline(always)]
    pub(crate) fn block<T: Real>(&self, band: usize, block: usize) -> usize {
        (band * T::PANEL * self.blocks + block * self.rows::<T>(band)) * self.stride
    }

    /// Where a row's line begins.
    pub(crate) fn line<T: Real>(&self, block: usize, row: usize) -> usize {
        self.block::<T>(row / T::PANEL, block) + row % T::PANEL * self.stride
    }

    /// The numbers of some blocks of a band.
    #[inline(always)]
    pub(crate) fn blocks_of<T: Real>(&self, band: usize, blocks: Range<usize>) -> Range<usize> {
        self.block::<T>(band, blocks.start)..self.block::<T>(band, blocks.end)
    }

    /// Numbers in all.
    pub(crate) fn len(&self) -> Option<usize> {
        self.batch.checked_mul(self.blocks)?.checked_mul(self.stride)
    }

    /// The rows of some bands.
    pub(crate) fn of_bands<T: Real>(&self, bands: &Range<usize>) -> Range<usize> {
        bands.start * T::PANEL..(bands.end * T::PANEL).min(self.batch)
    }

    /// The same for some of the bands.
    pub(crate) fn share<T: Real>(self, bands: &Range<usize>) -> Self {
        Self { batch: self.of_bands::<T>(bands).len(), ..self }
    }

    /// Where the numbers of some bands are.
    pub(crate) fn range<T: Real>(&self, bands: &Range<usize>) -> Range<usize> {
        let Range { start, end } = self.of_bands::<T>(bands);
        start * self.blocks * self.stride..end * self.blocks * self.stride
    }
}
