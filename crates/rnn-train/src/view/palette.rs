//! The colours of all pictures: in files, in the terminal and on the page.

use chart_kit::Colour;

/// Which colours pictures have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
#[allow(clippy::doc_markdown, reason = "these comments are the program's help")]
pub enum Colours {
    /// Blue, vermilion and bluish green that colour-blind readers can tell apart (Okabe and Ito 2008)
    #[default]
    ColourBlind,
    /// The tutorial's plain blue, red and green
    Tutorial,
}

/// What each thing is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// What the net reads.
    pub input: Colour,
    /// What it should answer.
    pub target: Colour,
    /// What it answers.
    pub prediction: Colour,
    /// The loss of windows whose targets can all be known.
    pub loss: Colour,
    /// The loss of the other windows, such as an epoch's first, and its floor.
    pub guessed: Colour,
    /// The loss of validations.
    pub validation: Colour,
}

impl Colours {
    /// The colours themselves.
    #[must_use]
    pub fn palette(self) -> Palette {
        let [loss, guessed, validation] =
            [Colour(0x44, 0x44, 0x44), Colour(0xb0, 0x3f, 0x8c), Colour(0xb8, 0x6e, 0x00)];
        let [input, target, prediction] = match self {
            Self::ColourBlind => [Colour(0x00, 0x72, 0xb2), Colour(0xd5, 0x5e, 0x00), Colour(0x00, 0x9e, 0x73)],
            Self::Tutorial => [Colour(0x00, 0x00, 0xff), Colour(0xff, 0x00, 0x00), Colour(0x00, 0x80, 0x00)],
        };
        Palette { input, target, prediction, loss, guessed, validation }
    }
}
