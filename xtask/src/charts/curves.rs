//! Losses by epoch, on a logarithmic axis: lines, and bands around them.

use super::paint::{NORMAL, colour};
use chart_kit::Error;
use chart_kit::draw::{Drawn, FAINT, GRID, Root, SMALL, Side, TEXT, svg, widest, write, write_upwards};
use chart_kit::scale::Scale;
use chart_kit::text::number;
use plotters::prelude::*;
use rnn_train::outputs::rows::EpochRow;

/// A line and its band, at one epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) epoch: usize,
    pub(crate) low: f64,
    pub(crate) middle: f64,
    pub(crate) high: f64,
}

/// A line with its band.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    /// Its colour's place on the scale, from 0 to 1; grey if `None`.
    pub(crate) place: Option<f64>,
    pub(crate) points: Vec<Point>,
}

/// Lines that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    /// It may have several lines.
    pub(crate) title: String,
    pub(crate) curves: Vec<Curve>,
    /// Losses go up to this and no further.
    pub(crate) ceiling: f64,
}

impl Panel {
    /// Those of all its lines.
    pub(crate) fn points(&self) -> impl Iterator<Item = &Point> {
        self.curves.iter().flat_map(|curve| &curve.points)
    }
}

/// The legend of all panels: a title, and for each line its colour's place and a name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Legend {
    pub(crate) title: String,
    /// A name may have several lines.
    pub(crate) entries: Vec<(Option<f64>, String)>,
}

/// The width of a picture.
const WIDTH: i32 = 1140;
/// The height of a line of text.
const LINE: i32 = 20;

/// Which losses and epochs an axis shows.
#[derive(Clone, Copy)]
struct Axes {
    losses: Scale,
    last: usize,
}

impl Axes {
    /// Those that show all of some panels.
    fn of(panels: &[Panel]) -> Self {
        let losses = panels.iter().flat_map(|panel| {
            let ends = panel.points().flat_map(|point| [point.low, point.middle, point.high]);
            ends.filter(|loss| *loss <= panel.ceiling)
        });
        let losses = Scale::of(losses, true).wider(0.04);
        let last = panels.iter().flat_map(Panel::points).map(|point| point.epoch).max().unwrap_or(0).max(1);
        Self { losses, last }
    }
}

/// Draws panels beside each other, three in a row; with the same axes for all, or `apart`, each with its own.
pub(crate) fn draw(panels: &[Panel], legend: &Legend, apart: bool) -> Result<String, Error> {
    let (across, size) = match panels.len() {
        0 | 1 => (1, (820, 400)),
        2 | 4 => (2, (WIDTH / 2, 340)),
        _ => (3, (WIDTH / 3, 310)),
    };
    let down = panels.len().div_ceil(across).max(1) as i32;
    let widest_entry = legend.entries.iter().map(|(_, name)| LEFT + wide(name)).max().unwrap_or(0);
    let width = widest_entry.max(size.0 * across as i32);
    let (entries, legend_height) = laid_out(&legend.entries, width);
    let of_all = Axes::of(panels);
    let lines = panels.iter().map(|panel| panel.title.lines().count()).max().unwrap_or(0) as i32;
    let top = if lines == 0 { TOP_WITHOUT_TITLE } else { TOP + LINE * (lines - 1) };
    let size = (size.0, size.1 + LINE * (lines - 1).max(0));
    svg((width as u32, (size.1 * down + legend_height) as u32), |root| {
        for (index, panel) in panels.iter().enumerate() {
            let (column, row) = (index % across, index / across);
            let corner = (size.0 * column as i32, size.1 * row as i32);
            let axes = if apart { Axes::of(std::slice::from_ref(panel)) } else { of_all };
            Frame { corner, size, top, axes }.draw(root, panel)?;
        }
        let top = size.1 * down;
        if !entries.is_empty() {
            write(root, &legend.title, (LEFT, top + 12), Side::Left, SMALL, TEXT)?;
        }
        for (place, name, (x, y)) in &entries {
            let y = top + y;
            root.draw(&PathElement::new([(*x, y), (x + 26, y)], shade(*place).stroke_width(3)))?;
            for (row, part) in name.lines().enumerate() {
                write(root, part, (x + 34, y + LINE * row as i32), Side::Left, SMALL, TEXT)?;
            }
        }
        Ok(())
    })
}

fn shade(place: Option<f64>) -> RGBColor {
    place.map_or(FAINT, colour)
}

/// The margins around a panel's plot.
const LEFT: i32 = 78;
const RIGHT: i32 = 16;
const TOP: i32 = 34;
const TOP_WITHOUT_TITLE: i32 = 12;
const BOTTOM: i32 = 52;

/// Where a panel stands, and its axes.
struct Frame {
    corner: (i32, i32),
    size: (i32, i32),
    top: i32,
    axes: Axes,
}

impl Frame {
    fn x(&self, epoch: usize) -> i32 {
        let length = f64::from(self.size.0 - LEFT - RIGHT);
        self.corner.0 + LEFT + (epoch as f64 / self.axes.last as f64 * length).round() as i32
    }

    fn y(&self, loss: f64) -> i32 {
        let length = f64::from(self.size.1 - self.top - BOTTOM);
        self.corner.1 + self.top + ((1.0 - self.axes.losses.place(loss)) * length).round() as i32
    }

    fn draw(&self, root: &Root<'_>, panel: &Panel) -> Drawn {
        let (left, right) = (self.x(0), self.x(self.axes.last));
        let (top, bottom) = (self.corner.1 + self.top, self.corner.1 + self.size.1 - BOTTOM);
        for (row, line) in panel.title.lines().enumerate() {
            let y = self.corner.1 + 16 + LINE * row as i32;
            write(root, line, ((left + right) / 2, y), Side::Middle, NORMAL, TEXT)?;
        }
        for loss in self.axes.losses.ticks(6) {
            let y = self.y(loss);
            root.draw(&PathElement::new([(left, y), (right, y)], GRID))?;
            write(root, &number(loss, 3), (left - 8, y), Side::Right, SMALL, TEXT)?;
        }
        // An epoch has a whole number.
        for epoch in
            Scale::of([0.0, self.axes.last as f64], false).ticks(6).into_iter().filter(|epoch| epoch.fract() == 0.0)
        {
            let x = self.x(epoch as usize);
            root.draw(&PathElement::new([(x, top), (x, bottom)], GRID))?;
            write(root, &number(epoch, 4), (x, bottom + 14), Side::Middle, SMALL, TEXT)?;
        }
        // Many bands on each other would hide what lies below.
        let strength = if panel.curves.len() > 6 { 0.12 } else { 0.2 };
        for curve in &panel.curves {
            let edge =
                |of: fn(&Point) -> f64| curve.points.iter().map(move |point| (self.x(point.epoch), self.y(of(point))));
            let band: Vec<_> = edge(|point| point.high).chain(edge(|point| point.low).rev()).collect();
            if curve.points.len() > 1 && curve.points.iter().any(|point| point.low < point.high) {
                root.draw(&Polygon::new(band, shade(curve.place).mix(strength)))?;
            }
        }
        for curve in &panel.curves {
            let line: Vec<_> = curve.points.iter().map(|point| (self.x(point.epoch), self.y(point.middle))).collect();
            match line[..] {
                [point] => root.draw(&Circle::new(point, 4, shade(curve.place).filled()))?,
                _ => root.draw(&PathElement::new(line, shade(curve.place).stroke_width(2)))?,
            }
        }
        root.draw(&PathElement::new([(left, top), (left, bottom), (right, bottom)], TEXT))?;
        write(root, "epoch", ((left + right) / 2, bottom + 36), Side::Middle, SMALL, TEXT)?;
        write_upwards(root, EpochRow::KNOWN_LOSS.title, (self.corner.0 + 14, (top + bottom) / 2), Side::Middle, SMALL)
    }
}

/// A legend's entry: its colour's place, its name, and where it stands.
type Entry = (Option<f64>, String, (i32, i32));

/// How wide an entry is.
fn wide(name: &str) -> i32 {
    60 + widest(name.lines(), SMALL)
}

/// Places a legend's entries in rows of this width, below its title, and says how high that makes it. Where some are so
/// long that rows would be ragged, each has a row.
fn laid_out(legend: &[(Option<f64>, String)], width: i32) -> (Vec<Entry>, i32) {
    let (mut x, mut y, mut high) = (LEFT, 38, 0);
    let mut entries = Vec::new();
    let rows = legend.iter().any(|(_, name)| wide(name) * 3 > width);
    for (place, name) in legend {
        let wide = wide(name);
        if x > LEFT && (rows || x + wide > width) {
            (x, y, high) = (LEFT, y + high + 4, 0);
        }
        entries.push((*place, name.clone(), (x, y)));
        (x, high) = (x + wide, high.max(LINE * name.lines().count() as i32));
    }
    let height = if legend.is_empty() { 0 } else { y + high };
    (entries, height)
}
