//! Weights as a [product](super::product) reads them: in tiles of some columns, a line of them for each row of the matrix.
//!
//! Columns are counted with each gate's padded to whole cache lines. A tile of n lanes that begins with column c is the n·k
//! numbers from c·k on, where k is the number of rows. Weights of columns that there are not stay zero.

use crate::cells::{LayerShape, Parameters, Sum};
use crate::numeric::{Kernel, Lanes, Real, Vector};
use std::ops::Range;

/// How many vectors the processor holds, and how many numbers each of them has, where they are as wide as it allows.
pub(super) fn widest<T: Real>() -> (usize, usize) {
    struct Widest;
    impl<T: Real> Kernel<T> for Widest {
        type Output = (usize, usize);

        #[inline(always)]
        fn run<S: Lanes<T>>(self, _lanes: S) -> (usize, usize) {
            (S::REGISTERS, S::WIDTH)
        }
    }
    T::run_wide(Widest)
}

/// The lanes of a tile for a product of so many rows at a time. With few rows a tile has many columns, so that enough sums run side by side
/// to fill the time that a multiplication takes.
pub(super) fn tile_lanes<T: Real>(rows: usize) -> usize {
    let (registers, width) = widest::<T>();
    let vectors = match (rows, registers) {
        (_, ..16) => 2,
        (1, _) | (2, 32..) => 8,
        (..=3, _) | (4, 32..) => 4,
        _ => 2,
    };
    vectors * width
}

/// Tiles of at most so many lanes for these columns, whose number is a multiple of a cache line's: the first column and the
/// lanes of each.
#[inline(always)]
pub(super) fn tiles(most: usize, columns: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
    let (mut first, mut lanes) = (columns.start, most);
    std::iter::from_fn(move || {
        let left = columns.end - first;
        if left == 0 {
            return None;
        }
        while lanes > left {
            lanes /= 2;
        }
        first += lanes;
        Some((first - lanes, lanes))
    })
}

/// Lays out what a unit's sums start with, and what it has of its own: a padded line of units for each.
pub(super) fn lay_out_units<T: Real>(
    (sums, hidden, padded): (&[Sum], usize, usize),
    parameters: &Parameters<'_, T>,
    start: &mut [T],
    own: &mut [T],
) {
    parameters.lay_out_starts(sums, hidden, start);
    for (to, from) in own.chunks_exact_mut(padded).zip(parameters.own.chunks_exact(hidden)) {
        to[..hidden].copy_from_slice(from);
    }
}

/// W, as a forward reads it: a row for each input and then for each unit of the state, the columns those of all gates.
pub(super) struct PackForward<'a, T> {
    pub(super) shape: LayerShape,
    /// Units of a gate, padded.
    pub(super) padded: usize,
    /// Gates whose columns are tiled together.
    pub(super) gates: Range<usize>,
    pub(super) lanes: usize,
    pub(super) w: &'a [T],
    pub(super) packed: &'a mut [T],
}

impl<T: Real> Kernel<T> for PackForward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { shape, padded, gates, lanes: most, w, packed } = self;
        let (rows, hidden) = (shape.matrix_rows(), shape.hidden);
        for (first, tile) in tiles(most, gates.start * padded..gates.end * padded) {
            let packed = &mut packed[first * rows..(first + tile) * rows];
            for lane in (0..tile).step_by(S::WIDTH) {
                let (gate, unit) = ((first + lane) / padded, (first + lane) % padded);
                let units = hidden.saturating_sub(unit).min(S::WIDTH);
                let column = (gate * hidden + unit) * rows;
                let mut row = 0;
                if units == S::WIDTH {
                    while row + S::WIDTH <= rows {
                        Vector::transpose(lanes, (&w[column + row..], rows), (&mut packed[row * tile + lane..], tile));
                        row += S::WIDTH;
                    }
                }
                for row in row..rows {
                    for unit in 0..units {
                        packed[row * tile + lane + unit] = w[column + unit * rows + row];
                    }
                }
            }
        }
    }
}

/// Some rows of W, as a backward reads them: these become columns, and the columns of W rows.
pub(super) fn pack_backward<T: Real>(lanes: usize, w: &[T], rows_of_w: usize, rows: Range<usize>, packed: &mut [T]) {
    let count = w.len() / rows_of_w;
    let columns = packed.len() / count;
    for (first, tile) in tiles(lanes, 0..columns) {
        let packed = &mut packed[first * count..(first + tile) * count];
        let there = rows.len().saturating_sub(first).min(tile);
        let from = w[rows.start + first.min(rows.len())..].chunks(rows_of_w);
        for (to, from) in packed.chunks_exact_mut(tile).zip(from) {
            to[..there].copy_from_slice(&from[..there]);
        }
    }
}
