//! Classes as inputs.

use crate::error::{Error, check_length};
use crate::kernels::Scalar;

/// Writes classes as one-hot inputs: for each class `num_classes` numbers, of which that of the class is 1 and the others
/// are 0.
///
/// # Errors
/// [`Error::Length`] for inputs of another size; [`Error::Class`] for a class that is not below `num_classes`. The
/// inputs are then as they were.
pub fn one_hot<T: Scalar>(classes: &[u32], num_classes: usize, inputs: &mut [T]) -> Result<(), Error> {
    check_length("one-hot inputs", classes.len().saturating_mul(num_classes), inputs.len())?;
    if let Some(position) = classes.iter().position(|&class| class as usize >= num_classes) {
        return Err(Error::Class { position, class: classes[position] as usize, classes: num_classes });
    }
    inputs.fill(T::zero());
    for (inputs, &class) in inputs.chunks_exact_mut(num_classes.max(1)).zip(classes) {
        inputs[class as usize] = T::one();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut inputs = [7.0_f32; 6];
        one_hot(&[2, 0], 3, &mut inputs).unwrap();
        assert_eq!(inputs, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(one_hot(&[1, 3], 3, &mut inputs), Err(Error::Class { position: 1, class: 3, classes: 3 }));
        assert!(matches!(one_hot(&[0], 3, &mut inputs), Err(Error::Length { expected: 3, found: 6, .. })));
        assert_eq!(inputs, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    }
}
