//! Matrix products of panels: tiles of some columns whose sums stay in registers while the inner index runs.
//!
//! `C += A · B` for a panel's lines A `[rows, k]` and a matrix B `[k, n]` whose columns are contiguous. A line of A or C is
//! a vector along the batch; an element of B is the same for all rows. Nothing is packed: lines lie as a tile reads them.
//! Each sum is taken in the order of k by fused operations, so how work is cut changes no bit.

use crate::Scalar;
use crate::panels;
use crate::vector::{Kernel, Lanes, Vector};
use std::ops::Range;

/// Columns of a tile: with two vectors of rows their sums fill twelve of sixteen registers.
const TILE: usize = 6;

/// What is done for the columns of a tile.
pub(crate) trait Tiled {
    /// Does it for N columns from `first` on.
    fn tile<const N: usize>(&mut self, first: usize);
}

/// Does what is to be done for n columns, tile by tile.
#[inline(always)]
pub(crate) fn in_tiles(n: usize, work: &mut impl Tiled) {
    let whole = n - n % TILE;
    for first in (0..whole).step_by(TILE) {
        work.tile::<TILE>(first);
    }
    match n % TILE {
        1 => work.tile::<1>(whole),
        2 => work.tile::<2>(whole),
        3 => work.tile::<3>(whole),
        4 => work.tile::<4>(whole),
        5 => work.tile::<5>(whole),
        _ => {}
    }
}

/// Contiguous columns, `stride` apart.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) stride: usize,
    /// The first element that is meant.
    pub(crate) first: usize,
}

impl<'a, T> Columns<'a, T> {
    #[inline(always)]
    fn at(&self, column: usize) -> &'a [T] {
        &self.values[self.first + column * self.stride..]
    }
}

/// Adds to the sums of N columns, V vectors of rows each: the lines `a` times the first elements of each column of B.
#[inline(always)]
pub(crate) fn add_lines<T: Scalar, S: Lanes<T>, const V: usize, const N: usize>(
    lanes: S,
    a: &[T],
    b: [&[T]; N],
    mut sums: [[Vector<T, S>; V]; N],
) -> [[Vector<T, S>; V]; N] {
    let k = a.len() / T::PANEL;
    let mut columns = b;
    for column in &mut columns {
        *column = &column[..k];
    }
    for (p, line) in a.chunks_exact(T::PANEL).enumerate() {
        let line: [_; V] = std::array::from_fn(
            #[inline(always)]
            |v| Vector::load(lanes, &line[v * T::WIDTH..]),
        );
        for j in 0..N {
            let factor = Vector::splat(lanes, columns[j][p]);
            for v in 0..V {
                sums[j][v] = line[v].mul_add(factor, sums[j][v]);
            }
        }
    }
    sums
}

/// Where some lines of each panel are.
#[derive(Clone, Copy)]
pub(crate) struct Lines {
    /// Numbers of a panel.
    pub(crate) panel: usize,
    /// The first line, and how many there are.
    pub(crate) first: usize,
    pub(crate) count: usize,
}

/// A product for some panels.
pub(crate) struct Product<'a, T> {
    pub(crate) batch: usize,
    /// Which panels A and C are of.
    pub(crate) panels: Range<usize>,
    pub(crate) a: (&'a [T], Lines),
    pub(crate) b: Columns<'a, T>,
    pub(crate) c: (&'a mut [T], Lines),
    /// What C is set to first, a number for each of its lines; without it, the product is added to what stands there.
    pub(crate) start: Option<&'a [T]>,
}

impl<T: Scalar> Kernel<T> for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        in_tiles(self.c.1.count, &mut InTiles(lanes, self));
    }
}

struct InTiles<'a, T, S>(S, Product<'a, T>);

impl<T: Scalar, S: Lanes<T>> InTiles<'_, T, S> {
    #[inline(always)]
    fn panel<const V: usize, const N: usize>(&mut self, panel: usize, first: usize) {
        let Self(lanes, Product { a, b, c, start, .. }) = self;
        let lines = |at: Lines| panel * at.panel + at.first * T::PANEL;
        let a = &a.0[lines(a.1)..lines(a.1) + a.1.count * T::PANEL];
        let c = &mut c.0[lines(c.1) + first * T::PANEL..lines(c.1) + (first + N) * T::PANEL];
        let sums: [[_; V]; N] = match start {
            Some(start) => std::array::from_fn(
                #[inline(always)]
                |j| [Vector::splat(*lanes, start[first + j]); V],
            ),
            None => std::array::from_fn(
                #[inline(always)]
                |j| {
                    std::array::from_fn(
                        #[inline(always)]
                        |v| Vector::load(*lanes, &c[j * T::PANEL + v * T::WIDTH..]),
                    )
                },
            ),
        };
        let sums = add_lines(
            *lanes,
            a,
            std::array::from_fn(
                #[inline(always)]
                |j| b.at(first + j),
            ),
            sums,
        );
        for j in 0..N {
            for v in 0..V {
                sums[j][v].store(&mut c[j * T::PANEL + v * T::WIDTH..]);
            }
        }
    }
}

impl<T: Scalar, S: Lanes<T>> Tiled for InTiles<'_, T, S> {
    #[inline(always)]
    fn tile<const N: usize>(&mut self, first: usize) {
        for panel in 0..self.1.panels.len() {
            if panels::rows::<T>(self.1.batch, self.1.panels.start + panel) > T::WIDTH {
                self.panel::<2, N>(panel, first);
            } else {
                self.panel::<1, N>(panel, first);
            }
        }
    }
}
