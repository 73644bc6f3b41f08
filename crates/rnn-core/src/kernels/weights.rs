//! Where a weight comes from: of one net, whose rows lie in the lanes, it is the same in all of them; of nets side by side,
//! one in each lane, it is a line with a number for each.
//!
//! The ways through a window are written once for both.

use crate::cells::{Cell, Parameters};
use crate::numeric::panels::vectors;
use crate::numeric::{Lanes, Numbers, Real, Vector};

/// What stands in the lanes of a panel, and so where a weight comes from.
pub(crate) trait Weights<T: Real>: Copy + Send + Sync {
    /// The lanes that are worked on at once.
    type Wide<S: Lanes<T>>: Lanes<T>;
    /// A weight as it is kept until it is needed.
    type Weight<S: Lanes<T>>: Copy;
    /// Whether a fused forward makes each step for all panels before the next one, because the processor is to have
    /// something to do while a panel waits for its state. Otherwise it takes a panel through all steps.
    const STEP_BY_STEP: bool;

    /// The lanes that are worked on at once.
    fn wide<S: Lanes<T>>(lanes: S) -> Self::Wide<S>;

    /// The first lane of each such vector of a panel with this many rows.
    fn vectors(rows: usize) -> impl Iterator<Item = usize>;

    /// A weight of 0.
    fn zero<S: Lanes<T>>(lanes: S) -> Self::Weight<S>;

    /// A weight.
    fn weight<S: Lanes<T>>(lanes: S, values: &[T], number: usize) -> Self::Weight<S>;

    /// A weight, in all lanes.
    fn vector<S: Lanes<T>>(lanes: S, weight: Self::Weight<S>) -> Vector<T, Self::Wide<S>>;

    /// What a unit has of its own.
    fn of_unit<S: Lanes<T>, C: Cell>(
        lanes: S,
        parameters: &Parameters<'_, T>,
        hidden: usize,
        unit: usize,
    ) -> C::Own<Vector<T, Self::Wide<S>>>;
}

/// The weights of one net.
#[derive(Clone, Copy)]
pub(crate) struct OfOneNet;

/// The weights of nets side by side.
#[derive(Clone, Copy)]
pub(crate) struct OfEachLane;

impl<T: Real> Weights<T> for OfOneNet {
    type Wide<S: Lanes<T>> = S;
    type Weight<S: Lanes<T>> = T;

    const STEP_BY_STEP: bool = false;

    #[inline(always)]
    fn wide<S: Lanes<T>>(lanes: S) -> S {
        lanes
    }

    #[inline(always)]
    fn vectors(rows: usize) -> impl Iterator<Item = usize> {
        vectors::<T>(rows)
    }

    #[inline(always)]
    fn zero<S: Lanes<T>>(_lanes: S) -> T {
        T::zero()
    }

    #[inline(always)]
    fn weight<S: Lanes<T>>(_lanes: S, values: &[T], number: usize) -> T {
        values[number]
    }

    #[inline(always)]
    fn vector<S: Lanes<T>>(lanes: S, weight: T) -> Vector<T, S> {
        Vector::splat(lanes, weight)
    }

    #[inline(always)]
    fn of_unit<S: Lanes<T>, C: Cell>(
        lanes: S,
        parameters: &Parameters<'_, T>,
        hidden: usize,
        unit: usize,
    ) -> C::Own<Vector<T, S>> {
        parameters.of_unit::<S, C>(lanes, hidden, unit)
    }
}

impl<T: Real> Weights<T> for OfEachLane {
    type Wide<S: Lanes<T>> = S::Line;
    type Weight<S: Lanes<T>> = Vector<T, S::Line>;

    const STEP_BY_STEP: bool = true;

    #[inline(always)]
    fn wide<S: Lanes<T>>(lanes: S) -> S::Line {
        lanes.line()
    }

    #[inline(always)]
    fn vectors(_rows: usize) -> impl Iterator<Item = usize> {
        std::iter::once(0)
    }

    #[inline(always)]
    fn zero<S: Lanes<T>>(lanes: S) -> Vector<T, S::Line> {
        Vector::splat(lanes.line(), T::zero())
    }

    #[inline(always)]
    fn weight<S: Lanes<T>>(lanes: S, values: &[T], number: usize) -> Vector<T, S::Line> {
        Vector::load(lanes.line(), &values[number * T::PANEL..])
    }

    #[inline(always)]
    fn vector<S: Lanes<T>>(_lanes: S, weight: Vector<T, S::Line>) -> Vector<T, S::Line> {
        weight
    }

    #[inline(always)]
    fn of_unit<S: Lanes<T>, C: Cell>(
        lanes: S,
        parameters: &Parameters<'_, T>,
        hidden: usize,
        unit: usize,
    ) -> C::Own<Vector<T, S::Line>> {
        C::Own::each(
            #[inline(always)]
            |number| Self::weight(lanes, parameters.own, number * hidden + unit),
        )
    }
}
