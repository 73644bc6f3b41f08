//! Parallel coordinates: an axis for each parameter, and a line for each trial through its values.

use super::paint::{colour, shortened};
use chart_kit::Error;
use chart_kit::draw::{Drawn, Root, SMALL, Side, TEXT, svg, width_of, write};
use chart_kit::heat::{BAR, colour_bar};
use plotters::prelude::*;

/// An axis: its name, and what stands beside it at which share of its height.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    pub(crate) name: String,
    pub(crate) labels: Vec<(f64, String)>,
}

/// A line: its colour's place on the scale, and for each axis at which share of its height it crosses; these may go a
/// little beyond 0 and 1.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) place: f64,
    pub(crate) heights: Vec<f64>,
}

const WIDTH: i32 = 1140;
const HEIGHT: i32 = 340;
/// Names of values are cut beyond this.
const MOST: usize = 18;

/// Draws the lines in their order, so that the last one lies on top.
pub(crate) fn draw(axes: &[Axis], paths: &[Path], legend: &str, ends: [&str; 2]) -> Result<String, Error> {
    let half = |axis: Option<&Axis>| axis.map_or(0, |axis| width_of(&axis.name, SMALL) / 2 + 10);
    let (left, right) = (half(axes.first()).max(40), WIDTH - half(axes.last()).max(84));
    let x = |index: usize| left + (right - left) * index as i32 / axes.len().saturating_sub(1).max(1) as i32;
    let (rows, levels) = name_rows(axes, x);
    let top = 30 + 20 * levels;
    let bottom = top + HEIGHT;
    let y = |share: f64| bottom - (share * f64::from(HEIGHT)).round() as i32;
    svg((WIDTH as u32, (bottom + 40 + BAR.1 + 10) as u32), |root| {
        let strong = if paths.len() > 100 { 0.45 } else { 0.75 };
        for path in paths {
            let points: Vec<_> = path.heights.iter().enumerate().map(|(index, &share)| (x(index), y(share))).collect();
            root.draw(&PathElement::new(points, colour(path.place).mix(strong).stroke_width(2)))?;
        }
        for (index, (axis, row)) in axes.iter().zip(&rows).enumerate() {
            let at = x(index);
            root.draw(&PathElement::new([(at, top), (at, bottom)], TEXT.stroke_width(1)))?;
            write(root, &axis.name, (at, 14 + 20 * row), Side::Middle, SMALL, TEXT)?;
            for (share, label) in &axis.labels {
                draw_label(root, (at, y(*share)), label)?;
            }
        }
        let labels = [(0.0, ends[0].to_owned()), (1.0, ends[1].to_owned())];
        colour_bar(root, (left, bottom + 40), legend, &labels, colour)
    })
}

/// A label right of its axis, on a ground on which it can be read.
fn draw_label(root: &Root<'_>, (x, y): (i32, i32), label: &str) -> Drawn {
    let label = shortened(label, MOST);
    root.draw(&PathElement::new([(x - 4, y), (x + 4, y)], TEXT))?;
    root.draw(&Rectangle::new([(x + 6, y - 8), (x + 10 + width_of(&label, SMALL), y + 8)], WHITE.mix(0.75).filled()))?;
    write(root, &label, (x + 8, y), Side::Left, SMALL, TEXT)
}

/// In which row the name of each axis stands so that none touches another, and how many rows there are.
fn name_rows(axes: &[Axis], x: impl Fn(usize) -> i32) -> (Vec<i32>, i32) {
    let mut free: Vec<i32> = Vec::new();
    let rows: Vec<i32> = axes
        .iter()
        .enumerate()
        .map(|(index, axis)| {
            let half = width_of(&axis.name, SMALL) / 2;
            let (from, to) = (x(index) - half, x(index) + half + 12);
            let row = free.iter().position(|&free| free <= from).unwrap_or(free.len());
            if row == free.len() {
                free.push(to);
            } else {
                free[row] = to;
            }
            row as i32
        })
        .collect();
    (rows, free.len() as i32)
}
