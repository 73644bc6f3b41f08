//! Many hidden units: for each step of a window a product for all panels, then the cell's arithmetic unit by unit.

use super::lane_product::LaneProduct;
use super::product::{Columns, Product};
use super::weights::Weights;
use super::window::{WindowBackward, WindowForward};
use crate::cells::{Cell, LayerShape, Step, StepBack, Sum, UnitState};
use crate::numeric::panels::{Block, BlockMut};
use crate::numeric::{Kernel, Lanes, Numbers, Real, Vector};

/// Sums whose columns of W are neighbours and which are treated alike.
pub(super) struct Run {
    pub(super) sum: usize,
    pub(super) gate: usize,
    pub(super) count: usize,
    pub(super) input: bool,
    pub(super) state: bool,
}

/// Those of the sums that are of some kind, as few runs as there can be.
pub(super) fn runs(
    sums: &[Sum],
    kind: impl Fn(&Sum) -> bool,
    alike: impl Fn(&Sum) -> (bool, bool),
) -> impl Iterator<Item = Run> {
    let mut next = 0;
    std::iter::from_fn(move || {
        while !kind(sums.get(next)?) {
            next += 1;
        }
        let (sum, gate, (input, state)) = (next, sums[next].gate, alike(&sums[next]));
        while sums.get(next).is_some_and(|s| kind(s) && alike(s) == (input, state) && s.gate == gate + next - sum) {
            next += 1;
        }
        Some(Run { sum, gate, count: next - sum, input, state })
    })
}

pub(super) fn forward<T: Real, C: Cell, W: Weights<T>>(part: &mut WindowForward<'_, T, C, W>) {
    let LayerShape { inputs, hidden, .. } = part.shape;
    let rows_of_w = part.shape.matrix_rows();
    for step in 0..part.steps {
        for run in runs(C::SUMS.as_slice(), |_| true, |sum| (sum.input, sum.state)) {
            let first = if run.input { 0 } else { inputs };
            let end = if run.state { inputs + hidden } else { inputs };
            let of_run = run.sum * hidden..(run.sum + run.count) * hidden;
            T::run_wide(LaneProduct(Product {
                panels: &part.panels,
                a: (part.xh.as_ref().lines(first..end), step),
                b: Columns {
                    values: part.parameters.w,
                    stride: rows_of_w,
                    first: run.gate * hidden * rows_of_w + first,
                },
                start: Some(&part.start[of_run.start * W::NUMBERS..]),
                c: (part.sums.reborrow().lines(of_run), 0),
            }));
        }
        T::run_wide(ForwardStep(part, step));
    }
}

/// The cell's arithmetic at a step, its sums computed.
struct ForwardStep<'a, 'b, T, C, W>(&'a mut WindowForward<'b, T, C, W>, usize);

impl<T: Real, C: Cell, W: Weights<T>> Kernel<T> for ForwardStep<'_, '_, T, C, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(WindowForward { cell, shape, parameters, panels, xh, sums, saved, memory, .. }, step) = self;
        let LayerShape { inputs, hidden, .. } = *shape;
        let wide = W::wide(lanes);
        let zero = Vector::splat(wide, T::zero());
        for (panel, rows) in panels.rows::<T>().enumerate() {
            let sums = sums.as_ref().block(panel, 0).lines(0, C::Sums::<()>::COUNT * hidden);
            let (before, after) = xh.block_and_next(panel, step);
            // Units are counted alike everywhere, so that they are at one place in all of these.
            let (before, mut after) = (before.lines(inputs, hidden), after.lines(inputs, hidden));
            let mut saved = saved.block(panel, step).lines(0, C::Saved::<()>::COUNT * hidden);
            let (memory, mut memory_after) = if C::MEMORY {
                let (memory, memory_after) = memory.block_and_next(panel, step);
                (memory.lines(0, hidden), memory_after.lines(0, hidden))
            } else {
                (Block(&[]), BlockMut(&mut []))
            };
            for lane in W::vectors(rows) {
                for unit in 0..hidden {
                    let memory = if C::MEMORY { memory.load(wide, unit, lane) } else { zero };
                    let next = cell.forward(Step {
                        sums: sums.load_each(wide, unit, hidden, lane),
                        own: W::of_unit::<S, C>(lanes, parameters, hidden, unit),
                        before: UnitState { output: before.load(wide, unit, lane), memory },
                    });
                    after.store(next.state.output, unit, lane);
                    saved.store_each(next.saved, unit, hidden, lane);
                    if C::MEMORY {
                        memory_after.store(next.state.memory, unit, lane);
                    }
                }
            }
        }
    }
}

pub(super) fn backward<T: Real, C: Cell, W: Weights<T>>(part: &mut WindowBackward<'_, T, C, W>) {
    let LayerShape { inputs, hidden, .. } = part.shape;
    let columns = part.shape.columns();
    // Block t of the outputs' derivatives holds those through what reads the outputs; step t + 1 adds what it passes on.
    for step in (0..part.steps).rev() {
        T::run_wide(BackwardStep(part, step));
        let WindowBackward { w_transposed, panels, d_outputs, d_sums, d_inputs, .. } = part;
        let operands = |run: &Run, row: usize| {
            let of_run = run.sum * hidden..(run.sum + run.count) * hidden;
            let b = Columns { values: w_transposed, stride: columns, first: row * columns + run.gate * hidden };
            ((d_sums.as_ref().lines(of_run), step), b)
        };
        if step > 0 {
            for run in runs(C::SUMS.as_slice(), |sum| sum.state, |_| (false, true)) {
                let (a, b) = operands(&run, inputs);
                T::run_wide(LaneProduct(Product { panels, a, b, c: (d_outputs.reborrow(), step - 1), start: None }));
            }
        }
        if let Some(d_inputs) = d_inputs {
            // The buffer starts as zeros, so the product is added.
            for run in runs(C::SUMS.as_slice(), |sum| sum.input, |_| (true, false)) {
                let (a, b) = operands(&run, 0);
                T::run_wide(LaneProduct(Product { panels, a, b, c: (d_inputs.reborrow(), step), start: None }));
            }
        }
    }
}

/// The cell's arithmetic at a step, back from the derivatives by its outputs.
struct BackwardStep<'a, 'b, T, C, W>(&'a mut WindowBackward<'b, T, C, W>, usize);

impl<T: Real, C: Cell, W: Weights<T>> Kernel<T> for BackwardStep<'_, '_, T, C, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(part, step) = self;
        let WindowBackward { cell, shape, parameters, panels, xh, saved, memory, d_outputs, d_sums, d_memory, .. } =
            part;
        let LayerShape { inputs, hidden, .. } = *shape;
        let wide = W::wide(lanes);
        let zero = Vector::splat(wide, T::zero());
        let is_last = step + 1 == part.steps;
        for (panel, rows) in panels.rows::<T>().enumerate() {
            let before = xh.block(panel, step).lines(inputs, hidden);
            let after = xh.block(panel, step + 1).lines(inputs, hidden);
            let saved = saved.block(panel, step).lines(0, C::Saved::<()>::COUNT * hidden);
            let (memory, mut d_memory) = if C::MEMORY {
                (memory.block(panel, step).lines(0, hidden), d_memory.block(panel, 0).lines(0, hidden))
            } else {
                (Block(&[]), BlockMut(&mut []))
            };
            let d_count = C::Sums::<()>::COUNT + C::Own::<()>::COUNT;
            let mut d_sums = d_sums.block(panel, step).lines(0, d_count * hidden);
            let (d_before, d_output) = d_outputs.block_and_before(panel, step);
            let d_output = d_output.lines(0, hidden);
            let mut d_before = d_before.lines(0, if step > 0 { hidden } else { 0 });
            for lane in W::vectors(rows) {
                for unit in 0..hidden {
                    let memory = if C::MEMORY { memory.load(wide, unit, lane) } else { zero };
                    let d_memory_after =
                        if C::MEMORY && !is_last { d_memory.as_ref().load(wide, unit, lane) } else { zero };
                    let step_of_unit = StepBack {
                        own: W::of_unit::<S, C>(lanes, parameters, hidden, unit),
                        before: UnitState { output: before.load(wide, unit, lane), memory },
                        saved: saved.load_each(wide, unit, hidden, lane),
                        output: after.load(wide, unit, lane),
                        d_after: UnitState { output: d_output.load(wide, unit, lane), memory: d_memory_after },
                    };
                    let back = cell.backward(step_of_unit);
                    d_sums.store_each(back.sums, unit, hidden, lane);
                    d_sums.store_each(back.own, C::Sums::<()>::COUNT * hidden + unit, hidden, lane);
                    if C::MEMORY {
                        d_memory.store(back.before.memory, unit, lane);
                    }
                    if C::PASSES_ON && step > 0 {
                        let sum = d_before.as_ref().load(wide, unit, lane) + back.before.output;
                        d_before.store(sum, unit, lane);
                    }
                }
            }
        }
    }
}
