//! Stochastic gradient descent, plain, with momentum (Polyak, "Some methods of speeding up the convergence of iteration
//! methods", 1964) or with Nesterov's (Sutskever et al., "On the importance of initialization and momentum in deep
//! learning", 2013), as PyTorch has them.
//!
//! ```text
//! v ← μ·v + g                p ← p − lr · v                v starts at 0
//!   Nesterov                 p ← p − lr · (g + μ·v)
//! ```

use super::descent::{Descent, Step, right, share};
use crate::error::Error;
use crate::kernels::Scalar;
use std::fmt;

/// Stochastic gradient descent: `v ← μ·v + g`, `p ← p − lr·v` or, with Nesterov's momentum, `p ← p − lr·(g + μ·v)`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sgd {
    /// μ, from 0 (none) to less than 1.
    pub momentum: f64,
    /// Whether the momentum is Nesterov's.
    pub nesterov: bool,
}

impl Descent for Sgd {
    fn remembers(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { &["velocity"] }
    }

    fn check<T: Scalar>(&self) -> Result<(), Error> {
        share("momentum", self.momentum)?;
        right(!self.nesterov || self.momentum > 0.0, "momentum", self.momentum, "greater than 0 for Nesterov's")
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: Step<'_, T>) {
        let (lr, momentum) = (T::narrow(step.rate), T::narrow(self.momentum));
        let both = step.parameters.iter_mut().zip(step.gradients);
        match step.remembered {
            [velocity] => {
                for ((p, &g), v) in both.zip(velocity) {
                    *v = momentum * *v + g;
                    *p -= lr * if self.nesterov { g + momentum * *v } else { *v };
                }
            }
            // Without momentum nothing is remembered.
            _ => both.for_each(|(p, &g)| *p -= lr * g),
        }
    }
}

impl fmt::Display for Sgd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sgd, momentum {:?}, nesterov {}", self.momentum, self.nesterov)
    }
}
