//! A run that is stopped by whatever stops programs, moved, changed behind its back, or given more epochs.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{DETERMINISTIC, columns, fixture, refused, run, status, succeed, wait_within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");
/// Longer than any test waits.
const ENDLESS: [&str; 3] = ["--no-figure", "--num-epochs=1000000", "--checkpoint-every=500"];

fn path(folder: &Path) -> &str {
    folder.to_str().unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap())).collect()
}

/// Trains for a moment, sends these signals one right after the other, and returns the exit code; `before` is a command
/// that runs the program.
fn stop_with(out: &Path, before: &[&str], more: &[&str], signals: &[&str]) -> Option<i32> {
    let all: Vec<&str> = before.iter().copied().chain([PROGRAM, "run", "--out", path(out)]).chain(ENDLESS).collect();
    let mut command = Command::new(all[0]);
    command.args(&all[1..]).args(more).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    wait_within(120, "there is a checkpoint", || out.join("checkpoint.safetensors").exists());
    let process = child.id().to_string();
    for signal in signals {
        assert!(Command::new("kill").args([signal, &*process]).status().unwrap().success());
    }
    child.wait().unwrap().code()
}

#[test]
fn every_signal_that_asks_for_a_stop_leaves_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [&[&str]; 7] = [
        &["-HUP"],
        &["-USR1"],
        &["-USR2"],
        &["-TERM"],
        &["-TERM", "-TERM"],
        &["-INT", "-TERM", "-HUP"],
        &["-HUP", "-HUP", "-TERM"],
    ];
    for (number, signals) in cases.into_iter().enumerate() {
        let out = folder.path().join(number.to_string());
        assert_eq!(stop_with(&out, &[], &[], signals), Some(130), "{signals:?}");
        assert_eq!(status(&out)["status"].as_str(), Some("interrupted"), "{signals:?}");
        let steps = status(&out)["steps"].as_integer().unwrap() as usize;
        assert_eq!(columns(&out.join("metrics.csv"))["step"].len(), steps, "{signals:?}");
    }
}

#[test]
fn under_nohup_a_closed_terminal_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    // The signal is ignored, so that the next one is what stops it.
    let begun = Instant::now();
    let code = stop_with(&out, &["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"], &[], &["-HUP", "-TERM"]);
    assert!(code == Some(130) && begun.elapsed() < Duration::from_secs(120));
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh", PROGRAM, "run", "--no-figure", "--num-epochs=300", "--out"]);
    let mut child =
        command.arg(folder.path().join("whole")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn files_that_changed_are_not_continued() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    stop_with(&out, &[], &["--total-series-length=500"], &["-TERM"]);
    let good = files(&out);
    let with_returns = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace('\n', "\r\n").into_bytes();
    let one_digit = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let place = bytes.len() / 2 + bytes[bytes.len() / 2..].iter().position(u8::is_ascii_digit).unwrap();
        bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
        bytes
    };
    let shorter = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    for name in ["metrics.csv", "epochs.csv"] {
        for changed in [with_returns(&good[name]), one_digit(&good[name]), shorter(&good[name])] {
            std::fs::write(out.join(name), changed).unwrap();
            let before = files(&out);
            let message = refused(PROGRAM, ["resume", "--no-figure", path(&out)]);
            assert!(message.contains(&format!("{name}: it has ")) && message.contains("restore it"), "{message}");
            assert!(files(&out) == before, "{name}");
        }
        std::fs::remove_file(out.join(name)).unwrap();
        let message = refused(PROGRAM, ["resume", "--no-figure", path(&out)]);
        assert!(message.contains(&format!("{name}: the file is missing: restore it")), "{message}");
        std::fs::write(out.join(name), &good[name]).unwrap();
    }
}

/// Resumes a run that would not end, until it has written another checkpoint; returns whether it began to train.
fn continues(out: &Path) -> bool {
    let steps = status(out)["steps"].as_integer().unwrap();
    let checkpoint = || std::fs::read(out.join("checkpoint.safetensors")).unwrap();
    let before = checkpoint();
    let mut child = Command::new(PROGRAM)
        .args(["resume", "--no-figure", path(out)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let what = "it writes a checkpoint, or ends";
    wait_within(120, what, || checkpoint() != before || child.try_wait().unwrap().is_some());
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap().code() == Some(130) && status(out)["steps"].as_integer().unwrap() > steps
}

#[test]
fn a_run_that_was_moved_with_its_files_continues() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let copy = |from: &str, to: &PathBuf| std::fs::copy(fixture(from), to).unwrap();
    std::fs::create_dir(place("a")).unwrap();
    copy("series_0.csv", &place("a/s.csv"));
    copy("initial.safetensors", &place("a/w.safetensors"));
    let own =
        ["--series", path(&place("a/s.csv")), "--initial-weights", path(&place("a/w.safetensors"))].map(str::to_owned);
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    assert_eq!(stop_with(&place("a/run"), &[], &own, &["-TERM"]), Some(130));
    std::fs::rename(place("a"), place("b")).unwrap();
    assert!(continues(&place("b/run")), "it was moved with its files");
    // The weights are not needed any more.
    std::fs::remove_file(place("b/w.safetensors")).unwrap();
    assert!(continues(&place("b/run")));
    // Moved alone, with the path put right by hand.
    std::fs::create_dir(place("data")).unwrap();
    std::fs::rename(place("b/s.csv"), place("data/other.csv")).unwrap();
    let message = refused(PROGRAM, ["resume", path(&place("b/run"))]);
    assert!(message.contains("write where it is now under `series` in config.toml"), "{message}");
    let config = std::fs::read_to_string(place("b/run/config.toml")).unwrap();
    let line = config.lines().find(|line| line.starts_with("series = ")).unwrap();
    let right = config.replace(line, &format!("series = [\"{}\"]", path(&place("data/other.csv"))));
    std::fs::write(place("b/run/config.toml"), right).unwrap();
    assert!(continues(&place("b/run")));
    // Another content is another run.
    copy("series_1.csv", &place("data/other.csv"));
    let message = refused(PROGRAM, ["resume", path(&place("b/run"))]);
    assert!(message.contains("other.csv: it has changed since the run began"), "{message}");
}

#[test]
fn more_epochs_end_as_if_they_had_been_asked_for_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    for (number, more) in
        [&[][..], &["--cell=gru", "--optimizer=adam", "--schedule=step", "--decay-steps=100"]].iter().enumerate()
    {
        let train = |out: &Path, epochs: &str| {
            let given = ["run", "--out", path(out), "--total-series-length=3000", "--num-epochs", epochs];
            succeed(PROGRAM, given.iter().chain(*more));
        };
        let [whole, out, edited] = ["whole", "out", "edited"].map(|name| place(&format!("{name}{number}")));
        train(&whole, "7");
        train(&out, "3");
        succeed(PROGRAM, ["resume", path(&out), "--num-epochs=7"]);
        train(&edited, "3");
        let config = std::fs::read_to_string(edited.join("config.toml")).unwrap();
        std::fs::write(edited.join("config.toml"), config.replace("num_epochs = 3", "num_epochs = 7")).unwrap();
        succeed(PROGRAM, ["resume", path(&edited)]);
        let expected = files(&whole);
        for found in [files(&out), files(&edited)] {
            assert!(found.keys().eq(expected.keys()), "{:?}", found.keys());
            for name in DETERMINISTIC {
                assert!(found[name] == expected[name], "{name}");
            }
        }
        assert_eq!(status(&out)["epochs"].as_integer(), Some(7));
        // There can be no fewer.
        let message = refused(PROGRAM, ["resume", path(&out), "--num-epochs=5"]);
        assert!(message.contains("num_epochs is 5: the run has trained 7 already"), "{message}");
        let again = run(PROGRAM, ["resume", path(&out)]);
        assert!(again.status.success());
        assert!(
            String::from_utf8(again.stderr)
                .unwrap()
                .contains("all 7 epochs were trained before; --num-epochs adds more")
        );
    }
}

/// A run that was killed after its last word on its status, and before it took its checkpoint away.
#[test]
fn a_checkpoint_that_nothing_can_be_added_to_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    for (patience, stays) in [("off", true), ("1", false)] {
        let out = folder.path().join(patience);
        let settings = ["--total-series-length=3000", "--num-epochs=30", "--valid=0.5", "--patience", patience];
        succeed(PROGRAM, ["run", "--out", path(&out)].iter().chain(&settings));
        assert_eq!(status(&out).contains_key("out_of_patience"), !stays);
        let checkpoint = out.join("checkpoint.safetensors");
        assert_eq!(checkpoint.exists(), stays);
        std::fs::write(&checkpoint, "").unwrap();
        succeed(PROGRAM, ["resume", path(&out)]);
        assert_eq!(checkpoint.exists(), stays);
    }
}

/// What a kill at the very beginning of a run leaves.
#[test]
fn a_folder_in_which_a_run_had_hardly_begun_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("config.toml.part"), "num_ep").unwrap();
    succeed(PROGRAM, ["run", "--no-figure", "--num-epochs=1", "--out", path(&out)]);
    assert!(!out.join("config.toml.part").exists());
}

/// A reader that has stopped reading, as `less` or a terminal with Ctrl-S.
#[test]
fn a_stop_does_not_wait_for_who_reads_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let mut child = Command::new(PROGRAM)
        .args(["run", "--out", path(&out)])
        .args(ENDLESS)
        .args(["--total-series-length=500", "--log-every=1000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let steps = || status(&out)["steps"].as_integer().unwrap();
    // Training goes on until it has said more than a pipe has room for.
    let written = || std::fs::metadata(out.join("epochs.csv")).map_or(0, |file| file.len());
    wait_within(120, "it trains without a reader", || written() >= 2_000_000);
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    wait_within(60, "it stops without a reader", || child.try_wait().unwrap().is_some());
    assert_eq!(status(&out)["status"].as_str(), Some("interrupted"));
    assert!(steps() > 60_000, "{}", steps());
}
