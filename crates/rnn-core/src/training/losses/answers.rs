//! What outputs answer: classes, their probabilities, and how many answers are right.

use super::cross_entropy::check_classes;
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
    Ok(f64::from(T::run(Right { outputs, targets })) / targets.len() as f64)
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

/// Counts right answers, some rows at a time.
struct Right<'a, 'b, T> {
    outputs: &'a DMatrixView<'b, T>,
    targets: &'a [u32],
}

impl<T: Scalar> Kernel<T> for Right<'_, '_, T> {
    type Output = u32;

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) -> u32 {
        let Self { outputs, targets } = self;
        let (rows, classes) = outputs.shape();
        let zero = Vector::splat(lanes, T::zero());
        let mut count = 0;
        for first in (0..rows).step_by(T::WIDTH) {
            let z = |class: usize| Vector::load_some(lanes, &outputs.column(class).data.into_slice()[first..]);
            let (mut max, mut best) = (z(0), zero);
            for class in 1..classes {
                let z = z(class);
                best = max.if_less(z, zero.of(T::narrow(f64::from(class as u32))), best);
                max = max.if_less(z, z, max);
            }
            let mut answers = [T::zero(); 8];
            best.store(&mut answers[..T::WIDTH]);
            let right = answers.iter().zip(&targets[first..]).take(T::WIDTH);
            count += right.map(|(&answer, &target)| u32::from(answer == T::narrow(f64::from(target)))).sum::<u32>();
        }
        count
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

    /// More rows than a vector has, and equal outputs, of which the first one counts.
    #[test]
    fn accuracy_counts_what_classes_answer() {
        let outputs = DMatrix::from_fn(11, 3, |row, class| ((row * 7 + class * 5) % 4) as f32);
        let view = outputs.as_view();
        let answers: Vec<u32> = classes(&view).map(|class| class as u32).collect();
        assert_eq!(accuracy(&view, &answers), Ok(1.0));
        let wrong: Vec<u32> =
            answers.iter().enumerate().map(|(row, &a)| if row < 4 { (a + 1) % 3 } else { a }).collect();
        assert_eq!(accuracy(&view, &wrong), Ok(7.0 / 11.0));
        assert_eq!(accuracy(&view, &[3; 11]), Err(Error::Class { position: 0, class: 3, classes: 3 }));
        assert!(matches!(accuracy(&view, &[0; 10]), Err(Error::Length { .. })));
    }
}
