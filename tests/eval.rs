//! `rnn-train eval`: it scores the task that a net was trained for, says what it scored, and asks for what is not known.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use support::{fixture, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// Trains a net, and returns its weights.
fn trained(folder: &Path, more: &[&str]) -> PathBuf {
    let out = folder.join("run");
    succeed(PROGRAM, ["run", "--no-figure", "--out", out.to_str().unwrap()].iter().chain(more));
    out.join("model.safetensors")
}

/// The objects that `eval --format json` prints.
fn evaluated(model: &Path, more: &[&str]) -> Vec<Value> {
    let arguments = ["eval", "--format", "json", "--model", model.to_str().unwrap()];
    let lines = succeed(PROGRAM, arguments.iter().chain(more));
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_net_is_scored_on_the_task_that_it_was_trained_for() {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--echo-step=6", "--cell=gru", "--state-size=16", "--optimizer=adam", "--num-epochs=8"];
    let of_data =
        ["--class-probabilities=0.2,0.8", "--batch-size=4", "--window-stride=10", "--total-series-length=20000"];
    let model = trained(folder.path(), &[&settings[..], &of_data].concat());
    let of = |more: &[&str]| evaluated(&model, more).remove(0);
    let own = of(&[]);
    assert!(own["settled_accuracy"].as_f64().unwrap() > 0.99, "{own}");
    let said = ["echo_step", "batch_size", "window_stride", "total_series_length", "truncated_backprop_length", "seed"];
    assert_eq!(said.map(|key| own[key].as_i64().unwrap()), [6, 4, 10, 20_000, 15, 0]);
    assert!(own["series"].is_null() && own["floor"].is_number());
    // Classes as it saw them: of equal ones the floor is another.
    assert_ne!(of(&["--class-probabilities=0.5,0.5"])["floor"], own["floor"]);

    // What is given wins.
    let other = of(&["--echo-step=3", "--total-series-length=10000", "--seed=5"]);
    assert_eq!([&other["echo_step"], &other["total_series_length"], &other["seed"]], [3, 10_000, 5]);
    assert!(other["settled_accuracy"].as_f64().unwrap() < 0.9, "{other}");

    // People are told too.
    let output = run(PROGRAM, ["eval", "--model", model.to_str().unwrap()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("echo_step 6") && told.contains("window_stride 10, batch_size 4"), "{told}");
}

/// A file of PyTorch's, or of a run on series from files, says nothing of an echo.
#[test]
fn what_the_file_does_not_say_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let series = fixture("series_0.csv");
    let series = series.to_str().unwrap();
    let from_files = trained(folder.path(), &["--num-epochs=1", "--series", series]);
    for model in [fixture("initial.safetensors"), from_files] {
        let name = model.to_str().unwrap();
        let output = run(PROGRAM, ["eval", "--model", name]);
        let message = String::from_utf8(output.stderr).unwrap();
        let message = message.lines().last().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(message.starts_with(&format!("error: {name}: echo_step is not known: ")), "{message}");
        assert!(message.contains("--echo-step N, or --series FILE.csv"), "{message}");
        assert_eq!(evaluated(&model, &["--echo-step=3"])[0]["echo_step"], 3);
        // Of a series from a file nothing needs to be known, and nothing is made up.
        let given = &evaluated(&model, &["--series", series])[0];
        assert!(given["echo_step"].is_null() && given["settled_loss"].is_null() && given["seed"].is_null(), "{given}");
        assert_eq!((&given["series"], given["total_series_length"].as_i64()), (&Value::from(series), Some(50_000)));
        let told = succeed(PROGRAM, ["eval", "--model", name, "--series", series]);
        assert!(!told.contains("settled"), "{told}");
        // Unless it is said what the targets are.
        assert!(evaluated(&model, &["--series", series, "--echo-step=3"])[0]["settled_loss"].is_number());
    }
}

#[test]
fn scores_are_a_table_for_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path(), &["--num-epochs=1"]);
    let [first, second] = ["series_0.csv", "series_1.csv"].map(fixture);
    let series = ["--series", first.to_str().unwrap(), "--series", second.to_str().unwrap()];
    let arguments = ["eval", "--format", "csv", "--model", model.to_str().unwrap()];
    let path = folder.path().join("scores.csv");
    std::fs::write(&path, succeed(PROGRAM, arguments.iter().chain(&series))).unwrap();
    let table = support::columns(&path);
    let objects = evaluated(&model, &series);
    assert_eq!(objects.len(), 2);
    for (row, object) in objects.iter().enumerate() {
        assert_eq!(object.as_object().unwrap().len(), table.len());
        for (name, column) in &table {
            let cell = match &object[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                number => number.to_string(),
            };
            // JSON's reader can be wrong in a number's last digit.
            let [of_table, of_object] = [&column[row], &cell].map(|cell| cell.parse::<f64>().ok());
            let near = of_table.zip(of_object).map(|(one, other)| (one - other).abs() <= 1e-14 * one.abs());
            assert!(near.unwrap_or(of_table == of_object), "{name}: {} and {cell}", column[row]);
        }
    }
}
