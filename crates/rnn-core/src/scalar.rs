//! The number types that a net computes in.

use crate::network::Windows;
use crate::vector::Real;
use nalgebra::RealField;
use rand::Rng;
use std::fmt::{Debug, Display};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`.
pub trait Scalar: RealField + Real + Windows + Copy + Default + Debug + Display + sealed::Sealed {
    /// The type's name in a safetensors file.
    const DTYPE: safetensors::Dtype;

    /// The same in words.
    const NAME: &str;

    /// The nearest value of this type.
    fn narrow(value: f64) -> Self;

    /// The same value as `f64`.
    fn widen(self) -> f64;

    /// Appends the value's little-endian bytes.
    fn write_le(self, bytes: &mut Vec<u8>);

    /// Uniform in [0, 1): the high bits, as many as the type can tell apart, of one 64-bit word of `rng`.
    ///
    /// Both types take the same word, so that one seed gives both nets the same start, up to rounding.
    fn unit_uniform<R: Rng + ?Sized>(rng: &mut R) -> Self;
}

macro_rules! scalar {
    ($type:ty, $dtype:ident) => {
        impl Scalar for $type {
            const DTYPE: safetensors::Dtype = safetensors::Dtype::$dtype;
            const NAME: &str = stringify!($dtype);

            #[inline]
            fn narrow(value: f64) -> Self {
                value as Self
            }

            #[inline]
            fn widen(self) -> f64 {
                f64::from(self)
            }

            fn write_le(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            fn unit_uniform<R: Rng + ?Sized>(rng: &mut R) -> Self {
                let digits = Self::MANTISSA_DIGITS;
                (rng.next_u64() >> (64 - digits)) as Self / (1_u64 << digits) as Self
            }
        }
    };
}

scalar!(f32, F32);
scalar!(f64, F64);
