//! Squared error: the loss of answers that are numbers.

use super::answers::share;
use super::loss::{Loss, check_shapes};
use super::of_classes::{Facts, OfClasses};
use super::row_loss::{KnownKind, KnownLoss, RowLoss, Rows};
use super::targets::Targets;
use crate::error::Error;
use crate::kernels::Scalar;
use crate::numeric::{Lanes, Vector};
use nalgebra::{DMatrixView, DMatrixViewMut};
use std::fmt::Debug;
use std::marker::PhantomData;

/// Squared error; each output has a target, a number of type `V`.
///
/// Of outputs `y [rows, m]` and targets `t` of the same shape, with n scored rows:
///
/// ```text
/// loss    = 1/(n·m) · Σ_r Σ_j ( y_rj − t_rj )²
/// dloss/dy_rj = 2/(n·m) · ( y_rj − t_rj )
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SquaredError<V>(PhantomData<V>);

impl<V> Default for SquaredError<V> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, V> Loss<T> for SquaredError<V>
where
    T: Scalar,
    V: Copy + Debug + PartialEq + Into<f64> + Send + Sync + 'static,
{
    type Target = V;

    fn targets(&self, outputs: usize) -> usize {
        outputs
    }

    fn evaluate(
        &self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, V>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<f64, Error> {
        check_shapes(outputs, targets, d_outputs, outputs.ncols())?;
        let (rows, columns) = outputs.shape();
        let scored = targets.mask().map_or(rows, |_| targets.scored());
        if scored == 0 {
            d_outputs.fill(T::zero());
            return Ok(0.0);
        }
        let count = (scored * columns) as f64;
        let slope: T = OfNumbers.slope(scored, columns);
        let mut loss = 0.0;
        for row in 0..rows {
            if !targets.is_scored(row) {
                d_outputs.row_mut(row).fill(T::zero());
                continue;
            }
            for column in 0..columns {
                let difference = outputs[(row, column)] - T::narrow(targets.values()[row * columns + column].into());
                d_outputs[(row, column)] = slope * difference;
                loss += OfNumbers.summed(difference.widen());
            }
        }
        Ok(loss / count)
    }

    fn known(&self) -> Option<KnownLoss<T, V>> {
        let numbers = |_outputs: usize, targets: Targets<'_, V>, numbers: &mut [T]| {
            targets.write(numbers);
            true
        };
        Some(KnownLoss { kind: KnownKind::SquaredError, numbers })
    }
}

/// What it is at a row, whatever the targets were before they were numbers.
#[derive(Clone, Copy)]
pub(super) struct OfNumbers;

impl RowLoss for OfNumbers {
    fn terms(self, outputs: usize) -> usize {
        outputs
    }

    fn sums<T: Scalar>(self) -> usize {
        1
    }

    #[inline(always)]
    fn slope<T: Scalar>(self, scored: usize, outputs: usize) -> T {
        T::narrow(2.0 / (scored * outputs) as f64)
    }

    #[inline(always)]
    fn at_rows<T: Scalar, S: Lanes<T>>(self, slope: Vector<T, S>, rows: &mut impl Rows<T, S>) {
        for output in 0..rows.outputs() {
            let difference = rows.output(output) - rows.target(output);
            rows.set_derivative(output, slope * difference);
            rows.add(output, difference);
        }
    }

    #[inline(always)]
    fn summed(self, term: f64) -> f64 {
        term * term
    }
}

impl OfClasses for SquaredError<u32> {
    const FACTS: Facts = Facts {
        name: "squared_error",
        about: "Squared error between one output and the class's number",
        unit: "squared error",
        has_logits: false,
        outputs: |_classes| 1,
        guessed: off_the_mean,
        least_in_words: "the variance",
    };

    fn answers<T: Scalar>(outputs: &DMatrixView<T>, classes: usize) -> Vec<u32> {
        outputs.column(0).iter().map(|output| nearest(output.widen(), classes)).collect()
    }

    fn accuracy<T: Scalar>(outputs: &DMatrixView<T>, targets: Targets<'_, u32>, classes: usize) -> Result<f64, Error> {
        targets.check(outputs.nrows(), 1)?;
        let pairs = outputs.column(0).into_iter().zip(targets.values()).enumerate();
        let scored = pairs.filter(|(row, _)| targets.is_scored(*row));
        let right = scored.filter(|(_, (output, target))| nearest(output.widen(), classes) == **target).count();
        Ok(share(right, targets.scored()))
    }
}

/// The expected squared error of the mean of one distribution, to class numbers of another one: of the same one it is the variance.
fn off_the_mean(guess: &[f64], targets: &[f64]) -> f64 {
    let numbered = |distribution: &'_ [f64]| (0_u32..).map(f64::from).zip(distribution.to_vec());
    let mean: f64 = numbered(guess).map(|(class, p)| class * p).sum();
    // Deviations, because differences of squares cancel.
    numbered(targets).fold(0.0, |sum, (class, p)| sum + (class - mean).powi(2) * p)
}

/// The class whose number is nearest.
fn nearest(output: f64, classes: usize) -> u32 {
    output.round().clamp(0.0, classes.saturating_sub(1) as f64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    /// Worked out by hand: (0.25² + 1² + 0 + 0.25²) / 4.
    #[test]
    fn squared_error_by_hand() {
        let outputs = DMatrix::from_row_slice(2, 2, &[1.25, 3.0, 0.0, -0.25]);
        let mut d_outputs = DMatrix::zeros(2, 2);
        let targets = [1_u32, 2, 0, 0];
        let loss =
            SquaredError::default().evaluate(&outputs.as_view(), (&targets).into(), &mut d_outputs.as_view_mut());
        assert_eq!(loss, Ok(1.125 / 4.0));
        assert_eq!(d_outputs, DMatrix::from_row_slice(2, 2, &[0.125, 0.5, 0.0, -0.125]));
    }
}
