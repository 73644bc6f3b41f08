//! Rows of a window: for each a lane with what the net reads, one with what it should answer, and one with what it
//! answers, one under the other, so that an answer of earlier inputs is seen as a shift to the right. Numbers are lines, and those
//! that are answered stand in the lane of those that should be.

use crate::outputs::snapshot::{Answered, Snapshot};
use crate::settings::table::Settings;
use crate::view::lanes::{Lane, Part, Scale, lanes, score};
use crate::view::palette::Palette;
use chart_kit::Colour;
use chart_kit::draw::{Area, Drawn, FAINT, GRID, NORMAL, Root, Side, TEXT, width_of, write};
use chart_kit::legend::{Entry, Mark};
use echo_data::Kind;
use plotters::prelude::*;
use std::ops::Range;

/// Behind an answer that is wrong.
pub(crate) const WRONG: Colour = Colour(0xf0, 0xe4, 0x42);
/// Behind a target that cannot be known.
pub(crate) const UNKNOWN: Colour = Colour(0xd2, 0xd2, 0xd2);

/// What an answer that does not count is drawn in.
pub(crate) fn pale(Colour(red, green, blue): Colour) -> Colour {
    let half = |part: u8| part / 2 + 128;
    Colour(half(red), half(green), half(blue))
}

/// The rows of a snapshot.
pub(crate) struct Rows<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) palette: Palette,
    pub(crate) snapshot: &'a Snapshot,
}

/// How wide a time step and how high a lane is at most.
const MOST_WIDE: i32 = 40;
const MOST_HIGH: i32 = 30;
/// Of rows with many lanes fewer are drawn, so that each lane is so high.
const LEAST_HIGH: i32 = 6;
/// How wide a time step must be for a letter.
const LETTER: i32 = 9;
/// How much of a lane the bar of the greatest class fills; above it what lies behind is seen.
const FULL: f64 = 0.66;
/// Between two lanes, and between two rows.
const GAPS: (i32, i32) = (2, 8);

impl Rows<'_> {
    /// Draws them with their axis in and around `area`, which they need not fill.
    pub(crate) fn draw(&self, root: &Root<'_>, area: Area) -> Drawn {
        let Snapshot { rows, first_time, .. } = self.snapshot;
        let steps = rows.first().map_or(0, Answered::times);
        let lanes_each = rows.first().map_or(1, |row| lanes(self.settings, self.snapshot, row).len()) as i32;
        // Of whole dots, so that all bars are as wide.
        let wide = ((area.right - area.left) / steps.max(1) as i32).clamp(1, MOST_WIDE);
        let least = lanes_each * (LEAST_HIGH + GAPS.0) - GAPS.0 + GAPS.1;
        let drawn = rows.len().min(((area.bottom - area.top) / least).max(1) as usize);
        let of_row = (area.bottom - area.top) / drawn.max(1) as i32;
        let high = ((of_row - GAPS.1 - (lanes_each - 1) * GAPS.0) / lanes_each).clamp(1, MOST_HIGH);
        let mut place = Lanes { left: area.left, top: area.top, wide, high };
        for (row, answered) in rows.iter().enumerate().take(drawn) {
            let bottom = place.cells(lanes_each as usize - 1, 0..steps).bottom;
            let middle = (place.top + bottom) / 2;
            write(root, &format!("row {row}"), (area.left - 10, middle), Side::Right, NORMAL, TEXT)?;
            self.draw_row(root, place, answered)?;
            place.top = bottom + GAPS.1;
        }
        let area = Area { right: area.left + wide * steps as i32, bottom: place.top - GAPS.1, ..area };
        draw_times(root, area, wide, *first_time, steps)
    }

    fn draw_row(&self, root: &Root<'_>, place: Lanes, answered: &Answered) -> Drawn {
        let lanes = lanes(self.settings, self.snapshot, answered);
        let unknown = self.snapshot.places(0..self.settings.unknown_times(self.snapshot.batch));
        let parts = |lane: &Lane<'_>, part| lane.tracks.iter().any(|(own, _)| *own == part);
        for (number, lane) in lanes.iter().enumerate() {
            if !unknown.is_empty() && !parts(lane, Part::Input) {
                place.cells(number, unknown.clone()).fill(root, UNKNOWN.into())?;
            }
            if parts(lane, Part::Prediction) && lane.scale.is_of_bars() {
                for time in self.wrong(answered) {
                    place.cells(number, time..time + 1).fill(root, WRONG.into())?;
                }
            }
        }
        place.draw_grid(root, lanes.len(), answered.times())?;
        for (number, lane) in lanes.iter().enumerate() {
            for &(part, track) in &lane.tracks {
                match (lane.scale, &lane.letters) {
                    (Scale::Bars { .. }, Some(letters)) if place.wide >= LETTER => {
                        self.draw_letters(root, place, number, letters, (part, answered))?;
                    }
                    (Scale::Bars { .. }, _) => self.draw_bars(root, place, number, lane, (part, track), answered)?,
                    (Scale::Lines { .. }, _) => self.draw_line(root, place, number, lane, (part, track), answered)?,
                }
            }
        }
        Ok(())
    }

    /// The colour of a part, paler where an answer does not count.
    fn colour(&self, part: Part, is_pale: bool) -> Colour {
        let Palette { input, target, prediction, .. } = self.palette;
        match part {
            Part::Input => input,
            Part::Target => target,
            Part::Prediction if is_pale => pale(prediction),
            Part::Prediction => prediction,
        }
    }

    fn draw_letters(
        &self,
        root: &Root<'_>,
        place: Lanes,
        number: usize,
        letters: &[String],
        (part, answered): (Part, &Answered),
    ) -> Drawn {
        for (time, letter) in letters.iter().enumerate() {
            let cell = place.cells(number, time..time + 1);
            let middle = ((cell.left + cell.right) / 2, (cell.top + cell.bottom) / 2);
            let colour = RGBColor::from(self.colour(part, !self.counts(answered, time)));
            write(root, letter, middle, Side::Middle, NORMAL, colour)?;
        }
        Ok(())
    }

    fn draw_bars(
        &self,
        root: &Root<'_>,
        place: Lanes,
        number: usize,
        lane: &Lane<'_>,
        (part, track): (Part, &[Option<f64>]),
        answered: &Answered,
    ) -> Drawn {
        for (time, class) in track.iter().enumerate() {
            let Some(class) = class.filter(|class| *class > 0.0) else { continue };
            let colour = self.colour(part, !self.counts(answered, time));
            place.bar(number, time, lane.scale.share(class)).fill(root, colour.into())?;
        }
        Ok(())
    }

    fn draw_line(
        &self,
        root: &Root<'_>,
        place: Lanes,
        number: usize,
        lane: &Lane<'_>,
        (part, track): (Part, &[Option<f64>]),
        answered: &Answered,
    ) -> Drawn {
        let point = |time: usize, value: f64| place.point(number, time, lane.scale.share(value));
        // What counts is drawn over what does not.
        for is_pale in [true, false] {
            if is_pale && part != Part::Prediction {
                continue;
            }
            let colour = RGBColor::from(self.colour(part, is_pale));
            let points = track.iter().enumerate().map(|(time, value)| {
                let value = value.filter(|value| value.is_finite());
                value
                    .filter(|_| is_pale || part != Part::Prediction || self.counts(answered, time))
                    .map(|value| point(time, value))
            });
            let points: Vec<_> = points.collect();
            for line in points.split(Option::is_none) {
                let line: Vec<_> = line.iter().flatten().copied().collect();
                match line[..] {
                    [] => {}
                    // A ring, in which the target's dot is seen.
                    [alone] if part == Part::Prediction => root.draw(&Circle::new(alone, 4, colour.stroke_width(2)))?,
                    [alone] => root.draw(&Circle::new(alone, 3, colour.filled()))?,
                    _ => root.draw(&PathElement::new(line, colour.stroke_width(if is_pale { 1 } else { 2 })))?,
                }
            }
        }
        Ok(())
    }

    /// What its bars and lines mean, where there is so much room.
    pub(crate) fn legend(&self, width: i32) -> Vec<Entry> {
        let words = self.settings.task().words();
        let bar = |colour, text: String| Entry::new(Mark::Bar(colour), text);
        let target = bar(self.palette.target, format!("target: {}", words.answer));
        vec![
            bar(self.palette.input, "input: what the net reads".to_owned()),
            if target.width() <= width { target } else { bar(self.palette.target, words.rule) },
            bar(self.palette.prediction, "prediction: what it answers".to_owned()),
        ]
    }

    /// What lies behind its bars, and which are pale.
    pub(crate) fn legend_of_grounds(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Kind::Classes(_) = self.settings.shape().targets {
            entries.push(Entry::new(Mark::Bar(WRONG), "wrong answer"));
        }
        if !(self.settings.has_episodes() || self.settings.reads_data()) {
            entries.push(Entry::new(Mark::Bar(UNKNOWN), "cannot be known"));
        }
        let leaves_out = |row: &Answered| (0..row.times()).any(|time| row.is_there(time) && !self.counts(row, time));
        if self.snapshot.rows.iter().any(leaves_out) {
            entries.push(Entry::new(Mark::Bar(pale(self.palette.prediction)), "not scored"));
        }
        entries
    }

    /// How good the answers shown are, in words.
    pub(crate) fn score(&self) -> String {
        score(self.settings, self.snapshot)
    }

    /// The places shown whose answers count.
    fn counted(&self) -> Range<usize> {
        self.snapshot.places(self.settings.scored_times(self.snapshot.batch))
    }

    /// Whether an answer counts.
    fn counts(&self, answered: &Answered, time: usize) -> bool {
        self.counted().contains(&time) && answered.has_target(time)
    }

    /// The places whose answer counts and is wrong.
    fn wrong(&self, answered: &Answered) -> impl Iterator<Item = usize> {
        self.counted().filter(|&time| answered.has_target(time) && !answered.is_right(time))
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

    /// Where a number stands that has this share of a lane's height.
    fn point(self, lane: usize, time: usize, share: f64) -> (i32, i32) {
        let cell = self.cells(lane, time..time + 1);
        // Room above and below for dots.
        let (inset, middle) = ((self.high / 6).min(4), (cell.left + cell.right) / 2);
        (middle, Area { top: cell.top + inset, bottom: cell.bottom - inset, ..cell }.y(share))
    }

    /// The time steps, where there is room, and the grounds of so many lanes.
    fn draw_grid(self, root: &Root<'_>, lanes: usize, steps: usize) -> Drawn {
        let all = self.cells(0, 0..steps);
        let bottom = self.cells(lanes.saturating_sub(1), 0..steps).bottom;
        for time in (0..=steps).filter(|_| self.wide >= 6) {
            let x = self.left + self.wide * time as i32;
            root.draw(&PathElement::new([(x, all.top), (x, bottom)], GRID))?;
        }
        for lane in 0..lanes {
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
    use crate::view::palette::Colours;

    /// Calls `look` with rows of these classes, the last ones of a window of 5 time steps.
    fn with<R>(
        [readout, stride, batch]: [usize; 3],
        [input, target, prediction]: [&[u32]; 3],
        look: impl FnOnce(Rows<'_>) -> R,
    ) -> R {
        let readout = ["every_step", "last_step"][readout];
        let settings = format!("readout = '{readout}'\ntruncated_backprop_length = 5\nwindow_stride = {stride}");
        let settings = settings.parse().unwrap();
        let first_time = 5 - input.len();
        let [inputs, targets, predictions] = [input, target, prediction]
            .map(|lane| vec![lane.iter().map(|&class| Some(f64::from(class))).collect::<Vec<_>>()]);
        let answered = Answered { inputs, targets, predictions };
        let snapshot = Snapshot { epoch: 0, batch, step: 0, first_time, rows: vec![answered; 2] };
        look(Rows { settings: &settings, palette: Colours::default().palette(), snapshot: &snapshot })
    }

    #[test]
    fn answers_that_count_are_scored() {
        let score = |of: [usize; 3], row| with(of, row, |rows| rows.score());
        let row: [&[u32]; 3] = [&[0, 1, 1, 0, 1], &[0, 0, 0, 1, 0], &[1, 1, 1, 1, 0]];
        assert_eq!(score([0, 5, 0], row), "4 of 10 answers right (40 %)");
        assert_eq!(score([0, 5, 7], row), "4 of 10 answers right (40 %)");
        assert_eq!(score([1, 5, 7], row), "2 of 2 answers right (100 %)");
        // Windows that overlap: of all but an epoch's first one the last three steps count.
        assert_eq!(score([0, 3, 0], row), "4 of 10 answers right (40 %)");
        assert_eq!(score([0, 3, 1], row), "4 of 6 answers right (66 %)");
        assert_eq!(score([1, 3, 1], row), "2 of 2 answers right (100 %)");
        // The last four of five steps are shown, or none.
        assert_eq!(score([0, 3, 1], row.map(|classes| &classes[1..])), "4 of 6 answers right (66 %)");
        assert_eq!(score([0, 5, 0], row.map(|classes| &classes[1..])), "4 of 8 answers right (50 %)");
        assert_eq!(score([0, 5, 0], [&[]; 3]), "0 of 0 answers right (0 %)");
    }

    #[test]
    fn answers_that_do_not_count_are_pale_and_never_wrong() {
        let row: [&[u32]; 3] = [&[1; 5], &[1; 5], &[0, 0, 0, 0, 1]];
        let wrong = |of: [usize; 3]| with(of, row, |rows| rows.wrong(&rows.snapshot.rows[0]).collect::<Vec<_>>());
        assert_eq!(wrong([0, 5, 1]), [0, 1, 2, 3]);
        assert_eq!(wrong([0, 3, 1]), [2, 3]);
        assert_eq!(wrong([1, 5, 1]), [0; 0]);
        let grounds = |of: [usize; 3]| with(of, row, |rows| rows.legend_of_grounds().len());
        assert_eq!([[0, 5, 1], [0, 3, 0], [0, 3, 1], [1, 5, 0]].map(grounds), [2, 2, 3, 3]);
    }
}
