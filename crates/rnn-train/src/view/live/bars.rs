//! The window's first rows as bars: what the net reads, what it should answer, and what it answers.

use super::ink::Ink;
use super::scene::Scene;
use super::words::put;
use crate::outputs::snapshot::{Answered, MOST_ROWS, MOST_TIMES, Snapshot};
use crate::settings::table::Settings;
use crate::view::lanes::{Part, lanes};
use echo_data::Kind;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

/// The columns of the names to the left, and those of what is said above.
const NAMES: u16 = 11;
const WORDS: u16 = 28;

/// The least height that shows a row, mostly: what is asked, what cannot be known, three lanes, and what is wrong.
pub(super) const LEAST_HEIGHT: u16 = 6;

/// A bar's last line by its eighths; the lowest class is a dot, so that its time step is seen.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const LOWEST: &str = "·";
const WRONG: &str = "×";
const UNKNOWN: &str = "?";
const UNCOUNTED: &str = "-";

/// How rows and their time steps are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    /// Lines above the rows.
    above: u16,
    rows: usize,
    /// Lines of a lane.
    lane: u16,
    /// The first time step that is shown, of those of the snapshot.
    first: usize,
    times: usize,
    /// Whether those are not all of the window.
    is_cut: bool,
    /// Columns of a time step.
    column: u16,
}

/// Whether there are windows of which not all time steps count: they need a line that says which.
fn leaves_out(settings: &Settings) -> bool {
    settings.scored_times(1).start > 0
}

/// The time steps of a window that can be shown.
fn times(scene: &Scene) -> usize {
    let shown = scene.snapshot.as_ref().and_then(|snapshot| snapshot.rows.first()).map(Answered::times);
    shown.unwrap_or(scene.settings.truncated_backprop_length.min(MOST_TIMES))
}

/// The rows of the batch that can be shown.
fn rows(scene: &Scene) -> usize {
    let shown = scene.snapshot.as_ref().map(|snapshot| snapshot.rows.len());
    shown.unwrap_or(scene.settings.batch_size.min(MOST_ROWS))
}

/// The lanes of a row, and a line for what is wrong where classes are answered.
fn lanes_of_row(settings: &Settings) -> [usize; 2] {
    let width = |kind: Kind| match kind {
        Kind::Classes(_) => 1,
        Kind::Values(width) | Kind::Bits(width) => width,
    };
    let shape = settings.shape();
    [width(shape.inputs) + 2 * width(shape.targets), usize::from(matches!(shape.targets, Kind::Classes(_)))]
}

/// The columns that it takes, of so many at most: two for a time step, or one where there is no room for two.
pub(super) fn width(scene: &Scene, most: u16) -> u16 {
    let times = u16::try_from(times(scene)).unwrap_or(u16::MAX);
    let of = |column| times.saturating_mul(column).saturating_add(NAMES);
    let width = if of(2) <= most { of(2) } else { of(1) };
    width.max(WORDS).min(most)
}

/// The lines that all rows take, at least.
pub(super) fn height(scene: &Scene) -> u16 {
    let [lanes, wrong] = lanes_of_row(&scene.settings);
    (rows(scene) * (lanes + wrong)) as u16 + 3
}

impl Layout {
    fn new(scene: &Scene, area: Rect) -> Self {
        let (all, room) = (times(scene), usize::from(area.width.saturating_sub(NAMES)));
        let column = if all * 2 <= room { 2 } else { 1 };
        let times = all.min(room);
        let is_cut = times < scene.settings.truncated_backprop_length;
        let above = 2 + u16::from(is_cut) + u16::from(leaves_out(&scene.settings));
        let (rows, height) = (rows(scene), usize::from(area.height.saturating_sub(above)));
        // Higher bars where all rows have them.
        let [lanes, wrong] = lanes_of_row(&scene.settings);
        let is_text = scene.settings.task().symbols().is_some();
        let lane = if is_text { &[][..] } else { &[3, 2] }
            .iter()
            .copied()
            .find(|&lane| height >= rows * (lanes * lane + wrong))
            .unwrap_or(1);
        let rows = rows.min(height / (lanes * lane + wrong));
        Self { above, rows, lane: lane as u16, first: all - times, times, is_cut, column }
    }

    /// A line with a sign for each time step that has one.
    fn line(&self, name: &str, sign: impl Fn(usize) -> Option<&'static str>) -> String {
        let mut line = format!("{name:<0$}", usize::from(NAMES));
        for time in self.first..self.first + self.times {
            line.push_str(sign(time).unwrap_or(" "));
            line.extend((1..self.column).map(|_| ' '));
        }
        line
    }
}

/// Draws it into an area, which can be of any size.
pub(super) fn draw(scene: &Scene, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let (settings, layout) = (&scene.settings, Layout::new(scene, area));
    let mut area = put(settings.task().words().rule, area, buffer);
    let Some(snapshot) = &scene.snapshot else {
        put(Span::styled("waiting for the first window", ink.faint), area, buffer);
        return;
    };
    let unknown = snapshot.places(0..settings.unknown_times(snapshot.batch)).end;
    let counted = snapshot.places(settings.scored_times(snapshot.batch));
    if layout.is_cut {
        let last = snapshot.first_time + layout.first + layout.times;
        let shown = format!("the last {} of {last} time steps", layout.times);
        area = put(Span::styled(shown, ink.faint), area, buffer);
    }
    let marks = layout.line("unknowable", |time| (time < unknown).then_some(UNKNOWN));
    let none_unknown = unknown <= layout.first;
    area = put(Span::styled(if none_unknown { String::new() } else { marks }, ink.guessed), area, buffer);
    if leaves_out(settings) {
        let marks = layout.line("uncounted", |time| (time < counted.start).then_some(UNCOUNTED));
        let all_count = counted.start <= layout.first;
        area = put(Span::styled(if all_count { String::new() } else { marks }, ink.faint), area, buffer);
    }
    for answered in snapshot.rows.iter().take(layout.rows) {
        area = draw_row(snapshot, answered, [unknown, counted.start], settings, layout, ink, area, buffer);
    }
}

/// Draws the lanes of a row and marks what is wrong in them; returns the area below. Targets before `unknown` cannot be
/// known, answers before `counted` do not count.
#[allow(clippy::too_many_arguments, reason = "each is another thing")]
fn draw_row(
    snapshot: &Snapshot,
    answered: &Answered,
    [unknown, counted]: [usize; 2],
    settings: &Settings,
    layout: Layout,
    ink: &Ink,
    mut area: Rect,
    buffer: &mut Buffer,
) -> Rect {
    let lanes = lanes(settings, snapshot, answered);
    for lane in &lanes {
        for &(part, track) in &lane.tracks {
            let (style, name) = match part {
                Part::Input => (ink.input, &*lane.name),
                Part::Target => (ink.target, part.name()),
                Part::Prediction => (ink.prediction, part.name()),
            };
            let place = Rect { height: layout.lane.min(area.height), ..area };
            area = Rect { y: area.y + place.height, height: area.height - place.height, ..area };
            if place.is_empty() {
                break;
            }
            buffer.set_stringn(place.x, place.bottom() - 1, name, usize::from(NAMES.min(place.width)), style);
            for (index, time) in (layout.first..layout.first + layout.times).enumerate() {
                let value = track.get(time).copied().flatten().filter(|value| value.is_finite());
                // The highest bar leaves an eighth to the lane above it.
                let most = f64::from(layout.lane * 8 - 1);
                // The lowest class is a dot, the lowest number an eighth.
                let is_seen = value.is_some_and(|value| value > 0.0 || !lane.scale.is_of_bars());
                let share = value.map_or(0.0, |value| lane.scale.share(value));
                let height = (share * most).round().clamp(f64::from(u8::from(is_seen)), most) as u16;
                let is_dim = match part {
                    Part::Target => time < unknown,
                    Part::Prediction => time < counted || !answered.has_target(time),
                    Part::Input => false,
                };
                let style = if is_dim { style.add_modifier(Modifier::DIM) } else { style };
                let x = place.x + NAMES + index as u16 * layout.column;
                if let Some(letters) = &lane.letters {
                    let letter = letters.get(time).map_or("", String::as_str);
                    buffer.set_stringn(x, place.bottom() - 1, letter, usize::from(layout.column), style);
                    continue;
                }
                for (from_bottom, y) in place.rows().rev().map(|line| line.y).enumerate() {
                    let eighths = height.saturating_sub(from_bottom as u16 * 8).min(8);
                    match (from_bottom, is_seen) {
                        (0, false) if value.is_some() => buffer.set_string(x, y, LOWEST, ink.faint),
                        _ => buffer.set_string(x, y, EIGHTHS[usize::from(eighths)], style),
                    }
                }
            }
        }
    }
    if lanes.iter().all(|lane| lane.tracks.len() > 1 || lane.tracks.iter().all(|(part, _)| *part == Part::Input)) {
        return area;
    }
    let is_wrong = |time: usize| time >= counted && answered.has_target(time) && !answered.is_right(time);
    let line = layout.line("wrong", |time| is_wrong(time).then_some(WRONG));
    let (name, marks) = line.split_at(usize::from(NAMES));
    put(vec![Span::styled(name.to_owned(), ink.faint), Span::styled(marks.to_owned(), ink.strong)], area, buffer)
}
