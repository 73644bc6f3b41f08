//! How a batch lies in memory: in panels of as many rows as fill a cache line, so that vector instructions run along
//! the batch and everything that a panel does over a window is one stretch.
//!
//! A panel holds a block for each time step, a block a line of [`PANEL`](crate::vector::Real::PANEL) numbers for each unit,
//! and a line one number for each of the panel's rows. In these lines the operands of every product stand as its kernel
//! reads them.
//!
//! The last panel can have fewer rows. The rest of its lines is like its first row, so that nothing there is infinite or
//! not a number unless something of the batch is too; derivatives are zero there.

use crate::Scalar;
use crate::vector::{Kernel, Lanes, Vector};
use std::ops::Range;

/// How many panels a batch has.
pub(crate) fn count<T: Scalar>(batch: usize) -> usize {
    batch.div_ceil(T::PANEL)
}

/// How many rows of a batch a panel has.
#[inline(always)]
pub(crate) fn rows<T: Scalar>(batch: usize, panel: usize) -> usize {
    (batch - panel * T::PANEL).min(T::PANEL)
}

/// Where the number of a row of the batch is: (how many blocks there are, which), (how many units a block has, which).
pub(crate) fn place<T: Scalar>((blocks, block): (usize, usize), (units, unit): (usize, usize), row: usize) -> usize {
    ((row / T::PANEL * blocks + block) * units + unit) * T::PANEL + row % T::PANEL
}

/// The first lane of each vector that a panel of this many rows needs.
#[inline(always)]
pub(crate) fn vectors<T: Scalar>(rows: usize) -> impl Iterator<Item = usize> {
    // A panel is two vectors wide. Not `step_by`, which divides.
    (0..1 + usize::from(rows > T::WIDTH)).map(
        #[inline(always)]
        |vector| vector * T::WIDTH,
    )
}

/// Some units of each block of all panels.
#[derive(Clone, Copy)]
pub(crate) struct Blocks<'a, T> {
    pub(crate) values: &'a [T],
    /// Blocks of a panel.
    pub(crate) blocks: usize,
    /// Units of a block.
    pub(crate) units: usize,
    /// The first block and the first unit that are meant.
    pub(crate) first: (usize, usize),
}

impl<'a, T: Scalar> Blocks<'a, T> {
    /// The lines of a panel's block, from the first unit that is meant on.
    #[inline(always)]
    pub(crate) fn at(&self, panel: usize, block: usize) -> &'a [T] {
        let block = panel * self.blocks + self.first.0 + block;
        &self.values[(block * self.units + self.first.1) * T::PANEL..(block + 1) * self.units * T::PANEL]
    }
}

/// Loads a vector of a dense column, as the lanes from `lane` on of a panel whose first row is the column's first: behind
/// the `rows` rows of the panel stands `rest`.
#[inline(always)]
pub(crate) fn load_rows<T: Scalar, S: Lanes<T>>(
    lanes: S,
    column: &[T],
    lane: usize,
    rows: usize,
    rest: T,
) -> Vector<T, S> {
    let v = Vector::load_some(lanes, &column[lane..]);
    if rows - lane >= T::WIDTH { v } else { v.first_lanes(T::narrow(f64::from((rows - lane) as u32)), v.of(rest)) }
}

/// Units of blocks of all panels, and the dense columns that they are copied from or to: row b of the batch in block t of
/// a unit is number `t·batch + b` of its column.
pub(crate) struct Dense {
    pub(crate) batch: usize,
    /// Blocks and columns that are copied.
    pub(crate) copied: (usize, usize),
    /// Blocks and units that there are.
    pub(crate) all: (usize, usize),
    /// The first block and unit that are copied.
    pub(crate) first: (usize, usize),
}

impl Dense {
    /// Calls `copy` with the place among the panels and that among the columns of each vector, its rows' first lane, and
    /// the panel's rows.
    #[inline(always)]
    fn vectors<T: Scalar>(&self, mut copy: impl FnMut(usize, usize, usize, usize)) {
        let Self { batch, copied: (blocks, columns), all: (all_blocks, units), first } = *self;
        for column in 0..columns {
            for block in 0..blocks {
                for panel in 0..count::<T>(batch) {
                    let rows = rows::<T>(batch, panel);
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

/// Copies dense columns to panels.
pub(crate) struct ToPanels<'a, T>(pub(crate) Dense, pub(crate) &'a [T], pub(crate) &'a mut [T]);

impl<T: Scalar> Kernel<T> for ToPanels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(dense, from, to) = self;
        dense.vectors::<T>(
            #[inline(always)]
            |line, dense, lane, rows| {
                load_rows(lanes, &from[dense..], lane, rows, from[dense]).store(&mut to[line + lane..]);
            },
        );
    }
}

/// Copies panels to dense columns.
pub(crate) struct FromPanels<'a, T>(pub(crate) Dense, pub(crate) &'a [T], pub(crate) &'a mut [T]);

impl<T: Scalar> Kernel<T> for FromPanels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(dense, from, to) = self;
        // What is behind a panel's rows is written too, and then overwritten by what comes next in the columns.
        dense.vectors::<T>(
            #[inline(always)]
            |line, dense, lane, _| Vector::load(lanes, &from[line + lane..]).store_some(&mut to[dense + lane..]),
        );
    }
}

/// The `number`-th of parts of this length.
#[inline(always)]
pub(crate) fn part<T>(all: &[T], number: usize, len: usize) -> &[T] {
    &all[number * len..(number + 1) * len]
}

/// The same, to change.
#[inline(always)]
pub(crate) fn part_mut<T>(all: &mut [T], number: usize, len: usize) -> &mut [T] {
    &mut all[number * len..(number + 1) * len]
}

/// Ranges of `0..count` that are as long as can be, one for each thread, none of them empty.
pub(crate) fn shares(count: usize, threads: usize) -> impl Iterator<Item = Range<usize>> {
    let threads = threads.clamp(1, count.max(1));
    (0..threads).map(move |thread| count * thread / threads..count * (thread + 1) / threads)
}
