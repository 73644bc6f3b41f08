//! The axes of the loss curve: training steps across, losses upwards.

use crate::outputs::curve::Bucket;
use chart_kit::scale::Scale;
use chart_kit::text::number;

/// Training steps from 0 to the last one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps {
    last: usize,
    /// Of the number of steps done before, which is 0 at first, and 1 is added to it.
    logarithmic: bool,
}

impl Steps {
    pub(crate) fn even(last: usize) -> Self {
        Self { last: last.max(1), logarithmic: false }
    }

    pub(crate) fn logarithmic(last: usize) -> Self {
        Self { last: last.max(1), logarithmic: true }
    }

    /// The share of the way at which a step stands.
    pub(crate) fn place(self, step: usize) -> f64 {
        let way = |step: usize| if self.logarithmic { (step as f64).ln_1p() } else { step as f64 };
        (way(step) / way(self.last)).min(1.0)
    }

    /// The steps to write beside it.
    pub(crate) fn ticks(self) -> Vec<usize> {
        if self.logarithmic {
            let powers = std::iter::successors(Some(10_usize), |power| power.checked_mul(10));
            return [0, 1].into_iter().chain(powers).take_while(|&step| step <= self.last).collect();
        }
        let ticks = Scale::of([0.0, self.last as f64], false).ticks(5);
        ticks.into_iter().filter(|step| step.fract() == 0.0).map(|step| step as usize).collect()
    }
}

/// Losses on a logarithmic axis, below which there is a place for those of exactly 0, which have no logarithm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Losses {
    scale: Scale,
    has_zero: bool,
}

/// The share of the axis below the logarithmic part, where there are losses of 0.
const ZEROS: f64 = 0.08;

/// How far below the lowest mean the band of lowest losses is followed: one loss of 10⁻³⁰ is not to press the rest
/// together.
const BELOW_MEANS: f64 = 1e-3;

impl Losses {
    /// From the lowest to the highest of all curves' losses, and `floor` if there is one.
    pub(crate) fn of(curves: [&[Bucket]; 3], floor: Option<f64>) -> Self {
        let buckets = || curves.into_iter().flatten();
        let has_zero = buckets().any(|bucket| bucket.low <= 0.0);
        let means = || buckets().map(|bucket| bucket.mean).chain(floor).filter(|&loss| loss > 0.0);
        let least = means().fold(f64::INFINITY, f64::min) * BELOW_MEANS;
        let ends = buckets().flat_map(|bucket| [bucket.low, bucket.high]).filter(|&loss| loss >= least);
        Self { scale: Scale::of(ends.chain(means()), true).wider(0.03), has_zero }
    }

    /// The share of the way up at which a loss stands.
    pub(crate) fn place(self, loss: f64) -> f64 {
        let zeros = if self.has_zero { ZEROS } else { 0.0 };
        if loss <= 0.0 { 0.0 } else { zeros + (1.0 - zeros) * self.scale.place(loss) }
    }

    /// The losses to write beside it, and how.
    pub(crate) fn ticks(self) -> Vec<(f64, String)> {
        let zero = self.has_zero.then(|| (0.0, "0".to_owned()));
        zero.into_iter().chain(self.scale.ticks(7).into_iter().map(|loss| (loss, number(loss, 4)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(low: f64, mean: f64, high: f64) -> Bucket {
        Bucket { first: 0, last: 0, low, high, mean }
    }

    /// Whatever the losses, all stand on the axis, in their order, beside some numbers.
    #[test]
    fn any_losses_have_an_axis() {
        let cases: [&[Bucket]; 7] = [
            &[],
            &[bucket(0.0, 0.0, 0.0)],
            &[bucket(0.0, 0.3, 0.9), bucket(0.1, 0.2, 0.3)],
            &[bucket(1e-300, 1e-3, 1e300), bucket(1.0, 1.0, 1.0)],
            &[bucket(0.5, 0.5, 0.5)],
            &[bucket(0.68, 0.69, 0.70)],
            &[bucket(f64::MIN_POSITIVE, 1e299, 1e300)],
        ];
        for known in cases {
            for guessed in cases {
                for floor in [None, Some(0.1346)] {
                    let losses = Losses::of([known, guessed, &[]], floor);
                    let mut ends: Vec<f64> = known.iter().flat_map(|b| [b.low, b.mean, b.high]).collect();
                    ends.sort_by(f64::total_cmp);
                    let places: Vec<_> = ends.iter().map(|&loss| losses.place(loss)).collect();
                    assert!(places.iter().all(|place| (0.0..=1.0).contains(place)), "{places:?}");
                    assert!(places.is_sorted(), "{ends:?} {places:?}");
                    assert!((2..=9).contains(&losses.ticks().len()), "{:?}", losses.ticks());
                }
            }
        }
        let losses = Losses::of([&[bucket(1e-5, 1e-4, 1.0)], &[], &[]], Some(0.1));
        let labels: Vec<_> = losses.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1"]);
        assert!(losses.place(0.01) > losses.place(0.001) && losses.place(0.0) == 0.0);
    }

    #[test]
    fn steps_go_from_the_first_to_the_last() {
        for steps in [Steps::even(66_599), Steps::logarithmic(66_599), Steps::even(0), Steps::logarithmic(0)] {
            assert_eq!((steps.place(0), steps.place(steps.last)), (0.0, 1.0));
            assert!(steps.ticks().len() >= 2 && steps.ticks().is_sorted(), "{steps:?}");
        }
        assert_eq!(Steps::logarithmic(2000).ticks(), [0, 1, 10, 100, 1000]);
        assert_eq!(Steps::even(3).ticks(), [0, 1, 2, 3]);
    }
}
