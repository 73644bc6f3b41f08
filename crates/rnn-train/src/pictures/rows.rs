//! Rows of a window: for each a lane with what the net reads, one with what it should answer, and one with what it
//! answers, one under the other, so that the echo is seen as a shift to the right.

use super::axis::thousands;
use super::draw::{Area, Drawn, FAINT, GRID, Root, Side, TEXT, width_of, write};
use super::legend::{Entry, Mark};
use super::{NORMAL, count};
use crate::snapshot::{Answered, Snapshot};
use crate::{Colour, Palette, Readout, Settings};
use plotters::prelude::*;
use std::ops::Range;

/// Behind an answer that is wrong.
pub(crate) const WRONG: Colour = Colour(0xf0, 0xe4, 0x42);
/// Behind a target that cannot be known.
pub(crate) const UNKNOWN: Colour = Colour(0xd2, 0xd2, 0xd2);

/// The rows of a snapshot.
pub(crate) struct Rows<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) palette: Palette,
    pub(crate) snapshot: &'a Snapshot,
}

/// Input, target, prediction.
const LANES: usize = 3;
/// How wide a time step and how high a lane is at most.
const MOST_WIDE: i32 = 40;
const MOST_HIGH: i32 = 30;
/// How much of a lane the bar of the greatest class fills; above it what lies behind is seen.
const FULL: f64 = 0.66;
/// Between two lanes, and between two rows.
const GAPS: (i32, i32) = (2, 8);

impl Rows<'_> {
    /// Draws them with their axis in and around `area`, which they need not fill.
    pub(crate) fn draw(&self, root: &Root<'_>, area: Area) -> Drawn {
        let Snapshot { rows, first_time, .. } = self.snapshot;
        let steps = rows.first().map_or(0, |answered| answered.input.len());
        // Of whole dots, so that all bars are as wide.
        let wide = ((area.right - area.left) / steps.max(1) as i32).clamp(1, MOST_WIDE);
        let of_row = (area.bottom - area.top) / rows.len().max(1) as i32;
        let high = ((of_row - GAPS.1 - 2 * GAPS.0) / LANES as i32).clamp(1, MOST_HIGH);
        let mut lanes = Lanes { left: area.left, top: area.top, wide, high };
        for (row, answered) in rows.iter().enumerate() {
            let bottom = lanes.cells(LANES - 1, 0..steps).bottom;
            let middle = (lanes.top + bottom) / 2;
            write(root, &format!("row {row}"), (area.left - 10, middle), Side::Right, NORMAL, TEXT)?;
            self.draw_row(root, lanes, answered)?;
            lanes.top = bottom + GAPS.1;
        }
        let area = Area { right: area.left + wide * steps as i32, bottom: lanes.top - GAPS.1, ..area };
        draw_times(root, area, wide, *first_time, steps)
    }

    fn draw_row(&self, root: &Root<'_>, lanes: Lanes, answered: &Answered) -> Drawn {
        let Answered { input, target, prediction } = answered;
        let unknown = self.settings.unknown_times(self.snapshot.batch).saturating_sub(self.snapshot.first_time);
        if unknown > 0 {
            for lane in 1..LANES {
                lanes.cells(lane, 0..unknown.min(input.len())).fill(root, UNKNOWN.into())?;
            }
        }
        for time in self.wrong(answered) {
            lanes.cells(LANES - 1, time..time + 1).fill(root, WRONG.into())?;
        }
        lanes.draw_grid(root, input.len())?;
        let greatest = self.settings.num_classes.saturating_sub(1).max(1) as f64;
        let Palette { input: read, target: right, prediction: answer, .. } = self.palette;
        for (lane, (classes, colour)) in [(input, read), (target, right), (prediction, answer)].into_iter().enumerate()
        {
            for (time, &class) in classes.iter().enumerate().filter(|(_, class)| **class > 0) {
                lanes.bar(lane, time, f64::from(class) / greatest).fill(root, colour.into())?;
            }
        }
        Ok(())
    }

    /// What its bars mean.
    pub(crate) fn legend(&self) -> Vec<Entry> {
        let Settings { echo_step, series, .. } = self.settings;
        let should = match (series.is_empty(), echo_step) {
            (false, _) => "what it should answer".to_owned(),
            (true, 0) => "what it reads".to_owned(),
            (true, lag) => format!("what it read {} before", count(*lag, "step")),
        };
        let bar = |colour, text: String| Entry::new(Mark::Bar(colour), text);
        vec![
            bar(self.palette.input, "input: what the net reads".to_owned()),
            bar(self.palette.target, format!("target: {should}")),
            bar(self.palette.prediction, "prediction: what it answers".to_owned()),
        ]
    }

    /// What lies behind its bars.
    pub(crate) fn legend_of_grounds(&self) -> Vec<Entry> {
        vec![Entry::new(Mark::Bar(WRONG), "wrong answer"), Entry::new(Mark::Bar(UNKNOWN), "cannot be known")]
    }

    /// How many of the answers shown are right, in words.
    pub(crate) fn score(&self) -> String {
        let rows = || self.snapshot.rows.iter();
        let asked: usize = rows().map(|row| self.asked(row).len()).sum();
        let right = asked - rows().map(|row| self.wrong(row).count()).sum::<usize>();
        // Rounded down, so that only all are a hundred.
        let percent = right * 100 / asked.max(1);
        format!("{} of {} right ({percent} %)", thousands(right), count(asked, "answer"))
    }

    /// The time steps shown whose answers count: all, or the window's last one.
    fn asked(&self, answered: &Answered) -> Range<usize> {
        let steps = answered.input.len();
        match self.settings.readout {
            Readout::EveryStep => 0..steps,
            Readout::LastStep => steps.saturating_sub(1)..steps,
        }
    }

    /// Those of them whose answer is wrong.
    fn wrong(&self, answered: &Answered) -> impl Iterator<Item = usize> {
        self.asked(answered).filter(|&time| answered.target[time] != answered.prediction[time])
    }
}

/// The lanes of a row, one below the other.
#[derive(Debug, Clone, Copy)]
struct Lanes {
    left: i32,
    top: i32,
    /// The width of a time step.
    wide: i32,
    /// The height of a lane.
    high: i32,
}

impl Lanes {
    /// Some time steps of a lane.
    fn cells(self, lane: usize, times: Range<usize>) -> Area {
        let top = self.top + lane as i32 * (self.high + GAPS.0);
        let x = |time: usize| self.left + self.wide * time as i32;
        Area { left: x(times.start), top, right: x(times.end), bottom: top + self.high }
    }

    /// A bar of this share of a lane's height; bars beside each other are apart where there is room.
    fn bar(self, lane: usize, time: usize, share: f64) -> Area {
        let cell = self.cells(lane, time..time + 1);
        let gap = i32::from(self.wide >= 6);
        let high = ((share * FULL * f64::from(self.high)).round() as i32).max(1);
        Area { top: cell.bottom - high, left: cell.left + gap, right: cell.right, ..cell }
    }

    /// The time steps, where there is room, and the lanes' grounds.
    fn draw_grid(self, root: &Root<'_>, steps: usize) -> Drawn {
        let all = self.cells(0, 0..steps);
        let bottom = self.cells(LANES - 1, 0..steps).bottom;
        for time in (0..=steps).filter(|_| self.wide >= 6) {
            let x = self.left + self.wide * time as i32;
            root.draw(&PathElement::new([(x, all.top), (x, bottom)], GRID))?;
        }
        for lane in 0..LANES {
            let Area { left, right, bottom, .. } = self.cells(lane, 0..steps);
            root.draw(&PathElement::new([(left, bottom), (right, bottom)], FAINT.mix(0.6)))?;
        }
        Ok(())
    }
}

/// Writes time steps below `area`, each of which is `wide`.
pub(crate) fn draw_times(root: &Root<'_>, area: Area, wide: i32, first: usize, steps: usize) -> Drawn {
    let label = width_of(&(first + steps).to_string(), NORMAL) + 6;
    let every = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|every| every * wide >= label).unwrap_or(200) as usize;
    for time in (first..first + steps).filter(|time| time.is_multiple_of(every)) {
        let x = area.left + wide * (time - first) as i32 + wide / 2;
        write(root, &time.to_string(), (x, area.bottom + 15), Side::Middle, NORMAL, TEXT)?;
    }
    let name = "time step in the window";
    let middle = ((area.left + area.right) / 2).max(area.left + width_of(name, NORMAL) / 2 - 30);
    write(root, name, (middle, area.bottom + 36), Side::Middle, NORMAL, TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Colours, RawSettings};

    #[test]
    fn answers_that_count_are_scored() {
        let score = |readout, [input, target, prediction]: [&[u32]; 3]| {
            let settings = RawSettings { readout: Some(readout), ..RawSettings::default() }.check().unwrap();
            let answered = Answered { input: input.to_vec(), target: target.to_vec(), prediction: prediction.to_vec() };
            let snapshot = Snapshot { epoch: 0, batch: 0, step: 0, first_time: 0, rows: vec![answered; 2] };
            Rows { settings: &settings, palette: Colours::default().palette(), snapshot: &snapshot }.score()
        };
        let row: [&[u32]; 3] = [&[1, 0, 1], &[0, 1, 0], &[1, 1, 0]];
        assert_eq!(score(Readout::EveryStep, row), "4 of 6 answers right (66 %)");
        assert_eq!(score(Readout::LastStep, row), "2 of 2 answers right (100 %)");
        assert_eq!(score(Readout::EveryStep, [&[]; 3]), "0 of 0 answers right (0 %)");
    }
}
