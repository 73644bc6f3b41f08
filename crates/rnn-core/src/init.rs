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
