//! Memory of zeros, or an error where there is none; for panels, memory whose lines are cache lines.

use super::panels;
use super::real::Real;
use crate::error::Error;
use nalgebra::DMatrix;
use std::ops::{Deref, DerefMut, Range};

/// A matrix of zeros.
pub(crate) fn zeros<T: Real>(what: &'static str, rows: usize, columns: usize) -> Result<DMatrix<T>, Error> {
    Ok(DMatrix::from_vec(rows, columns, flat_zeros(what, rows, columns)?))
}

/// As many zeros as such a matrix has.
pub(crate) fn flat_zeros<T: Real>(what: &'static str, rows: usize, columns: usize) -> Result<Vec<T>, Error> {
    let mut values = reserved(what, rows, columns)?;
    values.resize(rows * columns, T::zero());
    Ok(values)
}

/// An empty vector with room for as many values as a matrix has.
pub(crate) fn reserved<V>(what: &'static str, rows: usize, columns: usize) -> Result<Vec<V>, Error> {
    let out_of_memory = || Error::OutOfMemory { what, rows, columns };
    let len = rows.checked_mul(columns).ok_or_else(out_of_memory)?;
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| out_of_memory())?;
    Ok(values)
}

/// Numbers that begin where a cache line does, so that no vector lies in two lines.
#[derive(Debug)]
pub(crate) struct Lines<T> {
    /// The numbers, and room to begin later.
    values: Vec<T>,
    /// Where in it they are.
    place: Range<usize>,
}

/// Bytes of a cache line.
const LINE: usize = 64;

impl<T> Lines<T> {
    /// So many numbers among these, from where a line begins.
    fn new(values: Vec<T>, len: usize) -> Self {
        // An offset that cannot be had would only be slow.
        let start = values.as_ptr().align_offset(LINE).min(values.len() - len);
        Self { values, place: start..start + len }
    }
}

impl<T> Deref for Lines<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values[self.place.start..self.place.end]
    }
}

impl<T> DerefMut for Lines<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[self.place.start..self.place.end]
    }
}

impl<T: Clone> Clone for Lines<T> {
    fn clone(&self) -> Self {
        // Where a line begins in the copy's memory is another place.
        let mut copy = Self::new(self.values.clone(), self.place.len());
        copy.clone_from_slice(self);
        copy
    }
}

/// Zeros for all [panels] of a batch, in blocks of units; `None` is a number that cannot be counted.
pub(crate) fn zero_blocks<T: Real>(
    what: &'static str,
    batch: usize,
    blocks: Option<usize>,
    units: Option<usize>,
) -> Result<Lines<T>, Error> {
    let rows = panels::count::<T>(batch).checked_mul(T::PANEL).and_then(|rows| rows.checked_mul(blocks?));
    zero_lines(what, rows.unwrap_or(usize::MAX), units.unwrap_or(usize::MAX))
}

/// As many zeros as a matrix has.
pub(crate) fn zero_lines<T: Real>(what: &'static str, rows: usize, columns: usize) -> Result<Lines<T>, Error> {
    let room = LINE / size_of::<T>() - 1;
    let len = rows.checked_mul(columns).and_then(|len| len.checked_add(room));
    let len = len.ok_or(Error::OutOfMemory { what, rows, columns })?;
    let values = flat_zeros(what, len, 1).map_err(|_| Error::OutOfMemory { what, rows, columns })?;
    Ok(Lines::new(values, len - room))
}
