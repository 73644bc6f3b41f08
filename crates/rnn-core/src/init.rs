//! Initialisers: the numbers that training starts from.

use crate::{Cell, Network, Role, Scalar};
use rand::Rng;

/// The tutorial's: every weight uniform in [0, 1), every bias 0.
///
/// Weights are drawn in the order of the net's table of tensors, each row by row.
pub fn unit_uniform<T: Scalar, C: Cell<T>, R: Rng + ?Sized>(network: &mut Network<T, C>, rng: &mut R) {
    for tensor in network.tensors().to_vec() {
        for index in tensor.indices() {
            network.parameters_mut()[index] = match tensor.role {
                Role::Weight => T::unit_uniform(rng),
                Role::Bias => T::zero(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Elman;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    fn network<T: Scalar>() -> Network<T, Elman> {
        let mut network = Network::new(Elman::new(3, 40).unwrap(), 5).unwrap();
        network.parameters_mut().fill(T::one());
        unit_uniform(&mut network, &mut ChaCha8Rng::seed_from_u64(3));
        network
    }

    #[test]
    fn weights_are_uniform_and_biases_zero() {
        let (double, single) = (network::<f64>(), network::<f32>());
        for tensor in double.tensors() {
            let values: Vec<f64> = tensor.indices().map(|index| double.parameters()[index]).collect();
            match tensor.role {
                Role::Weight => assert!(values.iter().all(|w| (0.0..1.0).contains(w)), "{}", tensor.name),
                Role::Bias => assert!(values.iter().all(|&b| b == 0.0), "{}", tensor.name),
            }
        }
        // Four standard deviations of the mean of 1,600 uniform numbers.
        let hidden: Vec<f64> = double.tensors()[1].indices().map(|index| double.parameters()[index]).collect();
        let mean = hidden.iter().sum::<f64>() / hidden.len() as f64;
        assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / 1600.0_f64).sqrt(), "{mean}");
        // One seed starts both types alike: 24 of the 53 digits.
        let both = double.parameters().iter().zip(single.parameters());
        assert!(both.into_iter().all(|(d, &s)| (d - f64::from(s)).abs() < 2.0_f64.powi(-24)));
    }
}
