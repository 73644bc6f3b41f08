//! How a net reads classes and answers with them.

use super::choices::{InputKind, Readout};
use rnn_core::{ClassLoss, Scalar, one_hot};

/// What a net reads and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) input: InputKind,
    pub(crate) loss: ClassLoss,
    pub(crate) readout: Readout,
    pub(crate) num_classes: usize,
}

impl Reading {
    pub(crate) fn input_size(self) -> usize {
        match self.input {
            InputKind::Number => 1,
            InputKind::OneHot => self.num_classes,
        }
    }

    pub(crate) fn outputs(self) -> usize {
        self.loss.outputs(self.num_classes)
    }

    /// Sets `inputs`: the features of each class behind each other.
    pub(crate) fn encode<T: Scalar>(self, classes: &[u32], inputs: &mut [T]) -> Result<(), rnn_core::Error> {
        match self.input {
            InputKind::OneHot => one_hot(classes, self.num_classes, inputs),
            InputKind::Number => {
                inputs.iter_mut().zip(classes).for_each(|(input, &class)| *input = T::narrow(f64::from(class)));
                Ok(())
            }
        }
    }
}
