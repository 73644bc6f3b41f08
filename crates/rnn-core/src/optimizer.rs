//! Optimizers: how gradients change parameters, element by element over the flat slice.
//!
//! ```text
//! SGD       p ← p − lr · g
//! Adagrad   a ← a + g²,   p ← p − lr · g / √a        a starts at 0.1
//! ```
//!
//! Adagrad (Duchi, Hazan, Singer, "Adaptive subgradient methods", 2011) is TensorFlow's form: the accumulator starts
//! at 0.1 and there is no epsilon.

use crate::linalg::zeros;
use crate::{Error, Scalar};

/// What makes parameters better, given the loss's gradient.
pub trait Optimizer<T>: Send + Sync {
    /// Changes `parameters`, given the loss's derivative by each of them. Both slices have the length that the
    /// optimizer was made for.
    fn step(&mut self, parameters: &mut [T], gradients: &[T]);
}

impl<T, O: Optimizer<T> + ?Sized> Optimizer<T> for Box<O> {
    fn step(&mut self, parameters: &mut [T], gradients: &[T]) {
        (**self).step(parameters, gradients);
    }
}

/// Plain stochastic gradient descent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd<T> {
    learning_rate: T,
}

/// Adagrad in TensorFlow's form.
#[derive(Debug, Clone, PartialEq)]
pub struct Adagrad<T> {
    learning_rate: T,
    /// Sum of squared gradients, as the parameters.
    accumulator: Vec<T>,
}

impl<T: Scalar> Sgd<T> {
    /// Gradient descent with this learning rate.
    ///
    /// # Errors
    /// [`Error::LearningRate`] unless it is a number greater than 0.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        Ok(Self { learning_rate: checked(learning_rate)? })
    }
}

impl<T: Scalar> Optimizer<T> for Sgd<T> {
    fn step(&mut self, parameters: &mut [T], gradients: &[T]) {
        for (p, &g) in parameters.iter_mut().zip(gradients) {
            *p -= self.learning_rate * g;
        }
    }
}

impl<T: Scalar> Adagrad<T> {
    /// What the accumulator starts at.
    pub const INITIAL_ACCUMULATOR: f64 = 0.1;

    /// Adagrad with this learning rate, for `parameters` parameters.
    ///
    /// # Errors
    /// [`Error::LearningRate`] unless it is a number greater than 0; [`Error::OutOfMemory`].
    pub fn new(learning_rate: f64, parameters: usize) -> Result<Self, Error> {
        let learning_rate = checked(learning_rate)?;
        let mut accumulator: Vec<T> = zeros("Adagrad's accumulator", parameters, 1)?.data.into();
        accumulator.fill(T::narrow(Self::INITIAL_ACCUMULATOR));
        Ok(Self { learning_rate, accumulator })
    }
}

impl<T: Scalar> Optimizer<T> for Adagrad<T> {
    fn step(&mut self, parameters: &mut [T], gradients: &[T]) {
        for ((p, a), &g) in parameters.iter_mut().zip(&mut self.accumulator).zip(gradients) {
            *a += g * g;
            *p -= self.learning_rate * g / a.sqrt();
        }
    }
}

/// The learning rate in the net's number type, in which it must still be a number greater than 0.
fn checked<T: Scalar>(learning_rate: f64) -> Result<T, Error> {
    let rate = T::narrow(learning_rate);
    if rate > T::zero() && rate.is_finite() {
        Ok(rate)
    } else {
        Err(Error::LearningRate { learning_rate, dtype: std::any::type_name::<T>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand: 0.1 + 0.3² = 0.19, then 0.19 + 0.9² = 1.
    #[test]
    fn adagrad_by_hand() {
        let mut adagrad = Adagrad::new(0.5, 1).unwrap();
        let mut parameters = [1.0_f64];
        adagrad.step(&mut parameters, &[0.3]);
        assert!((parameters[0] - (1.0 - 0.15 / 0.19_f64.sqrt())).abs() < 1e-15);
        let before = parameters[0];
        adagrad.step(&mut parameters, &[-0.9]);
        assert!((parameters[0] - (before + 0.45)).abs() < 1e-15);
    }

    #[test]
    fn a_learning_rate_must_be_positive_in_the_nets_own_type() {
        for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(matches!(Sgd::<f64>::new(rate), Err(Error::LearningRate { .. })));
            assert!(matches!(Adagrad::<f64>::new(rate, 3), Err(Error::LearningRate { .. })));
        }
        for rate in [1e39, 1e-60] {
            assert!(Sgd::<f64>::new(rate).is_ok());
            assert!(Sgd::<f32>::new(rate).is_err());
        }
    }
}
