//! More hidden units than go in one go: for each step of a window a product for all rows, then the cell's arithmetic unit by unit.

use super::product::{Columns, Product};
use crate::cells::{Cell, LayerShape, Step, StepBack, UnitState};
use crate::kernels::runs::{Run, runs};
use crate::kernels::weights::{OfEachLane, Weights};
use crate::kernels::window::{WindowBackward, WindowForward};
use crate::numeric::panels::{Block, BlockMut, Blocks, BlocksMut};
use crate::numeric::{Kernel, Lanes, Numbers, Real, Vector};

type Forward<'a, T, C> = WindowForward<'a, T, C, OfEachLane>;
type Backward<'a, T, C> = WindowBackward<'a, T, C, OfEachLane>;

/// Runs over the window; `sums` is one block of sums·hidden units to work in.
pub(super) fn forward<T: Real, C: Cell>(part: &mut Forward<'_, T, C>, mut sums: BlocksMut<'_, T>) {
    let LayerShape { inputs, hidden, .. } = part.shape;
    let rows_of_w = part.shape.matrix_rows();
    for step in 0..part.steps {
        for run in runs(C::SUMS.as_slice(), |_| true, |sum| (sum.input, sum.state)) {
            let first = if run.input { 0 } else { inputs };
            let end = if run.state { inputs + hidden } else { inputs };
            let of_run = run.sum * hidden..(run.sum + run.count) * hidden;
            T::run_wide(Product {
                panels: &part.panels,
                a: (part.xh.as_ref().lines(first..end), step),
                b: Columns {
                    values: part.parameters.w,
                    stride: rows_of_w,
                    first: run.gate * hidden * rows_of_w + first,
                },
                start: Some(&part.start[of_run.start * T::PANEL..]),
                c: (sums.reborrow().lines(of_run), 0),
            });
        }
        T::run_wide(ForwardStep(part, sums.as_ref(), step));
    }
}

/// The cell's arithmetic at a step, its sums computed.
struct ForwardStep<'a, 'b, T, C>(&'a mut Forward<'b, T, C>, Blocks<'a, T>, usize);

impl<T: Real, C: Cell> Kernel<T> for ForwardStep<'_, '_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(WindowForward { cell, shape, parameters, panels, xh, saved, memory, .. }, sums, step) = self;
        let LayerShape { inputs, hidden, .. } = *shape;
        let wide = lanes.line();
        let zero = Vector::splat(wide, T::zero());
        for panel in 0..panels.count() {
            let sums = sums.block(panel, 0).lines(0, C::Sums::<()>::COUNT * hidden);
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
            for unit in 0..hidden {
                let memory = if C::MEMORY { memory.load(wide, unit, 0) } else { zero };
                let next = cell.forward(Step {
                    sums: sums.load_each(wide, unit, hidden, 0),
                    own: OfEachLane::of_unit::<S, C>(lanes, parameters, hidden, unit),
                    before: UnitState { output: before.load(wide, unit, 0), memory },
                });
                after.store(next.state.output, unit, 0);
                saved.store_each(next.saved, unit, hidden, 0);
                if C::MEMORY {
                    memory_after.store(next.state.memory, unit, 0);
                }
            }
        }
    }
}

/// Runs back over the window; `d_memory` is one block of hidden units to work in, and Wᵀ `[gates·hidden, inputs + hidden]`, column-major,
/// a line for each number.
pub(super) fn backward<T: Real, C: Cell>(
    part: &mut Backward<'_, T, C>,
    w_transposed: &[T],
    mut d_memory: BlocksMut<'_, T>,
) {
    let LayerShape { inputs, hidden, .. } = part.shape;
    let columns = part.shape.columns();
    // Block t of the outputs' derivatives holds those through what reads the outputs; step t + 1 adds what it passes on.
    for step in (0..part.steps).rev() {
        T::run_wide(BackwardStep(part, d_memory.reborrow(), step));
        let WindowBackward { panels, d_outputs, d_sums, d_inputs, .. } = part;
        let operands = |run: &Run, row: usize| {
            let of_run = run.sum * hidden..(run.sum + run.count) * hidden;
            let b = Columns { values: w_transposed, stride: columns, first: row * columns + run.gate * hidden };
            ((d_sums.as_ref().lines(of_run), step), b)
        };
        if step > 0 {
            for run in runs(C::SUMS.as_slice(), |sum| sum.state, |_| (false, true)) {
                let (a, b) = operands(&run, inputs);
                T::run_wide(Product { panels, a, b, c: (d_outputs.reborrow(), step - 1), start: None });
            }
        }
        if let Some(d_inputs) = d_inputs {
            // The buffer starts as zeros, so the product is added.
            for run in runs(C::SUMS.as_slice(), |sum| sum.input, |_| (true, false)) {
                let (a, b) = operands(&run, 0);
                T::run_wide(Product { panels, a, b, c: (d_inputs.reborrow(), step), start: None });
            }
        }
    }
}

/// The cell's arithmetic at a step, back from the derivatives by its outputs.
struct BackwardStep<'a, 'b, T, C>(&'a mut Backward<'b, T, C>, BlocksMut<'a, T>, usize);

impl<T: Real, C: Cell> Kernel<T> for BackwardStep<'_, '_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(part, mut d_memory, step) = self;
        let WindowBackward { cell, shape, parameters, panels, xh, saved, memory, d_outputs, d_sums, .. } = part;
        let LayerShape { inputs, hidden, .. } = *shape;
        let wide = lanes.line();
        let zero = Vector::splat(wide, T::zero());
        let is_last = step + 1 == part.steps;
        for panel in 0..panels.count() {
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
            for unit in 0..hidden {
                let memory = if C::MEMORY { memory.load(wide, unit, 0) } else { zero };
                let d_memory_after = if C::MEMORY && !is_last { d_memory.as_ref().load(wide, unit, 0) } else { zero };
                let step_of_unit = StepBack {
                    own: OfEachLane::of_unit::<S, C>(lanes, parameters, hidden, unit),
                    before: UnitState { output: before.load(wide, unit, 0), memory },
                    saved: saved.load_each(wide, unit, hidden, 0),
                    output: after.load(wide, unit, 0),
                    d_after: UnitState { output: d_output.load(wide, unit, 0), memory: d_memory_after },
                };
                let back = cell.backward(step_of_unit);
                d_sums.store_each(back.sums, unit, hidden, 0);
                d_sums.store_each(back.own, C::Sums::<()>::COUNT * hidden + unit, hidden, 0);
                if C::MEMORY {
                    d_memory.store(back.before.memory, unit, 0);
                }
                if C::PASSES_ON && step > 0 {
                    let sum = d_before.as_ref().load(wide, unit, 0) + back.before.output;
                    d_before.store(sum, unit, 0);
                }
            }
        }
    }
}
