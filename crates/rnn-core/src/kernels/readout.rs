//! The dense readout `y = h · W + b`, forward and backward over any number of rows.
//!
//! ```text
//! dW = hᵀ · dy,   db = column sums of dy,   dh = dy · Wᵀ        W [inputs, outputs], b [outputs]
//! ```

use super::weight_sums::WindowRows;
use crate::numeric::panels::{BlockMut, Blocks, BlocksMut, Panels, load_rows, vectors};
use crate::numeric::{Kernel, Lanes, Real, Vector, add_multiples};
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

/// Outputs of a tile: with two vectors of rows their sums fill twelve of sixteen registers.
const TILE: usize = 6;

impl<T: Real> Kernel<T> for ReadOut<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        for first in (0..self.shape.outputs).step_by(TILE) {
            match self.shape.outputs - first {
                1 => self.tile::<S, 1>(lanes, first),
                2 => self.tile::<S, 2>(lanes, first),
                3 => self.tile::<S, 3>(lanes, first),
                4 => self.tile::<S, 4>(lanes, first),
                5 => self.tile::<S, 5>(lanes, first),
                _ => self.tile::<S, TILE>(lanes, first),
            }
        }
    }
}

impl<T: Real> ReadOut<'_, T> {
    /// N outputs from `first` on, at all steps.
    #[inline(always)]
    fn tile<S: Lanes<T>, const N: usize>(&mut self, lanes: S, first: usize) {
        for step in self.steps.clone() {
            for (panel, rows) in Panels::all::<T>(self.batch).rows::<T>().enumerate() {
                if rows > T::WIDTH {
                    self.panel::<S, 2, N>(lanes, step, panel, first);
                } else {
                    self.panel::<S, 1, N>(lanes, step, panel, first);
                }
            }
        }
    }

    #[inline(always)]
    fn panel<S: Lanes<T>, const V: usize, const N: usize>(
        &mut self,
        lanes: S,
        step: usize,
        panel: usize,
        first: usize,
    ) {
        let Self { shape: ReadoutShape { inputs, outputs }, parameters, batch, steps, h, y } = self;
        let (weight, bias) = parameters.split_at(*inputs * *outputs);
        let mut columns = [&[][..]; N];
        let mut sums = [[Vector::splat(lanes, T::zero()); V]; N];
        for j in 0..N {
            columns[j] = &weight[(first + j) * *inputs..][..*inputs];
            sums[j] = [Vector::splat(lanes, bias[first + j]); V];
        }
        for (p, line) in h.block(panel, step).0.chunks_exact(T::PANEL).enumerate() {
            add_multiples(
                &mut sums,
                Vector::load_line(lanes, line),
                #[inline(always)]
                |j| columns[j][p],
            );
        }
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
