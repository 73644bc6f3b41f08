//! Adagrad (Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning", 2011).
//!
//! ```text
//! a ← a + g²                 p ← p − lr · g / (√a + ε)
//! ```
//!
//! It is TensorFlow's with a = 0.1 at the start and ε = 0, and PyTorch's with a = 0 and ε = 10⁻¹⁰.

use super::descent::{Descent, Step, at_least_0, is_positive, right};
use crate::error::Error;
use crate::kernels::Scalar;
use std::fmt;

/// Adagrad: `a ← a + g²`, `p ← p − lr·g / (√a + ε)`. The default is TensorFlow's, and the tutorial's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adagrad {
    /// What a starts at.
    pub initial_accumulator: f64,
    /// ε.
    pub epsilon: f64,
}

impl Adagrad {
    /// As in PyTorch.
    pub const PYTORCH: Self = Self { initial_accumulator: 0.0, epsilon: 1e-10 };
}

impl Default for Adagrad {
    fn default() -> Self {
        Self { initial_accumulator: 0.1, epsilon: 0.0 }
    }
}

impl Descent for Adagrad {
    fn remembers(&self) -> &'static [&'static str] {
        &["accumulator"]
    }

    fn start(&self) -> f64 {
        self.initial_accumulator
    }

    fn check<T: Scalar>(&self) -> Result<(), Error> {
        at_least_0::<T>("initial_accumulator", self.initial_accumulator)?;
        at_least_0::<T>("epsilon", self.epsilon)?;
        let either = is_positive::<T>(self.initial_accumulator) || is_positive::<T>(self.epsilon);
        right(either, "epsilon", self.epsilon, "greater than 0 where the accumulator starts at 0")
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        let (lr, epsilon) = (T::narrow(step.rate), T::narrow(self.epsilon));
        let [accumulator] = step.remembered else { return };
        for ((p, &g), a) in step.parameters.iter_mut().zip(step.gradients).zip(accumulator) {
            *a += g * g;
            *p -= lr * g / (a.sqrt() + epsilon);
        }
    }
}

impl fmt::Display for Adagrad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "adagrad, initial_accumulator {:?}, epsilon {:?}", self.initial_accumulator, self.epsilon)
    }
}
