//! The kinds of work on nets side by side, as one thing that [`Scalar`](crate::Scalar) is compiled for.

use super::copies::{FromLanes, ToLanes};
use super::layer::{self, EnsembleBackward, EnsembleForward};
use super::readout::{self, EnsembleReadOut, EnsembleReadOutBackward};
use crate::cells::{Cell, CellKind, WithCell};
use crate::numeric::Real;

/// Some work on nets side by side.
pub(crate) enum EnsembleWork<'a, 'b, T> {
    Forward(CellKind, EnsembleForward<'a, T>),
    Backward(CellKind, EnsembleBackward<'a, T>),
    ReadOut(EnsembleReadOut<'a, T>),
    ReadOutBackward(EnsembleReadOutBackward<'a, T>),
    ToLanes(ToLanes<'a, 'b, T>),
    FromLanes(FromLanes<'a, 'b, T>),
}

impl<T: Real> EnsembleWork<'_, '_, T> {
    /// Does it.
    pub(crate) fn run(self) {
        match self {
            Self::Forward(cell, work) => cell.with(work),
            Self::Backward(cell, work) => cell.with(work),
            Self::ReadOut(work) => readout::forward(work),
            Self::ReadOutBackward(work) => readout::backward(work),
            Self::ToLanes(work) => T::run(work),
            Self::FromLanes(work) => T::run(work),
        }
    }
}

impl<T: Real> WithCell for EnsembleForward<'_, T> {
    type Output = ();

    fn with<C: Cell>(self, cell: C) {
        layer::forward(cell, self);
    }
}

impl<T: Real> WithCell for EnsembleBackward<'_, T> {
    type Output = ();

    fn with<C: Cell>(self, cell: C) {
        layer::backward(cell, self);
    }
}
