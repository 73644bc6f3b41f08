//! Processes of trials: how they are started, how they ended, and the last lines of what they say.

use crate::error::Error;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

/// How much of the standard error of a trial that failed is kept.
const TAIL: usize = 8;

/// This program, also if its file was replaced by a newer build since it started.
pub(crate) fn own_program() -> Result<PathBuf, Error> {
    if cfg!(target_os = "linux") {
        return Ok("/proc/self/exe".into());
    }
    std::env::current_exe().map_err(|source| Error::Spawn { program: "this program".into(), source })
}

/// Puts a process into a group of its own: Ctrl-C on the terminal is for the sweep, which then stops its trials.
#[cfg(unix)]
pub(super) fn set_apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // As which it is listed among processes; it may run from /proc/self/exe.
    command.arg0("xtask").process_group(0);
}

/// The same on Windows.
#[cfg(windows)]
pub(super) fn set_apart(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

/// Whether a process was ended by a signal that comes from outside, not from what it did.
pub(super) fn was_killed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGKILL, SIGTERM};
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        signal.is_some_and(|signal| [SIGHUP, SIGINT, SIGKILL, SIGTERM].contains(&signal))
    }
    #[cfg(not(unix))]
    {
        let _ = status;
        false
    }
}

/// The last lines of what a process says.
pub(super) fn tail(output: Option<impl Read>) -> String {
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    let Some(mut output) = output else { return String::new() };
    while let Ok(length @ 1..) = output.read(&mut piece) {
        said.extend_from_slice(&piece[..length]);
        // A trial that says a lot must not fill the memory.
        if said.len() > 1 << 16 {
            said.drain(..said.len() - (1 << 14));
        }
    }
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<_> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}
