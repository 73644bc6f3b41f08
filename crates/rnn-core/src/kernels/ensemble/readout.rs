//! The dense readout of nets side by side, forward and backward.

use super::layer::transpose;
use super::weight_sums::{LaneRows, Order, WeightSums, weight_sums};
use crate::kernels::readout::ReadoutShape;
use crate::numeric::panels::{Block, Blocks, BlocksMut};
use crate::numeric::{Kernel, Lanes, Real, Vector};
use std::ops::Range;

/// `y = h · W + b` at some steps.
pub(crate) struct EnsembleReadOut<'a, T> {
    pub(crate) shape: ReadoutShape,
    /// A line for each.
    pub(crate) parameters: &'a [T],
    pub(crate) batch: usize,
    pub(crate) steps: Range<usize>,
    /// Block t is that of h_t.
    pub(crate) h: Blocks<'a, T>,
    /// A block of outputs for each step.
    pub(crate) y: BlocksMut<'a, T>,
}

/// Derivatives by h, and by the parameters, to which they are added.
pub(crate) struct EnsembleReadOutBackward<'a, T> {
    pub(crate) shape: ReadoutShape,
    /// A line for each.
    pub(crate) parameters: &'a [T],
    /// A line for each number of Wᵀ, to work with.
    pub(crate) transposed: &'a mut [T],
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    /// Block t is that of h_t.
    pub(crate) h: Blocks<'a, T>,
    /// steps blocks of outputs.
    pub(crate) dy: Blocks<'a, T>,
    /// steps blocks of inputs.
    pub(crate) dh: BlocksMut<'a, T>,
    pub(crate) d_parameters: &'a mut [T],
    pub(crate) order: Order,
}

/// `C = start + A · B` at some steps of all rows: A and C in blocks, a line of the start for each column, or 0. For few
/// columns and elements, all of which stay in the first cache.
struct AtSteps<'a, T> {
    batch: usize,
    steps: Range<usize>,
    a: Blocks<'a, T>,
    b: &'a [T],
    start: Option<&'a [T]>,
    c: BlocksMut<'a, T>,
}

impl<T: Real> Kernel<T> for AtSteps<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        let columns = self.c.line_count();
        let mut column = 0;
        while column < columns {
            let wide = (columns - column).min(4);
            match wide {
                4 => self.columns::<S, 4>(lanes, column),
                2 | 3 => self.columns::<S, 2>(lanes, column),
                _ => self.columns::<S, 1>(lanes, column),
            }
            column += if wide == 3 { 2 } else { wide };
        }
    }
}

impl<T: Real> AtSteps<'_, T> {
    #[inline(always)]
    fn columns<S: Lanes<T>, const N: usize>(&mut self, lanes: S, column: usize) {
        let (lanes, zero) = (lanes.line(), [T::zero(); 16]);
        let elements = self.a.line_count() * T::PANEL;
        let (mut b, mut start) = ([&[][..]; N], [Vector::load(lanes, &zero); N]);
        for j in 0..N {
            b[j] = &self.b[(column + j) * elements..][..elements];
            if let Some(from) = self.start {
                start[j] = Vector::load(lanes, &from[(column + j) * T::PANEL..]);
            }
        }
        for row in 0..self.batch {
            for step in self.steps.clone() {
                let (Block(a), mut sums) = (self.a.block(row, step), start);
                let a = &a[..elements];
                for at in (0..elements).step_by(T::PANEL) {
                    let a = Vector::load(lanes, &a[at..at + T::PANEL]);
                    for j in 0..N {
                        sums[j] = a.mul_add(Vector::load(lanes, &b[j][at..at + T::PANEL]), sums[j]);
                    }
                }
                let mut c = self.c.block(row, step).lines(column, N);
                for (j, sum) in sums.into_iter().enumerate() {
                    c.store(sum, j, 0);
                }
            }
        }
    }
}

/// One function for both directions.
#[inline(never)]
fn at_steps<T: Real>(product: AtSteps<'_, T>) {
    T::run_wide(product);
}

pub(super) fn forward<T: Real>(work: EnsembleReadOut<'_, T>) {
    let EnsembleReadOut { shape: ReadoutShape { inputs, outputs }, parameters, batch, steps, h, y } = work;
    let (weight, bias) = parameters.split_at(inputs * outputs * T::PANEL);
    at_steps(AtSteps { batch, steps, a: h, b: weight, start: Some(bias), c: y });
}

pub(super) fn backward<T: Real>(work: EnsembleReadOutBackward<'_, T>) {
    let EnsembleReadOutBackward { shape, parameters, transposed, batch, steps, h, dy, dh, d_parameters, order } = work;
    let ReadoutShape { inputs, outputs } = shape;
    transpose(&parameters[..inputs * outputs * T::PANEL], inputs, transposed);
    at_steps(AtSteps { batch, steps: 0..steps, a: dy, b: transposed, start: None, c: dh });
    let (weight, bias) = d_parameters.split_at_mut(inputs * outputs * T::PANEL);
    weight_sums(WeightSums {
        rows: LaneRows { batch, steps, a: h, d: dy, order },
        units: inputs,
        columns: 0..outputs,
        weights: (weight, inputs),
        biases: [bias, &mut []],
    });
}
