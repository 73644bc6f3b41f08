//! A series: input and target, a byte a value.

use crate::classes::Classes;
use crate::error::Error;
use crate::error::check_num_classes;
use crate::files::Dialect;
use crate::read;
use rand::Rng;
use std::io::Read;

/// Input and target of one epoch, in time order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    input: Vec<u8>,
    target: Vec<u8>,
}

impl Series {
    /// Draws an input series and its echo: `target[i] = input[i - echo_step]`, and 0 for the first `echo_step` values.
    ///
    /// # Errors
    /// [`Error::Zero`] for an empty series; [`Error::OutOfMemory`] for one that does not fit.
    pub fn generate<R: Rng + ?Sized>(
        total_series_length: usize,
        classes: &Classes,
        echo_step: usize,
        rng: &mut R,
    ) -> Result<Self, Error> {
        let mut series = Self::zeros(total_series_length)?;
        series.redraw(classes, echo_step, rng);
        Ok(series)
    }

    /// A series of zeros, to be drawn later.
    ///
    /// # Errors
    /// [`Error::Zero`] for an empty series; [`Error::OutOfMemory`] for one that does not fit.
    pub fn zeros(total_series_length: usize) -> Result<Self, Error> {
        if total_series_length == 0 {
            return Err(Error::Zero { name: "total_series_length" });
        }
        Ok(Self { input: zeros(total_series_length)?, target: zeros(total_series_length)? })
    }

    /// Draws another series of the same length in place, as [`generate`](Self::generate) does.
    pub fn redraw<R: Rng + ?Sized>(&mut self, classes: &Classes, echo_step: usize, rng: &mut R) {
        classes.fill(&mut self.input, rng);
        let (unknown, echo) = self.target.split_at_mut(echo_step.min(self.input.len()));
        unknown.fill(0);
        echo.copy_from_slice(&self.input[..echo.len()]);
    }

    /// Reads a series from CSV with the columns `input` and `target`, in any order and among others.
    ///
    /// # Errors
    /// [`Error::MissingColumn`], [`Error::Cell`] for a cell that is no class below `num_classes`,
    /// [`Error::NoValues`], [`Error::Malformed`] for what is no CSV, and [`Error::NumClasses`] unless that is 2 to 256.
    pub fn from_csv<R: Read>(reader: R, num_classes: usize) -> Result<Self, Error> {
        Self::from_csv_with_dialect(reader, num_classes).map(|(series, _)| series)
    }

    /// The same, and how the file is written.
    ///
    /// # Errors
    /// Those of [`from_csv`](Self::from_csv).
    pub fn from_csv_with_dialect<R: Read>(reader: R, num_classes: usize) -> Result<(Self, Dialect), Error> {
        check_num_classes(num_classes)?;
        let (input, target, dialect) = read::columns(reader, num_classes)?;
        Ok((Self { input, target }, dialect))
    }

    /// The input classes.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    /// The target classes, as many as there are inputs.
    #[must_use]
    pub fn target(&self) -> &[u8] {
        &self.target
    }

    /// How many values the input has; never 0.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a series is never empty")]
    pub fn len(&self) -> usize {
        self.input.len()
    }
}

/// Zeros, or an error where the memory cannot be had.
fn zeros(total_series_length: usize) -> Result<Vec<u8>, Error> {
    let mut values = Vec::new();
    values.try_reserve_exact(total_series_length).map_err(|_| Error::OutOfMemory { total_series_length })?;
    values.resize(total_series_length, 0);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::generator;
    use proptest::prelude::*;

    /// The series of seed 0 as the first release drew it: a change here breaks everybody's recorded runs.
    #[test]
    fn a_seed_gives_the_same_series_for_ever() {
        let binary = Series::generate(24, &Classes::uniform(2).unwrap(), 3, &mut generator(0, 1)).unwrap();
        assert_eq!(binary.input(), [1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0]);
        let many = Series::generate(12, &Classes::uniform(10).unwrap(), 0, &mut generator(0, 1)).unwrap();
        assert_eq!(many.input(), [7, 8, 2, 6, 6, 2, 4, 0, 7, 7, 4, 2]);
    }

    #[test]
    fn a_series_that_cannot_fit_is_an_error() {
        let made = Series::generate(usize::MAX, &Classes::uniform(2).unwrap(), 3, &mut generator(0, 1));
        assert_eq!(made, Err(Error::OutOfMemory { total_series_length: usize::MAX }));
    }

    proptest! {
        #[test]
        fn the_target_is_the_input_later(length in 1_usize..200, k in 2_usize..=256, echo_step in 0_usize..250) {
            let classes = Classes::uniform(k).unwrap();
            let series = Series::generate(length, &classes, echo_step, &mut generator(3, 0)).unwrap();
            let mut redrawn = Series::generate(length, &classes, 0, &mut generator(4, 0)).unwrap();
            redrawn.redraw(&classes, echo_step, &mut generator(3, 0));
            prop_assert_eq!(&redrawn, &series);
            prop_assert_eq!(series.target().len(), length);
            for i in 0..length {
                let expected = if i < echo_step { 0 } else { series.input()[i - echo_step] };
                prop_assert_eq!(series.target()[i], expected);
                prop_assert!(usize::from(series.input()[i]) < k);
            }
        }
    }
}
