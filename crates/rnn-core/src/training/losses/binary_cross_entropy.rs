//! Binary cross-entropy: the loss of answers that are several bits.

use super::in_columns::of_columns;
use super::loss::{Loss, check_shapes};
use super::row_loss::{KnownKind, KnownLoss, RowLoss, Rows};
use super::targets::Targets;
use crate::error::Error;
use crate::kernels::Scalar;
use crate::numeric::{Lanes, Vector};
use nalgebra::{DMatrixView, DMatrixViewMut};

/// Binary cross-entropy of logits; each output has a target, 0 or 1, or the probability of a 1.
///
/// Of logits `z [rows, m]` and targets `t` of the same shape, with n scored rows and σ the logistic function:
///
/// ```text
/// loss    = −1/(n·m) · Σ_r Σ_j ( t_rj · ln σ(z_rj) + (1 − t_rj) · ln(1 − σ(z_rj)) )
/// dloss/dz_rj = 1/(n·m) · ( σ(z_rj) − t_rj )
/// ```
///
/// It is computed as `max(z, 0) − z·t + ln(1 + exp(−|z|))`, in which nothing overflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinaryCrossEntropy;

impl<T: Scalar> Loss<T> for BinaryCrossEntropy {
    type Target = f64;

    fn targets(&self, outputs: usize) -> usize {
        outputs
    }

    fn evaluate(
        &self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, f64>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<f64, Error> {
        check_shapes(outputs, targets, d_outputs, outputs.ncols())?;
        Ok(of_columns(Self, outputs.ncols(), outputs, targets, d_outputs))
    }

    fn known(&self) -> Option<KnownLoss<T, f64>> {
        let numbers = |_outputs: usize, targets: Targets<'_, f64>, numbers: &mut [T]| {
            targets.write(numbers);
            true
        };
        Some(KnownLoss { kind: KnownKind::BinaryCrossEntropy, numbers })
    }
}

/// A row's term is the mean of its outputs' losses.
impl RowLoss for BinaryCrossEntropy {
    fn terms(self, _outputs: usize) -> usize {
        1
    }

    fn sums<T: Scalar>(self) -> usize {
        T::WIDTH
    }

    #[inline(always)]
    fn slope<T: Scalar>(self, scored: usize, outputs: usize) -> T {
        T::narrow(1.0 / (scored * outputs) as f64)
    }

    #[inline(always)]
    fn at_rows<T: Scalar, S: Lanes<T>>(self, slope: Vector<T, S>, rows: &mut impl Rows<T, S>) {
        let zero = slope.zero();
        let mut sum = zero;
        for output in 0..rows.outputs() {
            let (z, target) = (rows.output(output), rows.target(output));
            rows.set_derivative(output, slope * (z.logistic() - target));
            let rest = z.lesser(zero - z).exp().ln_1p();
            sum = sum + (z.greater(zero) - z * target + rest);
        }
        rows.add(0, sum * slope.of(T::narrow(1.0 / rows.outputs() as f64)));
    }

    #[inline(always)]
    fn summed(self, term: f64) -> f64 {
        term
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    fn evaluated<T: Scalar>(outputs: &DMatrix<T>, targets: Targets<'_, f64>) -> (f64, DMatrix<T>) {
        let mut d_outputs = DMatrix::zeros(outputs.nrows(), outputs.ncols());
        let loss = BinaryCrossEntropy.evaluate(&outputs.as_view(), targets, &mut d_outputs.as_view_mut());
        (loss.unwrap(), d_outputs)
    }

    /// Worked out by hand: σ(0) is 1/2 and σ(ln 3) is 3/4.
    #[test]
    fn by_hand() {
        let outputs = DMatrix::from_row_slice(2, 2, &[0.0, 3.0_f64.ln(), f64::NAN, 3.0_f64.ln()]);
        let targets = [1.0, 0.0, 0.0, 1.0];
        let (loss, d_outputs) = evaluated(&outputs, Targets::masked(&targets, &[true, false]));
        assert!((loss - (2.0_f64.ln() + 4.0_f64.ln()) / 2.0).abs() < 1e-15);
        assert!((d_outputs - DMatrix::from_row_slice(2, 2, &[-0.25, 0.375, 0.0, 0.0])).amax() < 1e-15);
        let (loss, _) = evaluated(&outputs, Targets::masked(&targets, &[false; 2]));
        assert_eq!(loss, 0.0);
    }

    /// Of more rows than go together, some of which are not scored, with logits beyond where exponentials are numbers.
    #[test]
    fn it_is_the_formula() {
        for rows in 1..40 {
            let outputs = DMatrix::from_fn(rows, 3, |row, column| ((row * 7 + column * 5) % 23) as f64 - 11.0);
            let targets: Vec<f64> = (0..rows * 3).map(|place| f64::from(u8::from(place % 5 < 2))).collect();
            let mask: Vec<bool> = (0..rows).map(|row| row % 4 != 2).collect();
            let scored = mask.iter().filter(|scored| **scored).count() as f64;
            let (loss, d_outputs) = evaluated(&outputs, Targets::masked(&targets, &mask));
            let mut expected = 0.0;
            for (row, _) in mask.iter().enumerate().filter(|(_, scored)| **scored) {
                for column in 0..3 {
                    let (z, target): (f64, f64) = (outputs[(row, column)], targets[row * 3 + column]);
                    let p = 1.0 / (1.0 + (-z).exp());
                    expected -= if target == 1.0 { p.ln() } else { (1.0 - p).ln() } / (3.0 * scored);
                    assert!((d_outputs[(row, column)] - (p - target) / (3.0 * scored)).abs() < 1e-15);
                }
            }
            assert!((loss - expected).abs() < 1e-11, "{loss} {expected}");
        }
        let far = DMatrix::from_row_slice(1, 2, &[1e4_f32, -1e4]);
        assert_eq!(evaluated(&far, (&[1.0, 0.0]).into()).0, 0.0);
        assert_eq!(evaluated(&far, (&[0.0, 1.0]).into()).0, 1e4);
    }
}
