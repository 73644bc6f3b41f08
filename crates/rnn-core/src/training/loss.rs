//! Losses: a mean over the counted outputs and its derivative.

use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use crate::numeric::{Kernel, Lanes, Vector};
use nalgebra::{DMatrixView, DMatrixViewMut};
use std::fmt::Debug;
use std::marker::PhantomData;

/// What a loss says of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Mean over all rows: of cross-entropy in nats, of squared error in the targets' unit, squared.
    pub loss: f64,
    /// Share of rows that are right; without meaning where the loss is not finite. With cross-entropy, those whose
    /// greatest output is the target's; with squared error, those whose outputs are all less than one half off, so that
    /// rounding gives targets that are whole numbers.
    pub accuracy: f64,
}

/// A loss: the mean over all rows of some function of a row's outputs and its targets.
pub trait Loss<T: Scalar>: Send + Sync {
    /// A target.
    type Target: Copy + Debug + PartialEq + 'static;

    /// How many targets there are for each row of this many outputs.
    fn targets(&self, outputs: usize) -> usize;

    /// Scores `outputs [rows, outputs]` against `targets [rows, targets]` and sets `d_outputs`, of the outputs' shape,
    /// to the mean's derivative.
    ///
    /// # Errors
    /// An error that names the row for a target that the outputs cannot have.
    fn score(
        &self,
        outputs: &DMatrixView<T>,
        targets: &DMatrixView<Self::Target>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<Score, Error>;
}

/// Softmax cross-entropy; a row's target is the number of a class.
///
/// Of logits `z [rows, classes]` and target classes `c`, with n rows:
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

/// Squared error; each output has a target, a number of type `V`.
///
/// Of outputs `y [rows, m]` and targets `t` of the same shape:
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

impl<T: Scalar> Loss<T> for SoftmaxCrossEntropy {
    type Target = u32;

    fn targets(&self, _outputs: usize) -> usize {
        1
    }

    fn score(
        &self,
        outputs: &DMatrixView<T>,
        targets: &DMatrixView<u32>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<Score, Error> {
        check_shapes(outputs, targets, d_outputs, 1)?;
        let classes = outputs.ncols();
        let wrong = targets.column(0).as_slice().iter().position(|&target| target as usize >= classes);
        if let Some(position) = wrong {
            return Err(Error::Class { position, class: targets[position] as usize, classes });
        }
        Ok(T::run(CrossEntropy { outputs, targets: targets.column(0).as_slice(), d_outputs }))
    }
}

/// Cross-entropy of some rows at a time, whose numbers stand one below the other.
struct CrossEntropy<'a, 'b, 'c, T> {
    outputs: &'a DMatrixView<'b, T>,
    targets: &'a [u32],
    d_outputs: &'a mut DMatrixViewMut<'c, T>,
}

impl<T: Scalar> Kernel<T> for CrossEntropy<'_, '_, '_, T> {
    type Output = Score;

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) -> Score {
        let Self { outputs, targets, d_outputs } = self;
        let (rows, classes) = outputs.shape();
        let per_row = T::one() / T::narrow(rows as f64);
        let (mut losses, mut correct) = ([0.0; 8], [0_u32; 8]);
        let half = Vector::splat(lanes, T::narrow(0.5));
        let (zero, one) = (half.zero(), half.one());
        for first in (0..rows).step_by(T::WIDTH) {
            let number = |class: usize| Vector::splat(lanes, T::narrow(f64::from(class as u32)));
            let z = |class: usize| Vector::load_some(lanes, &outputs.column(class).data.into_slice()[first..]);
            let mut target = [-T::one(); 8];
            target.iter_mut().zip(&targets[first..]).for_each(|(to, &target)| *to = T::narrow(f64::from(target)));
            let target = Vector::load(lanes, &target);
            let (mut max, mut best) = (z(0), zero);
            let mut of_target = max;
            for class in 1..classes {
                let z = z(class);
                best = max.if_less(z, number(class), best);
                max = max.if_less(z, z, max);
                of_target = (number(class) - target).if_near(half, z, of_target);
            }
            let mut rest = zero;
            for class in 0..classes {
                let e = (z(class) - max).exp();
                let distance = number(class) - best;
                rest = rest + distance.if_near(half, zero, e);
                let e = distance.if_near(half, one, e);
                e.store_some(&mut d_outputs.column_mut(class).as_mut_slice()[first..]);
            }
            let scale = half.of(per_row) / (one + rest);
            for class in 0..classes {
                let mut column = d_outputs.column_mut(class);
                let d = &mut column.as_mut_slice()[first..];
                let probability = Vector::load_some(lanes, d) * scale;
                (number(class) - target).if_near(half, probability - half.of(per_row), probability).store_some(d);
            }
            let (mut loss, mut right) = ([T::zero(); 8], [T::zero(); 8]);
            (rest.ln_1p() + (max - of_target)).store(&mut loss[..T::WIDTH]);
            (best - target).if_near(half, one, zero).store(&mut right[..T::WIDTH]);
            for lane in 0..T::WIDTH.min(rows - first) {
                losses[lane] += loss[lane].widen();
                correct[lane] += u32::from(right[lane] > T::zero());
            }
        }
        let [a, b, c, d, e, f, g, h] = losses;
        let loss = ((a + e) + (c + g)) + ((b + f) + (d + h));
        let correct = correct.into_iter().sum::<u32>();
        Score { loss: loss / rows as f64, accuracy: f64::from(correct) / rows as f64 }
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

    fn score(
        &self,
        outputs: &DMatrixView<T>,
        targets: &DMatrixView<V>,
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<Score, Error> {
        check_shapes(outputs, targets, d_outputs, outputs.ncols())?;
        let (rows, columns) = outputs.shape();
        let count = (rows * columns) as f64;
        let slope = T::narrow(2.0 / count);
        let (mut loss, mut correct) = (0.0, 0_usize);
        for row in 0..rows {
            let mut right = true;
            for column in 0..columns {
                let difference = outputs[(row, column)] - T::narrow(targets[(row, column)].into());
                d_outputs[(row, column)] = slope * difference;
                loss += difference.widen().powi(2);
                right &= difference.widen().abs() < 0.5;
            }
            correct += usize::from(right);
        }
        Ok(Score { loss: loss / count, accuracy: correct as f64 / rows as f64 })
    }
}

/// The class that a net answers with, for each row of its outputs: the column of the greatest number, the first of
/// several equal ones.
pub fn classes<T: Scalar>(outputs: &DMatrixView<T>) -> impl Iterator<Item = usize> {
    (0..outputs.nrows()).map(|row| greatest(outputs, row))
}

/// Makes the logits of one row probabilities: `exp(z_j) / Σ exp(z)`.
pub fn softmax<T: Scalar>(logits: &mut [T]) {
    let Some(max) = logits.iter().copied().reduce(|a, b| if b > a { b } else { a }) else { return };
    let mut sum = T::zero();
    for z in &mut *logits {
        *z = (*z - max).exp();
        sum += *z;
    }
    logits.iter_mut().for_each(|e| *e /= sum);
}

/// An error unless there are targets and derivatives for just these outputs.
fn check_shapes<T: Scalar, V>(
    outputs: &DMatrixView<T>,
    targets: &DMatrixView<V>,
    d_outputs: &DMatrixViewMut<T>,
    columns: usize,
) -> Result<(), Error> {
    check_length("rows of targets", outputs.nrows(), targets.nrows())?;
    check_length("columns of targets", columns, targets.ncols())?;
    check_length("rows of the outputs' derivatives", outputs.nrows(), d_outputs.nrows())?;
    check_length("columns of the outputs' derivatives", outputs.ncols(), d_outputs.ncols())
}

/// The column of a row's greatest number.
fn greatest<T: Scalar>(outputs: &DMatrixView<T>, row: usize) -> usize {
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
        let targets = DMatrix::from_row_slice(2, 1, &[0, 1]);
        let mut d_outputs = DMatrix::zeros(2, 2);
        let score =
            SoftmaxCrossEntropy.score(&outputs.as_view(), &targets.as_view(), &mut d_outputs.as_view_mut()).unwrap();
        assert!((score.loss - (4.0_f64.ln() + (4.0_f64 / 3.0).ln()) / 2.0).abs() < 1e-15);
        assert_eq!(score.accuracy, 0.5);
        let expected = DMatrix::from_row_slice(2, 2, &[-0.375, 0.375, 0.125, -0.125]);
        assert!((d_outputs - expected).amax() < 1e-15);
    }

    #[test]
    fn great_logits_do_not_overflow() {
        let outputs = DMatrix::from_row_slice(1, 2, &[1e30_f32, -1e30]);
        let targets = DMatrix::from_row_slice(1, 1, &[0]);
        let mut d_outputs = DMatrix::zeros(1, 2);
        let score =
            SoftmaxCrossEntropy.score(&outputs.as_view(), &targets.as_view(), &mut d_outputs.as_view_mut()).unwrap();
        assert_eq!((score.loss, score.accuracy), (0.0, 1.0));
        assert_eq!(d_outputs.as_slice(), [0.0, 0.0]);
    }

    /// Equal logits of any size are a guess, ln 2; a sure answer's loss is e^(−z), here e^(−40).
    #[test]
    fn a_loss_has_all_its_digits() {
        let loss = |logits: [f32; 2]| {
            let (outputs, targets) = (DMatrix::from_row_slice(1, 2, &logits), DMatrix::from_row_slice(1, 1, &[1]));
            let mut d_outputs = DMatrix::zeros(1, 2);
            SoftmaxCrossEntropy
                .score(&outputs.as_view(), &targets.as_view(), &mut d_outputs.as_view_mut())
                .unwrap()
                .loss
        };
        for logit in [0.0, 1e4, -1e6, 1e8, 1e30] {
            assert!((loss([logit; 2]) - 2.0_f64.ln()).abs() < 1e-7, "{logit}");
        }
        assert!((loss([-20.0, 20.0]) / (-40.0_f64).exp() - 1.0).abs() < 1e-6);
        assert!(
            loss([f32::NAN, 0.0]).is_nan() && loss([0.0, f32::NAN]).is_nan() && loss([0.0, f32::INFINITY]).is_nan()
        );
    }

    #[test]
    fn softmax_by_hand() {
        let mut logits = [1e3, 1e3 + 3.0_f64.ln()];
        softmax(&mut logits);
        assert!((logits[0] - 0.25).abs() < 1e-12 && (logits[1] - 0.75).abs() < 1e-12);
        softmax::<f32>(&mut []);
    }

    /// Worked out by hand: (0.25² + 1² + 0 + 0.25²) / 4.
    #[test]
    fn squared_error_by_hand() {
        let outputs = DMatrix::from_row_slice(2, 2, &[1.25, 3.0, 0.0, -0.25]);
        let targets = DMatrix::from_row_slice(2, 2, &[1_u32, 2, 0, 0]);
        let mut d_outputs = DMatrix::zeros(2, 2);
        let score = SquaredError::default()
            .score(&outputs.as_view(), &targets.as_view(), &mut d_outputs.as_view_mut())
            .unwrap();
        assert_eq!((score.loss, score.accuracy), (1.125 / 4.0, 0.5));
        assert_eq!(d_outputs, DMatrix::from_row_slice(2, 2, &[0.125, 0.5, 0.0, -0.125]));
    }
}
