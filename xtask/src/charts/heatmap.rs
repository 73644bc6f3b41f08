//! A map of coloured cells over the values of two parameters, or over those of one.

use super::paint::{NORMAL, colour, shortened};
use chart_kit::Error;
use chart_kit::draw::{Drawn, FAINT, Root, SMALL, Side, TEXT, svg, widest, width_of, write, write_upwards};
use chart_kit::heat::{BAR, colour_bar, ink};
use plotters::prelude::*;

const EMPTY: RGBColor = RGBColor(0xee, 0xee, 0xee);
const OUTLINE: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// One cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    /// Its colour's place on the scale, from 0 to 1; `None` for one that has nothing to show.
    pub(crate) place: Option<f64>,
    pub(crate) text: String,
    /// Set off by a thick frame.
    pub(crate) framed: bool,
}

/// A parameter and its values, along one side.
#[derive(Debug, Clone)]
pub(crate) struct Edge<'a> {
    pub(crate) name: &'a str,
    pub(crate) values: &'a [String],
}

/// What is drawn: `cells` go row by row, from the top.
#[derive(Debug)]
pub(crate) struct Heatmap<'a> {
    pub(crate) title: &'a str,
    pub(crate) across: Edge<'a>,
    /// `None` for a map of a single row.
    pub(crate) down: Option<Edge<'a>>,
    pub(crate) cells: &'a [Cell],
    pub(crate) legend: &'a str,
    /// Numbers beside the colours, at their places.
    pub(crate) legend_labels: &'a [(f64, String)],
}

/// A cell's least width, and its height.
const CELL: (i32, i32) = (52, 34);
/// Names of values are cut beyond this.
const MOST: usize = 26;
/// How wide a map may become before the names below it are turned.
const WIDE: i32 = 1000;

impl Heatmap<'_> {
    pub(crate) fn draw(&self) -> Result<String, Error> {
        let cut = |side: &Edge<'_>| side.values.iter().map(|value| shortened(value, MOST)).collect::<Vec<_>>();
        let (x_values, y_values) = (cut(&self.across), self.down.as_ref().map(cut).unwrap_or_default());
        let columns = x_values.len().max(1);
        let rows = self.cells.len() / columns;
        let x_wide = widest(x_values.iter().map(String::as_str), SMALL);
        let narrow = CELL.0.max(widest(self.cells.iter().map(|cell| cell.text.as_str()), SMALL) + 12);
        let turned = x_wide + 14 > narrow && (x_wide + 14) * columns as i32 > WIDE;
        let cell = (if turned { narrow } else { narrow.max(x_wide + 14) }, CELL.1);
        let name_down = self.down.as_ref().map_or("", |side| side.name);
        let left = 24 + widest(y_values.iter().map(String::as_str), SMALL);
        let top = if name_down.is_empty() { 40 } else { 64 };
        let (right, bottom) = (left + cell.0 * columns as i32, top + cell.1 * rows as i32);
        let below = if turned { x_wide + 16 } else { 26 };
        let legend = (left, bottom + below + 36);
        let texts = [
            (8, width_of(self.title, NORMAL)),
            (8, width_of(name_down, SMALL)),
            (left, width_of(self.legend, SMALL)),
            (left, BAR.0 + 30),
        ];
        let width = texts.iter().map(|(from, wide)| from + wide).max().unwrap_or(0).max(right) + 16;
        svg((width as u32, (legend.1 + BAR.1 + 6) as u32), |root| {
            write(root, self.title, (8, 16), Side::Left, NORMAL, TEXT)?;
            write(root, name_down, (8, 48), Side::Left, SMALL, TEXT)?;
            for (row, value) in y_values.iter().enumerate() {
                let middle = top + cell.1 * row as i32 + cell.1 / 2;
                write(root, value, (left - 8, middle), Side::Right, SMALL, TEXT)?;
            }
            for (column, value) in x_values.iter().enumerate() {
                let middle = left + cell.0 * column as i32 + cell.0 / 2;
                if turned {
                    write_upwards(root, value, (middle, bottom + 8), Side::Right, SMALL)?;
                } else {
                    write(root, value, (middle, bottom + 14), Side::Middle, SMALL, TEXT)?;
                }
            }
            // In the middle where it fits, and never beyond the left edge.
            let half = width_of(self.across.name, SMALL) / 2;
            let middle = ((left + right) / 2).max(half + 8);
            write(root, self.across.name, (middle, bottom + below + 12), Side::Middle, SMALL, TEXT)?;
            // Frames last, so that no neighbour covers them.
            for framed in [false, true] {
                for (index, content) in self.cells.iter().enumerate().filter(|(_, content)| content.framed == framed) {
                    let (column, row) = ((index % columns) as i32, (index / columns) as i32);
                    draw_cell(root, (left + cell.0 * column, top + cell.1 * row), cell, content)?;
                }
            }
            colour_bar(root, legend, self.legend, self.legend_labels, colour)
        })
    }
}

fn draw_cell(root: &Root<'_>, (x, y): (i32, i32), (width, height): (i32, i32), cell: &Cell) -> Drawn {
    let area = [(x, y), (x + width, y + height)];
    let ground = cell.place.map_or(EMPTY, colour);
    root.draw(&Rectangle::new(area, ground.filled()))?;
    if cell.framed {
        // Drawn as a line, because plotters' rectangles have thin ones, and within the cell, whose neighbours come later.
        let (left, top, right, bottom) = (x + 2, y + 2, x + width - 2, y + height - 2);
        let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top - 1)];
        root.draw(&PathElement::new(corners, OUTLINE.stroke_width(3)))?;
    }
    root.draw(&Rectangle::new(area, WHITE))?;
    if cell.text.is_empty() {
        return Ok(());
    }
    let ink = if cell.place.is_some() { ink(ground) } else { FAINT };
    write(root, &cell.text, (x + width / 2, y + height / 2), Side::Middle, SMALL, ink)
}
