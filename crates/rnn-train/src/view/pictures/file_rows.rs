//! The axis of a file's rows: where each stands, and what is written beside it.

use crate::training::forecast::{SeriesForecast, Unit};
use chart_kit::draw::{NORMAL, cut, widest};
use chart_kit::scale::Scale;
use std::ops::Range;

/// How many ticks there are, about.
const TICKS: usize = 8;
/// Months between two ticks.
const MONTHS: [i64; 11] = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000];
/// Most characters of a label.
const MOST_CHARACTERS: usize = 20;

/// The rows that a picture of a forecast shows, counted from the file's first.
pub(crate) struct FileRows<'a> {
    forecast: &'a SeriesForecast,
    shown: Range<usize>,
}

impl<'a> FileRows<'a> {
    /// From `first` to the last one that is forecast.
    pub(crate) fn new(forecast: &'a SeriesForecast, first: usize) -> Self {
        Self { forecast, shown: first..forecast.known + forecast.steps }
    }

    /// The share of the way at which a row stands.
    pub(crate) fn place(&self, row: usize) -> f64 {
        let last = (self.shown.len() - 1).max(1);
        (row as f64 - self.shown.start as f64) / last as f64
    }

    /// What is counted.
    pub(crate) fn name(&self) -> String {
        self.forecast.labels.as_ref().map_or_else(|| "step".to_owned(), |labels| cut(&labels.name, MOST_CHARACTERS))
    }

    /// What to write beside an axis that is so wide, each with the share of the way at which it stands.
    pub(crate) fn ticks(&self, wide: i32) -> Vec<(f64, String)> {
        let (first, last) = (self.shown.start, self.shown.end - 1);
        let even = self.forecast.labels.as_ref().and_then(|labels| {
            Some((labels.even()?, labels.number(first)?, labels.number(last)?)).filter(|(_, low, high)| low < high)
        });
        let Some((even, low, high)) = even else { return self.uneven_ticks(wide) };
        let place = |number: f64| (number - low) / (high - low);
        match even.unit {
            Unit::Number => {
                let ticks = Scale::of([low, high], false).ticks(TICKS.min(self.shown.len() - 1));
                ticks.into_iter().map(|tick| (place(tick), even.unit.text(tick))).collect()
            }
            Unit::Month => {
                let rough = ((high - low) / TICKS as f64).max(even.step);
                let every = MONTHS.into_iter().find(|every| *every as f64 >= rough).unwrap_or(12_000);
                let first = (low as i64 + every - 1).div_euclid(every) * every;
                let months = (0..).map(|tick| (first + tick * every) as f64).take_while(|month| *month <= high);
                let text = |month: f64| {
                    let text = even.unit.text(month);
                    // Beside years alone their first month says nothing.
                    text.strip_suffix("-01").filter(|_| every >= 12).map_or(text.clone(), str::to_owned)
                };
                months.map(|month| (place(month), text(month))).collect()
            }
        }
    }

    /// Every so many rows before and behind the last that is known: their labels or, where there is none, how far they are from it.
    fn uneven_ticks(&self, wide: i32) -> Vec<(f64, String)> {
        let Self { forecast, shown } = self;
        let last = forecast.known - 1;
        let label = |row: usize| match &forecast.labels {
            Some(labels) => {
                labels.of_row(row).map_or_else(|| format!("+{}", row - last), |label| cut(&label, MOST_CHARACTERS))
            }
            None => (row as i64 - last as i64).to_string(),
        };
        let label_wide = widest(shown.clone().map(label).collect::<Vec<_>>().iter().map(String::as_str), NORMAL) + 16;
        let fit = ((wide / label_wide).max(1) as usize).min(TICKS);
        let rough = shown.len().div_ceil(fit);
        let every =
            (0..).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_usize.pow(power))).find(|every| *every >= rough);
        let every = every.unwrap_or(rough);
        let rows = shown.clone().filter(|row| row.abs_diff(last).is_multiple_of(every));
        rows.map(|row| (self.place(row), label(row))).collect()
    }
}
