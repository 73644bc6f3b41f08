//! The colours of the screen, as many as the terminal has. All that they tell is told by signs and words too.

use crate::commands::terminal::has_colours;
use crate::view::palette::Colours;
use chart_kit::Colour;
use ratatui::style::{Color, Modifier, Style};
use std::ffi::OsStr;

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// None, or none that its user wants.
    None,
    /// The sixteen whose look its user chooses.
    Sixteen,
    /// The cube of 6 × 6 × 6.
    Indexed,
    /// All.
    All,
}

impl Depth {
    /// What the environment says of the terminal.
    pub(super) fn of_terminal() -> Self {
        let [colorterm, term] = ["COLORTERM", "TERM"].map(std::env::var_os);
        Self::of(has_colours(&std::io::stdout()), colorterm.as_deref(), term.as_deref())
    }

    fn of(coloured: bool, colorterm: Option<&OsStr>, term: Option<&OsStr>) -> Self {
        let has = |value: Option<&OsStr>, word: &str| value.is_some_and(|value| value.to_string_lossy().contains(word));
        if !coloured {
            Self::None
        } else if has(colorterm, "truecolor") || has(colorterm, "24bit") {
            Self::All
        } else if has(term, "256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

/// What each thing is drawn in. What has no colour of its own has the terminal's, which can be read on its ground.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) input: Style,
    pub(super) target: Style,
    pub(super) prediction: Style,
    /// The loss of windows with targets that cannot be known, its floor, and where epochs begin.
    pub(super) guessed: Style,
    /// What is to be seen first.
    pub(super) strong: Style,
    /// What is not to be in the way.
    pub(super) faint: Style,
}

impl Ink {
    pub(super) fn new(colours: Colours, depth: Depth) -> Self {
        let palette = colours.palette();
        let ink = |colour: Colour, of_sixteen: Color| match depth {
            Depth::None => Style::new(),
            // Which of the sixteen is nearest, only the terminal knows.
            Depth::Sixteen => Style::new().fg(of_sixteen),
            Depth::Indexed => Style::new().fg(nearest(colour)),
            Depth::All => Style::new().fg(Color::Rgb(colour.0, colour.1, colour.2)),
        };
        Self {
            input: ink(palette.input, Color::Blue),
            target: ink(palette.target, Color::Red),
            prediction: ink(palette.prediction, Color::Green),
            guessed: ink(palette.guessed, Color::Magenta),
            strong: Style::new().add_modifier(Modifier::BOLD),
            faint: Style::new().add_modifier(Modifier::DIM),
        }
    }
}

/// The nearest colour of the cube.
fn nearest(colour: Colour) -> Color {
    let level = |value: u8| {
        let levels = [0, 95, 135, 175, 215, 255_u8];
        (0..6_u8).min_by_key(|&index| levels[usize::from(index)].abs_diff(value)).unwrap_or_default()
    };
    Color::Indexed(16 + 36 * level(colour.0) + 6 * level(colour.1) + level(colour.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_as_the_terminal_can_and_its_user_wants() {
        let depth = |coloured: bool, colorterm: &str, term: &str| {
            Depth::of(coloured, Some(OsStr::new(colorterm)), Some(OsStr::new(term)))
        };
        assert_eq!(depth(false, "truecolor", "xterm-256color"), Depth::None);
        assert_eq!(depth(true, "truecolor", "xterm"), Depth::All);
        assert_eq!(depth(true, "24bit", ""), Depth::All);
        assert_eq!(depth(true, "", "tmux-256color"), Depth::Indexed);
        assert_eq!(depth(true, "", "screen"), Depth::Sixteen);
        let input = |depth| Ink::new(Colours::ColourBlind, depth).input.fg;
        assert_eq!(input(Depth::None), None);
        assert_eq!(input(Depth::All), Some(Color::Rgb(0x00, 0x72, 0xb2)));
        // 0, 95 and 175 of the cube.
        assert_eq!(input(Depth::Indexed), Some(Color::Indexed(16 + 6 + 3)));
    }
}
