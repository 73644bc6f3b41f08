//! The start of large nets: it hears signals, and has its memory or says that there is none.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");
const SHORT: [&str; 5] =
    ["--no-figure", "--num-epochs=1", "--batch-size=1", "--truncated-backprop-length=4", "--echo-step=1"];

/// Runs with as many megabytes of memory.
fn within(megabytes: usize, out: &Path, more: &[&str]) -> Output {
    let limit = format!("ulimit -c 0; ulimit -v {}; exec \"$@\"", megabytes * 1024);
    let arguments = ["-c", &limit, "sh", PROGRAM, "run", "--threads=1", "--out", out.to_str().unwrap()];
    Command::new("sh").args(arguments.iter().chain(&SHORT).chain(more)).output().unwrap()
}

#[test]
fn a_start_without_its_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for init in ["--init=xavier", "--init=orthogonal"] {
        let out = folder.path().join("run");
        let output = within(200, &out, &[init, "--state-size=4000", "--total-series-length=4"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{init}: {error}");
        assert!(error.contains("memory"), "{error}");
        assert!(error.lines().count() == 1 && !out.exists());
    }
}

/// A run that is let in has the memory to save its net and its checkpoints: the smallest amount that lets it in is enough.
#[test]
fn saving_needs_no_memory_of_the_nets_size() {
    let folder = tempfile::tempdir().unwrap();
    let net = ["--cell=gru", "--init=xavier", "--state-size=900", "--total-series-length=20", "--checkpoint-every=2"];
    let mut let_in = 0;
    for megabytes in (50..130).step_by(6) {
        let out = folder.path().join(megabytes.to_string());
        let output = within(megabytes, &out, &net);
        let error = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(0) => {
                assert!(out.join("model.safetensors").exists());
                let_in += 1;
            }
            code => assert!(let_in == 0 && code == Some(2) && !out.exists(), "{megabytes} MB: {code:?} {error}"),
        }
        if let_in == 2 {
            return;
        }
    }
    panic!("no amount was enough");
}

#[test]
fn a_signal_ends_the_start_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let net = ["--cell=gru", "--init=orthogonal", "--state-size=6000", "--total-series-length=4"];
    let mut child = Command::new(PROGRAM)
        .args(["run", "--out", out.to_str().unwrap()].iter().chain(&SHORT).chain(&net))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert!(child.try_wait().unwrap().is_none());
    let begun = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(!out.exists());
}
