//! Matrix products of panels: tiles of some columns whose sums stay in registers while the inner index runs.
//!
//! `C += A · B` for a panel's lines A `[rows, k]` and a matrix B `[k, n]` whose columns are contiguous. A line of A or C is
//! a vector along the batch; an element of B is the same for all rows. Nothing is packed: lines lie as a tile reads them.
//! Each sum is taken in the order of k by fused operations, so how work is cut changes no bit.

use crate::numeric::panels::{Blocks, BlocksMut, Panels};
use crate::numeric::{Lanes, Real, Vector};
use std::array;

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

/// Adds to the sums of N columns, V vectors of rows each: the lines of A times the first elements of each column of B.
#[inline(always)]
pub(crate) fn add_lines<T: Real, S: Lanes<T>, const V: usize, const N: usize>(
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
        let line: [_; V] = array::from_fn(
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

/// A product for some panels: of a block of each, and to another block of each.
pub(crate) struct Product<'a, T> {
    pub(crate) panels: &'a Panels,
    /// The lines of A, and their block.
    pub(crate) a: (Blocks<'a, T>, usize),
    pub(crate) b: Columns<'a, T>,
    /// The lines of C, and their block.
    pub(crate) c: (BlocksMut<'a, T>, usize),
    /// What C is set to first, a number for each of its lines; without it, the product is added to what stands there.
    pub(crate) start: Option<&'a [T]>,
}
