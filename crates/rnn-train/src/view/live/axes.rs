//! The scales of the loss chart: losses by their logarithm, steps by their square root.
//!
//! A net learns in steps of size, so losses have decades; and most of it in the run's beginning, so that is given more
//! room than the rest. Nothing in here knows of drawing.

use super::scene::{Epochs, Scene};
use crate::outputs::curve::Bucket;
use chart_kit::text::number;
use std::ops::RangeInclusive;

/// The least loss that is told from 0.
const LOWEST: f64 = 1e-6;

/// The decades of losses, as powers of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decades {
    pub(super) bottom: i32,
    pub(super) top: i32,
}

impl Decades {
    /// Those of all that the chart shows.
    pub(super) fn of(scene: &Scene) -> Self {
        let buckets = scene.curve.known().iter().chain(scene.curve.guessed());
        let losses = buckets.map(|bucket| bucket.mean).chain(scene.floor.filter(|&floor| floor > 0.0));
        let (bottom, top) =
            losses.map(exponent).fold((f64::MAX, f64::MIN), |(bottom, top), at| (bottom.min(at), top.max(at)));
        if bottom > top {
            return Self { bottom: -1, top: 0 };
        }
        let bottom = bottom.floor() as i32;
        Self { bottom, top: (top.ceil() as i32).max(bottom + 1) }
    }

    /// How high a loss stands: 0 at the bottom, 1 at the top.
    pub(super) fn height(self, loss: f64) -> f64 {
        let Self { bottom, top } = self;
        (exponent(loss) - f64::from(bottom)) / f64::from(top - bottom)
    }

    /// The powers of ten to label where there is room for so many labels.
    pub(super) fn labelled(self, room: usize) -> impl Iterator<Item = i32> {
        let decades = (self.top - self.bottom) as usize;
        let every = (decades + 1).div_ceil(room.max(1));
        (self.bottom..=self.top).rev().step_by(every.max(1))
    }
}

/// The decimal logarithm of a loss.
fn exponent(loss: f64) -> f64 {
    loss.max(LOWEST).log10()
}

/// A power of ten as a label of at most six characters.
pub(super) fn power_of_ten(exponent: i32) -> String {
    match exponent {
        -3..=4 => number(10_f64.powi(exponent), 1),
        _ => format!("1e{exponent}"),
    }
}

/// The training steps from 0 to where the chart ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Steps {
    pub(super) end: usize,
}

impl Steps {
    /// The axis grows with what is done, by leaps, so that it stands still most of the time; to the run's end at most.
    pub(super) fn of(scene: &Scene) -> Self {
        let leaps = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];
        let mut unit = 1_usize;
        let end = loop {
            match leaps.iter().map(|&leap| unit.saturating_mul(leap)).find(|&end| end >= scene.done) {
                Some(end) => break end,
                None => unit = unit.saturating_mul(10),
            }
        };
        Self { end: end.min(scene.steps.max(scene.done)).max(1) }
    }

    /// How far to the right a step stands: 0 at the left, 1 at the right.
    pub(super) fn place(self, step: f64) -> f64 {
        (step / self.end as f64).max(0.0).sqrt()
    }

    /// The middle of a bucket.
    pub(super) fn place_of(self, bucket: &Bucket) -> f64 {
        self.place(f64::midpoint(bucket.first as f64, bucket.last as f64))
    }

    /// The column, of so many, that a step stands in.
    pub(super) fn column(self, step: usize, columns: u16) -> u16 {
        // As dots are placed, of which a column has two.
        let dots = f64::from(columns) * 2.0 - 1.0;
        ((self.place(step as f64) * dots).round() as u16 / 2).min(columns.saturating_sub(1))
    }

    /// 0, and round numbers of steps from the greatest to the least.
    pub(super) fn round(self) -> impl Iterator<Item = usize> {
        let powers = std::iter::successors(Some(1_usize), |&power| power.checked_mul(10))
            .take_while(move |&power| power <= self.end);
        let powers: Vec<_> = powers.collect();
        let rounds = powers.into_iter().rev().flat_map(|power| [5, 2, 1].map(|leading| power.saturating_mul(leading)));
        std::iter::once(0).chain(rounds.filter(move |&step| step < self.end))
    }

    /// The columns, of so many, in which an epoch begins, each with the last that does.
    pub(super) fn epochs(self, epochs: &Epochs, columns: u16) -> Vec<(u16, usize)> {
        let mut found = Vec::new();
        let mut next = 0;
        for column in 0..columns {
            // The last step of the column; behind the last column there is none.
            let (mut first, mut behind) = (0, self.end);
            while first < behind {
                let middle = first + (behind - first) / 2;
                if self.column(middle, columns) <= column { first = middle + 1 } else { behind = middle }
            }
            let Some(last) = first.checked_sub(1) else { continue };
            let epoch = epochs.at(last);
            if epoch >= next {
                found.push((column, epoch));
                next = epoch + 1;
            }
        }
        found
    }
}

/// Those of some labels that fit beside each other with a gap between two, the first ones first, each with its columns.
pub(super) fn fitting<L: ToString>(
    labels: impl Iterator<Item = (u16, L)>,
    columns: u16,
    gap: u16,
) -> Vec<(RangeInclusive<u16>, String)> {
    let mut taken: Vec<(RangeInclusive<u16>, String)> = Vec::new();
    for (column, label) in labels {
        let label = label.to_string();
        let Ok(width @ 1..) = u16::try_from(label.len()) else { continue };
        if width > columns {
            continue;
        }
        let first = column.saturating_sub(width / 2).min(columns - width);
        let last = first + width - 1;
        if taken.iter().all(|(other, _)| last + gap < *other.start() || first > *other.end() + gap) {
            taken.push((first..=last, label));
        }
    }
    taken
}
