//! One time step of one row: inference on a stream, with nothing kept for a backward.
//!
//! Weights are laid out once: for each tile of units a line for each input and then for each unit of the state, in which the sums that
//! it is multiplied for stand side by side. A layer is one kernel: its sums stay in registers until the cell has made the state of them.
//! They are taken in the order of a [window](super::window)'s, so a stream answers bit by bit as a window does.

use super::packed::{lay_out_units, tiles, widest};
use crate::cells::{Cell, CellKind, LayerShape, Parameters, Step, Sum, UnitState, WithCell};
use crate::error::Error;
use crate::kernels::readout::ReadoutShape;
use crate::numeric::rows::padded;
use crate::numeric::{Kernel, Lanes, Lines, Numbers, Real, Vector, zero_lines};

/// A layer's weights as a step reads them, and its state.
#[derive(Debug, Clone)]
pub(crate) struct StepLayer<T> {
    cell: CellKind,
    shape: LayerShape,
    /// Units, padded.
    padded: usize,
    weights: Lines<T>,
    start: Lines<T>,
    own: Lines<T>,
    /// The outputs before a step and after it, which change places.
    outputs: [Lines<T>; 2],
    memory: Lines<T>,
}

/// The readout's weights as a step reads them: the biases, then a line for each input.
#[derive(Debug, Clone)]
pub(crate) struct StepReadout<T> {
    inputs: usize,
    /// Outputs, padded.
    padded: usize,
    weights: Lines<T>,
    outputs: Lines<T>,
}

/// The most units of a tile, in vectors: the sums of an LSTM fit in so many registers.
const fn most_vectors(registers: usize) -> usize {
    if registers < 32 { 2 } else { 4 }
}

impl<T: Real> StepLayer<T> {
    pub(crate) fn new(cell: CellKind, shape: LayerShape, parameters: &[T]) -> Result<Self, Error> {
        struct Pack<'a, 'b, T>(&'a mut StepLayer<T>, Parameters<'b, T>);
        impl<T: Real> WithCell for Pack<'_, '_, T> {
            type Output = ();

            fn with<C: Cell>(self, _cell: C) {
                self.0.pack(C::SUMS.as_slice(), self.1);
            }
        }
        let what = "the weights";
        let padded = padded::<T>(shape.hidden).unwrap_or(usize::MAX);
        let facts = shape.facts;
        let rows = shape.inputs.saturating_add(shape.hidden);
        let numbers = |count: usize| zero_lines(what, padded, count);
        let mut layer = Self {
            cell,
            shape,
            padded,
            weights: zero_lines(what, rows.saturating_mul(facts.sums), padded)?,
            start: numbers(facts.sums)?,
            own: numbers(facts.own)?,
            outputs: [numbers(1)?, numbers(1)?],
            memory: numbers(usize::from(facts.has_memory))?,
        };
        cell.with(Pack(&mut layer, Parameters::new(shape, parameters)));
        Ok(layer)
    }

    fn pack(&mut self, sums: &[Sum], parameters: Parameters<'_, T>) {
        let Self { shape, padded, ref mut weights, ref mut start, ref mut own, .. } = *self;
        let LayerShape { inputs, hidden, .. } = shape;
        let rows = shape.matrix_rows();
        lay_out_units((sums, hidden, padded), &parameters, start, own);
        let mut at = 0;
        let (registers, width) = widest::<T>();
        for (first, tile) in tiles(most_vectors(registers) * width, 0..padded) {
            for row in 0..rows {
                let is_input = row < inputs;
                for sum in sums.iter().filter(|sum| if is_input { sum.input } else { sum.state }) {
                    for (unit, to) in (first..hidden).zip(&mut weights[at..at + tile]) {
                        *to = parameters.w[(sum.gate * hidden + unit) * rows + row];
                    }
                    at += tile;
                }
            }
        }
    }

    /// Numbers of its state.
    pub(crate) fn state_size(&self) -> usize {
        self.shape.state_size()
    }

    /// Takes in a state: the outputs of all units, then their memories.
    pub(crate) fn load(&mut self, state: &[T]) {
        let (outputs, memory) = state.split_at(self.shape.hidden);
        self.outputs[0][..outputs.len()].copy_from_slice(outputs);
        self.memory[..memory.len()].copy_from_slice(memory);
    }

    /// Writes it.
    pub(crate) fn save(&self, state: &mut [T]) {
        let (outputs, memory) = state.split_at_mut(self.shape.hidden);
        outputs.copy_from_slice(&self.outputs[0][..outputs.len()]);
        memory.copy_from_slice(&self.memory[..memory.len()]);
    }

    /// The outputs after the last step.
    pub(crate) fn outputs(&self) -> &[T] {
        &self.outputs[0][..self.shape.hidden]
    }
}

/// Reads the inputs of a step in a layer.
struct PushLayer<'a, T, S>(S, &'a mut StepLayer<T>, &'a [T]);

impl<T: Real, S: Lanes<T>> WithCell for PushLayer<'_, T, S> {
    type Output = ();

    #[inline(always)]
    fn with<C: Cell>(mut self, cell: C) {
        let mut weights = 0;
        for (first, tile) in tiles(most_vectors(S::REGISTERS) * S::WIDTH, 0..self.1.padded) {
            weights += match tile / S::WIDTH {
                4 if const { most_vectors(S::REGISTERS) == 4 } => self.tile::<C, 4>(cell, first, weights),
                1 if const { most_vectors(S::REGISTERS) == 4 } => self.tile::<C, 1>(cell, first, weights),
                _ => self.tile::<C, 2>(cell, first, weights),
            };
        }
        self.1.outputs.swap(0, 1);
    }
}

impl<T: Real, S: Lanes<T>> PushLayer<'_, T, S> {
    /// Does it for V vectors of units, and returns how many weights these have.
    #[inline(always)]
    fn tile<C: Cell, const V: usize>(&mut self, cell: C, first: usize, weights: usize) -> usize {
        let Self(lanes, ref mut layer, x) = *self;
        let StepLayer { shape, padded, weights: all, start, own, outputs: [before, after], memory, .. } = &mut **layer;
        let (padded, tile) = (*padded, V * S::WIDTH);
        let count = C::Sums::<()>::COUNT;
        let mut sums = C::Sums::each(
            #[inline(always)]
            |s| Vector::load_line::<V>(lanes, &start[s * padded + first..][..tile]),
        );
        let mut at = weights;
        for (numbers, is_input) in [(&x[..shape.inputs], true), (&before[..shape.hidden], false)] {
            let of_number = (0..count).filter(|&s| if is_input { C::SUMS[s].input } else { C::SUMS[s].state }).count();
            let len = of_number * tile;
            if len == 0 {
                continue;
            }
            let lines = all[at..][..numbers.len() * len].chunks_exact(len);
            for (&number, line) in numbers.iter().zip(lines) {
                let number = Vector::splat(lanes, number);
                let mut part = 0;
                for s in 0..count {
                    if if is_input { C::SUMS[s].input } else { C::SUMS[s].state } {
                        let w = Vector::load_line::<V>(lanes, &line[part * tile..][..tile]);
                        for v in 0..V {
                            sums[s][v] = w[v].mul_add(number, sums[s][v]);
                        }
                        part += 1;
                    }
                }
            }
            at += numbers.len() * len;
        }
        for v in 0..V {
            let unit = first + v * S::WIDTH;
            let output = Vector::load(lanes, &before[unit..]);
            let of_memory = if C::MEMORY { Vector::load(lanes, &memory[unit..]) } else { output };
            let step = Step {
                sums: C::Sums::each(
                    #[inline(always)]
                    |s| sums[s][v],
                ),
                own: C::Own::each(
                    #[inline(always)]
                    |number| Vector::load(lanes, &own[number * padded + unit..]),
                ),
                before: UnitState { output, memory: of_memory },
            };
            let next = cell.forward(step);
            next.state.output.store(&mut after[unit..]);
            if C::MEMORY {
                next.state.memory.store(&mut memory[unit..]);
            }
        }
        at - weights
    }
}

impl<T: Real> StepReadout<T> {
    pub(crate) fn new(shape: ReadoutShape, parameters: &[T]) -> Result<Self, Error> {
        let ReadoutShape { inputs, outputs } = shape;
        let what = "the weights";
        let padded = padded::<T>(outputs).unwrap_or(usize::MAX);
        let mut weights = zero_lines(what, inputs.saturating_add(1), padded)?;
        let (w, biases) = parameters.split_at(inputs * outputs);
        weights[..outputs].copy_from_slice(biases);
        for (output, column) in w.chunks_exact(inputs).enumerate() {
            for (line, &number) in weights.chunks_exact_mut(padded).skip(1).zip(column) {
                line[output] = number;
            }
        }
        Ok(Self { inputs, padded, weights, outputs: zero_lines(what, padded, 1)? })
    }

    /// The outputs of the last step.
    pub(crate) fn outputs(&self) -> &[T] {
        &self.outputs
    }
}

/// A step of all layers, and the outputs.
pub(crate) struct Push<'a, T> {
    pub(crate) layers: &'a mut [StepLayer<T>],
    pub(crate) readout: &'a mut StepReadout<T>,
    pub(crate) inputs: &'a [T],
}

impl<T: Real> Kernel<T> for Push<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { layers, readout, inputs } = self;
        for number in 0..layers.len() {
            let (below, here) = layers.split_at_mut(number);
            let here = &mut here[0];
            here.cell.with(PushLayer(lanes, here, below.last().map_or(inputs, StepLayer::outputs)));
        }
        let Some(last) = layers.last() else { return };
        let StepReadout { inputs, padded, weights, outputs } = readout;
        let h = &last.outputs()[..*inputs];
        let (biases, weights) = weights.split_at(*padded);
        for first in (0..*padded).step_by(S::WIDTH) {
            let mut sum = Vector::load(lanes, &biases[first..]);
            for (&h, line) in h.iter().zip(weights.chunks_exact(*padded)) {
                sum = Vector::load(lanes, &line[first..]).mul_add(Vector::splat(lanes, h), sum);
            }
            sum.store(&mut outputs[first..]);
        }
    }
}
