//! The list of methods: a line for each.

use super::constants::{Constant, ConstantValue};
use super::descent::{Declared, Descent, Step};
use crate::error::Error;
use crate::kernels::Scalar;
use crate::named::Named;
use std::fmt;

/// Declares the enum of all methods, each of which is a struct of its constants.
macro_rules! methods {
    ($($file:ident::$method:ident,)*) => {
        $(pub use super::$file::$method;)*

        /// A method of descent and its constants. In the formulas p is a parameter, g its gradient, and lr the learning rate
        /// as the schedule has it at the step.
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[allow(missing_docs, reason = "each is a struct that says what it is")]
        pub enum Method {
            $($method($method),)*
        }

        $(impl From<$method> for Method {
            fn from(method: $method) -> Self {
                Self::$method(method)
            }
        })*

        impl Named for Method {
            const ALL: &'static [Self] = &[$(Self::$method($method::DEFAULT),)*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$method(_) => $method::NAME,)*
                }
            }

            fn about(self) -> &'static str {
                match self {
                    $(Self::$method(_) => $method::ABOUT,)*
                }
            }
        }

        impl Method {
            /// A learning rate that it can work with: what it takes without one that is chosen.
            #[must_use]
            pub fn usual_learning_rate(self) -> f64 {
                match self {
                    $(Self::$method(_) => $method::LEARNING_RATE,)*
                }
            }

            /// Its constants, to be read or set.
            pub fn constants(&mut self) -> Vec<Constant<'_>> {
                match self {
                    $(Self::$method(method) => method.constants(),)*
                }
            }

            fn check_together(&self) -> Result<(), Error> {
                match self {
                    $(Self::$method(method) => method.check_together(),)*
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
    };
}

methods! {
    sgd::Sgd,
    adagrad::Adagrad,
    adagrad::AdagradPytorch,
    rmsprop::RmsProp,
    adam::Adam,
    adam::AdamW,
}

impl Method {
    /// Makes sure of its constants, as the net's number type `T` has them.
    ///
    /// # Errors
    /// [`Error::Range`] or [`Error::Needs`] with the constant's name.
    pub fn check<T: Scalar>(mut self) -> Result<(), Error> {
        self.constants().iter().try_for_each(Constant::check::<T>)?;
        self.check_together()
    }
}

/// The method and its constants, in words: what a checkpoint is known by.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        // Reading them takes a copy, because they can be set too.
        for Constant { name, value, .. } in { *self }.constants() {
            match value {
                ConstantValue::Number(number, _) => write!(f, ", {name} {number:?}")?,
                ConstantValue::Truth(truth) => write!(f, ", {name} {truth}")?,
            }
        }
        Ok(())
    }
}
