//! Losses: a mean over the counted outputs and its derivative.
//!
//! Softmax cross-entropy of logits `z [rows, classes]` and target classes `c`, with n rows:
//!
//! ```text
//! loss    = 1/n · Σ_r ( ln Σ_j exp(z_rj) − z_rc )
//! dloss/dz_rj = 1/n · ( softmax(z_r)_j − [j = c] )
//! ```
//!
//! The greatest logit of a row is taken from all of them first, so that no exponential overflows.

use crate::{Error, Scalar};
use nalgebra::{DMatrixView, DMatrixViewMut};

/// What a loss says of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Mean over all rows, in nats for cross-entropy.
    pub loss: f64,
    /// Share of rows whose greatest output is the target's.
    pub accuracy: f64,
}

/// A loss: the mean over all rows of some function of a row's outputs and its target.
pub trait Loss<T: Scalar>: Send + Sync {
    /// A row's target.
    type Target: Copy;

    /// Scores `outputs [rows, outputs]` and sets `d_outputs`, of the same shape, to the mean's derivative.
    ///
    /// # Errors
    /// An error that names the row for a target that the outputs cannot have.
    fn score(
        &self,
        outputs: &DMatrixView<T>,
        targets: &[Self::Target],
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<Score, Error>;
}

/// Softmax cross-entropy; a target is the number of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftmaxCrossEntropy;

impl<T: Scalar> Loss<T> for SoftmaxCrossEntropy {
    type Target = u32;

    fn score(
        &self,
        outputs: &DMatrixView<T>,
        targets: &[u32],
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<Score, Error> {
        let (rows, classes) = outputs.shape();
        let per_row = T::one() / T::narrow(rows as f64);
        let (mut loss, mut correct) = (0.0, 0_usize);
        for (row, &target) in targets.iter().enumerate() {
            let target = target as usize;
            if target >= classes {
                return Err(Error::Target { position: row, class: target, classes });
            }
            let best = greatest(outputs, row);
            let max = outputs[(row, best)];
            let mut sum = T::zero();
            for class in 0..classes {
                let e = (outputs[(row, class)] - max).exp();
                d_outputs[(row, class)] = e;
                sum += e;
            }
            let scale = per_row / sum;
            for class in 0..classes {
                d_outputs[(row, class)] *= scale;
            }
            d_outputs[(row, target)] -= per_row;
            loss += (sum.ln() + max - outputs[(row, target)]).widen();
            correct += usize::from(best == target);
        }
        Ok(Score { loss: loss / rows as f64, accuracy: correct as f64 / rows as f64 })
    }
}

/// The column of a row's greatest number, the first of several equal ones.
pub(crate) fn greatest<T: Scalar>(outputs: &DMatrixView<T>, row: usize) -> usize {
    (1..outputs.ncols())
        .fold(0, |best, column| if outputs[(row, column)] > outputs[(row, best)] { column } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    /// Worked out by hand: for logits (0, ln 3), softmax is (1/4, 3/4).
    #[test]
    fn softmax_cross_entropy_by_hand() {
        let outputs = DMatrix::from_row_slice(2, 2, &[0.0, 3.0_f64.ln(), 0.0, 3.0_f64.ln()]);
        let mut d_outputs = DMatrix::zeros(2, 2);
        let score = SoftmaxCrossEntropy.score(&outputs.as_view(), &[0, 1], &mut d_outputs.as_view_mut()).unwrap();
        assert!((score.loss - (4.0_f64.ln() + (4.0_f64 / 3.0).ln()) / 2.0).abs() < 1e-15);
        assert_eq!(score.accuracy, 0.5);
        let expected = DMatrix::from_row_slice(2, 2, &[-0.375, 0.375, 0.125, -0.125]);
        assert!((d_outputs - expected).amax() < 1e-15);
    }

    #[test]
    fn great_logits_do_not_overflow() {
        let outputs = DMatrix::from_row_slice(1, 2, &[1e30_f32, -1e30]);
        let mut d_outputs = DMatrix::zeros(1, 2);
        let score = SoftmaxCrossEntropy.score(&outputs.as_view(), &[0], &mut d_outputs.as_view_mut()).unwrap();
        assert_eq!((score.loss, score.accuracy), (0.0, 1.0));
        assert_eq!(d_outputs.as_slice(), [0.0, 0.0]);
    }
}
