//! Stochastic gradient descent, plain, with momentum (Polyak, "Some methods of speeding up the convergence of iteration
//! methods", 1964) or with Nesterov's (Sutskever et al., "On the importance of initialization and momentum in deep
//! learning", 2013), as PyTorch has them.
//!
//! ```text
//! v ← μ·v + g                p ← p − lr · v                v starts at 0
//!   Nesterov                 p ← p − lr · (g + μ·v)
//! ```

use super::constants::method;
use super::descent::{Descent, Step};
use crate::error::Error;
use crate::kernels::Scalar;

method! {
    /// Stochastic gradient descent: `v ← μ·v + g`, `p ← p − lr·v` or, with Nesterov's momentum, `p ← p − lr·(g + μ·v)`.
    Sgd = "sgd", "Gradient descent, plain or with momentum", learning_rate 0.3 {
        /// μ; 0 for none.
        momentum: f64 = 0.0 in Share, "Momentum";
        /// Whether the momentum is Nesterov's, which must then be greater than 0.
        nesterov: bool = false, "Use Nesterov momentum";
    }
}

impl Descent for Sgd {
    fn remembers(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { &["velocity"] }
    }

    fn check_together(&self) -> Result<(), Error> {
        if self.nesterov && self.momentum == 0.0 {
            let (name, value, needed) = ("nesterov", "true", "a momentum greater than 0");
            return Err(Error::Needs { name, value, needed });
        }
        Ok(())
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
