//! What is inside a net: its weights, and what its hidden units do over a window. As much of it as pictures show, so that
//! looking into a large net takes little memory.

use crate::error::Error;
use crate::outputs::snapshot::MOST_TIMES;
use rnn_core::{Network, Place, Scalar, State, Tensor};

/// The weights of a net, and the outputs of its top layer's hidden units over a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// For each hidden unit its output at each of the last time steps, for the first row of the batch.
    pub units: Vec<Vec<f64>>,
    /// Every tensor that the net has, as its file of weights names it.
    pub tensors: Vec<Weights>,
}

/// A tensor's numbers, large ones in blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Its name.
    pub name: String,
    /// Rows and columns of the tensor.
    pub shape: [usize; 2],
    /// How many of its rows and columns are one of a block.
    pub block: [usize; 2],
    /// Rows and columns of blocks; each gate has blocks of its own.
    pub blocks: [usize; 2],
    /// Of each block the number that is farthest from zero, row by row.
    pub values: Vec<f64>,
}

/// The rows and columns of blocks, at most: in a net of one layer, and in one of several.
const MOST_BLOCKS: [usize; 2] = [64, 42];

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
        let mut tape = network.tape(steps, batch)?;
        network.forward(inputs, state, &mut tape)?;
        let mut state = state.clone();
        let num_layers = architecture.layers.len();
        let width = architecture.layers.last().map_or(0, |layer| layer.hidden_size);
        // Layers have states of equal size; an LSTM's outputs stand before its memories.
        let top = state.as_slice().len() / batch / num_layers * (num_layers - 1);
        let mut units = vec![Vec::with_capacity(steps.min(MOST_TIMES)); width];
        for step in steps.saturating_sub(MOST_TIMES) + 1..=steps {
            network.copy_state(&tape, step, &mut state)?;
            for (unit, outputs) in units.iter_mut().enumerate() {
                outputs.push(state.as_slice()[(top + unit) * batch].widen());
            }
        }
        let stored = network.tensors().iter().filter(|tensor| matches!(tensor.place, Place::Stored { .. }));
        let most = MOST_BLOCKS[usize::from(num_layers > 1)];
        let tensors = stored.map(|tensor| Weights::of(tensor, network.parameters(), most));
        Ok(Self { units, tensors: tensors.collect() })
    }
}

impl Weights {
    /// A tensor in the slice of parameters, in no more than `most` rows and columns of blocks.
    fn of<T: Scalar>(tensor: &Tensor, parameters: &[T], most: usize) -> Self {
        let shape = [tensor.shape[0], tensor.shape.get(1).copied().unwrap_or(1)];
        let of_gate = shape[0] / tensor.gates;
        let block = [of_gate.div_ceil(most / tensor.gates), shape[1].div_ceil(most)];
        let blocks = [of_gate.div_ceil(block[0]) * tensor.gates, shape[1].div_ceil(block[1])];
        let mut values = vec![0.0_f64; blocks[0] * blocks[1]];
        for (element, index) in tensor.indices().enumerate() {
            let (row, column) = (element / shape[1], element % shape[1]);
            let (gate, row) = (row / of_gate, row % of_gate);
            let row = gate * (blocks[0] / tensor.gates) + row / block[0];
            let (value, most) = (parameters[index].widen(), &mut values[row * blocks[1] + column / block[1]]);
            if value.abs() > most.abs() || value.is_nan() {
                *most = value;
            }
        }
        Self { name: tensor.name.clone(), shape, block, blocks, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rnn_core::{Architecture, CellKind, Init};

    #[test]
    fn blocks_keep_what_is_farthest_from_zero() {
        let network = Network::<f64>::new(Architecture::new(CellKind::Gru).hidden_size(3).outputs(2)).unwrap();
        let tensor = network.tensors().iter().find(|tensor| tensor.name == "rnn.weight_hh_l0").unwrap();
        let mut parameters = vec![0.0; network.parameters().len()];
        tensor.indices().enumerate().for_each(|(element, index)| parameters[index] = element as f64 - 13.0);
        let whole = Weights::of(tensor, &parameters, 64);
        assert_eq!((whole.block, whole.blocks, whole.shape), ([1, 1], [9, 3], [9, 3]));
        assert!(whole.values.iter().copied().eq((-13..14).map(f64::from)));
        // Two rows of blocks for each gate of three rows, and two columns.
        let coarse = Weights::of(tensor, &parameters, 6);
        assert_eq!((coarse.block, coarse.blocks), ([2, 1], [6, 3]));
        assert_eq!(coarse.values[..9], [-13.0, -12.0, -11.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0]);
        let coarsest = Weights::of(tensor, &parameters, 3);
        assert_eq!((coarsest.block, coarsest.blocks), ([3, 1], [3, 3]));
        assert_eq!(coarsest.values, [-13.0, -12.0, -11.0, -4.0, -3.0, 4.0, 11.0, 12.0, 13.0]);
        parameters[tensor.indices().nth(4).unwrap()] = f64::NAN;
        assert!(Weights::of(tensor, &parameters, 3).values[1].is_nan());
    }

    /// The units' outputs are what the readout multiplies, so the net's answers follow from them.
    #[test]
    fn units_are_what_is_read_out() {
        for cell in [CellKind::Elman, CellKind::Gru, CellKind::Lstm] {
            let architecture = Architecture::new(cell).hidden_size(3).num_layers(2).outputs(2);
            let mut network = Network::<f64>::new(architecture).unwrap();
            Init::PyTorch.apply(&mut network, &mut echo_data::generator(1, 0)).unwrap();
            let inputs: Vec<f64> = (0..10).map(|index| f64::from(index % 3)).collect();
            let mut state = network.zero_state(2).unwrap();
            state.as_mut_slice().iter_mut().enumerate().for_each(|(index, value)| *value = index as f64 / 20.0);
            let inside = Inside::of(&network, &inputs, &state, 5, 2).unwrap();
            let tensor = |name: &str| &inside.tensors.iter().find(|tensor| tensor.name == name).unwrap().values;
            // None of them is large enough for blocks.
            let (weights, bias) = (tensor("head.weight"), tensor("head.bias"));
            let mut tape = network.tape(5, 2).unwrap();
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
