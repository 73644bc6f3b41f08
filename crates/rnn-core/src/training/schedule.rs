//! Schedules: how the learning rate changes while training goes on.

use crate::error::Error;
use std::f64::consts::PI;
use std::fmt;

/// How the learning rate falls; [`Schedule`] has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Decay {
    /// It does not.
    #[default]
    Constant,
    /// It is multiplied by `factor` after every `steps` training steps.
    Step {
        /// N, at least 1.
        steps: u64,
        /// γ, from 0 to 1.
        factor: f64,
    },
    /// It falls to `factor` of what it was within `steps` training steps, as half a cosine, and stays there.
    Cosine {
        /// N, at least 1.
        steps: u64,
        /// γ, from 0 to 1.
        factor: f64,
    },
}

/// How the learning rate changes while training goes on. The default changes nothing.
///
/// At training step s, counted from 0, the learning rate is multiplied by
///
/// ```text
/// (s + 1) / W                                         while s < W, the steps of the warm-up
/// ```
///
/// and then, with n = s − W, by
///
/// ```text
/// 1                                                   constant
/// γ^⌊n / N⌋                                           step: by γ after every N steps
/// γ + (1 − γ) · (1 + cos(π · min(n, N) / N)) / 2      cosine: down to γ within N steps
/// ```
///
/// The warm-up is the gradual one of Goyal et al. ("Accurate, large minibatch SGD", 2017); the cosine that of Loshchilov
/// and Hutter ("SGDR", 2017), without restarts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Schedule {
    /// W: training steps in which the learning rate rises to its full size.
    pub warmup: u64,
    /// How it falls after that.
    pub decay: Decay,
}

impl Schedule {
    /// Makes sure that it says something at every step.
    ///
    /// # Errors
    /// [`Error::Zero`] for a decay of 0 steps; [`Error::Range`] for a factor that is not from 0 to 1.
    pub fn check(&self) -> Result<(), Error> {
        match self.decay {
            Decay::Constant => Ok(()),
            Decay::Step { steps: 0, .. } | Decay::Cosine { steps: 0, .. } => Err(Error::Zero { name: "decay.steps" }),
            Decay::Step { factor, .. } | Decay::Cosine { factor, .. } if (0.0..=1.0).contains(&factor) => Ok(()),
            Decay::Step { factor: value, .. } | Decay::Cosine { factor: value, .. } => {
                Err(Error::Range { name: "decay.factor", value, allowed: "from 0 to 1" })
            }
        }
    }

    /// What the learning rate is multiplied by at training step `step`, counted from 0.
    #[must_use]
    pub fn factor(&self, step: u64) -> f64 {
        if step < self.warmup {
            return (step + 1) as f64 / self.warmup as f64;
        }
        let n = step - self.warmup;
        match self.decay {
            Decay::Constant => 1.0,
            Decay::Step { steps, factor } => factor.powf((n / steps.max(1)) as f64),
            Decay::Cosine { steps, factor } => {
                let share = n.min(steps) as f64 / steps.max(1) as f64;
                factor + (1.0 - factor) * (1.0 + (PI * share).cos()) / 2.0
            }
        }
    }
}

/// The warm-up and the decay, in words.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "warmup {}, ", self.warmup)?;
        match self.decay {
            Decay::Constant => write!(f, "constant"),
            Decay::Step { steps, factor } => write!(f, "step of {steps} by {factor:?}"),
            Decay::Cosine { steps, factor } => write!(f, "cosine of {steps} to {factor:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(schedule: Schedule, steps: [u64; 6]) -> [f64; 6] {
        steps.map(|step| (schedule.factor(step) * 1e12).round() / 1e12)
    }

    #[test]
    fn by_hand() {
        let step = Schedule { warmup: 4, decay: Decay::Step { steps: 10, factor: 0.5 } };
        assert_eq!(factors(step, [0, 1, 3, 13, 14, 24]), [0.25, 0.5, 1.0, 1.0, 0.5, 0.25]);
        let cosine = Schedule { warmup: 0, decay: Decay::Cosine { steps: 6, factor: 0.2 } };
        // 0.2 + 0.8 · (1 + cos(π/3)) / 2 = 0.2 + 0.8 · 3/4, and so on.
        assert_eq!(factors(cosine, [0, 2, 3, 4, 6, 1000]), [1.0, 0.8, 0.6, 0.4, 0.2, 0.2]);
        assert_eq!(factors(Schedule::default(), [0, 1, 2, 3, 4, u64::MAX]), [1.0; 6]);
    }

    #[test]
    fn what_says_nothing_is_refused() {
        let of = |decay| Schedule { warmup: 0, decay }.check();
        assert_eq!(of(Decay::Step { steps: 0, factor: 0.5 }), Err(Error::Zero { name: "decay.steps" }));
        for factor in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(of(Decay::Cosine { steps: 5, factor }), Err(Error::Range { name: "decay.factor", .. })));
        }
        assert_eq!(of(Decay::Cosine { steps: 5, factor: 0.0 }), Ok(()));
    }
}
