//! The dense readout `y = h · W + b`, forward and backward, where h stands in lines and y in dense columns.
//!
//! ```text
//! dW = hᵀ · dy,   db = column sums of dy,   dh = dy · Wᵀ        W [inputs, outputs], b [outputs]
//! ```
//!
//! Forwards lanes run along the batch and its steps, because outputs can be few, so h is transposed, some lines at a time. Backwards they run
//! along units. Sums by weights are taken as those of the [layers](super::sums).

use super::memory::{RowTape, of_outputs};
use super::packed::pack_backward;
use super::sums::{STRETCH, add_sums, by_count, most_columns, stretches};
use crate::kernels::readout::ReadoutShape;
use crate::numeric::rows::{RowShape, padded};
use crate::numeric::{Kernel, Lanes, Real, Vector, add_multiples};
use std::ops::Range;

/// Lines that are transposed together: two vectors of AVX-512, or four of AVX2.
const TOGETHER: usize = 32;

/// `y = h · W + b` at some steps: y dense `[steps·batch, outputs]`.
pub(crate) struct RowReadOut<'a, T> {
    pub(crate) shape: ReadoutShape,
    pub(crate) parameters: &'a [T],
    pub(crate) steps: Range<usize>,
    pub(crate) tape: &'a RowTape<T>,
    pub(crate) y: &'a mut [T],
    /// 32 numbers for each input, padded, to work with.
    pub(crate) transposed: &'a mut [T],
}

/// Derivatives by h, in lines, and by the parameters, to which they are added.
pub(crate) struct RowReadOutBackward<'a, T> {
    pub(crate) shape: ReadoutShape,
    pub(crate) parameters: &'a [T],
    pub(crate) tape: &'a RowTape<T>,
    /// Dense `[steps·batch, outputs]`.
    pub(crate) dy: &'a [T],
    /// steps blocks of inputs.
    pub(crate) dh: &'a mut [T],
    /// A padded line of inputs for each output, to work with.
    pub(crate) w: &'a mut [T],
    pub(crate) d_parameters: &'a mut [T],
}

/// Lines of h behind each other whose rows of y are behind each other too: the first line's place, the first row, and how many.
fn spans<T: Real>(shape: RowShape, steps: Range<usize>) -> impl Iterator<Item = (usize, usize, usize)> {
    let bands = shape.bands::<T>();
    // With one band all steps are one span.
    let long = if bands > 1 { 1 } else { steps.len().max(1) };
    (0..bands).flat_map(move |band| {
        steps.clone().step_by(long).map(move |step| {
            let rows = shape.rows::<T>(band) * long;
            (shape.block::<T>(band, step), step * shape.batch + band * T::PANEL, rows)
        })
    })
}

/// How many numbers a readout needs to work with, if they can be counted.
pub(crate) fn room<T: Real>(inputs: usize) -> Option<usize> {
    padded::<T>(inputs)?.checked_mul(TOGETHER)
}

impl<T: Real> RowReadOut<'_, T> {
    /// Does it.
    pub(crate) fn run(self) {
        let Self { shape: ReadoutShape { inputs, outputs }, parameters, steps, tape, y, transposed } = self;
        // Line t + 1 holds h_t.
        let all = tape.xh_shape();
        let first = tape.widths.inputs;
        let rows_of_y = y.len() / outputs;
        for (at, row, count) in spans::<T>(all, steps.start + 1..steps.end + 1) {
            // The span's first step is one behind that of h.
            let row = row - all.batch;
            for start in (0..count).step_by(TOGETHER) {
                let lines = (count - start).min(TOGETHER);
                let h = &tape.xh[at + start * all.stride..][..lines * all.stride];
                T::run(Transpose { lines: h, stride: all.stride, at: first, units: inputs, to: &mut *transposed });
                T::run_wide(Outputs {
                    transposed: &transposed[..inputs * TOGETHER],
                    parameters,
                    y: &mut *y,
                    of: (rows_of_y, row + start, lines),
                });
            }
        }
    }
}

/// Units of some lines, to a line of 32 for each unit. What stands behind the lines' numbers there is without meaning.
struct Transpose<'a, T> {
    lines: &'a [T],
    stride: usize,
    at: usize,
    units: usize,
    to: &'a mut [T],
}

impl<T: Real> Kernel<T> for Transpose<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { lines, stride, at, units, to } = self;
        let count = lines.len() / stride;
        for first in (0..count).step_by(S::WIDTH) {
            for unit in (0..units).step_by(S::WIDTH) {
                let to = &mut to[unit * TOGETHER + first..];
                let from = &lines[first * stride + at + unit..];
                if count - first >= S::WIDTH {
                    Vector::transpose(lanes, (from, stride), (to, TOGETHER));
                } else {
                    for (line, from) in from.chunks(stride).take(count - first).enumerate() {
                        for (unit, &number) in from[..S::WIDTH].iter().enumerate() {
                            to[unit * TOGETHER + line] = number;
                        }
                    }
                }
            }
        }
    }
}

/// All outputs of some rows.
struct Outputs<'a, T> {
    transposed: &'a [T],
    parameters: &'a [T],
    y: &'a mut [T],
    /// Rows of y, the first one, and how many.
    of: (usize, usize, usize),
}

impl<T: Real> Kernel<T> for Outputs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        let inputs = self.transposed.len() / TOGETHER;
        let outputs = self.parameters.len() / (inputs + 1);
        // So many vectors of rows are worked on at once that the sums of a tile fit in the registers.
        let mut output = 0;
        while output < outputs {
            let count = (outputs - output).min(most_columns::<T, S>());
            for lane in (0..self.of.2).step_by(2 * S::WIDTH) {
                by_count!(count of S, N => self.tile::<S, 2, N>(lanes, output, lane));
            }
            output += count;
        }
    }
}

impl<T: Real> Outputs<'_, T> {
    #[inline(always)]
    fn tile<S: Lanes<T>, const V: usize, const N: usize>(&mut self, lanes: S, output: usize, lane: usize) {
        let inputs = self.transposed.len() / TOGETHER;
        let (rows, row, count) = self.of;
        let (weights, biases) = self.parameters.split_at(self.y.len() / rows * inputs);
        let mut columns = [&[][..]; N];
        let mut sums = [[Vector::splat(lanes, T::zero()); V]; N];
        for j in 0..N {
            columns[j] = &weights[(output + j) * inputs..][..inputs];
            sums[j] = [Vector::splat(lanes, biases[output + j]); V];
        }
        for (p, line) in self.transposed.chunks_exact(TOGETHER).enumerate() {
            let line = &line[lane..][..V * S::WIDTH];
            add_multiples(
                &mut sums,
                Vector::load_line(lanes, line),
                #[inline(always)]
                |j| columns[j][p],
            );
        }
        for (j, sums) in sums.into_iter().enumerate() {
            let y = &mut self.y[(output + j) * rows + row..][..count];
            for (v, sum) in sums.into_iter().enumerate() {
                sum.store_some(&mut y[(lane + v * S::WIDTH).min(count)..]);
            }
        }
    }
}

impl<T: Real> RowReadOutBackward<'_, T> {
    /// Does it.
    pub(crate) fn run(self) {
        let Self { shape: ReadoutShape { inputs, outputs }, parameters, tape, dy, dh, w, d_parameters } = self;
        let (weights, _) = parameters.split_at(inputs * outputs);
        let padded = tape.widths.hidden;
        let w = &mut w[..outputs * padded];
        pack_backward(padded, weights, inputs, 0..inputs, w);
        let of_h = of_outputs::<T>(tape.batch, tape.steps, inputs);
        T::run_wide(ByInputs { w, padded, inputs, dy, dh, of_h, steps: tape.steps });
        T::run_wide(ByWeights { tape, inputs, dy, d_parameters });
    }
}

/// `dh = dy · Wᵀ`
struct ByInputs<'a, T> {
    /// A padded line for each output.
    w: &'a [T],
    padded: usize,
    inputs: usize,
    dy: &'a [T],
    dh: &'a mut [T],
    of_h: RowShape,
    steps: usize,
}

impl<T: Real> Kernel<T> for ByInputs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(mut self, lanes: S) {
        for (at, row, count) in spans::<T>(self.of_h, 0..self.steps) {
            let mut unit = 0;
            while unit < self.inputs {
                let wide = self.inputs - unit > S::WIDTH;
                for start in (0..count).step_by(most_columns::<T, S>()) {
                    let (at, row, count) =
                        (at + start * self.of_h.stride, row + start, (count - start).min(most_columns::<T, S>()));
                    if wide {
                        by_count!(count of S, N => self.rows::<S, N, 2>(lanes, at, row, unit));
                    } else {
                        by_count!(count of S, N => self.rows::<S, N, 1>(lanes, at, row, unit));
                    }
                }
                unit += if wide { 2 } else { 1 } * S::WIDTH;
            }
        }
    }
}

impl<T: Real> ByInputs<'_, T> {
    /// Those of R rows and V vectors of units.
    #[inline(always)]
    fn rows<S: Lanes<T>, const R: usize, const V: usize>(&mut self, lanes: S, at: usize, row: usize, unit: usize) {
        let column = self.dy.len() / (self.w.len() / self.padded);
        let mut sums = [[Vector::splat(lanes, T::zero()); V]; R];
        for (w, dy) in self.w.chunks_exact(self.padded).zip(self.dy.chunks_exact(column)) {
            let (w, dy) = (&w[unit..][..V * S::WIDTH], &dy[row..][..R]);
            add_multiples(
                &mut sums,
                Vector::load_line(lanes, w),
                #[inline(always)]
                |r| dy[r],
            );
        }
        for (r, sums) in sums.into_iter().enumerate() {
            let to = &mut self.dh[at + r * self.of_h.stride + unit..][..V * S::WIDTH];
            for (v, sum) in sums.into_iter().enumerate() {
                sum.store(&mut to[v * S::WIDTH..]);
            }
        }
    }
}

/// `dW = hᵀ · dy` and `db`.
struct ByWeights<'a, T> {
    tape: &'a RowTape<T>,
    inputs: usize,
    dy: &'a [T],
    d_parameters: &'a mut [T],
}

impl<T: Real> Kernel<T> for ByWeights<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { tape, inputs, dy, d_parameters } = self;
        let outputs = d_parameters.len() / (inputs + 1);
        let (d_w, d_bias) = d_parameters.split_at_mut(inputs * outputs);
        let (shape, column) = (tape.xh_shape(), dy.len() / outputs);
        for (band, steps) in stretches::<T>(tape.batch, tape.steps) {
            let h = &tape.xh[shape.blocks_of::<T>(band, steps.start + 1..steps.end + 1)];
            let h = (h, shape.stride, tape.widths.inputs);
            for first in (0..outputs).step_by(most_columns::<T, S>()) {
                let count = (outputs - first).min(most_columns::<T, S>());
                // The rows of a step stand behind each other, those of all steps of a single band too.
                let mut copies = [[T::zero(); STRETCH]; 8];
                let rows = shape.rows::<T>(band);
                for (copy, output) in copies.iter_mut().zip(first..first + count) {
                    for (to, step) in copy.chunks_exact_mut(rows).zip(steps.clone()) {
                        let from = output * column + step * tape.batch + band * T::PANEL;
                        to.copy_from_slice(&dy[from..from + rows]);
                    }
                }
                let d_w = &mut d_w[first * inputs..];
                let d_bias = &mut d_bias[first..first + count];
                by_count!(count of S, N => add_outputs::<T, S, N>(lanes, h, &copies, inputs, d_w, d_bias));
            }
        }
    }
}

/// Adds the sums of N outputs over some lines.
#[inline(always)]
fn add_outputs<T: Real, S: Lanes<T>, const N: usize>(
    lanes: S,
    (h, stride, at): (&[T], usize, usize),
    dy: &[[T; STRETCH]; 8],
    inputs: usize,
    d_w: &mut [T],
    d_bias: &mut [T],
) {
    let zero = Vector::splat(lanes, T::zero());
    let mut biases = [T::zero(); N];
    for line in 0..h.len() / stride {
        for (bias, dy) in biases.iter_mut().zip(dy) {
            *bias += dy[line];
        }
    }
    d_bias.iter_mut().zip(biases).for_each(|(bias, sum)| *bias += sum);
    let mut unit = 0;
    while unit < inputs {
        let wide = inputs - unit > S::WIDTH;
        let there = (inputs - unit).min(if wide { 2 } else { 1 } * S::WIDTH);
        if wide {
            let mut sums = [[zero; 2]; N];
            products(lanes, (h, stride, at + unit), dy, &mut sums);
            add_sums(&sums, &mut d_w[unit..], inputs, there);
        } else {
            let mut sums = [[zero; 1]; N];
            products(lanes, (h, stride, at + unit), dy, &mut sums);
            add_sums(&sums, &mut d_w[unit..], inputs, there);
        }
        unit += there;
    }
}

#[inline(always)]
fn products<T: Real, S: Lanes<T>, const N: usize, const V: usize>(
    lanes: S,
    (h, stride, at): (&[T], usize, usize),
    dy: &[[T; STRETCH]; 8],
    sums: &mut [[Vector<T, S>; V]; N],
) {
    for (line, h) in h.chunks_exact(stride).enumerate() {
        let h = &h[at..][..V * S::WIDTH];
        add_multiples(
            sums,
            Vector::load_line(lanes, h),
            #[inline(always)]
            |j| dy[j][line],
        );
    }
}
