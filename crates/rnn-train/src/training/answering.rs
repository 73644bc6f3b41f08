//! What a net is trained to answer: classes, or numbers.

use super::means::Scored;
use super::window::{Episodes, Window};
use crate::error::Error;
use crate::outputs::snapshot::{Seen, Snapshot};
use crate::settings::net::Reading;
use echo_data::Kind;
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

impl<T: Scalar> Window<T> {
    /// What these steps have come to, whose loss and outputs are given.
    pub(crate) fn scored<A: Answering<T>>(
        &self,
        answering: A,
        loss: f64,
        outputs: &DMatrixView<T>,
        steps: &Range<usize>,
    ) -> Result<Scored, Error> {
        let accuracy = answering.accuracy(outputs, A::targets_in(self, steps), self.reading)?;
        Ok(Scored { count: self.count(steps), loss, accuracy })
    }

    /// The window, and what a net answers there at all its time steps.
    pub(crate) fn snapshot<A: Answering<T>>(
        &self,
        answering: A,
        place: [usize; 3],
        outputs: &DMatrixView<T>,
    ) -> Snapshot {
        let is = |mask: fn(&Episodes) -> &[bool], place: usize| {
            self.episodes.as_ref().is_none_or(|episodes| mask(episodes)[place])
        };
        let there = |place| is(|episodes| &episodes.there, place);
        let scored = |place| is(|episodes| &episodes.scored, place);
        let lanes = |values: Vec<f64>, width: usize, shows: &dyn Fn(usize) -> bool| -> (Vec<Option<f64>>, usize) {
            let values = values.into_iter().enumerate();
            (values.map(|(index, value)| shows(index / width.max(1)).then_some(value)).collect(), width)
        };
        let (inputs, width) = match self.reading.shape.inputs {
            Kind::Classes(_) => (self.classes.iter().map(|&class| f64::from(class)).collect(), 1),
            Kind::Values(width) => (self.inputs.iter().map(|input| input.widen()).collect(), width),
        };
        let inputs = lanes(inputs, width, &there);
        let (targets, width) = match self.reading.shape.targets {
            Kind::Classes(_) => (self.target_classes.iter().map(|&class| f64::from(class)).collect(), 1),
            Kind::Values(width) => (self.target_values.clone(), width),
        };
        let targets = lanes(targets, width, &scored);
        let predictions = lanes(answering.answers(outputs, self.reading), width, &there);
        let seen = Seen {
            inputs: (&inputs.0, inputs.1),
            targets: (&targets.0, targets.1),
            predictions: (&predictions.0, predictions.1),
        };
        Snapshot::new(place, self.batch_size, seen)
    }
}
