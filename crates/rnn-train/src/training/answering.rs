//! What a net is trained to answer: classes, or numbers.

use super::errors::Errors;
use super::means::Scored;
use super::whole::WholeSequences;
use super::window::{Episodes, Window};
use crate::error::Error;
use crate::outputs::snapshot::{Seen, Snapshot};
use crate::settings::net::{Reading, is_one};
use echo_data::{Criterion, Kind, Right, Scale};
use rnn_core::nalgebra::DMatrixView;
use rnn_core::{BinaryCrossEntropy, ClassLoss, Loss, Scalar, SquaredError, Targets, softmax};
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

    /// The loss in the data's own units, where targets are standardised as these scales say.
    fn own_loss(self, _: &DMatrixView<T>, _: Targets<'_, Self::Target>, _: &[Scale]) -> Option<f64> {
        None
    }

    /// How far off each number is that the scored rows of `outputs` answer with, in the data's own units: calls `take` with the number's
    /// place in its row, the answer and the target.
    fn errors(
        self,
        _: &DMatrixView<T>,
        _: Targets<'_, Self::Target>,
        _: &[Scale],
        _take: &mut dyn FnMut(usize, f64, f64),
    ) {
    }

    /// Whether a row's outputs, which are finite and may be changed, are right, where these are its targets. `possible` says of each class whether it can
    /// come, where that is asked for. Nothing where numbers are asked for, and not how near they must be.
    fn is_right(
        self,
        outputs: &mut [T],
        targets: &[Self::Target],
        reading: Reading,
        right: Right,
        possible: &[bool],
    ) -> Option<bool>;

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

    fn is_right(
        self,
        outputs: &mut [T],
        targets: &[u32],
        reading: Reading,
        right: Right,
        possible: &[bool],
    ) -> Option<bool> {
        let (classes, target) = (reading.target_classes(), *targets.first()?);
        let answer = |outputs: &[T]| {
            let answers = ClassLoss::answers(self, &DMatrixView::from_slice(outputs, 1, outputs.len()), classes);
            answers.first().copied()
        };
        let has_output_of_each = outputs.len() == classes;
        match right {
            Right::Class => Some(answer(outputs) == Some(target)),
            Right::Within(distance) => {
                if self.has_logits() {
                    softmax(outputs);
                }
                // One output stands for the class as a number.
                let should = |output: usize| {
                    if has_output_of_each { (output == target as usize).into() } else { f64::from(target) }
                };
                let is_near = |(place, output): (usize, &T)| (output.widen() - should(place)).abs() <= distance;
                Some(outputs.iter().enumerate().all(is_near))
            }
            Right::Possible if has_output_of_each => {
                let of = |can: bool| {
                    let there = outputs.iter().zip(possible).filter(move |(_, possible)| **possible == can);
                    there.map(|(output, _)| output.widen())
                };
                let least = of(true).reduce(f64::min).unwrap_or(f64::NAN);
                Some(least.is_finite() && of(false).all(|output| output < least))
            }
            Right::Possible => Some(possible.get(answer(outputs)? as usize) == Some(&true)),
        }
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

    fn own_loss(self, outputs: &DMatrixView<T>, targets: Targets<'_, f64>, scales: &[Scale]) -> Option<f64> {
        if scales.is_empty() {
            return None;
        }
        let (mut sum, mut count) = (0.0, 0_usize);
        Answering::<T>::errors(self, outputs, targets, scales, &mut |_, answer, target| {
            sum += (answer - target).powi(2);
            count += 1;
        });
        Some(sum / count.max(1) as f64)
    }

    fn errors(
        self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, f64>,
        scales: &[Scale],
        take: &mut dyn FnMut(usize, f64, f64),
    ) {
        let own = |number: usize, value: f64| scales.get(number).map_or(value, |scale| scale.own(value));
        for_each_scored(outputs, targets, |number, answer, target| {
            take(number, own(number, answer.widen()), own(number, target));
        });
    }

    fn is_right(self, outputs: &mut [T], targets: &[f64], _: Reading, right: Right, _: &[bool]) -> Option<bool> {
        let Right::Within(distance) = right else { return None };
        Some(are_near(outputs, targets, distance))
    }

    fn answers(self, outputs: &DMatrixView<T>, _reading: Reading) -> Vec<f64> {
        row_by_row(outputs, |output| output)
    }
}

/// Whether each output is no further than this from its target.
fn are_near<T: Scalar>(outputs: &[T], targets: &[f64], distance: f64) -> bool {
    outputs.iter().zip(targets).all(|(output, target)| (output.widen() - target).abs() <= distance)
}

impl<T: Scalar> Answering<T> for BinaryCrossEntropy {
    fn targets_in<'a>(window: &'a Window<T>, steps: &Range<usize>) -> Targets<'a, f64> {
        window.of_steps(&window.target_values, steps)
    }

    /// The share of right bits.
    fn accuracy(self, outputs: &DMatrixView<T>, targets: Targets<'_, f64>, _: Reading) -> Result<Option<f64>, Error> {
        let (mut right, mut asked) = (0_usize, 0_usize);
        for_each_scored(outputs, targets, |_, logit, target| {
            asked += 1;
            right += usize::from(is_right_bit(logit, target));
        });
        Ok(Some(right as f64 / asked.max(1) as f64))
    }

    fn errors(
        self,
        outputs: &DMatrixView<T>,
        targets: Targets<'_, f64>,
        _: &[Scale],
        take: &mut dyn FnMut(usize, f64, f64),
    ) {
        for_each_scored(outputs, targets, |bit, logit, target| take(bit, logistic(logit).widen(), target));
    }

    fn is_right(self, outputs: &mut [T], targets: &[f64], _: Reading, right: Right, _: &[bool]) -> Option<bool> {
        match right {
            Right::Class => Some(outputs.iter().zip(targets).all(|(&logit, &target)| is_right_bit(logit, target))),
            Right::Within(distance) => {
                outputs.iter_mut().for_each(|logit| *logit = logistic(*logit));
                Some(are_near(outputs, targets, distance))
            }
            Right::Possible => None,
        }
    }

    /// The probability of each bit.
    fn answers(self, outputs: &DMatrixView<T>, _: Reading) -> Vec<f64> {
        row_by_row(outputs, logistic)
    }
}

/// Calls `take` with each output of each scored row: its place in the row, itself, and its target.
fn for_each_scored<T: Scalar>(
    outputs: &DMatrixView<T>,
    targets: Targets<'_, f64>,
    mut take: impl FnMut(usize, T, f64),
) {
    let width = outputs.ncols();
    for row in (0..outputs.nrows()).filter(|&row| targets.is_scored(row)) {
        for number in 0..width {
            take(number, outputs[(row, number)], targets.values()[row * width + number]);
        }
    }
}

/// What is answered with each output, row by row.
fn row_by_row<T: Scalar>(outputs: &DMatrixView<T>, answer: fn(T) -> T) -> Vec<f64> {
    let rows = outputs.row_iter();
    rows.flat_map(|row| row.iter().map(|&output| in_own_digits(answer(output))).collect::<Vec<_>>()).collect()
}

/// The probability of a 1.
pub(super) fn logistic<T: Scalar>(logit: T) -> T {
    T::one() / (T::one() + (-logit).exp())
}

fn is_right_bit<T: Scalar>(logit: T, target: f64) -> bool {
    is_one(logistic(logit).widen()) == is_one(target)
}

/// A number with no more digits than its own type has, so that it is written as that writes it.
fn in_own_digits<T: Scalar>(number: T) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| number.widen())
}

/// Numbers that are standardised as these scales say, in their own units; so many stand behind each other.
fn in_own_units<T: Scalar>(values: impl Iterator<Item = f64>, width: usize, scales: &[Scale]) -> Vec<f64> {
    let own = |(index, value): (usize, f64)| match scales.get(index % width.max(1)) {
        Some(scale) => in_own_digits(T::narrow(scale.own(value))),
        None => value,
    };
    values.enumerate().map(own).collect()
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
        let targets = A::targets_in(self, steps);
        let accuracy = answering.accuracy(outputs, targets, self.reading)?;
        // A person is told of it in the data's own units.
        let loss = answering.own_loss(outputs, targets, &self.scales[1]).unwrap_or(loss);
        Ok(Scored { count: self.count(steps), loss, accuracy })
    }

    /// Counts the classes that are asked for at these steps.
    pub(super) fn count_classes(&self, steps: &Range<usize>, counts: &mut [usize]) {
        if self.target_classes.is_empty() {
            return;
        }
        let targets = self.of_steps(&self.target_classes, steps);
        for (row, &class) in targets.values().iter().enumerate() {
            if let Some(count) = counts.get_mut(class as usize).filter(|_| targets.is_scored(row)) {
                *count += 1;
            }
        }
    }

    /// Takes in how far off the answers at these steps are, number by number.
    pub(super) fn errors<A: Answering<T>>(
        &self,
        answering: A,
        outputs: &DMatrixView<T>,
        steps: &Range<usize>,
        errors: &mut [Errors],
    ) {
        if errors.is_empty() {
            return;
        }
        answering.errors(outputs, A::targets_in(self, steps), &self.scales[1], &mut |number, answer, target| {
            if let Some(errors) = errors.get_mut(number) {
                errors.add(answer, target);
            }
        });
    }

    /// Takes in which answers at these steps are right, row by row of the batch.
    pub(super) fn rights<A: Answering<T>>(
        &self,
        answering: A,
        criterion: &Criterion,
        outputs: &DMatrixView<T>,
        steps: &Range<usize>,
        whole: &mut WholeSequences,
    ) {
        let (targets, possible) = (A::targets_in(self, steps), self.possible_at(steps));
        let (of_row, classes) = (answering.targets(outputs.ncols()), self.reading.target_classes());
        let mut answer = vec![T::zero(); outputs.ncols()];
        for place in (0..outputs.nrows()).filter(|&place| targets.is_scored(place)) {
            whole.add(place % self.batch_size, criterion.last_step, || {
                answer.iter_mut().zip(outputs.row(place).iter()).for_each(|(to, &output)| *to = output);
                // What is no number is no answer.
                if !answer.iter().all(|output| output.is_finite()) {
                    return Some(false);
                }
                let possible = possible.get(place * classes..).and_then(|rest| rest.get(..classes)).unwrap_or_default();
                let targets = &targets.values()[place * of_row..][..of_row];
                answering.is_right(&mut answer, targets, self.reading, criterion.right, possible)
            });
        }
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
            Kind::Values(width) | Kind::Bits(width) => {
                let values = self.inputs.iter().map(|&input| in_own_digits(input));
                (in_own_units::<T>(values, width, &self.scales[0]), width)
            }
        };
        let inputs = lanes(inputs, width, &there);
        let (targets, width) = match self.reading.shape.targets {
            Kind::Classes(_) => (self.target_classes.iter().map(|&class| f64::from(class)).collect(), 1),
            Kind::Values(width) | Kind::Bits(width) => {
                (in_own_units::<T>(self.target_values.iter().copied(), width, &self.scales[1]), width)
            }
        };
        let targets = lanes(targets, width, &scored);
        let answers = answering.answers(outputs, self.reading).into_iter();
        let predictions = lanes(in_own_units::<T>(answers, width, &self.scales[1]), width, &there);
        let seen = Seen {
            inputs: (&inputs.0, inputs.1),
            targets: (&targets.0, targets.1),
            predictions: (&predictions.0, predictions.1),
        };
        Snapshot::new(place, self.batch_size, seen)
    }
}
