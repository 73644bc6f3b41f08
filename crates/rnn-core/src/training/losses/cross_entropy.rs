//! Softmax cross-entropy: the loss of answers that are classes.

use super::answers::{accuracy, classes};
use super::in_columns::of_columns;
use super::loss::{Loss, check_classes, check_shapes};
use super::of_classes::{Facts, OfClasses};
use super::row_loss::{KnownKind, KnownLoss, RowLoss, Rows};
use super::targets::Targets;
use crate::error::Error;
use crate::kernels::Scalar;
use crate::numeric::{Lanes, Vector};
use nalgebra::{DMatrixView, DMatrixViewMut};

/// Softmax cross-entropy; a row's target is the number of a class.
///
/// Of logits `z [rows, classes]` and target classes `c`, with n scored rows:
///
/// ```text
/// loss    = 1/n · Σ_r ( ln Σ_j exp(z_rj) − z_rc )
/// dloss/dz_rj = 1/n · ( softmax(z_r)_j − [j = c] )
/// ```
///
/// The greatest logit m of a row is taken from all of them first, so that no exponential overflows; its own is then 1,
/// and one that would be less than the least normal number is 0.
/// So the row's loss is `ln(1 + Σ exp(z_rj − m)) + (m − z_rc)`, j without the greatest, whose logarithm is exact for a
/// small sum too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SoftmaxCrossEntropy;

impl<T: Scalar> Loss<T> for SoftmaxCrossEntropy {
    type Target = u32;

    fn targets(&self, _outputs: usize) -> usize {
        1
    }

    fn evaluate(
        &self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, u32>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<f64, Error> {
        check_shapes(outputs, targets, d_outputs, 1)?;
        check_classes(outputs.ncols(), targets)?;
        Ok(of_columns(Self, 1, outputs, targets, d_outputs))
    }

    fn known(&self) -> Option<KnownLoss<T, u32>> {
        let numbers = |outputs: usize, targets: Targets<'_, u32>, numbers: &mut [T]| {
            targets.write(numbers);
            check_classes(outputs, targets).is_ok()
        };
        Some(KnownLoss { kind: KnownKind::CrossEntropy, numbers })
    }
}

impl OfClasses for SoftmaxCrossEntropy {
    const FACTS: Facts = Facts {
        name: "cross_entropy",
        about: "Cross-entropy, with one output for each class",
        unit: "cross-entropy (nats)",
        has_logits: true,
        outputs: |classes| classes,
        guessed: cross_entropy,
        least_in_words: "the entropy, in nats,",
    };

    fn answers<T: Scalar>(outputs: &DMatrixView<T>, _classes: usize) -> Vec<u32> {
        classes(outputs).map(|class| class as u32).collect()
    }

    fn accuracy<T: Scalar>(outputs: &DMatrixView<T>, targets: Targets<'_, u32>, _classes: usize) -> Result<f64, Error> {
        accuracy(outputs, targets)
    }
}

/// The cross-entropy in nats, −Σ q ln p, of targets of the distribution q and the answer p.
fn cross_entropy(guess: &[f64], targets: &[f64]) -> f64 {
    // From 0, because the sum of nothing is −0.
    guess.iter().zip(targets).filter(|&(_, &q)| q != 0.0).fold(0.0, |sum, (p, q)| sum - q * p.ln())
}

impl RowLoss for SoftmaxCrossEntropy {
    fn terms(self, _outputs: usize) -> usize {
        1
    }

    fn sums<T: Scalar>(self) -> usize {
        T::WIDTH
    }

    #[inline(always)]
    fn slope<T: Scalar>(self, scored: usize, _outputs: usize) -> T {
        T::one() / T::narrow(scored as f64)
    }

    #[inline(always)]
    fn at_rows<T: Scalar, S: Lanes<T>>(self, slope: Vector<T, S>, rows: &mut impl Rows<T, S>) {
        let (classes, target) = (rows.outputs(), rows.target(0));
        let half = slope.of(T::narrow(0.5));
        let (zero, one) = (half.zero(), half.one());
        let number = |class: usize| half.of(T::narrow(f64::from(class as u32)));
        let (mut max, mut best) = (rows.output(0), zero);
        let mut of_target = max;
        for class in 1..classes {
            let z = rows.output(class);
            best = max.if_less(z, number(class), best);
            max = z.greater(max);
            of_target = (number(class) - target).if_near(half, z, of_target);
        }
        let mut rest = zero;
        if classes == 2 {
            // Of two, one is the greatest, and only the other needs an exponential.
            let other = (best - one).if_near(half, rows.output(0), rows.output(1));
            rest = (other - max).exp();
            rows.set_derivative(0, best.if_near(half, one, rest));
            rows.set_derivative(1, best.if_near(half, rest, one));
        }
        for class in (0..classes).filter(|_| classes != 2) {
            let e = (rows.output(class) - max).exp();
            let distance = number(class) - best;
            rest = rest + distance.if_near(half, zero, e);
            rows.set_derivative(class, distance.if_near(half, one, e));
        }
        let scale = slope / (one + rest);
        for class in 0..classes {
            let probability = rows.derivative(class) * scale;
            let derivative = (number(class) - target).if_near(half, probability - slope, probability);
            rows.set_derivative(class, derivative);
        }
        rows.add(0, rest.ln_1p() + (max - of_target));
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

    /// The loss, and the derivatives.
    fn evaluated<T: Scalar>(outputs: &DMatrix<T>, targets: &[u32]) -> (f64, DMatrix<T>) {
        let mut d_outputs = DMatrix::zeros(outputs.nrows(), outputs.ncols());
        let loss =
            SoftmaxCrossEntropy.evaluate(&outputs.as_view(), targets.into(), &mut d_outputs.as_view_mut()).unwrap();
        (loss, d_outputs)
    }

    /// Worked out by hand: for logits (0, ln 3), softmax is (1/4, 3/4).
    #[test]
    fn softmax_cross_entropy_by_hand() {
        let outputs = DMatrix::from_row_slice(2, 2, &[0.0, 3.0_f64.ln(), 0.0, 3.0_f64.ln()]);
        let (loss, d_outputs) = evaluated(&outputs, &[0, 1]);
        assert!((loss - (4.0_f64.ln() + (4.0_f64 / 3.0).ln()) / 2.0).abs() < 1e-15);
        let expected = DMatrix::from_row_slice(2, 2, &[-0.375, 0.375, 0.125, -0.125]);
        assert!((d_outputs - expected).amax() < 1e-15);
    }

    /// Rows that are not scored have any target and any outputs, and are as if they were not there.
    #[test]
    fn rows_that_are_not_scored_are_as_if_they_were_not_there() {
        let logits: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 5) - 2.0).collect();
        let all = DMatrix::from_row_slice(20, 2, &logits);
        let scored: Vec<bool> = (0..20).map(|row| row % 3 != 1).collect();
        let kept: Vec<usize> = (0..20).filter(|&row| scored[row]).collect();
        let (some, targets) = (all.select_rows(&kept), vec![1; kept.len()]);
        let (expected, derivatives) = evaluated(&some, &targets);
        let mut broken = all;
        for row in (0..20).filter(|&row| !scored[row]) {
            broken.row_mut(row).fill(f64::NAN);
        }
        let targets: Vec<u32> = scored.iter().map(|&scored| if scored { 1 } else { u32::MAX }).collect();
        let mut d_outputs = DMatrix::zeros(20, 2);
        let evaluate = |mask: &[bool], d_outputs: &mut DMatrix<f64>| {
            let targets = Targets::masked(&targets, mask);
            SoftmaxCrossEntropy.evaluate(&broken.as_view(), targets, &mut d_outputs.as_view_mut())
        };
        assert!((evaluate(&scored, &mut d_outputs).unwrap() - expected).abs() < 1e-15);
        assert!((d_outputs.select_rows(&kept) - derivatives).amax() < 1e-15);
        assert!((0..20).filter(|&row| !scored[row]).all(|row| d_outputs.row(row).iter().all(|&d| d == 0.0)));
        assert_eq!(evaluate(&[false; 20], &mut d_outputs), Ok(0.0));
        assert!(d_outputs.iter().all(|&d| d == 0.0));
        assert!(matches!(evaluate(&[true; 20], &mut d_outputs), Err(Error::Class { position: 1, .. })));
        assert!(matches!(evaluate(&[true; 19], &mut d_outputs), Err(Error::Length { .. })));
    }

    #[test]
    fn great_logits_do_not_overflow() {
        let (loss, d_outputs) = evaluated(&DMatrix::from_row_slice(1, 2, &[1e30_f32, -1e30]), &[0]);
        assert_eq!((loss, d_outputs.as_slice()), (0.0, &[0.0, 0.0][..]));
    }

    /// Equal logits of any size are a guess, ln 2; a sure answer's loss is e^(−z), here e^(−40).
    #[test]
    fn a_loss_has_all_its_digits() {
        let loss = |logits: [f32; 2]| evaluated(&DMatrix::from_row_slice(1, 2, &logits), &[1]).0;
        for logit in [0.0, 1e4, -1e6, 1e8, 1e30] {
            assert!((loss([logit; 2]) - 2.0_f64.ln()).abs() < 1e-7, "{logit}");
        }
        assert!((loss([-20.0, 20.0]) / (-40.0_f64).exp() - 1.0).abs() < 1e-6);
        assert!(
            loss([f32::NAN, 0.0]).is_nan() && loss([0.0, f32::NAN]).is_nan() && loss([0.0, f32::INFINITY]).is_nan()
        );
    }
}
