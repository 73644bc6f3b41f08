//! A run that is killed or stopped goes on, and ends with the same bytes as one that never was.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rnn_core::{Architecture, CellKind, Network};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::{DETERMINISTIC, fixture, fixtures, numbers, refused, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// Settings that use all that a checkpoint must hold: two layers with dropout, an optimizer with memory, a schedule,
/// overlapping windows, rows that are left out.
const ALL_STATE: &[&str] = &[
    "--num-epochs=6",
    "--total-series-length=15000",
    "--cell=lstm",
    "--num-layers=2",
    "--state-size=6",
    "--dropout=0.2",
    "--optimizer=adam",
    "--clip-norm=1",
    "--schedule=cosine",
    "--warmup-steps=50",
    "--window-stride=7",
    "--log-every=3",
    "--seed=11",
];

/// The tutorial's own, for fewer epochs.
const TUTORIAL: &[&str] = &["--num-epochs=20"];

fn path(folder: &Path) -> &str {
    folder.to_str().unwrap()
}

fn spawn(arguments: &[&str]) -> Child {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).env_remove("RUST_LOG");
    command.spawn().unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap())).collect()
}

fn assert_same(folder: &Path, expected: &BTreeMap<String, Vec<u8>>, what: &str) {
    let found = files(folder);
    for name in DETERMINISTIC {
        assert!(found[name] == expected[name], "{what}: {name} differs");
    }
    // Nothing is left over, neither the checkpoint nor what was written aside.
    assert!(found.keys().eq(expected.keys()), "{what}: {:?}", found.keys());
}

/// Series that are read from files, in double precision, read out at the last step.
const FROM_FILES: &[&str] = &[
    "--num-epochs=200",
    "--cell=gru",
    "--dtype=f64",
    "--readout=last_step",
    "--optimizer=sgd",
    "--momentum=0.9",
    "--nesterov",
    "--schedule=step",
    "--decay-steps=700",
];

/// Episodes of different lengths in windows, in many of which nothing is scored; validated now and then, and tested.
const EPISODES: &[&str] = &[
    "--num-epochs=12",
    "--task=adding",
    "--adding-form=hochreiter",
    "--sequence-length=20",
    "--episodes=700",
    "--truncated-backprop-length=9",
    "--window-stride=6",
    "--batch-size=8",
    "--cell=lstm",
    "--num-layers=2",
    "--dropout=0.1",
    "--optimizer=adam",
    "--learning-rate=0.01",
    "--dtype=f64",
    "--valid=0.2",
    "--valid-every=2",
    "--patience=3",
    "--test=0.3",
    "--log-every=2",
];

/// Whole episodes of classes, the best of whose weights are put back.
const COPIES: &[&str] = &[
    "--num-epochs=30",
    "--task=copy",
    "--delay=4",
    "--num-copied=2",
    "--num-symbols=3",
    "--episodes=330",
    "--batch-size=16",
    "--cell=gru",
    "--state-size=12",
    "--optimizer=adam",
    "--learning-rate=0.05",
    "--valid=0.1",
];

/// A text, read by byte.
const TEXT: &[&str] = &[
    "--num-epochs=12",
    "--task=next",
    "--symbols=byte",
    "--cell=gru",
    "--state-size=8",
    "--optimizer=adam",
    "--batch-size=6",
    "--valid=0.2",
    "--test=0.1",
];

/// Two columns of numbers, standardised.
const FORECAST: &[&str] = &[
    "--num-epochs=40",
    "--task=forecast",
    "--missing=interpolate",
    "--cell=lstm",
    "--state-size=8",
    "--optimizer=adam",
    "--batch-size=3",
    "--valid=0.2",
    "--test=0.1",
    "--patience=30",
];

/// Episodes of numbers from a file, in another order in each epoch.
const OWN_EPISODES: &[&str] = &[
    "--num-epochs=60",
    "--task=episodes",
    "--cell=gru",
    "--state-size=8",
    "--optimizer=adam",
    "--batch-size=7",
    "--truncated-backprop-length=3",
    "--valid=0.2",
    "--test=0.1",
];

/// How a stop is asked for: by a user, a closed terminal, a scheduler, and by `timeout`, which asks twice.
const ASKED: [&[&str]; 5] = [&["-INT"], &["-HUP"], &["-USR1"], &["-TERM", "-TERM"], &["-HUP", "-TERM", "-INT"]];

/// Runs with these settings to the end, killing it again and again after a random time; returns how often.
fn killed_again_and_again(out: &Path, settings: &[&str], whole: Duration, rng: &mut ChaCha8Rng) -> usize {
    let mut kills = 0;
    let first = [&["run", "--out", path(out)], settings].concat();
    loop {
        // Before there is a config.toml there is no run that could go on.
        let begun = out.join("config.toml").exists();
        let mut child =
            if begun { spawn(&["resume", path(out)]) } else { spawn(&[&first[..], &["--overwrite"]].concat()) };
        let until = Instant::now() + whole.mul_f64(rng.random_range(0.0..1.0));
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if Instant::now() >= until {
                break None;
            }
            std::thread::sleep(Duration::from_micros(200));
        };
        match status {
            Some(status) => {
                assert_eq!(status.code(), Some(0), "after {kills} kills");
                return kills;
            }
            None => {
                // Half of the time at once, otherwise as those who ask for a stop do.
                match ASKED.get(rng.random_range(0..2 * ASKED.len())) {
                    None => child.kill().unwrap(),
                    // The process may have ended by itself meanwhile.
                    Some(signals) => signals.iter().for_each(|signal| {
                        let _ = Command::new("kill").args([signal, &*child.id().to_string()]).status().unwrap();
                    }),
                }
                child.wait().unwrap();
                kills += 1;
            }
        }
    }
}

#[test]
fn a_run_killed_at_any_moment_ends_with_the_same_bytes() {
    let seed = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut kills = 0;
    let series = tempfile::tempdir().unwrap();
    // Short, so that most of the time is training and not reading.
    let files_of_series = ["series_0.csv", "series_1.csv"].map(|name| {
        let text = std::fs::read_to_string(fixture(name)).unwrap();
        let short = series.path().join(name);
        std::fs::write(&short, text.lines().take(3001).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        format!("--series={}", short.display())
    });
    let from_files = [FROM_FILES, &files_of_series.each_ref().map(String::as_str)].concat();
    let text = series.path().join("text.txt");
    std::fs::write(&text, "to be, or not to be, that is the question. ".repeat(200)).unwrap();
    let flag = format!("--text={}", text.display());
    let text = [TEXT, &[&*flag]].concat();
    let table = series.path().join("table.csv");
    let row = |step: usize| format!("{step},{},{}\n", (step * step) % 17, if step % 40 == 7 { "" } else { "1.5" });
    std::fs::write(&table, format!("t,a,b\n{}", (0..2000).map(row).collect::<String>())).unwrap();
    let flags = [&table, &fixtures("npz/episodes/values.npz")].map(|file| format!("--data={}", file.display()));
    let forecast = [FORECAST, &[&*flags[0], "--inputs=a,b"]].concat();
    let own_episodes = [OWN_EPISODES, &[&*flags[1]]].concat();
    for (settings, every) in [
        (&*text, 29),
        (&forecast, 47),
        (&own_episodes, 59),
        (ALL_STATE, 37),
        (TUTORIAL, 500),
        (&from_files, 101),
        (EPISODES, 53),
        (COPIES, 41),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole");
        let every = format!("--checkpoint-every={every}");
        let settings = [settings, &[&*every]].concat();
        let begun = Instant::now();
        succeed(PROGRAM, [&["run", "--out", path(&whole)], &settings[..]].concat());
        let (time, expected) = (begun.elapsed(), files(&whole));
        let mut here = 0;
        for number in 0.. {
            let out = folder.path().join(format!("killed-{number}"));
            here += killed_again_and_again(&out, &settings, time, &mut rng);
            assert_same(&out, &expected, &format!("seed {seed}, run {number}"));
            if here >= 20 {
                break;
            }
        }
        kills += here;
    }
    assert!(kills >= 150, "{kills}");
}

/// Begins a run with these settings, and stops it with a signal in its third epoch or soon after.
fn stop(out: &Path, settings: &[&str]) {
    let mut child = spawn(&[&["run", "--out", path(out)], settings].concat());
    while !std::fs::read_to_string(out.join("epochs.csv")).is_ok_and(|text| text.lines().count() > 2) {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// Snapshots are for looking at: a run goes on without those that were recorded, and keeps those that are not added to.
#[test]
fn a_run_goes_on_without_its_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, gone, kept] = ["whole", "gone", "kept"].map(|name| folder.path().join(name));
    // Long enough to be stopped on the way.
    let settings = ["--num-epochs=60", "--seed=3"];
    succeed(PROGRAM, [&["run", "--out", path(&whole)], &settings[..]].concat());
    let expected = files(&whole);
    stop(&gone, &settings);
    std::fs::remove_file(gone.join("snapshots.csv")).unwrap();
    succeed(PROGRAM, ["resume", path(&gone)]);
    let begun = numbers(&gone.join("snapshots.csv"), "step")[0];
    assert!(begun > 0.0, "recorded from where it went on");
    stop(&kept, &settings);
    let recorded = std::fs::read_to_string(kept.join("snapshots.csv")).unwrap();
    succeed(PROGRAM, ["resume", "--no-figure", path(&kept)]);
    assert!(!kept.join("figure.svg").exists());
    for out in [&gone, &kept] {
        let found = files(out);
        for name in ["config.toml", "metrics.csv", "epochs.csv", "model.safetensors"] {
            assert!(found[name] == expected[name], "{name} differs");
        }
    }
    let left = std::fs::read_to_string(kept.join("snapshots.csv")).unwrap();
    // The last one was of the stop, and is of no step of the run.
    assert!(left.len() < recorded.len() && recorded.starts_with(&left) && left.lines().count() > 75 * 50);
}

/// A run that began with weights from a file needs it no more, but its pictures cannot show the beginning.
#[test]
fn a_run_goes_on_without_the_weights_that_it_began_with() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("weights.safetensors");
    let given = std::fs::read(fixture("initial.safetensors")).unwrap();
    std::fs::write(&weights, &given).unwrap();
    let settings = ["--num-epochs=60", "--initial-weights", path(&weights)];
    let [whole, gone, changed, same] = ["whole", "gone", "changed", "same"].map(|name| folder.path().join(name));
    succeed(PROGRAM, [&["run", "--out", path(&whole)], &settings[..]].concat());
    [&gone, &changed, &same].into_iter().for_each(|out| stop(out, &settings));
    assert!(gone.join("weights.svg").exists());
    let goes_on = |out: &Path, why: &str| {
        let told = run(PROGRAM, ["resume", path(out)]);
        assert_eq!(told.status.code(), Some(0));
        let told = String::from_utf8(told.stderr).unwrap();
        assert_eq!(
            told.contains("no pictures of what is inside the net") && told.contains(why),
            !why.is_empty(),
            "{told}"
        );
    };
    goes_on(&same, "");
    std::fs::write(&weights, std::fs::read(whole.join("model.safetensors")).unwrap()).unwrap();
    goes_on(&changed, "weights.safetensors: it has changed since the run began");
    std::fs::remove_file(&weights).unwrap();
    goes_on(&gone, "weights.safetensors: No such file");
    let expected = files(&whole);
    assert_same(&same, &expected, "same");
    for out in [&gone, &changed] {
        let found = files(out);
        for name in ["metrics.csv", "epochs.csv", "snapshots.csv", "model.safetensors", "figure.svg"] {
            assert!(found[name] == expected[name], "{name} differs");
        }
        assert!(!out.join("weights.svg").exists() && !out.join("units.png").exists());
    }
}

/// Without `--checkpoint-every`, a run that is stopped by a signal still leaves a checkpoint.
#[test]
fn a_run_stopped_by_a_signal_goes_on_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, out] = ["whole", "stopped"].map(|name| folder.path().join(name));
    succeed(PROGRAM, [&["run", "--out", path(&whole)], ALL_STATE].concat());
    stop(&out, ALL_STATE);
    assert!(out.join("checkpoint.safetensors").exists() && out.join("model.safetensors").exists());
    let before = numbers(&out.join("metrics.csv"), "step").len();
    // How often checkpoints are written may change on the way.
    let config = std::fs::read_to_string(out.join("config.toml")).unwrap();
    std::fs::write(out.join("config.toml"), format!("{config}checkpoint_every = 100\n")).unwrap();
    let told = run(PROGRAM, ["resume", path(&out)]);
    std::fs::write(out.join("config.toml"), config).unwrap();
    assert_eq!(told.status.code(), Some(0));
    assert!(String::from_utf8(told.stderr).unwrap().contains("continues with step "));
    assert!(before > 0 && before < numbers(&out.join("metrics.csv"), "step").len());
    assert_same(&out, &files(&whole), "stopped");
    // A run at its end stays as it is.
    let done = files(&out);
    assert_eq!(run(PROGRAM, ["resume", path(&out)]).status.code(), Some(0));
    assert_eq!(files(&out), done);
}

#[test]
fn a_run_without_a_checkpoint_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, out] = ["whole", "killed"].map(|name| folder.path().join(name));
    succeed(PROGRAM, [&["run", "--out", path(&whole)], TUTORIAL].concat());
    let mut child = spawn(&[&["run", "--out", path(&out)], TUTORIAL].concat());
    while !out.join("epochs.csv").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    succeed(PROGRAM, ["resume", path(&out)]);
    assert_same(&out, &files(&whole), "killed");
}

#[test]
fn two_processes_do_not_write_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let long = ["run", "--out", path(&out), "--num-epochs", "1000000"];
    let mut child = spawn(&long);
    while !out.join("epochs.csv").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let expected = format!("{}: a run is writing to this folder right now", path(&out));
    assert_eq!(refused(PROGRAM, ["resume", path(&out)]), expected);
    assert_eq!(refused(PROGRAM, [&long[..], &["--overwrite"]].concat()), expected);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A stopped run's folder, small enough to be damaged in every way.
fn stopped(folder: &Path) -> std::path::PathBuf {
    let out = folder.join("run");
    let settings = ["--checkpoint-every=10", "--num-epochs=100000", "--total-series-length=600", "--state-size=1"];
    let mut child = spawn(&[&["run", "--out", path(&out)], &settings[..]].concat());
    while !out.join("checkpoint.safetensors").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    out
}

#[test]
fn a_damaged_checkpoint_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = stopped(folder.path());
    let checkpoint = out.join("checkpoint.safetensors");
    let good = std::fs::read(&checkpoint).unwrap();
    let refuse = |bytes: &[u8]| {
        std::fs::write(&checkpoint, bytes).unwrap();
        let before = files(&out);
        let message = refused(PROGRAM, ["resume", path(&out)]);
        assert!(files(&out) == before, "{message}");
        message.strip_prefix(&format!("{}: ", checkpoint.display())).unwrap_or_else(|| panic!("{message}")).to_owned()
    };
    // Through the program at some lengths; the crate's own test cuts at every byte.
    for length in (0..good.len()).step_by(good.len() / 40) {
        assert!(refuse(&good[..length]).starts_with("not a safetensors file: "));
    }
    let huge = [&(1_u64 << 60).to_le_bytes(), &good[8..]].concat();
    assert_eq!(refuse(&huge), "not a safetensors file: header too large");
    let model = std::fs::read(fixture("initial.safetensors")).unwrap();
    assert_eq!(refuse(&model), "there is no `checkpoint` in the file's metadata: it is not a checkpoint");
    // The last number of the file is a weight or of the state: the optimizer's memory comes first by name.
    let nan = [&good[..good.len() - 4], &f32::NAN.to_le_bytes()].concat();
    let message = refuse(&nan);
    assert!(message.contains("holds NaN"), "{message}");

    // Of another setting: the one that the core knows and the one that it does not.
    std::fs::write(&checkpoint, &good).unwrap();
    let config = std::fs::read_to_string(out.join("config.toml")).unwrap();
    for (from, to, expected) in [
        ("state_size = 1", "state_size = 2", "it is of another run: state_size is 1 there and 2 in config.toml"),
        (
            "learning_rate = 0.3",
            "learning_rate = 0.2",
            "it is of another run: learning_rate is 0.3 there and 0.2 in config.toml",
        ),
        ("echo_step = 3", "echo_step = 2", "it is of another run: echo_step is 3 there and 2 in config.toml"),
        ("seed = 0", "seed = 1", "it is of another run: seed is 0 there and 1 in config.toml"),
    ] {
        assert!(config.contains(from));
        std::fs::write(out.join("config.toml"), config.replace(from, to)).unwrap();
        assert_eq!(refuse(&good), expected);
    }
    std::fs::write(out.join("config.toml"), &config).unwrap();

    // It is not taken for a folder of no use.
    let again = refused(PROGRAM, ["run", "--out", path(&out)]);
    assert!(
        again.ends_with("a stopped run is there: continue it with `rnn-train resume`, or replace it with --overwrite"),
        "{again}"
    );

    // Rows that the checkpoint stands behind are gone.
    let metrics = std::fs::read(out.join("metrics.csv")).unwrap();
    std::fs::write(out.join("metrics.csv"), &metrics[..60]).unwrap();
    let before = files(&out);
    let message = refused(PROGRAM, ["resume", path(&out)]);
    assert!(message.contains("metrics.csv: it has 60 bytes, and had "), "{message}");
    assert!(files(&out) == before);
}

#[test]
fn a_changed_series_or_status_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [out, series] = ["run", "series.csv"].map(|name| folder.path().join(name));
    std::fs::copy(fixture("series_0.csv"), &series).unwrap();
    let long = ["--num-epochs=1000000", "--checkpoint-every=100", "--series", path(&series)];
    let mut child = spawn(&[&["run", "--out", path(&out)], &long[..]].concat());
    while !out.join("checkpoint.safetensors").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let text = std::fs::read_to_string(&series).unwrap();
    std::fs::write(&series, text.replacen("\n0,", "\n1,", 1)).unwrap();
    let before = files(&out);
    let message = refused(PROGRAM, ["resume", path(&out)]);
    assert!(
        message.contains("series.csv: it has changed since the run began: restore it, or write under `series`"),
        "{message}"
    );
    // Without its status it is not known whether a run is at its end.
    std::fs::write(out.join("status.toml"), "status = 'finished'\n").unwrap();
    let message = refused(PROGRAM, ["resume", path(&out)]);
    assert!(message.contains("status.toml:1: `finished` is no status"), "{message}");
    std::fs::write(out.join("status.toml"), &before["status.toml"]).unwrap();
    assert!(files(&out) == before);
}

/// Whoever comes first has the folder, also while it is still reading its series; the others change nothing.
#[test]
fn of_several_that_start_at_once_one_runs() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, out, series] = ["whole", "run", "series.csv"].map(|name| folder.path().join(name));
    let rows: String = (0..1_000_000).map(|i| if i % 3 == 0 { "1,0\n" } else { "0,1\n" }).collect();
    std::fs::write(&series, format!("input,target\n{rows}")).unwrap();
    let settings = ["--num-epochs=1", "--log-every=100", "--no-figure", "--series", path(&series)];
    succeed(PROGRAM, [&["run", "--out", path(&whole)], &settings[..]].concat());
    // All that a run killed at its very beginning leaves.
    std::fs::create_dir(&out).unwrap();
    std::fs::copy(whole.join("config.toml"), out.join("config.toml")).unwrap();
    let mut all: Vec<_> = (0..4).map(|_| spawn(&["resume", path(&out), "--no-figure"])).collect();
    let codes: Vec<_> = all.iter_mut().map(|child| child.wait().unwrap().code()).collect();
    // Who comes when it is done finds it done.
    assert!(codes.contains(&Some(0)) && codes.iter().all(|code| [Some(0), Some(2)].contains(code)), "{codes:?}");
    for name in ["config.toml", "metrics.csv", "epochs.csv", "model.safetensors"] {
        assert!(std::fs::read(out.join(name)).unwrap() == std::fs::read(whole.join(name)).unwrap(), "{name}");
    }
}

#[test]
fn a_folder_that_holds_no_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let message = refused(PROGRAM, ["resume", path(folder.path())]);
    assert!(message.ends_with(": this is not a run's folder: it has no config.toml"), "{message}");
    assert_eq!(files(folder.path()).len(), 0);
}

/// A run whose numbers no checkpoint can hold is stopped, not ended: the same steps can be made again.
#[test]
fn a_run_that_cannot_be_checkpointed_is_only_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, out] = ["weights.safetensors", "run"].map(|name| folder.path().join(name));
    let mut net = Network::<f32>::new(Architecture::new(CellKind::Elman).hidden_size(4).outputs(1)).unwrap();
    net.parameters_mut().fill(0.1);
    // Its error's square is finite, but Adagrad's sum of squared gradients is not.
    *net.parameters_mut().last_mut().unwrap() = 1.2e19;
    std::fs::write(&weights, net.to_safetensors(&Default::default()).unwrap()).unwrap();
    let wild = ["--initial-weights", path(&weights), "--loss=squared_error", "--num-epochs=1000000"];
    stop(&out, &wild);
    assert!(std::fs::read_to_string(out.join("status.toml")).unwrap().starts_with("status = \"interrupted\""));
    assert!(!out.join("checkpoint.safetensors").exists());
}

/// Whatever was cut short before, a run at its end has its own files and no others.
#[test]
fn nothing_of_an_earlier_stop_is_left_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, out] = ["whole", "stopped"].map(|name| folder.path().join(name));
    succeed(PROGRAM, [&["run", "--no-figure", "--out", path(&whole)], TUTORIAL].concat());
    // All that a run killed at its very beginning leaves, and what others may have left when they were stopped.
    std::fs::create_dir(&out).unwrap();
    std::fs::copy(whole.join("config.toml"), out.join("config.toml")).unwrap();
    for name in ["checkpoint.safetensors.part", "figure.svg", "figure.png", "figure.png.part"] {
        std::fs::write(out.join(name), "old").unwrap();
    }
    succeed(PROGRAM, ["resume", "--no-figure", path(&out)]);
    let [found, expected] = [files(&out), files(&whole)];
    assert!(found.keys().eq(expected.keys()), "{:?}", found.keys());
}
