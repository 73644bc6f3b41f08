//! The program's commands, and what it says on the terminal.

pub mod arguments;
pub mod cli;
pub mod command_line;
pub mod console;
pub mod diagnostics;
pub mod outlet;
pub mod signals;
pub mod terminal;
