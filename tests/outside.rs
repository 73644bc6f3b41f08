//! `rnn-core` from outside the workspace: `tests/outside` is a crate that depends on it alone, by path, with a lock file
//! of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What cargo prints when it is called with these arguments on the crate outside. It must not need the network: all
/// packages are the workspace's own.
fn cargo(subcommand: &str, arguments: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([subcommand, "--quiet", "--locked", "--offline", "--manifest-path"]);
    cargo.arg(root().join("tests/outside/Cargo.toml")).args(arguments);
    let output = cargo.output().unwrap();
    let [printed, errors] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{cargo:?}: {}\n{printed}{errors}", output.status);
    printed
}

/// It trains, goes on from a checkpoint, writes and reads its weights, streams, and goes on from a state.
#[test]
fn a_program_of_its_own_trains_and_streams() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
    let printed = cargo("run", &["--target-dir", target.to_str().unwrap()]);
    let (loss, answers) = printed.trim_end().strip_prefix("loss ").unwrap().split_once(", ").unwrap();
    assert!(loss.parse::<f64>().unwrap() < 0.05, "{printed}");
    assert_eq!(answers, "100 of 100 streamed answers are right");
}

#[test]
fn rnn_core_needs_eight_crates() {
    let printed = cargo("tree", &["--package", "rnn-core", "--edges", "normal", "--prefix", "none", "--depth", "1"]);
    let names: Vec<_> = printed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        names,
        ["rnn-core", "crc32fast", "half", "nalgebra", "pulp", "rand", "safetensors", "serde_json", "thiserror"]
    );
}

/// Otherwise the packages would have to be downloaded a second time. After `cargo update`, copy the workspace's lock file
/// over the crate's and call `cargo tree` there, which removes what it does not need.
#[test]
fn the_lock_files_agree() {
    let [workspace, outside] = ["Cargo.lock", "tests/outside/Cargo.lock"].map(|name| {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        let packages = text.split("[[package]]").skip(1).map(|package| {
            let mut values = package.lines().filter_map(|line| line.split_once(" = "));
            let mut value = |key| values.find(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).unwrap();
            (value("name"), value("version"))
        });
        packages.collect::<BTreeSet<_>>()
    });
    let own = BTreeSet::from([("\"outside\"".to_owned(), "\"0.0.0\"".to_owned())]);
    assert!(outside.is_superset(&own) && outside.len() > 20);
    assert_eq!(&outside - &workspace, own);
}
