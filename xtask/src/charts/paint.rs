//! What all pictures share: colours, texts and how wide they are, the bar that explains colours.

use super::scale::Scale;
use crate::shown::number;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use rnn_train::figure::{Drawn, FONT};

/// What is drawn on.
pub(crate) type Root<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub(crate) const TEXT: RGBColor = RGBColor(0x33, 0x33, 0x33);
pub(crate) const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
pub(crate) const FAINT: RGBColor = RGBColor(0x77, 0x77, 0x77);

/// Sizes of text; an SVG's letters are smaller than these numbers by a quarter.
pub(crate) const SMALL: i32 = 15;
pub(crate) const NORMAL: i32 = 16;

/// Colours from low to high that colour-blind readers can order (viridis, without its palest end).
const SCALE: [RGBColor; 5] = [
    RGBColor(0x44, 0x01, 0x54),
    RGBColor(0x3b, 0x52, 0x8b),
    RGBColor(0x21, 0x91, 0x8c),
    RGBColor(0x5e, 0xc9, 0x62),
    RGBColor(0xd8, 0xc8, 0x1c),
];

/// The colour at a share from 0 to 1 of the way along the scale.
pub(crate) fn colour(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f64;
    let index = (place as usize).min(SCALE.len() - 2);
    let (low, high, part) = (SCALE[index], SCALE[index + 1], place - index as f64);
    let mix = |low: u8, high: u8| (f64::from(low) + (f64::from(high) - f64::from(low)) * part).round() as u8;
    RGBColor(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
}

/// Black or white, whichever can be read better on a ground.
pub(crate) fn ink(ground: RGBColor) -> RGBColor {
    let linear = |part: u8| (f64::from(part) / 255.0).powf(2.2);
    let luminance = 0.2126 * linear(ground.0) + 0.7152 * linear(ground.1) + 0.0722 * linear(ground.2);
    // Where the contrasts (1.05/(L + 0.05) and (L + 0.05)/0.05, of WCAG 2) are equal.
    if luminance > 0.179 { BLACK } else { WHITE }
}

/// Where a text has the point that it is placed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Middle,
    Right,
}

/// Draws a text in one line, whose middle is at this height.
pub(crate) fn write(root: &Root<'_>, text: &str, at: (i32, i32), side: Side, size: i32, ink: RGBColor) -> Drawn {
    let across = match side {
        Side::Left => HPos::Left,
        Side::Middle => HPos::Center,
        Side::Right => HPos::Right,
    };
    let style = (FONT, size).into_font().color(&ink).pos(Pos::new(across, VPos::Center));
    root.draw(&Text::new(text.to_owned(), at, style))
}

/// Draws a text that goes upwards and ends at this point.
pub(crate) fn write_upwards(root: &Root<'_>, text: &str, at: (i32, i32), size: i32) -> Drawn {
    let font = (FONT, size).into_font().transform(FontTransform::Rotate270);
    root.draw(&Text::new(text.to_owned(), at, font.color(&TEXT).pos(Pos::new(HPos::Right, VPos::Center))))
}

/// About the width of a text of this size.
pub(crate) fn width_of(text: &str, size: i32) -> i32 {
    text.chars().count() as i32 * size * 11 / 20
}

/// The width of the widest of some texts.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: i32) -> i32 {
    texts.into_iter().map(|text| width_of(text, size)).max().unwrap_or(0)
}

/// The end of a text that is too long to stand beside others; of a path, its end tells most.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.chars().count().checked_sub(most) {
        Some(cut @ 1..) => format!("…{}", text.chars().skip(cut + 1).collect::<String>()),
        _ => text.to_owned(),
    }
}

/// How wide the bar of [`colour_bar`] is, and how high with what stands around it.
pub(crate) const BAR: (i32, i32) = (240, 58);

/// A bar that explains colours: its title, and numbers or words at shares of its way. `colour_of` has the colour there.
pub(crate) fn colour_bar(
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

/// A scale's ticks as labels of a bar.
pub(crate) fn labels_of(scale: &Scale, about: usize) -> Vec<(f64, String)> {
    scale.ticks(about).into_iter().map(|tick| (scale.place(tick), number(tick, 3))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_keep_their_ends() {
        assert_eq!(shortened("data/series-1.csv", 8), "…s-1.csv");
        assert_eq!(shortened("short", 5), "short");
    }
}
