//! A loss's arithmetic at a row, as a cell's is that of a unit: who has the rows, and where, is not its business.

use super::targets::Targets;
use crate::kernels::Scalar;
use crate::numeric::{Lanes, Vector};

/// Rows, one in each lane, as a loss sees them.
pub(super) trait Rows<T, S: Lanes<T>> {
    /// How many outputs there are.
    fn outputs(&self) -> usize;

    /// An output.
    fn output(&self, output: usize) -> Vector<T, S>;

    /// A target, as a number.
    fn target(&self, target: usize) -> Vector<T, S>;

    /// What was set last as the derivative by an output.
    fn derivative(&self, output: usize) -> Vector<T, S>;

    /// Sets the derivative by an output.
    fn set_derivative(&mut self, output: usize, derivative: Vector<T, S>);

    /// Takes a term of the loss, to be summed up.
    fn add(&mut self, term: usize, value: Vector<T, S>);
}

/// A loss's arithmetic at a row. The loss is a mean: over all scored rows, and over a row's terms.
pub(super) trait RowLoss: Copy {
    /// How many terms a row has.
    fn terms(self, outputs: usize) -> usize;

    /// How many sums of terms there are, side by side: those of row r are added to number r modulo this.
    fn sums<T: Scalar>(self) -> usize;

    /// What a row's derivative is multiplied by.
    fn slope<T: Scalar>(self, scored: usize, outputs: usize) -> T;

    /// Hands out the derivatives and the terms of some rows.
    fn at_rows<T: Scalar, S: Lanes<T>>(self, slope: Vector<T, S>, rows: &mut impl Rows<T, S>);

    /// What of a term is summed up.
    fn summed(self, term: f64) -> f64;
}

/// A mean from the sums of its terms.
pub(super) fn mean([a, b, c, d, e, f, g, h]: [f64; 8], terms: usize) -> f64 {
    (((a + e) + (c + g)) + ((b + f) + (d + h))) / terms as f64
}

/// A loss whose arithmetic is known.
#[derive(Debug, Clone, Copy)]
pub struct KnownLoss<T, V> {
    pub(super) kind: KnownKind,
    /// Writes targets as numbers, and says whether each that is scored is such as so many outputs can have.
    pub(super) numbers: fn(usize, Targets<'_, V>, &mut [T]) -> bool,
}

/// Which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownKind {
    BinaryCrossEntropy,
    CrossEntropy,
    SquaredError,
}

impl<T, V> KnownLoss<T, V> {
    /// Which one it is.
    pub(crate) fn kind(&self) -> KnownKind {
        self.kind
    }

    /// How many targets a row has.
    pub(crate) fn targets(&self, outputs: usize) -> usize {
        match self.kind {
            KnownKind::CrossEntropy => 1,
            KnownKind::BinaryCrossEntropy | KnownKind::SquaredError => outputs,
        }
    }
}
