//! The dense readout `y = h · W + b`, forward and backward over any number of rows.
//!
//! ```text
//! dW = hᵀ · dy,   db = column sums of dy,   dh = dy · Wᵀ        W [inputs, outputs], b [outputs]
//! ```

use super::product::{Tiled, add_lines, in_tiles};
use super::weight_sums::WindowRows;
use crate::numeric::panels::{BlockMut, Blocks, BlocksMut, Panels, load_rows, vectors};
use crate::numeric::{Kernel, Lanes, Real, Vector};
use std::array;
use std::ops::Range;

/// A readout's sizes; its parameters are W, column-major, then b.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReadoutShape {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl ReadoutShape {
    /// How many parameters it has, if that can be counted.
    pub(crate) fn parameter_count(self) -> Option<usize> {
        self.inputs.checked_add(1)?.checked_mul(self.outputs)
    }
}

/// `y = h · W + b` at some steps: h in panels, y dense `[steps·batch, outputs]`.
pub(crate) struct ReadOut<'a, T> {
    pub(crate) shape: ReadoutShape,
    pub(crate) parameters: &'a [T],
    pub(crate) batch: usize,
    pub(crate) steps: Range<usize>,
    /// Block t is that of h_t.
    pub(crate) h: Blocks<'a, T>,
    pub(crate) y: &'a mut [T],
}

/// Derivatives by h, in panels, and by the parameters, to which they are added.
pub(crate) struct ReadOutBackward<'a, T> {
    pub(crate) shape: ReadoutShape,
    pub(crate) parameters: &'a [T],
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    /// Block t is that of h_t.
    pub(crate) h: Blocks<'a, T>,
    /// Dense `[steps·batch, outputs]`.
    pub(crate) dy: &'a [T],
    /// steps blocks of outputs, to work with.
    pub(crate) dy_blocks: BlocksMut<'a, T>,
    /// steps blocks of inputs.
    pub(crate) dh: BlocksMut<'a, T>,
    pub(crate) d_parameters: &'a mut [T],
}

struct InTiles<'a, 'b, T, S>(S, &'a mut ReadOut<'b, T>);

impl<T: Real> Kernel<T> for ReadOut<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        in_tiles(self.shape.outputs, &mut InTiles(lanes, &mut self));
    }
}

impl<T: Real, S: Lanes<T>> Tiled for InTiles<'_, '_, T, S> {
    #[inline(always)]
    fn tile<const N: usize>(&mut self, first: usize) {
        for step in self.1.steps.clone() {
            for (panel, rows) in Panels::all::<T>(self.1.batch).rows::<T>().enumerate() {
                if rows > T::WIDTH {
                    self.panel::<2, N>(step, panel, first);
                } else {
                    self.panel::<1, N>(step, panel, first);
                }
            }
        }
    }
}

impl<T: Real, S: Lanes<T>> InTiles<'_, '_, T, S> {
    #[inline(always)]
    fn panel<const V: usize, const N: usize>(&mut self, step: usize, panel: usize, first: usize) {
        let Self(lanes, ReadOut { shape: ReadoutShape { inputs, outputs }, parameters, batch, steps, h, y }) = self;
        let (weight, bias) = parameters.split_at(*inputs * *outputs);
        let columns = array::from_fn(
            #[inline(always)]
            |j| &weight[(first + j) * *inputs..],
        );
        let start = array::from_fn(
            #[inline(always)]
            |j| [Vector::splat(*lanes, bias[first + j]); V],
        );
        let sums: [_; N] = add_lines(*lanes, h.block(panel, step).0, columns, start);
        let column = y.len() / *outputs;
        for (j, sums) in sums.into_iter().enumerate() {
            // What is behind a panel's rows is written too, and then overwritten by the next step's.
            let y = &mut y[(first + j) * column..(first + j) * column + steps.end * *batch];
            for (v, sum) in sums.into_iter().enumerate() {
                sum.store_some(&mut y[step * *batch + panel * T::PANEL + v * T::WIDTH..]);
            }
        }
    }
}

impl<T: Real> Kernel<T> for ReadOutBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { shape, parameters, batch, steps, h, dy, mut dy_blocks, mut dh, d_parameters } = self;
        let ReadoutShape { inputs, outputs } = shape;
        let column = dy.len() / outputs;
        for (panel, rows) in Panels::all::<T>(batch).rows::<T>().enumerate() {
            for step in 0..steps {
                let (BlockMut(dy_block), BlockMut(dh)) = (dy_blocks.block(panel, step), dh.block(panel, step));
                for lane in vectors::<T>(rows) {
                    for (output, line) in dy_block.chunks_exact_mut(T::PANEL).enumerate() {
                        let column = &dy[output * column + step * batch + panel * T::PANEL..];
                        load_rows(lanes, column, lane, rows, T::zero()).store(&mut line[lane..]);
                    }
                    for (unit, line) in dh.chunks_exact_mut(T::PANEL).enumerate() {
                        let mut sum = Vector::splat(lanes, T::zero());
                        for (output, dy) in dy_block.chunks_exact(T::PANEL).enumerate() {
                            let w = Vector::splat(lanes, parameters[output * inputs + unit]);
                            sum = Vector::load(lanes, &dy[lane..]).mul_add(w, sum);
                        }
                        sum.store(&mut line[lane..]);
                    }
                }
            }
        }
        let (d_weight, d_bias) = d_parameters.split_at_mut(inputs * outputs);
        let rows = WindowRows { batch, steps, a: h, d: dy_blocks.as_ref() };
        rows.add_products(lanes, inputs, 0..outputs, (d_weight, inputs), |output, sum| d_bias[output] += sum);
    }
}
