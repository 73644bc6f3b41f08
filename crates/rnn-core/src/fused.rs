//! Few hidden units: a window in one go, the state in registers, all loops over units unrolled.
//!
//! H, a number of hidden units that is known to the compiler, is at least the layer's own; what is beyond that is zero.

use crate::Scalar;
use crate::cell::{BackwardPart, Cell, Forward, ForwardPart, Parameters, Sizes};
use crate::panels::{part, part_mut, rows, vectors};
use crate::vector::{Kernel, Lanes, Vector};

/// Does something for each unit below H, at most four, one behind the other in the code: a loop over so long a body the
/// compiler would leave one, and keep the state in memory for it.
macro_rules! each {
    ($unit:ident of $h:ident $body:block) => {
        each!($unit of $h $body 0 1 2 3)
    };
    ($unit:ident of $h:ident $body:block $($number:literal)*) => {
        $(if $number < $h {
            let $unit: usize = $number;
            $body
        })*
    };
}

/// The rows of W that multiply the state: `[sum][unit][of which unit's state]`.
type Recurrent<T, const H: usize> = [[[T; H]; H]; 4];

#[inline(always)]
fn recurrent<T: Scalar, C: Cell, const H: usize>(sizes: Sizes, w: &[T]) -> Recurrent<T, H> {
    let mut recurrent = [[[T::zero(); H]; H]; 4];
    for (columns, sum) in recurrent.iter_mut().zip(C::SUMS) {
        for (unit, column) in columns.iter_mut().take(sizes.hidden).enumerate() {
            let start = (sum.gate * sizes.hidden + unit) * sizes.rows() + sizes.inputs;
            let of_w = &w[start..start + sizes.hidden];
            column.iter_mut().zip(of_w).for_each(|(to, &from)| *to = from);
        }
    }
    recurrent
}

/// A forward with H hidden units.
pub(crate) struct Forwards<'a, T, C, const H: usize>(pub(crate) ForwardPart<'a, T, C>);

/// A backward with H hidden units.
pub(crate) struct Backwards<'a, T, C, const H: usize>(pub(crate) BackwardPart<'a, T, C>);

impl<T: Scalar, C: Cell, const H: usize> Kernel<T> for Forwards<'_, T, C, H> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        forward::<T, S, C, H>(lanes, self.0);
    }
}

impl<T: Scalar, C: Cell, const H: usize> Kernel<T> for Backwards<'_, T, C, H> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        backward::<T, S, C, H>(lanes, self.0);
    }
}

#[inline(always)]
fn forward<T: Scalar, S: Lanes<T>, C: Cell, const H: usize>(lanes: S, work: ForwardPart<'_, T, C>) {
    let ForwardPart { cell, sizes, parameters, start, batch, steps, panels, xh, kept, memory, .. } = work;
    let Sizes { inputs, hidden } = sizes;
    let line = T::PANEL;
    let block = sizes.rows() * line;
    let w_h = recurrent::<T, C, H>(sizes, parameters.w);
    let mut starts = [[T::zero(); H]; 4];
    for (to, from) in starts.iter_mut().zip(start.chunks_exact(hidden)) {
        to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
    }
    let zero = Vector::splat(lanes, T::zero());
    for (number, panel) in panels.enumerate() {
        let xh = part_mut(xh, number, (steps + 1) * block);
        let kept = part_mut(kept, number, steps * C::KEPT * hidden * line);
        let memories = usize::from(C::MEMORY) * (steps + 1) * hidden * line;
        let memory = part_mut(memory, number, memories);
        for lane in vectors::<T>(rows::<T>(batch, panel)) {
            let mut h = [zero; H];
            let mut m = [zero; H];
            for unit in 0..hidden.min(H) {
                h[unit] = Vector::load(lanes, &xh[(inputs + unit) * line + lane..]);
                if C::MEMORY {
                    m[unit] = Vector::load(lanes, &memory[unit * line + lane..]);
                }
            }
            for t in 0..steps {
                let (now, next) = xh[t * block..(t + 2) * block].split_at_mut(block);
                let mut sums = [[zero; H]; 4];
                for s in 0..C::SUMS.len() {
                    for unit in 0..H {
                        sums[s][unit] = Vector::splat(lanes, starts[s][unit]);
                    }
                }
                for (input, x) in now.chunks_exact(line).take(inputs).enumerate() {
                    let x = Vector::load(lanes, &x[lane..]);
                    for (s, sum) in C::SUMS.iter().enumerate() {
                        if sum.input {
                            each!(unit of H {
                                if unit < hidden {
                                    let w = parameters.w[(sum.gate * hidden + unit) * sizes.rows() + input];
                                    sums[s][unit] = x.mul_add(Vector::splat(lanes, w), sums[s][unit]);
                                }
                            });
                        }
                    }
                }
                for (s, sum) in C::SUMS.iter().enumerate() {
                    if sum.state {
                        each!(of of H {
                            each!(unit of H {
                                let w = Vector::splat(lanes, w_h[s][unit][of]);
                                sums[s][unit] = h[of].mul_add(w, sums[s][unit]);
                            });
                        });
                    }
                }
                each!(unit of H {
                    let of_unit = [sums[0][unit], sums[1][unit], sums[2][unit], sums[3][unit]];
                    let step = cell.forward(of_unit, h[unit], m[unit]);
                    (h[unit], m[unit]) = (step.output, step.memory);
                    if unit < hidden {
                        step.output.store(&mut next[(inputs + unit) * line + lane..]);
                        for k in 0..C::KEPT {
                            step.kept[k].store(&mut kept[((t * C::KEPT + k) * hidden + unit) * line + lane..]);
                        }
                        if C::MEMORY {
                            step.memory.store(&mut memory[((t + 1) * hidden + unit) * line + lane..]);
                        }
                    }
                });
            }
        }
    }
}

#[inline(always)]
fn backward<T: Scalar, S: Lanes<T>, C: Cell, const H: usize>(lanes: S, work: BackwardPart<'_, T, C>) {
    let BackwardPart { cell, sizes, parameters, batch, steps, panels, xh, kept, memory, d_outputs, d_sums, .. } = work;
    let Sizes { inputs, hidden } = sizes;
    let line = T::PANEL;
    let block = sizes.rows() * line;
    let w_h = recurrent::<T, C, H>(sizes, parameters.w);
    let zero = Vector::splat(lanes, T::zero());
    let sums_block = C::SUMS.len() * hidden * line;
    for (number, panel) in panels.enumerate() {
        let xh = part(xh, number, (steps + 1) * block);
        let kept = part(kept, number, steps * C::KEPT * hidden * line);
        let memories = usize::from(C::MEMORY) * (steps + 1) * hidden * line;
        let memory = part(memory, number, memories);
        let d_outputs = part(d_outputs, number, steps * hidden * line);
        let d_sums = part_mut(d_sums, number, steps * sums_block);
        for lane in vectors::<T>(rows::<T>(batch, panel)) {
            // By the outputs and the memories of step t.
            let mut d_h = [zero; H];
            let mut d_m = [zero; H];
            for unit in 0..hidden.min(H) {
                d_h[unit] = Vector::load(lanes, &d_outputs[((steps - 1) * hidden + unit) * line + lane..]);
            }
            for t in (0..steps).rev() {
                let mut d = [[zero; H]; 4];
                let mut d_before = [zero; H];
                each!(unit of H {
                    if unit < hidden {
                        let at = |block: usize, unit: usize| unit * line + lane + block;
                        let mut step = Forward { output: zero, memory: zero, kept: [zero; 5] };
                        step.output = Vector::load(lanes, &xh[at((t + 1) * block, inputs + unit)..]);
                        for k in 0..C::KEPT {
                            step.kept[k] = Vector::load(lanes, &kept[at((t * C::KEPT + k) * hidden * line, unit)..]);
                        }
                        let before = Vector::load(lanes, &xh[at(t * block, inputs + unit)..]);
                        let memory_before =
                            if C::MEMORY { Vector::load(lanes, &memory[at(t * hidden * line, unit)..]) } else { zero };
                        let back = cell.backward(step, before, memory_before, d_h[unit], d_m[unit]);
                        for s in 0..C::SUMS.len() {
                            d[s][unit] = back.sums[s];
                            back.sums[s].store(&mut d_sums[at(t * sums_block, s * hidden + unit)..]);
                        }
                        if t > 0 {
                            d_before[unit] = Vector::load(lanes, &d_outputs[at((t - 1) * hidden * line, unit)..]);
                        }
                        if C::PASSES_ON {
                            d_before[unit] = d_before[unit] + back.before;
                        }
                        d_m[unit] = back.memory;
                    }
                });
                for (s, sum) in C::SUMS.iter().enumerate() {
                    if sum.state {
                        each!(unit of H {
                            each!(of of H {
                                let w = Vector::splat(lanes, w_h[s][unit][of]);
                                d_before[of] = d[s][unit].mul_add(w, d_before[of]);
                            });
                        });
                    }
                }
                d_h = d_before;
            }
        }
    }
    if !work.d_inputs.is_empty() {
        for number in 0..work.d_inputs.len() / (steps * inputs * line) {
            for t in 0..steps {
                d_inputs::<T, S, C>(
                    lanes,
                    sizes,
                    parameters,
                    part(d_sums, number * steps + t, sums_block),
                    part_mut(work.d_inputs, number * steps + t, inputs * line),
                );
            }
        }
    }
}

/// The derivatives by the inputs of a block.
#[inline(always)]
fn d_inputs<T: Scalar, S: Lanes<T>, C: Cell>(
    lanes: S,
    sizes: Sizes,
    parameters: Parameters<'_, T>,
    d_sums: &[T],
    d_inputs: &mut [T],
) {
    for (input, line) in d_inputs.chunks_exact_mut(T::PANEL).enumerate() {
        for lane in vectors::<T>(T::PANEL) {
            let mut d = Vector::splat(lanes, T::zero());
            for (s, sum) in C::SUMS.iter().enumerate().filter(|(_, sum)| sum.input) {
                for unit in 0..sizes.hidden {
                    let w = parameters.w[(sum.gate * sizes.hidden + unit) * sizes.rows() + input];
                    let d_sum = Vector::load(lanes, &d_sums[(s * sizes.hidden + unit) * T::PANEL + lane..]);
                    d = d_sum.mul_add(Vector::splat(lanes, w), d);
                }
            }
            d.store(&mut line[lane..]);
        }
    }
}
