//! Trials that a process trains side by side come to what each comes to alone, and none suffers from another.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod running;
mod support;

use rnn_train::training::options::Options;
use rnn_train::training::run;
use rnn_train::training::watch::Silent;
use rnn_train::{Layer, Settings};
use running::{children, kill, spawn, wait_until_all_train};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use support::{columns, run, spec, succeed, tables, trial_folders};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// Two kinds of nets, which differ in how they are trained: some diverge, some end early.
const MIXED: &str = "
[sweep]
replicates = 2
[base]
total_series_length = 3000
log_every = 7
valid = 0.5
patience = 2
[grid]
state_size = [3, 5]
optimizer = ['sgd', 'adam']
learning_rate = [1e-3, 0.1, 1e38]
num_epochs = [1, 6]
";

fn sweep(spec: &str, out: &Path, more: &[&str]) {
    succeed(XTASK, ["sweep", spec, "--out", out.to_str().unwrap()].iter().chain(more));
}

/// The bytes of a run's files, without what it took.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let status = std::fs::read_to_string(folder.join("status.toml")).unwrap();
    let timeless: String = status.lines().filter(|line| !line.starts_with("wall_seconds")).collect();
    let names = ["config.toml", "metrics.csv", "epochs.csv", "model.safetensors"];
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    names.into_iter().map(read).chain([timeless.into_bytes()]).collect()
}

#[test]
fn trials_come_to_what_they_come_to_alone() {
    let (folder, path, out) = spec(MIXED);
    let few = folder.path().join("few");
    sweep(&path, &out, &["--jobs", "1"]);
    // Of 48 trials seven have less than seven each.
    sweep(&path, &few, &["--jobs", "7"]);
    assert_eq!(tables(&out), tables(&few));
    let summary = columns(&out.join("summary.csv"));
    let of = |status: &str| summary["status"].iter().filter(|other| *other == status).count();
    assert!(of("diverged") > 3 && of("done") > 20, "{:?}", summary["status"]);
    let alone = folder.path().join("alone");
    for (trial, [one, other]) in
        trial_folders(&out).iter().zip(trial_folders(&few)).map(|(a, b)| [a.clone(), b]).enumerate()
    {
        assert_eq!(files(&one), files(&other), "trial {trial}");
        let settings: Settings = Layer::from_toml_file(&one.join("config.toml")).unwrap().resolve().unwrap();
        let options = Options { overwrite: true, keep_checkpoint: false, ..Options::default() };
        run::run(&settings, &alone, options, &mut Silent, &AtomicBool::new(false)).unwrap();
        assert_eq!(files(&one), files(&alone), "trial {trial}");
    }
}

/// Those that it was training run again, each by itself.
#[cfg(target_os = "linux")]
#[test]
fn a_process_that_dies_costs_no_trial() {
    let (folder, path, out) =
        spec("[sweep]\nreplicates = 6\n[base]\nnum_epochs = 1500\ntotal_series_length = 20000\nlog_every = 100\n");
    let whole = folder.path().join("whole");
    sweep(&path, &whole, &[]);
    let child = spawn(&path, &out, &["--jobs", "1"]);
    wait_until_all_train(&out);
    let process = children(child.id());
    assert!(process.len() == 1 && kill("-ABRT", process[0]), "{process:?}");
    let ended = child.output();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    assert!(said.contains("a process that had 6 trials to train has ended (signal: 6 (SIGABRT)"), "{said}");
    assert!(said.contains("each runs again by itself"), "{said}");
    assert_eq!(tables(&out), tables(&whole));
    for (one, other) in trial_folders(&out).iter().zip(trial_folders(&whole)) {
        assert_eq!(files(one), files(&other));
    }
}

#[test]
fn a_trial_that_fails_or_takes_too_long_leaves_the_others() {
    let text = "[sweep]\ntrial_seconds = 0.5\n[base]\nlog_every = 1000\ntotal_series_length = 3000\n[grid]\nnum_epochs = [1, 10000000, 2, 3]\n";
    let (_folder, path, out) = spec(text);
    let begun = run(XTASK, ["sweep", &path, "--jobs", "1", "--out", out.to_str().unwrap()]);
    assert_eq!(begun.status.code(), Some(1));
    let summary = columns(&out.join("summary.csv"));
    assert_eq!(summary["status"], ["done", "timed_out", "done", "done"]);
    assert!(summary["error"][1].starts_with("not done after 0.5 seconds, and "), "{}", summary["error"][1]);
    assert!(!summary["final_loss"][1].is_empty(), "what it had come to is known");
    let seconds: f64 = summary["wall_seconds"][1].parse().unwrap();
    assert!((0.5..5.0).contains(&seconds), "{seconds}");
    let again = ["sweep", &path, "--jobs", "1", "--retry", "timed_out", "--out", out.to_str().unwrap()];
    assert_eq!(run(XTASK, again).status.code(), Some(1));
    let of_both: f64 = columns(&out.join("summary.csv"))["wall_seconds"][1].parse().unwrap();
    assert!(of_both >= seconds + 0.4, "{seconds} and {of_both}");

    // A file stands where a trial's folder should be.
    let blocked = trial_folders(&out)[2].clone();
    std::fs::remove_dir_all(&blocked).unwrap();
    std::fs::write(&blocked, "").unwrap();
    std::fs::remove_dir_all(out.join("results")).unwrap();
    std::fs::remove_file(out.join("results.toml")).unwrap();
    run(XTASK, ["sweep", &path, "--jobs", "1", "--out", out.to_str().unwrap()]);
    let summary = columns(&out.join("summary.csv"));
    assert_eq!(summary["status"], ["done", "timed_out", "failed", "done"]);
    let expected = format!("{}: cannot be made a folder: File exists (os error 17)", blocked.display());
    assert_eq!((&summary["error"][2], summary["stderr"][2].as_str()), (&expected, ""));
}

/// The first trial that waits is compared with earlier ones, which others of its sizes are not to keep from running.
#[test]
fn early_stopping_goes_through_kinds_of_nets_in_its_order() {
    let (folder, path, out) = spec(
        "[sweep]\nreplicates = 6\n[base]\ntotal_series_length = 1000\nnum_epochs = 4\n\
         [grid]\nstate_size = [3, 4, 5, 6]\nlearning_rate = [0.3, 0.01]\n[early_stopping]\nmethod = 'median'\n",
    );
    let apart = folder.path().join("apart");
    sweep(&path, &out, &["--jobs", "1"]);
    sweep(&path, &apart, &["--jobs", "1", "--fail-fast"]);
    assert_eq!(tables(&out), tables(&apart));
    assert!(columns(&out.join("summary.csv"))["status"].iter().any(|status| status == "pruned"));
}

/// Nobody sees which of several trials it is that keeps their process from going on. Here one waits for whoever reads its checkpoint.
#[cfg(target_os = "linux")]
#[test]
fn one_that_hangs_is_the_one_that_is_out_of_time() {
    let (_folder, path, out) = spec(
        "[sweep]\ntrial_seconds = 4\n[base]\ntotal_series_length = 20000\nlog_every = 1000\ncheckpoint_every = 20000\n\
         [grid]\nnum_epochs = [700, 701, 702]\n",
    );
    let mut child = spawn(&path, &out, &["--jobs", "1"]);
    wait_until_all_train(&out);
    let pipe = trial_folders(&out)[1].join("checkpoint.safetensors.part");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(child.wait(), Some(1));
    assert_eq!(columns(&out.join("summary.csv"))["status"], ["done", "timed_out", "done"]);
}
