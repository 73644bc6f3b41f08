//! Processes of trials: how they are started, what they say, how they ended, and the last lines of their standard error.

use super::trial::Said;
use crate::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

/// How much of the standard error of a trial that failed is kept.
const TAIL: usize = 8;

/// This program, also if its file was replaced by a newer build since it started.
pub(crate) fn own_program() -> Result<PathBuf, Error> {
    if cfg!(target_os = "linux") {
        return Ok("/proc/self/exe".into());
    }
    std::env::current_exe().map_err(|source| Error::Spawn { program: "this program".into(), source })
}

/// The ends of a process that its worker holds.
pub(super) struct Process {
    output: BufReader<ChildStdout>,
    /// Reads its standard error, to the end.
    errors: JoinHandle<String>,
    /// How many trials it was given.
    pub(super) trials: usize,
}

impl Process {
    /// Starts this program as a process of trials; returns its lifeline too.
    pub(super) fn start(program: &Path) -> Result<(Self, Child, ChildStdin), Error> {
        let failed = |source| Error::Spawn { program: program.to_owned(), source };
        let mut command = Command::new(program);
        command.arg("trial").env("RUST_LOG", "warn");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        set_apart(&mut command);
        let mut child = command.spawn().map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(std::io::ErrorKind::BrokenPipe.into()));
        };
        let errors = child.stderr.take();
        // It would wait if nobody read them.
        match std::thread::Builder::new().spawn(|| tail(errors)) {
            Ok(errors) => Ok((Self { output: BufReader::new(output), errors, trials: 0 }, child, input)),
            Err(source) => {
                // It has ended already, or it ends now.
                let _ = child.kill().and_then(|()| child.wait());
                Err(Error::Thread { source })
            }
        }
    }

    /// Waits for what it says next; nothing if it has ended.
    pub(super) fn said(&mut self) -> Option<Said> {
        let mut line = String::new();
        // What cannot be read was not said.
        self.output.read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }

    /// Waits until it has closed its output, and returns the last lines of its standard error.
    pub(super) fn last_lines(mut self) -> String {
        // What it may still say is known.
        let _ = std::io::copy(&mut self.output, &mut std::io::sink());
        self.errors.join().unwrap_or_default()
    }
}

/// Puts a process into a group of its own: Ctrl-C on the terminal is for the sweep, which then stops its trials.
#[cfg(unix)]
fn set_apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // As which it is listed among processes; it may run from /proc/self/exe.
    command.arg0("xtask").process_group(0);
}

/// The same on Windows.
#[cfg(windows)]
fn set_apart(command: &mut Command) {
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
fn tail(output: Option<impl Read>) -> String {
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
