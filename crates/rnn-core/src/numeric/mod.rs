//! Numbers: what every other room computes with, and how they lie in memory.
//!
//! It offers [`Real`], the number types `f32` and `f64`; [`Vector`], several of them with their operators, exp, tanh, σ and
//! ln(1 + x); memory whose lines are cache lines; [`panels`] and [`rows`], the two layouts of a batch; and random numbers.
//!
//! A [`Kernel`] is written once, over [`Lanes`]. [`Real::run`] runs it on 8 of `f32` or 4 of `f64`, [`Real::run_wide`] on as many as the
//! processor takes, which it finds out at run time, so the stock build is fast. All round alike: every operation is exactly
//! rounded, and a multiplication with an addition is always fused. So a kernel whose lanes do not mix has the same bits everywhere.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod floats;
mod functions;
mod lanes;
mod memory;
#[cfg(target_arch = "aarch64")]
mod neon;
mod numbers;
mod pair;
pub(crate) mod panels;
mod portable;
mod random;
mod real;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod registers;
pub(crate) mod rows;
mod vector;

#[cfg(test)]
pub(crate) use floats::with_each_instruction_set;
pub(crate) use lanes::{Kernel, Lanes};
pub(crate) use memory::{Lines, flat_zeros, reserved, zero_blocks, zero_lines, zeros};
pub(crate) use numbers::Numbers;
pub(crate) use random::{copied_generator, normal, uniform};
pub use real::Real;
pub(crate) use vector::{Vector, add_multiples};
