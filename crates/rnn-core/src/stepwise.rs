//! Many hidden units: for each step of a window a product for all panels, then the cell's arithmetic unit by unit.

use crate::Scalar;
use crate::cell::{BackwardPart, Cell, Forward, ForwardPart, Sizes, runs};
use crate::panels::{Blocks, part, part_mut, rows, vectors};
use crate::product::{Columns, Lines, Product};
use crate::row_sums::turn;
use crate::vector::{Kernel, Lanes, Vector};
use std::ops::Range;

pub(crate) fn forward<T: Scalar, C: Cell>(part: ForwardPart<'_, T, C>) {
    let ForwardPart { cell, sizes, parameters, start, batch, steps, panels, xh, sums, kept, memory } = part;
    let Sizes { inputs, hidden } = sizes;
    let (line, units) = (T::PANEL, sizes.rows());
    let sums_of_panel = C::SUMS.len() * hidden;
    for step in 0..steps {
        for run in runs(C::SUMS, |_| true, |sum| (sum.input, sum.state)) {
            let first = if run.input { 0 } else { inputs };
            let end = if run.state { units } else { inputs };
            T::run(Product {
                batch,
                panels: panels.clone(),
                a: (&*xh, Lines { panel: (steps + 1) * units * line, first: step * units + first, count: end - first }),
                b: Columns { values: parameters.w, stride: units, first: run.gate * hidden * units + first },
                c: (
                    &mut *sums,
                    Lines { panel: sums_of_panel * line, first: run.sum * hidden, count: run.count * hidden },
                ),
                start: Some(&start[run.sum * hidden..]),
            });
        }
        T::run(ForwardStep { cell, sizes, batch, steps, step, panels: panels.clone(), xh, sums, kept, memory });
    }
}

/// The cell's arithmetic at a step, its sums computed.
struct ForwardStep<'a, T, C> {
    cell: C,
    sizes: Sizes,
    batch: usize,
    steps: usize,
    step: usize,
    panels: Range<usize>,
    xh: &'a mut [T],
    sums: &'a [T],
    kept: &'a mut [T],
    memory: &'a mut [T],
}

impl<T: Scalar, C: Cell> Kernel<T> for ForwardStep<'_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { cell, sizes, batch, steps, step, panels, xh, sums, kept, memory } = self;
        let Sizes { inputs, hidden } = sizes;
        let (line, block) = (T::PANEL, sizes.rows() * T::PANEL);
        let zero = Vector::splat(lanes, T::zero());
        for (number, panel) in panels.enumerate() {
            let sums = part(sums, number, C::SUMS.len() * hidden * line);
            let (now, next) = xh[(number * (steps + 1) + step) * block..][..2 * block].split_at_mut(block);
            let (before, output) = (&now[inputs * line..], &mut next[inputs * line..]);
            let kept = part_mut(kept, number * steps + step, C::KEPT * hidden * line);
            let of_memory = usize::from(C::MEMORY) * hidden * line;
            let memory = &mut memory[(number * (steps + 1) + step) * of_memory..][..2 * of_memory];
            for lane in vectors::<T>(rows::<T>(batch, panel)) {
                for unit in 0..hidden {
                    let at = |k: usize| (k * hidden + unit) * line + lane;
                    let mut of_unit = [zero; 4];
                    for s in 0..C::SUMS.len() {
                        of_unit[s] = Vector::load(lanes, &sums[at(s)..]);
                    }
                    let memory_before = if C::MEMORY { Vector::load(lanes, &memory[at(0)..]) } else { zero };
                    let step = cell.forward(of_unit, Vector::load(lanes, &before[at(0)..]), memory_before);
                    step.output.store(&mut output[at(0)..]);
                    for k in 0..C::KEPT {
                        step.kept[k].store(&mut kept[at(k)..]);
                    }
                    if C::MEMORY {
                        step.memory.store(&mut memory[at(1)..]);
                    }
                }
            }
        }
    }
}

pub(crate) fn backward<T: Scalar, C: Cell>(part: BackwardPart<'_, T, C>) {
    let BackwardPart { cell, sizes, transposed, batch, steps, panels, xh, kept, memory, .. } = part;
    let BackwardPart { d_outputs, d_sums, d_memory, d_inputs, turned, .. } = part;
    let Sizes { inputs, hidden } = sizes;
    let (line, units) = (T::PANEL, sizes.rows());
    let columns = transposed.len() / units;
    let sums_of_panel = C::SUMS.len() * hidden;
    // Block t of the outputs' derivatives holds those through what reads the outputs; step t + 1 adds what it passes on.
    for step in (0..steps).rev() {
        T::run(BackwardStep {
            cell,
            sizes,
            batch,
            steps,
            step,
            panels: panels.clone(),
            xh,
            kept,
            memory,
            d_outputs,
            d_sums,
            d_memory,
        });
        let product = |sum: usize, gate: usize, count: usize, row: usize, c: (&mut [T], Lines), start| {
            let lines = Lines {
                panel: steps * sums_of_panel * line,
                first: step * sums_of_panel + sum * hidden,
                count: count * hidden,
            };
            let b = Columns { values: transposed, stride: columns, first: row * columns + gate * hidden };
            T::run(Product { batch, panels: panels.clone(), a: (&*d_sums, lines), b, c, start });
        };
        if step > 0 {
            for run in runs(C::SUMS, |sum| sum.state, |_| (false, true)) {
                let lines = Lines { panel: steps * hidden * line, first: (step - 1) * hidden, count: hidden };
                product(run.sum, run.gate, run.count, inputs, (&mut *d_outputs, lines), None);
            }
        }
        if !d_inputs.is_empty() {
            // The buffer starts as zeros, so the product is added.
            for run in runs(C::SUMS, |sum| sum.input, |_| (true, false)) {
                let lines = Lines { panel: steps * inputs * line, first: step * inputs, count: inputs };
                product(run.sum, run.gate, run.count, 0, (&mut *d_inputs, lines), None);
            }
        }
    }
    if !turned.is_empty() {
        let blocks = Blocks { values: xh, blocks: steps + 1, units, first: (0, 0) };
        turn(batch, steps, panels, &blocks, turned);
    }
}

/// The cell's arithmetic at a step, back from the derivatives by its outputs.
struct BackwardStep<'a, T, C> {
    cell: C,
    sizes: Sizes,
    batch: usize,
    steps: usize,
    step: usize,
    panels: Range<usize>,
    xh: &'a [T],
    kept: &'a [T],
    memory: &'a [T],
    d_outputs: &'a mut [T],
    d_sums: &'a mut [T],
    d_memory: &'a mut [T],
}

impl<T: Scalar, C: Cell> Kernel<T> for BackwardStep<'_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { cell, sizes, batch, steps, step, panels, xh, kept, memory, d_outputs, d_sums, d_memory } = self;
        let Sizes { inputs, hidden } = sizes;
        let (line, block) = (T::PANEL, sizes.rows() * T::PANEL);
        let zero = Vector::splat(lanes, T::zero());
        let d_block = hidden * line;
        for (number, panel) in panels.enumerate() {
            let (now, next) = xh[(number * (steps + 1) + step) * block..][..2 * block].split_at(block);
            let (before, output) = (&now[inputs * line..], &next[inputs * line..]);
            let kept = part(kept, number * steps + step, C::KEPT * d_block);
            let memory = part(memory, number * (steps + 1) + step, usize::from(C::MEMORY) * d_block);
            let d_outputs = part_mut(d_outputs, number, steps * d_block);
            let (d_before, d_output) = d_outputs[..(step + 1) * d_block].split_at_mut(step * d_block);
            let d_before = &mut d_before[step.saturating_sub(1) * d_block..];
            let d_memory = part_mut(d_memory, number, d_block);
            let d_sums = part_mut(d_sums, number * steps + step, C::SUMS.len() * d_block);
            for lane in vectors::<T>(rows::<T>(batch, panel)) {
                for unit in 0..hidden {
                    let at = |k: usize| (k * hidden + unit) * line + lane;
                    let mut forward = Forward { output: zero, memory: zero, kept: [zero; 5] };
                    forward.output = Vector::load(lanes, &output[at(0)..]);
                    for k in 0..C::KEPT {
                        forward.kept[k] = Vector::load(lanes, &kept[at(k)..]);
                    }
                    let memory_before = if C::MEMORY { Vector::load(lanes, &memory[at(0)..]) } else { zero };
                    let passed_on = C::MEMORY && step + 1 < steps;
                    let d_m = if passed_on { Vector::load(lanes, &d_memory[at(0)..]) } else { zero };
                    let before = Vector::load(lanes, &before[at(0)..]);
                    let d_out = Vector::load(lanes, &d_output[at(0)..]);
                    let back = cell.backward(forward, before, memory_before, d_out, d_m);
                    for s in 0..C::SUMS.len() {
                        back.sums[s].store(&mut d_sums[at(s)..]);
                    }
                    if C::MEMORY {
                        back.memory.store(&mut d_memory[at(0)..]);
                    }
                    if C::PASSES_ON && step > 0 {
                        let sum = Vector::load(lanes, &d_before[at(0)..]) + back.before;
                        sum.store(&mut d_before[at(0)..]);
                    }
                }
            }
        }
    }
}
