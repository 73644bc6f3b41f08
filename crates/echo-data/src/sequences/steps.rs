//! What stands at the time steps of a sequence: classes, or numbers.

use crate::error::Error;
use std::ops::Range;

/// What stands at a time step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of so many classes, which are numbered from 0.
    Classes(usize),
    /// So many numbers.
    Values(usize),
    /// So many bits, each of which is 0 or 1 whatever the others are: stored as numbers.
    Bits(usize),
}

impl Kind {
    /// How many classes, numbers or bits there are.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Classes(size) | Self::Values(size) | Self::Bits(size) => size,
        }
    }

    /// Whether an answer is right or wrong, rather than near or far.
    #[must_use]
    pub fn can_be_right(self) -> bool {
        !matches!(self, Self::Values(_))
    }
}

/// What stands at the time steps of a sequence, one behind the other.
#[derive(Debug, Clone, PartialEq)]
pub enum Steps {
    /// A class a step.
    Classes(Vec<u16>),
    /// So many numbers a step, those of a step behind each other.
    Values {
        /// Numbers a step.
        width: usize,
        /// All of them.
        values: Vec<f64>,
    },
}

/// What stands at one time step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<'a> {
    /// A class.
    Class(u16),
    /// Numbers.
    Values(&'a [f64]),
}

impl Steps {
    /// No steps of this kind.
    #[must_use]
    pub fn none(kind: Kind) -> Self {
        match kind {
            Kind::Classes(_) => Self::Classes(Vec::new()),
            Kind::Values(width) | Kind::Bits(width) => Self::Values { width, values: Vec::new() },
        }
    }

    /// No steps of the same kind.
    pub(super) fn like(&self) -> Self {
        match self {
            Self::Classes(_) => Self::Classes(Vec::new()),
            Self::Values { width, .. } => Self::Values { width: *width, values: Vec::new() },
        }
    }

    /// How many time steps there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.len(),
            Self::Values { width, values } => values.len() / (*width).max(1),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers a step has: 1 for a class.
    #[must_use]
    pub fn width(&self) -> usize {
        match self {
            Self::Classes(_) => 1,
            Self::Values { width, .. } => *width,
        }
    }

    /// The classes; none where numbers stand.
    #[must_use]
    pub fn classes(&self) -> &[u16] {
        match self {
            Self::Classes(classes) => classes,
            Self::Values { .. } => &[],
        }
    }

    /// The numbers, those of a step behind each other; none where classes stand.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        match self {
            Self::Classes(_) => &[],
            Self::Values { values, .. } => values,
        }
    }

    /// What stands at a time step; the zero step where there is none.
    #[must_use]
    pub fn step(&self, step: usize) -> Step<'_> {
        match self {
            Self::Classes(classes) => Step::Class(classes.get(step).copied().unwrap_or_default()),
            Self::Values { width, values } => {
                Step::Values(values.get(step * width..(step + 1) * width).unwrap_or_default())
            }
        }
    }

    /// The classes, to be drawn.
    pub(crate) fn classes_mut(&mut self) -> &mut [u16] {
        match self {
            Self::Classes(classes) => classes,
            Self::Values { .. } => &mut [],
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Classes(classes) => classes.clear(),
            Self::Values { values, .. } => values.clear(),
        }
    }

    /// Makes room for so many more steps, if it can be had.
    pub(super) fn reserve(&mut self, steps: usize) -> bool {
        match self {
            Self::Classes(classes) => classes.try_reserve(steps).is_ok(),
            Self::Values { width, values } => {
                steps.checked_mul(*width).is_some_and(|numbers| values.try_reserve(numbers).is_ok())
            }
        }
    }

    /// Whether this can stand at one of these steps.
    pub(super) fn takes(&self, step: Step<'_>) -> bool {
        match (self, step) {
            (Self::Classes(_), Step::Class(_)) => true,
            (Self::Values { width, .. }, Step::Values(values)) => values.len() == *width,
            _ => false,
        }
    }

    /// Adds some steps of others, if these are of the same kind and the memory can be had.
    pub(super) fn extend(&mut self, others: &Self, steps: Range<usize>) -> bool {
        match (self, others) {
            (Self::Classes(classes), Self::Classes(others)) => {
                let more = others.get(steps).unwrap_or_default();
                let has_room = classes.try_reserve(more.len()).is_ok();
                classes.extend_from_slice(if has_room { more } else { &[] });
                has_room
            }
            (Self::Values { width, values }, Self::Values { width: other, values: others }) if width == other => {
                let more = others.get(steps.start * *width..steps.end * *width).unwrap_or_default();
                let has_room = values.try_reserve(more.len()).is_ok();
                values.extend_from_slice(if has_room { more } else { &[] });
                has_room
            }
            _ => false,
        }
    }

    /// Adds a step that it takes; zeros without one.
    pub(super) fn push(&mut self, step: Option<Step<'_>>) -> Result<(), Error> {
        let total_series_length = self.len().saturating_add(1);
        let full = |_| Error::OutOfMemory { total_series_length };
        match self {
            Self::Classes(classes) => {
                classes.try_reserve(1).map_err(full)?;
                classes.push(if let Some(Step::Class(class)) = step { class } else { 0 });
            }
            Self::Values { width, values } => {
                values.try_reserve(*width).map_err(full)?;
                let end = values.len() + *width;
                values.extend(if let Some(Step::Values(step)) = step { step } else { &[] });
                values.resize(end, 0.0);
            }
        }
        Ok(())
    }
}
