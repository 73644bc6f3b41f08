//! What a loss makes of classes.

use crate::error::Error;
use crate::kernels::Scalar;
use nalgebra::DMatrixView;

/// What a loss makes of classes that are numbered from 0.
pub(super) trait OfClasses {
    /// The name in settings and files.
    const NAME: &'static str;
    /// What it is, in a few words.
    const ABOUT: &'static str;
    /// What stands beside an axis of it.
    const UNIT: &'static str;
    /// Whether outputs are logits, which [`softmax`](super::softmax) makes probabilities.
    const LOGITS: bool;

    /// How many outputs a net needs.
    fn outputs(classes: usize) -> usize;

    /// The class that each row of outputs answers with.
    fn answers<T: Scalar>(outputs: &DMatrixView<T>, classes: usize) -> Vec<u32>;

    /// The share of rows that answer with their target.
    fn accuracy<T: Scalar>(outputs: &DMatrixView<T>, targets: &[u32], classes: usize) -> Result<f64, Error>;

    /// What [`least`](Self::least) is of a distribution, in words.
    const LEAST: &'static str;

    /// The least expected loss of one answer to all targets of this distribution.
    fn least(distribution: &[f64]) -> f64;
}
