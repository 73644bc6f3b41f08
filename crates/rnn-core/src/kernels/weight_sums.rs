//! Sums over all rows of a window: the derivatives by weights, `Aᵀ · D`, and by biases, the column sums of D.
//!
//! Lines run along the batch, over which these sums are taken: each lane is summed up by itself, over all steps, and the lanes at the end.

use crate::numeric::panels::{Blocks, Panels, vectors};
use crate::numeric::{Lanes, Real, Vector};
use std::ops::Range;

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
                    let mut lines = [zero; M];
                    for (i, line) in lines.iter_mut().enumerate() {
                        *line = a.load(lanes, i, lane);
                    }
                    for j in 0..N {
                        let d = d.load(lanes, j, lane);
                        for i in 0..M {
                            products[j][i] = lines[i].mul_add(d, products[j][i]);
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
}
