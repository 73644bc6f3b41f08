//! A layer of nets side by side against plain loops over one net after the other, bit by bit: which sums are taken, and in
//! which order.
#![allow(clippy::needless_range_loop, reason = "units are counted alike in several arrays")]

use super::layer::{EnsembleBackward, EnsembleForward, backward, forward};
use super::memory::{EnsembleDerivatives, EnsembleTape};
use super::weight_sums::Order;
use crate::cells::{Cell, CellKind, LayerShape, Step, StepBack, UnitState, WithCell};
use crate::named::Named;
use crate::numeric::{Kernel, Lanes, Numbers, Real, Vector, uniform};
use rand::{SeedableRng, rngs::ChaCha8Rng};

/// A step of one unit, forward or back, of numbers that stand in all lanes.
struct Unit<'a, T, C> {
    cell: C,
    sums: &'a [T],
    before: [T; 2],
    /// What was saved, the output after the step, and the derivatives by the state after it: of a step back.
    back: Option<(&'a [T], T, [T; 2])>,
}

impl<T: Real, C: Cell> Kernel<T> for Unit<'_, T, C> {
    /// The state, and what was saved; or the derivatives by the state before, and by the sums.
    type Output = ([T; 2], Vec<T>);

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) -> Self::Output {
        let all = |x: T| Vector::splat(lanes, x);
        let one = |v: Vector<T, S>| {
            let mut numbers = [T::zero(); 8];
            v.store(&mut numbers);
            numbers[0]
        };
        let state = |[output, memory]: [T; 2]| UnitState { output: all(output), memory: all(memory) };
        let (own, before) = (C::Own::each(|_| all(T::zero())), state(self.before));
        let (state, rest) = match self.back {
            None => {
                let after = self.cell.forward(Step { sums: C::Sums::each(|s| all(self.sums[s])), own, before });
                (after.state, after.saved.as_slice().iter().map(|&v| one(v)).collect())
            }
            Some((saved, output, d_after)) => {
                let saved = C::Saved::each(|s| all(saved[s]));
                let (output, d_after) = (all(output), state(d_after));
                let back = self.cell.backward(StepBack { own, before, saved, output, d_after });
                (back.before, back.sums.as_slice().iter().map(|&v| one(v)).collect())
            }
        };
        ([one(state.output), one(state.memory)], rest)
    }
}

/// A layer's window, of one net: what is given, and what comes of it.
struct Window<T> {
    shape: LayerShape,
    steps: usize,
    batch: usize,
    parameters: Vec<T>,
    /// `[step][row][input]`
    inputs: Vec<T>,
    /// `[step][row][unit]`: the derivatives by the outputs.
    d_outputs: Vec<T>,
    /// `[step][row][unit]`
    outputs: Vec<T>,
    gradients: Vec<T>,
    /// `[step][row][input]`
    d_inputs: Vec<T>,
}

impl<T: Real> Window<T> {
    fn drawn(shape: LayerShape, [steps, batch]: [usize; 2], rng: &mut ChaCha8Rng) -> Self {
        let mut numbers = |count: usize| (0..count).map(|_| T::narrow(uniform(1.0, rng))).collect::<Vec<_>>();
        let rows = steps * batch;
        let parameters = numbers(shape.parameter_count().unwrap());
        let (inputs, d_outputs) = (numbers(rows * shape.inputs), numbers(rows * shape.hidden));
        let (outputs, gradients, d_inputs) = (vec![], vec![T::zero(); parameters.len()], vec![]);
        Self { shape, steps, batch, parameters, inputs, d_outputs, outputs, gradients, d_inputs }
    }

    /// Computes all that comes of it, row by row; the derivatives by parameters in stretches.
    fn compute<C: Cell>(&mut self, cell: C) {
        let LayerShape { inputs, hidden, .. } = self.shape;
        let (stride, [of_w, _, of_bias]) = (self.shape.matrix_rows(), self.shape.parts());
        let (w, bias) = self.parameters.split_at(of_w);
        let (bias, recurrent_bias) = bias.split_at(of_bias);
        let sums = C::SUMS;
        let sums = sums.as_slice();
        let mut d_sums_of_rows = vec![vec![]; self.steps * self.batch];
        self.outputs = vec![T::zero(); self.steps * self.batch * hidden];
        self.d_inputs = vec![T::zero(); self.steps * self.batch * inputs];
        let mut befores = vec![vec![T::zero(); hidden]; self.steps * self.batch];
        for row in 0..self.batch {
            let mut states = vec![vec![[T::zero(); 2]; hidden]];
            let mut saved = Vec::new();
            for step in 0..self.steps {
                let at = step * self.batch + row;
                let (x, before) = (&self.inputs[at * inputs..][..inputs], states[step].clone());
                befores[at] = before.iter().map(|state| state[0]).collect();
                let unit = |unit: usize| {
                    let of_unit: Vec<T> = sums
                        .iter()
                        .map(|sum| {
                            let column = sum.gate * hidden + unit;
                            let part = |of: bool, bias: &[T]| if of { bias.get(column).copied() } else { None };
                            let mut z = part(sum.input, bias).unwrap_or_default()
                                + part(sum.state, recurrent_bias).unwrap_or_default();
                            let w = &w[column * stride..][..stride];
                            if sum.input {
                                z = x.iter().zip(w).fold(z, |z, (&x, &w)| x.mul_add(w, z));
                            }
                            if sum.state {
                                z = befores[at].iter().zip(&w[inputs..]).fold(z, |z, (&h, &w)| h.mul_add(w, z));
                            }
                            z
                        })
                        .collect();
                    T::run(Unit { cell, sums: &of_unit, before: before[unit], back: None })
                };
                let (after, saved_now): (Vec<_>, Vec<_>) = (0..hidden).map(unit).unzip();
                for (to, state) in self.outputs[at * hidden..].iter_mut().zip(&after) {
                    *to = state[0];
                }
                states.push(after);
                saved.push(saved_now);
            }
            let mut d: Vec<[T; 2]> = vec![[T::zero(); 2]; hidden];
            let from_outputs = |step: usize, unit: usize| self.d_outputs[(step * self.batch + row) * hidden + unit];
            for (unit, d) in d.iter_mut().enumerate() {
                d[0] = from_outputs(self.steps - 1, unit);
            }
            for step in (0..self.steps).rev() {
                let at = step * self.batch + row;
                let unit = |unit: usize| {
                    let back = Some((&saved[step][unit][..], states[step + 1][unit][0], d[unit]));
                    T::run(Unit { cell, sums: &[], before: states[step][unit], back })
                };
                let (before, d_sums): (Vec<_>, Vec<_>) = (0..hidden).map(unit).unzip();
                for (of, d) in d.iter_mut().enumerate() {
                    *d = [if step > 0 { from_outputs(step - 1, of) } else { T::zero() }, before[of][1]];
                    if C::PASSES_ON {
                        d[0] += before[of][0];
                    }
                    for (s, sum) in sums.iter().enumerate().filter(|(_, sum)| sum.state) {
                        for unit in 0..hidden {
                            let w = w[(sum.gate * hidden + unit) * stride + inputs + of];
                            d[0] = d_sums[unit][s].mul_add(w, d[0]);
                        }
                    }
                }
                for (input, d) in self.d_inputs[at * inputs..][..inputs].iter_mut().enumerate() {
                    for (s, sum) in sums.iter().enumerate().filter(|(_, sum)| sum.input) {
                        for unit in 0..hidden {
                            *d = d_sums[unit][s].mul_add(w[(sum.gate * hidden + unit) * stride + input], *d);
                        }
                    }
                }
                d_sums_of_rows[at] = d_sums;
            }
        }
        // Band by band, and of each at most 256 rows at whole steps.
        let (mut stretches, batch) = (Vec::new(), self.batch);
        for band in (0..self.batch).step_by(T::PANEL) {
            let rows = band..(band + T::PANEL).min(self.batch);
            for start in (0..self.steps).step_by(256 / rows.len()) {
                let steps = start..(start + 256 / rows.len()).min(self.steps);
                let of_stretch = steps.flat_map(|step| rows.clone().map(move |row| step * batch + row));
                stretches.push(of_stretch.collect::<Vec<_>>());
            }
        }
        for rows in stretches {
            for (s, sum) in sums.iter().enumerate() {
                for unit in 0..hidden {
                    let column = sum.gate * hidden + unit;
                    let d = |at: usize| d_sums_of_rows[at][unit][s];
                    let mut add = |place: usize, of: bool, a: &dyn Fn(usize) -> T| {
                        let stretch = rows.iter().fold(T::zero(), |sum, &at| a(at).mul_add(d(at), sum));
                        self.gradients[place] += if of { stretch } else { T::zero() };
                    };
                    for input in 0..inputs {
                        add(column * stride + input, sum.input, &|at| self.inputs[at * inputs + input]);
                    }
                    if sum.state {
                        (0..hidden).for_each(|of| add(column * stride + inputs + of, true, &|at| befores[at][of]));
                    }
                    // Times 1, which changes nothing: the sum of the derivatives.
                    add(of_w + column, sum.input, &|_| T::one());
                    if !recurrent_bias.is_empty() {
                        add(of_w + of_bias + column, sum.state, &|_| T::one());
                    }
                }
            }
        }
    }
}

/// The same of all nets side by side.
struct Check<T> {
    windows: Vec<Window<T>>,
}

impl<T: Real> WithCell for Check<T> {
    type Output = ();

    fn with<C: Cell>(mut self, cell: C) {
        self.windows.iter_mut().for_each(|window| window.compute(cell));
        let Window { shape, steps, batch, .. } = self.windows[0];
        let lines = |of: fn(&Window<T>) -> &[T]| -> Vec<T> {
            (0..of(&self.windows[0]).len())
                .flat_map(|at| self.windows.iter().map(move |window| of(window)[at]))
                .collect()
        };
        // Number `at` of `[step][row][unit]` of a net is in the row's panel, the step's block and the unit's line.
        let place = |blocks: usize, units: usize, first: usize, at: usize, of_units: usize| {
            let (row, step) = (at / of_units % batch, at / of_units / batch);
            ((row * blocks + step) * units + first + at % of_units) * T::PANEL
        };
        let (inputs, hidden) = (shape.inputs, shape.hidden);
        let mut tape = EnsembleTape::new(shape, steps, batch).unwrap();
        let below = LayerShape { hidden: inputs, ..shape };
        let mut d = EnsembleDerivatives::new(&[shape, below], steps, batch).unwrap();
        for (at, line) in lines(|window| &window.inputs).chunks(T::PANEL).enumerate() {
            tape.xh[place(steps + 1, inputs + hidden, 0, at, inputs)..][..T::PANEL].copy_from_slice(line);
        }
        for (at, line) in lines(|window| &window.d_outputs).chunks(T::PANEL).enumerate() {
            d.outputs[place(steps, hidden, 0, at, hidden)..][..T::PANEL].copy_from_slice(line);
        }
        let parameters = &lines(|window| &window.parameters)[..];
        forward(cell, EnsembleForward { parameters, tape: &mut tape });
        let gradients = &mut vec![T::zero(); parameters.len()][..];
        let order = Order::InStretches;
        backward(cell, EnsembleBackward { parameters, tape: &tape, d: &mut d, ask_for_inputs: true, gradients, order });
        assert_eq!(gradients, lines(|window| &window.gradients), "gradients of {shape:?}");
        for (at, line) in lines(|window| &window.outputs).chunks(T::PANEL).enumerate() {
            let after = place(steps + 1, inputs + hidden, inputs, at, hidden) + (inputs + hidden) * T::PANEL;
            assert_eq!(&tape.xh[after..][..T::PANEL], line, "outputs of {shape:?}");
        }
        for (at, line) in lines(|window| &window.d_inputs).chunks(T::PANEL).enumerate() {
            assert_eq!(&d.inputs[place(steps, inputs, 0, at, inputs)..][..T::PANEL], line, "inputs of {shape:?}");
        }
    }
}

fn check<T: Real>(sizes: [[usize; 4]; 3]) {
    for (&cell, [inputs, hidden, steps, batch]) in
        CellKind::ALL.iter().flat_map(|cell| sizes.map(|sizes| (cell, sizes)))
    {
        let shape = LayerShape { facts: cell.facts(), inputs, hidden };
        let rng = &mut ChaCha8Rng::seed_from_u64(hidden as u64);
        let windows = (0..T::PANEL).map(|_| Window::drawn(shape, [steps, batch], rng)).collect();
        cell.with(Check::<T> { windows });
    }
}

#[test]
fn as_plain_loops_of_one_net_after_the_other() {
    // The last is more than two stretches.
    check::<f32>([[1, 3, 5, 4], [3, 7, 4, 11], [6, 9, 33, 17]]);
    check::<f64>([[2, 4, 5, 4], [5, 6, 4, 9], [1, 13, 33, 16]]);
}
