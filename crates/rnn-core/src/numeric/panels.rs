//! How a batch lies in memory: in panels of as many rows as fill a cache line, so that vector instructions run along
//! the batch and everything that a panel does over a window is one stretch.
//!
//! A panel holds a block for each time step, a block a line of [`PANEL`](super::Real::PANEL) numbers for each unit, and a
//! line one number for each of the panel's rows. In these lines the operands of every product stand as its kernel reads
//! them. [`Blocks`] and [`BlocksMut`] are views of them: `blocks.block(panel, step)` is a [`Block`], whose lines are loaded
//! a vector at a time.
//!
//! The last panel can have fewer rows. The rest of its lines is like its first row, so that nothing there is infinite or
//! not a number unless something of the batch is too; derivatives are zero there.

use super::lanes::Lanes;
use super::numbers::Numbers;
use super::real::Real;
use super::vector::Vector;
use std::ops::Range;

/// How many panels a batch has.
pub(crate) fn count<T: Real>(batch: usize) -> usize {
    batch.div_ceil(T::PANEL)
}

/// How many rows of a batch a panel has.
#[inline(always)]
pub(crate) fn rows<T: Real>(batch: usize, panel: usize) -> usize {
    (batch - panel * T::PANEL).min(T::PANEL)
}

/// Where the number of a row of the batch is: (how many blocks there are, which), (how many units a block has, which).
pub(crate) fn place<T: Real>((blocks, block): (usize, usize), (units, unit): (usize, usize), row: usize) -> usize {
    ((row / T::PANEL * blocks + block) * units + unit) * T::PANEL + row % T::PANEL
}

/// The first lane of each vector that a panel of this many rows needs.
#[inline(always)]
pub(crate) fn vectors<T: Real>(rows: usize) -> impl Iterator<Item = usize> {
    // A panel is two vectors wide. Not `step_by`, which divides.
    (0..1 + usize::from(rows > T::WIDTH)).map(
        #[inline(always)]
        |vector| vector * T::WIDTH,
    )
}

/// The panels of a batch that are worked on together. Views of them have them from 0 on.
#[derive(Clone)]
pub(crate) struct Panels {
    batch: usize,
    range: Range<usize>,
}

impl Panels {
    pub(crate) fn new(batch: usize, range: Range<usize>) -> Self {
        Self { batch, range }
    }

    /// All of a batch's.
    pub(crate) fn all<T: Real>(batch: usize) -> Self {
        Self { batch, range: 0..count::<T>(batch) }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.range.len()
    }

    /// How many rows each of them has.
    #[inline(always)]
    pub(crate) fn rows<T: Real>(&self) -> impl Iterator<Item = usize> + use<T> {
        let batch = self.batch;
        self.range.clone().map(
            #[inline(always)]
            move |panel| rows::<T>(batch, panel),
        )
    }
}

/// Which lines of which blocks a view has.
#[derive(Clone, Copy)]
struct Shape {
    /// Blocks of a panel.
    blocks: usize,
    /// Lines of a block.
    units: usize,
    /// The block and the line that are the view's first.
    first: (usize, usize),
    /// Lines of a block that the view has.
    lines: usize,
}

impl Shape {
    #[inline(always)]
    fn all(blocks: usize, units: usize) -> Self {
        Self { blocks, units, first: (0, 0), lines: units }
    }

    #[inline(always)]
    fn lines(self, lines: Range<usize>) -> Self {
        Self { first: (self.first.0, self.first.1 + lines.start), lines: lines.len(), ..self }
    }

    #[inline(always)]
    fn block<T: Real>(&self, panel: usize, block: usize) -> Range<usize> {
        let start = ((panel * self.blocks + self.first.0 + block) * self.units + self.first.1) * T::PANEL;
        start..start + self.lines * T::PANEL
    }
}

/// A view of some lines of the blocks of some panels.
#[derive(Clone, Copy)]
pub(crate) struct Blocks<'a, T> {
    values: &'a [T],
    shape: Shape,
}

/// The same, to change.
pub(crate) struct BlocksMut<'a, T> {
    values: &'a mut [T],
    shape: Shape,
}

/// The lines of a block.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a, T>(pub(crate) &'a [T]);

/// The same, to change.
pub(crate) struct BlockMut<'a, T>(pub(crate) &'a mut [T]);

impl<'a, T: Real> Blocks<'a, T> {
    /// All blocks: for each panel so many, of so many lines each.
    #[inline(always)]
    pub(crate) fn new(values: &'a [T], blocks: usize, units: usize) -> Self {
        Self { values, shape: Shape::all(blocks, units) }
    }

    /// Without the first panels.
    pub(crate) fn skip_panels(self, count: usize) -> Self {
        Self { values: &self.values[count * self.shape.blocks * self.shape.units * T::PANEL..], ..self }
    }

    /// Without the first blocks.
    #[inline(always)]
    pub(crate) fn skip_blocks(self, count: usize) -> Self {
        let shape = self.shape;
        Self { shape: Shape { first: (shape.first.0 + count, shape.first.1), ..shape }, ..self }
    }

    /// These lines of each block.
    #[inline(always)]
    pub(crate) fn lines(self, lines: Range<usize>) -> Self {
        Self { shape: self.shape.lines(lines), ..self }
    }

    /// How many lines of each block the view has.
    #[inline(always)]
    pub(crate) fn line_count(&self) -> usize {
        self.shape.lines
    }

    /// A panel's block.
    #[inline(always)]
    pub(crate) fn block(&self, panel: usize, block: usize) -> Block<'a, T> {
        Block(&self.values[self.shape.block::<T>(panel, block)])
    }

    /// A panel's first blocks, one after the other.
    #[inline(always)]
    pub(crate) fn first_blocks(&self, panel: usize, count: usize) -> impl Iterator<Item = Block<'a, T>> + use<'a, T> {
        let Shape { blocks, units, first, lines } = self.shape;
        let len = units * T::PANEL;
        let start = (panel * blocks + first.0) * len;
        self.values[start..start + count * len].chunks_exact(len).map(
            #[inline(always)]
            move |block| Block(&block[first.1 * T::PANEL..][..lines * T::PANEL]),
        )
    }
}

impl<'a, T: Real> BlocksMut<'a, T> {
    /// All blocks: for each panel so many, of so many lines each.
    #[inline(always)]
    pub(crate) fn new(values: &'a mut [T], blocks: usize, units: usize) -> Self {
        Self { values, shape: Shape::all(blocks, units) }
    }

    /// The same view for a while.
    #[inline(always)]
    pub(crate) fn reborrow(&mut self) -> BlocksMut<'_, T> {
        BlocksMut { values: &mut *self.values, shape: self.shape }
    }

    /// The same view, to read.
    #[inline(always)]
    pub(crate) fn as_ref(&self) -> Blocks<'_, T> {
        Blocks { values: &*self.values, shape: self.shape }
    }

    /// These lines of each block.
    #[inline(always)]
    pub(crate) fn lines(self, lines: Range<usize>) -> Self {
        Self { shape: self.shape.lines(lines), ..self }
    }

    /// How many lines of each block the view has.
    #[inline(always)]
    pub(crate) fn line_count(&self) -> usize {
        self.shape.lines
    }

    /// A panel's block.
    #[inline(always)]
    pub(crate) fn block(&mut self, panel: usize, block: usize) -> BlockMut<'_, T> {
        BlockMut(&mut self.values[self.shape.block::<T>(panel, block)])
    }

    /// A panel's block to read, and the one behind it to change, of a view that has all lines.
    #[inline(always)]
    pub(crate) fn block_and_next(&mut self, panel: usize, block: usize) -> (Block<'_, T>, BlockMut<'_, T>) {
        let now = self.shape.block::<T>(panel, block);
        let (now, next) = self.values[now.start..now.start + 2 * now.len()].split_at_mut(now.len());
        (Block(now), BlockMut(next))
    }

    /// A panel's block to read, and the one before it to change: the first block has none before it.
    #[inline(always)]
    pub(crate) fn block_and_before(&mut self, panel: usize, block: usize) -> (BlockMut<'_, T>, Block<'_, T>) {
        let now = self.shape.block::<T>(panel, block);
        let before = if block == 0 { 0 } else { now.len() };
        let (before, now) = self.values[now.start - before..now.end].split_at_mut(before);
        (BlockMut(before), Block(now))
    }

    /// Takes off the blocks of the next panels.
    pub(crate) fn take(&mut self, panels: usize) -> BlocksMut<'a, T> {
        let len = panels * self.shape.blocks * self.shape.units * T::PANEL;
        BlocksMut { values: self.values.split_off_mut(..len).unwrap_or_default(), shape: self.shape }
    }
}

impl<'a, T: Real> Block<'a, T> {
    /// A vector of a line, from this lane on.
    #[inline(always)]
    pub(crate) fn load<S: Lanes<T>>(self, lanes: S, line: usize, lane: usize) -> Vector<T, S> {
        Vector::load(lanes, &self.0[line * T::PANEL + lane..])
    }

    /// Vectors of several lines: the first one, and then one in each `stride` lines.
    #[inline(always)]
    pub(crate) fn load_each<S: Lanes<T>, N: Numbers<Vector<T, S>>>(
        self,
        lanes: S,
        first: usize,
        stride: usize,
        lane: usize,
    ) -> N {
        N::each(
            #[inline(always)]
            |number| self.load(lanes, first + number * stride, lane),
        )
    }

    /// Without the first lines.
    #[inline(always)]
    pub(crate) fn skip_lines(self, count: usize) -> Self {
        Self(&self.0[count * T::PANEL..])
    }

    /// So many of its lines. Where that number is given for several blocks, the compiler knows that one check is enough.
    #[inline(always)]
    pub(crate) fn lines(self, first: usize, count: usize) -> Self {
        Self(&self.0[first * T::PANEL..][..count * T::PANEL])
    }
}

impl<T: Real> BlockMut<'_, T> {
    /// The same block, to read.
    #[inline(always)]
    pub(crate) fn as_ref(&self) -> Block<'_, T> {
        Block(&*self.0)
    }

    /// So many of its lines. Where that number is given for several blocks, the compiler knows that one check is enough.
    #[inline(always)]
    pub(crate) fn lines(self, first: usize, count: usize) -> Self {
        Self(&mut self.0[first * T::PANEL..][..count * T::PANEL])
    }

    /// Writes a vector to a line, from this lane on.
    #[inline(always)]
    pub(crate) fn store<S: Lanes<T>>(&mut self, vector: Vector<T, S>, line: usize, lane: usize) {
        vector.store(&mut self.0[line * T::PANEL + lane..]);
    }

    /// Writes vectors to several lines: the first one, and then one in each `stride` lines.
    #[inline(always)]
    pub(crate) fn store_each<S: Lanes<T>>(
        &mut self,
        vectors: impl Numbers<Vector<T, S>>,
        first: usize,
        stride: usize,
        lane: usize,
    ) {
        for number in 0..vectors.as_slice().len() {
            self.store(vectors[number], first + number * stride, lane);
        }
    }
}

/// Loads a vector of a dense column, as the lanes from `lane` on of a panel whose first row is the column's first: behind
/// the `rows` rows of the panel stands `rest`.
#[inline(always)]
pub(crate) fn load_rows<T: Real, S: Lanes<T>>(
    lanes: S,
    column: &[T],
    lane: usize,
    rows: usize,
    rest: T,
) -> Vector<T, S> {
    let v = Vector::load_some(lanes, &column[lane..]);
    if rows - lane >= T::WIDTH { v } else { v.first_lanes(T::narrow(f64::from((rows - lane) as u32)), v.of(rest)) }
}
