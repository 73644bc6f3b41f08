//! The statistics of groups of trials.
//!
//! * Wilson's score interval of a share of k in n, with z the normal quantile for 95 %:
//!   `(k + z²/2)/(n + z²) ± z/(n + z²)·√(k(n − k)/n + z²/4)` (Wilson 1927).
//! * η²_H, how much of the ranks of trials a parameter explains: `(H − k + 1)/(n − k)` for the statistic H of Kruskal and
//!   Wallis (1952), with their correction for ties, of n trials in k groups (Tomczak & Tomczak 2014); it is about 0 for a
//!   parameter that does nothing, 1 for one that decides all.

/// The normal distribution's quantile for a two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The middle one of some numbers, or the mean of the middle two.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(numbers, 0.5)
}

/// A quantile of some numbers: the number at that share of the way through them in order, between two their weighted mean.
pub(crate) fn quantile(numbers: impl IntoIterator<Item = f64>, share: f64) -> Option<f64> {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let place = share * numbers.len().checked_sub(1)? as f64;
    let (low, high) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
    Some(if low == high { low } else { low + (high - low) * place.fract() })
}

/// The 95 % interval of the probability of what happened k times in n.
pub(crate) fn wilson(k: usize, n: usize) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let (k, n, square) = (k as f64, n as f64, Z * Z);
    let middle = (k + square / 2.0) / (n + square);
    let half = Z / (n + square) * (k * (n - k) / n + square / 4.0).sqrt();
    // What follows exactly must not suffer from rounding.
    let low = if k == 0.0 { 0.0 } else { middle - half };
    Some((low, if k == n { 1.0 } else { middle + half }))
}

/// The mean of some numbers.
pub(crate) fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// The standard deviation of numbers drawn from a distribution, of which there are two at least.
pub(crate) fn deviation(numbers: &[f64]) -> Option<f64> {
    let mean = mean(numbers).filter(|_| numbers.len() > 1)?;
    let squares = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>();
    Some((squares / (numbers.len() - 1) as f64).sqrt())
}

/// The rank of each number, counted from 1; equal ones share the mean of theirs.
pub(crate) fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&a, &b| numbers[a] == numbers[b]) {
        for &index in equal {
            ranks[index] = before as f64 + (equal.len() + 1) as f64 / 2.0;
        }
        before += equal.len();
    }
    ranks
}

/// η²_H of numbers in groups; `None` where there are not two groups, or not more numbers than groups, or all are equal.
pub(crate) fn eta_squared(numbers: &[f64], groups: &[usize]) -> Option<f64> {
    let (n, k) = (numbers.len(), groups.iter().max()? + 1);
    if k < 2 || n <= k {
        return None;
    }
    let ranks = ranks(numbers);
    let middle = (n as f64 + 1.0) / 2.0;
    let (mut sums, mut counts) = (vec![0.0; k], vec![0_usize; k]);
    for (rank, &group) in ranks.iter().zip(groups) {
        sums[group] += rank - middle;
        counts[group] += 1;
    }
    let between: f64 =
        sums.iter().zip(&counts).filter(|(_, count)| **count > 0).map(|(sum, &count)| sum * sum / count as f64).sum();
    let total: f64 = ranks.iter().map(|rank| (rank - middle).powi(2)).sum();
    // With ties, H is what it is for the variance that the shared ranks have.
    let h = (n as f64 - 1.0) * between / total;
    (total > 0.0).then(|| ((h - k as f64 + 1.0) / (n - k) as f64).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-5, "{found} for {expected}");
    }

    /// Expected values from Wilson's formula by hand.
    #[test]
    fn intervals() {
        let (low, high) = wilson(8, 10).unwrap();
        near(low, 0.4902);
        near(high, 0.9433);
        let (low, high) = wilson(0, 10).unwrap();
        near(low, 0.0);
        near(high, 0.2775);
        assert_eq!(wilson(10, 10).unwrap().1, 1.0);
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn quantiles_and_ranks() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0]), Some(2.5));
        assert_eq!(median([]), None);
        assert_eq!(quantile([0.0, 10.0], 0.25), Some(2.5));
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 7.0]), [2.5, 1.0, 2.5, 4.0]);
    }

    /// H = 7.2 by hand: rank sums 6, 15 and 24 of three groups of three.
    #[test]
    fn importance() {
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        near(eta_squared(&numbers, &[0, 0, 0, 1, 1, 1, 2, 2, 2]).unwrap(), (7.2 - 2.0) / 6.0);
        assert_eq!(eta_squared(&numbers, &[0, 1, 2, 0, 1, 2, 0, 1, 2]), Some(0.0));
        assert_eq!(eta_squared(&[1.0, 1.0, 1.0], &[0, 1, 1]), None);
        assert_eq!(eta_squared(&numbers, &[0; 9]), None);
    }
}
