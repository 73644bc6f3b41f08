//! What outputs answer: classes, their probabilities, and how many answers are right.

use super::loss::check_classes;
use super::targets::Targets;
use crate::error::Error;
use crate::kernels::Scalar;
use nalgebra::DMatrixView;

/// The class that a net answers with, for each row of its outputs: the column of the greatest number, the first of
/// several equal ones.
pub fn classes<T: Scalar>(outputs: &DMatrixView<T>) -> impl Iterator<Item = usize> {
    (0..outputs.nrows()).map(|row| greatest(outputs, row))
}

/// The share of the scored rows of `outputs [rows, classes]` that answer with the class of `targets [rows]`, 0 where none is
/// scored; without meaning where an output is not finite.
///
/// # Errors
/// [`Error::Length`] for another number of targets; [`Error::Class`] for one that is none of the classes.
pub fn accuracy<'a, T: Scalar>(outputs: &DMatrixView<T>, targets: impl Into<Targets<'a, u32>>) -> Result<f64, Error> {
    let all = targets.into();
    all.check(outputs.nrows(), 1)?;
    check_classes(outputs.ncols(), all)?;
    let targets = all.values();
    if let Some(mask) = all.mask() {
        let pairs = classes(outputs).zip(targets).zip(mask).filter(|(_, scored)| **scored);
        let right = pairs.filter(|((answer, target), _)| *answer == **target as usize).count();
        return Ok(share(right, all.scored()));
    }
    // Eight rows side by side, of which the compiler makes vector instructions; some of them may have been counted.
    let of_eight = |first: usize, counted: usize| {
        let column = |class: usize| &outputs.column(class).data.into_slice()[first..first + 8];
        let (mut greatest, mut answers) = ([T::zero(); 8], [0; 8]);
        greatest.copy_from_slice(column(0));
        for class in 1..outputs.ncols() {
            for ((greatest, answer), &z) in greatest.iter_mut().zip(&mut answers).zip(column(class)) {
                (*greatest, *answer) = if z > *greatest { (z, class as u32) } else { (*greatest, *answer) };
            }
        }
        let pairs = answers.iter().zip(&targets[first..]).skip(counted);
        pairs.map(|(answer, target)| u32::from(answer == target)).sum::<u32>()
    };
    let (rows, rest) = (targets.len(), targets.len() % 8);
    let right = match rows / 8 {
        0 => classes(outputs).zip(targets).map(|(answer, &target)| u32::from(answer == target as usize)).sum(),
        eights => {
            let last = if rest > 0 { of_eight(rows - 8, 8 - rest) } else { 0 };
            (0..eights).map(|eight| of_eight(8 * eight, 0)).sum::<u32>() + last
        }
    };
    Ok(share(right as usize, rows))
}

/// So many of all; none of nothing.
pub(super) fn share(right: usize, all: usize) -> f64 {
    right as f64 / all.max(1) as f64
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
