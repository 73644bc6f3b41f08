//! The program against the reference run: TensorFlow's and a float64 implementation's, on the same numbers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use safetensors::SafeTensors;
use serde_json::Value;
use std::path::Path;
use support::{fixture, numbers, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// Runs the tutorial's setting from the reference's start, on the reference's series.
fn run(out: &Path, series: &[&Path], more: &[&str]) {
    let weights = fixture("initial.safetensors");
    let mut arguments = vec!["run", "--no-figure", "--out", out.to_str().unwrap(), "--initial-weights"];
    arguments.push(weights.to_str().unwrap());
    for file in series {
        arguments.extend(["--series", file.to_str().unwrap()]);
    }
    arguments.extend(more);
    succeed(PROGRAM, arguments);
}

/// The greatest difference of the first 800 losses from a column of the reference.
fn greatest_difference(dtype: &str, column: &str) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (fixture("series_0.csv"), fixture("series_1.csv"));
    run(&folder.path().join("run"), &[&first, &second], &["--dtype", dtype, "--num-epochs", "2"]);
    let losses = numbers(&folder.path().join("run/metrics.csv"), "loss");
    assert_eq!(losses.len(), 2 * 666);
    let reference = numbers(&fixture("losses.csv"), column);
    losses.iter().zip(reference).take(800).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn double_precision_losses_are_the_references() {
    let difference = greatest_difference("f64", "loss_float64");
    assert!(difference < 1e-12, "{difference:e}");
}

#[test]
fn single_precision_losses_are_tensorflows() {
    let difference = greatest_difference("f32", "loss_tensorflow_float32");
    assert!(difference < 1e-5, "{difference:e}");
}

#[test]
fn accuracies_are_the_references() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (fixture("series_0.csv"), fixture("series_1.csv"));
    run(&folder.path().join("run"), &[&first, &second], &["--dtype", "f64", "--num-epochs", "2"]);
    let accuracies = numbers(&folder.path().join("run/metrics.csv"), "accuracy");
    assert_eq!(accuracies[..800], numbers(&fixture("losses.csv"), "accuracy_float64")[..800]);
}

/// One step of plain gradient descent with a learning rate of 1 takes the gradient off the parameters, so the program
/// shows it. The series is cut down to the first window of each row.
#[test]
fn first_gradients_are_the_references() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(fixture("series_0.csv")).unwrap();
    let rows: Vec<_> = text.lines().skip(1).collect();
    let first_window: Vec<_> = (0..5).flat_map(|row| &rows[row * 10_000..row * 10_000 + 15]).copied().collect();
    let series = folder.path().join("window.csv");
    std::fs::write(&series, format!("input,target\n{}\n", first_window.join("\n"))).unwrap();
    let out = folder.path().join("run");
    run(&out, &[&series], &["--dtype", "f64", "--num-epochs", "1", "--optimizer", "sgd", "--learning-rate", "1"]);

    let before = std::fs::read(fixture("initial.safetensors")).unwrap();
    let after = std::fs::read(out.join("model.safetensors")).unwrap();
    let (before, after) = (SafeTensors::deserialize(&before).unwrap(), SafeTensors::deserialize(&after).unwrap());
    let gradient = |name: &str| -> Vec<f64> {
        let before = before.tensor(name).unwrap().data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
        let after = after.tensor(name).unwrap().data().chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap()));
        before.zip(after).map(|(before, after)| f64::from(before) - after).collect()
    };
    // The reference has the tutorial's matrices, whose columns are outputs; the file's rows are.
    let reference: Value =
        serde_json::from_reader(std::fs::File::open(fixture("reference_float64.json")).unwrap()).unwrap();
    let number = |matrix: &str, row: usize, column: usize| {
        reference["first_step_gradients"][matrix][row][column].as_f64().unwrap()
    };
    let cases = [
        ("rnn.weight_ih_l0", "W", 0, 4, 1),
        ("rnn.weight_hh_l0", "W", 1, 4, 4),
        ("rnn.bias_ih_l0", "b", 0, 4, 1),
        ("head.weight", "W2", 0, 2, 4),
        ("head.bias", "b2", 0, 2, 1),
    ];
    for (name, matrix, first_row, outputs, inputs) in cases {
        let found = gradient(name);
        assert_eq!(found.len(), outputs * inputs, "{name}");
        for (index, found) in found.into_iter().enumerate() {
            let expected = number(matrix, first_row + index % inputs, index / inputs);
            assert!((found - expected).abs() < 1e-12, "{name} [{index}]: {found}, the reference has {expected}");
        }
    }
}
