//! Other programs: run to their end, on one core, and read as CSV.

use super::row::Row;
use crate::error::Error;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Runs a program to its end, or says what is wrong.
pub(super) fn succeed(command: &mut Command) -> Result<(), Error> {
    let program = PathBuf::from(command.get_program());
    let status = command.status().map_err(|source| Error::Spawn { program: program.clone(), source })?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Results { path: program, problem: format!("ended with {status}") })
    }
}

/// Runs a program that prints rows of CSV, and reads them.
pub(super) fn rows(command: &mut Command) -> Result<Vec<Row>, Error> {
    let program = PathBuf::from(command.get_program());
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|source| Error::Spawn { program: program.clone(), source })?;
    let wrong = |problem: String| Error::Results { path: program, problem };
    if !output.status.success() {
        return Err(wrong(format!("ended with {}", output.status)));
    }
    let rows: Result<_, csv::Error> = csv::Reader::from_reader(&output.stdout[..]).into_deserialize().collect();
    rows.map_err(|error| wrong(format!("printed what is no row of a benchmark: {error}")))
}

/// A program that is to stay on the last core that this one may use, where the system has `taskset` and tells the core.
pub(super) fn on_one_core(program: PathBuf) -> Command {
    let mut command = Command::new("taskset");
    match last_core() {
        Some(core) if command.arg("--version").stdout(Stdio::null()).status().is_ok() => {
            let mut command = Command::new("taskset");
            command.args(["--cpu-list", &core]).arg(program);
            command
        }
        _ => Command::new(program),
    }
}

/// The last of the cores that Linux lets this program use.
fn last_core() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?.trim();
    list.rsplit([',', '-']).next().map(str::to_owned)
}
