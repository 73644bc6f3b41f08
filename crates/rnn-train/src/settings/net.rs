//! How a net reads what stands at a time step, and answers.

use super::choices::{InputKind, Readout};
use super::table::Settings;
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
            (Kind::Values(values) | Kind::Bits(values), _) => values,
            (Kind::Classes(_), InputKind::Number) => 1,
            (Kind::Classes(classes), InputKind::OneHot) => classes,
        }
    }

    pub(crate) fn outputs(self) -> usize {
        match self.shape.targets {
            Kind::Values(values) | Kind::Bits(values) => values,
            Kind::Classes(classes) => self.loss.outputs(classes),
        }
    }

    /// How many classes are read; 0 where numbers are.
    pub(crate) fn input_classes(self) -> usize {
        classes(self.shape.inputs)
    }

    /// How many classes are asked for; 0 where numbers or bits are.
    pub(crate) fn target_classes(self) -> usize {
        classes(self.shape.targets)
    }

    /// How many numbers are asked for; 0 where classes or bits are.
    pub(crate) fn target_values(self) -> usize {
        match self.shape.targets {
            Kind::Classes(_) | Kind::Bits(_) => 0,
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

/// Whether a bit is 1, which is so with this probability: where that is as probable as 0, or more.
pub(crate) fn is_one(probability: f64) -> bool {
    probability >= 0.5
}

impl Settings {
    /// These settings with as many hidden units as a net of at most so many parameters can have, if that is asked for: at least one.
    pub(super) fn fitted(mut self) -> Self {
        let Some(most) = self.max_parameters.filter(|_| self.is_open()) else { return self };
        // Each unit has parameters, so there are no more units than that. Up to the first bound there is room for them, not up to the second.
        let (mut fits, mut does_not) = (1, most.saturating_add(1));
        while does_not - fits > 1 {
            let middle = fits + (does_not - fits) / 2;
            self.state_size = middle;
            *(if self.parameters() <= most { &mut fits } else { &mut does_not }) = middle;
        }
        self.state_size = fits;
        self
    }
}

/// How many classes there are, where there are any.
fn classes(kind: Kind) -> usize {
    match kind {
        Kind::Classes(classes) => classes,
        Kind::Values(_) | Kind::Bits(_) => 0,
    }
}
