//! A loss of one net, whose outputs stand in dense columns: some rows at a time, whose numbers stand one below the other.

use super::row_loss::{RowLoss, Rows, mean};
use super::targets::Targets;
use crate::kernels::Scalar;
use crate::numeric::{Kernel, Lanes, Vector};
use nalgebra::{DMatrixView, DMatrixViewMut};

/// The loss, which has one term a row, of outputs and of so many targets for each row of them; sets the derivatives by the outputs.
pub(super) fn of_columns<T: Scalar, V: Copy + Into<f64>>(
    loss: impl RowLoss,
    targets_of_row: usize,
    outputs: &DMatrixView<T>,
    targets: Targets<'_, V>,
    d_outputs: &mut DMatrixViewMut<T>,
) -> f64 {
    T::run_wide(InColumns { loss, targets_of_row, outputs, targets, d_outputs })
}

struct InColumns<'a, 'b, 'c, T, R, V> {
    loss: R,
    targets_of_row: usize,
    outputs: &'a DMatrixView<'b, T>,
    targets: Targets<'a, V>,
    d_outputs: &'a mut DMatrixViewMut<'c, T>,
}

impl<T: Scalar, R: RowLoss, V: Copy + Into<f64>> Kernel<T> for InColumns<'_, '_, '_, T, R, V> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) -> f64 {
        self.line_by_line(lanes.line())
    }
}

impl<T: Scalar, R: RowLoss, V: Copy + Into<f64>> InColumns<'_, '_, '_, T, R, V> {
    /// A cache line of rows at a time: of short vectors two, one of which is worked on while the other waits for its functions. More lines
    /// would not be in the nearest cache until they are read again, if there are many outputs.
    #[inline(always)]
    fn line_by_line<S: Lanes<T>>(self, lanes: S) -> f64 {
        let Self { loss, targets_of_row, outputs, targets, d_outputs } = self;
        let rows = outputs.nrows();
        let scored = targets.mask().map_or(rows, |_| targets.scored());
        if scored == 0 {
            d_outputs.fill(T::zero());
            return 0.0;
        }
        let slope = Vector::splat(lanes, loss.slope(scored, outputs.ncols()));
        let mut losses = [0.0; 8];
        for first in (0..rows).step_by(S::WIDTH) {
            let of_rows = &targets.values()[first * targets_of_row..];
            let mut some = SomeRows {
                outputs,
                d_outputs: &mut *d_outputs,
                first,
                lanes,
                targets: of_rows,
                targets_of_row,
                loss: slope,
            };
            loss.at_rows(slope, &mut some);
            let mut of_rows = [T::zero(); 16];
            some.loss.store(&mut of_rows);
            of_rows[S::WIDTH.min(rows - first)..].fill(T::zero());
            if targets.mask().is_some() {
                let unscored = (first..).zip(&mut of_rows).filter(|(row, _)| !targets.is_scored(*row));
                unscored.for_each(|(_, loss)| *loss = T::zero());
            }
            for of_rows in of_rows[..S::WIDTH].chunks_exact(T::WIDTH) {
                losses.iter_mut().zip(of_rows).for_each(|(sum, &of_row)| *sum += loss.summed(of_row.widen()));
            }
        }
        // What is not scored may be no number, so nothing is multiplied by 0.
        for (row, _) in targets.mask().into_iter().flatten().enumerate().filter(|(_, scored)| !**scored) {
            d_outputs.row_mut(row).fill(T::zero());
        }
        mean(losses, scored)
    }
}

/// As many rows as a vector has lanes.
struct SomeRows<'a, 'b, 'c, 'd, T, S: Lanes<T>, V> {
    outputs: &'a DMatrixView<'b, T>,
    d_outputs: &'d mut DMatrixViewMut<'c, T>,
    first: usize,
    lanes: S,
    /// Those of the first of these rows, and of all behind it.
    targets: &'a [V],
    targets_of_row: usize,
    loss: Vector<T, S>,
}

impl<T: Scalar, S: Lanes<T>, V: Copy + Into<f64>> Rows<T, S> for SomeRows<'_, '_, '_, '_, T, S, V> {
    #[inline(always)]
    fn outputs(&self) -> usize {
        self.outputs.ncols()
    }

    #[inline(always)]
    fn output(&self, output: usize) -> Vector<T, S> {
        self.loss.load_some_like(&self.outputs.column(output).data.into_slice()[self.first..])
    }

    #[inline(always)]
    fn target(&self, target: usize) -> Vector<T, S> {
        let mut numbers = [-T::one(); 16];
        let of_rows = self.targets.chunks_exact(self.targets_of_row);
        numbers.iter_mut().zip(of_rows).for_each(|(to, of_row)| *to = T::narrow(of_row[target].into()));
        Vector::load(self.lanes, &numbers)
    }

    #[inline(always)]
    fn derivative(&self, output: usize) -> Vector<T, S> {
        self.loss.load_some_like(&self.d_outputs.column(output).data.into_slice()[self.first..])
    }

    #[inline(always)]
    fn set_derivative(&mut self, output: usize, derivative: Vector<T, S>) {
        derivative.store_some(&mut self.d_outputs.column_mut(output).as_mut_slice()[self.first..]);
    }

    #[inline(always)]
    fn add(&mut self, _term: usize, loss: Vector<T, S>) {
        self.loss = loss;
    }
}
