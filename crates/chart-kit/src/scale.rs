//! Where a number stands between the ends of an axis, and which numbers to write beside it.

/// An axis from one number to a greater one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// From the lowest to the highest of some numbers. A logarithmic one leaves out what has no logarithm, and one that
    /// would have no length gets some around its only number.
    #[must_use]
    pub fn of(numbers: impl IntoIterator<Item = f64>, logarithmic: bool) -> Self {
        let fits = |number: &f64| number.is_finite() && (!logarithmic || *number > 0.0);
        let ends = numbers.into_iter().filter(fits).fold(None, |ends: Option<(f64, f64)>, number| {
            Some(ends.map_or((number, number), |(low, high)| (low.min(number), high.max(number))))
        });
        let (low, high) = ends.unwrap_or((1.0, 1.0));
        let (low, high) = match (low < high, logarithmic) {
            (true, _) => (low, high),
            (false, true) => (low / 2.0, high * 2.0),
            (false, false) => (low - 0.5 * low.abs().max(1.0), high + 0.5 * high.abs().max(1.0)),
        };
        Self { low, high, logarithmic }
    }

    /// The same with its ends moved outwards by a share of its length.
    #[must_use]
    pub fn wider(self, share: f64) -> Self {
        let Self { low, high, logarithmic } = self;
        if logarithmic {
            // Within what numbers there are, whose quotient may be none.
            let by = ((high.ln() - low.ln()) * share).exp();
            Self { low: (low / by).max(f64::MIN_POSITIVE), high: (high * by).min(f64::MAX), logarithmic }
        } else {
            let by = share * (high - low);
            Self { low: low - by, high: high + by, logarithmic }
        }
    }

    /// The share of the way at which a number stands; beyond the ends it is the end's.
    #[must_use]
    pub fn place(&self, number: f64) -> f64 {
        let way = |number: f64| if self.logarithmic { number.max(f64::MIN_POSITIVE).ln() } else { number };
        let (low, high) = (way(self.low), way(self.high));
        ((way(number.clamp(self.low, self.high)) - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// About so many round numbers on it.
    #[must_use]
    pub fn ticks(&self, about: usize) -> Vec<f64> {
        let about = about.max(2);
        if self.logarithmic {
            let (low, high) = (self.low.log10(), self.high.log10());
            let decades = (high - low).max(0.0);
            let within = |tick: &f64| (self.low * (1.0 - 1e-9)..=self.high * (1.0 + 1e-9)).contains(tick);
            let powers = low.floor() as i32..=high.ceil() as i32;
            let times = |factors: &'static [f64]| {
                powers.clone().flat_map(|power| factors.iter().map(move |factor| power_of_ten(power, *factor)))
            };
            let every = (decades / about as f64).ceil().max(1.0) as i32;
            let ticks: Vec<f64> = if decades * 3.0 <= about as f64 {
                times(&[1.0, 2.0, 5.0]).filter(within).collect()
            } else if decades * 2.0 <= about as f64 {
                times(&[1.0, 3.0]).filter(within).collect()
            } else {
                powers
                    .filter(|power| power.rem_euclid(every) == 0)
                    .map(|power| power_of_ten(power, 1.0))
                    .filter(within)
                    .collect()
            };
            if ticks.len() >= 2 {
                return ticks;
            }
        }
        self.even_ticks(about)
    }

    /// Ticks at equal distances, which are 1, 2 or 5 times a power of ten.
    fn even_ticks(&self, about: usize) -> Vec<f64> {
        let length = self.high - self.low;
        let rough = length / about as f64;
        let power = rough.log10().floor() as i32;
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|factor| power_of_ten(power, factor))
            .into_iter()
            .find(|step| *step >= rough * 0.999);
        let Some(step) = step.filter(|step| step.is_finite() && *step > 0.0) else { return vec![self.low, self.high] };
        let first = (self.low / step - 1e-9).ceil();
        // Multiples of a tenth are no tenths; with few digits they are.
        let clean = |number: f64| format!("{number:.12e}").parse().unwrap_or(number);
        let ticks = (0..=2 * about).map(|index| clean((first + index as f64) * step));
        ticks.take_while(|tick| *tick <= self.high + step * 1e-9).collect()
    }
}

/// A number times a power of ten, rounded once.
fn power_of_ten(power: i32, factor: f64) -> f64 {
    format!("{factor}e{power}").parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_from_end_to_end() {
        let even = Scale::of([2.0, 6.0, 4.0], false);
        assert_eq!([1.0, 2.0, 4.0, 6.0, 9.0].map(|number| even.place(number)), [0.0, 0.0, 0.5, 1.0, 1.0]);
        let log = Scale::of([0.0, 1e-4, 1.0, f64::INFINITY], true);
        assert!((log.place(1e-2) - 0.5).abs() < 1e-12);
        assert_eq!((log.place(0.0), log.place(f64::INFINITY)), (0.0, 1.0));
        // Of one number, of none, and of one without a logarithm alone.
        assert!((Scale::of([3.0], true).place(3.0) - 0.5).abs() < 1e-12);
        for scale in [Scale::of([], false), Scale::of([0.0], true), Scale::of([-7.0], false)] {
            assert!(scale.place(1.0).is_finite() && scale.ticks(5).len() >= 2, "{scale:?}");
        }
    }

    #[test]
    fn ticks_are_round_and_within() {
        let cases: [(&[f64], bool, usize, &[f64]); 6] = [
            (&[0.0, 1.0], false, 5, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (&[3.0, 29.0], false, 5, &[10.0, 20.0]),
            (&[1e-4, 1.0], true, 5, &[1e-4, 1e-3, 1e-2, 1e-1, 1.0]),
            (&[0.1, 3.0], true, 6, &[0.1, 0.2, 0.5, 1.0, 2.0]),
            (&[1e-30, 1.0], true, 5, &[1e-30, 1e-24, 1e-18, 1e-12, 1e-6, 1.0]),
            // Less than a tenth of a decade has no power of ten.
            (&[0.68, 0.70], true, 4, &[0.68, 0.685, 0.69, 0.695, 0.7]),
        ];
        for (numbers, logarithmic, about, expected) in cases {
            assert_eq!(Scale::of(numbers.iter().copied(), logarithmic).ticks(about), expected);
        }
    }
}
