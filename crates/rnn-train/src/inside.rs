//! What is inside a net: its weights, and what its hidden units do over a window.

use crate::Error;
use rnn_core::{Network, Place, Scalar, State, Tape};

/// The weights of a net, and the outputs of its top layer's hidden units over a window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Inside {
    /// For each hidden unit its output at each time step, for the first row of the batch.
    pub(crate) units: Vec<Vec<f64>>,
    /// Every tensor that the net has, as its file of weights names it.
    pub(crate) tensors: Vec<Weights>,
}

/// A tensor's numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights {
    pub(crate) name: String,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Row by row.
    pub(crate) values: Vec<f64>,
}

impl Inside {
    /// Looks at a net while it reads a window: `inputs [steps·batch, input_size]`, from `state [batch, state]`.
    pub(crate) fn of<T: Scalar>(
        network: &Network<T>,
        inputs: &[T],
        state: &State<T>,
        steps: usize,
        batch: usize,
    ) -> Result<Self, Error> {
        let architecture = network.architecture();
        let mut tape = Tape::new(network, steps, batch)?;
        network.forward(inputs, state, &mut tape)?;
        let mut state = state.clone();
        // Layers have states of equal size; an LSTM's outputs stand before its memories.
        let of_layer = state.as_slice().len() / batch / architecture.num_layers;
        let top = of_layer * (architecture.num_layers - 1);
        let mut units = vec![Vec::with_capacity(steps); architecture.hidden_size];
        for step in 1..=steps {
            network.copy_state(&tape, step, &mut state)?;
            for (unit, outputs) in units.iter_mut().enumerate() {
                outputs.push(state.as_slice()[(top + unit) * batch].widen());
            }
        }
        let stored = network.tensors().iter().filter(|tensor| matches!(tensor.place, Place::Stored { .. }));
        let tensors = stored.map(|tensor| Weights {
            name: tensor.name.clone(),
            rows: tensor.shape[0],
            columns: tensor.shape.get(1).copied().unwrap_or(1),
            values: tensor.indices().map(|index| network.parameters()[index].widen()).collect(),
        });
        Ok(Self { units, tensors: tensors.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rnn_core::{Architecture, CellKind, Init};

    /// The units' outputs are what the readout multiplies, so the net's answers follow from them.
    #[test]
    fn units_are_what_is_read_out() {
        for cell in [CellKind::Elman, CellKind::Gru, CellKind::Lstm] {
            let architecture = Architecture { num_layers: 2, ..Architecture::new(cell, 1, 3, 2) };
            let mut network = Network::<f64>::new(architecture).unwrap();
            Init::PyTorch.apply(&mut network, &mut echo_data::generator(1, 0));
            let inputs: Vec<f64> = (0..10).map(|index| f64::from(index % 3)).collect();
            let mut state = State::zeros(&network, 2).unwrap();
            state.as_mut_slice().iter_mut().enumerate().for_each(|(index, value)| *value = index as f64 / 20.0);
            let inside = Inside::of(&network, &inputs, &state, 5, 2).unwrap();
            let tensor = |name: &str| &inside.tensors.iter().find(|tensor| tensor.name == name).unwrap().values;
            let (weights, bias) = (tensor("head.weight"), tensor("head.bias"));
            let mut tape = Tape::new(&network, 5, 2).unwrap();
            network.forward(&inputs, &state, &mut tape).unwrap();
            let outputs = network.read_out(0..5, &mut tape).unwrap();
            for step in 0..5 {
                for output in 0..2 {
                    let of_units = (0..3).map(|unit| weights[output * 3 + unit] * inside.units[unit][step]);
                    let answer = bias[output] + of_units.sum::<f64>();
                    assert!((outputs[(step * 2, output)] - answer).abs() < 1e-12, "{cell}");
                }
            }
        }
    }
}
