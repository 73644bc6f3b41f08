//! Adagrad (Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning", 2011).
//!
//! ```text
//! a ← a + g²                 p ← p − lr · g / (√a + ε)
//! ```
//!
//! It is TensorFlow's with a = 0.1 at the start and ε = 0, and PyTorch's with a = 0 and ε = 10⁻¹⁰.

use super::constants::method;
use super::descent::{Descent, Step};
use crate::kernels::Scalar;

method! {
    /// Adagrad as in TensorFlow, and in the tutorial: `a ← a + g²`, `p ← p − lr·g / √a`, where a starts at 0.1.
    Adagrad = "adagrad", "Adagrad as in TensorFlow: the accumulator starts at 0.1, no epsilon", learning_rate 0.3 {}
}

method! {
    /// Adagrad as in PyTorch: `a ← a + g²`, `p ← p − lr·g / (√a + ε)`, where a starts at 0.
    AdagradPytorch = "adagrad_pytorch", "Adagrad as in PyTorch: the accumulator starts at 0", learning_rate 0.3 {
        /// ε.
        epsilon: f64 = 1e-10 in Positive, "Small number added to the divisor";
    }
}

/// What both remember.
const ACCUMULATOR: &[&str] = &["accumulator"];

impl Descent for Adagrad {
    fn remembers(&self) -> &'static [&'static str] {
        ACCUMULATOR
    }

    fn start(&self) -> f64 {
        0.1
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        accumulate(0.0, step);
    }
}

impl Descent for AdagradPytorch {
    fn remembers(&self) -> &'static [&'static str] {
        ACCUMULATOR
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        accumulate(self.epsilon, step);
    }
}

#[inline(always)]
fn accumulate<T: Scalar>(epsilon: f64, step: Step<'_, T>) {
    let (lr, epsilon) = (T::narrow(step.rate), T::narrow(epsilon));
    let [accumulator] = step.remembered else { return };
    for ((p, &g), a) in step.parameters.iter_mut().zip(step.gradients).zip(accumulator) {
        *a += g * g;
        *p -= lr * g / (a.sqrt() + epsilon);
    }
}
