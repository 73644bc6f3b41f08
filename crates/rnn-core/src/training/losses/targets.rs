//! Targets, and which of them count.

use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use std::ops::Range;

/// The targets of some rows, those of a row behind each other, and which rows are scored: all of them, or those that a mask
/// says. A row that is not scored can have any target; it adds nothing to the loss and has no derivative. So episodes of
/// different lengths stand side by side, and only some steps of a sequence ask for an answer.
///
/// ```
/// use rnn_core::Targets;
/// let all = Targets::from(&[0_u32, 1, 1]);
/// let two = Targets::masked(&[0_u32, 1, 1], &[true, false, true]);
/// assert_eq!((all.scored(), two.scored()), (3, 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Targets<'a, V> {
    values: &'a [V],
    mask: Option<&'a [bool]>,
}

impl<'a, V> Targets<'a, V> {
    /// Targets of which the rows with a `true` are scored: the mean is that over them. `mask` has one for each row.
    #[must_use]
    pub fn masked(values: &'a [V], mask: &'a [bool]) -> Self {
        Self { values, mask: Some(mask) }
    }

    /// The targets.
    #[must_use]
    pub fn values(self) -> &'a [V] {
        self.values
    }

    /// Which rows are scored; nothing where all are.
    #[must_use]
    pub fn mask(self) -> Option<&'a [bool]> {
        self.mask
    }

    /// Whether a row is scored.
    #[inline]
    #[must_use]
    pub fn is_scored(self, row: usize) -> bool {
        self.mask.is_none_or(|mask| mask.get(row).is_some_and(|&scored| scored))
    }

    /// How many rows are scored; without a mask, how many targets there are.
    #[must_use]
    pub fn scored(self) -> usize {
        self.mask.map_or(self.values.len(), |mask| mask.iter().filter(|&&scored| scored).count())
    }

    /// Writes them as numbers.
    pub(super) fn write<T: Scalar>(self, numbers: &mut [T])
    where
        V: Copy + Into<f64>,
    {
        numbers.iter_mut().zip(self.values).for_each(|(number, &target)| *number = T::narrow(target.into()));
    }

    /// Those of some rows, each of which has so many targets.
    pub(crate) fn of_rows(self, rows: Range<usize>, columns: usize) -> Self {
        let Range { start, end } = rows;
        Self { values: &self.values[start * columns..end * columns], mask: self.mask.map(|mask| &mask[start..end]) }
    }

    /// An error unless these are the targets of so many rows.
    pub(crate) fn check(self, rows: usize, columns: usize) -> Result<(), Error> {
        check_length("targets", rows.saturating_mul(columns), self.values.len())?;
        self.mask.map_or(Ok(()), |mask| check_length("the targets' mask", rows, mask.len()))
    }
}

impl<'a, V> From<&'a [V]> for Targets<'a, V> {
    fn from(values: &'a [V]) -> Self {
        Self { values, mask: None }
    }
}

impl<'a, V> From<&'a Vec<V>> for Targets<'a, V> {
    fn from(values: &'a Vec<V>) -> Self {
        Self { values, mask: None }
    }
}

impl<'a, V, const N: usize> From<&'a [V; N]> for Targets<'a, V> {
    fn from(values: &'a [V; N]) -> Self {
        Self { values, mask: None }
    }
}
