//! The weights before training and at the end, each tensor as two maps side by side in the same colours. Large matrices
//! are drawn in blocks, of each of which the weight farthest from zero is shown.

use super::shown::Shown;
use crate::training::inside::{Inside, Weights};
use crate::view::headline::headline;
use chart_kit::draw::{Drawn, FAINT, HEADLINE, NORMAL, Root, SMALL, Side, TEXT, svg, width_of, write, write_upwards};
use chart_kit::heat::{BAR, Grid, greatest, scale_bar};
use chart_kit::text::count;
use plotters::prelude::*;
use rnn_core::CellKind;

const WIDTH: i32 = 960;
/// Where the first tensor stands.
const LEFT: i32 = 64;
const TOP: i32 = 128;
/// Between a tensor's two maps, and between two tensors.
const GAPS: (i32, i32) = (8, 28);
/// The height of a tensor's name and shape above its maps, and of what is written below them.
const ABOVE: i32 = 44;
const BELOW: i32 = 62;
/// A cell's least and greatest width and height.
const CELL: [(i32, i32); 2] = [(3, 3), (46, 26)];
/// The layers that are drawn: of more, this many of the first and of the last.
const LAYERS_AT_EACH_END: usize = 3;

/// Draws it.
pub(crate) fn weights(shown: &Shown<'_>, [before, after]: &[Inside; 2]) -> Result<String, chart_kit::Error> {
    let settings = shown.settings;
    let layers = settings.num_layers;
    let left_out = LAYERS_AT_EACH_END..layers.saturating_sub(LAYERS_AT_EACH_END);
    // As large as lets a layer's tensors stand in one line.
    let side = match (layers, settings.cell.gate_names().len()) {
        (1, 1) => 256,
        (1, _) => 192,
        _ => 128,
    };
    let shown_tensors = before.tensors.iter().zip(&after.tensors).filter(|(tensor, _)| {
        let layer = layer_of(&tensor.name);
        !layer.is_some_and(|layer| left_out.contains(&layer))
    });
    let mut pairs: Vec<_> =
        shown_tensors.map(|(before, after)| Pair::new([before, after], settings.cell, side)).collect();
    let bottom = lay_out(&mut pairs);
    let most = greatest(pairs.iter().flat_map(|pair| &pair.maps).flat_map(|map| map.values.iter().copied()));
    let mut notes = Vec::new();
    if pairs.iter().any(|pair| pair.has_blocks) {
        notes.push(
            "Large matrices are shown in blocks: each cell is the weight of its block that is farthest from 0."
                .to_owned(),
        );
    }
    if !left_out.is_empty() {
        let [first, last] = [left_out.start, left_out.end - 1];
        let left_out =
            if first == last { format!("Layer {first} is") } else { format!("Layers {first} to {last} are") };
        notes.push(format!("{left_out} left out."));
    }
    let height = bottom + 22 * notes.len() as i32 + 4;
    svg((WIDTH as u32, height as u32), |root| {
        write(root, "Weights before and after training", (20, 24), Side::Left, HEADLINE, TEXT)?;
        write(root, &headline(settings), (20, 51), Side::Left, NORMAL, FAINT)?;
        let sides = format!("left: before training, right: after {}", count(shown.curve.steps(), "step"));
        write(root, &sides, (20, 88), Side::Left, NORMAL, TEXT)?;
        scale_bar(root, (WIDTH - BAR.0 - 36, 60), "weight", most)?;
        pairs.iter().try_for_each(|pair| pair.draw(root, most))?;
        let lines = notes.iter().zip((bottom..).step_by(22));
        lines.into_iter().try_for_each(|(note, y)| write(root, note, (20, y), Side::Left, NORMAL, FAINT))
    })
}

/// A tensor, before training and at the end.
struct Pair {
    name: String,
    shape: String,
    maps: [Grid; 2],
    /// Whether a cell is more than one of the tensor's numbers.
    has_blocks: bool,
    cell: (i32, i32),
    /// The names of the gates that the rows are of, in equal parts; one for a tensor without gates.
    gates: &'static [&'static str],
    /// What its rows and columns are.
    to: &'static str,
    from: &'static str,
    corner: (i32, i32),
    /// Whether it is the first in its line, which is where rows are named.
    first: bool,
}

impl Pair {
    fn new(tensors: [&Weights; 2], cell: CellKind, side: i32) -> Self {
        let Weights { ref name, shape: [rows, columns], block, .. } = *tensors[0];
        let of_readout = layer_of(name).is_none();
        let gates = if of_readout { &[""] } else { cell.gate_names() };
        let maps = tensors.map(|tensor| {
            let [rows, columns] = tensor.blocks;
            Grid { rows, columns, values: tensor.values.clone() }
        });
        let size = |number: usize, least: i32, most: i32| (side / number.max(1) as i32).clamp(least, most);
        let cell = (size(maps[0].columns, CELL[0].0, CELL[1].0), size(maps[0].rows, CELL[0].1, CELL[1].1));
        let is_bias = name.contains("bias");
        let shape = if is_bias { format!("{rows}") } else { format!("{rows} × {columns}") };
        let from = match (is_bias, of_readout || name.contains("_hh_") || layer_of(name) > Some(0)) {
            (true, _) => "",
            (false, true) => "from unit",
            (false, false) => "from input",
        };
        let to = if of_readout { "to output" } else { "to unit" };
        let name = name.clone();
        Self { name, shape, maps, has_blocks: block != [1, 1], cell, gates, to, from, corner: (0, 0), first: false }
    }

    /// The size of one of the maps.
    fn map(&self) -> (i32, i32) {
        (self.cell.0 * self.maps[0].columns as i32, self.cell.1 * self.maps[0].rows as i32)
    }

    fn width(&self) -> i32 {
        (2 * self.map().0 + GAPS.0).max(width_of(&self.name, SMALL))
    }

    fn draw(&self, root: &Root<'_>, most: f64) -> Drawn {
        let ((left, top), (wide, high)) = (self.corner, self.map());
        write(root, &self.name, (left, top + 10), Side::Left, SMALL, TEXT)?;
        write(root, &self.shape, (left, top + 29), Side::Left, SMALL, FAINT)?;
        let top = top + ABOVE;
        for (map, left) in self.maps.iter().zip([left, left + wide + GAPS.0]) {
            map.draw(root, (left, top), self.cell, most)?;
            for gate in 1..self.gates.len() as i32 {
                let y = top + high * gate / self.gates.len() as i32;
                root.draw(&PathElement::new([(left, y), (left + wide, y)], TEXT))?;
            }
            for column in (0..map.columns).filter(|_| self.cell.0 >= 20 && !self.from.is_empty()) {
                let middle = left + self.cell.0 * column as i32 + self.cell.0 / 2;
                write(root, &column.to_string(), (middle, top + high + 11), Side::Middle, SMALL, FAINT)?;
            }
        }
        let below = top + high + if self.cell.0 >= 20 { 29 } else { 13 };
        write(root, self.from, (left, below), Side::Left, SMALL, TEXT)?;
        if self.first { self.name_rows(root, (left, top), high) } else { Ok(()) }
    }

    fn name_rows(&self, root: &Root<'_>, (left, top): (i32, i32), high: i32) -> Drawn {
        write_upwards(root, self.to, (18, top + high / 2), Side::Middle, SMALL)?;
        let parts = if self.gates.len() > 1 { self.gates.len() } else { self.maps[0].rows };
        for part in (0..parts).filter(|_| high / parts as i32 >= 14) {
            let name = if self.gates.len() > 1 { self.gates[part].to_owned() } else { part.to_string() };
            let middle = top + high * (2 * part as i32 + 1) / (2 * parts as i32);
            write(root, &name, (left - 8, middle), Side::Right, SMALL, FAINT)?;
        }
        Ok(())
    }
}

/// Gives each tensor its place, a line for each layer or several, and returns where the last line ends.
fn lay_out(pairs: &mut [Pair]) -> i32 {
    let (mut x, mut top, mut bottom) = (LEFT, TOP, TOP);
    let mut layer = None;
    for pair in pairs {
        let of = layer_of(&pair.name);
        let begins = layer.replace(of).is_some_and(|last| last != of) || x + pair.width() > WIDTH - 16;
        if begins && x > LEFT {
            (x, top) = (LEFT, bottom);
        }
        (pair.corner, pair.first) = ((x, top), x == LEFT);
        x += pair.width() + GAPS.1;
        bottom = bottom.max(top + ABOVE + pair.map().1 + BELOW);
    }
    bottom
}

/// The layer that a tensor belongs to; `None` for one of the readout.
fn layer_of(name: &str) -> Option<usize> {
    name.rsplit_once("_l").and_then(|(_, layer)| layer.parse().ok())
}
