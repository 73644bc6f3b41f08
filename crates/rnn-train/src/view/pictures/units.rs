//! What the hidden units do over a window, before training and at the end: a strip for each unit, or for many a map. The
//! inputs stand below, and as a tint behind the strips, so that a unit that repeats one of them some steps later is seen.

use super::rows::draw_times;
use super::shown::Shown;
use crate::outputs::snapshot::Answered;
use crate::training::inside::Inside;
use crate::view::headline::headline;
use crate::view::lanes::{Lane, Part, lanes};
use chart_kit::draw::{Area, Drawn, FAINT, GRID, HEADLINE, NORMAL, Root, SMALL, Side, TEXT, svg, write, write_upwards};
use chart_kit::heat::{Grid, greatest, scale_bar, short};
use chart_kit::legend::{Entry, Mark};
use chart_kit::text::count;
use plotters::prelude::*;

/// More units than these are not told apart as strips.
const MOST_STRIPS: usize = 16;
/// The cells of a map, at most.
const MOST_CELLS: usize = 6000;
/// The left edges of the panels, and their greatest width.
const LEFTS: [i32; 2] = [84, 552];
const WIDTH: i32 = 392;
const TOP: i32 = 106;
/// The height of the lane of a single input, of each of several ones, which are so many at most, and the gap above them.
const LANE: i32 = 26;
const OF_SEVERAL: i32 = 18;
const MOST_INPUTS: usize = 4;
const GAP: i32 = 12;

/// Draws it.
pub(crate) fn units(shown: &Shown<'_>, inside: &[Inside; 2]) -> Result<String, chart_kit::Error> {
    let Shown { settings, palette, .. } = *shown;
    let trained = count(shown.curve.steps(), "step");
    let after = if settings.has_episodes() { String::new() } else { ": from the carried state".to_owned() };
    let titles = ["before training: from a zero state".to_owned(), format!("after {trained}{after}")];
    let panels = [0, 1].map(|net| Panel::new(shown, &inside[net], LEFTS[net]));
    let Panel { every, strips, area: Area { bottom, .. }, .. } = panels[0];
    let [high, number] = panels[0].input_lanes();
    let layer = if settings.num_layers > 1 { " of the top layer" } else { "" };
    let left_out = if every > 1 { format!(", one in {every} of them") } else { String::new() };
    let title = format!("Outputs of the hidden units{layer}{left_out}");
    let ends = panels.each_ref().map(|panel| panel.ends.map(short));
    let ends = if settings.cell.is_bounded() {
        format!("from {} to {}", ends[0][0], ends[0][1])
    } else {
        format!("from 0 to {}, after training to {}", ends[0][1], ends[1][1])
    };
    let subtitle = format!("{}; each unit {ends}", headline(settings));
    let legend = bottom + GAP + high * number + 66;
    svg((960, legend as u32 + if strips { 20 } else { 60 }), |root| {
        write(root, &title, (20, 24), Side::Left, HEADLINE, TEXT)?;
        write(root, &subtitle, (20, 51), Side::Left, NORMAL, FAINT)?;
        for (panel, title) in panels.iter().zip(&titles) {
            write(root, title, (panel.area.left, TOP - 20), Side::Left, NORMAL, TEXT)?;
            panel.draw_inputs(root)?;
            if strips { panel.draw_strips(root)? } else { panel.draw_map(root, (panel.area.left, legend - 4))? }
        }
        if strips {
            let tint = if panels[0].inputs.iter().any(|lane| lane.scale.is_of_bars() && lane.letters.is_none()) {
                "; the tint is the same, to compare units with"
            } else {
                ""
            };
            let text = format!("input: what the net reads in row 0 of the last window{tint}");
            Entry::new(Mark::Bar(palette.input), text).draw(root, (16, legend))?;
        }
        Ok(())
    })
}

/// The units of one net, over time.
struct Panel<'a> {
    shown: &'a Shown<'a>,
    /// What the net reads.
    inputs: Vec<Lane<'a>>,
    units: Vec<&'a [f64]>,
    /// One in so many units is here.
    every: usize,
    /// The lowest and the highest output that are drawn.
    ends: [f64; 2],
    /// Whether each unit has a strip, and not a line of a map.
    strips: bool,
    area: Area,
    /// The width of a time step, and the height of a unit.
    wide: i32,
    high: i32,
}

impl<'a> Panel<'a> {
    /// What is inside a net, drawn from `left` on.
    fn new(shown: &'a Shown<'a>, inside: &'a Inside, left: i32) -> Self {
        let Shown { settings, snapshot, .. } = *shown;
        let inputs = snapshot.rows.first().map_or_else(Vec::new, |row| lanes(settings, snapshot, row));
        let inputs =
            inputs.into_iter().filter(|lane| lane.tracks.iter().all(|(part, _)| *part == Part::Input)).collect();
        let steps = snapshot.rows.first().map_or(0, Answered::times).max(1);
        let strips = settings.state_size <= MOST_STRIPS;
        let most_lines = if strips { MOST_STRIPS } else { (MOST_CELLS / steps).clamp(MOST_STRIPS, 128) };
        let every = settings.state_size.div_ceil(most_lines);
        let units: Vec<_> = inside.units.iter().step_by(every).map(Vec::as_slice).collect();
        let ends = if settings.cell.is_bounded() {
            [-1.0, 1.0]
        } else {
            [0.0, greatest(units.iter().copied().flatten().copied())]
        };
        let lines = units.len() as i32;
        let high = if strips { (480 / lines).clamp(32, 60) } else { (420 / lines).clamp(3, 16) };
        let wide = (WIDTH / steps as i32).clamp(1, 40);
        let area = Area { left, top: TOP, right: left + wide * steps as i32, bottom: TOP + high * lines };
        Self { shown, inputs, units, every, ends, strips, area, wide, high }
    }

    /// What is read, in lanes below the units, and behind the strips of units a tint where it is a class.
    fn draw_inputs(&self, root: &Root<'_>) -> Drawn {
        let Self { area, wide, .. } = *self;
        let Shown { palette, snapshot, .. } = *self.shown;
        let colour = RGBColor::from(palette.input);
        let [high, number] = self.input_lanes();
        let below = Area { top: area.bottom + GAP, bottom: area.bottom + GAP + high * number, ..area };
        let mut steps = 0;
        for (number, lane) in self.inputs.iter().take(MOST_INPUTS).enumerate() {
            let track = lane.tracks.first().map_or(&[][..], |(_, track)| track);
            let top = below.top + number as i32 * high;
            let own = Area { top: top + if number > 0 { 3 } else { 0 }, bottom: top + high, ..below };
            steps = track.len();
            let shares = track.iter().enumerate().filter_map(|(time, value)| Some((time, lane.scale.share((*value)?))));
            if let Some(letters) = lane.letters.as_ref().filter(|_| wide >= 9) {
                for (time, letter) in letters.iter().enumerate() {
                    let (left, right) = self.times(time);
                    let middle = ((left + right) / 2, (own.top + own.bottom) / 2);
                    write(root, letter, middle, Side::Middle, NORMAL, colour)?;
                }
            } else if lane.scale.is_of_bars() {
                for (time, share) in shares.filter(|(_, share)| *share > 0.0) {
                    let (left, right) = self.times(time);
                    if self.strips {
                        let tint = colour.mix(0.16 * share).filled();
                        root.draw(&Rectangle::new([(left, area.top), (right, area.bottom)], tint))?;
                    }
                    let gap = i32::from(wide >= 6);
                    Area { left: left + gap, top: own.y(share), right, ..own }.fill(root, palette.input.into())?;
                }
            } else {
                let points = shares.map(|(time, share)| {
                    let (left, right) = self.times(time);
                    ((left + right) / 2, own.y(share))
                });
                root.draw(&PathElement::new(points.collect::<Vec<_>>(), colour.stroke_width(1)))?;
            }
            root.draw(&PathElement::new([(own.left, own.bottom), (own.right, own.bottom)], FAINT.mix(0.6)))?;
            write(root, &lane.name, (own.left - 10, (own.top + own.bottom) / 2), Side::Right, NORMAL, TEXT)?;
        }
        draw_times(root, below, wide, snapshot.first_time, steps)
    }

    /// The height of a lane of inputs, and how many there are.
    fn input_lanes(&self) -> [i32; 2] {
        let number = self.inputs.len().clamp(1, MOST_INPUTS) as i32;
        [if number == 1 { LANE } else { OF_SEVERAL }, number]
    }

    /// Where a time step begins and ends.
    fn times(&self, time: usize) -> (i32, i32) {
        let left = self.area.left + self.wide * time as i32;
        (left, left + self.wide)
    }

    /// A line for each unit, on a strip of its own.
    fn draw_strips(&self, root: &Root<'_>) -> Drawn {
        let [low, high] = self.ends;
        for (unit, outputs) in self.units.iter().enumerate() {
            let top = self.area.top + self.high * unit as i32;
            let strip = Area { top: top + self.high / 8, bottom: top + self.high - self.high / 8, ..self.area };
            let y = |output: f64| strip.y(((output - low) / (high - low)).clamp(0.0, 1.0));
            for output in self.ends.into_iter().chain([0.0]) {
                let edge = PathElement::new([(strip.left, y(output)), (strip.right, y(output))], GRID);
                root.draw(&edge)?;
            }
            root.draw(&PathElement::new([(strip.left, strip.top), (strip.left, strip.bottom)], TEXT))?;
            let middle = (strip.top + strip.bottom) / 2;
            write(root, &format!("unit {unit}"), (strip.left - 24, middle), Side::Right, NORMAL, TEXT)?;
            for output in self.ends.into_iter().filter(|_| self.high >= 56) {
                write(root, &short(output), (strip.left - 5, y(output)), Side::Right, SMALL, FAINT)?;
            }
            // What is infinite or no number is a gap.
            let points = outputs.iter().enumerate().map(|(time, &output)| {
                let (left, right) = self.times(time);
                output.is_finite().then(|| ((left + right) / 2, y(output)))
            });
            let points: Vec<_> = points.collect();
            for line in points.split(Option::is_none) {
                let line: Vec<_> = line.iter().flatten().copied().collect();
                for point in line.iter().filter(|_| self.wide >= 8 || line.len() == 1) {
                    root.draw(&Circle::new(*point, 2, TEXT.filled()))?;
                }
                root.draw(&PathElement::new(line, TEXT.stroke_width(2)))?;
            }
        }
        Ok(())
    }

    /// A cell for each unit and time step, and at `corner` what the colours mean.
    fn draw_map(&self, root: &Root<'_>, corner: (i32, i32)) -> Drawn {
        let (rows, columns) = (self.units.len(), self.units.first().map_or(0, |unit| unit.len()));
        let grid = Grid { rows, columns, values: self.units.concat() };
        grid.draw(root, (self.area.left, self.area.top), (self.wide, self.high), self.ends[1])?;
        let apart = [1, 2, 5, 10].into_iter().find(|apart| apart * self.high >= 20).unwrap_or(20) as usize;
        for row in (0..rows).step_by(apart) {
            let middle = self.area.top + self.high * row as i32 + self.high / 2;
            let unit = (row * self.every).to_string();
            write(root, &unit, (self.area.left - 8, middle), Side::Right, SMALL, TEXT)?;
        }
        let middle = (self.area.top + self.area.bottom) / 2;
        write_upwards(root, "hidden unit", (self.area.left - 52, middle), Side::Middle, NORMAL)?;
        scale_bar(root, corner, "output", self.ends[1])
    }
}
