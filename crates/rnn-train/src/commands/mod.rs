//! The program's commands, and what it says on the terminal (feature `cli`).
//!
//! `arguments` is what can be given on the command line, `command_line` reads it, `cli` is what is done with it. How a training
//! is shown, how a forecast is drawn, and which further commands there are, the program supplies through the traits in `shows`.
//! `console` is what a run prints, `diagnostics` the log lines and errors on standard error, which are `held` back while a screen is
//! up; `outlet` writes so that nobody waits for a reader. `signals` ask for a stop, `terminal` is what a terminal can show.

mod arguments;
mod cli;
mod command_line;
mod console;
mod diagnostics;
pub(crate) mod held;
pub(crate) mod outlet;
mod shows;
pub(crate) mod signals;
pub mod terminal;

#[cfg(feature = "view")]
pub(crate) use arguments::EXIT_CODES;
pub use arguments::Verbosity;
pub use cli::{main, print};
pub use command_line::parse;
#[cfg(feature = "view")]
pub(crate) use console::Console;
pub use diagnostics::{report, start_logging};
pub use shows::{Draws, More, NoMore, Plain, Shows};
pub use signals::stop_on_signal;
