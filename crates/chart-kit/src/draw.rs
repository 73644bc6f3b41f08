//! What all pictures are drawn with: the sheet, its typeface, texts and how wide they are.

use crate::colour::Colour;
use crate::error::Error;
use crate::text::printable;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The typeface of all pictures; the PNG is drawn with the one in the program, so it needs none on the machine.
pub const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

/// What is drawn on.
pub type Root<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The result of drawing on an SVG.
pub type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The colour of texts and axes.
pub const TEXT: RGBColor = RGBColor(0x33, 0x33, 0x33);
/// The colour of lines that only guide the eye.
pub const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
/// The colour of texts that matter less.
pub const FAINT: RGBColor = RGBColor(0x77, 0x77, 0x77);

/// The size of small texts; an SVG's letters are smaller than this number by a fifth.
pub const SMALL: i32 = 15;

/// The size of texts.
pub const NORMAL: i32 = 17;
/// The size of the line above a picture.
pub const HEADLINE: i32 = 21;

impl From<Colour> for RGBColor {
    fn from(Colour(red, green, blue): Colour) -> Self {
        Self(red, green, blue)
    }
}

/// What the text of a picture begins with.
pub const BEGIN: &[u8] = b"<svg ";

/// Draws a picture of this size and returns its SVG text.
///
/// # Errors
/// [`Error`].
pub fn svg(size: (u32, u32), draw: impl FnOnce(&Root<'_>) -> Drawn) -> Result<String, Error> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        let drawn = root.fill(&WHITE).and_then(|()| draw(&root)).and_then(|()| root.present());
        drawn.map_err(|error| Error(error.to_string()))?;
    }
    Ok(text)
}

/// Where a text has the point that it is placed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// At its beginning.
    Left,
    /// In its middle.
    Middle,
    /// At its end.
    Right,
}

impl From<Side> for HPos {
    fn from(side: Side) -> Self {
        match side {
            Side::Left => Self::Left,
            Side::Middle => Self::Center,
            Side::Right => Self::Right,
        }
    }
}

/// Draws a text in one line, whose middle is at this height.
///
/// # Errors
/// What the drawing says.
pub fn write(root: &Root<'_>, text: &str, at: (i32, i32), side: Side, size: i32, ink: RGBColor) -> Drawn {
    let style = (FONT, size).into_font().color(&ink).pos(Pos::new(side.into(), VPos::Center));
    root.draw(&Text::new(drawable(text), at, style))
}

/// Draws a text that goes upwards through this point.
///
/// # Errors
/// What the drawing says.
pub fn write_upwards(root: &Root<'_>, text: &str, at: (i32, i32), side: Side, size: i32) -> Drawn {
    let font = (FONT, size).into_font().transform(FontTransform::Rotate270);
    root.draw(&Text::new(drawable(text), at, font.color(&TEXT).pos(Pos::new(side.into(), VPos::Center))))
}

/// A text without characters that no SVG may hold: each is shown as one that is not known.
fn drawable(text: &str) -> String {
    let is_held = |character: char| !(character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|character| if is_held(character) { character } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// About the width of a text of this size, rather too much than too little.
#[must_use]
pub fn width_of(text: &str, size: i32) -> i32 {
    text.chars().count() as i32 * size * 11 / 20
}

/// A text from elsewhere as it can stand in a picture: without what cannot be drawn, and cut behind so many characters.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    let text = printable(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The width of the widest of some texts.
pub fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: i32) -> i32 {
    texts.into_iter().map(|text| width_of(text, size)).max().unwrap_or(0)
}

/// A stretch of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Its left edge.
    pub left: i32,
    /// Its upper edge.
    pub top: i32,
    /// Its right edge.
    pub right: i32,
    /// Its lower edge.
    pub bottom: i32,
}

impl Area {
    /// Fills it.
    pub fn fill(self, root: &Root<'_>, colour: RGBColor) -> Drawn {
        root.draw(&Rectangle::new([(self.left, self.top), (self.right, self.bottom)], colour.filled()))
    }

    /// Draws its left and lower edge, as axes.
    pub fn axes(self, root: &Root<'_>) -> Drawn {
        let corners = [(self.left, self.top), (self.left, self.bottom), (self.right, self.bottom)];
        root.draw(&PathElement::new(corners, TEXT))
    }

    /// How far from its left edge this share of its width is.
    pub fn x(self, share: f64) -> i32 {
        self.left + (share * f64::from(self.right - self.left)).round() as i32
    }

    /// How high up this share of its height is.
    pub fn y(self, share: f64) -> i32 {
        self.bottom - (share * f64::from(self.bottom - self.top)).round() as i32
    }
}

/// The strength of the band's colour.
pub const BAND: f64 = 0.25;

/// Draws a dashed line.
pub fn dashes(root: &Root<'_>, (left, right): (i32, i32), y: i32, colour: RGBColor) -> Drawn {
    const DASH: (i32, i32) = (7, 4);
    (left..right).step_by((DASH.0 + DASH.1) as usize).try_for_each(|left| {
        root.draw(&PathElement::new([(left, y), ((left + DASH.0).min(right), y)], colour.stroke_width(2)))
    })
}
