//! The exit codes of `rnn-train` and of what runs it.

/// Everything was done.
pub const DONE: u8 = 0;
/// It failed after it had begun, for instance because the disk is full.
pub const FAILED: u8 = 1;
/// A setting, a given file or the output folder is wrong; nothing was run.
pub const BAD_INPUT: u8 = 2;
/// The loss or its gradient became infinite or not a number.
pub const DIVERGED: u8 = 3;
/// Stopped by Ctrl-C or a termination signal; shells have this code for SIGINT.
pub const INTERRUPTED: u8 = 130;
