//! Copies between a batch in panels and dense columns, at the border of what callers see.

use crate::numeric::panels::{BlockMut, BlocksMut, Panels, load_rows, vectors};
use crate::numeric::{Kernel, Lanes, Real, Vector};

/// Units of blocks of all panels, and the dense columns that they are copied from or to: row b of the batch in block t of
/// a unit is number `t·batch + b` of its column.
pub(crate) struct DenseCopy {
    pub(crate) batch: usize,
    /// Blocks and columns that are copied.
    pub(crate) copied: (usize, usize),
    /// Blocks and units that there are.
    pub(crate) all: (usize, usize),
    /// The first block and unit that are copied.
    pub(crate) first: (usize, usize),
}

impl DenseCopy {
    /// Calls `copy` with the place among the panels and that among the columns of each vector, its rows' first lane, and
    /// the panel's rows.
    #[inline(always)]
    fn vectors<T: Real>(&self, mut copy: impl FnMut(usize, usize, usize, usize)) {
        let Self { batch, copied: (blocks, columns), all: (all_blocks, units), first } = *self;
        for column in 0..columns {
            for block in 0..blocks {
                for (panel, rows) in Panels::all::<T>(batch).rows::<T>().enumerate() {
                    let line = ((panel * all_blocks + first.0 + block) * units + first.1 + column) * T::PANEL;
                    let dense = (column * blocks + block) * batch + panel * T::PANEL;
                    for lane in vectors::<T>(rows) {
                        copy(line, dense, lane, rows);
                    }
                }
            }
        }
    }
}

/// Copies dense columns to panels, or panels to dense columns.
pub(crate) struct Copied<'a, T, const TO_PANELS: bool>(
    pub(crate) DenseCopy,
    pub(crate) &'a [T],
    pub(crate) &'a mut [T],
);

impl<T: Real, const TO_PANELS: bool> Kernel<T> for Copied<'_, T, TO_PANELS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(dense, from, to) = self;
        dense.vectors::<T>(
            #[inline(always)]
            |line, dense, lane, rows| {
                if TO_PANELS {
                    load_rows(lanes, &from[dense..], lane, rows, from[dense]).store(&mut to[line + lane..]);
                } else {
                    // What is behind a panel's rows is written too, and then overwritten by what comes next in the columns.
                    Vector::load(lanes, &from[line + lane..]).store_some(&mut to[dense + lane..]);
                }
            },
        );
    }
}

/// Copies rows, the features of each behind each other, to the first lines of panels' blocks.
pub(super) fn rows_to_panels<T: Real>(copy: &DenseCopy, from: &[T], to: &mut [T]) {
    let DenseCopy { batch, copied: (steps, features), all: (blocks, units), .. } = *copy;
    let mut blocks_to = BlocksMut::new(to, blocks, units);
    for (panel, rows) in Panels::all::<T>(batch).rows::<T>().enumerate() {
        for step in 0..steps {
            let first = (step * batch + panel * T::PANEL) * features;
            let BlockMut(block) = blocks_to.block(panel, step);
            for (line, to) in block.chunks_exact_mut(T::PANEL).take(features).enumerate() {
                let (there, beyond) = to.split_at_mut(rows);
                for (to, row) in there.iter_mut().zip(from[first..].chunks_exact(features)) {
                    *to = row[line];
                }
                beyond.fill(from[first + line]);
            }
        }
    }
}
