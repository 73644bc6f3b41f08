//! A layer's window: its weights packed, its bands shared out to threads, and the derivatives by its parameters.

use super::memory::{RowDerivatives, RowTape, of_outputs};
use super::packed::{PackForward, lay_out_units, pack_backward, tile_lanes};
use super::sums::RowSums;
use super::window::{RowBackward, RowForward, backward, forward};
use crate::cells::{Cell, LayerShape, Parameters};
use crate::kernels::layer::worth;
use crate::kernels::runs::runs;
use crate::kernels::threads::{Shared, in_parallel};
use crate::numeric::rows::RowShape;
use crate::numeric::{Numbers, Real};
use std::ops::Range;

/// A layer's forward over a window.
pub(crate) struct RowLayerForward<'a, T> {
    pub(crate) parameters: &'a [T],
    /// Its inputs and first state are set.
    pub(crate) tape: &'a mut RowTape<T>,
    pub(crate) threads: usize,
}

/// A layer's backward over a window.
pub(crate) struct RowLayerBackward<'a, T> {
    pub(crate) parameters: &'a [T],
    pub(crate) tape: &'a RowTape<T>,
    /// Its `outputs` hold the derivatives by the outputs, and are used up.
    pub(crate) d: &'a mut RowDerivatives<T>,
    /// Whether the derivatives by the inputs are to be left in `d.inputs`.
    pub(crate) ask_for_inputs: bool,
    /// The derivatives by the parameters are added to these.
    pub(crate) gradients: &'a mut [T],
    pub(crate) threads: usize,
}

/// Takes off the lines of some bands.
fn take<'a, T: Real>(values: &mut &'a mut [T], shape: RowShape, bands: &Range<usize>) -> (&'a mut [T], RowShape) {
    let len = shape.range::<T>(bands).len();
    (values.split_off_mut(..len).unwrap_or_default(), shape.share::<T>(bands))
}

/// The lines of some bands.
fn some<'a, T: Real>(values: &'a [T], shape: RowShape, bands: &Range<usize>) -> (&'a [T], RowShape) {
    (&values[shape.range::<T>(bands)], shape.share::<T>(bands))
}

/// Runs over the window.
pub(crate) fn forward_layer<T: Real, C: Cell>(cell: C, work: RowLayerForward<'_, T>) {
    let RowLayerForward { parameters, tape, threads } = work;
    let (shape, batch, steps, widths) = (tape.shape, tape.batch, tape.steps, tape.widths);
    let (facts, hidden, padded) = (shape.facts, shape.hidden, widths.hidden);
    let parameters = Parameters::new(shape, parameters);
    lay_out_units((C::SUMS.as_slice(), hidden, padded), &parameters, &mut tape.start, &mut tape.own);
    let lanes = tape.tile_lanes();
    let mut packed = 0;
    for run in runs(C::SUMS.as_slice(), |_| true, |sum| (sum.input, sum.state)) {
        let gates = run.gate..run.gate + run.count;
        // Two sums can have the same columns: one of the input and one of the state.
        if gates.start < packed {
            continue;
        }
        packed = gates.end;
        T::run(PackForward { shape, padded, gates, lanes, w: parameters.w, packed: &mut tape.w });
    }
    let of_xh = tape.xh_shape();
    let of_sums = widths.of_units::<T>(batch, 1, facts.sums);
    let of_saved = widths.of_units::<T>(batch, steps, facts.saved);
    let of_memory = widths.of_units::<T>(batch, steps + 1, usize::from(facts.has_memory));
    let of_classes = RowShape { batch, blocks: steps, stride: 1 };
    let RowTape { xh, start, own, w, sums, saved, memory, classes, is_one_hot, .. } = tape;
    let (start, own, w, is_one_hot, classes) = (&**start, &**own, &**w, *is_one_hot, &**classes);
    let (mut xh, mut sums, mut saved, mut memory) = (&mut **xh, &mut **sums, &mut **saved, &mut **memory);
    in_parallel(of_xh.bands::<T>(), worth(shape, batch, steps, threads), |bands| {
        let mut part = RowForward {
            cell,
            shape,
            widths,
            steps,
            start,
            own,
            w: (w, lanes),
            classes: is_one_hot.then(|| &classes[of_classes.range::<T>(&bands)]),
            xh: take(&mut xh, of_xh, &bands),
            sums: take(&mut sums, of_sums, &bands),
            saved: take(&mut saved, of_saved, &bands),
            memory: take(&mut memory, of_memory, &bands),
        };
        move || forward(&mut part)
    });
}

/// Runs back over the window.
pub(crate) fn backward_layer<T: Real, C: Cell>(cell: C, work: RowLayerBackward<'_, T>) {
    let RowLayerBackward { parameters, tape, d, ask_for_inputs, gradients, threads } = work;
    let (shape, batch, steps, widths) = (tape.shape, tape.batch, tape.steps, tape.widths);
    let LayerShape { facts, inputs, hidden } = shape;
    let parameters = Parameters::new(shape, parameters);
    let (columns, rows) = (shape.columns(), shape.matrix_rows());
    // What is there is as long as the largest layer needs it.
    let lanes = [tape.tile_lanes(), tile_lanes::<T>(batch.saturating_mul(steps).min(T::PANEL))];
    let [of_state, of_inputs] = &mut d.w;
    let of_state = &mut of_state[..if facts.has_matrix { columns * widths.hidden } else { 0 }];
    if facts.has_matrix {
        pack_backward(lanes[0], parameters.w, rows, inputs..inputs + hidden, of_state);
    }
    let of_inputs = &mut of_inputs[..if ask_for_inputs { columns * widths.inputs } else { 0 }];
    if ask_for_inputs {
        pack_backward(lanes[1], parameters.w, rows, 0..inputs, of_inputs);
    }
    let (of_state, of_inputs) = (&*of_state, &*of_inputs);
    let (of_xh, of_saved) = (tape.xh_shape(), widths.of_units::<T>(batch, steps, facts.saved));
    let of_memory = widths.of_units::<T>(batch, steps + 1, usize::from(facts.has_memory));
    let of_outputs_d = of_outputs::<T>(batch, steps, hidden);
    let of_inputs_d = of_outputs::<T>(batch, steps, inputs);
    let of_sums = widths.of_units::<T>(batch, steps, facts.sums + facts.own);
    let of_d_memory = widths.of_units::<T>(batch, 1, usize::from(facts.has_memory));
    let all = |shape: RowShape| 0..shape.len().unwrap_or_default();
    let (mut d_outputs, mut d_sums) = (&mut d.outputs[all(of_outputs_d)], &mut d.sums[all(of_sums)]);
    let mut d_memory = &mut d.memory[all(of_d_memory)];
    let mut d_inputs = if ask_for_inputs { Some(&mut d.inputs[all(of_inputs_d)]) } else { None };
    in_parallel(of_xh.bands::<T>(), worth(shape, batch, steps, threads), |bands| {
        let mut part = RowBackward {
            cell,
            shape,
            widths,
            steps,
            own: &tape.own,
            of_state: (of_state, lanes[0]),
            of_inputs: (of_inputs, lanes[1]),
            xh: some(&tape.xh, of_xh, &bands),
            saved: some(&tape.saved, of_saved, &bands),
            memory: some(&tape.memory, of_memory, &bands),
            d_outputs: take(&mut d_outputs, of_outputs_d, &bands),
            d_sums: take(&mut d_sums, of_sums, &bands),
            d_memory: take(&mut d_memory, of_d_memory, &bands),
            d_inputs: d_inputs.as_mut().map(|d_inputs| take(d_inputs, of_inputs_d, &bands)),
        };
        move || backward(&mut part)
    });
    let [of_w, of_own, of_bias] = shape.parts();
    let (w, rest) = gradients.split_at_mut(of_w);
    let (own, biases) = rest.split_at_mut(of_own);
    let (bias, recurrent_bias) = biases.split_at_mut(of_bias);
    let [mut w, mut bias, mut recurrent_bias] = [w, bias, recurrent_bias].map(|all| Shared::new(all, columns));
    let mut own = Some(own);
    let sums = C::SUMS;
    let sums = sums.as_slice();
    let d_sums = &d.sums[all(of_sums)];
    in_parallel(columns, worth(shape, batch, steps, threads), |columns| {
        let part = RowSums {
            sums,
            shape,
            widths,
            steps,
            xh: (&tape.xh, of_xh),
            d_sums: (d_sums, of_sums),
            classes: tape.is_one_hot.then_some(&tape.classes[..]),
            w: w.take(&columns),
            bias: bias.take(&columns),
            recurrent_bias: recurrent_bias.take(&columns),
            // They are few: one share has them all.
            own: own.take().unwrap_or_default(),
            columns,
        };
        move || T::run_wide(part)
    });
}
