//! Adam (Kingma and Ba, "Adam", 2015) and AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019), as
//! PyTorch has them.
//!
//! ```text
//! m ← m + (1 − β₁)·(g − m)   v ← β₂·v + (1 − β₂)·g²        m and v start at 0
//! p ← p − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)         with t, the step's number
//! AdamW: first p ← p − lr·λ·p
//! ```

use super::descent::{Descent, Step, at_least_0, divisor, share};
use crate::error::Error;
use crate::kernels::Scalar;
use std::fmt;

/// Adam: each parameter's step is its mean gradient over the root of its mean squared gradient. The default has the
/// paper's constants.
///
/// ```text
/// m ← m + (1 − β₁)·(g − m)    v ← β₂·v + (1 − β₂)·g²    p ← p − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// β₁, from 0 to less than 1.
    pub beta1: f64,
    /// β₂, from 0 to less than 1.
    pub beta2: f64,
    /// ε.
    pub epsilon: f64,
}

/// Adam with decoupled weight decay: first `p ← p − lr·λ·p`, then as [`Adam`]. The default has PyTorch's constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// β₁, from 0 to less than 1.
    pub beta1: f64,
    /// β₂, from 0 to less than 1.
    pub beta2: f64,
    /// ε.
    pub epsilon: f64,
    /// λ.
    pub weight_decay: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl Default for AdamW {
    fn default() -> Self {
        let Adam { beta1, beta2, epsilon } = Adam::default();
        Self { beta1, beta2, epsilon, weight_decay: 0.01 }
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

    fn check<T: Scalar>(&self) -> Result<(), Error> {
        share("beta1", self.beta1)?;
        share("beta2", self.beta2)?;
        divisor::<T>("epsilon", self.epsilon)
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

    fn check<T: Scalar>(&self) -> Result<(), Error> {
        self.without_decay().check::<T>()?;
        at_least_0::<T>("weight_decay", self.weight_decay)
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        self.without_decay().shrinking(T::narrow(1.0 - step.rate * self.weight_decay), step);
    }
}

impl fmt::Display for Adam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "adam, beta1 {:?}, beta2 {:?}, epsilon {:?}", self.beta1, self.beta2, self.epsilon)
    }
}

impl fmt::Display for AdamW {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { beta1, beta2, epsilon, weight_decay } = self;
        write!(f, "adamw, beta1 {beta1:?}, beta2 {beta2:?}, epsilon {epsilon:?}, weight_decay {weight_decay:?}")
    }
}
