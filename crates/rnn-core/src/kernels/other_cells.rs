//! Two cells that are not in the list, to show what a cell may declare: one with a weight of each unit's own in place of
//! a recurrent matrix, and one without recurrent weights. Every way through a window takes them.

use super::ways::{WAYS, Window};
use crate::cells::{After, Cell, Derivatives, Facts, Step, StepBack, Sum, UnitState};
use crate::numeric::{Lanes, Real, Vector};

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

/// Every derivative is the loss's difference between two neighbours.
fn check(cell: impl Cell) {
    // Few units, some, many; with a last panel that is not full.
    for sizes in [[2, 3, 5, 3], [3, 7, 4, 11], [9, 20, 18, 9]] {
        for way in WAYS.into_iter().filter(|way| way.takes(sizes[1])) {
            let mut window = Window::<f64>::drawn(Facts::of(cell), sizes);
            let (_, by_parameters, by_inputs) = window.numbers(cell, way);
            let of = |window: &mut Window<f64>, by_input: bool, at: usize, value: f64| {
                let numbers = if by_input { &mut window.inputs } else { &mut window.parameters };
                let before = std::mem::replace(&mut numbers[at], value);
                let loss = window.loss(cell, way);
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
                        "{way:?} {sizes:?} {by_input} {at}: {derivative}, by differences {difference}"
                    );
                }
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
