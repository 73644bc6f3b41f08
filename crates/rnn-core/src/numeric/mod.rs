//! Numbers: what every other room computes with, and how they lie in memory.
//!
//! It offers [`Real`], the number types `f32` and `f64`; [`Vector`], 8 of the one or 4 of the other with their operators,
//! exp, tanh, σ and ln(1 + x); memory whose lines are cache lines; [`panels`], the views of a batch; and random numbers.
//!
//! A [`Kernel`] is written once, over [`Lanes`]; [`Real::run`] runs it in the way the processor allows, which it finds
//! out at run time, so the stock build is fast. Both ways round alike: every operation is exactly rounded, a
//! multiplication with an addition is always fused, and both have equally many lanes. So results have the same bits everywhere.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod floats;
mod functions;
mod lanes;
mod memory;
mod numbers;
mod pair;
pub(crate) mod panels;
mod portable;
mod random;
mod real;
pub(crate) mod rows;
mod vector;

#[cfg(test)]
pub(crate) use floats::with_each_instruction_set;
pub(crate) use lanes::{Kernel, Lanes};
pub(crate) use memory::{Lines, flat_zeros, reserved, zero_blocks, zero_lines, zeros};
pub(crate) use numbers::Numbers;
pub(crate) use random::{copied_generator, normal, uniform};
pub use real::Real;
pub(crate) use vector::Vector;
