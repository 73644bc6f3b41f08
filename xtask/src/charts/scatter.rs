//! Points: a panel for each of several quantities across, the same one up in all of them.

use super::paint::{colour, shortened};
use chart_kit::Error;
use chart_kit::draw::{Drawn, GRID, Root, SMALL, Side, TEXT, svg, widest, write, write_upwards};
use plotters::prelude::*;

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Done,
    Diverged,
    Pruned,
}

/// A point, at shares of its panel's width and height, which may go a little beyond 0 and 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) kind: Kind,
}

/// Points over one quantity: its name, and what stands below it at which share of the width.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) name: String,
    pub(crate) labels: Vec<(f64, String)>,
    pub(crate) points: Vec<Point>,
}

/// A panel's size and its margins.
const SIZE: (i32, i32) = (380, 300);
const LEFT: i32 = 84;
const RIGHT: i32 = 26;
const TOP: i32 = 34;
const BOTTOM: i32 = 62;
/// Panels beside each other.
const ACROSS: usize = 3;
/// Names of values are cut beyond this.
const MOST: usize = 14;
/// The colour of what diverged.
const DIVERGED: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// Draws the panels; `name` and `labels` are those of what goes up.
pub(crate) fn draw(panels: &[Panel], name: &str, labels: &[(f64, String)]) -> Result<String, Error> {
    let (across, down) = (panels.len().clamp(1, ACROSS), panels.len().div_ceil(ACROSS).max(1));
    svg(((SIZE.0 * across as i32) as u32, (SIZE.1 * down as i32) as u32), |root| {
        panels.iter().enumerate().try_for_each(|(index, panel)| {
            let corner = (SIZE.0 * (index % ACROSS) as i32, SIZE.1 * (index / ACROSS) as i32);
            draw_panel(root, corner, panel, name, labels)
        })
    })
}

fn draw_panel(root: &Root<'_>, corner: (i32, i32), panel: &Panel, name: &str, labels: &[(f64, String)]) -> Drawn {
    let (left, right) = (corner.0 + LEFT, corner.0 + SIZE.0 - RIGHT);
    let (top, bottom) = (corner.1 + TOP, corner.1 + SIZE.1 - BOTTOM);
    let x = |share: f64| left + (share * f64::from(right - left)).round() as i32;
    let y = |share: f64| bottom - (share * f64::from(bottom - top)).round() as i32;
    for (share, label) in labels {
        root.draw(&PathElement::new([(left, y(*share)), (right, y(*share))], GRID))?;
        write(root, label, (left - 14, y(*share)), Side::Right, SMALL, TEXT)?;
    }
    // Labels that would touch their neighbour are left out.
    let mut free = i32::MIN;
    for (share, label) in &panel.labels {
        let label = shortened(label, MOST);
        let half = widest([label.as_str()], SMALL) / 2;
        root.draw(&PathElement::new([(x(*share), bottom + 6), (x(*share), bottom + 10)], TEXT))?;
        if x(*share) - half > free {
            write(root, &label, (x(*share), bottom + 22), Side::Middle, SMALL, TEXT)?;
            free = x(*share) + half + 6;
        }
    }
    for Point { x: across, y: up, kind } in &panel.points {
        let at = (x(*across), y(*up));
        match kind {
            Kind::Done => root.draw(&Circle::new(at, 3, colour(0.25).mix(0.7).filled()))?,
            Kind::Diverged => root.draw(&Circle::new(at, 3, DIVERGED.mix(0.7).filled()))?,
            Kind::Pruned => root.draw(&Circle::new(at, 3, colour(0.25).mix(0.7)))?,
        }
    }
    root.draw(&PathElement::new([(left - 8, top), (left - 8, bottom + 6), (right, bottom + 6)], TEXT))?;
    write(root, &panel.name, ((left + right) / 2, bottom + 46), Side::Middle, SMALL, TEXT)?;
    write_upwards(root, name, (corner.0 + 12, (top + bottom) / 2), Side::Middle, SMALL)
}
