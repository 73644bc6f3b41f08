//! Few hidden units: a window in one go, the state in registers, all loops over units unrolled.
//!
//! The rows in the lanes are of one net or of nets side by side, as the [weights](super::weights) say.
//!
//! H, a number of hidden units that is known to the compiler, is at least the layer's own; what is beyond that is zero.

use super::weights::Weights;
use super::window::{WindowBackward, WindowForward};
use crate::cells::{Cell, LayerShape, Parameters, Step, StepBack, UnitState};
use crate::numeric::panels::{Block, BlockMut};
use crate::numeric::{Kernel, Lanes, Numbers, Real, Vector};

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

/// For each sum the rows of W that multiply the state: `[unit][of which unit's state]`.
type Recurrent<T, C, W, S, const H: usize> = <C as Cell>::Sums<[[<W as Weights<T>>::Weight<S>; H]; H]>;

#[inline(always)]
fn recurrent<T: Real, C: Cell, W: Weights<T>, S: Lanes<T>, const H: usize>(
    lanes: S,
    shape: LayerShape,
    w: &[T],
) -> Recurrent<T, C, W, S, H> {
    let zero = W::zero(lanes);
    let mut recurrent = C::Sums::each(
        #[inline(always)]
        |_| [[zero; H]; H],
    );
    for (s, sum) in C::SUMS.as_slice().iter().enumerate().filter(|(_, sum)| sum.state) {
        for (unit, column) in recurrent[s].iter_mut().take(shape.hidden).enumerate() {
            let start = (sum.gate * shape.hidden + unit) * shape.matrix_rows() + shape.inputs;
            for (of, to) in column.iter_mut().take(shape.hidden).enumerate() {
                *to = W::weight(lanes, w, start + of);
            }
        }
    }
    recurrent
}

/// A forward with H hidden units.
pub(super) struct Forwards<'a, 'b, T, C, W, const H: usize>(pub(super) &'a mut WindowForward<'b, T, C, W>);

/// A backward with H hidden units.
pub(super) struct Backwards<'a, 'b, T, C, W, const H: usize>(pub(super) &'a mut WindowBackward<'b, T, C, W>);

impl<T: Real, C: Cell, W: Weights<T>, const H: usize> Kernel<T> for Forwards<'_, '_, T, C, W, H> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let &mut WindowForward { cell, shape, parameters, start, steps, ref panels, .. } = self.0;
        let (mut xh, mut saved, mut memory) = (self.0.xh.reborrow(), self.0.saved.reborrow(), self.0.memory.reborrow());
        let LayerShape { inputs, hidden, .. } = shape;
        let (sums_of_unit, rows_of_w) = (C::Sums::<()>::COUNT, shape.matrix_rows());
        let (wide, w_h) = (W::wide(lanes), recurrent::<T, C, W, S, H>(lanes, shape, parameters.w));
        let zero = W::zero(lanes);
        let mut starts = C::Sums::each(
            #[inline(always)]
            |_| [zero; H],
        );
        for s in 0..sums_of_unit {
            for (unit, to) in starts[s].iter_mut().take(hidden).enumerate() {
                *to = W::weight(lanes, start, s * hidden + unit);
            }
        }
        let zero = Vector::splat(wide, T::zero());
        let (stretch, mut first) = (if W::STEP_BY_STEP { 1 } else { steps }, 0);
        while first < steps {
            for (panel, rows) in panels.rows::<T>().enumerate() {
                for lane in W::vectors(rows) {
                    let mut h = [zero; H];
                    let mut m = [zero; H];
                    for unit in 0..hidden.min(H) {
                        h[unit] = xh.block(panel, first).as_ref().load(wide, inputs + unit, lane);
                        if C::MEMORY {
                            m[unit] = memory.block(panel, first).as_ref().load(wide, unit, lane);
                        }
                    }
                    for t in first..first + stretch {
                        let (now, next) = xh.block_and_next(panel, t);
                        let mut next = next.lines(inputs, hidden);
                        let mut saved = saved.block(panel, t);
                        let mut sums = C::Sums::each(
                            #[inline(always)]
                            |_| [zero; H],
                        );
                        for s in 0..sums_of_unit {
                            for unit in 0..H {
                                sums[s][unit] = W::vector(lanes, starts[s][unit]);
                            }
                        }
                        for input in 0..inputs {
                            let x = now.load(wide, input, lane);
                            for s in 0..sums_of_unit {
                                if C::SUMS[s].input {
                                    each!(unit of H {
                                        if unit < hidden {
                                            let column = C::SUMS[s].gate * hidden + unit;
                                            let w = W::weight(lanes, parameters.w, column * rows_of_w + input);
                                            sums[s][unit] = x.mul_add(W::vector(lanes, w), sums[s][unit]);
                                        }
                                    });
                                }
                            }
                        }
                        for s in 0..sums_of_unit {
                            if C::SUMS[s].state {
                                each!(of of H {
                                    each!(unit of H {
                                        let w = W::vector(lanes, w_h[s][unit][of]);
                                        sums[s][unit] = h[of].mul_add(w, sums[s][unit]);
                                    });
                                });
                            }
                        }
                        each!(unit of H {
                            let of_unit = C::Sums::each(
                                #[inline(always)]
                                |s| sums[s][unit],
                            );
                            let own = W::of_unit::<S, C>(lanes, &parameters, hidden, unit.min(hidden - 1));
                            let before = UnitState { output: h[unit], memory: m[unit] };
                            let after = cell.forward(Step { sums: of_unit, own, before });
                            // A unit that there is not stays 0: what is infinite in others, times its weight, would be no number.
                            if unit < hidden {
                                (h[unit], m[unit]) = (after.state.output, after.state.memory);
                                next.store(after.state.output, unit, lane);
                                saved.store_each(after.saved, unit, hidden, lane);
                                if C::MEMORY {
                                    memory.block(panel, t + 1).store(after.state.memory, unit, lane);
                                }
                            }
                        });
                    }
                }
            }
            first += stretch;
        }
    }
}

impl<T: Real, C: Cell, W: Weights<T>, const H: usize> Kernel<T> for Backwards<'_, '_, T, C, W, H> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let &mut WindowBackward { cell, shape, parameters, steps, ref panels, xh, saved, memory, .. } = self.0;
        let (d_outputs, mut d_sums) = (self.0.d_outputs.as_ref(), self.0.d_sums.reborrow());
        let LayerShape { inputs, hidden, .. } = shape;
        let sums_of_unit = C::Sums::<()>::COUNT;
        let (wide, w_h) = (W::wide(lanes), recurrent::<T, C, W, S, H>(lanes, shape, parameters.w));
        let zero = Vector::splat(wide, T::zero());
        for (panel, rows) in panels.rows::<T>().enumerate() {
            for lane in W::vectors(rows) {
                // By the outputs and the memories of step t.
                let mut d_h = [zero; H];
                let mut d_m = [zero; H];
                for (unit, d_h) in d_h.iter_mut().take(hidden).enumerate() {
                    *d_h = d_outputs.block(panel, steps - 1).load(wide, unit, lane);
                }
                for t in (0..steps).rev() {
                    let now = xh.block(panel, t).lines(inputs, hidden);
                    let next = xh.block(panel, t + 1).lines(inputs, hidden);
                    let saved = saved.block(panel, t);
                    let mut d_block = d_sums.block(panel, t);
                    let mut d = C::Sums::each(
                        #[inline(always)]
                        |_| [zero; H],
                    );
                    let mut d_before = [zero; H];
                    each!(unit of H {
                        if unit < hidden {
                            let memory = if C::MEMORY { memory.block(panel, t).load(wide, unit, lane) } else { zero };
                            let step = StepBack {
                                own: W::of_unit::<S, C>(lanes, &parameters, hidden, unit),
                                before: UnitState { output: now.load(wide, unit, lane), memory },
                                saved: saved.load_each(wide, unit, hidden, lane),
                                output: next.load(wide, unit, lane),
                                d_after: UnitState { output: d_h[unit], memory: d_m[unit] },
                            };
                            let back = cell.backward(step);
                            for s in 0..sums_of_unit {
                                d[s][unit] = back.sums[s];
                            }
                            d_block.store_each(back.sums, unit, hidden, lane);
                            d_block.store_each(back.own, sums_of_unit * hidden + unit, hidden, lane);
                            if t > 0 {
                                d_before[unit] = d_outputs.block(panel, t - 1).load(wide, unit, lane);
                            }
                            if C::PASSES_ON {
                                d_before[unit] = d_before[unit] + back.before.output;
                            }
                            d_m[unit] = back.before.memory;
                        }
                    });
                    for s in 0..sums_of_unit {
                        if C::SUMS[s].state {
                            each!(unit of H {
                                each!(of of H {
                                    let w = W::vector(lanes, w_h[s][unit][of]);
                                    d_before[of] = d[s][unit].mul_add(w, d_before[of]);
                                });
                            });
                        }
                    }
                    d_h = d_before;
                }
            }
        }
        if let Some(d_inputs) = &mut self.0.d_inputs {
            for panel in 0..panels.count() {
                for t in 0..steps {
                    let d_sums = d_sums.as_ref().block(panel, t);
                    input_derivatives::<T, S, C, W>(lanes, shape, parameters, d_sums, d_inputs.block(panel, t));
                }
            }
        }
    }
}

/// The derivatives by the inputs of a block.
#[inline(always)]
fn input_derivatives<T: Real, S: Lanes<T>, C: Cell, W: Weights<T>>(
    lanes: S,
    shape: LayerShape,
    parameters: Parameters<'_, T>,
    d_sums: Block<'_, T>,
    mut d_inputs: BlockMut<'_, T>,
) {
    let wide = W::wide(lanes);
    for input in 0..shape.inputs {
        for lane in W::vectors(T::PANEL) {
            let mut d = Vector::splat(wide, T::zero());
            for s in 0..C::Sums::<()>::COUNT {
                if C::SUMS[s].input {
                    for unit in 0..shape.hidden {
                        let column = C::SUMS[s].gate * shape.hidden + unit;
                        let w = W::weight(lanes, parameters.w, column * shape.matrix_rows() + input);
                        d = d_sums.load(wide, s * shape.hidden + unit, lane).mul_add(W::vector(lanes, w), d);
                    }
                }
            }
            d_inputs.store(d, input, lane);
        }
    }
}
