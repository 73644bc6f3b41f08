//! A layer's window, taken in every way that there is, for tests: whichever serves it, the numbers are the same.

use super::layer::{LayerBackward, LayerForward, backward, forward};
use super::memory::{FUSED, LayerDerivatives, LayerTape};
use super::rows::{RowDerivatives, RowLayerBackward, RowLayerForward, RowTape, backward_layer, forward_layer};
use crate::cells::{Cell, CellKind, Facts, LayerShape, WithCell};
use crate::numeric::panels::place;
use crate::numeric::{Real, uniform, with_each_instruction_set};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::ChaCha8Rng};

/// A way through a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    /// Lanes along the batch.
    Panels,
    /// Lanes along units.
    Rows,
}

pub(super) const WAYS: [Way; 2] = [Way::Panels, Way::Rows];

impl Way {
    /// Whether it is for layers of so many units.
    pub(super) fn takes(self, hidden: usize) -> bool {
        self == Self::Rows || hidden <= FUSED
    }
}

/// A layer, its window and the weights of its loss, which is the sum of all outputs, each times a weight.
pub(super) struct Window<T> {
    shape: LayerShape,
    steps: usize,
    batch: usize,
    pub(super) parameters: Vec<T>,
    /// `[step, row, feature]`
    pub(super) inputs: Vec<T>,
    /// `[step, row, unit]`
    weights: Vec<T>,
}

impl<T: Real> Window<T> {
    pub(super) fn drawn(facts: Facts, [inputs, hidden, steps, batch]: [usize; 4]) -> Self {
        let rng = &mut ChaCha8Rng::seed_from_u64(hidden as u64);
        let shape = LayerShape { facts, inputs, hidden };
        let mut numbers = |count: usize| (0..count).map(|_| T::narrow(uniform(1.0, rng))).collect::<Vec<_>>();
        let parameters = numbers(shape.parameter_count().unwrap());
        let (inputs, weights) = (numbers(steps * batch * inputs), numbers(steps * batch * hidden));
        Self { shape, steps, batch, parameters, inputs, weights }
    }

    /// Each row of inputs becomes a 1 among zeros.
    fn one_hot(mut self) -> Self {
        for (number, row) in self.inputs.chunks_exact_mut(self.shape.inputs).enumerate() {
            row.fill(T::zero());
            row[number * 7 % self.shape.inputs] = T::one();
        }
        self
    }

    /// The sum of all outputs, each times a weight.
    pub(super) fn loss(&self, cell: impl Cell, way: Way) -> f64 {
        let outputs = self.numbers(cell, way).0;
        outputs.iter().zip(&self.weights).map(|(output, weight)| output.widen() * weight.widen()).sum()
    }

    /// The outputs `[step, row, unit]`, and the derivatives of the loss by the parameters and by the inputs.
    pub(super) fn numbers(&self, cell: impl Cell, way: Way) -> (Vec<T>, Vec<T>, Vec<T>) {
        let mut gradients = vec![T::zero(); self.parameters.len()];
        let (outputs, by_inputs) = match way {
            Way::Panels => self.in_panels(cell, &mut gradients),
            Way::Rows => self.in_rows(cell, &mut gradients),
        };
        (outputs, gradients, by_inputs)
    }

    /// The layer below is as wide as this one has inputs.
    fn shapes(&self) -> [LayerShape; 2] {
        [self.shape, LayerShape { hidden: self.shape.inputs, ..self.shape }]
    }

    fn in_panels(&self, cell: impl Cell, gradients: &mut [T]) -> (Vec<T>, Vec<T>) {
        let (inputs, hidden) = (self.shape.inputs, self.shape.hidden);
        let mut tape = LayerTape::new(self.shape, self.steps, self.batch).unwrap();
        let lines = inputs + hidden;
        let at =
            |number: usize, units: usize| (number / units / self.batch, number / units % self.batch, number % units);
        let in_tape = |step, row, line| place::<T>((self.steps + 1, step), (lines, line), row);
        for (number, &value) in self.inputs.iter().enumerate() {
            let (step, row, input) = at(number, inputs);
            tape.xh[in_tape(step, row, input)] = value;
        }
        forward(cell, LayerForward { parameters: &self.parameters, tape: &mut tape, threads: 1 });
        let mut d = LayerDerivatives::new(&self.shapes(), self.steps, self.batch).unwrap();
        let in_d = |(step, row, unit), units| place::<T>((self.steps, step), (units, unit), row);
        for (number, &weight) in self.weights.iter().enumerate() {
            d.outputs[in_d(at(number, hidden), hidden)] = weight;
        }
        let (parameters, tape) = (&self.parameters[..], &tape);
        backward(cell, LayerBackward { parameters, tape, d: &mut d, ask_for_inputs: true, gradients, threads: 1 });
        let outputs = (0..self.weights.len()).map(|number| {
            let (step, row, unit) = at(number, hidden);
            tape.xh[in_tape(step + 1, row, inputs + unit)]
        });
        (outputs.collect(), (0..self.inputs.len()).map(|number| d.inputs[in_d(at(number, inputs), inputs)]).collect())
    }

    fn in_rows(&self, cell: impl Cell, gradients: &mut [T]) -> (Vec<T>, Vec<T>) {
        let LayerShape { inputs, hidden, .. } = self.shape;
        let mut tape = RowTape::new(self.shape, self.steps, self.batch).unwrap();
        // Of a layer that is as wide as this one has inputs.
        let below = RowTape::<T>::new(self.shapes()[1], self.steps, self.batch).unwrap();
        tape.load_inputs(&self.inputs);
        forward_layer(cell, RowLayerForward { parameters: &self.parameters, tape: &mut tape, threads: 2 });
        let mut d = RowDerivatives::new(&self.shapes(), self.steps, self.batch).unwrap();
        let rows = || (0..self.steps).flat_map(|step| (0..self.batch).map(move |row| (step, row)));
        for ((step, row), weights) in rows().zip(self.weights.chunks_exact(hidden)) {
            let line = tape.line_of_output(step, row);
            d.outputs[line..line + hidden].copy_from_slice(weights);
        }
        let (parameters, tape) = (&self.parameters[..], &tape);
        let work = RowLayerBackward { parameters, tape, d: &mut d, ask_for_inputs: true, gradients, threads: 2 };
        backward_layer(cell, work);
        let (mut outputs, mut memory) = (vec![T::zero(); self.batch * hidden], vec![T::zero(); self.batch * hidden]);
        let mut all = Vec::new();
        for step in 1..=self.steps {
            tape.save_state(step, &mut outputs, &mut memory);
            all.extend(
                (0..self.batch)
                    .flat_map(|row| (0..hidden).map(move |unit| (row, unit)))
                    .map(|(row, unit)| outputs[unit * self.batch + row]),
            );
        }
        let by_inputs = rows().flat_map(|(step, row)| {
            let line = below.line_of_output(step, row);
            d.inputs[line..line + inputs].to_vec()
        });
        (all, by_inputs.collect())
    }
}

/// Takes a window in every way, with every instruction set.
struct Compare<T> {
    sizes: [usize; 4],
    one_hot: bool,
    of: std::marker::PhantomData<T>,
}

impl<T: Real> WithCell for Compare<T> {
    type Output = ();

    fn with<C: Cell>(self, cell: C) {
        let window = || Window::<T>::drawn(Facts::of(cell), self.sizes);
        let window = if self.one_hot { window().one_hot() } else { window() };
        let bits = |numbers: &[T]| numbers.iter().map(|number| number.widen().to_bits()).collect::<Vec<_>>();
        let mut first: Option<(Vec<T>, Vec<T>, Vec<T>)> = None;
        for way in WAYS.into_iter().filter(|way| way.takes(self.sizes[1])) {
            let all = with_each_instruction_set(|| window.numbers(cell, way));
            for other in &all[1..] {
                assert_eq!(bits(&all[0].0), bits(&other.0), "{way:?}: outputs");
                assert_eq!(bits(&all[0].1), bits(&other.1), "{way:?}: derivatives by parameters");
                assert_eq!(bits(&all[0].2), bits(&other.2), "{way:?}: derivatives by inputs");
            }
            let here = all.into_iter().next().unwrap();
            let Some(there) = &first else {
                first = Some(here);
                continue;
            };
            // Outputs and derivatives of single rows are the same bits; sums over rows are taken in another order.
            assert_eq!(bits(&there.0), bits(&here.0), "outputs");
            assert_eq!(bits(&there.2), bits(&here.2), "derivatives by inputs");
            let precision = if T::PANEL == 8 { 1e-12 } else { 1e-4 };
            for (one, other) in there.1.iter().zip(&here.1) {
                let (one, other) = (one.widen(), other.widen());
                assert!((one - other).abs() <= precision * (1.0 + one.abs()), "{one} {other}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_way_gives_the_same_numbers(
        cell in prop::sample::select(<CellKind as crate::named::Named>::ALL),
        inputs in prop::sample::select(&[1, 2, 3, 7, 8, 9, 17, 33][..]),
        hidden in prop::sample::select(&[1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 30, 32, 33, 47, 64, 65][..]),
        steps in 1..=20_usize,
        batch in prop::sample::select(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 17, 20, 32, 33][..]),
        one_hot in any::<bool>(),
    ) {
        let sizes = [inputs, hidden, steps, batch];
        cell.with(Compare::<f32> { sizes, one_hot, of: std::marker::PhantomData });
        cell.with(Compare::<f64> { sizes, one_hot, of: std::marker::PhantomData });
    }
}
