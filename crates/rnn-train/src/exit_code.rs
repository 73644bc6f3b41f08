//! The exit codes of `rnn-train` and of what runs it.

use crate::files::State;

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

/// The exit code of a run that ended like this.
#[must_use]
pub fn of(state: State) -> u8 {
    match state {
        State::Done | State::Pruned => DONE,
        State::Diverged => DIVERGED,
        State::Interrupted => INTERRUPTED,
        State::Running | State::Failed => FAILED,
    }
}
