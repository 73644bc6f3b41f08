//! Matrix products on column-major views, without allocation.
//!
//! nalgebra's own product is not used here: for more than five rows or columns it packs its operands into memory that
//! it allocates on each call. These run down the columns, which are contiguous, so that vector instructions apply.

use crate::{Error, Scalar};
use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};
use std::ops::Range;

/// A matrix of zeros, or an error where the memory cannot be had.
pub(crate) fn zeros<T: Scalar>(what: &'static str, rows: usize, columns: usize) -> Result<DMatrix<T>, Error> {
    let out_of_memory = || Error::OutOfMemory { what, rows, columns };
    let len = rows.checked_mul(columns).ok_or_else(out_of_memory)?;
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| out_of_memory())?;
    values.resize(len, T::zero());
    Ok(DMatrix::from_vec(rows, columns, values))
}

/// Some rows of a column, which are neighbours in memory.
pub(crate) fn column<T: Scalar>(matrix: &DMatrix<T>, column: usize, rows: Range<usize>) -> &[T] {
    let start = column * matrix.nrows();
    &matrix.as_slice()[start + rows.start..start + rows.end]
}

/// Some rows of a column, to change.
pub(crate) fn column_mut<T: Scalar>(matrix: &mut DMatrix<T>, column: usize, rows: Range<usize>) -> &mut [T] {
    let start = column * matrix.nrows();
    &mut matrix.as_mut_slice()[start + rows.start..start + rows.end]
}

/// `y += A·x` for `A [m, k]` and `x(p)`, p < k: four columns of A at a time, so that y is loaded and stored less often.
#[inline]
fn add_columns<T: Scalar>(y: &mut [T], a: &DMatrixView<T>, x: impl Fn(usize) -> T) {
    let column = |p: usize| a.column(p).data.into_slice();
    let fours = a.ncols() - a.ncols() % 4;
    for p in (0..fours).step_by(4) {
        let (x0, x1, x2, x3) = (x(p), x(p + 1), x(p + 2), x(p + 3));
        let columns = column(p).iter().zip(column(p + 1)).zip(column(p + 2)).zip(column(p + 3));
        for (y, (((&a0, &a1), &a2), &a3)) in y.iter_mut().zip(columns) {
            *y += a0 * x0 + a1 * x1 + (a2 * x2 + a3 * x3);
        }
    }
    for p in fours..a.ncols() {
        let x = x(p);
        for (y, &a) in y.iter_mut().zip(column(p)) {
            *y += a * x;
        }
    }
}

/// `C += A·B` for `C [m, n]`, `A [m, k]`, `B [k, n]`.
pub(crate) fn add_product<T: Scalar>(c: &mut DMatrixViewMut<T>, a: &DMatrixView<T>, b: &DMatrixView<T>) {
    debug_assert_eq!((c.nrows(), c.ncols(), a.ncols()), (a.nrows(), b.ncols(), b.nrows()));
    for j in 0..c.ncols() {
        add_columns(c.column_mut(j).as_mut_slice(), a, |p| b[(p, j)]);
    }
}

/// `C += A·Bᵀ` for `C [m, n]`, `A [m, k]`, `B [n, k]`.
pub(crate) fn add_product_with_transposed<T: Scalar>(
    c: &mut DMatrixViewMut<T>,
    a: &DMatrixView<T>,
    b: &DMatrixView<T>,
) {
    debug_assert_eq!((c.nrows(), c.ncols(), a.ncols()), (a.nrows(), b.nrows(), b.ncols()));
    for j in 0..c.ncols() {
        add_columns(c.column_mut(j).as_mut_slice(), a, |p| b[(j, p)]);
    }
}

/// `C += Aᵀ·B` for `C [m, n]`, `A [k, m]`, `B [k, n]`.
pub(crate) fn add_transposed_product<T: Scalar>(c: &mut DMatrixViewMut<T>, a: &DMatrixView<T>, b: &DMatrixView<T>) {
    debug_assert_eq!((c.nrows(), c.ncols(), a.nrows()), (a.ncols(), b.ncols(), b.nrows()));
    for j in 0..c.ncols() {
        for i in 0..c.nrows() {
            c[(i, j)] += a.column(i).dot(&b.column(j));
        }
    }
}

/// `c[j] += Σᵢ A[i, j]`.
pub(crate) fn add_column_sums<T: Scalar>(c: &mut [T], a: &DMatrixView<T>) {
    for (sum, column) in c.iter_mut().zip(a.column_iter()) {
        *sum += column.sum();
    }
}

/// Sets every row of `a` to `row`.
pub(crate) fn fill_rows<T: Scalar>(a: &mut DMatrixViewMut<T>, row: &[T]) {
    for (mut column, &value) in a.column_iter_mut().zip(row) {
        column.fill(value);
    }
}

/// The logistic function `1 / (1 + e^(−x))`.
#[inline]
pub(crate) fn logistic<T: Scalar>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}
