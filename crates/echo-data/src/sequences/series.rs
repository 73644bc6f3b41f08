//! A series: input and target, a byte a value.

use crate::error::Error;

/// A series of classes, in time order: what is read, and what should be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    input: Vec<u8>,
    target: Vec<u8>,
}

impl Series {
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

    /// One of these inputs and targets, of which there are as many as of the others, and at least one.
    pub(crate) fn of(input: Vec<u8>, target: Vec<u8>) -> Self {
        Self { input, target }
    }

    /// Both, to be drawn.
    pub(crate) fn both_mut(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut self.input, &mut self.target)
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

    #[test]
    fn a_series_that_cannot_fit_is_an_error() {
        assert_eq!(Series::zeros(usize::MAX), Err(Error::OutOfMemory { total_series_length: usize::MAX }));
        assert_eq!(Series::zeros(0), Err(Error::Zero { name: "total_series_length" }));
    }
}
