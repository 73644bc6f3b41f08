//! Initialisers: the numbers that training starts from.
//!
//! Each draws in the order of the net's table of tensors, a tensor row by row. But for the tutorial's, numbers are
//! drawn in `f64` and then rounded, so that one seed gives nets of both types the same start.

use super::architecture::Architecture;
use super::net::Network;
use super::orthogonal::orthogonal;
use super::tensors::{Role, Tensor};
use crate::error::{Error, check_not_stopped};
use crate::kernels::Scalar;
use crate::named;
use crate::named::Named;
use crate::numeric::{normal, uniform};
use rand::Rng;
use std::sync::atomic::AtomicBool;

named! {
    /// How weights and biases start. G gates of a cell are G matrices below each other in PyTorch's tensors; what depends
    /// on a matrix's size is of one gate's.
    pub enum Init {
        /// These are the tutorial's. A net much larger than its own saturates.
        Tutorial = "tutorial", "Weights uniform in [0, 1), biases 0";
        /// These are PyTorch's.
        PyTorch = "pytorch", "Weights and biases uniform in ±1/√state_size";
        /// Inputs and outputs are those of each matrix (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010).
        Xavier = "xavier", "Weights uniform in ±√(6/(inputs + outputs)), biases 0";
        /// Every bias is 0 (Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of
        /// learning in deep linear neural networks", 2014).
        Orthogonal = "orthogonal", "Recurrent weights orthogonal, the others as xavier";
        /// The small ones are normal with deviation 0.001, every bias is 0: with ReLU the IRNN
        /// (Le, Jaitly, Hinton, "A simple way to initialize recurrent networks of rectified linear units", 2015).
        Identity = "identity", "Recurrent weights the identity, the others small";
    }
}

impl Init {
    /// Sets all parameters.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], which [`Orthogonal`](Self::Orthogonal) alone needs memory for.
    pub fn apply<T: Scalar, R: Rng + ?Sized>(self, network: &mut Network<T>, rng: &mut R) -> Result<(), Error> {
        self.apply_until(network, rng, &AtomicBool::new(false))
    }

    /// The same, unless `stop` is set meanwhile: for nets whose start takes seconds.
    ///
    /// # Errors
    /// Those of [`apply`](Self::apply); [`Error::Stopped`]. Some of the parameters are then set.
    pub fn apply_until<T: Scalar, R: Rng + ?Sized>(
        self,
        network: &mut Network<T>,
        rng: &mut R,
        stop: &AtomicBool,
    ) -> Result<(), Error> {
        for tensor in network.tensors().to_vec() {
            let (outputs, inputs) = (tensor.shape[0] / tensor.gates, tensor.shape.get(1).copied().unwrap_or(1));
            let (hidden, mut indices) = (tensor.hidden_size, tensor.indices());
            for _ in 0..tensor.gates {
                let parameters = network.parameters_mut();
                let mut set = |value: &mut dyn FnMut(usize) -> T| -> Result<(), Error> {
                    (0..outputs).try_for_each(|output| {
                        check_not_stopped(stop)?;
                        let row = indices.by_ref().take(inputs);
                        row.enumerate().for_each(|(input, index)| parameters[index] = value(output * inputs + input));
                        Ok(())
                    })
                };
                match (self, tensor.role) {
                    (Self::PyTorch, _) => {
                        let bound = 1.0 / (hidden as f64).sqrt();
                        set(&mut |_| T::narrow(uniform(bound, rng)))?;
                    }
                    (_, Role::Bias) => set(&mut |_| T::zero())?,
                    (Self::Tutorial, _) => set(&mut |_| T::unit_uniform(rng))?,
                    (Self::Orthogonal, Role::RecurrentWeight) => {
                        let matrix = orthogonal(hidden, rng, stop)?;
                        set(&mut |position| T::narrow(matrix[(position / hidden, position % hidden)]))?;
                    }
                    (Self::Identity, Role::RecurrentWeight) => {
                        set(&mut |position| T::narrow(f64::from(position / hidden == position % hidden)))?;
                    }
                    (Self::Identity, Role::Weight) => set(&mut |_| T::narrow(0.001 * normal(rng)))?,
                    (Self::Xavier | Self::Orthogonal, _) => {
                        let bound = (6.0 / (inputs + outputs) as f64).sqrt();
                        set(&mut |_| T::narrow(uniform(bound, rng)))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<T: Scalar> Network<T> {
    /// A net whose parameters an initialiser has drawn.
    ///
    /// # Errors
    /// Those of [`new`](Self::new) and of [`Init::apply`].
    pub fn drawn<R: Rng + ?Sized>(architecture: Architecture, init: Init, rng: &mut R) -> Result<Self, Error> {
        let mut network = Self::new(architecture)?;
        init.apply(&mut network, rng)?;
        Ok(network)
    }
}

/// Adds `bias` to the input bias of every forget gate, whichever layers have them, so that memories last from the start (Jozefowicz, Zaremba,
/// Sutskever, "An empirical exploration of recurrent network architectures", 2015, with a bias of 1).
///
/// # Errors
/// [`Error::NoForgetGate`] for a net without LSTM cells; [`Error::Range`] for a bias that is no finite number in the net's
/// own type.
pub fn add_forget_bias<T: Scalar>(network: &mut Network<T>, bias: f64) -> Result<(), Error> {
    if !T::narrow(bias).is_finite() {
        return Err(Error::Range { name: "forget_bias", value: bias, allowed: "a finite number" });
    }
    let layers = &network.architecture().layers;
    let gate = |name: &str| {
        let layer = name.strip_prefix("rnn.bias_ih_l")?.parse::<usize>().ok()?;
        layers.get(layer)?.cell.facts().forget_gate
    };
    let of_gate = |tensor: &Tensor| {
        let units = tensor.hidden_size;
        let indices = |gate| tensor.indices().skip(gate * units).take(units);
        gate(&tensor.name).map(indices).into_iter().flatten()
    };
    let indices: Vec<usize> = network.tensors().iter().flat_map(of_gate).collect();
    if indices.is_empty() {
        let cell = layers.first().map_or("no", |layer| layer.cell.name());
        return Err(Error::NoForgetGate { cell });
    }
    indices.into_iter().for_each(|index| network.parameters_mut()[index] += T::narrow(bias));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::CellKind;
    use nalgebra::DMatrix;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    fn network<T: Scalar>(cell: CellKind, init: Init) -> Network<T> {
        let mut network =
            Network::new(Architecture::new(cell).input_size(3).hidden_size(40).num_layers(2).outputs(5)).unwrap();
        network.parameters_mut().fill(T::narrow(7.0));
        init.apply(&mut network, &mut ChaCha8Rng::seed_from_u64(3)).unwrap();
        network
    }

    /// The values of each tensor, gate by gate.
    fn gates(network: &Network<f64>) -> Vec<(Tensor, Vec<f64>)> {
        let of = |tensor: &Tensor| {
            let values: Vec<f64> = tensor.indices().map(|index| network.parameters()[index]).collect();
            let size = tensor.count() / tensor.gates;
            values.chunks(size).map(|gate| (tensor.clone(), gate.to_vec())).collect::<Vec<_>>()
        };
        network.tensors().iter().flat_map(of).collect()
    }

    /// Uniform in ±bound (or 0 .. bound), as far as that many values can tell.
    fn assert_uniform(name: &str, values: &[f64], low: f64, high: f64) {
        assert!(values.iter().all(|&value| (low..high).contains(&value)), "{name}");
        if values.len() > 1000 {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let width = high - low;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
            assert!(((low + high) / 2.0 - mean).abs() < 0.03 * width, "{name}: mean {mean}");
            assert!((variance * 12.0 / width.powi(2) - 1.0).abs() < 0.1, "{name}: variance {variance}");
        }
    }

    #[test]
    fn the_tutorials_weights_are_uniform_and_biases_zero() {
        let network = network(CellKind::Elman, Init::Tutorial);
        for (tensor, values) in gates(&network) {
            match tensor.role {
                Role::Bias => assert!(values.iter().all(|&value| value == 0.0), "{}", tensor.name),
                _ => assert_uniform(&tensor.name, &values, 0.0, 1.0),
            }
        }
    }

    /// Bounds worked out by hand: 40 hidden units; 3 inputs in the first layer, 40 above; 5 outputs.
    #[test]
    fn pytorchs_and_xaviers_bounds() {
        for &cell in CellKind::ALL {
            for (tensor, values) in gates(&network(cell, Init::PyTorch)) {
                assert_uniform(&tensor.name, &values, -1.0 / 40.0_f64.sqrt(), 1.0 / 40.0_f64.sqrt());
                assert!(values.iter().any(|&value| value != 0.0));
            }
            for (tensor, values) in gates(&network(cell, Init::Xavier)) {
                let sum = match &*tensor.name {
                    "rnn.weight_ih_l0" => 43.0,
                    "head.weight" => 45.0,
                    _ => 80.0,
                };
                match tensor.role {
                    Role::Bias => assert!(values.iter().all(|&value| value == 0.0)),
                    _ => assert_uniform(&tensor.name, &values, -(6.0_f64 / sum).sqrt(), (6.0_f64 / sum).sqrt()),
                }
            }
        }
    }

    #[test]
    fn recurrent_matrices_are_orthogonal_or_the_identity() {
        for &cell in CellKind::ALL {
            let mut matrices = Vec::new();
            for (tensor, values) in gates(&network(cell, Init::Orthogonal)) {
                if tensor.role == Role::RecurrentWeight {
                    let matrix = DMatrix::from_row_slice(40, 40, &values);
                    assert!((&matrix * matrix.transpose() - DMatrix::identity(40, 40)).amax() < 1e-12);
                    assert!(!matrices.contains(&matrix));
                    matrices.push(matrix);
                }
            }
            for (tensor, values) in gates(&network(cell, Init::Identity)) {
                match tensor.role {
                    Role::RecurrentWeight => {
                        assert_eq!(DMatrix::from_row_slice(40, 40, &values), DMatrix::identity(40, 40))
                    }
                    Role::Weight => {
                        let variance = values.iter().map(|value| value.powi(2)).sum::<f64>() / values.len() as f64;
                        assert!((variance.sqrt() / 0.001 - 1.0).abs() < 0.25, "{}", variance.sqrt());
                    }
                    Role::Bias => assert!(values.iter().all(|&value| value == 0.0)),
                }
            }
        }
    }

    #[test]
    fn both_types_take_the_same_start() {
        for init in [Init::Tutorial, Init::PyTorch, Init::Xavier, Init::Orthogonal, Init::Identity] {
            let (double, single) = (network::<f64>(CellKind::Gru, init), network::<f32>(CellKind::Gru, init));
            let difference =
                double.parameters().iter().zip(single.parameters()).map(|(d, &s)| (d - f64::from(s)).abs());
            assert!(difference.fold(0.0, f64::max) < 1e-7);
        }
    }

    #[test]
    fn the_forget_gates_alone_get_the_forget_bias() {
        let mut changed = network::<f64>(CellKind::Lstm, Init::PyTorch);
        let before = changed.clone();
        add_forget_bias(&mut changed, 1.0).unwrap();
        for (tensor, (first, second)) in before.tensors().iter().flat_map(|tensor| {
            tensor
                .indices()
                .map(|i| (before.parameters()[i], changed.parameters()[i]))
                .enumerate()
                .map(move |(r, v)| ((tensor, r), v))
        }) {
            let is_forget_gate = tensor.0.name.starts_with("rnn.bias_ih") && (40..80).contains(&tensor.1);
            assert_eq!(second, if is_forget_gate { first + 1.0 } else { first });
        }
        // Of a mixed stack the LSTM's layers alone.
        let stack = Architecture::new(CellKind::Gru).hidden_size(3).layer(CellKind::Lstm, 2);
        let mut mixed = Network::<f64>::new(stack).unwrap();
        add_forget_bias(&mut mixed, 1.0).unwrap();
        for tensor in mixed.tensors() {
            let set: Vec<_> = tensor.indices().map(|index| mixed.parameters()[index]).collect();
            let right = if tensor.name == "rnn.bias_ih_l1" { [0.0, 0.0, 1.0, 1.0].to_vec() } else { vec![0.0; 4] };
            assert_eq!(set[..4.min(set.len())], right[..4.min(set.len())], "{}", tensor.name);
        }
        let refused = add_forget_bias(&mut network::<f64>(CellKind::Gru, Init::PyTorch), 1.0);
        assert_eq!(refused, Err(Error::NoForgetGate { cell: "gru" }));
        let too_great = add_forget_bias(&mut network::<f32>(CellKind::Lstm, Init::PyTorch), 1e60).unwrap_err();
        assert_eq!(too_great.to_string(), "forget_bias is 1e60: it must be a finite number");
    }
}
