//! The chart of losses: a line, with the windows apart whose targets cannot all be known, their floor, and the epochs.

use super::axes::{Decades, Steps, fitting, power_of_ten};
use super::ink::Ink;
use super::scene::Scene;
use super::words::{flow, words};
use crate::outputs::curve::Bucket;
use chart_kit::text::{number, thousands};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{self, Canvas};

/// The columns of the labels to the left, and the lines of those below.
const LEFT: u16 = 7;
const BELOW: u16 = 3;

/// The least height that shows anything.
pub(super) const LEAST_HEIGHT: u16 = 6;

const DOT: &str = "●";
const FLOOR: &str = "┄";
const EPOCH: &str = "┴";

/// Draws it into an area, which can be of any size.
pub(super) fn draw(scene: &Scene, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    if area.width <= LEFT + 1 || area.height <= BELOW {
        return;
    }
    let plot = Rect { x: area.x + LEFT, width: area.width - LEFT, height: area.height - BELOW, ..area };
    let (decades, steps) = (Decades::of(scene), Steps::of(scene));
    let line_of = |loss: f64| {
        let dots = f64::from(plot.height) * 4.0 - 1.0;
        let from_top = ((1.0 - decades.height(loss)).clamp(0.0, 1.0) * dots).round() as u16 / 4;
        plot.y + from_top.min(plot.height - 1)
    };
    let label = |text: &str, y: u16, style, buffer: &mut Buffer| {
        let x = plot.x.saturating_sub(2 + text.len() as u16).max(area.x);
        buffer.set_stringn(x, y, text, usize::from(LEFT - 1), style);
    };

    for y in plot.top()..plot.bottom() {
        buffer.set_string(plot.x - 1, y, "│", ink.faint);
    }
    for power in decades.labelled(usize::from(plot.height.div_ceil(2))) {
        let y = line_of(10_f64.powi(power));
        label(&power_of_ten(power), y, ink.faint, buffer);
        buffer.set_string(plot.x - 1, y, "┤", ink.faint);
    }
    if let Some(floor) = scene.floor.filter(|&floor| floor > 0.0) {
        let y = line_of(floor);
        // The number that everything is about; the decade beside it can be told from the others.
        buffer.set_stringn(area.x, y, " ".repeat(usize::from(LEFT - 1)), usize::from(LEFT - 1), ink.guessed);
        label(&number(floor, 4), y, ink.guessed, buffer);
        buffer.set_stringn(plot.x, y, FLOOR.repeat(plot.width.into()), plot.width.into(), ink.guessed);
    }
    draw_line(scene, decades, steps, plot, buffer);
    for bucket in scene.curve.guessed() {
        let dots = f64::from(plot.width) * 2.0 - 1.0;
        let column = (steps.place_of(bucket).clamp(0.0, 1.0) * dots).round() as u16 / 2;
        buffer.set_string(plot.x + column.min(plot.width - 1), line_of(bucket.mean), DOT, ink.guessed);
    }
    draw_steps(scene, steps, ink, Rect { y: plot.bottom(), height: BELOW, ..area }, buffer);
}

fn draw_line(scene: &Scene, decades: Decades, steps: Steps, plot: Rect, buffer: &mut Buffer) {
    // The mean of what falls on a dot: a line through all of it would blacken the chart where losses scatter.
    let mut points: Vec<(f64, f64)> = Vec::new();
    let dot_of = |bucket: &Bucket| (steps.place_of(bucket) * f64::from(plot.width) * 2.0) as u32;
    for on_dot in scene.curve.known().chunk_by(|a, b| dot_of(a) == dot_of(b)) {
        let count = on_dot.len() as f64;
        let place = on_dot.iter().map(|bucket| steps.place_of(bucket) / count).sum::<f64>();
        let loss = on_dot.iter().map(|bucket| bucket.mean / count).sum();
        points.push((place, decades.height(loss).clamp(0.0, 1.0)));
    }
    let canvas = Canvas::default().marker(Marker::Braille).x_bounds([0.0, 1.0]).y_bounds([0.0, 1.0]);
    let paint = |context: &mut canvas::Context<'_>| {
        // The terminal's own colour, which can be read on its ground.
        context.draw(&canvas::Points { coords: &points, color: Color::Reset });
        for pair in points.windows(2) {
            let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
            context.draw(&canvas::Line { x1, y1, x2, y2, color: Color::Reset });
        }
    };
    canvas.paint(paint).render(plot, buffer);
}

/// Draws the axis below the plot: where epochs begin, their numbers, and those of steps.
fn draw_steps(scene: &Scene, steps: Steps, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let (left, width) = (area.x + LEFT, area.width - LEFT);
    buffer.set_string(left - 1, area.y, format!("└{}", "─".repeat(width.into())), ink.faint);
    let begun = steps.epochs(&scene.epochs, width);
    let column_of = |epoch: usize| begun.iter().find(|&&(_, last)| last >= epoch).map(|&(column, _)| (column, epoch));
    // Round ones first, and some small ones where there is room for them.
    let powers = std::iter::successors(Some(1_usize), |&power| power.checked_mul(10));
    let round = powers.flat_map(|power| [1, 2, 5].map(|leading| power.saturating_mul(leading)));
    let round = round.take_while(|&epoch| begun.last().is_some_and(|&(_, last)| epoch <= last));
    let numbers = std::iter::once(0).chain(round).chain(3..10);
    let numbers = fitting(numbers.filter_map(column_of), width, 1);
    let mut ticks = vec![false; width.into()];
    for &(column, epoch) in &begun {
        let column = usize::from(column);
        let labelled = numbers.iter().any(|(_, label)| *label == epoch.to_string());
        let is_free = |index: usize| !ticks.get(index).copied().unwrap_or_default();
        // Where every column would have one, they would tell nothing.
        ticks[column] = labelled || column == 0 || is_free(column - 1);
    }
    let x = |column: usize| left + column as u16;
    ticks.iter().enumerate().filter(|(_, tick)| **tick).for_each(|(column, _)| {
        buffer.set_string(x(column), area.y, EPOCH, ink.guessed);
    });
    for (name, line, style, labels) in [
        ("epoch", 1, ink.guessed, numbers),
        ("step", 2, ink.faint, {
            let ends = [(steps.column(steps.end, width), thousands(steps.end))].into_iter();
            let others = steps.round().map(|step| (steps.column(step, width), thousands(step)));
            fitting(ends.chain(others), width, 3)
        }),
    ] {
        buffer.set_stringn(area.x, area.y + line, format!("{name:>5}"), usize::from(LEFT), style);
        for (columns, label) in labels {
            buffer.set_string(left + columns.start(), area.y + line, label, style);
        }
    }
}

/// Says in words what the chart shows.
pub(super) fn legend(scene: &Scene, ink: &Ink, width: u16) -> Vec<Line<'static>> {
    let Scene { settings, curve, floor, .. } = scene;
    let times = settings.truncated_backprop_length;
    let mut items = vec![Span::raw("─")];
    items.extend(words("loss of a window"));
    if !curve.guessed().is_empty() {
        let (which, whose) = match settings.unknown_times(1) {
            0 => ("an epoch's first window", "its"),
            _ => ("an epoch's first windows", "the first one's"),
        };
        let why = match settings.unknown_times(0) {
            0 => "it begins with a zero state".to_owned(),
            unknown if unknown == times => format!("none of {whose} {times} targets can be known"),
            unknown => format!("the first {unknown} of {whose} {times} targets cannot be known"),
        };
        items.push(Span::styled(DOT, ink.guessed));
        items.extend(words(&format!("{which}: {why}")));
    }
    if let Some(floor) = floor.filter(|&floor| floor > 0.0) {
        items.push(Span::styled(FLOOR, ink.guessed));
        items.extend(words(&format!("the floor of its loss: no net's mean loss is below {}", number(floor, 4))));
    }
    flow(items, width, " ")
}
