//! What charts and pages are made with. It knows nothing of what they show.
//!
//! * [`text`]: numbers in words, and text that a terminal shows as it is; always there.
//! * `draw`, `scale`, `legend`, `heat` (feature `drawing`): an SVG, its texts and how wide they are; where a number stands
//!   between two ends, and which ticks an axis has; what marks mean; and numbers as colours.
//! * `png` (feature `png`): the dots of an SVG.
//! * `page` (feature `page`): a page of HTML that loads and sends nothing, with tables that can be sorted.
//!
#![doc = include_str!("../README.md")]

mod colour;
#[cfg(feature = "drawing")]
pub mod draw;
mod error;
#[cfg(feature = "drawing")]
pub mod heat;
#[cfg(feature = "drawing")]
pub mod legend;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "png")]
pub mod png;
#[cfg(feature = "drawing")]
pub mod scale;
pub mod text;

pub use colour::Colour;
pub use error::Error;
