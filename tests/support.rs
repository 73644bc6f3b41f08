//! What the whole-system tests share: running the programs, reading what they leave.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses a part of it; a test may panic"
)]

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// The files of a run that are the same, byte for byte, for the same settings and seed; the pictures too, although they are
/// only drawn at the end.
pub const DETERMINISTIC: [&str; 8] = [
    "config.toml",
    "metrics.csv",
    "epochs.csv",
    "snapshots.csv",
    "model.safetensors",
    "figure.svg",
    "units.svg",
    "weights.svg",
];

/// A file of the reference run.
pub fn fixture(name: &str) -> PathBuf {
    fixtures("echo-seed").join(name)
}

/// A file or folder of tests/fixtures.
pub fn fixtures(name: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|folder| folder.join("Cargo.lock").exists());
    workspace.unwrap().join("tests/fixtures").join(name)
}

/// What stands in a run's status.toml.
pub fn status(run: &Path) -> toml::Table {
    std::fs::read_to_string(run.join("status.toml")).unwrap().parse().unwrap()
}

/// Runs a program to its end.
pub fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(program).args(arguments).env_remove("RUST_LOG").output().unwrap()
}

/// Runs a program that must succeed, and returns its standard output.
pub fn succeed<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> String {
    let output = run(program, arguments);
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a program that must refuse its input: exit code 2, and on standard error one line, which is returned.
pub fn refused<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> String {
    let output = run(program, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    error.trim_end().strip_prefix("error: ").unwrap_or_else(|| panic!("{error}")).to_owned()
}

/// Waits until something is so, which it must be within so many seconds.
pub fn wait_within(seconds: u64, what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A CSV file's columns, cell by cell as text.
pub fn columns(path: &Path) -> HashMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut columns: HashMap<_, _> = header.iter().map(|name| (name.to_owned(), Vec::new())).collect();
    for record in reader.records() {
        for (name, cell) in header.iter().zip(&record.unwrap()) {
            columns.get_mut(name).unwrap().push(cell.to_owned());
        }
    }
    columns
}

/// Writes a sweep's spec to a new folder; returns the folder, and the paths of the spec and of where results can go.
pub fn spec(text: &str) -> (tempfile::TempDir, String, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spec.toml");
    std::fs::write(&path, text).unwrap();
    let out = folder.path().join("out");
    (folder, path.to_str().unwrap().to_owned(), out)
}

/// The folders of a sweep's trials, in the order of their numbers.
pub fn trial_folders(out: &Path) -> Vec<PathBuf> {
    columns(&out.join("plan.csv"))["hash"].iter().map(|hash| out.join("trials").join(hash)).collect()
}

/// A sweep's tables without the columns that hold times.
pub fn tables(out: &Path) -> [HashMap<String, Vec<String>>; 4] {
    ["plan.csv", "summary.csv", "groups.csv", "curves.csv"].map(|name| {
        let mut table = columns(&out.join(name));
        table.retain(|column, _| !column.contains("wall_seconds"));
        table
    })
}

/// How often the end of each of a sweep's trials is in the files of results, which may be being written.
pub fn ends(out: &Path) -> HashMap<String, usize> {
    let mut ends = HashMap::new();
    for entry in std::fs::read_dir(out.join("results")).into_iter().flatten() {
        for line in std::fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            let ended = ["done", "diverged", "pruned"].map(|status| format!("\"status\":\"{status}\""));
            if ended.iter().any(|status| line.contains(status)) {
                let hash = line.strip_prefix("{\"hash\":\"").and_then(|rest| rest.split('"').next()).unwrap();
                *ends.entry(hash.to_owned()).or_default() += 1;
            }
        }
    }
    ends
}

/// A column of numbers.
pub fn numbers(path: &Path, column: &str) -> Vec<f64> {
    columns(path)[column].iter().map(|cell| cell.parse().unwrap_or_else(|_| panic!("{column}: {cell:?}"))).collect()
}

/// Whether a test must be skipped because a program is not on this machine, which is then said past the test
/// runner's capture of output. Where `REQUIRE_ALL_TESTS` is set, as in continuous integration, it fails instead.
pub fn skip_without(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).exists());
    if !found {
        skip(&format!("a test needs {program}, which is not on this machine"));
    }
    !found
}

/// Says loudly that a test is skipped, or fails where none may be.
pub fn skip(why: &str) {
    assert!(std::env::var_os("REQUIRE_ALL_TESTS").is_none(), "{why}");
    say_skipped(why);
}

/// Says loudly that a test is skipped for want of what cannot be installed.
pub fn say_skipped(why: &str) {
    // Not `eprintln!`, which the test runner captures.
    std::io::stderr().write_all(format!("\nSKIPPED: {why}\n").as_bytes()).unwrap();
}
