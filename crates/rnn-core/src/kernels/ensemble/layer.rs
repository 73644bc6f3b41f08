//! A layer's window of nets side by side, forward and backward.

use super::memory::{EnsembleDerivatives, EnsembleTape, w_transposed_lines};
use super::stepwise;
use super::weight_sums::{LaneRows, Order, WeightSums, weight_sums};
use crate::cells::{Cell, LayerShape, Parameters, Sum};
use crate::kernels::fused;
use crate::kernels::memory::FUSED;
use crate::kernels::runs::runs;
use crate::kernels::weights::OfEachLane;
use crate::kernels::window::{WindowBackward, WindowForward};
use crate::numeric::panels::{Blocks, BlocksMut, Panels};
use crate::numeric::{Numbers, Real};
use std::marker::PhantomData;

/// A layer's forward over a window of each net.
pub(crate) struct EnsembleForward<'a, T> {
    /// A line for each.
    pub(crate) parameters: &'a [T],
    /// Its inputs and first state are set.
    pub(crate) tape: &'a mut EnsembleTape<T>,
}

/// A layer's backward over a window of each net.
pub(crate) struct EnsembleBackward<'a, T> {
    /// A line for each.
    pub(crate) parameters: &'a [T],
    pub(crate) tape: &'a EnsembleTape<T>,
    /// Its `outputs` hold the derivatives by the outputs, and are used up.
    pub(crate) d: &'a mut EnsembleDerivatives<T>,
    /// Whether the derivatives by the inputs are to be left in `d.inputs`.
    pub(crate) ask_for_inputs: bool,
    /// The derivatives by the parameters, a line each, are added to these.
    pub(crate) gradients: &'a mut [T],
    /// The order in which these are summed up.
    pub(crate) order: Order,
}

/// A row of each net is as many rows as a panel has.
fn panels<T: Real>(batch: usize) -> Panels {
    Panels::all::<T>(batch * T::PANEL)
}

/// Runs over the window.
pub(super) fn forward<T: Real, C: Cell>(cell: C, EnsembleForward { parameters, tape }: EnsembleForward<'_, T>) {
    let &mut EnsembleTape { shape, batch, steps, .. } = tape;
    let LayerShape { facts, inputs, hidden } = shape;
    let parameters = Parameters::of_nets(shape, parameters, T::PANEL);
    parameters.lay_out_starts(C::SUMS.as_slice(), hidden * T::PANEL, &mut tape.start);
    let mut part = WindowForward {
        cell,
        weights: PhantomData::<OfEachLane>,
        shape,
        parameters,
        start: &tape.start,
        steps,
        xh: BlocksMut::new(&mut tape.xh, steps + 1, inputs + hidden),
        saved: BlocksMut::new(&mut tape.saved, steps, facts.saved * hidden),
        memory: BlocksMut::new(&mut tape.memory, steps + 1, usize::from(facts.has_memory) * hidden),
        panels: panels::<T>(batch),
    };
    match hidden {
        ..=FUSED => T::run_wide(fused::Forwards::<_, _, _, FUSED>(&mut part)),
        _ => stepwise::forward(&mut part, BlocksMut::new(&mut tape.sums, 1, facts.sums * hidden)),
    }
}

/// Runs back over the window.
pub(super) fn backward<T: Real, C: Cell>(cell: C, work: EnsembleBackward<'_, T>) {
    let EnsembleBackward { parameters, tape, d, ask_for_inputs, gradients, order } = work;
    let &EnsembleTape { shape, batch, steps, .. } = tape;
    let LayerShape { facts, inputs, hidden } = shape;
    let parameters = Parameters::of_nets(shape, parameters, T::PANEL);
    // What is there is as long as the largest layer needs it.
    let w_transposed = &mut d.w_transposed[..w_transposed_lines(shape).unwrap_or_default() * T::PANEL];
    if !w_transposed.is_empty() {
        transpose(parameters.w, shape.matrix_rows(), w_transposed);
    }
    let of_sums = (facts.sums + facts.own) * hidden;
    let all = |units: usize| batch * steps * units * T::PANEL;
    let mut part = WindowBackward {
        cell,
        weights: PhantomData::<OfEachLane>,
        shape,
        parameters,
        steps,
        xh: tape.xh(),
        saved: Blocks::new(&tape.saved, steps, facts.saved * hidden),
        memory: Blocks::new(&tape.memory, steps + 1, usize::from(facts.has_memory) * hidden),
        d_outputs: BlocksMut::new(&mut d.outputs[..all(hidden)], steps, hidden),
        d_sums: BlocksMut::new(&mut d.sums[..all(of_sums)], steps, of_sums),
        d_inputs: ask_for_inputs.then(|| {
            let d_inputs = &mut d.inputs[..all(inputs)];
            d_inputs.fill(T::zero());
            BlocksMut::new(d_inputs, steps, inputs)
        }),
        panels: panels::<T>(batch),
    };
    match hidden {
        ..=FUSED => T::run_wide(fused::Backwards::<_, _, _, FUSED>(&mut part)),
        _ => {
            let d_memory = BlocksMut::new(&mut d.memory[..batch * hidden * T::PANEL], 1, hidden);
            stepwise::backward(&mut part, w_transposed, d_memory);
        }
    }
    let a = tape.xh().lines(0..shape.matrix_rows());
    let d = Blocks::new(&d.sums[..all(of_sums)], steps, of_sums);
    let sums = C::SUMS;
    sum_up(shape, sums.as_slice(), LaneRows { batch, steps, a, d, order }, gradients);
}

/// Writes Wᵀ line by line.
pub(super) fn transpose<T: Real>(w: &[T], rows: usize, transposed: &mut [T]) {
    let columns = w.len() / (rows * T::PANEL);
    for (row, to) in transposed.chunks_exact_mut(columns * T::PANEL).enumerate() {
        let column_of_row = w[row * T::PANEL..].chunks(rows * T::PANEL);
        for (to, from) in to.chunks_exact_mut(T::PANEL).zip(column_of_row) {
            to.copy_from_slice(&from[..T::PANEL]);
        }
    }
}

/// Adds the derivatives by the parameters, from those by the sums.
fn sum_up<T: Real>(shape: LayerShape, sums: &[Sum], rows: LaneRows<'_, T>, gradients: &mut [T]) {
    let LayerShape { inputs, hidden, .. } = shape;
    let [of_w, of_own, of_bias] = shape.parts().map(|parameters| parameters * T::PANEL);
    let (w, rest) = gradients.split_at_mut(of_w);
    let (own, biases) = rest.split_at_mut(of_own);
    let (bias, recurrent_bias) = biases.split_at_mut(of_bias);
    let stride = shape.matrix_rows();
    for run in runs(sums, |_| true, |sum| (sum.input, sum.state)) {
        let first = run.gate * hidden;
        let units = if run.input { 0 } else { inputs }..if run.state { inputs + hidden } else { inputs };
        let biases = [(run.input, &mut *bias), (run.state, &mut *recurrent_bias)].map(|(of_run, bias)| {
            // A cell with one bias has no recurrent one.
            if of_run && !bias.is_empty() { &mut bias[first * T::PANEL..] } else { &mut [] }
        });
        weight_sums(WeightSums {
            rows: LaneRows { a: rows.a.lines(units.clone()), ..rows },
            units: units.len(),
            columns: run.sum * hidden..(run.sum + run.count) * hidden,
            weights: (&mut w[(first * stride + units.start) * T::PANEL..], stride),
            biases,
        });
    }
    let columns = sums.len() * hidden..sums.len() * hidden + own.len() / T::PANEL;
    weight_sums(WeightSums { rows, units: 0, columns, weights: (&mut [], 0), biases: [own, &mut []] });
}
