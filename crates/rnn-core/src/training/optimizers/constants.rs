//! A method's constants, each declared once: its name, type, default, range and meaning.

use crate::error::Error;
use crate::kernels::Scalar;

/// A constant of a method, as settings and files have it.
#[derive(Debug)]
pub struct Constant<'a> {
    /// Its name, such as `beta1`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// What it is set to.
    pub value: ConstantValue<'a>,
}

/// What a constant is set to.
#[derive(Debug)]
pub enum ConstantValue<'a> {
    /// A number of this range.
    Number(&'a mut f64, ConstantRange),
    /// On or off.
    Truth(&'a mut bool),
}

/// What a number may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstantRange {
    /// From 0 to less than 1.
    Share,
    /// At least 0.
    AtLeastZero,
    /// Greater than 0, because what it is added to can be 0.
    Positive,
}

impl Constant<'_> {
    /// Makes sure that it is in its range, as the net's number type `T` has it.
    pub(super) fn check<T: Scalar>(&self) -> Result<(), Error> {
        let ConstantValue::Number(ref value, range) = self.value else { return Ok(()) };
        let value = **value;
        let finite = T::narrow(value).is_finite();
        let (right, allowed) = match range {
            ConstantRange::Share => ((0.0..1.0).contains(&value), "from 0 to less than 1"),
            ConstantRange::AtLeastZero => (value >= 0.0 && finite, "a number of at least 0"),
            ConstantRange::Positive => (is_positive::<T>(value), "a number greater than 0"),
        };
        if right { Ok(()) } else { Err(Error::Range { name: self.name, value, allowed }) }
    }
}

/// Whether a number is one greater than 0 in the net's own type too.
pub(super) fn is_positive<T: Scalar>(value: f64) -> bool {
    let value = T::narrow(value);
    value > T::zero() && value.is_finite()
}

/// Declares a method: a struct of its constants with their defaults, its name in settings and files, what it is, and a
/// learning rate that it can work with.
macro_rules! method {
    ($(#[$meta:meta])* $method:ident = $name:literal, $about:literal, learning_rate $rate:literal {
        $($(#[$doc:meta])* $constant:ident: $type:ty = $default:literal $(in $range:ident)?, $says:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $method {
            $($(#[$doc])* pub $constant: $type,)*
        }

        impl $crate::training::optimizers::descent::Declared for $method {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = $about;
            const LEARNING_RATE: f64 = $rate;
            const DEFAULT: Self = Self { $($constant: $default,)* };

            fn constants(&mut self) -> Vec<$crate::training::optimizers::constants::Constant<'_>> {
                vec![$($crate::training::optimizers::constants::Constant {
                    name: stringify!($constant),
                    about: $says,
                    value: $crate::training::optimizers::constants::value!(&mut self.$constant $(, $range)?),
                },)*]
            }
        }

        impl Default for $method {
            fn default() -> Self {
                <Self as $crate::training::optimizers::descent::Declared>::DEFAULT
            }
        }
    };
}

/// A constant's value: a number if it has a range, otherwise on or off.
macro_rules! value {
    ($value:expr) => {
        $crate::training::optimizers::constants::ConstantValue::Truth($value)
    };
    ($value:expr, $range:ident) => {
        $crate::training::optimizers::constants::ConstantValue::Number(
            $value,
            $crate::training::optimizers::constants::ConstantRange::$range,
        )
    };
}

pub(super) use {method, value};
