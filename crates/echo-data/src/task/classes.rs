//! The classes of a series and how probable each is.

use crate::error::Error;
use crate::error::check_num_classes;
use rand::Rng;

/// A probability for each of 2 to 256 classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// For every class but the last, the probability of it or a lower one, in units of 2⁻⁶⁴.
    thresholds: Vec<u64>,
}

/// How far the sum of the probabilities may be from 1: more than rounding makes of 256 terms, less than a typing error.
const SUM_TOLERANCE: f64 = 1e-9;

impl Classes {
    /// `num_classes` classes of equal probability.
    ///
    /// # Errors
    /// [`Error::NumClasses`] unless there are 2 to 256.
    pub fn uniform(num_classes: usize) -> Result<Self, Error> {
        check_num_classes(num_classes)?;
        let thresholds = (1..num_classes).map(|class| (((class as u128) << 64) / num_classes as u128) as u64);
        Ok(Self { thresholds: thresholds.collect() })
    }

    /// One class for each given probability.
    ///
    /// # Errors
    /// [`Error::NumClasses`] unless there are 2 to 256; [`Error::Probability`] for a value that is no probability;
    /// [`Error::ProbabilitySum`] unless they sum to 1, within 10⁻⁹.
    pub fn with_probabilities(probabilities: &[f64]) -> Result<Self, Error> {
        let num_classes = probabilities.len();
        check_num_classes(num_classes)?;
        if let Some(class) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
            return Err(Error::Probability { class, probability: probabilities[class] });
        }
        let sum: f64 = probabilities.iter().sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(Error::ProbabilitySum { sum });
        }
        let mut cumulative = 0.0;
        let thresholds = probabilities[..num_classes - 1].iter().map(|p| {
            cumulative += p;
            // The conversion saturates, so a cumulative 1 becomes the largest word.
            (cumulative * 2.0_f64.powi(64)) as u64
        });
        Ok(Self { thresholds: thresholds.collect() })
    }

    /// How many classes there are.
    #[must_use]
    pub fn num_classes(&self) -> usize {
        self.thresholds.len() + 1
    }

    /// How probable each class is when it is [drawn](Self::fill); what was given, but for rounding.
    #[must_use]
    pub fn probabilities(&self) -> Vec<f64> {
        let ends = self.thresholds.iter().map(|&threshold| u128::from(threshold)).chain([1 << 64]);
        let words = ends.scan(0, |start, end| Some(end - std::mem::replace(start, end)));
        words.map(|words| words as f64 / 2.0_f64.powi(64)).collect()
    }

    /// Fills `values` with classes, drawn independently.
    ///
    /// Each value takes one 64-bit word of `rng`; its class is the number of cumulative probabilities, in units of
    /// 2⁻⁶⁴, that are not greater than the word. This rule is part of the crate's promise: same words, same series.
    pub fn fill<R: Rng + ?Sized>(&self, values: &mut [u16], rng: &mut R) {
        for value in values {
            let word = rng.next_u64();
            *value = self.thresholds.iter().map(|&threshold| u16::from(word >= threshold)).sum();
        }
    }
}

/// The probabilities of so many classes, each of which is as probable as any other.
pub(super) fn alike(classes: usize) -> Vec<f64> {
    vec![1.0 / classes as f64; classes]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::generator;

    #[test]
    fn frequencies_follow_the_probabilities() {
        let probabilities = [0.5, 0.0, 0.3, 0.2];
        let classes = Classes::with_probabilities(&probabilities).unwrap();
        let mut values = vec![0; 100_000];
        classes.fill(&mut values, &mut generator(1, 0));
        for (class, p) in probabilities.iter().enumerate() {
            let share = values.iter().filter(|&&v| usize::from(v) == class).count() as f64 / values.len() as f64;
            // Four standard deviations of a binomial share.
            assert!((share - p).abs() <= 4.0 * (p * (1.0 - p) / 1e5_f64).sqrt(), "class {class}: {share} for {p}");
        }
    }

    #[test]
    fn probabilities_are_those_given() {
        for given in [&[0.5, 0.0, 0.3, 0.2][..], &[0.0, 1.0], &[1.0, 0.0], &[0.1; 10]] {
            let found = Classes::with_probabilities(given).unwrap().probabilities();
            assert_eq!(found.len(), given.len());
            assert!(found.iter().zip(given).all(|(found, given)| (found - given).abs() < 1e-15), "{found:?}");
        }
        assert_eq!(Classes::uniform(4).unwrap().probabilities(), [0.25; 4]);
        assert_eq!(Classes::uniform(3).unwrap().probabilities(), [1.0 / 3.0; 3]);
        // Sums may be a little off: the last class has what the others leave.
        let found = Classes::with_probabilities(&[0.5, 0.5 + 5e-10]).unwrap().probabilities();
        assert_eq!(found, [0.5, 0.5]);
    }

    #[test]
    fn uniform_is_the_special_case() {
        for k in [2, 4, 256] {
            let listed = Classes::with_probabilities(&vec![1.0 / k as f64; k]).unwrap();
            assert_eq!(listed, Classes::uniform(k).unwrap());
        }
    }

    #[test]
    fn what_is_no_distribution_is_refused() {
        assert_eq!(Classes::uniform(1), Err(Error::NumClasses { num_classes: 1 }));
        assert_eq!(Classes::uniform(257), Err(Error::NumClasses { num_classes: 257 }));
        assert_eq!(Classes::with_probabilities(&[1.0]), Err(Error::NumClasses { num_classes: 1 }));
        assert_eq!(Classes::with_probabilities(&[1.5, -0.5]), Err(Error::Probability { class: 0, probability: 1.5 }));
        assert!(matches!(Classes::with_probabilities(&[0.5, f64::NAN]), Err(Error::Probability { class: 1, .. })));
        assert_eq!(Classes::with_probabilities(&[0.5, 0.25]), Err(Error::ProbabilitySum { sum: 0.75 }));
    }
}
