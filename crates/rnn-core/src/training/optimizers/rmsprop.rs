//! RMSProp (Tieleman and Hinton, "Lecture 6.5 — RMSProp", 2012), as PyTorch has it.
//!
//! ```text
//! a ← α·a + (1 − α)·g²       p ← p − lr · g / (√a + ε)     a starts at 0
//! ```

use super::descent::{Descent, Step, divisor, share};
use crate::error::Error;
use crate::kernels::Scalar;
use std::fmt;

/// RMSProp: `a ← α·a + (1 − α)·g²`, `p ← p − lr·g / (√a + ε)`. The default has PyTorch's constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsProp {
    /// α, from 0 to less than 1.
    pub rms_decay: f64,
    /// ε.
    pub epsilon: f64,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self { rms_decay: 0.99, epsilon: 1e-8 }
    }
}

impl Descent for RmsProp {
    fn remembers(&self) -> &'static [&'static str] {
        &["accumulator"]
    }

    fn check<T: Scalar>(&self) -> Result<(), Error> {
        share("rms_decay", self.rms_decay)?;
        divisor::<T>("epsilon", self.epsilon)
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        let narrow = T::narrow;
        let (lr, decay, rest) = (narrow(step.rate), narrow(self.rms_decay), narrow(1.0 - self.rms_decay));
        let epsilon = narrow(self.epsilon);
        let [accumulator] = step.remembered else { return };
        for ((p, &g), a) in step.parameters.iter_mut().zip(step.gradients).zip(accumulator) {
            *a = decay * *a + rest * g * g;
            *p -= lr * g / (a.sqrt() + epsilon);
        }
    }
}

impl fmt::Display for RmsProp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rmsprop, rms_decay {:?}, epsilon {:?}", self.rms_decay, self.epsilon)
    }
}
