//! The numbers that a net computes in: `f32` or `f64`, with what vectors of them need to know.

use super::lanes::Kernel;
use nalgebra::RealField;
use rand::Rng;
use std::fmt::{Debug, Display};

pub(super) mod sealed {
    pub trait Sealed {}
}

/// `f32` or `f64`.
pub trait Real: RealField + Copy + Default + Debug + Display + sealed::Sealed {
    /// The type's name in safetensors files.
    const NAME: &str;
    /// Numbers of a vector.
    #[doc(hidden)]
    const WIDTH: usize;
    /// Numbers of a cache line of 64 bytes: rows of a panel.
    #[doc(hidden)]
    const PANEL: usize;
    /// Adding and subtracting it rounds to a whole number, which stands in the sum's last bits.
    #[doc(hidden)]
    const ROUNDER: Self;
    /// 1/ln 2.
    #[doc(hidden)]
    const LOG2_E: Self;
    /// ln 2 without its last bits, so that a multiple by a whole number is exact.
    #[doc(hidden)]
    const LN_2_HIGH: Self;
    /// The rest of ln 2.
    #[doc(hidden)]
    const LN_2_LOW: Self;
    /// q of `e^r = 1 + r + r²·q(r)` for |r| ≤ ln 2 / 2, from the lowest power up (minimax).
    #[doc(hidden)]
    const EXP: &'static [Self];
    /// g of `ln(1 + f) = 2s + s³·g(s²)`, s = f / (2 + f), for 1 + f within √½ .. √2 (minimax).
    #[doc(hidden)]
    const LN: &'static [Self];
    /// The least x whose e^x is a normal number, rounded up.
    #[doc(hidden)]
    const EXP_LOW: Self;
    /// The greatest x whose e^x is finite, rounded down.
    #[doc(hidden)]
    const EXP_HIGH: Self;
    /// 2x from where on tanh(x) rounds to 1.
    #[doc(hidden)]
    const TANH_HIGH: Self;
    /// 0, 1, 2 ...
    #[doc(hidden)]
    const INDICES: &'static [Self];
    /// 0, ½, 1 and 2.
    #[doc(hidden)]
    const SIMPLE: [Self; 4];

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

    /// Runs a kernel as fast as the processor can.
    #[doc(hidden)]
    fn run<K: Kernel<Self>>(kernel: K) -> K::Output;

    /// Runs a kernel on the widest vectors that the processor has: [`Lanes::WIDTH`](super::lanes::Lanes::WIDTH) says how wide.
    #[doc(hidden)]
    fn run_wide<K: Kernel<Self>>(kernel: K) -> K::Output;

    /// Runs a kernel without any instruction set in particular.
    #[doc(hidden)]
    fn run_portably<K: Kernel<Self>>(kernel: K) -> K::Output;
}
