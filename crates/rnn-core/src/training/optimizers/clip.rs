//! Clipping: how far gradients may go.

use super::constants::is_positive;
use crate::error::Error;
use crate::kernels::Scalar;
use std::fmt;

/// How far gradients may go. The default lets them go.
///
/// Before a step, gradients can be clipped (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural
/// networks", 2013): first each element to −c .. c, then all of them together, multiplied by c / ‖g‖ where their
/// Euclidean norm ‖g‖ is greater than c.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clip {
    /// The greatest absolute value of an element.
    pub value: Option<f64>,
    /// The greatest Euclidean norm of all elements.
    pub norm: Option<f64>,
}

impl Clip {
    /// Makes sure of its limits, as the net's number type `T` has them.
    ///
    /// # Errors
    /// [`Error::Range`] for one that is not a number greater than 0.
    pub fn check<T: Scalar>(&self) -> Result<(), Error> {
        for (name, limit) in [("clip.value", self.value), ("clip.norm", self.norm)] {
            if let Some(value) = limit.filter(|limit| !is_positive::<T>(*limit)) {
                return Err(Error::Range { name, value, allowed: "a number greater than 0" });
            }
        }
        Ok(())
    }

    /// Clips in place, given the norm as it is before.
    pub(super) fn apply<T: Scalar>(&self, gradients: &mut [T], norm: f64) {
        let mut norm = norm;
        if let Some(limit) = self.value {
            let limit = T::narrow(limit);
            // Written so that what is not a number stays what it is.
            for g in &mut *gradients {
                *g = if *g > limit {
                    limit
                } else if *g < -limit {
                    -limit
                } else {
                    *g
                };
            }
            norm = euclidean_norm(gradients);
        }
        if let Some(limit) = self.norm.filter(|limit| norm > *limit) {
            let factor = T::narrow(limit / norm);
            gradients.iter_mut().for_each(|g| *g *= factor);
        }
    }
}

/// Both limits, in words.
impl fmt::Display for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = |limit: Option<f64>| limit.map_or("off".to_owned(), |limit| format!("{limit:?}"));
        write!(f, "value {}, norm {}", limit(self.value), limit(self.norm))
    }
}

/// The Euclidean norm, summed up in `f64`.
pub(crate) fn euclidean_norm<T: Scalar>(values: &[T]) -> f64 {
    // Eight sums side by side, as vector instructions take them.
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        sums.iter_mut().zip(eight).for_each(|(sum, value)| *sum += value.widen() * value.widen());
    }
    sums.iter_mut().zip(rest).for_each(|(sum, value)| *sum += value.widen() * value.widen());
    let sum = sums.into_iter().sum::<f64>();
    if sum.is_normal() || sum.is_nan() {
        return sum.sqrt();
    }
    // Squares can be beyond the largest or below the smallest numbers; those of numbers near 1 are not.
    let scaled = |unit: f64| values.iter().map(|value| (value.widen() / unit).powi(2)).sum::<f64>();
    let greatest = values.iter().map(|value| value.widen().abs()).fold(0.0, f64::max);
    if greatest == 0.0 || greatest.is_infinite() { greatest } else { greatest * scaled(greatest).sqrt() }
}
