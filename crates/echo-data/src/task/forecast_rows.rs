//! The rows of a series as a forecast reads them: standardised inputs, the targets that come so many rows later, and what simple rules
//! would answer.

use super::own_data::{LEAD_IN, further};
use super::rules::{RULES, by_rules};
use super::series_rows::SeriesRows;
use super::task::Scale;
use crate::error::Error;
use crate::sequences::{Kept, Kind, Sequence, Shape, Step, Stretches, within};
use std::ops::Range;

/// A column, and how it is standardised.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) scale: Scale,
}

/// A part of a series.
#[derive(Debug)]
pub(super) struct Part {
    kept: Kept<f64>,
    /// Numbers a row.
    width: usize,
    /// The row of the first time step.
    first: usize,
    len: usize,
    /// The first time step that is scored.
    scored_from: usize,
    horizon: usize,
    /// Of each number that is read, and that is asked for, the slot and the scale.
    inputs: Vec<(usize, Scale)>,
    targets: Vec<(usize, Scale)>,
    furthest: f64,
}

impl Part {
    /// The part whose targets lie in these rows, with a lead-in before it; nothing if there are no targets.
    pub(super) fn new(
        all: &SeriesRows,
        series: &Range<usize>,
        rows: &Range<usize>,
        horizon: usize,
        columns: [&[Column]; 2],
    ) -> Option<Self> {
        let first = rows.start.saturating_sub(LEAD_IN.saturating_add(horizon)).max(series.start);
        let scored = rows.start.saturating_sub(horizon).max(series.start);
        let end = rows.end.saturating_sub(horizon);
        if end <= scored {
            return None;
        }
        let slots = |columns: &[Column]| {
            let slot = |column: &Column| all.slot(&column.name).map(|slot| (slot, column.scale));
            columns.iter().filter_map(slot).collect::<Vec<_>>()
        };
        let [inputs, targets] = columns.map(slots);
        let of_slots = inputs.iter().chain(&targets).flat_map(|&(slot, scale)| all.ends[slot].map(|end| (end, scale)));
        let furthest = of_slots.map(|(end, scale)| scale.standardised(end)).fold(0.0, further);
        let (kept, width, len, scored_from) = (all.kept.clone(), all.width(), end - first, scored - first);
        Some(Self { kept, width, first, len, scored_from, horizon, inputs, targets, furthest })
    }
}

impl Stretches for Part {
    fn none(&self) -> Sequence {
        let [inputs, targets] = [&self.inputs, &self.targets].map(|columns| Kind::Values(columns.len()));
        Sequence::new(Shape { inputs, targets })
    }

    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, steps: Range<usize>, to: &mut Sequence) -> Result<(), Error> {
        let steps = within(&steps, self.len);
        if steps.is_empty() {
            return Ok(());
        }
        // What is asked for stands so many rows later: among those that are read, or in a stretch of its own.
        let (rows, mut read, mut asked) = (self.first + steps.start..self.first + steps.end, Vec::new(), Vec::new());
        let is_near = self.horizon <= steps.len();
        let read_to = if is_near { rows.end + self.horizon } else { rows.end };
        self.kept.read(rows.start * self.width..read_to * self.width, &mut read)?;
        if !is_near {
            let rows = rows.start + self.horizon..rows.end + self.horizon;
            self.kept.read(rows.start * self.width..rows.end * self.width, &mut asked)?;
        }
        let asked = if is_near { &read[self.horizon * self.width..] } else { &asked };
        let standardised = |row: &[f64], &(slot, scale): &(usize, Scale)| scale.standardised(row[slot]);
        let (mut inputs, mut targets) = (Vec::with_capacity(self.inputs.len()), Vec::with_capacity(self.targets.len()));
        for ((step, read), asked) in steps.zip(read.chunks_exact(self.width)).zip(asked.chunks_exact(self.width)) {
            inputs.clear();
            inputs.extend(self.inputs.iter().map(|column| standardised(read, column)));
            targets.clear();
            targets.extend(self.targets.iter().map(|column| standardised(asked, column)));
            to.push(Step::Values(&inputs), (step >= self.scored_from).then_some(Step::Values(&targets)))?;
        }
        Ok(())
    }

    fn furthest(&self) -> f64 {
        self.furthest
    }
}

/// The scale of each of these slots, over the rows that are trained on.
pub(super) fn scales(all: &SeriesRows, slots: &[usize], trained: &[Range<usize>]) -> Result<Vec<Scale>, Error> {
    let count = trained.iter().map(Range::len).sum::<usize>().max(1) as f64;
    let mut sums = vec![0.0; slots.len()];
    all.for_each_row(trained, &mut |row| sums.iter_mut().zip(slots).for_each(|(sum, &slot)| *sum += row[slot]))?;
    let means: Vec<f64> = sums.into_iter().map(|sum| sum / count).collect();
    let mut squares = vec![0.0; slots.len()];
    all.for_each_row(trained, &mut |row| {
        let of_slots = squares.iter_mut().zip(slots).zip(&means);
        of_slots.for_each(|((sum, &slot), mean)| *sum += (row[slot] - mean).powi(2));
    })?;
    let scale = |(mean, squares): (f64, f64)| Scale::with(mean, (squares / count).sqrt());
    Ok(means.into_iter().zip(squares).map(scale).collect())
}

/// How far off a rule is: the sum of squares, and how many there are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SquaredErrors {
    pub(super) sum: f64,
    pub(super) count: usize,
    /// Where the rule had no answer.
    pub(super) unanswered: usize,
}

impl SquaredErrors {
    fn add(&mut self, error: Option<f64>) {
        match error {
            Some(error) => (self.sum, self.count) = (self.sum + error * error, self.count + 1),
            None => self.unanswered += 1,
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        let unanswered = self.unanswered + other.unanswered;
        Self { sum: self.sum + other.sum, count: self.count + other.count, unanswered }
    }
}

/// How far off each of the [`RULES`] is in some rows of a series.
pub(super) fn errors_of_rules(
    all: &SeriesRows,
    series: &Range<usize>,
    rows: &Range<usize>,
    [horizon, season]: [usize; 2],
    targets: &[Column],
) -> Result<[SquaredErrors; RULES.len()], Error> {
    let mut errors = [SquaredErrors::default(); RULES.len()];
    let seasons = if season == 0 { 0 } else { horizon.div_ceil(season).saturating_mul(season) };
    let columns: Vec<_> = targets.iter().filter_map(|column| Some((all.slot(&column.name)?, column.scale))).collect();
    let width = all.width();
    let asked = rows.start.max(series.start.saturating_add(horizon))..rows.end;
    for start in asked.clone().step_by(BLOCK) {
        let end = (start + BLOCK).min(asked.end);
        // What is asked for, the last value that is known, and that of the season.
        let stretch = |back: usize| {
            let rows = start.saturating_sub(back).max(series.start)..end.saturating_sub(back).max(series.start);
            let mut numbers = Vec::new();
            all.kept.read(rows.start * width..rows.end * width, &mut numbers)?;
            Ok::<_, Error>((rows, numbers))
        };
        let stretches = [stretch(0)?, stretch(horizon)?, stretch(seasons)?];
        for row in start..end {
            for &(slot, scale) in &columns {
                let value = |row: usize| {
                    let (rows, numbers) = stretches.iter().find(|(rows, _)| rows.contains(&row))?;
                    numbers.get((row - rows.start) * width + slot).copied()
                };
                let rules = by_rules(value, scale.mean, season, row - horizon, horizon);
                let target = value(row).unwrap_or_default();
                errors.iter_mut().zip(rules).for_each(|(errors, rule)| errors.add(rule.map(|rule| rule - target)));
            }
        }
    }
    Ok(errors)
}

/// Rows that are looked at together.
const BLOCK: usize = 1 << 12;
