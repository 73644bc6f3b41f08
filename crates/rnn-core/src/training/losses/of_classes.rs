//! What a loss makes of classes.

use super::targets::Targets;
use crate::error::Error;
use crate::kernels::Scalar;
use nalgebra::DMatrixView;

/// What there is to say of a loss for classes that are numbered from 0.
pub(super) struct Facts {
    /// The name in settings and files.
    pub(super) name: &'static str,
    /// What it is, in a few words.
    pub(super) about: &'static str,
    /// What stands beside an axis of it.
    pub(super) unit: &'static str,
    /// Whether outputs are logits, which [`softmax`](super::softmax) makes probabilities.
    pub(super) has_logits: bool,
    /// How many outputs a net needs for so many classes.
    pub(super) outputs: fn(usize) -> usize,
    /// The expected loss of the answer that is best for a distribution, to targets of another one.
    pub(super) guessed: fn(&[f64], &[f64]) -> f64,
    /// What that is of a distribution, in words.
    pub(super) least_in_words: &'static str,
}

/// A loss for targets that are classes.
pub(super) trait OfClasses {
    /// What there is to say of it.
    const FACTS: Facts;

    /// The class that each row of outputs answers with.
    fn answers<T: Scalar>(outputs: &DMatrixView<T>, classes: usize) -> Vec<u32>;

    /// The share of the scored rows that answer with their target; 0 where none is scored.
    fn accuracy<T: Scalar>(outputs: &DMatrixView<T>, targets: Targets<'_, u32>, classes: usize) -> Result<f64, Error>;
}
