//! Numbers drawn at random, in `f64`.

use super::real::Real;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use std::f64::consts::TAU;

/// Uniform in −bound .. bound.
pub(crate) fn uniform<R: Rng + ?Sized>(bound: f64, rng: &mut R) -> f64 {
    bound * (2.0 * f64::unit_uniform(rng) - 1.0)
}

/// Normal with mean 0 and deviation 1 (Box and Muller, "A note on the generation of random normal deviates", 1958).
pub(crate) fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    // 1 − u is greater than 0, so that its logarithm is a number.
    let radius = (-2.0 * (1.0 - f64::unit_uniform(rng)).ln()).sqrt();
    radius * (TAU * f64::unit_uniform(rng)).cos()
}

/// A generator that draws the same numbers from here on.
pub(crate) fn copied_generator(generator: &ChaCha8Rng) -> ChaCha8Rng {
    let mut copy = ChaCha8Rng::from_seed(generator.get_seed());
    copy.set_stream(generator.get_stream());
    copy.set_word_pos(generator.get_word_pos());
    copy
}
