//! The random generator: ChaCha with 8 rounds, because its output is fixed by a published algorithm.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeSet;

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

/// What a task draws from: a [`Generator`]; or, in a test, whatever can come out, one after the other.
pub trait Dice {
    /// A whole number below `end`, which is not 0, each as probable.
    fn below(&mut self, end: usize) -> usize;

    /// A number from [0, 1).
    fn uniform(&mut self) -> f64;
}

impl Dice for Generator {
    fn below(&mut self, end: usize) -> usize {
        below(self, end)
    }

    fn uniform(&mut self) -> f64 {
        uniform(self)
    }
}

impl dyn Dice + '_ {
    /// A whole number from `least` to `most`, each as probable.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// The numbers below `end` in an order of which each is as probable.
    pub fn order(&mut self, end: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..end).collect();
        self.shuffle(&mut order);
        order
    }

    /// Puts numbers into an order of which each is as probable (Fisher and Yates).
    pub fn shuffle(&mut self, numbers: &mut [usize]) {
        for place in (1..numbers.len()).rev() {
            numbers.swap(place, self.below(place + 1));
        }
    }

    /// So many different numbers below `end`, in ascending order, each choice as probable (Floyd). There are no more than `end`.
    pub fn chosen(&mut self, count: usize, end: usize) -> Vec<usize> {
        let mut chosen = BTreeSet::new();
        for most in end.saturating_sub(count)..end {
            if !chosen.insert(self.below(most + 1)) {
                chosen.insert(most);
            }
        }
        chosen.into_iter().collect()
    }

    /// A number of the standard normal distribution (Box and Muller). Its functions are not the system's, so that it is the same everywhere.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }
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

    #[test]
    fn dice_choose_without_preference() {
        let mut rng = generator(1, 2);
        let dice: &mut dyn Dice = &mut rng;
        let (mut firsts, mut chosen, mut orders) = ([0; 4], [0; 6], [0; 6]);
        for _ in 0..24_000 {
            firsts[dice.between(3, 6) - 3] += 1;
            let two = dice.chosen(2, 4);
            assert!(two[0] < two[1] && two[1] < 4);
            chosen[[[0, 0, 1, 2], [0, 0, 3, 4], [0, 0, 0, 5]][two[0]][two[1]]] += 1;
            let order = dice.order(3);
            orders[2 * order[0] + usize::from(order[1] > order[2])] += 1;
        }
        let even = |counts: &[usize]| {
            let mean = 24_000.0 / counts.len() as f64;
            counts.iter().all(|&count| (count as f64 - mean).abs() < 5.0 * mean.sqrt())
        };
        assert!(even(&firsts) && even(&chosen) && even(&orders), "{firsts:?} {chosen:?} {orders:?}");
        assert_eq!((dice.chosen(3, 3), dice.chosen(0, 3), dice.order(1)), (vec![0, 1, 2], vec![], vec![0]));
    }

    /// The first four moments, within five of their deviations.
    #[test]
    fn normal_numbers_have_the_moments_of_their_distribution() {
        let mut rng = generator(5, 0);
        let dice: &mut dyn Dice = &mut rng;
        let count = 100_000;
        let numbers: Vec<f64> = (0..count).map(|_| dice.normal()).collect();
        for (power, moment, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let mean = numbers.iter().map(|number| number.powi(power)).sum::<f64>() / f64::from(count);
            assert!((mean - moment).abs() < 5.0 * f64::sqrt(variance / f64::from(count)), "{power}: {mean}");
        }
    }
}
