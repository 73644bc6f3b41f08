//! What an optimizer's method is: how a gradient changes a parameter, and what is remembered of each.

use super::constants::Constant;
use crate::error::Error;
use crate::kernels::Scalar;

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

/// What `method!` declares of a method.
pub(super) trait Declared: Copy {
    /// The name in settings and files.
    const NAME: &'static str;
    /// What it is, in a few words.
    const ABOUT: &'static str;
    /// A learning rate that it can work with.
    const LEARNING_RATE: f64;
    /// With the usual constants.
    const DEFAULT: Self;

    /// Its constants, to be read or set.
    fn constants(&mut self) -> Vec<Constant<'_>>;
}

/// A method of descent: the constants are its fields.
pub(super) trait Descent: Declared {
    /// The names of what it remembers of each parameter, in checkpoints.
    fn remembers(&self) -> &'static [&'static str];

    /// What all of that starts at.
    fn start(&self) -> f64 {
        0.0
    }

    /// Makes sure that its constants fit each other; that each is in its range is known.
    fn check_together(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Changes the parameters. To be marked `#[inline(always)]`, so that its loops become vector instructions.
    fn step<T: Scalar>(&self, step: Step<'_, T>);
}
