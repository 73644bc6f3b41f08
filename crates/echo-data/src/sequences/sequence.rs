//! A sequence: what is read at each time step, what should be answered there, and which answers are scored.

use super::steps::{Kind, Step, Steps};
use crate::error::Error;
use std::ops::Range;

/// What a net reads and answers at each time step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// What it reads.
    pub inputs: Kind,
    /// What it should answer.
    pub targets: Kind,
}

impl Shape {
    /// Classes in, and as many classes out.
    #[must_use]
    pub fn of_classes(num_classes: usize) -> Self {
        Self { inputs: Kind::Classes(num_classes), targets: Kind::Classes(num_classes) }
    }
}

/// A sequence in time order: a long series, or an episode.
///
/// ```
/// use echo_data::{Kind, Sequence, Shape, Step};
/// // Two numbers are read at each step; their sum is asked for at the last one.
/// let mut sequence = Sequence::new(Shape { inputs: Kind::Values(2), targets: Kind::Values(1) });
/// sequence.push(Step::Values(&[0.5, 1.0]), None)?;
/// sequence.push(Step::Values(&[0.25, 0.0]), Some(Step::Values(&[1.75])))?;
/// assert_eq!((sequence.len(), sequence.targets().values()), (2, &[0.0, 1.75][..]));
/// assert_eq!(sequence.mask(), Some(&[false, true][..]));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    inputs: Steps,
    targets: Steps,
    /// Which steps are scored; all of them where there is none.
    mask: Option<Vec<bool>>,
}

impl Sequence {
    /// A sequence without steps, to be [pushed](Self::push) to.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self { inputs: Steps::none(shape.inputs), targets: Steps::none(shape.targets), mask: None }
    }

    /// A sequence of the same kind without steps.
    pub(super) fn like(&self) -> Self {
        Self { inputs: self.inputs.like(), targets: self.targets.like(), mask: None }
    }

    /// A series of classes, all of them 0, to be drawn later.
    ///
    /// # Errors
    /// [`Error::Zero`] for an empty one; [`Error::OutOfMemory`] for one that does not fit.
    pub fn zeros(total_series_length: usize) -> Result<Self, Error> {
        if total_series_length == 0 {
            return Err(Error::Zero { name: "total_series_length" });
        }
        Ok(Self::of_classes(zeros(total_series_length)?, zeros(total_series_length)?))
    }

    /// One of these classes, of which there are as many targets as inputs.
    pub(crate) fn of_classes(inputs: Vec<u16>, targets: Vec<u16>) -> Self {
        Self { inputs: Steps::Classes(inputs), targets: Steps::Classes(targets), mask: None }
    }

    /// Takes away all steps; the memory stays.
    pub fn clear(&mut self) {
        self.inputs.clear();
        self.targets.clear();
        self.mask = self.mask.take().map(|mut mask| {
            mask.clear();
            mask
        });
    }

    /// Makes room for so many more time steps.
    ///
    /// # Errors
    /// [`Error::LongEpisode`] where the memory cannot be had.
    pub fn reserve(&mut self, steps: usize) -> Result<(), Error> {
        let reserved = self.inputs.reserve(steps) && self.targets.reserve(steps);
        if reserved { Ok(()) } else { Err(Error::LongEpisode { steps }) }
    }

    /// Adds a time step: what is read there, and what should be answered; `None` where no answer is scored.
    ///
    /// # Errors
    /// [`Error::Step`] for what is of another kind, or has another number of values, than this sequence's steps;
    /// [`Error::OutOfMemory`].
    pub fn push(&mut self, input: Step<'_>, target: Option<Step<'_>>) -> Result<(), Error> {
        let fits = self.inputs.takes(input) && target.is_none_or(|target| self.targets.takes(target));
        if !fits {
            return Err(Error::Step { step: self.len() });
        }
        let step = self.len();
        if target.is_none() && self.mask.is_none() {
            let mut mask = Vec::new();
            mask.try_reserve(step + 1).map_err(|_| Error::OutOfMemory { total_series_length: step + 1 })?;
            mask.resize(step, true);
            self.mask = Some(mask);
        }
        self.inputs.push(Some(input))?;
        self.targets.push(target)?;
        if let Some(mask) = &mut self.mask {
            mask.try_reserve(1).map_err(|_| Error::OutOfMemory { total_series_length: step + 1 })?;
            mask.push(target.is_some());
        }
        Ok(())
    }

    /// Adds a step of classes, which are below 65,536; `None` where no answer is scored.
    pub(crate) fn push_classes(&mut self, input: usize, target: Option<usize>) -> Result<(), Error> {
        self.push(Step::Class(input as u16), target.map(|target| Step::Class(target as u16)))
    }

    /// Adds time steps of another sequence; those behind its end are not there.
    ///
    /// # Errors
    /// [`Error::Step`] for one of another kind, or where the memory cannot be had.
    pub fn extend(&mut self, other: &Self, steps: Range<usize>) -> Result<(), Error> {
        let (len, end) = (self.len(), steps.end.min(other.len()));
        let steps = steps.start.min(end)..end;
        let extended =
            self.inputs.extend(&other.inputs, steps.clone()) && self.targets.extend(&other.targets, steps.clone());
        if !extended {
            return Err(Error::Step { step: len });
        }
        if self.mask.is_some() || other.mask.is_some() {
            let mask = self.mask.get_or_insert_with(|| vec![true; len]);
            mask.extend(steps.map(|step| other.is_scored(step)));
        }
        Ok(())
    }

    /// Inputs and targets of a series of classes, to be drawn.
    pub(crate) fn classes_mut(&mut self) -> (&mut [u16], &mut [u16]) {
        (self.inputs.classes_mut(), self.targets.classes_mut())
    }

    /// What is read.
    #[must_use]
    pub fn inputs(&self) -> &Steps {
        &self.inputs
    }

    /// What should be answered: for each step of the inputs one.
    #[must_use]
    pub fn targets(&self) -> &Steps {
        &self.targets
    }

    /// Which steps are scored; nothing where all are. The targets of others have no meaning.
    #[must_use]
    pub fn mask(&self) -> Option<&[bool]> {
        self.mask.as_deref()
    }

    /// Whether a step is there and is scored.
    #[must_use]
    pub fn is_scored(&self, step: usize) -> bool {
        step < self.len() && self.mask.as_ref().is_none_or(|mask| mask[step])
    }

    /// How many time steps there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }
}

/// A series of classes: for each time step the one that is read, and the one that is asked for.
///
/// ```
/// use echo_data::Sequence;
/// let values = [0_u16, 1, 1, 2];
/// // Each value is asked for where the one before it is read.
/// let series: Sequence = values.windows(2).map(|pair| (pair[0], pair[1])).collect();
/// assert_eq!((series.inputs().classes(), series.targets().classes()), (&values[..3], &values[1..]));
/// ```
impl FromIterator<(u16, u16)> for Sequence {
    fn from_iter<I: IntoIterator<Item = (u16, u16)>>(steps: I) -> Self {
        let (inputs, targets) = steps.into_iter().unzip();
        Self::of_classes(inputs, targets)
    }
}

/// A sequence of numbers: for each time step those that are read, and those that are asked for.
impl<const N: usize, const M: usize> FromIterator<([f64; N], [f64; M])> for Sequence {
    fn from_iter<I: IntoIterator<Item = ([f64; N], [f64; M])>>(steps: I) -> Self {
        let [mut inputs, mut targets] = [Vec::new(), Vec::new()];
        for (read, asked) in steps {
            inputs.extend(read);
            targets.extend(asked);
        }
        let inputs = Steps::Values { width: N, values: inputs };
        Self { inputs, targets: Steps::Values { width: M, values: targets }, mask: None }
    }
}

/// Zeros, or an error where the memory cannot be had.
fn zeros(total_series_length: usize) -> Result<Vec<u16>, Error> {
    let mut values = Vec::new();
    values.try_reserve_exact(total_series_length).map_err(|_| Error::OutOfMemory { total_series_length })?;
    values.resize(total_series_length, 0);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_that_cannot_fit_is_an_error() {
        assert_eq!(Sequence::zeros(usize::MAX), Err(Error::OutOfMemory { total_series_length: usize::MAX }));
        assert_eq!(Sequence::zeros(0), Err(Error::Zero { name: "total_series_length" }));
    }

    #[test]
    fn only_what_is_of_its_kind_is_taken() {
        let mut sequence = Sequence::new(Shape { inputs: Kind::Values(2), targets: Kind::Classes(3) });
        let [two, one] = [&[1.0, 2.0][..], &[1.0]].map(Step::Values);
        assert_eq!(sequence.push(two, Some(Step::Class(2))), Ok(()));
        for (input, target) in [(one, None), (Step::Class(1), None), (two, Some(one))] {
            assert_eq!(sequence.push(input, target), Err(Error::Step { step: 1 }));
        }
        assert_eq!((sequence.len(), sequence.mask()), (1, None));
        // A step that is not scored takes a mask, which stays when the sequence is drawn anew.
        sequence.push(two, None).unwrap();
        assert_eq!(sequence.mask(), Some(&[true, false][..]));
        sequence.clear();
        sequence.push(two, Some(Step::Class(1))).unwrap();
        assert!((sequence.len(), sequence.mask()) == (1, Some(&[true][..])) && !sequence.is_scored(1));
    }

    #[test]
    fn steps_of_another_sequence_are_added_with_their_mask() {
        let shape = Shape { inputs: Kind::Values(2), targets: Kind::Classes(3) };
        let (mut all, mut some) = (Sequence::new(shape), Sequence::new(shape));
        for step in 0..4_u16 {
            let scored = (step != 2).then_some(Step::Class(step));
            all.push(Step::Values(&[f64::from(step), 0.5]), scored).unwrap();
        }
        some.push(Step::Values(&[9.0, 9.0]), Some(Step::Class(1))).unwrap();
        some.extend(&all, 1..9).unwrap();
        assert_eq!(some.inputs().values(), [9.0, 9.0, 1.0, 0.5, 2.0, 0.5, 3.0, 0.5]);
        assert_eq!((some.targets().classes(), some.mask()), (&[1, 1, 0, 3][..], Some(&[true, true, false, true][..])));
        some.extend(&all, 7..9).unwrap();
        assert_eq!(some.len(), 4);
        assert_eq!(some.extend(&Sequence::new(Shape::of_classes(2)), 0..1), Err(Error::Step { step: 4 }));
    }
}
