//! What a net is trained to answer: classes, or numbers.

use super::window::Window;
use crate::error::Error;
use crate::settings::net::Reading;
use rnn_core::nalgebra::DMatrixView;
use rnn_core::{ClassLoss, Loss, Scalar, SquaredError, Targets};
use std::ops::Range;

/// A loss, and what there is to know of the answers that it is of.
pub(crate) trait Answering<T: Scalar>: Loss<T> + Copy + 'static {
    /// The targets of some of a window's time steps.
    fn targets_in<'a>(window: &'a Window<T>, steps: &Range<usize>) -> Targets<'a, Self::Target>;

    /// The share of right answers among the scored rows of `outputs`; nothing for numbers.
    fn accuracy(
        self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, Self::Target>,
        reading: Reading,
    ) -> Result<Option<f64>, Error>;

    /// What each row of outputs answers, row by row: a class's number, or as many numbers as there are outputs.
    fn answers(self, outputs: &DMatrixView<T>, reading: Reading) -> Vec<f64>;
}

impl<T: Scalar> Answering<T> for ClassLoss {
    fn targets_in<'a>(window: &'a Window<T>, steps: &Range<usize>) -> Targets<'a, u32> {
        window.of_steps(&window.target_classes, steps)
    }

    fn accuracy(
        self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, u32>,
        reading: Reading,
    ) -> Result<Option<f64>, Error> {
        Ok(Some(ClassLoss::accuracy(self, outputs, targets, reading.target_classes())?))
    }

    fn answers(self, outputs: &DMatrixView<T>, reading: Reading) -> Vec<f64> {
        ClassLoss::answers(self, outputs, reading.target_classes()).into_iter().map(f64::from).collect()
    }
}

impl<T: Scalar> Answering<T> for SquaredError<f64> {
    fn targets_in<'a>(window: &'a Window<T>, steps: &Range<usize>) -> Targets<'a, f64> {
        window.of_steps(&window.target_values, steps)
    }

    fn accuracy(self, _: &DMatrixView<T>, _: Targets<'_, f64>, _: Reading) -> Result<Option<f64>, Error> {
        Ok(None)
    }

    fn answers(self, outputs: &DMatrixView<T>, _reading: Reading) -> Vec<f64> {
        let rows = outputs.row_iter();
        rows.flat_map(|row| row.iter().map(|output| in_own_digits(*output)).collect::<Vec<_>>()).collect()
    }
}

/// A number with no more digits than its own type has, so that it is written as that writes it.
fn in_own_digits<T: Scalar>(number: T) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| number.widen())
}
