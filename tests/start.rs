//! The start of large nets: it hears signals, and has its memory or says that there is none.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");
const SHORT: [&str; 5] =
    ["--no-figure", "--num-epochs=1", "--batch-size=1", "--truncated-backprop-length=4", "--echo-step=1"];

/// Runs with as many megabytes of memory.
fn within(megabytes: usize, out: &Path, more: &[&str]) -> Output {
    let arguments = ["run", "--threads=1", "--out", out.to_str().unwrap()];
    limited(megabytes, arguments.iter().chain(&SHORT).chain(more))
}

/// What the program does with as many megabytes of memory.
fn limited<'a>(megabytes: usize, arguments: impl IntoIterator<Item = &'a &'a str>) -> Output {
    let limit = format!("ulimit -c 0; ulimit -v {}; exec \"$@\"", megabytes * 1024);
    Command::new("sh").args(["-c", &limit, "sh", PROGRAM]).args(arguments).output().unwrap()
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

/// Pictures are drawn in as many threads as there is memory for, or not at all, which is said; the run itself is done.
#[test]
fn drawing_without_its_memory_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (out, gif) = (folder.path().join("run"), folder.path().join("learning.gif"));
    let (out, gif) = (out.to_str().unwrap(), gif.to_str().unwrap());
    let run = ["run", "--overwrite", "--num-epochs=1", "--total-series-length=2000", "--threads=2", "--out", out];
    let animate = ["animate", out, "--out", gif];
    let (mut drawn, mut refused) = (0, 0);
    for megabytes in (70..350).step_by(20) {
        for arguments in [&run[..], &animate[..]] {
            let output = limited(megabytes, arguments);
            let error = String::from_utf8(output.stderr).unwrap();
            match output.status.code() {
                Some(0) => drawn += 1,
                Some(1) if error.contains("there is no memory to draw in") => refused += 1,
                code => panic!("{megabytes} MB: {arguments:?}: {code:?} {error}"),
            }
            assert!(Path::new(out).join("model.safetensors").exists());
        }
    }
    assert!(drawn > 2 && refused > 2, "{drawn} {refused}");
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

/// A series without end, as one that takes long to read.
#[test]
fn a_signal_ends_the_reading_of_a_series() {
    let folder = tempfile::tempdir().unwrap();
    let [out, series] = ["run", "series.csv"].map(|name| folder.path().join(name));
    assert!(Command::new("mkfifo").arg(&series).status().unwrap().success());
    let mut command = Command::new(PROGRAM);
    command.args(["run", "--out", out.to_str().unwrap(), "--series", series.to_str().unwrap()]);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let mut file = std::fs::OpenOptions::new().write(true).open(&series).unwrap();
    file.write_all(b"input,target\n").unwrap();
    let rows = b"1,0\n".repeat(1000);
    for _ in 0..1000 {
        file.write_all(&rows).unwrap();
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    // Until nobody reads.
    while file.write_all(&rows).is_ok() {}
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!out.exists());
}
