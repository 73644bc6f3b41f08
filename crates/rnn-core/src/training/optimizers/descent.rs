//! What an optimizer's method is: how a gradient changes a parameter, and what is remembered of each.

use crate::error::Error;
use crate::kernels::Scalar;
use std::fmt::Display;

/// A step of a method, over all parameters.
pub(super) struct Step<'a, T> {
    /// The learning rate.
    pub(super) rate: f64,
    /// The step's number, counted from 1.
    pub(super) number: u64,
    pub(super) parameters: &'a mut [T],
    pub(super) gradients: &'a [T],
    /// One slice for each name, as the parameters.
    pub(super) remembered: &'a mut [Vec<T>],
}

/// A method of descent: the constants are its fields.
pub(super) trait Descent: Copy + Display {
    /// The names of what it remembers of each parameter, in checkpoints.
    fn remembers(&self) -> &'static [&'static str];

    /// What all of that starts at.
    fn start(&self) -> f64 {
        0.0
    }

    /// An error for the first constant that cannot be, as the net's number type `T` has it.
    fn check<T: Scalar>(&self) -> Result<(), Error>;

    /// Changes the parameters. To be marked `#[inline(always)]`, so that its loops become vector instructions.
    fn step<T: Scalar>(&self, step: Step<'_, T>);
}

/// An error unless a constant is from 0 to less than 1.
pub(super) fn share(name: &'static str, value: f64) -> Result<(), Error> {
    right((0.0..1.0).contains(&value), name, value, "from 0 to less than 1")
}

/// An error unless a constant is at least 0.
pub(super) fn at_least_0<T: Scalar>(name: &'static str, value: f64) -> Result<(), Error> {
    right(value >= 0.0 && T::narrow(value).is_finite(), name, value, "a number of at least 0")
}

/// An error unless a constant is greater than 0, because what it is added to can be 0.
pub(super) fn divisor<T: Scalar>(name: &'static str, value: f64) -> Result<(), Error> {
    right(is_positive::<T>(value), name, value, "a number greater than 0")
}

/// An error where a constant is not right, with what would be.
pub(super) fn right(right: bool, name: &'static str, value: f64, allowed: &'static str) -> Result<(), Error> {
    if right { Ok(()) } else { Err(Error::Range { name, value, allowed }) }
}

/// Whether a number is one greater than 0 in the net's own type too.
pub(super) fn is_positive<T: Scalar>(value: f64) -> bool {
    let value = T::narrow(value);
    value > T::zero() && value.is_finite()
}
