//! What outputs answer: classes, their probabilities, and how many answers are right.

use super::loss::check_classes;
use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use crate::numeric::{Kernel, Lanes, Vector};
use nalgebra::DMatrixView;

/// The class that a net answers with, for each row of its outputs: the column of the greatest number, the first of
/// several equal ones.
pub fn classes<T: Scalar>(outputs: &DMatrixView<T>) -> impl Iterator<Item = usize> {
    (0..outputs.nrows()).map(|row| greatest(outputs, row))
}

/// The share of rows of `outputs [rows, classes]` that answer with the class of `targets [rows]`; without meaning where an
/// output is not finite.
///
/// # Errors
/// [`Error::Length`] for another number of targets; [`Error::Class`] for one that is none of the classes.
pub fn accuracy<T: Scalar>(outputs: &DMatrixView<T>, targets: &[u32]) -> Result<f64, Error> {
    check_length("targets", outputs.nrows(), targets.len())?;
    check_classes(outputs, targets)?;
    Ok(T::run(Right { outputs, targets }) / targets.len() as f64)
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

/// The column of a row's greatest number.
fn greatest<T: Scalar>(outputs: &DMatrixView<T>, row: usize) -> usize {
    (1..outputs.ncols())
        .fold(0, |best, column| if outputs[(row, column)] > outputs[(row, best)] { column } else { best })
}

/// Rows that are compared together: their greatest outputs so far stay in the first cache.
const ROWS: usize = 128;

/// Counts right answers.
struct Right<'a, 'b, T> {
    outputs: &'a DMatrixView<'b, T>,
    targets: &'a [u32],
}

impl<T: Scalar> Kernel<T> for Right<'_, '_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) -> f64 {
        let Self { outputs, targets } = self;
        let half = Vector::splat(lanes, T::narrow(0.5));
        let (zero, one) = (half.zero(), half.one());
        let mut count = zero;
        for (start, targets) in (0..targets.len()).step_by(ROWS).zip(targets.chunks(ROWS)) {
            let rows = targets.len();
            let column = |class: usize| &outputs.column(class).data.into_slice()[start..start + rows];
            let (mut greatest, mut answers) = ([T::zero(); ROWS], [T::zero(); ROWS]);
            greatest[..rows].copy_from_slice(column(0));
            for class in 1..outputs.ncols() {
                let (column, number) = (column(class), zero.of(T::narrow(f64::from(class as u32))));
                for first in (0..rows).step_by(T::WIDTH) {
                    let (z, max) = (Vector::load_some(lanes, &column[first..]), &mut greatest[first..]);
                    let (answer, so_far) = (&mut answers[first..], Vector::load(lanes, max));
                    so_far.if_less(z, number, Vector::load(lanes, answer)).store(answer);
                    so_far.if_less(z, z, so_far).store(max);
                }
            }
            // Where there is no row, there is no right answer.
            let mut right = [-T::one(); ROWS];
            right.iter_mut().zip(targets).for_each(|(right, &target)| *right = T::narrow(f64::from(target)));
            for first in (0..rows).step_by(T::WIDTH) {
                let [answer, right] = [&answers, &right].map(
                    #[inline(always)]
                    |numbers| Vector::load(lanes, &numbers[first..]),
                );
                count = count + (answer - right).if_near(half, one, zero);
            }
        }
        let mut counts = [T::zero(); 8];
        count.store(&mut counts[..T::WIDTH]);
        counts.into_iter().map(T::widen).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    #[test]
    fn softmax_by_hand() {
        let mut logits = [1e3, 1e3 + 3.0_f64.ln()];
        softmax(&mut logits);
        assert!((logits[0] - 0.25).abs() < 1e-12 && (logits[1] - 0.75).abs() < 1e-12);
        softmax::<f32>(&mut []);
    }

    /// More rows than are compared together, and equal outputs, of which the first one counts.
    #[test]
    fn accuracy_counts_what_classes_answer() {
        let outputs = DMatrix::from_fn(300, 3, |row, class| ((row * 7 + class * 5) % 4) as f32);
        let view = outputs.as_view();
        let answers: Vec<u32> = classes(&view).map(|class| class as u32).collect();
        assert_eq!(accuracy(&view, &answers), Ok(1.0));
        let wrong: Vec<u32> =
            answers.iter().enumerate().map(|(row, &a)| if row < 4 { (a + 1) % 3 } else { a }).collect();
        assert_eq!(accuracy(&view, &wrong), Ok(296.0 / 300.0));
        assert_eq!(accuracy(&view, &[3; 300]), Err(Error::Class { position: 0, class: 3, classes: 3 }));
        assert!(matches!(accuracy(&view, &[0; 299]), Err(Error::Length { .. })));
    }
}
