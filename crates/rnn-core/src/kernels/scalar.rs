//! The types of numbers that the work on windows is compiled for.
//!
//! Generic code is compiled again in each crate that calls it, here a minute each time. So the functions here hand their
//! work over to [`Scalar::compute`], which is compiled in this crate.

use super::copies::{self, Copied, DenseCopy};
use super::ensemble::{
    EnsembleBackward, EnsembleForward, EnsembleReadOut, EnsembleReadOutBackward, EnsembleWork, FromLanes, Places,
    ToLanes,
};
use super::layer::{self, LayerBackward, LayerForward};
use super::readout::{ReadOut, ReadOutBackward};
use super::rows::{
    self, Push, RowLayerBackward, RowLayerForward, RowReadOut, RowReadOutBackward, StepLayer, StepReadout,
};
use crate::cells::{Cell, CellKind, WithCell};
use crate::numeric::Real;

/// A type of numbers that nets can have: `f32` or `f64`.
pub trait Scalar: Real {
    /// Does some work on a window.
    #[doc(hidden)]
    fn compute(work: Work<'_, '_, Self>);
}

impl Scalar for f32 {
    fn compute(work: Work<'_, '_, Self>) {
        work.0.run();
    }
}

impl Scalar for f64 {
    fn compute(work: Work<'_, '_, Self>) {
        work.0.run();
    }
}

/// Some work on a window.
pub struct Work<'a, 'b, T>(Kind<'a, 'b, T>);

enum Kind<'a, 'b, T> {
    Forward(CellKind, LayerForward<'a, T>),
    Backward(CellKind, LayerBackward<'a, T>),
    RowForward(CellKind, RowLayerForward<'a, T>),
    RowBackward(CellKind, RowLayerBackward<'a, T>),
    RowReadOut(RowReadOut<'a, T>),
    RowReadOutBackward(RowReadOutBackward<'a, T>),
    Push(Push<'a, T>),
    ReadOut(ReadOut<'a, T>),
    ReadOutBackward(ReadOutBackward<'a, T>),
    RowsToPanels(DenseCopy, &'a [T], &'a mut [T]),
    ToPanels(Copied<'a, T, true>),
    FromPanels(Copied<'a, T, false>),
    Ensemble(EnsembleWork<'a, 'b, T>),
}

impl<T: Real> Kind<'_, '_, T> {
    fn run(self) {
        match self {
            Self::Forward(cell, work) => cell.with(work),
            Self::Backward(cell, work) => cell.with(work),
            Self::RowForward(cell, work) => cell.with(work),
            Self::RowBackward(cell, work) => cell.with(work),
            Self::RowReadOut(work) => work.run(),
            Self::RowReadOutBackward(work) => work.run(),
            Self::Push(work) => T::run_wide(work),
            Self::ReadOut(work) => T::run(work),
            Self::ReadOutBackward(work) => T::run(work),
            // The rows of one feature are a column.
            Self::RowsToPanels(copy, from, to) if copy.copied.1 == 1 => T::run(Copied::<_, true>(copy, from, to)),
            Self::RowsToPanels(copy, from, to) => copies::rows_to_panels(&copy, from, to),
            Self::ToPanels(work) => T::run(work),
            Self::FromPanels(work) => T::run(work),
            Self::Ensemble(work) => work.run(),
        }
    }
}

impl<T: Real> WithCell for LayerForward<'_, T> {
    type Output = ();

    fn with<C: Cell>(self, cell: C) {
        layer::forward(cell, self);
    }
}

impl<T: Real> WithCell for LayerBackward<'_, T> {
    type Output = ();

    fn with<C: Cell>(self, cell: C) {
        layer::backward(cell, self);
    }
}

impl<T: Real> WithCell for RowLayerForward<'_, T> {
    type Output = ();

    fn with<C: Cell>(self, cell: C) {
        rows::forward_layer(cell, self);
    }
}

impl<T: Real> WithCell for RowLayerBackward<'_, T> {
    type Output = ();

    fn with<C: Cell>(self, cell: C) {
        rows::backward_layer(cell, self);
    }
}

/// Reads the inputs of one step of one row.
pub(crate) fn push<T: Scalar>(layers: &mut [StepLayer<T>], readout: &mut StepReadout<T>, inputs: &[T]) {
    T::compute(Work(Kind::Push(Push { layers, readout, inputs })));
}

/// Runs over the window of a layer of such cells, whose lanes run along units.
pub(crate) fn row_forward<T: Scalar>(cell: CellKind, work: RowLayerForward<'_, T>) {
    T::compute(Work(Kind::RowForward(cell, work)));
}

/// Runs back over it.
pub(crate) fn row_backward<T: Scalar>(cell: CellKind, work: RowLayerBackward<'_, T>) {
    T::compute(Work(Kind::RowBackward(cell, work)));
}

/// Computes the readout's outputs from lines.
pub(crate) fn row_read_out<T: Scalar>(work: RowReadOut<'_, T>) {
    T::compute(Work(Kind::RowReadOut(work)));
}

/// Computes derivatives from those by the readout's outputs, to lines.
pub(crate) fn row_read_out_backward<T: Scalar>(work: RowReadOutBackward<'_, T>) {
    T::compute(Work(Kind::RowReadOutBackward(work)));
}

/// Runs over the window of a layer of such cells.
pub(crate) fn forward<T: Scalar>(cell: CellKind, work: LayerForward<'_, T>) {
    T::compute(Work(Kind::Forward(cell, work)));
}

/// Runs back over the window of a layer of such cells.
pub(crate) fn backward<T: Scalar>(cell: CellKind, work: LayerBackward<'_, T>) {
    T::compute(Work(Kind::Backward(cell, work)));
}

/// Computes the readout's outputs.
pub(crate) fn read_out<T: Scalar>(work: ReadOut<'_, T>) {
    T::compute(Work(Kind::ReadOut(work)));
}

/// Computes derivatives from those by the readout's outputs.
pub(crate) fn read_out_backward<T: Scalar>(work: ReadOutBackward<'_, T>) {
    T::compute(Work(Kind::ReadOutBackward(work)));
}

/// Copies rows, the features of each behind each other, to panels.
pub(crate) fn rows_to_panels<T: Scalar>(copy: DenseCopy, from: &[T], to: &mut [T]) {
    T::compute(Work(Kind::RowsToPanels(copy, from, to)));
}

/// Copies dense columns to panels.
pub(crate) fn to_panels<T: Scalar>(copy: DenseCopy, from: &[T], to: &mut [T]) {
    T::compute(Work(Kind::ToPanels(Copied(copy, from, to))));
}

/// Copies panels to dense columns.
pub(crate) fn from_panels<T: Scalar>(copy: DenseCopy, from: &[T], to: &mut [T]) {
    T::compute(Work(Kind::FromPanels(Copied(copy, from, to))));
}

/// Runs over the window of a layer of such cells, of nets side by side.
pub(crate) fn ensemble_forward<T: Scalar>(cell: CellKind, work: EnsembleForward<'_, T>) {
    T::compute(Work(Kind::Ensemble(EnsembleWork::Forward(cell, work))));
}

/// Runs back over the window of a layer of such cells, of nets side by side.
pub(crate) fn ensemble_backward<T: Scalar>(cell: CellKind, work: EnsembleBackward<'_, T>) {
    T::compute(Work(Kind::Ensemble(EnsembleWork::Backward(cell, work))));
}

/// Computes the readouts' outputs of nets side by side.
pub(crate) fn ensemble_read_out<T: Scalar>(work: EnsembleReadOut<'_, T>) {
    T::compute(Work(Kind::Ensemble(EnsembleWork::ReadOut(work))));
}

/// Computes derivatives from those by the readouts' outputs, of nets side by side.
pub(crate) fn ensemble_read_out_backward<T: Scalar>(work: EnsembleReadOutBackward<'_, T>) {
    T::compute(Work(Kind::Ensemble(EnsembleWork::ReadOutBackward(work))));
}

/// Copies each net's numbers to lines.
pub(crate) fn to_lanes<T: Scalar>(places: Places, from: &[&[T]; 16], to: &mut [T]) {
    T::compute(Work(Kind::Ensemble(EnsembleWork::ToLanes(ToLanes { places, from, to }))));
}

/// Copies lines to each net's numbers.
pub(crate) fn from_lanes<T: Scalar>(places: Places, from: &[T], to: &mut [&mut [T]; 16]) {
    T::compute(Work(Kind::Ensemble(EnsembleWork::FromLanes(FromLanes { places, from, to }))));
}
