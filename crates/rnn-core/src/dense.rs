//! The dense readout `y = h · W + b`, forward and backward over any number of rows.
//!
//! ```text
//! dW = hᵀ · dy,   db = column sums of dy,   dh = dy · Wᵀ        W [inputs, outputs], b [outputs]
//! ```

use crate::panels::{Blocks, count, load_rows, rows, vectors};
use crate::product::{Tiled, add_lines, in_tiles};
use crate::row_sums::Rows;
use crate::vector::{Kernel, Lanes, Vector};
use crate::{Place, Role, Scalar, Tensor};
use std::ops::Range;

/// A dense layer's sizes; its parameters are W, column-major, then b.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dense {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl Dense {
    /// How many parameters it has, if that can be counted.
    pub(crate) fn parameter_count(self) -> Option<usize> {
        self.inputs.checked_add(1)?.checked_mul(self.outputs)
    }

    pub(crate) fn tensors(self) -> [Tensor; 2] {
        let weight = Place::Stored { offset: 0, row_stride: self.inputs };
        let bias = Place::Stored { offset: self.inputs * self.outputs, row_stride: 1 };
        [
            Tensor::new("head.weight", &[self.outputs, self.inputs], Role::Weight, weight),
            Tensor::new("head.bias", &[self.outputs], Role::Bias, bias),
        ]
    }
}

/// `y = h · W + b` at some steps: h in panels, y dense `[steps·batch, outputs]`.
pub(crate) struct Forward<'a, T> {
    pub(crate) dense: Dense,
    pub(crate) parameters: &'a [T],
    pub(crate) batch: usize,
    pub(crate) steps: Range<usize>,
    /// Block t is that of h_t.
    pub(crate) h: Blocks<'a, T>,
    pub(crate) y: &'a mut [T],
}

/// Derivatives by h, in panels, and by the parameters, to which they are added.
pub(crate) struct Backward<'a, T> {
    pub(crate) dense: Dense,
    pub(crate) parameters: &'a [T],
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    /// Block t is that of h_t.
    pub(crate) h: Blocks<'a, T>,
    /// Dense `[steps·batch, outputs]`.
    pub(crate) dy: &'a [T],
    /// steps blocks of outputs, to work with.
    pub(crate) dy_blocks: &'a mut [T],
    /// steps blocks of inputs.
    pub(crate) dh: &'a mut [T],
    pub(crate) d_parameters: &'a mut [T],
}

struct InTiles<'a, 'b, T, S>(S, &'a mut Forward<'b, T>);

impl<T: Scalar> Kernel<T> for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        in_tiles(self.dense.outputs, &mut InTiles(lanes, &mut self));
    }
}

impl<T: Scalar, S: Lanes<T>> Tiled for InTiles<'_, '_, T, S> {
    #[inline(always)]
    fn tile<const N: usize>(&mut self, first: usize) {
        for step in self.1.steps.clone() {
            for panel in 0..count::<T>(self.1.batch) {
                if rows::<T>(self.1.batch, panel) > T::WIDTH {
                    self.panel::<2, N>(step, panel, first);
                } else {
                    self.panel::<1, N>(step, panel, first);
                }
            }
        }
    }
}

impl<T: Scalar, S: Lanes<T>> InTiles<'_, '_, T, S> {
    #[inline(always)]
    fn panel<const V: usize, const N: usize>(&mut self, step: usize, panel: usize, first: usize) {
        let Self(lanes, Forward { dense: Dense { inputs, outputs }, parameters, batch, steps, h, y }) = self;
        let (weight, bias) = parameters.split_at(*inputs * *outputs);
        let columns = std::array::from_fn(
            #[inline(always)]
            |j| &weight[(first + j) * *inputs..],
        );
        let start = std::array::from_fn(
            #[inline(always)]
            |j| [Vector::splat(*lanes, bias[first + j]); V],
        );
        let sums: [_; N] = add_lines(*lanes, &h.at(panel, step)[..*inputs * T::PANEL], columns, start);
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

impl<T: Scalar> Kernel<T> for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { dense: Dense { inputs, outputs }, parameters, batch, steps, h, dy, dy_blocks, dh, d_parameters } =
            self;
        let column = dy.len() / outputs;
        for panel in 0..count::<T>(batch) {
            let rows = rows::<T>(batch, panel);
            for step in 0..steps {
                let block = panel * steps + step;
                let dy_block = &mut dy_blocks[block * outputs * T::PANEL..(block + 1) * outputs * T::PANEL];
                let dh = &mut dh[block * inputs * T::PANEL..(block + 1) * inputs * T::PANEL];
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
        let d = Blocks { values: dy_blocks, blocks: steps, units: outputs, first: (0, 0) };
        let (d_weight, d_bias) = d_parameters.split_at_mut(inputs * outputs);
        let rows = Rows { batch, steps, a: h, d };
        rows.add_products(lanes, inputs, 0..outputs, (d_weight, inputs), |output, sum| d_bias[output] += sum);
    }
}
