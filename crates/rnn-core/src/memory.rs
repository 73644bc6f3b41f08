//! Memory of zeros, or an error where there is none.

use crate::{Error, Scalar, panels};
use nalgebra::DMatrix;

/// A matrix of zeros.
pub(crate) fn zeros<T: Scalar>(what: &'static str, rows: usize, columns: usize) -> Result<DMatrix<T>, Error> {
    Ok(DMatrix::from_vec(rows, columns, flat_zeros(what, rows, columns)?))
}

/// As many zeros as such a matrix has.
pub(crate) fn flat_zeros<T: Scalar>(what: &'static str, rows: usize, columns: usize) -> Result<Vec<T>, Error> {
    let out_of_memory = || Error::OutOfMemory { what, rows, columns };
    let len = rows.checked_mul(columns).ok_or_else(out_of_memory)?;
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| out_of_memory())?;
    values.resize(len, T::zero());
    Ok(values)
}

/// Blocks of units for all [panels] of a batch; `None` is a number that cannot be counted.
pub(crate) fn zero_blocks<T: Scalar>(
    what: &'static str,
    batch: usize,
    blocks: Option<usize>,
    units: Option<usize>,
) -> Result<Vec<T>, Error> {
    let rows = panels::count::<T>(batch).checked_mul(T::PANEL).and_then(|rows| rows.checked_mul(blocks?));
    flat_zeros(what, rows.unwrap_or(usize::MAX), units.unwrap_or(usize::MAX))
}
