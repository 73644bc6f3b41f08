//! The rows of a series as a forecast reads them: standardised inputs, the targets that come so many rows later, and what simple rules
//! would answer.

use super::own_data::{LEAD_IN, further};
use super::rules::{RULES, by_rules};
use super::series_rows::SeriesRows;
use super::task::Scale;
use crate::error::Error;
use crate::sequences::{Kept, Kind, Sequence, Shape, Step, Stretches};
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
    /// The rows of a series whose values are asked for, with what stands before them as a lead-in; nothing where no value is.
    pub(super) fn new(
        all: &SeriesRows,
        series: &Range<usize>,
        rows: &Range<usize>,
        horizon: usize,
        columns: [&[Column]; 2],
    ) -> Result<Option<Self>, Error> {
        let first = rows.start.saturating_sub(LEAD_IN + horizon).max(series.start);
        let scored = rows.start.saturating_sub(horizon).max(series.start);
        let end = rows.end.saturating_sub(horizon);
        if end <= scored {
            return Ok(None);
        }
        let slots = |columns: &[Column]| {
            let slot = |column: &Column| all.slot(&column.name).map(|slot| (slot, column.scale));
            columns.iter().filter_map(slot).collect::<Vec<_>>()
        };
        let [inputs, targets] = columns.map(slots);
        let of_slots = inputs.iter().chain(&targets).flat_map(|&(slot, scale)| all.ends[slot].map(|end| (end, scale)));
        let furthest = of_slots.map(|(end, scale)| scale.standardised(end)).fold(0.0, further);
        let (kept, width, len, scored_from) = (all.kept.clone(), all.width(), end - first, scored - first);
        Ok(Some(Self { kept, width, first, len, scored_from, horizon, inputs, targets, furthest }))
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
        let end = steps.end.min(self.len);
        let steps = steps.start.min(end)..end;
        let first = self.first + steps.start;
        let mut rows = Vec::new();
        self.kept.read(first * self.width..(self.first + end + self.horizon) * self.width, &mut rows)?;
        let (mut read, mut asked) = (Vec::with_capacity(self.inputs.len()), Vec::with_capacity(self.targets.len()));
        for (place, step) in steps.enumerate() {
            let row = |place: usize| &rows[place * self.width..][..self.width];
            let standardised = |row: &[f64], &(slot, scale): &(usize, Scale)| scale.standardised(row[slot]);
            read.clear();
            read.extend(self.inputs.iter().map(|column| standardised(row(place), column)));
            asked.clear();
            asked.extend(self.targets.iter().map(|column| standardised(row(place + self.horizon), column)));
            to.push(Step::Values(&read), (step >= self.scored_from).then_some(Step::Values(&asked)))?;
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
pub(super) struct Off {
    pub(super) sum: f64,
    pub(super) count: usize,
    /// Whether the rule had no answer somewhere.
    pub(super) is_partial: bool,
}

impl Off {
    fn add(&mut self, error: Option<f64>) {
        match error {
            Some(error) => (self.sum, self.count) = (self.sum + error * error, self.count + 1),
            None => self.is_partial = true,
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        let is_partial = self.is_partial || other.is_partial;
        Self { sum: self.sum + other.sum, count: self.count + other.count, is_partial }
    }
}

/// How far off each of the [`RULES`] is in some rows of a series.
pub(super) fn off(
    all: &SeriesRows,
    series: &Range<usize>,
    rows: &Range<usize>,
    [horizon, season]: [usize; 2],
    targets: &[Column],
) -> Result<[Off; RULES.len()], Error> {
    let mut off = [Off::default(); RULES.len()];
    // What the rules answer with stands so many rows before what is asked for.
    let back = if season == 0 { horizon } else { horizon.div_ceil(season).saturating_mul(season) };
    let columns: Vec<_> = targets.iter().filter_map(|column| Some((all.slot(&column.name)?, column.scale))).collect();
    let (width, mut block) = (all.width(), Vec::new());
    let asked = rows.start.max(series.start + horizon)..rows.end;
    for start in asked.clone().step_by(BLOCK) {
        let (first, end) = (start.saturating_sub(back).max(series.start), (start + BLOCK).min(asked.end));
        block.clear();
        all.kept.read(first * width..end * width, &mut block)?;
        let column = |slot: usize| block.iter().skip(slot).step_by(width).copied().collect::<Vec<f64>>();
        let values: Vec<_> = columns.iter().map(|&(slot, scale)| (column(slot), scale)).collect();
        for row in start - first..end - first {
            for (values, scale) in &values {
                let rules = by_rules(values, scale.mean, season, row - horizon, horizon);
                off.iter_mut().zip(rules).for_each(|(off, rule)| off.add(rule.map(|rule| rule - values[row])));
            }
        }
    }
    Ok(off)
}

/// Rows that are looked at together.
const BLOCK: usize = 1 << 12;
