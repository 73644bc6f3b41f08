//! The benchmarks of `rnn-core`.

use super::process;
use super::row::Row;
use crate::check::{cargo, workspace};
use crate::error::Error;
use std::path::Path;
use std::process::Command;

/// What a row of the peak's benchmark computes: 12 vectors of 8, 1000 times a multiplication and an addition.
const PEAK_OPERATIONS: f64 = 12.0 * 8.0 * 1000.0 * 2.0;

/// Runs criterion's benchmarks and reads what they found. With `only`, those whose name holds it.
pub(super) fn steps(home: &Path, only: Option<&str>) -> Result<Vec<Row>, Error> {
    let mut command = Command::new(cargo());
    command.args(["bench", "--package", "rnn-core", "--bench", "step"]);
    if let Some(only) = only {
        command.arg("--").arg(format!("^peak$|{only}"));
    }
    process::succeed(command.env("CRITERION_HOME", home).current_dir(workspace()))?;
    let median = |name: &str| -> Result<f64, Error> {
        let path = home.join(name).join("new/estimates.json");
        let wrong = |problem: String| Error::Results { path: path.clone(), problem };
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let estimates: serde_json::Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        estimates["median"]["point_estimate"].as_f64().ok_or_else(|| wrong("has no median".to_owned()))
    };
    let peak = if home.join("peak").exists() { Some(PEAK_OPERATIONS / median("peak")?) } else { None };
    let listed = std::fs::read_dir(home).map_err(|source| rnn_train::Error::Read { path: home.to_owned(), source })?;
    let names = listed.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<_> = names.filter_map(|name| Row::of_own(&name).map(|row| (row, name))).collect();
    found.sort_by_key(|(row, name)| {
        (row.kind, row.nets, [row.input, row.hidden, row.classes, row.batch, row.window], name.clone())
    });
    let timed = |(row, name): (Row, String)| {
        let nets = row.nets as f64;
        Ok(row.timed(median(&name)? / 1000.0 / nets, peak))
    };
    found.into_iter().map(timed).collect()
}

/// Runs the benchmarks of single steps forward, on one core.
pub(super) fn inference(only: Option<&str>) -> Result<Vec<Row>, Error> {
    let bench = ["bench", "--package", "rnn-core", "--bench", "inference"];
    // Not on one core.
    process::succeed(Command::new(cargo()).args(bench).arg("--no-run").current_dir(workspace()))?;
    let mut command = process::on_one_core(cargo());
    command.args(bench).arg("--").args(only).current_dir(workspace());
    Ok(process::rows(&mut command)?.into_iter().map(Row::rated).collect())
}
