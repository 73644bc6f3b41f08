//! The list of methods: a line for each.

use super::adagrad::Adagrad;
use super::adam::{Adam, AdamW};
use super::descent::{Descent, Step};
use super::rmsprop::RmsProp;
use super::sgd::Sgd;
use crate::error::Error;
use crate::kernels::Scalar;
use std::fmt;

/// Declares the enum of all methods, each of which is a struct of its constants.
macro_rules! methods {
    ($($(#[$doc:meta])* $method:ident,)*) => {
        /// A method of descent and its constants. In the formulas p is a parameter, g its gradient, and lr the learning rate
        /// as the schedule has it at the step.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub enum Method {
            $($(#[$doc])* $method($method),)*
        }

        $(impl From<$method> for Method {
            fn from(method: $method) -> Self {
                Self::$method(method)
            }
        })*

        impl Method {
            /// Makes sure of its constants, as the net's number type `T` has them.
            ///
            /// # Errors
            /// [`Error::Range`] with the constant's name.
            pub fn check<T: Scalar>(&self) -> Result<(), Error> {
                match self {
                    $(Self::$method(method) => method.check::<T>(),)*
                }
            }

            /// The names of what it remembers of each parameter.
            pub(crate) fn remembers(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$method(method) => method.remembers(),)*
                }
            }

            /// What that starts at.
            pub(super) fn start(&self) -> f64 {
                match self {
                    $(Self::$method(method) => method.start(),)*
                }
            }

            /// Changes the parameters.
            #[inline(always)]
            pub(super) fn step<T: Scalar>(&self, step: Step<'_, T>) {
                match self {
                    $(Self::$method(method) => method.step(step),)*
                }
            }
        }

        /// The method and its constants, in words.
        impl fmt::Display for Method {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$method(method) => method.fmt(f),)*
                }
            }
        }
    };
}

methods! {
    /// Stochastic gradient descent.
    Sgd,
    /// Adagrad.
    Adagrad,
    /// RMSProp.
    RmsProp,
    /// Adam.
    Adam,
    /// Adam with decoupled weight decay.
    AdamW,
}
