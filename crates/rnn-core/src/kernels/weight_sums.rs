//! Sums over all rows of a window: the derivatives by weights, `Aᵀ · D`, and by biases, the column sums of D.
//!
//! Lines run along the batch, over which these sums are taken. For few units each lane is summed up by itself, over all
//! steps, and the lanes at the end. For many, A is transposed first, so that lines run along its units and an element of
//! D is the same for all of them, as in every other [product](super::product).

use super::product::{Tiled, add_lines, in_tiles};
use crate::numeric::panels::{Block, Blocks, Panels, count, rows, vectors};
use crate::numeric::{Lanes, Real, Vector};
use std::array;
use std::ops::Range;

/// Steps whose rows are transposed to one stretch: with a whole panel 256 rows, whose lines fit in the first cache.
const STRETCH: usize = 16;
/// As many rows as that can be.
const STRETCH_ROWS: usize = 256;

/// A sum over all rows of a window.
#[derive(Clone, Copy)]
pub(crate) struct WindowRows<'a, T> {
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    /// What is multiplied, a block for each step,
    pub(crate) a: Blocks<'a, T>,
    /// and the derivatives, which are zero for rows that do not exist.
    pub(crate) d: Blocks<'a, T>,
}

/// For each of N units of D, sums of its products with M units of A, and its own.
type Sums<T, S, const M: usize, const N: usize> = ([[Vector<T, S>; M]; N], [Vector<T, S>; N]);

impl<T: Real> WindowRows<'_, T> {
    /// Sums over each lane of N units' derivatives, each times M units of A or, for no M, by itself.
    #[inline(always)]
    fn of_lanes<S: Lanes<T>, const M: usize, const N: usize>(
        &self,
        lanes: S,
        (first_a, first_d): (usize, usize),
    ) -> Sums<T, S, M, N> {
        let zero = Vector::splat(lanes, T::zero());
        let (mut products, mut sums) = ([[zero; M]; N], [zero; N]);
        for (panel, rows) in Panels::all::<T>(self.batch).rows::<T>().enumerate() {
            for (a, d) in self.a.first_blocks(panel, self.steps).zip(self.d.first_blocks(panel, self.steps)) {
                let (a, d) = (a.skip_lines(first_a), d.skip_lines(first_d));
                for lane in vectors::<T>(rows) {
                    let a: [_; M] = array::from_fn(
                        #[inline(always)]
                        |i| a.load(lanes, i, lane),
                    );
                    for j in 0..N {
                        let d = d.load(lanes, j, lane);
                        for i in 0..M {
                            products[j][i] = a[i].mul_add(d, products[j][i]);
                        }
                        sums[j] = sums[j] + d;
                    }
                }
            }
        }
        (products, sums)
    }

    /// Adds `Aᵀ · D` of `units` units of A, one at least, and of the units `columns` of D to `out`, column-major, of
    /// `stride` rows; and calls `add` with the place and the sum of each of these units of D.
    #[inline(always)]
    pub(crate) fn add_products<S: Lanes<T>>(
        &self,
        lanes: S,
        units: usize,
        columns: Range<usize>,
        (out, stride): (&mut [T], usize),
        mut add: impl FnMut(usize, T),
    ) {
        let mut column = 0;
        while column < columns.len() {
            let mut unit = 0;
            let wide = (columns.len() - column).min(4);
            let mut step = 0;
            while unit < units {
                let first = (unit, columns.start + column);
                let place = column * stride + unit;
                let out = (&mut out[place..], stride);
                // Sums of units of D come with the first unit of A alone.
                let mut add = |j, sum| {
                    if unit == 0 {
                        add(column + j, sum);
                    }
                };
                let deep = units - unit;
                let (done, across) = match (deep, wide) {
                    (3.., 4) => self.add_tile::<S, 3, 4>(lanes, first, out, &mut add),
                    (_, 4) => self.add_tile::<S, 1, 4>(lanes, first, out, &mut add),
                    (4.., 2..) => self.add_tile::<S, 4, 2>(lanes, first, out, &mut add),
                    (_, 2..) => self.add_tile::<S, 1, 2>(lanes, first, out, &mut add),
                    (4.., _) => self.add_tile::<S, 4, 1>(lanes, first, out, &mut add),
                    _ => self.add_tile::<S, 1, 1>(lanes, first, out, &mut add),
                };
                unit += done;
                step = across;
            }
            column += step;
        }
    }

    /// The same of M units of A and N of D; returns M and N.
    #[inline(always)]
    fn add_tile<S: Lanes<T>, const M: usize, const N: usize>(
        &self,
        lanes: S,
        first: (usize, usize),
        (out, stride): (&mut [T], usize),
        add: &mut impl FnMut(usize, T),
    ) -> (usize, usize) {
        let (products, sums) = self.of_lanes::<S, M, N>(lanes, first);
        for j in 0..N {
            for i in 0..M {
                out[j * stride + i] += products[j][i].sum();
            }
            add(j, sums[j].sum());
        }
        (M, N)
    }

    /// Calls `add` with the place and the sum of each of these units of D.
    #[inline(always)]
    pub(crate) fn sums<S: Lanes<T>>(&self, lanes: S, columns: Range<usize>, mut add: impl FnMut(usize, T)) {
        let mut column = 0;
        while column < columns.len() {
            let first = (0, columns.start + column);
            if columns.len() - column >= 4 {
                let (_, sums) = self.of_lanes::<S, 0, 4>(lanes, first);
                for (j, sum) in sums.into_iter().enumerate() {
                    add(column + j, sum.sum());
                }
                column += 4;
            } else {
                add(column, self.of_lanes::<S, 0, 1>(lanes, first).1[0].sum());
                column += 1;
            }
        }
    }

    /// As `add_products`, of transposed blocks: for the units `units` of A, the first of which is the first row of `out`.
    #[inline(always)]
    pub(crate) fn add_transposed_products<S: Lanes<T>>(
        &self,
        lanes: S,
        transposed: &[T],
        units: Range<usize>,
        columns: Range<usize>,
        out: &mut [T],
        stride: usize,
    ) {
        for panel in 0..count::<T>(self.batch) {
            for start in (0..self.steps).step_by(STRETCH) {
                let stretch = Stretch::new::<T>(self.batch, self.steps, self.a.line_count(), panel, start);
                let n = columns.len();
                let (columns, units, out) = (columns.clone(), units.clone(), &mut *out);
                in_tiles(
                    n,
                    &mut TransposedProduct { lanes, rows: self, transposed, stretch, units, columns, out, stride },
                );
            }
        }
    }
}

/// Some steps of a panel, transposed: for each line of units, a line for each row of each step.
#[derive(Clone, Copy)]
struct Stretch {
    panel: usize,
    start: usize,
    steps: usize,
    /// Rows of a step.
    rows: usize,
    /// Where it begins.
    at: usize,
}

impl Stretch {
    fn new<T: Real>(batch: usize, steps: usize, units: usize, panel: usize, start: usize) -> Self {
        let rows = rows::<T>(batch, panel);
        let of_a_step = units.next_multiple_of(T::PANEL) * T::PANEL;
        let at = panel * steps * of_a_step + start * rows * units.next_multiple_of(T::PANEL);
        Self { panel, start, steps: (steps - start).min(STRETCH), rows, at }
    }

    /// Where the first line of a line of units is.
    fn lines_of<T: Real>(self, units: usize) -> usize {
        self.at + units * self.steps * self.rows * T::PANEL
    }
}

/// How many numbers the transposed units of a window are.
pub(crate) fn transposed_len<T: Real>(batch: usize, steps: usize, units: usize) -> Option<usize> {
    let of_a_step = units.checked_next_multiple_of(T::PANEL)?.checked_mul(T::PANEL)?;
    count::<T>(batch).checked_mul(steps)?.checked_mul(of_a_step)
}

/// Transposes the blocks of some panels; `a` and `transposed` are of these panels.
pub(super) fn transpose_panels<T: Real>(steps: usize, panels: &Panels, a: Blocks<'_, T>, transposed: &mut [T]) {
    let line = T::PANEL;
    let of_a_panel = transposed.len() / panels.count();
    for (panel, (rows, transposed)) in panels.rows::<T>().zip(transposed.chunks_exact_mut(of_a_panel)).enumerate() {
        for start in (0..steps).step_by(STRETCH) {
            // A panel's first stretch is at the start of its part, whichever panel it is.
            let stretch = Stretch::new::<T>(rows, steps, a.line_count(), 0, start);
            for step in 0..stretch.steps {
                let Block(block) = a.block(panel, start + step);
                for (lines, units) in block.chunks(line * line).enumerate() {
                    let to = stretch.lines_of::<T>(lines) + step * stretch.rows * line;
                    let to = &mut transposed[to..to + stretch.rows * line];
                    for (row, to) in to.chunks_exact_mut(line).enumerate() {
                        for (to, unit) in to.iter_mut().zip(units.chunks_exact(line)) {
                            *to = unit[row];
                        }
                    }
                }
            }
        }
    }
}

struct TransposedProduct<'a, 'b, T, S> {
    lanes: S,
    rows: &'a WindowRows<'b, T>,
    transposed: &'a [T],
    stretch: Stretch,
    units: Range<usize>,
    columns: Range<usize>,
    out: &'a mut [T],
    stride: usize,
}

impl<T: Real, S: Lanes<T>> Tiled for TransposedProduct<'_, '_, T, S> {
    #[inline(always)]
    fn tile<const N: usize>(&mut self, first: usize) {
        let line = T::PANEL;
        let Stretch { panel, start, steps, rows, .. } = self.stretch;
        // The derivatives of N units behind each other, so that their columns run on from step to step.
        let mut columns = [[T::zero(); STRETCH_ROWS]; N];
        for step in 0..steps {
            let d = self.rows.d.block(panel, start + step).skip_lines(self.columns.start + first).0;
            for (column, d) in columns.iter_mut().zip(d.chunks_exact(line)) {
                column[step * rows..(step + 1) * rows].copy_from_slice(&d[..rows]);
            }
        }
        let zero = Vector::splat(self.lanes, T::zero());
        for lines in self.units.start / line..self.units.end.div_ceil(line) {
            let at = self.stretch.lines_of::<T>(lines);
            let transposed = &self.transposed[at..at + steps * rows * line];
            let columns = array::from_fn(
                #[inline(always)]
                |j| &columns[j][..],
            );
            let sums = add_lines(self.lanes, transposed, columns, [[zero; 2]; N]);
            let units = (lines * line).max(self.units.start)..((lines + 1) * line).min(self.units.end);
            for (j, [low, high]) in sums.into_iter().enumerate() {
                let out = (first + j) * self.stride + units.start - self.units.start;
                let out = &mut self.out[out..out + units.len()];
                let mut all = [T::zero(); 16];
                low.store(&mut all[..T::WIDTH]);
                high.store(&mut all[T::WIDTH..2 * T::WIDTH]);
                let of_units = &all[units.start - lines * line..units.end - lines * line];
                out.iter_mut().zip(of_units).for_each(|(out, &sum)| *out += sum);
            }
        }
    }
}
