//! Products of a batch's rows with a matrix: tiles of some rows and some vectors of columns, whose sums stay in registers while the
//! inner index runs.
//!
//! `C = start + A · B` or `C += A · B`. A number of A is the same in all lanes, and a line of B's [packed](super::packed)
//! tile is a vector for each of the tile's columns. Each sum is taken in the order of the inner index by fused operations, so
//! how work is cut changes no bit.

use super::packed::tiles;
use crate::numeric::rows::RowShape;
use crate::numeric::{Kernel, Lanes, Real, Vector, add_multiples};
use std::ops::Range;

/// Numbers of A's lines, and the rows of B that they are multiplied with.
#[derive(Clone, Copy, Default)]
pub(super) struct Inner {
    pub(super) at: usize,
    pub(super) row: usize,
    pub(super) len: usize,
}

/// What C is at first.
#[derive(Clone, Copy)]
pub(super) enum Start<'a, T> {
    /// What stands there.
    There,
    Zero,
    /// A number for each column.
    Numbers(&'a [T]),
    /// The same and a row of B: which one for each row of the batch at each time step.
    Looked(&'a [T], &'a [u32], RowShape),
}

/// A product for the rows of some bands, at some time steps that follow each other.
pub(super) struct RowProduct<'a, T> {
    pub(super) steps: usize,
    /// The lines of A, and the first block.
    pub(super) a: (&'a [T], RowShape, usize),
    pub(super) inner: &'a [Inner],
    /// B, how many rows it has, and the most lanes of its tiles.
    pub(super) b: (&'a [T], usize, usize),
    /// Columns of B.
    pub(super) columns: Range<usize>,
    pub(super) start: Start<'a, T>,
    /// The lines of C, the first block, and where the first column is in a line.
    pub(super) c: (&'a mut [T], RowShape, usize, usize),
}

/// Rows of a tile at most: the sums and a line of B's vectors fit in the registers.
#[inline(always)]
const fn most_rows<T, S: Lanes<T>>(vectors: usize) -> usize {
    match (vectors, S::REGISTERS) {
        (_, ..16) => 1,
        (8, 32..) => 2,
        (8, _) => 1,
        (4, 32..) => 4,
        (4, _) => 3,
        (2, ..32) => 6,
        _ => 8,
    }
}

impl<T: Real> Kernel<T> for RowProduct<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        for (first, tile) in tiles(self.b.2, self.columns.clone()) {
            match tile / S::WIDTH {
                8 if const { S::REGISTERS >= 16 } => self.tile::<S, 8>(lanes, first),
                4 if const { S::REGISTERS >= 16 } => self.tile::<S, 4>(lanes, first),
                1 if const { S::REGISTERS >= 32 } => self.tile::<S, 1>(lanes, first),
                // The narrowest tile is a cache line.
                _ => self.tile::<S, 2>(lanes, first),
            }
        }
    }
}

impl<T: Real> RowProduct<'_, T> {
    #[inline(always)]
    fn tile<S: Lanes<T>, const V: usize>(&mut self, lanes: S, first: usize) {
        let ((_, a, a_block), (c, c_block)) = (self.a, (self.c.1, self.c.2));
        for band in 0..a.bands::<T>() {
            let rows = a.rows::<T>(band) * self.steps;
            let (a_at, c_at) = (a.block::<T>(band, a_block), c.block::<T>(band, c_block));
            let number = if let Start::Looked(_, _, shape) = self.start { shape.block::<T>(band, a_block) } else { 0 };
            let mut parts = rows.div_ceil(most_rows::<T, S>(V));
            let mut row = 0;
            while row < rows {
                let count = (rows - row).div_ceil(parts);
                let at = (a_at + row * a.stride, c_at + row * c.stride, number + row);
                match count {
                    // What the compiler sees never to happen is not compiled.
                    2 if const { most_rows::<T, S>(V) >= 2 } => self.rows::<S, 2, V>(lanes, first, at),
                    3 if const { most_rows::<T, S>(V) >= 3 } => self.rows::<S, 3, V>(lanes, first, at),
                    4 if const { most_rows::<T, S>(V) >= 4 } => self.rows::<S, 4, V>(lanes, first, at),
                    5 if const { most_rows::<T, S>(V) >= 5 } => self.rows::<S, 5, V>(lanes, first, at),
                    6 if const { most_rows::<T, S>(V) >= 6 } => self.rows::<S, 6, V>(lanes, first, at),
                    7 if const { most_rows::<T, S>(V) >= 7 } => self.rows::<S, 7, V>(lanes, first, at),
                    8 if const { most_rows::<T, S>(V) >= 8 } => self.rows::<S, 8, V>(lanes, first, at),
                    _ => self.rows::<S, 1, V>(lanes, first, at),
                }
                row += count;
                parts -= 1;
            }
        }
    }

    #[inline(always)]
    fn rows<S: Lanes<T>, const R: usize, const V: usize>(
        &mut self,
        lanes: S,
        first: usize,
        (a_at, c_at, number): (usize, usize, usize),
    ) {
        let tile = V * S::WIDTH;
        let (b, b_rows, _) = self.b;
        let b = &b[first * b_rows..][..tile * b_rows];
        let (a, a_shape, _) = self.a;
        let mut lines = [&[][..]; R];
        for (row, line) in lines.iter_mut().enumerate() {
            *line = &a[a_at + row * a_shape.stride..][..a_shape.stride];
        }
        let place = c_at + self.c.3 + first - self.columns.start;
        let c_stride = self.c.1.stride;
        let of_columns = first - self.columns.start..first - self.columns.start + tile;
        let mut sums = [[Vector::splat(lanes, T::zero()); V]; R];
        match self.start {
            Start::Zero => {}
            Start::There => {
                for (row, sums) in sums.iter_mut().enumerate() {
                    *sums = Vector::load_line(lanes, &self.c.0[place + row * c_stride..][..tile]);
                }
            }
            Start::Numbers(numbers) => sums = [Vector::load_line(lanes, &numbers[of_columns]); R],
            Start::Looked(numbers, classes, _) => {
                let numbers = Vector::load_line::<V>(lanes, &numbers[of_columns]);
                for (sums, &class) in sums.iter_mut().zip(&classes[number..]) {
                    *sums = Vector::load_line(lanes, &b[class as usize * tile..][..tile]);
                    for (sum, number) in sums.iter_mut().zip(numbers) {
                        *sum = number + *sum;
                    }
                }
            }
        }
        for &Inner { at, row, len } in self.inner {
            let mut a = lines;
            for line in &mut a {
                *line = &line[at..][..len];
            }
            for (p, b) in b[row * tile..(row + len) * tile].chunks_exact(tile).enumerate() {
                add_multiples(
                    &mut sums,
                    Vector::load_line(lanes, b),
                    #[inline(always)]
                    |row| a[row][p],
                );
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            let to = &mut self.c.0[place + row * c_stride..][..tile];
            for (v, sum) in sums.into_iter().enumerate() {
                sum.store(&mut to[v * S::WIDTH..]);
            }
        }
    }
}
