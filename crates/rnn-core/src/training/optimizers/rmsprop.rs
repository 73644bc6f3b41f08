//! RMSProp (Tieleman and Hinton, "Lecture 6.5 — RMSProp", 2012), as PyTorch has it.
//!
//! ```text
//! a ← α·a + (1 − α)·g²       p ← p − lr · g / (√a + ε)     a starts at 0
//! ```

use super::constants::method;
use super::descent::{Descent, Step};
use crate::kernels::Scalar;

method! {
    /// RMSProp: `a ← α·a + (1 − α)·g²`, `p ← p − lr·g / (√a + ε)`. The default has PyTorch's constants.
    RmsProp = "rmsprop", "RMSProp", learning_rate 0.01 {
        /// α.
        rms_decay: f64 = 0.99 in Share, "Decay rate of the mean of squared gradients";
        /// ε.
        epsilon: f64 = 1e-8 in Positive, "Small number added to the divisor";
    }
}

impl Descent for RmsProp {
    fn remembers(&self) -> &'static [&'static str] {
        &["accumulator"]
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
