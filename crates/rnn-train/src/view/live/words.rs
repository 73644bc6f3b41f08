//! Numbers and texts as they stand on the screen.

use chart_kit::text::{self, thousands};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// A measured number in at most nine characters.
pub(super) fn measured(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        1e-3..1e3 => format!("{number:.4}"),
        _ => text::number(number, 3),
    }
}

/// A number of things a second, in three digits where it has a fraction.
pub(super) fn a_second(number: f64) -> String {
    let decimals = match number {
        100.0..1e15 => return thousands(number.round() as usize),
        10.0..100.0 => 1,
        1.0..10.0 => 2,
        1e-3..1.0 => 3,
        _ => return text::number(number, 2),
    };
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Sets items beside each other, in as many lines of this width as they need, with a gap of spaces between two.
pub(super) fn flow<'a>(items: impl IntoIterator<Item = Span<'a>>, width: u16, gap: &'static str) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let (mut left, between) = (0, gap.len());
    for item in items {
        let needed = item.width();
        match lines.last_mut() {
            Some(line) if left >= between + needed => {
                left -= between + needed;
                line.push_span(gap);
                line.push_span(item);
            }
            _ => {
                left = usize::from(width).saturating_sub(needed);
                lines.push(Line::from(item));
            }
        }
    }
    lines
}

/// The words of a sentence, for [`flow`].
pub(super) fn words(sentence: &str) -> impl Iterator<Item = Span<'static>> {
    sentence.split_whitespace().map(|word| Span::raw(word.to_owned()))
}

/// Writes a line at the top of an area, cut where the area ends, and returns the area below it.
pub(super) fn put<'a>(line: impl Into<Line<'a>>, area: Rect, buffer: &mut Buffer) -> Rect {
    if area.is_empty() {
        return area;
    }
    buffer.set_line(area.x, area.y, &line.into(), area.width);
    Rect { y: area.y + 1, height: area.height - 1, ..area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_can_be_read() {
        let numbers = [0.0, 0.134_602, 0.000_015_3, 12.0, 4567.0, 1e300].map(measured);
        assert_eq!(numbers, ["0", "0.1346", "1.53e-5", "12.0000", "4,567", "1e300"]);
        let rates = [50.0, 12.5, 0.781_25, 333_214.4, 1e-9, 1e300].map(a_second);
        assert_eq!(rates, ["50", "12.5", "0.781", "333,214", "1e-9", "1e300"]);
    }

    #[test]
    fn items_flow_into_lines() {
        let lines = |width| {
            let lines = flow(["one", "two", "three"].map(Span::raw), width, "  ");
            lines.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(lines(15), ["one  two  three"]);
        assert_eq!(lines(14), ["one  two", "three"]);
        assert_eq!(lines(1), ["one", "two", "three"]);
    }
}
