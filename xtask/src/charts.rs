//! The pictures of a report, as SVG.

use plotters::prelude::*;
use rnn_train::Error;
use rnn_train::figure::{Drawn, FONT, GREATEST_LOSS, line, mesh, panel, svg};

const TEXT: RGBColor = RGBColor(0x33, 0x33, 0x33);
const EMPTY: RGBColor = RGBColor(0xee, 0xee, 0xee);
const OUTLINE: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// Colours from low to high that colour-blind readers can order (viridis, without its palest end).
const SCALE: [RGBColor; 5] = [
    RGBColor(0x44, 0x01, 0x54),
    RGBColor(0x3b, 0x52, 0x8b),
    RGBColor(0x21, 0x91, 0x8c),
    RGBColor(0x5e, 0xc9, 0x62),
    RGBColor(0xd8, 0xc8, 0x1c),
];

/// The colour at a share from 0 to 1 of the way along the scale.
fn colour(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f64;
    let index = (place as usize).min(SCALE.len() - 2);
    let (low, high, part) = (SCALE[index], SCALE[index + 1], place - index as f64);
    let mix = |low: u8, high: u8| (f64::from(low) + (f64::from(high) - f64::from(low)) * part).round() as u8;
    RGBColor(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
}

/// One cell of a heatmap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) solved: usize,
    pub(crate) trials: usize,
    /// Set off by a thick frame.
    pub(crate) framed: bool,
}

/// A setting and its values, along one side of a heatmap.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

/// A cell's least width, and its height.
const CELL: (i32, i32) = (58, 36);

/// About the width of a text of this size.
fn width_of(text: &str, size: i32) -> i32 {
    text.chars().count() as i32 * size * 5 / 8
}

/// The end of a value that is too long to stand beside others; of a path, its end tells most.
fn shortened(value: &str) -> String {
    const MOST: usize = 24;
    match value.chars().count().checked_sub(MOST) {
        Some(cut @ 1..) => format!("…{}", value.chars().skip(cut + 1).collect::<String>()),
        _ => value.to_owned(),
    }
}

/// The share of trials that solved the task, for every pair of values; `cells` goes row by row, from the top.
pub(crate) fn solve_rates(x: &Axis, y: &Axis, cells: &[Cell]) -> Result<String, Error> {
    let [x_values, y_values] = [x, y].map(|axis| axis.values.iter().map(|value| shortened(value)).collect::<Vec<_>>());
    let widest = |values: &[String]| values.iter().map(|value| width_of(value, 13)).max().unwrap_or(0);
    let (left, top) = (56 + widest(&y_values).max(14), 34);
    let cell = (CELL.0.max(widest(&x_values) + 14), CELL.1);
    let width = (left + cell.0 * x.values.len() as i32 + 24).max(420);
    let height = top + cell.1 * y.values.len() as i32 + 62;
    svg((width as u32, height as u32), |root| {
        let style = |size: i32| (FONT, size).into_font().color(&TEXT);
        let centred = |size: i32| style(size).pos(centre());
        root.draw(&Text::new("Share of trials that solved the task: solved/run", (left, 8), style(14)))?;
        for (row, value) in y_values.iter().enumerate() {
            let middle = top + cell.1 * row as i32 + cell.1 / 2;
            let right = plotters::style::text_anchor::Pos::new(
                plotters::style::text_anchor::HPos::Right,
                plotters::style::text_anchor::VPos::Center,
            );
            root.draw(&Text::new(value.clone(), (left - 8, middle), style(13).pos(right)))?;
        }
        let bottom = top + cell.1 * y.values.len() as i32;
        for (column, value) in x_values.iter().enumerate() {
            let middle = left + cell.0 * column as i32 + cell.0 / 2;
            root.draw(&Text::new(value.clone(), (middle, bottom + 14), centred(13)))?;
        }
        let across = left + cell.0 * x.values.len() as i32 / 2;
        root.draw(&Text::new(x.name.clone(), (across, bottom + 42), centred(14)))?;
        let upward = (FONT, 14).into_font().transform(FontTransform::Rotate270).color(&TEXT).pos(centre());
        root.draw(&Text::new(y.name.clone(), (16, (top + bottom) / 2), upward))?;
        for framed in [false, true] {
            for (index, content) in cells.iter().enumerate().filter(|(_, content)| content.framed == framed) {
                let (column, row) = ((index % x.values.len()) as i32, (index / x.values.len()) as i32);
                let corner = (left + cell.0 * column, top + cell.1 * row);
                draw_cell(root, corner, cell, *content)?;
            }
        }
        Ok(())
    })
}

fn draw_cell(
    root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    (x, y): (i32, i32),
    (width, height): (i32, i32),
    cell: Cell,
) -> Drawn {
    let area = [(x, y), (x + width, y + height)];
    let rate = (cell.trials > 0).then(|| cell.solved as f64 / cell.trials as f64);
    root.draw(&Rectangle::new(area, rate.map_or(EMPTY, colour).filled()))?;
    let frame = if cell.framed { OUTLINE.stroke_width(3) } else { WHITE.stroke_width(1) };
    root.draw(&Rectangle::new(area, frame))?;
    if let Some(rate) = rate {
        let ink = if rate < 0.6 { WHITE } else { BLACK };
        let style = (FONT, 13).into_font().color(&ink).pos(centre());
        let middle = (x + width / 2, y + height / 2);
        root.draw(&Text::new(format!("{}/{}", cell.solved, cell.trials), middle, style))?;
    }
    Ok(())
}

fn centre() -> plotters::style::text_anchor::Pos {
    use plotters::style::text_anchor::{HPos, Pos, VPos};
    Pos::new(HPos::Center, VPos::Center)
}

/// Loss curves that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) title: String,
    /// For each line its place on the colour scale, from 0 to 1, and points of epoch and loss.
    pub(crate) lines: Vec<(f64, Vec<(usize, f64)>)>,
}

const PANEL: (u32, u32) = (380, 280);

/// Loss by epoch on a logarithmic axis, a panel beside the other, with one legend of `(place on the scale, name)`.
pub(crate) fn loss_curves(panels: &[Panel], legend_title: &str, legend: &[(f64, String)]) -> Result<String, Error> {
    let across = if panels.len() == 4 { 2 } else { panels.len().clamp(1, 3) as u32 };
    let down = (panels.len() as u32).div_ceil(across).max(1);
    let (legend, legend_height) = laid_out(legend, (PANEL.0 * across) as i32);
    let size = (PANEL.0 * across, PANEL.1 * down + legend_height);
    let points = || panels.iter().flat_map(|panel| &panel.lines).flat_map(|(_, points)| points);
    let lowest = points().map(|&(_, loss)| loss).filter(|&loss| loss > 0.0).fold(1.0, f64::min).max(1e-7);
    let highest = points().map(|&(_, loss)| loss).fold(lowest * 10.0, f64::max).min(GREATEST_LOSS);
    let last = points().map(|&(epoch, _)| epoch).max().unwrap_or(0).max(1);
    svg(size, |root| {
        let (top, bottom) = root.split_vertically(PANEL.1 * down);
        for (panel_data, area) in panels.iter().zip(top.split_evenly((down as usize, across as usize))) {
            let range = (lowest / 1.5..highest * 1.5).log_scale();
            let mut chart = panel(&area, &panel_data.title).build_cartesian_2d(0..last, range)?;
            let power = |loss: &f64| format!("{loss:.0e}");
            let mut style = chart.configure_mesh();
            style.x_desc("epoch").y_desc("settled loss").x_labels(6).y_labels(6);
            mesh(style.y_label_formatter(&power))?;
            for (place, points) in &panel_data.lines {
                let points = points.iter().map(|&(epoch, loss)| (epoch, loss.clamp(lowest, highest))).collect();
                line(&mut chart, points, colour(*place).stroke_width(2))?;
            }
        }
        let style = || (FONT, 13).into_font().color(&TEXT);
        if !legend.is_empty() {
            bottom.draw(&Text::new(legend_title.to_owned(), (20, 4), style()))?;
        }
        for (place, name, (x, y)) in legend {
            bottom.draw(&PathElement::new([(x, y + 6), (x + 26, y + 6)], colour(place).stroke_width(3)))?;
            bottom.draw(&Text::new(name, (x + 32, y), style()))?;
        }
        Ok(())
    })
}

/// A legend's entry: its place on the scale, its name, and where it stands.
type Entry = (f64, String, (i32, i32));

/// Places a legend's entries in rows of this width, below its title, and says how high that makes it.
fn laid_out(legend: &[(f64, String)], width: i32) -> (Vec<Entry>, u32) {
    let (mut x, mut y) = (20, 30);
    let mut entries = Vec::new();
    for (place, name) in legend {
        let name = shortened(name);
        let wide = 54 + width_of(&name, 13);
        if x > 20 && x + wide > width {
            (x, y) = (20, y + 24);
        }
        entries.push((*place, name, (x, y)));
        x += wide;
    }
    let height = if legend.is_empty() { 0 } else { y as u32 + 30 };
    (entries, height)
}

/// A library and its time in µs at some of the sizes, by place.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(usize, f64)>,
}

/// Times at several sizes, a line a library.
pub(crate) fn sizes(names: &[&str], lines: &[Line]) -> Result<String, Error> {
    let times = || lines.iter().flat_map(|line| &line.points).map(|&(_, time)| time);
    let (lowest, highest) = (times().fold(f64::MAX, f64::min), times().fold(0.0, f64::max));
    svg((900, 480), |root| {
        let (chart_area, legend_area) = root.split_horizontally(740);
        let title = "a training step of a tanh net, one thread";
        // Half a place on both sides, so that names at the ends have room.
        let across = -0.5..names.len() as f64 - 0.5;
        let range = (lowest / 2.0..highest * 2.0).log_scale();
        let mut chart = panel(&chart_area, title).build_cartesian_2d(across, range)?;
        let name = |place: &f64| {
            let whole = (place.round() - place).abs() < 1e-6;
            names
                .get(place.round() as usize)
                .filter(|_| whole && *place >= 0.0)
                .map_or_else(String::new, |n| (*n).to_owned())
        };
        let time = |time: &f64| if *time < 1e3 { format!("{time}") } else { format!("{}k", time / 1e3) };
        let mut style = chart.configure_mesh();
        style.x_desc("inputs, hidden units, classes, batch, window").y_desc("µs").x_labels(names.len() + 1).y_labels(8);
        mesh(style.x_label_formatter(&name).y_label_formatter(&time))?;
        for (number, Line { name, points }) in lines.iter().enumerate() {
            let colour = colour(number as f64 / (lines.len().max(2) - 1) as f64);
            let points: Vec<_> = points.iter().map(|&(place, time)| (place as f64, time)).collect();
            for &point in &points {
                chart.plotting_area().draw(&Circle::new(point, 4, colour.filled()))?;
            }
            line(&mut chart, points, colour.stroke_width(2))?;
            let y = 60 + 24 * number as i32;
            legend_area.draw(&PathElement::new([(0, y + 6), (20, y + 6)], colour.stroke_width(3)))?;
            legend_area.draw(&Text::new(name.clone(), (26, y), (FONT, 13).into_font().color(&TEXT)))?;
        }
        Ok(())
    })
}
