//! How far off answers are that are numbers: the root of the mean squared error, the mean absolute error, and R².
//!
//! ```text
//! RMSE = √( 1/n Σ (y − t)² )      MAE = 1/n Σ |y − t|      R² = 1 − Σ (y − t)² / Σ (t − t̄)²
//! ```

use crate::outputs::status::TargetScores;

/// Running sums; of the targets the mean and the sum of squares about it are moved, so that no digits cancel.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Errors {
    count: usize,
    squares: f64,
    absolute: f64,
    mean: f64,
    about_mean: f64,
}

impl Errors {
    pub(super) fn add(&mut self, answer: f64, target: f64) {
        self.count += 1;
        self.squares += (answer - target).powi(2);
        self.absolute += (answer - target).abs();
        let off = target - self.mean;
        self.mean += off / self.count as f64;
        self.about_mean += off * (target - self.mean);
    }

    /// The mean of the targets.
    pub(super) fn mean_target(self) -> f64 {
        self.mean
    }

    /// How many answers there were, and the sum of squares by which this number is off their targets.
    pub(super) fn squares_of(self, guess: f64) -> (usize, f64) {
        (self.count, self.about_mean + self.count as f64 * (self.mean - guess).powi(2))
    }

    /// The scores of the target of this name; nothing where nothing was answered, or with what is no number.
    pub(super) fn scores(self, name: &str) -> Option<TargetScores> {
        let count = self.count as f64;
        let scores = TargetScores {
            name: name.to_owned(),
            rmse: (self.squares / count).sqrt(),
            mae: self.absolute / count,
            // Targets that are all the same leave nothing to explain.
            r2: Some(1.0 - self.squares / self.about_mean).filter(|r2| r2.is_finite()),
        };
        (self.count > 0 && scores.rmse.is_finite() && scores.mae.is_finite()).then_some(scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut errors = Errors::default();
        assert_eq!(errors.scores("v"), None);
        for (answer, target) in [(1.0, 2.0), (5.0, 4.0), (6.0, 6.0), (8.0, 8.0)] {
            errors.add(answer, target);
        }
        let TargetScores { rmse, mae, r2, .. } = errors.scores("v").unwrap();
        assert_eq!((rmse, mae), (0.5_f64.sqrt(), 0.5));
        assert!((r2.unwrap() - (1.0 - 2.0 / 20.0)).abs() < 1e-15);
        assert_eq!(errors.squares_of(5.0), (4, 20.0));
        assert_eq!(errors.squares_of(4.0), (4, 24.0));
        let mut same = Errors::default();
        same.add(1.0, 2.0);
        assert_eq!(same.scores("v").unwrap().r2, None);
        same.add(f64::NAN, 2.0);
        assert_eq!(same.scores("v"), None);
    }
}
