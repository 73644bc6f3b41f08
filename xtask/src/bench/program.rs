//! The whole program: its time and its memory, from start to end.

use super::process::succeed;
use crate::check::{cargo, workspace};
use crate::error::Error;
use rnn_train::outputs::table::Table;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Epochs and the length of a series: the tutorial's run, then series that are longer and longer.
const PROGRAM: [(usize, usize); 5] = [(100, 50_000), (10, 50_000), (10, 200_000), (10, 800_000), (10, 3_200_000)];

/// A row of `program.csv`: the median of five runs.
#[derive(Debug, Serialize)]
struct ProgramRow {
    num_epochs: usize,
    total_series_length: usize,
    wall_seconds: f64,
    /// The most memory that was seen in use, in KiB; empty where the system does not tell.
    peak_kib: Option<u64>,
}

impl ProgramRow {
    const COLUMNS: [&str; 4] = ["num_epochs", "total_series_length", "wall_seconds", "peak_kib"];
}

/// Measures the program and writes `program.csv` to the folder `out`.
pub(super) fn measure(out: &Path) -> Result<(), Error> {
    let program = built_program()?;
    let mut table = Table::create(out.join("program.csv"), ProgramRow::COLUMNS)?;
    for (num_epochs, total_series_length) in PROGRAM {
        table.push(runs(&program, &out.join("run"), num_epochs, total_series_length)?)?;
    }
    Ok(table.flush()?)
}

/// Builds the program, which stands beside this one.
fn built_program() -> Result<PathBuf, Error> {
    succeed(Command::new(cargo()).args(["build", "--release", "--package", "rnn-train"]).current_dir(workspace()))?;
    let own = std::env::current_exe().map_err(|source| Error::Spawn { program: "rnn-train".into(), source })?;
    Ok(own.with_file_name("rnn-train"))
}

/// The median of five runs of the program with its start and its files, without pictures, in one thread.
fn runs(program: &Path, out: &Path, num_epochs: usize, total_series_length: usize) -> Result<ProgramRow, Error> {
    let mut runs = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(["run", "--overwrite", "--no-figure", "--threads", "1", "--out"])
            .arg(out)
            .arg(format!("--num-epochs={num_epochs}"))
            .arg(format!("--total-series-length={total_series_length}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| Error::Spawn { program: program.to_owned(), source })?;
        let mut peak = None;
        let ended = loop {
            peak = peak_memory(child.id()).or(peak);
            match child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                Ok(Some(status)) => break Ok(status),
                Err(source) => break Err(Error::Spawn { program: program.to_owned(), source }),
            }
        }?;
        if !ended.success() {
            return Err(Error::Results { path: program.to_owned(), problem: format!("ended with {ended}") });
        }
        runs.push((begun.elapsed().as_secs_f64(), peak));
    }
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let peak_kib = runs.iter().filter_map(|run| run.1).max();
    Ok(ProgramRow { num_epochs, total_series_length, wall_seconds: runs[2].0, peak_kib })
}

/// The most memory that a process has had in use, in KiB, where Linux tells.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
}
