//! A window, step by step: for each step a product for all rows, then the cell's arithmetic, a vector of units at a time.

use super::memory::Widths;
use super::product::{Inner, RowProduct, Start};
use crate::cells::{Cell, LayerShape, Step, StepBack, Sum, UnitState};
use crate::kernels::runs::runs;
use crate::numeric::rows::RowShape;
use crate::numeric::{Kernel, Lanes, Numbers, Real, Vector};

/// Sums of a unit, at most.
const MOST_SUMS: usize = 8;

/// Lines of some bands, to read, and where they are.
pub(super) type Read<'a, T> = (&'a [T], RowShape);
/// The same, to change.
pub(super) type Change<'a, T> = (&'a mut [T], RowShape);

/// A forward over the window of some bands.
pub(super) struct RowForward<'a, T, C> {
    pub(super) cell: C,
    pub(super) shape: LayerShape,
    pub(super) widths: Widths,
    pub(super) steps: usize,
    pub(super) start: &'a [T],
    pub(super) own: &'a [T],
    /// W, packed in tiles of so many lanes.
    pub(super) w: (&'a [T], usize),
    /// Where inputs are one-hot, the class that each row reads.
    pub(super) classes: Option<&'a [u32]>,
    pub(super) xh: Change<'a, T>,
    pub(super) sums: Change<'a, T>,
    pub(super) saved: Change<'a, T>,
    pub(super) memory: Change<'a, T>,
}

/// A backward over the window of some bands.
pub(super) struct RowBackward<'a, T, C> {
    pub(super) cell: C,
    pub(super) shape: LayerShape,
    pub(super) widths: Widths,
    pub(super) steps: usize,
    pub(super) own: &'a [T],
    /// The rows of W that multiply the state, packed in tiles of so many lanes.
    pub(super) of_state: (&'a [T], usize),
    /// Those that multiply the inputs, where somebody asks for the derivatives by these.
    pub(super) of_inputs: (&'a [T], usize),
    pub(super) xh: Read<'a, T>,
    pub(super) saved: Read<'a, T>,
    pub(super) memory: Read<'a, T>,
    pub(super) d_outputs: Change<'a, T>,
    pub(super) d_sums: Change<'a, T>,
    pub(super) d_memory: Change<'a, T>,
    pub(super) d_inputs: Option<Change<'a, T>>,
}

pub(super) fn forward<T: Real, C: Cell>(part: &mut RowForward<'_, T, C>) {
    let LayerShape { inputs, hidden, .. } = part.shape;
    let (padded, rows) = (part.widths.hidden, part.shape.matrix_rows());
    for step in 0..part.steps {
        for run in runs(C::SUMS.as_slice(), |_| true, |sum| (sum.input, sum.state)) {
            let start = &part.start[run.sum * padded..(run.sum + run.count) * padded];
            let looked = part.classes.filter(|_| run.input);
            let of_inputs = Inner { at: 0, row: 0, len: if run.input && looked.is_none() { inputs } else { 0 } };
            let of_state = Inner { at: part.widths.inputs, row: inputs, len: if run.state { hidden } else { 0 } };
            let classes = RowShape { stride: 1, blocks: part.steps, ..part.xh.1 };
            T::run_wide(RowProduct {
                steps: 1,
                a: (&*part.xh.0, part.xh.1, step),
                inner: &[of_inputs, of_state],
                b: (part.w.0, rows, part.w.1),
                columns: run.gate * padded..(run.gate + run.count) * padded,
                start: looked.map_or(Start::Numbers(start), |looked| Start::Looked(start, looked, classes)),
                c: (&mut *part.sums.0, part.sums.1, 0, run.sum * padded),
            });
        }
        T::run_wide(ForwardStep(part, step));
    }
}

/// The first of each vector of units.
#[inline(always)]
fn vectors<T, S: Lanes<T>>(units: usize) -> impl Iterator<Item = usize> {
    (0..units.div_ceil(S::WIDTH)).map(
        #[inline(always)]
        |vector| vector * S::WIDTH,
    )
}

/// Vectors of several parts of a line, from a unit on.
#[inline(always)]
fn load_each<T: Real, S: Lanes<T>, N: Numbers<Vector<T, S>>>(lanes: S, line: &[T], padded: usize, unit: usize) -> N {
    N::each(
        #[inline(always)]
        |part| Vector::load(lanes, &line[part * padded + unit..]),
    )
}

#[inline(always)]
fn store_each<T: Real, S: Lanes<T>>(
    vectors: impl Numbers<Vector<T, S>>,
    line: &mut [T],
    (first, padded): (usize, usize),
    unit: usize,
) {
    for (part, vector) in vectors.as_slice().iter().enumerate() {
        vector.store(&mut line[(first + part) * padded + unit..]);
    }
}

/// The cell's arithmetic at a step, its sums computed.
struct ForwardStep<'a, 'b, T, C>(&'a mut RowForward<'b, T, C>, usize);

impl<T: Real, C: Cell> Kernel<T> for ForwardStep<'_, '_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(part, step) = self;
        let RowForward { cell, shape, widths, own, xh, sums, saved, memory, .. } = part;
        let (padded, own) = (widths.hidden, &own[..C::Own::<()>::COUNT * widths.hidden]);
        for band in 0..xh.1.bands::<T>() {
            let rows = xh.1.rows::<T>(band);
            let (before, after) = xh.0[xh.1.block::<T>(band, step)..].split_at_mut(rows * xh.1.stride);
            let sums_of_band = &sums.0[sums.1.block::<T>(band, 0)..];
            let saved_of_band = &mut saved.0[saved.1.block::<T>(band, step)..];
            let (memory_before, memory_after) = if C::MEMORY {
                memory.0[memory.1.block::<T>(band, step)..].split_at_mut(rows * memory.1.stride)
            } else {
                (&mut [][..], &mut [][..])
            };
            for row in 0..rows {
                let at = row * xh.1.stride + widths.inputs;
                let (before, after) = (&before[at..][..padded], &mut after[at..][..padded]);
                let sums = &sums_of_band[row * sums.1.stride..][..C::Sums::<()>::COUNT * padded];
                let saved = &mut saved_of_band[row * saved.1.stride..][..C::Saved::<()>::COUNT * padded];
                let of_memory = if C::MEMORY { padded } else { 0 };
                let memory_before = &memory_before[row * memory.1.stride..][..of_memory];
                let memory_after = &mut memory_after[row * memory.1.stride..][..of_memory];
                for unit in vectors::<T, S>(shape.hidden) {
                    let output = Vector::load(lanes, &before[unit..]);
                    let of_unit = if C::MEMORY { Vector::load(lanes, &memory_before[unit..]) } else { output };
                    let next = cell.forward(Step {
                        sums: load_each(lanes, sums, padded, unit),
                        own: load_each(lanes, own, padded, unit),
                        before: UnitState { output, memory: of_unit },
                    });
                    next.state.output.store(&mut after[unit..]);
                    store_each(next.saved, saved, (0, padded), unit);
                    if C::MEMORY {
                        next.state.memory.store(&mut memory_after[unit..]);
                    }
                }
            }
        }
    }
}

pub(super) fn backward<T: Real, C: Cell>(part: &mut RowBackward<'_, T, C>) {
    let (padded, columns) = (part.widths.hidden, part.shape.columns());
    let hidden = part.shape.hidden;
    // Each sum's derivatives, and the rows that a gate's columns of W have become.
    let inner = |kind: fn(&Sum) -> bool| {
        let mut all = [Inner::default(); MOST_SUMS];
        for (to, (number, sum)) in
            all.iter_mut().zip(C::SUMS.as_slice().iter().enumerate().filter(|(_, sum)| kind(sum)))
        {
            *to = Inner { at: number * padded, row: sum.gate * hidden, len: hidden };
        }
        all
    };
    let (of_state, of_inputs) = (inner(|sum| sum.state), inner(|sum| sum.input));
    // Block t of the outputs' derivatives holds those through what reads the outputs; step t + 1 adds what it passes on.
    for step in (0..part.steps).rev() {
        T::run_wide(BackwardStep(part, step));
        if step > 0 && C::SUMS.as_slice().iter().any(|sum| sum.state) {
            T::run_wide(RowProduct {
                steps: 1,
                a: (&*part.d_sums.0, part.d_sums.1, step),
                inner: &of_state,
                b: (part.of_state.0, columns, part.of_state.1),
                columns: 0..padded,
                start: Start::There,
                c: (&mut *part.d_outputs.0, part.d_outputs.1, step - 1, 0),
            });
        }
    }
    if let Some((d_inputs, shape)) = &mut part.d_inputs {
        T::run_wide(RowProduct {
            steps: part.steps,
            a: (&*part.d_sums.0, part.d_sums.1, 0),
            inner: &of_inputs,
            b: (part.of_inputs.0, columns, part.of_inputs.1),
            columns: 0..part.widths.inputs,
            start: Start::Zero,
            c: (d_inputs, *shape, 0, 0),
        });
    }
}

/// The cell's arithmetic at a step, back from the derivatives by its outputs.
struct BackwardStep<'a, 'b, T, C>(&'a mut RowBackward<'b, T, C>, usize);

impl<T: Real, C: Cell> Kernel<T> for BackwardStep<'_, '_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self(part, step) = self;
        let RowBackward { cell, shape, widths, own, xh, saved, memory, d_outputs, d_sums, d_memory, steps, .. } = part;
        let (padded, own) = (widths.hidden, &own[..C::Own::<()>::COUNT * widths.hidden]);
        let zero = Vector::splat(lanes, T::zero());
        let (count, is_last) = (C::Sums::<()>::COUNT, step + 1 == *steps);
        let passes_on = C::PASSES_ON && step > 0;
        let of_memory = if C::MEMORY { padded } else { 0 };
        for band in 0..xh.1.bands::<T>() {
            let rows = xh.1.rows::<T>(band);
            let before_of_band = &xh.0[xh.1.block::<T>(band, step)..];
            let after_of_band = &xh.0[xh.1.block::<T>(band, step + 1)..];
            let saved_of_band = &saved.0[saved.1.block::<T>(band, step)..];
            let memory_of_band = if C::MEMORY { &memory.0[memory.1.block::<T>(band, step)..] } else { &[] };
            let d_memory_of_band = if C::MEMORY { &mut d_memory.0[d_memory.1.block::<T>(band, 0)..] } else { &mut [] };
            let d_sums_of_band = &mut d_sums.0[d_sums.1.block::<T>(band, step)..];
            let here = d_outputs.1.block::<T>(band, step);
            let (d_before_of_band, d_outputs_of_band) = d_outputs.0.split_at_mut(here);
            let before = here - if step > 0 { rows * d_outputs.1.stride } else { 0 };
            let d_before_of_band = &mut d_before_of_band[before..];
            for row in 0..rows {
                let at = row * xh.1.stride + widths.inputs;
                let (before, after) = (&before_of_band[at..][..padded], &after_of_band[at..][..padded]);
                let saved = &saved_of_band[row * saved.1.stride..][..C::Saved::<()>::COUNT * padded];
                let memory = &memory_of_band[row * memory.1.stride..][..of_memory];
                let d_memory = &mut d_memory_of_band[row * d_memory.1.stride..][..of_memory];
                let d_output = &d_outputs_of_band[row * d_outputs.1.stride..][..padded];
                let d_sums = &mut d_sums_of_band[row * d_sums.1.stride..][..(count + C::Own::<()>::COUNT) * padded];
                let (at, len) = if passes_on { (row * d_outputs.1.stride, padded) } else { (0, 0) };
                let d_before = &mut d_before_of_band[at..][..len];
                for unit in vectors::<T, S>(shape.hidden) {
                    let of_memory = |numbers: &[T], there: bool| {
                        if C::MEMORY && there { Vector::load(lanes, &numbers[unit..]) } else { zero }
                    };
                    let back = cell.backward(StepBack {
                        own: load_each(lanes, own, padded, unit),
                        before: UnitState {
                            output: Vector::load(lanes, &before[unit..]),
                            memory: of_memory(memory, true),
                        },
                        saved: load_each(lanes, saved, padded, unit),
                        output: Vector::load(lanes, &after[unit..]),
                        d_after: UnitState {
                            output: Vector::load(lanes, &d_output[unit..]),
                            memory: of_memory(d_memory, !is_last),
                        },
                    });
                    store_each(back.sums, d_sums, (0, padded), unit);
                    store_each(back.own, d_sums, (count, padded), unit);
                    if C::MEMORY {
                        back.before.memory.store(&mut d_memory[unit..]);
                    }
                    if passes_on {
                        let sum = Vector::load(lanes, &d_before[unit..]) + back.before.output;
                        sum.store(&mut d_before[unit..]);
                    }
                }
            }
        }
    }
}
