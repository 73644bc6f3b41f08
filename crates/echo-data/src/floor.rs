//! The floor: the least mean loss that a net can have in each window.
//!
//! The target at time t of row b is the input d = `echo_step` values earlier in the series. For t ≥ d the row has read
//! it, and the best loss is 0. For t < d it stands in a row above, or before the beginning of the series, where it is
//! class 0. Nothing that the row has read tells of it: inputs are independent, and since all rows have the same parameters
//! and begin with the same zero state, a net may know t but not which row it is in. So the best answer at t is one and
//! the same for all rows: the distribution of the target of a random row. With B rows of L values, in z of which the target
//! lies before the beginning, and classes of the probabilities p, that is
//!
//! ```text
//! m(z) = (z · onehot(0) + (B − z) · p) / B        z(t) = min(B, ⌈(d − t)/L⌉)
//! ```
//!
//! The least loss at t is the entropy of m(z(t)), or for squared error its variance, and the floor of a window is the
//! mean over the steps that it counts. As t < L, z has two values at most: with d = q·L + r, r < L,
//!
//! ```text
//! z(t) = min(B, q + 1)    for t < r
//! z(t) = min(B, q)        for t ≥ r; where q = 0, the target has been read
//! ```

use crate::classes::Classes;
use crate::layout::Layout;

/// The least mean loss of each window of a layout, for a net that begins each epoch with a zero state and carries its state
/// from window to window.
///
/// It is an expectation over series that are drawn, for parameters that do not know the series: the mean over many
/// epochs cannot be lower, that of one may be by luck.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    layout: Layout,
    last_step_alone: bool,
    /// From this window on all targets have been read.
    first_settled_window: usize,
    /// r, the time in a row at which the least loss changes.
    turn: usize,
    /// The least loss at a time before that.
    before: f64,
    /// The least loss at that time and behind it.
    behind: f64,
}

impl Floor {
    /// The floor for an echo of `classes`, whatever its lag, where windows count the steps of [`Layout::counted`].
    ///
    /// `least_loss` is the least expected loss of an answer to a target of the given distribution: [`entropy`] for
    /// cross-entropy, [`variance`] for squared error.
    #[must_use]
    pub fn new(
        layout: Layout,
        classes: &Classes,
        echo_step: usize,
        last_step_alone: bool,
        least_loss: impl Fn(&[f64]) -> f64,
    ) -> Self {
        let (probabilities, rows) = (classes.probabilities(), layout.batch_size());
        let least = |z: usize| {
            let z = z.min(rows);
            let mut mixture: Vec<f64> = probabilities.iter().map(|p| (rows - z) as f64 * p).collect();
            mixture[0] += z as f64;
            mixture.iter_mut().for_each(|share| *share /= rows as f64);
            least_loss(&mixture)
        };
        let (q, r) = (echo_step / layout.row_length(), echo_step % layout.row_length());
        Self {
            layout,
            last_step_alone,
            first_settled_window: layout.first_settled_window(echo_step, last_step_alone),
            turn: r,
            before: least(q.saturating_add(1)),
            behind: if q == 0 { 0.0 } else { least(q) },
        }
    }

    /// The floor of a window; exactly 0 for a settled one, and for one that the layout has not, which counts nothing.
    #[must_use]
    pub fn window(&self, window: usize) -> f64 {
        if window >= self.first_settled_window {
            return 0.0;
        }
        let counted = self.layout.counted(window, self.last_step_alone);
        let steps = counted.len();
        let first = window * self.layout.window_stride() + counted.start;
        let before = self.turn.saturating_sub(first).min(steps);
        (before as f64 * self.before + (steps - before) as f64 * self.behind) / steps as f64
    }
}

/// The entropy of a distribution in nats, −Σ p ln p: the least expected cross-entropy.
#[must_use]
pub fn entropy(distribution: &[f64]) -> f64 {
    // From 0, because the sum of nothing is −0.
    distribution.iter().filter(|&&p| p != 0.0).fold(0.0, |sum, p| sum - p * p.ln())
}

/// The variance of the class's number: the least expected squared error, that of the mean.
#[must_use]
pub fn variance(distribution: &[f64]) -> f64 {
    let numbered = || (0_u32..).map(f64::from).zip(distribution);
    let mean: f64 = numbered().map(|(class, p)| class * p).sum();
    // Deviations, because differences of squares cancel.
    numbered().fold(0.0, |sum, (class, p)| sum + (class - mean).powi(2) * p)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LN_2: f64 = std::f64::consts::LN_2;

    /// Asserts what the floor of each window is: some, and from there on exactly 0, also behind the last window.
    fn check(layout: Layout, floor: &Floor, first: &[f64]) {
        for window in (0..layout.windows() + 3).chain([usize::MAX]) {
            let expected = first.get(window).copied().unwrap_or(0.0);
            let found = floor.window(window);
            assert!((found - expected).abs() < 1e-15, "window {window}: {found} for {expected}");
            assert!(expected != 0.0 || found.to_bits() == 0, "window {window}: {found}");
        }
    }

    #[test]
    fn the_tutorials_spike() {
        let (layout, classes) = (Layout::new(50_000, 5, 15, 15).unwrap(), Classes::uniform(2).unwrap());
        let floor = Floor::new(layout, &classes, 3, false, entropy);
        let h = -(0.4 * 0.4_f64.ln() + 0.6 * 0.6_f64.ln());
        assert_eq!(format!("{:.6}", floor.window(0)), "0.134602");
        check(layout, &floor, &[3.0 * h / 15.0]);
        check(layout, &Floor::new(layout, &classes, 3, false, variance), &[3.0 * (0.4 * 0.6) / 15.0]);
        // The last step of its first window echoes what that window has read.
        check(layout, &Floor::new(layout, &classes, 3, true, entropy), &[]);
    }

    #[test]
    fn a_lag_longer_than_a_window() {
        // Two rows of 24. An unknown target is a one with probability 1/4.
        let h = -(0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln());
        let classes = Classes::uniform(2).unwrap();
        let apart = Layout::new(48, 2, 4, 4).unwrap();
        check(apart, &Floor::new(apart, &classes, 10, false, entropy), &[h, h, h / 2.0]);
        check(apart, &Floor::new(apart, &classes, 10, true, entropy), &[h, h]);
        // Windows count the steps 0..4, 4..6, 6..8, 8..10, 10..12.
        let overlapping = Layout::new(48, 2, 4, 2).unwrap();
        check(overlapping, &Floor::new(overlapping, &classes, 9, false, entropy), &[h, h, h, h / 2.0]);
        check(overlapping, &Floor::new(overlapping, &classes, 9, true, entropy), &[h, h, h]);
    }

    #[test]
    fn a_lag_longer_than_a_row() {
        // Four rows of 6. In two of them the target lies before the beginning, from the time 2 on in one.
        let (layout, classes) = (Layout::new(24, 4, 3, 3).unwrap(), Classes::uniform(2).unwrap());
        let [two, one] = [[0.75, 0.25], [0.625, 0.375]].map(|mixture| entropy(&mixture));
        check(layout, &Floor::new(layout, &classes, 8, false, entropy), &[(2.0 * two + one) / 3.0, one]);
        // All targets lie before it.
        for echo_step in [24, 25, usize::MAX] {
            check(layout, &Floor::new(layout, &classes, echo_step, false, entropy), &[]);
        }
    }

    #[test]
    fn where_all_can_be_known_it_is_zero() {
        let classes = Classes::with_probabilities(&[0.2, 0.3, 0.5]).unwrap();
        for echo_step in [0, 1, 7, 59, 60, usize::MAX] {
            // A batch of one row begins where the series does.
            let layout = Layout::new(60, 1, 10, 5).unwrap();
            check(layout, &Floor::new(layout, &classes, echo_step, false, variance), &[]);
        }
        // Rows of one value lie before the beginning as far as can be.
        let layout = Layout::new(3, 3, 1, 1).unwrap();
        check(layout, &Floor::new(layout, &classes, usize::MAX, false, entropy), &[]);
        let layout = Layout::new(60, 3, 10, 5).unwrap();
        check(layout, &Floor::new(layout, &classes, 0, false, entropy), &[]);
    }

    #[test]
    fn entropies_and_variances_by_hand() {
        for (distribution, nats, square) in [
            (&[0.5, 0.5][..], LN_2, 0.25),
            (&[0.25, 0.5, 0.25], 1.5 * LN_2, 0.5),
            (&[0.5, 0.0, 0.5], LN_2, 1.0),
            (&[1.0, 0.0], 0.0, 0.0),
            (&[0.0, 0.0, 1.0], 0.0, 0.0),
            (&[], 0.0, 0.0),
        ] {
            assert!((entropy(distribution) - nats).abs() < 1e-15, "{distribution:?}");
            assert!((variance(distribution) - square).abs() < 1e-15, "{distribution:?}");
            assert!(entropy(distribution).is_sign_positive() && variance(distribution).is_sign_positive());
        }
        // Two neighbours far from 0, of which one is rare: the square of the mean is 10¹⁵ times the variance.
        let mut rare = [0.0; 256];
        (rare[254], rare[255]) = (1e-10, 1.0 - 1e-10);
        assert!((variance(&rare) / (1e-10 * (1.0 - 1e-10)) - 1.0).abs() < 1e-6, "{}", variance(&rare));
    }
}
