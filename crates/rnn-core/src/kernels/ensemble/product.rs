//! Products of nets side by side: each lane has a matrix of its own, so a weight is a line as every other operand.
//!
//! A tile takes some rows of the batch, which share the weights, and some columns, which share the rows.

use crate::numeric::panels::{Blocks, BlocksMut, Panels};
use crate::numeric::{Kernel, Lanes, Real, Vector};

/// Rows and columns of a tile, whose sums stay in registers.
const ROWS: usize = 3;
const COLUMNS: usize = 4;

/// Contiguous columns of lines, `stride` lines apart.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a, T> {
    pub(super) values: &'a [T],
    pub(super) stride: usize,
    /// The first line that is meant.
    pub(super) first: usize,
}

/// A product `C = start + A · B` or `C += A · B` for some panels: of a block of each, and to another block of each.
pub(super) struct Product<'a, T> {
    pub(super) panels: &'a Panels,
    /// The lines of A, and their block.
    pub(super) a: (Blocks<'a, T>, usize),
    pub(super) b: Columns<'a, T>,
    /// The lines of C, and their block.
    pub(super) c: (BlocksMut<'a, T>, usize),
    /// What C is set to first, a line for each of its lines; without it, the product is added to what stands there.
    pub(super) start: Option<&'a [T]>,
}

impl<T: Real> Kernel<T> for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        let columns = self.c.0.line_count();
        let mut column = 0;
        while column < columns {
            let wide = (columns - column).min(COLUMNS);
            match wide {
                4 => self.columns::<S, 4>(lanes, column),
                3 => self.columns::<S, 3>(lanes, column),
                2 => self.columns::<S, 2>(lanes, column),
                _ => self.columns::<S, 1>(lanes, column),
            }
            column += wide;
        }
    }
}

impl<T: Real> Product<'_, T> {
    /// Some columns, for all rows.
    #[inline(always)]
    fn columns<S: Lanes<T>, const N: usize>(&mut self, lanes: S, column: usize) {
        let rows = self.panels.count();
        let mut row = 0;
        while row < rows {
            let high = (rows - row).min(ROWS);
            for lane in (0..T::PANEL).step_by(S::WIDTH) {
                match high {
                    3 => self.tile::<S, 3, N>(lanes, row, column, lane),
                    2 => self.tile::<S, 2, N>(lanes, row, column, lane),
                    _ => self.tile::<S, 1, N>(lanes, row, column, lane),
                }
            }
            row += high;
        }
    }

    #[inline(always)]
    fn tile<S: Lanes<T>, const R: usize, const N: usize>(&mut self, lanes: S, row: usize, column: usize, lane: usize) {
        let Product { a, b, c, start, .. } = self;
        // Loops, because closures for each number are not always inlined, and then not of these instructions.
        let (mut lines, mut weights) = ([&[][..]; R], [&[][..]; N]);
        for (r, line) in lines.iter_mut().enumerate() {
            *line = a.0.block(row + r, a.1).0;
        }
        let len = lines[0].len();
        for (j, of_column) in weights.iter_mut().enumerate() {
            *of_column = &b.values[(b.first + (column + j) * b.stride) * T::PANEL..][..len];
        }
        let mut sums = [[Vector::splat(lanes, T::zero()); N]; R];
        for (r, sums) in sums.iter_mut().enumerate() {
            let c = c.0.block(row + r, c.1);
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum = match start {
                    Some(start) => Vector::load(lanes, &start[(column + j) * T::PANEL + lane..]),
                    None => c.as_ref().load(lanes, column + j, lane),
                };
            }
        }
        for line in (0..len).step_by(T::PANEL) {
            let at = line + lane..line + lane + S::WIDTH;
            for j in 0..N {
                let weight = Vector::load(lanes, &weights[j][at.clone()]);
                for r in 0..R {
                    sums[r][j] = Vector::load(lanes, &lines[r][at.clone()]).mul_add(weight, sums[r][j]);
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            let mut c = c.0.block(row + r, c.1);
            for (j, sum) in sums.into_iter().enumerate() {
                c.store(sum, column + j, lane);
            }
        }
    }
}
