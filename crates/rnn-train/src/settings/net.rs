//! How a net reads what stands at a time step, and answers.

use super::choices::{InputKind, Readout};
use echo_data::{Kind, Shape};
use rnn_core::{ClassLoss, Scalar, one_hot};

/// What a net reads and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) input: InputKind,
    pub(crate) loss: ClassLoss,
    pub(crate) readout: Readout,
    pub(crate) shape: Shape,
}

impl Reading {
    pub(crate) fn input_size(self) -> usize {
        match (self.shape.inputs, self.input) {
            (Kind::Values(values), _) => values,
            (Kind::Classes(_), InputKind::Number) => 1,
            (Kind::Classes(classes), InputKind::OneHot) => classes,
        }
    }

    pub(crate) fn outputs(self) -> usize {
        match self.shape.targets {
            Kind::Values(values) => values,
            Kind::Classes(classes) => self.loss.outputs(classes),
        }
    }

    /// How many classes are read; 0 where numbers are.
    pub(crate) fn input_classes(self) -> usize {
        classes(self.shape.inputs)
    }

    /// How many classes are asked for; 0 where numbers are.
    pub(crate) fn target_classes(self) -> usize {
        classes(self.shape.targets)
    }

    /// How many numbers are asked for; 0 where classes are.
    pub(crate) fn target_values(self) -> usize {
        match self.shape.targets {
            Kind::Classes(_) => 0,
            Kind::Values(values) => values,
        }
    }

    /// Sets `inputs`: the features of each class behind each other.
    pub(crate) fn encode<T: Scalar>(self, classes: &[u32], inputs: &mut [T]) -> Result<(), rnn_core::Error> {
        match self.input {
            InputKind::OneHot => one_hot(classes, self.input_classes(), inputs),
            InputKind::Number => {
                inputs.iter_mut().zip(classes).for_each(|(input, &class)| *input = T::narrow(f64::from(class)));
                Ok(())
            }
        }
    }
}

/// How many classes there are, where there are any.
fn classes(kind: Kind) -> usize {
    match kind {
        Kind::Classes(classes) => classes,
        Kind::Values(_) => 0,
    }
}
