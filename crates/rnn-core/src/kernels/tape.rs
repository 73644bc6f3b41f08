//! What all layers keep of a window, in one of two layouts, and the work on it.
//!
//! Where all layers have few units, lanes run along the batch ([`panels`]) and a window goes in one go.
//! Otherwise they run along units ([rows](crate::numeric::rows)). Either way a net's numbers are those of the formulas, and what is asked of
//! a tape is the same.

use super::copies::DenseCopy;
use super::layer::{LayerBackward, LayerForward};
use super::memory::{LayerDerivatives, LayerTape, in_panels};
use super::readout::{ReadOut, ReadOutBackward, ReadoutShape};
use super::rows::{RowDerivatives, RowLayerBackward, RowLayerForward, RowReadOut, RowReadOutBackward, RowTape, room};
use super::scalar::{self, Scalar};
use crate::cells::{CellKind, LayerShape};
use crate::error::Error;
use crate::numeric::panels::{self, BlocksMut};
use crate::numeric::rows::padded;
use crate::numeric::{Lines, Real, zero_blocks, zero_lines};
use std::ops::Range;

/// What a forward leaves for the backward.
#[derive(Debug, Clone)]
pub(crate) enum WindowTape<T> {
    Panels(Vec<LayerTape<T>>),
    /// With room for the readout to work in.
    Rows(Vec<RowTape<T>>, Lines<T>),
}

/// What a backward works on, for one layer after the other.
#[derive(Debug, Clone)]
pub(crate) enum WindowDerivatives<T> {
    /// With those by the readout's outputs.
    Panels(LayerDerivatives<T>, Lines<T>),
    /// With the readout's weights.
    Rows(RowDerivatives<T>, Lines<T>),
}

/// A layer, and its parameters.
#[derive(Clone, Copy)]
pub(crate) struct OfLayer<'a, T> {
    pub(crate) number: usize,
    pub(crate) cell: CellKind,
    pub(crate) parameters: &'a [T],
}

/// Factors for the outputs of a layer at each step, as a tape of these layers has its outputs.
pub(crate) fn zero_factors<T: Real>(
    layers: &[LayerShape],
    (steps, batch): (usize, usize),
    hidden: usize,
) -> Result<Lines<T>, Error> {
    let what = "the dropout's factors";
    if in_panels(layers) {
        zero_blocks(what, batch, Some(steps), Some(hidden))
    } else {
        let line = padded::<T>(hidden).map_or(usize::MAX, crate::numeric::rows::stride::<T>);
        zero_lines(what, steps.saturating_mul(batch), line)
    }
}

impl<T: Scalar> WindowTape<T> {
    /// A tape for `steps` time steps of `batch` rows.
    pub(crate) fn new(layers: &[LayerShape], steps: usize, batch: usize) -> Result<Self, Error> {
        let layers_in = layers.iter();
        if in_panels(layers) {
            let layers = layers_in.map(|layer| LayerTape::new(*layer, steps, batch));
            return Ok(Self::Panels(layers.collect::<Result<_, _>>()?));
        }
        let last = layers.last().map_or(0, |layer| layer.hidden);
        let to_work_in = room::<T>(last).unwrap_or(usize::MAX);
        let layers = layers_in.map(|layer| RowTape::new(*layer, steps, batch));
        Ok(Self::Rows(layers.collect::<Result<_, _>>()?, zero_lines("the window's outputs", to_work_in, 1)?))
    }

    /// Where a factor for a layer's output is.
    pub(crate) fn place_of_factor(&self, layer: usize, (step, unit, row): (usize, usize, usize)) -> usize {
        match self {
            Self::Panels(layers) => {
                let LayerTape { shape, steps, .. } = layers[layer];
                panels::place::<T>((steps, step), (shape.hidden, unit), row)
            }
            Self::Rows(layers, _) => layers[layer].line_of_output(step, row) + unit,
        }
    }

    /// Takes in inputs `[step, row, feature]`.
    pub(crate) fn load_inputs(&mut self, inputs: &[T]) {
        match self {
            Self::Panels(layers) => {
                let LayerTape { shape, batch, steps, ref mut xh, .. } = layers[0];
                let all = (steps + 1, shape.inputs + shape.hidden);
                let copy = DenseCopy { batch, copied: (steps, shape.inputs), all, first: (0, 0) };
                scalar::rows_to_panels(copy, inputs, xh);
            }
            Self::Rows(layers, _) => layers[0].load_inputs(inputs),
        }
    }

    /// Hands the outputs of the layer below on to a layer, each times a factor if there are any.
    pub(crate) fn pass_on(&mut self, layer: usize, factors: Option<&[T]>) {
        match self {
            Self::Panels(layers) => {
                let (below, here) = layers.split_at_mut(layer);
                here[0].read(&below[layer - 1], factors);
            }
            Self::Rows(layers, _) => {
                let (below, here) = layers.split_at_mut(layer);
                here[0].read(&below[layer - 1], factors);
            }
        }
    }

    /// Takes in a layer's state before the first step: dense columns of its outputs, and then of its memories.
    pub(crate) fn load_state(&mut self, layer: usize, state: &[T]) {
        match self {
            Self::Panels(layers) => {
                let LayerTape { shape, batch, steps, ref mut xh, ref mut memory, .. } = layers[layer];
                let (hidden, numbers) = (shape.hidden, shape.hidden * batch);
                let all = (steps + 1, shape.inputs + hidden);
                let copy = DenseCopy { batch, copied: (1, hidden), all, first: (0, shape.inputs) };
                scalar::to_panels(copy, &state[..numbers], xh);
                if shape.facts.has_memory {
                    let copy = DenseCopy { batch, copied: (1, hidden), all: (steps + 1, hidden), first: (0, 0) };
                    scalar::to_panels(copy, &state[numbers..2 * numbers], memory);
                }
            }
            Self::Rows(layers, _) => {
                let layer = &mut layers[layer];
                let (outputs, memory) = state.split_at(layer.shape.hidden * layer.batch);
                layer.load_state(outputs, memory);
            }
        }
    }

    /// Writes a layer's state after some steps.
    pub(crate) fn save_state(&self, layer: usize, step: usize, state: &mut [T]) {
        match self {
            Self::Panels(layers) => {
                let LayerTape { shape, batch, steps, ref xh, ref memory, .. } = layers[layer];
                let hidden = shape.hidden;
                let (outputs, memories) = state.split_at_mut(hidden * batch);
                let copy = |units, first_unit| {
                    let (all, first) = ((steps + 1, units), (step, first_unit));
                    DenseCopy { batch, copied: (1, hidden), all, first }
                };
                scalar::from_panels(copy(shape.inputs + hidden, shape.inputs), xh, outputs);
                if shape.facts.has_memory {
                    scalar::from_panels(copy(hidden, 0), memory, memories);
                }
            }
            Self::Rows(layers, _) => {
                let layer = &layers[layer];
                let (outputs, memory) = state.split_at_mut(layer.shape.hidden * layer.batch);
                layer.save_state(step, outputs, memory);
            }
        }
    }

    /// Runs over the window of a layer, whose inputs and state are there.
    pub(crate) fn forward(&mut self, layer: OfLayer<'_, T>, threads: usize) {
        let OfLayer { number, cell, parameters } = layer;
        match self {
            Self::Panels(layers) => {
                scalar::forward(cell, LayerForward { parameters, tape: &mut layers[number], threads });
            }
            Self::Rows(layers, _) => {
                scalar::row_forward(cell, RowLayerForward { parameters, tape: &mut layers[number], threads });
            }
        }
    }

    /// Computes the outputs of these steps: y is dense, `[steps·batch, outputs]`.
    pub(crate) fn read_out(&mut self, shape: ReadoutShape, parameters: &[T], steps: Range<usize>, y: &mut [T]) {
        match self {
            Self::Panels(layers) => {
                if let Some(last) = layers.last() {
                    scalar::read_out(ReadOut { shape, parameters, batch: last.batch, steps, h: last.outputs(), y });
                }
            }
            Self::Rows(layers, transposed) => {
                if let Some(tape) = layers.last() {
                    scalar::row_read_out(RowReadOut { shape, parameters, steps, tape, y, transposed });
                }
            }
        }
    }
}

impl<T: Scalar> WindowDerivatives<T> {
    /// Room for the derivatives of windows of these layers.
    pub(crate) fn new(layers: &[LayerShape], readout: ReadoutShape, steps: usize, batch: usize) -> Result<Self, Error> {
        let what = "the window's derivatives";
        if in_panels(layers) {
            let outputs = zero_blocks(what, batch, Some(steps), Some(readout.outputs))?;
            return Ok(Self::Panels(LayerDerivatives::new(layers, steps, batch)?, outputs));
        }
        let line = padded::<T>(readout.inputs).unwrap_or(usize::MAX);
        Ok(Self::Rows(RowDerivatives::new(layers, steps, batch)?, zero_lines(what, readout.outputs, line)?))
    }

    /// From the derivatives by the outputs, dense `[steps·batch, outputs]`, those by the readout's parameters, which are added to, and
    /// by the last layer's outputs, which are kept here.
    pub(crate) fn read_out_backward(
        &mut self,
        tape: &WindowTape<T>,
        (shape, parameters): (ReadoutShape, &[T]),
        dy: &[T],
        d_parameters: &mut [T],
    ) {
        match (self, tape) {
            (Self::Panels(d, outputs), WindowTape::Panels(layers)) => {
                let Some(&LayerTape { batch, steps, .. }) = layers.last() else { return };
                let h = layers[layers.len() - 1].outputs();
                let dy_blocks = BlocksMut::new(outputs, steps, shape.outputs);
                let dh = BlocksMut::new(&mut d.outputs, steps, shape.inputs);
                let work = ReadOutBackward { shape, parameters, batch, steps, h, dy, dy_blocks, dh, d_parameters };
                scalar::read_out_backward(work);
            }
            (Self::Rows(d, w), WindowTape::Rows(layers, _)) => {
                let Some(tape) = layers.last() else { return };
                let dh = &mut d.outputs;
                scalar::row_read_out_backward(RowReadOutBackward { shape, parameters, tape, dy, dh, w, d_parameters });
            }
            // A tape and derivatives are made for the same net.
            _ => {}
        }
    }

    /// From the derivatives by a layer's outputs those by its parameters, which are added to, and, but in the first layer, those by its
    /// inputs, each times a factor if there are any: they are then the derivatives by the outputs of the layer below.
    pub(crate) fn backward(
        &mut self,
        tape: &WindowTape<T>,
        layer: OfLayer<'_, T>,
        factors: Option<&[T]>,
        gradients: &mut [T],
        threads: usize,
    ) {
        let OfLayer { number, cell, parameters } = layer;
        let ask_for_inputs = number > 0;
        let scale = |d: &mut [T]| {
            for (d, &factor) in d.iter_mut().zip(factors.into_iter().flatten()) {
                *d *= factor;
            }
        };
        match (self, tape) {
            (Self::Panels(d, _), WindowTape::Panels(layers)) => {
                let tape = &layers[number];
                scalar::backward(cell, LayerBackward { parameters, tape, d, ask_for_inputs, gradients, threads });
                scale(&mut d.inputs);
                std::mem::swap(&mut d.outputs, &mut d.inputs);
            }
            (Self::Rows(d, _), WindowTape::Rows(layers, _)) => {
                let tape = &layers[number];
                scalar::row_backward(
                    cell,
                    RowLayerBackward { parameters, tape, d, ask_for_inputs, gradients, threads },
                );
                scale(&mut d.inputs);
                std::mem::swap(&mut d.outputs, &mut d.inputs);
            }
            _ => {}
        }
    }
}
