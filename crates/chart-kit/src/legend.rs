//! What the marks of a picture mean: each with a text beside it.

use crate::colour::Colour;
use crate::draw::{Area, BAND, Drawn, NORMAL, Root, Side, TEXT, dashes, width_of, write};
use plotters::prelude::*;

/// How something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A line.
    Line(Colour),
    /// A line within a band.
    Band(Colour),
    /// A dot.
    Dot(Colour),
    /// A line with a dot.
    LineOfDots(Colour),
    /// A dashed line.
    Dashes(Colour),
    /// A bar.
    Bar(Colour),
}

/// A mark and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    mark: Mark,
    text: String,
}

/// The height of an entry.
pub const LINE: i32 = 22;

impl Entry {
    /// A mark, and a text beside it.
    pub fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, text: text.into() }
    }

    /// Draws it; the middle of its height is at `y`.
    pub fn draw(&self, root: &Root<'_>, (x, y): (i32, i32)) -> Drawn {
        match self.mark {
            Mark::Line(colour) => line(root, (x, y), colour)?,
            Mark::Band(colour) => {
                let ground = RGBColor::from(colour).mix(BAND).filled();
                root.draw(&Rectangle::new([(x, y - 7), (x + 22, y + 7)], ground))?;
                line(root, (x, y), colour)?;
            }
            Mark::Dot(colour) => {
                root.draw(&Circle::new((x + 11, y), 3, RGBColor::from(colour).filled()))?;
            }
            Mark::LineOfDots(colour) => {
                line(root, (x, y), colour)?;
                root.draw(&Circle::new((x + 11, y), 3, RGBColor::from(colour).filled()))?;
            }
            Mark::Dashes(colour) => dashes(root, (x, x + 22), y, colour.into())?,
            Mark::Bar(colour) => {
                Area { left: x + 4, top: y - 7, right: x + 18, bottom: y + 7 }.fill(root, colour.into())?;
            }
        }
        write(root, &self.text, (x + 29, y), Side::Left, NORMAL, TEXT)
    }

    /// About its width, with the distance to another one beside it.
    #[must_use]
    pub fn width(&self) -> i32 {
        29 + width_of(&self.text, NORMAL) + 20
    }
}

/// The line of a mark.
fn line(root: &Root<'_>, (x, y): (i32, i32), colour: Colour) -> Drawn {
    root.draw(&PathElement::new([(x, y), (x + 22, y)], RGBColor::from(colour).stroke_width(2)))
}
