//! Two cells that are not in the list, to show what a cell may declare: one with a weight of each unit's own in place of
//! a recurrent matrix, and one without recurrent weights. Every way through a window takes them.

use super::layer::{LayerBackward, LayerForward, backward, forward};
use super::memory::{LayerDerivatives, LayerTape};
use crate::cells::{After, Cell, Derivatives, Facts, LayerShape, Step, StepBack, Sum, UnitState};
use crate::numeric::panels::place;
use crate::numeric::{Lanes, Real, Vector, uniform};
use rand::{SeedableRng, rngs::ChaCha8Rng};

/// The independently recurrent unit (Li et al., "Independently recurrent neural network", 2018) with tanh:
/// `h′ = tanh(x·W + b + u ∘ h)`.
#[derive(Clone, Copy)]
struct IndependentlyRecurrent;

impl Cell for IndependentlyRecurrent {
    type Sums<V: Copy> = [V; 1];
    type Own<V: Copy> = [V; 1];
    type Saved<V: Copy> = [V; 0];

    const SUMS: [Sum; 1] = [Sum::of_input(0)];
    const PASSES_ON: bool = true;

    #[inline(always)]
    fn forward<T: Real, S: Lanes<T>>(self, step: Step<Self, Vector<T, S>>) -> After<Self, Vector<T, S>> {
        let ([z], [u]) = (step.sums, step.own);
        After { state: UnitState { output: u.mul_add(step.before.output, z).tanh(), ..step.before }, saved: [] }
    }

    #[inline(always)]
    fn backward<T: Real, S: Lanes<T>>(self, step: StepBack<Self, Vector<T, S>>) -> Derivatives<Self, Vector<T, S>> {
        let StepBack { own: [u], before, output: h, d_after, .. } = step;
        let d_z = d_after.output * h.neg_mul_add(h, h.one());
        Derivatives { sums: [d_z], own: [d_z * before.output], before: UnitState { output: d_z * u, ..d_after } }
    }
}

/// The minimal gated recurrent unit (Feng et al., "Were RNNs all we needed?", 2024): `z = σ(x·W_z + b_z)`,
/// `n = x·W_n + b_n`, `h′ = (1 − z) ∘ h + z ∘ n`.
#[derive(Clone, Copy)]
struct MinimalGated;

impl Cell for MinimalGated {
    type Sums<V: Copy> = [V; 2];
    type Own<V: Copy> = [V; 0];
    type Saved<V: Copy> = [V; 2];

    const SUMS: [Sum; 2] = [Sum::of_input(0), Sum::of_input(1)];
    const PASSES_ON: bool = true;

    #[inline(always)]
    fn forward<T: Real, S: Lanes<T>>(self, step: Step<Self, Vector<T, S>>) -> After<Self, Vector<T, S>> {
        let [z, n] = step.sums;
        let z = z.logistic();
        let output = z.mul_add(n, (z.one() - z) * step.before.output);
        After { state: UnitState { output, ..step.before }, saved: [z, n] }
    }

    #[inline(always)]
    fn backward<T: Real, S: Lanes<T>>(self, step: StepBack<Self, Vector<T, S>>) -> Derivatives<Self, Vector<T, S>> {
        let ([z, n], d_h) = (step.saved, step.d_after.output);
        let d_z = d_h * (n - step.before.output) * z * (z.one() - z);
        let before = UnitState { output: d_h * (z.one() - z), ..step.d_after };
        Derivatives { sums: [d_z, d_h * z], own: [], before }
    }
}

/// A layer, its window and the weights of its loss, which is the sum of all outputs, each times a weight.
struct Window {
    shape: LayerShape,
    steps: usize,
    batch: usize,
    parameters: Vec<f64>,
    inputs: Vec<f64>,
    weights: Vec<f64>,
}

impl Window {
    fn drawn(facts: Facts, [inputs, hidden, steps, batch]: [usize; 4]) -> Self {
        let rng = &mut ChaCha8Rng::seed_from_u64(hidden as u64);
        let shape = LayerShape { facts, inputs, hidden };
        let mut numbers = |count: usize| (0..count).map(|_| uniform(1.0, rng)).collect::<Vec<_>>();
        let parameters = numbers(shape.parameter_count().unwrap());
        let (inputs, weights) = (numbers(steps * batch * inputs), numbers(steps * batch * hidden));
        Self { shape, steps, batch, parameters, inputs, weights }
    }

    /// The loss, and the tape that has led to it.
    fn forward(&self, cell: impl Cell) -> (f64, LayerTape<f64>) {
        let (inputs, hidden) = (self.shape.inputs, self.shape.hidden);
        let mut tape = LayerTape::new(self.shape, self.steps, self.batch).unwrap();
        let at =
            |step: usize, row: usize, line: usize| place::<f64>((self.steps + 1, step), (inputs + hidden, line), row);
        let rows = || (0..self.steps).flat_map(|step| (0..self.batch).map(move |row| (step, row)));
        for ((step, row), values) in rows().zip(self.inputs.chunks(inputs)) {
            values.iter().enumerate().for_each(|(input, &value)| tape.xh[at(step, row, input)] = value);
        }
        forward(cell, LayerForward { parameters: &self.parameters, tape: &mut tape, threads: 1 });
        let of_row = |((step, row), weights): ((usize, usize), &[f64])| {
            weights
                .iter()
                .enumerate()
                .map(|(unit, weight)| weight * tape.xh[at(step + 1, row, inputs + unit)])
                .sum::<f64>()
        };
        (rows().zip(self.weights.chunks(hidden)).map(of_row).sum(), tape)
    }

    /// The derivatives by the parameters and by the inputs.
    fn backward(&self, cell: impl Cell, tape: &LayerTape<f64>) -> (Vec<f64>, Vec<f64>) {
        let (inputs, hidden) = (self.shape.inputs, self.shape.hidden);
        // The layer below is as wide as this one has inputs.
        let below = LayerShape { hidden: inputs, ..self.shape };
        let mut d = LayerDerivatives::new(&[self.shape, below], self.steps, self.batch).unwrap();
        let at = |units: usize, number: usize| {
            let (row, unit) = (number / units, number % units);
            place::<f64>((self.steps, row / self.batch), (units, unit), row % self.batch)
        };
        for (number, &weight) in self.weights.iter().enumerate() {
            d.outputs[at(hidden, number)] = weight;
        }
        let mut gradients = vec![0.0; self.parameters.len()];
        let work = LayerBackward {
            parameters: &self.parameters,
            tape,
            d: &mut d,
            ask_for_inputs: true,
            gradients: &mut gradients,
            threads: 1,
        };
        backward(cell, work);
        let by_inputs = (0..self.inputs.len()).map(|number| d.inputs[at(inputs, number)]).collect();
        (gradients, by_inputs)
    }
}

/// Every derivative is the loss's difference between two neighbours.
fn check(cell: impl Cell) {
    // Few units, some, many; with a last panel that is not full.
    for sizes in [[2, 3, 5, 3], [3, 7, 4, 11], [2, 20, 18, 9]] {
        let mut window = Window::drawn(Facts::of(cell), sizes);
        let tape = window.forward(cell).1;
        let (by_parameters, by_inputs) = window.backward(cell, &tape);
        let of = |window: &mut Window, by_input: bool, at: usize, value: f64| {
            let numbers = if by_input { &mut window.inputs } else { &mut window.parameters };
            let before = std::mem::replace(&mut numbers[at], value);
            let loss = window.forward(cell).0;
            let numbers = if by_input { &mut window.inputs } else { &mut window.parameters };
            numbers[at] = before;
            loss
        };
        for (by_input, derivatives) in [(false, by_parameters), (true, by_inputs)] {
            for (at, derivative) in derivatives.into_iter().enumerate() {
                let value = if by_input { window.inputs[at] } else { window.parameters[at] };
                let [above, below] = [1e-5, -1e-5].map(|step| of(&mut window, by_input, at, value + step));
                let difference = (above - below) / 2e-5;
                assert!(
                    (derivative - difference).abs() < 1e-6 * difference.abs().max(1.0),
                    "{sizes:?} {by_input} {at}: {derivative}, by differences {difference}"
                );
            }
        }
    }
}

#[test]
fn a_weight_of_each_units_own_in_place_of_a_matrix() {
    let facts = Facts::of(IndependentlyRecurrent);
    assert_eq!((facts.gates, facts.own, facts.has_matrix), (1, 1, false));
    check(IndependentlyRecurrent);
}

#[test]
fn a_cell_without_recurrent_weights() {
    let facts = Facts::of(MinimalGated);
    assert_eq!((facts.gates, facts.own, facts.has_matrix), (2, 0, false));
    check(MinimalGated);
}
