//! Adam (Kingma and Ba, "Adam", 2015) and AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019), as
//! PyTorch has them.
//!
//! ```text
//! m ← m + (1 − β₁)·(g − m)   v ← β₂·v + (1 − β₂)·g²        m and v start at 0
//! p ← p − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)         with t, the step's number
//! AdamW: first p ← p − lr·λ·p
//! ```

use super::constants::method;
use super::descent::{Descent, Step};
use crate::kernels::Scalar;

method! {
    /// Adam: each parameter's step is its mean gradient over the root of its mean squared gradient. The default has the
    /// paper's constants.
    ///
    /// ```text
    /// m ← m + (1 − β₁)·(g − m)    v ← β₂·v + (1 − β₂)·g²    p ← p − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
    /// ```
    Adam = "adam", "Adam", learning_rate 0.01 {
        /// β₁.
        beta1: f64 = 0.9 in Share, "Decay rate of the mean of gradients";
        /// β₂.
        beta2: f64 = 0.999 in Share, "Decay rate of the mean of squared gradients";
        /// ε.
        epsilon: f64 = 1e-8 in Positive, "Small number added to the divisor";
    }
}

method! {
    /// Adam with decoupled weight decay: first `p ← p − lr·λ·p`, then as [`Adam`]. The default has PyTorch's constants.
    AdamW = "adamw", "Adam with decoupled weight decay", learning_rate 0.01 {
        /// β₁.
        beta1: f64 = 0.9 in Share, "Decay rate of the mean of gradients";
        /// β₂.
        beta2: f64 = 0.999 in Share, "Decay rate of the mean of squared gradients";
        /// ε.
        epsilon: f64 = 1e-8 in Positive, "Small number added to the divisor";
        /// λ.
        weight_decay: f64 = 0.01 in AtLeastZero, "Weight decay";
    }
}

impl Adam {
    /// A step that first multiplies each parameter by `shrink`.
    #[inline(always)]
    fn shrinking<T: Scalar>(self, shrink: T, step: Step<'_, T>) {
        let narrow = T::narrow;
        let number = step.number as f64;
        let lr = narrow(step.rate / (1.0 - self.beta1.powf(number)));
        let second_scale = narrow((1.0 - self.beta2.powf(number)).sqrt());
        let (rest1, beta2, rest2) = (narrow(1.0 - self.beta1), narrow(self.beta2), narrow(1.0 - self.beta2));
        let epsilon = narrow(self.epsilon);
        let [first, second] = step.remembered else { return };
        let both = step.parameters.iter_mut().zip(step.gradients);
        for (((p, &g), m), v) in both.zip(first).zip(second) {
            *m += rest1 * (g - *m);
            *v = beta2 * *v + rest2 * g * g;
            *p = *p * shrink - lr * *m / (v.sqrt() / second_scale + epsilon);
        }
    }
}

impl AdamW {
    fn without_decay(self) -> Adam {
        let Self { beta1, beta2, epsilon, .. } = self;
        Adam { beta1, beta2, epsilon }
    }
}

impl Descent for Adam {
    fn remembers(&self) -> &'static [&'static str] {
        &["first_moment", "second_moment"]
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        self.shrinking(T::one(), step);
    }
}

impl Descent for AdamW {
    fn remembers(&self) -> &'static [&'static str] {
        self.without_decay().remembers()
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        self.without_decay().shrinking(T::narrow(1.0 - step.rate * self.weight_decay), step);
    }
}
