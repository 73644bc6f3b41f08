//! The random generator: ChaCha with 8 rounds, because its output is fixed by a published algorithm.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// ChaCha8 (D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008): the same words from the same seed on every
/// platform and in every version of the libraries below.
pub type Generator = ChaCha8Rng;

/// Makes the generator of `seed`, at the start of one of its 2⁶⁴ independent streams.
///
/// The 256-bit key is `seed` as 8 little-endian bytes followed by 24 zero bytes, the nonce is `stream`. Streams
/// let one seed serve several purposes, so that drawing more for one does not shift what another draws.
///
/// ```
/// use rand::Rng;
/// assert_ne!(echo_data::generator(7, 0).next_u64(), echo_data::generator(7, 1).next_u64());
/// ```
#[must_use]
pub fn generator(seed: u64, stream: u64) -> Generator {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(stream);
    generator
}

/// A number from [0, 1): the upper 53 bits of a word.
#[must_use]
pub fn uniform<R: Rng>(rng: &mut R) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A whole number below `end`, which is not 0: the upper part of a word times `end`. Those that come out more often than others
/// do so by less than one in 2⁴⁰.
#[must_use]
pub fn below<R: Rng>(rng: &mut R, end: usize) -> usize {
    ((u128::from(rng.next_u64()) * end as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published key stream of ChaCha8 for an all-zero 256-bit key and nonce, first 32 bytes.
    #[test]
    fn is_chacha8_as_published() {
        let expected = [
            0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6, 0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1, 0x2c, 0x84,
            0x0e, 0xc3, 0xce, 0x9a, 0x7f, 0x3b, 0x18, 0x1b, 0xe1, 0x88, 0xef, 0x71, 0x1a, 0x1e,
        ];
        let mut bytes = [0; 32];
        generator(0, 0).fill_bytes(&mut bytes);
        assert_eq!(bytes, expected);
    }
}
