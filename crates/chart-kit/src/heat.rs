//! Numbers as colours: a scale on both sides of zero that colour-blind readers can tell apart, cells in it, and the bar
//! that explains it.

use crate::draw::{Drawn, FAINT, Root, SMALL, Side, TEXT, widest, width_of, write};
use plotters::prelude::*;

/// Blue below zero, white, and orange above.
const ENDS: [RGBColor; 2] = [RGBColor(0x0b, 0x55, 0x9f), RGBColor(0xc4, 0x51, 0x00)];
/// A number that is infinite or none.
const NO_NUMBER: RGBColor = RGBColor(0x33, 0x33, 0x33);

/// The colour at a share from -1 to 1 of the way from zero to the scale's end.
pub fn diverging(share: f64) -> RGBColor {
    if !share.is_finite() {
        return NO_NUMBER;
    }
    let end = ENDS[usize::from(share > 0.0)];
    let mix = |part: u8| (255.0 + (f64::from(part) - 255.0) * share.abs().min(1.0)).round() as u8;
    RGBColor(mix(end.0), mix(end.1), mix(end.2))
}

/// Black or white, whichever can be read better on a ground.
#[must_use]
pub fn ink(ground: RGBColor) -> RGBColor {
    let linear = |part: u8| (f64::from(part) / 255.0).powf(2.2);
    let luminance = 0.2126 * linear(ground.0) + 0.7152 * linear(ground.1) + 0.0722 * linear(ground.2);
    // Where the contrasts (1.05/(L + 0.05) and (L + 0.05)/0.05, of WCAG 2) are equal.
    if luminance > 0.179 { BLACK } else { WHITE }
}

/// A matrix of numbers, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Its rows.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
    /// The numbers, row by row.
    pub values: Vec<f64>,
}

impl Grid {
    /// Draws it from this corner on, in cells of this size, on a scale that ends with `most`; where there is room in a
    /// cell, its number is written there.
    pub fn draw(&self, root: &Root<'_>, (left, top): (i32, i32), (wide, high): (i32, i32), most: f64) -> Drawn {
        let texts: Vec<_> = self.values.iter().map(|&value| short(value)).collect();
        let has_room = wide >= widest(texts.iter().map(String::as_str), SMALL) && high >= SMALL;
        for (row, values) in self.values.chunks(self.columns.max(1)).enumerate() {
            let (top, mut column) = (top + high * row as i32, 0);
            // Equal neighbours are one rectangle: saturated units are equal for long.
            for equal in values.chunk_by(|a, b| diverging(a / most) == diverging(b / most)) {
                let [x, end] = [column, column + equal.len()].map(|column| left + wide * column as i32);
                let ground = diverging(equal[0] / most);
                root.draw(&Rectangle::new([(x, top), (end, top + high)], ground.filled()))?;
                column += equal.len();
            }
        }
        for (index, text) in texts.iter().enumerate().filter(|_| has_room) {
            let (row, column) = ((index / self.columns) as i32, (index % self.columns) as i32);
            let middle = (left + wide * column + wide / 2, top + high * row + high / 2);
            write(root, text, middle, Side::Middle, SMALL, ink(diverging(self.values[index] / most)))?;
        }
        let (right, bottom) = (left + wide * self.columns as i32, top + high * self.rows as i32);
        root.draw(&Rectangle::new([(left, top), (right, bottom)], FAINT))
    }
}

/// The end of a scale for some numbers: the greatest distance from zero of those that are finite.
pub fn greatest(values: impl IntoIterator<Item = f64>) -> f64 {
    let most = values.into_iter().map(f64::abs).filter(|value| value.is_finite()).fold(0.0, f64::max);
    if most > 0.0 { most } else { 1.0 }
}

/// A number in a few characters.
pub fn short(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() || (value.fract() == 0.0 && size < 9999.5) => (value + 0.0).to_string(),
        size if size < 0.005 => format!("{value:.0e}"),
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        size if size < 9999.5 => format!("{value:.0}"),
        _ => format!("{value:.0e}"),
    }
}

/// The bar of numbers on a scale that ends with `most`.
pub fn scale_bar(root: &Root<'_>, corner: (i32, i32), title: &str, most: f64) -> Drawn {
    let labels = [(0.0, -most), (0.5, 0.0), (1.0, most)].map(|(share, value)| (share, short(value)));
    colour_bar(root, corner, title, &labels, |share| diverging(2.0 * share - 1.0))
}

/// How wide the bar of [`colour_bar`] is, and how high with what stands around it.
pub const BAR: (i32, i32) = (240, 58);

/// A bar that explains colours: its title, and numbers or words at shares of its way. `colour_of` has the colour there.
///
/// # Errors
/// What the drawing says.
pub fn colour_bar(
    root: &Root<'_>,
    (x, y): (i32, i32),
    title: &str,
    labels: &[(f64, String)],
    colour_of: impl Fn(f64) -> RGBColor,
) -> Drawn {
    const PIECE: i32 = 6;
    write(root, title, (x, y + 8), Side::Left, SMALL, TEXT)?;
    for piece in 0..BAR.0 / PIECE {
        let left = x + piece * PIECE;
        let share = (f64::from(piece) + 0.5) * f64::from(PIECE) / f64::from(BAR.0);
        root.draw(&Rectangle::new([(left, y + 19), (left + PIECE, y + 33)], colour_of(share).filled()))?;
    }
    let mut free = i32::MIN;
    for (share, label) in labels {
        let at = x + (share * f64::from(BAR.0)).round() as i32;
        let half = width_of(label, SMALL) / 2;
        if at - half < free {
            continue;
        }
        free = at + half + 8;
        root.draw(&PathElement::new([(at, y + 33), (at, y + 37)], TEXT))?;
        write(root, label, (at, y + 45), Side::Middle, SMALL, TEXT)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_as_far_from_white_as_numbers_from_zero() {
        assert_eq!([0.0, -1.0, 1.0, 7.0].map(diverging), [WHITE, ENDS[0], ENDS[1], ENDS[1]]);
        assert!(diverging(0.5).2 > diverging(0.6).2 && diverging(-0.5).0 > diverging(-0.6).0);
        assert_eq!([f64::NAN, f64::INFINITY].map(diverging), [NO_NUMBER; 2]);
        assert_eq!(greatest([1.0, -3.0, f64::INFINITY, f64::NAN]), 3.0);
        assert_eq!(greatest([0.0]), 1.0);
    }

    #[test]
    fn numbers_in_cells_are_short() {
        let cases = [-0.0, -0.001, -1.234, 12.34, -123.4, 12_345.0, f64::NAN].map(short);
        assert_eq!(cases, ["0", "-1e-3", "-1.23", "12.3", "-123", "1e4", "NaN"]);
    }
}
