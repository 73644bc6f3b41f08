//! A layer's window: which way it goes, how it is shared out to threads, and the derivatives by its parameters.

use super::fused;
use super::memory::{FUSED, LayerDerivatives, LayerTape};
use super::runs::runs;
use super::threads::{Shared, in_parallel};
use super::weight_sums::WindowRows;
use super::weights::OfOneNet;
use super::window::{WindowBackward, WindowForward};
use crate::cells::{Cell, LayerShape, Parameters, Sum};
use crate::numeric::panels::{self, Blocks, BlocksMut, Panels};
use crate::numeric::{Kernel, Lanes, Numbers, Real};
use std::marker::PhantomData;
use std::ops::Range;

/// A layer's forward over a window.
pub(crate) struct LayerForward<'a, T> {
    pub(crate) parameters: &'a [T],
    /// Its inputs and first state are set.
    pub(crate) tape: &'a mut LayerTape<T>,
    pub(crate) threads: usize,
}

/// A layer's backward over a window.
pub(crate) struct LayerBackward<'a, T> {
    pub(crate) parameters: &'a [T],
    pub(crate) tape: &'a LayerTape<T>,
    /// Its `outputs` hold the derivatives by the outputs, and are used up.
    pub(crate) d: &'a mut LayerDerivatives<T>,
    /// Whether the derivatives by the inputs are to be left in `d.inputs`.
    pub(crate) ask_for_inputs: bool,
    /// The derivatives by the parameters are added to these.
    pub(crate) gradients: &'a mut [T],
    pub(crate) threads: usize,
}

/// Runs over the window.
pub(super) fn forward<T: Real, C: Cell>(cell: C, LayerForward { parameters, tape, threads }: LayerForward<'_, T>) {
    let &mut LayerTape { shape, batch, steps, .. } = tape;
    let (parameters, panels) = (Parameters::new(shape, parameters), panels::count::<T>(batch));
    parameters.lay_out_starts(C::SUMS.as_slice(), shape.hidden, &mut tape.start);
    let LayerShape { facts, inputs, hidden } = shape;
    let start = &*tape.start;
    let mut xh = BlocksMut::new(&mut tape.xh, steps + 1, inputs + hidden);
    let mut saved = BlocksMut::new(&mut tape.saved, steps, facts.saved * hidden);
    let mut memory = BlocksMut::new(&mut tape.memory, steps + 1, usize::from(facts.has_memory) * hidden);
    in_parallel(panels, worth(shape, batch, steps, threads), |panels| {
        let mut part = WindowForward {
            cell,
            weights: PhantomData::<OfOneNet>,
            shape,
            parameters,
            start,
            steps,
            xh: xh.take(panels.len()),
            saved: saved.take(panels.len()),
            memory: memory.take(panels.len()),
            panels: Panels::new(batch, panels),
        };
        move || T::run(fused::Forwards::<_, _, _, FUSED>(&mut part))
    });
}

/// Runs back over the window.
pub(super) fn backward<T: Real, C: Cell>(cell: C, work: LayerBackward<'_, T>) {
    let LayerBackward { parameters, tape, d, ask_for_inputs, gradients, threads } = work;
    let &LayerTape { shape, batch, steps, .. } = tape;
    let LayerShape { facts, inputs, hidden } = shape;
    let (parameters, count) = (Parameters::new(shape, parameters), panels::count::<T>(batch));
    // What is there is as long as the largest layer needs it.
    let of_sums = (facts.sums + facts.own) * hidden;
    let all = |units: usize| count * steps * units * T::PANEL;
    let mut d_outputs = BlocksMut::new(&mut d.outputs[..all(hidden)], steps, hidden);
    let mut d_sums = BlocksMut::new(&mut d.sums[..all(of_sums)], steps, of_sums);
    let mut d_inputs = ask_for_inputs.then(|| {
        let d_inputs = &mut d.inputs[..all(inputs)];
        d_inputs.fill(T::zero());
        BlocksMut::new(d_inputs, steps, inputs)
    });
    let saved = Blocks::new(&tape.saved, steps, facts.saved * hidden);
    let memory = Blocks::new(&tape.memory, steps + 1, usize::from(facts.has_memory) * hidden);
    in_parallel(count, worth(shape, batch, steps, threads), |panels| {
        let mut part = WindowBackward {
            cell,
            weights: PhantomData::<OfOneNet>,
            shape,
            parameters,
            steps,
            xh: tape.xh().skip_panels(panels.start),
            saved: saved.skip_panels(panels.start),
            memory: memory.skip_panels(panels.start),
            d_outputs: d_outputs.take(panels.len()),
            d_sums: d_sums.take(panels.len()),
            d_inputs: d_inputs.as_mut().map(|d_inputs| d_inputs.take(panels.len())),
            panels: Panels::new(batch, panels),
        };
        move || T::run(fused::Backwards::<_, _, _, FUSED>(&mut part))
    });
    let d_sums = Blocks::new(&d.sums[..all(of_sums)], steps, of_sums);
    sum_up::<T, C>(tape, d_sums, gradients, threads);
}

/// How many threads a window's work is worth: with less than a million multiplications each, starting one takes a good
/// part of the time that it saves.
pub(super) fn worth(shape: LayerShape, batch: usize, steps: usize, threads: usize) -> usize {
    let of_a_row = shape.matrix_rows() * shape.columns();
    let multiplications = batch.saturating_mul(steps).saturating_mul(of_a_row);
    threads.min(1 + (multiplications >> 20))
}

/// Adds the derivatives by the parameters, from those by the sums.
fn sum_up<T: Real, C: Cell>(tape: &LayerTape<T>, d_sums: Blocks<'_, T>, gradients: &mut [T], threads: usize) {
    let &LayerTape { shape, batch, steps, .. } = tape;
    let [of_w, of_own, of_bias] = shape.parts();
    let (w, rest) = gradients.split_at_mut(of_w);
    let (own, biases) = rest.split_at_mut(of_own);
    let (bias, recurrent_bias) = biases.split_at_mut(of_bias);
    let columns = shape.columns();
    let [mut w, mut bias, mut recurrent_bias] = [w, bias, recurrent_bias].map(|all| Shared::new(all, columns));
    let rows = WindowRows { batch, steps, a: tape.xh().lines(0..shape.matrix_rows()), d: d_sums };
    let mut own = Some(own);
    let sums = C::SUMS;
    let sums = sums.as_slice();
    in_parallel(columns, worth(shape, batch, steps, threads), |columns| {
        let part = ParameterSums {
            sums,
            shape,
            rows,
            w: w.take(&columns),
            bias: bias.take(&columns),
            recurrent_bias: recurrent_bias.take(&columns),
            // They are few: one share has them all.
            own: own.take().unwrap_or_default(),
            columns,
        };
        move || T::run(part)
    });
}

/// Derivatives by some columns of W and their biases, and by what units have of their own.
struct ParameterSums<'a, T> {
    /// The sums of a unit.
    sums: &'a [Sum],
    shape: LayerShape,
    columns: Range<usize>,
    rows: WindowRows<'a, T>,
    /// Those of these columns.
    w: &'a mut [T],
    bias: &'a mut [T],
    recurrent_bias: &'a mut [T],
    own: &'a mut [T],
}

impl<T: Real> Kernel<T> for ParameterSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { sums, shape, columns, rows, w, bias, recurrent_bias, own } = self;
        let LayerShape { inputs, hidden, .. } = shape;
        let stride = shape.matrix_rows();
        for run in runs(sums, |_| true, |sum| (sum.input, sum.state)) {
            // The share's columns that this run has, and where they are among the units of the derivatives.
            let first = run.gate * hidden;
            let start = columns.start.max(first);
            let end = columns.end.min(first + run.count * hidden);
            if start >= end {
                continue;
            }
            let of_run = run.sum * hidden + start - first..run.sum * hidden + end - first;
            let units = if run.input { 0 } else { inputs }..if run.state { inputs + hidden } else { inputs };
            let out = &mut w[(start - columns.start) * stride + units.start..];
            let add = |column: usize, sum: T| {
                let column = start - columns.start + column;
                if run.input {
                    bias[column] += sum;
                }
                if let (true, Some(bias)) = (run.state, recurrent_bias.get_mut(column)) {
                    *bias += sum;
                }
            };
            let rows = WindowRows { a: rows.a.lines(units.clone()), ..rows };
            rows.add_products(lanes, units.len(), of_run, (out, stride), add);
        }
        let of_own = sums.len() * hidden;
        rows.sums(lanes, of_own..of_own + own.len(), |column, sum| own[column] += sum);
    }
}
