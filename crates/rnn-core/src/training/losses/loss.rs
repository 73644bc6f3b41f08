//! What a loss is: a mean over all rows of the scored steps, and its derivative.

use super::row_loss::KnownLoss;
use super::targets::Targets;
use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use nalgebra::{DMatrixView, DMatrixViewMut};
use std::fmt::Debug;

/// A loss: the mean over all rows of some function of a row's outputs and its targets. How many answers are right is
/// another question: see [`accuracy`](super::accuracy) and [`ClassLoss::accuracy`](super::ClassLoss::accuracy).
pub trait Loss<T: Scalar>: Send + Sync {
    /// A target.
    type Target: Copy + Debug + PartialEq + 'static;

    /// How many targets there are for each row of this many outputs.
    fn targets(&self, outputs: usize) -> usize;

    /// The mean loss of the scored rows of `outputs [rows, outputs]` against `targets [rows, targets]`, those of a row behind
    /// each other; sets `d_outputs`, of the outputs' shape, to the mean's derivative, which is 0 in a row that is not scored.
    /// Where no row is scored the loss is 0.
    ///
    /// # Errors
    /// An error that names the row for a target that the outputs cannot have.
    fn evaluate(
        &self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, Self::Target>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<f64, Error>;

    /// What [`evaluate`](Self::evaluate) computes at each row, where this crate knows it, to be computed together with other
    /// work. Losses of other crates are evaluated as they are.
    #[doc(hidden)]
    fn known(&self) -> Option<KnownLoss<T, Self::Target>> {
        None
    }
}

/// An error unless there are so many targets a row, and derivatives for just these outputs.
pub(super) fn check_shapes<T: Scalar, V>(
    outputs: &DMatrixView<T>,
    targets: Targets<'_, V>,
    d_outputs: &DMatrixViewMut<T>,
    columns: usize,
) -> Result<(), Error> {
    targets.check(outputs.nrows(), columns)?;
    check_length("rows of the outputs' derivatives", outputs.nrows(), d_outputs.nrows())?;
    check_length("columns of the outputs' derivatives", outputs.ncols(), d_outputs.ncols())
}

/// An error for the first scored target that is no class of these outputs.
pub(super) fn check_classes(outputs: usize, targets: Targets<'_, u32>) -> Result<(), Error> {
    // More classes than a target can number are all numbered.
    let classes = u32::try_from(outputs).unwrap_or(u32::MAX);
    let is_none = |target: &u32| *target >= classes;
    // All are looked at first, which the compiler makes vector instructions of.
    if !targets.values().iter().fold(false, |any, target| any | is_none(target)) {
        return Ok(());
    }
    let mut all = targets.values().iter().enumerate();
    let wrong = all.find(|(row, target)| is_none(target) && targets.is_scored(*row));
    wrong.map_or(Ok(()), |(position, &class)| Err(Error::Class { position, class: class as usize, classes: outputs }))
}
