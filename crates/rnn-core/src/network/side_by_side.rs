//! Nets of one architecture side by side, one in each lane: what [`Network`](super::Network) does, for as many nets at
//! once as a line has numbers. It has memory, and no net: parameters, states and inputs are copied in, results out.

use super::architecture::{Architecture, PlacedLayer, Plan};
use crate::cells::LayerShape;
use crate::error::{Error, check_at_least_one};
use crate::kernels::{
    EnsembleBackward, EnsembleDerivatives, EnsembleForward, EnsembleReadOut, EnsembleReadOutBackward, EnsembleTape,
    Order, Places, Scalar, ensemble_backward, ensemble_forward, ensemble_read_out, ensemble_read_out_backward,
    from_lanes, lines_of_nets, to_lanes,
};
use crate::numeric::Lines;
use crate::numeric::panels::{Blocks, BlocksMut};
use std::ops::Range;

/// Something of each net; there are as many nets as a line has numbers, 16 at most.
pub(crate) type OfNets<V> = [V; 16];

/// Memory for a window of nets side by side.
#[derive(Debug)]
pub(crate) struct SideBySide<T> {
    plan: Plan,
    steps: usize,
    batch: usize,
    order: Order,
    /// A line for each.
    parameters: Lines<T>,
    /// As the parameters.
    gradients: Lines<T>,
    layers: Vec<EnsembleTape<T>>,
    d: EnsembleDerivatives<T>,
    /// The readout's Wᵀ.
    transposed: Lines<T>,
    /// For each row steps blocks of outputs.
    outputs: Lines<T>,
    /// The same of the derivatives by them.
    d_outputs: Lines<T>,
}

impl<T: Scalar> SideBySide<T> {
    /// Memory for windows of `steps` time steps of `batch` rows.
    pub(crate) fn new(architecture: Architecture, steps: usize, batch: usize) -> Result<Self, Error> {
        check_at_least_one([("steps", steps), ("batch", batch)])?;
        let plan = architecture.plan()?;
        let shapes: Vec<LayerShape> = plan.layers.iter().map(|layer| layer.shape).collect();
        let rows = steps.checked_mul(batch);
        let outputs =
            || lines_of_nets("the window's outputs", rows.and_then(|rows| rows.checked_mul(plan.readout.outputs)));
        Ok(Self {
            steps,
            batch,
            order: Order::of(&shapes),
            parameters: lines_of_nets("the parameters", Some(plan.parameter_count))?,
            gradients: lines_of_nets("the gradients", Some(plan.parameter_count))?,
            layers: shapes.iter().map(|&shape| EnsembleTape::new(shape, steps, batch)).collect::<Result<_, _>>()?,
            d: EnsembleDerivatives::new(&shapes, steps, batch)?,
            transposed: lines_of_nets("the parameters", plan.readout.inputs.checked_mul(plan.readout.outputs))?,
            outputs: outputs()?,
            d_outputs: outputs()?,
            plan,
        })
    }

    /// What the nets are.
    pub(crate) fn architecture(&self) -> &Architecture {
        &self.plan.architecture
    }

    /// Takes the parameters of each net.
    pub(crate) fn set_parameters(&mut self, parameters: &OfNets<&[T]>) {
        to_lanes(Places::in_order(self.plan.parameter_count), parameters, &mut self.parameters);
    }

    /// Runs over a window of each net: `inputs [step, row, feature]`, beginning with `state [batch, state]`, column-major.
    pub(crate) fn forward(&mut self, inputs: &OfNets<&[T]>, states: &OfNets<&[T]>) {
        let Self { plan, steps, batch, parameters, layers, .. } = self;
        let (steps, batch, mut at) = (*steps, *batch, 0);
        for (number, PlacedLayer { cell, shape: layer, place }) in plan.layers.iter().enumerate() {
            let LayerShape { inputs: features, hidden, .. } = *layer;
            let (below, here) = layers.split_at_mut(number);
            let here = &mut here[0];
            let units = features + hidden;
            match below.last() {
                None => {
                    let (counts, strides) = ([steps, batch, features], [units, (steps + 1) * units, 1]);
                    to_lanes(Places { first: 0, counts, strides }, inputs, &mut here.xh);
                }
                Some(below) => here.read(below),
            }
            let state = states.map(|state| state.get(at * batch..).unwrap_or_default());
            to_lanes(state_places(hidden, batch, (steps, 0), (features, units)), &state, &mut here.xh);
            if layer.facts.has_memory {
                let memory = state.map(|state| state.get(hidden * batch..).unwrap_or_default());
                to_lanes(state_places(hidden, batch, (steps, 0), (0, hidden)), &memory, &mut here.memory);
            }
            let place = place.start * T::PANEL..place.end * T::PANEL;
            ensemble_forward(*cell, EnsembleForward { parameters: &parameters[place], tape: here });
            at += layer.state_size();
        }
    }

    /// Computes the outputs of these time steps, and copies them to each net's `[steps·batch, outputs]`, column-major.
    pub(crate) fn read_out(&mut self, scored: Range<usize>, to: &mut OfNets<&mut [T]>) {
        let Self { plan, steps, batch, parameters, layers, .. } = self;
        let outputs = plan.readout.outputs;
        if let Some(last) = layers.last() {
            ensemble_read_out(EnsembleReadOut {
                shape: plan.readout,
                parameters: &parameters[plan.readout_at * T::PANEL..],
                batch: *batch,
                steps: scored.clone(),
                h: last.outputs(),
                y: BlocksMut::new(&mut self.outputs, *steps, outputs),
            });
        }
        for (places, first) in places_of_outputs(outputs, (*steps, *batch), &scored) {
            let mut columns = to.each_mut().map(|to| to.get_mut(first..).unwrap_or_default());
            from_lanes(places, &self.outputs, &mut columns);
        }
    }

    /// The outputs of the last [`read_out`](Self::read_out), and the derivatives by them, to be set: a panel for each row,
    /// a block for each step. Those of the steps that are not `scored` are 0.
    pub(crate) fn outputs(&mut self, scored: &Range<usize>) -> (Blocks<'_, T>, BlocksMut<'_, T>) {
        let (steps, outputs) = (self.steps, self.plan.readout.outputs);
        if scored.len() < steps {
            self.d_outputs.fill(T::zero());
        }
        (Blocks::new(&self.outputs, steps, outputs), BlocksMut::new(&mut self.d_outputs, steps, outputs))
    }

    /// Takes the derivatives by the outputs of these time steps from each net's `[steps·batch, outputs]`, column-major.
    pub(crate) fn set_d_outputs(&mut self, scored: &Range<usize>, from: &OfNets<&[T]>) {
        let (steps, batch, outputs) = (self.steps, self.batch, self.plan.readout.outputs);
        self.outputs(scored);
        for (places, first) in places_of_outputs(outputs, (steps, batch), scored) {
            let columns = from.map(|from| from.get(first..).unwrap_or_default());
            to_lanes(places, &columns, &mut self.d_outputs);
        }
    }

    /// Computes the derivatives by the parameters, and copies them to each net's.
    pub(crate) fn backward(&mut self, to: &mut OfNets<&mut [T]>) {
        let Self { plan, steps, batch, order, parameters, gradients, layers, d, .. } = self;
        let (steps, batch, order) = (*steps, *batch, *order);
        gradients.fill(T::zero());
        let (d_layers, d_readout) = gradients.split_at_mut(plan.readout_at * T::PANEL);
        if let Some(last) = layers.last() {
            let units = plan.readout.inputs;
            ensemble_read_out_backward(EnsembleReadOutBackward {
                shape: plan.readout,
                parameters: &parameters[plan.readout_at * T::PANEL..],
                transposed: &mut self.transposed,
                batch,
                steps,
                h: last.outputs(),
                dy: Blocks::new(&self.d_outputs, steps, plan.readout.outputs),
                dh: BlocksMut::new(&mut d.outputs, steps, units),
                d_parameters: d_readout,
                order,
            });
        }
        for (number, (PlacedLayer { cell, place, .. }, tape)) in plan.layers.iter().zip(&*layers).enumerate().rev() {
            let place = place.start * T::PANEL..place.end * T::PANEL;
            let work = EnsembleBackward {
                parameters: &parameters[place.clone()],
                tape,
                d: &mut *d,
                ask_for_inputs: number > 0,
                gradients: &mut d_layers[place],
                order,
            };
            ensemble_backward(*cell, work);
            std::mem::swap(&mut d.outputs, &mut d.inputs);
        }
        from_lanes(Places::in_order(plan.parameter_count), gradients, to);
    }

    /// Copies the state after the first `step` time steps of the last [`forward`](Self::forward) to each net's.
    pub(crate) fn copy_states(&self, step: usize, to: &mut OfNets<&mut [T]>) {
        let (steps, batch, mut at) = (self.steps, self.batch, 0);
        for (PlacedLayer { shape, .. }, tape) in self.plan.layers.iter().zip(&self.layers) {
            let LayerShape { inputs, hidden, .. } = *shape;
            let mut copy = |from: &[T], units: (usize, usize)| {
                let mut states = to.each_mut().map(|to| to.get_mut(at * batch..).unwrap_or_default());
                from_lanes(state_places(hidden, batch, (steps, step), units), from, &mut states);
                at += hidden;
            };
            copy(&tape.xh, (inputs, inputs + hidden));
            if shape.facts.has_memory {
                copy(&tape.memory, (0, hidden));
            }
        }
    }
}

/// Where the numbers of a layer's state are, unit by unit, in each row by row: (time steps of a window, which block), (the
/// first unit's line, lines of a block).
fn state_places(hidden: usize, batch: usize, (steps, block): (usize, usize), (first, units): (usize, usize)) -> Places {
    Places { first: block * units + first, counts: [1, hidden, batch], strides: [0, 1, (steps + 1) * units] }
}

/// Where the outputs at these time steps are, and the first of their numbers in a net's `[steps·batch, outputs]`: of all columns
/// together where they follow each other.
fn places_of_outputs(
    outputs: usize,
    (steps, batch): (usize, usize),
    scored: &Range<usize>,
) -> impl Iterator<Item = (Places, usize)> + use<> {
    let (start, len) = (scored.start, scored.len());
    let together = if len == steps { outputs } else { 1 };
    (0..outputs).step_by(together).map(move |output| {
        let (counts, strides) = ([together, len, batch], [1, outputs, steps * outputs]);
        (Places { first: start * outputs + output, counts, strides }, (output * steps + start) * batch)
    })
}
