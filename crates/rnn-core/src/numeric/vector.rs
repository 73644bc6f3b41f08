//! A vector of numbers with its operators.

use super::lanes::Lanes;
use super::real::Real;
use std::ops::{Add, Div, Mul, Sub};

/// A vector with its operators.
pub(crate) struct Vector<T, S: Lanes<T>> {
    pub(super) lanes: S,
    pub(super) v: S::Vector,
}

impl<T, S: Lanes<T>> Clone for Vector<T, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S: Lanes<T>> Copy for Vector<T, S> {}

macro_rules! operators {
    ($($operator:ident $method:ident)*) => {$(
        impl<T, S: Lanes<T>> $operator for Vector<T, S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self { lanes: self.lanes, v: self.lanes.$method(self.v, other.v) }
            }
        }
    )*};
}

operators! { Add add Sub sub Mul mul Div div }

impl<T: Real, S: Lanes<T>> Vector<T, S> {
    /// All lanes the same.
    #[inline(always)]
    pub(crate) fn splat(lanes: S, x: T) -> Self {
        Self { lanes, v: lanes.splat(x) }
    }

    /// The first numbers of a slice that has as many as a vector.
    #[inline(always)]
    pub(crate) fn load(lanes: S, from: &[T]) -> Self {
        Self { lanes, v: lanes.load(from) }
    }

    /// Writes to the first places of a slice that has as many as a vector.
    #[inline(always)]
    pub(crate) fn store(self, to: &mut [T]) {
        self.lanes.store(self.v, to);
    }

    /// Exchanges lines and columns of a square: `from` has as many lines as a vector has numbers, each so far from the one before,
    /// and `to` gets as many columns.
    #[inline(always)]
    pub(crate) fn transpose(lanes: S, (from, from_stride): (&[T], usize), (to, to_stride): (&mut [T], usize)) {
        lanes.transpose(
            S::WIDTH,
            #[inline(always)]
            |line| lanes.load(&from[line * from_stride..]),
            #[inline(always)]
            |column, numbers| lanes.store(numbers, &mut to[column * to_stride..]),
        );
    }

    /// V vectors, one behind the other.
    #[inline(always)]
    pub(crate) fn load_line<const V: usize>(lanes: S, from: &[T]) -> [Self; V] {
        // A loop is less to compile than a closure for each.
        let mut line = [Self::splat(lanes, T::SIMPLE[0]); V];
        for (v, vector) in line.iter_mut().enumerate() {
            *vector = Self::load(lanes, &from[v * S::WIDTH..]);
        }
        line
    }

    /// The first numbers of a slice; 0 where there are none.
    #[inline(always)]
    pub(crate) fn load_some(lanes: S, from: &[T]) -> Self {
        if from.len() >= S::WIDTH {
            return Self::load(lanes, from);
        }
        Self { lanes, v: lanes.load_some(from) }
    }

    /// The first numbers of a slice, of the same instruction set; 0 where there are none.
    #[inline(always)]
    pub(crate) fn load_some_like(self, from: &[T]) -> Self {
        Self::load_some(self.lanes, from)
    }

    /// Writes to the first places of a slice, as many as there are.
    #[inline(always)]
    pub(crate) fn store_some(self, to: &mut [T]) {
        if to.len() >= S::WIDTH {
            return self.store(to);
        }
        self.lanes.store_some(self.v, to);
    }

    /// All lanes the same, of the same instruction set.
    #[inline(always)]
    pub(crate) fn of(self, x: T) -> Self {
        Self::splat(self.lanes, x)
    }

    #[inline(always)]
    pub(crate) fn zero(self) -> Self {
        self.of(T::SIMPLE[0])
    }

    #[inline(always)]
    pub(crate) fn one(self) -> Self {
        self.of(T::SIMPLE[2])
    }

    /// The sum of all lanes.
    #[inline(always)]
    pub(crate) fn sum(self) -> T {
        self.lanes.sum(self.v)
    }

    /// `self · b + c`, rounded once.
    #[inline(always)]
    pub(crate) fn mul_add(self, b: Self, c: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.mul_add(self.v, b.v, c.v) }
    }

    /// `c − self · b`, rounded once.
    #[inline(always)]
    pub(crate) fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.neg_mul_add(self.v, b.v, c.v) }
    }

    #[inline(always)]
    pub(super) fn abs(self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.abs(self.v) }
    }

    /// Where `self < b` one, elsewhere, and where one of them is not a number, the other.
    #[inline(always)]
    pub(crate) fn if_less(self, b: Self, yes: Self, no: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.if_less(self.v, b.v, yes.v, no.v) }
    }

    /// `self` where it is less than `b`, elsewhere, and where one of them is not a number, `b`.
    #[inline(always)]
    pub(crate) fn lesser(self, b: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.lesser(self.v, b.v) }
    }

    /// `self` where it is greater than `b`, elsewhere, and where one of them is not a number, `b`.
    #[inline(always)]
    pub(crate) fn greater(self, b: Self) -> Self {
        Self { lanes: self.lanes, v: self.lanes.greater(self.v, b.v) }
    }

    /// Where |self| is less than `distance` one, elsewhere the other.
    #[inline(always)]
    pub(crate) fn if_near(self, distance: Self, yes: Self, no: Self) -> Self {
        self.abs().if_less(distance, yes, no)
    }

    /// The first `count` lanes of it, the others of `others`.
    #[inline(always)]
    pub(crate) fn first_lanes(self, count: T, others: Self) -> Self {
        Self::load(self.lanes, T::INDICES).if_less(self.of(count), self, others)
    }
}

/// Adds to each of N sums a line of V vectors times its factor: the inner step of every product.
#[inline(always)]
pub(crate) fn add_multiples<T: Real, S: Lanes<T>, const V: usize, const N: usize>(
    sums: &mut [[Vector<T, S>; V]; N],
    line: [Vector<T, S>; V],
    factor: impl Fn(usize) -> T,
) {
    for (number, sums) in sums.iter_mut().enumerate() {
        let factor = factor(number);
        for (sum, vector) in sums.iter_mut().zip(line) {
            *sum = vector.mul_add(vector.of(factor), *sum);
        }
    }
}
