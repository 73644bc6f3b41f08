//! What a terminal can show.

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use std::io::IsTerminal;

/// Whether what is written to a stream has colours: where it is a terminal that has them, unless its user wants none
/// (`NO_COLOR`, `CLICOLOR=0`), and wherever its user wants them (`CLICOLOR_FORCE`).
pub(crate) fn has_colours(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

/// Whether a stream is a terminal on which a line can be drawn over, as a progress bar does.
#[must_use]
pub fn can_redraw(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && !is_dumb()
}

/// Whether the terminal says that it can only show one line after the other.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
