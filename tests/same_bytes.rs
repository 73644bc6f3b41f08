//! The same settings give the same bytes as ever: of each table, and of each net's tensors.
//!
//! `tests/fixtures/same_bytes.csv` has a line for each of these settings, with a hash of each file as it was when the
//! line was recorded. Where a change of numbers is meant, the failing test prints the lines that take their place.
//!
//! Adam's powers and the normal weights' logarithms come from the system's math library; the hashes are glibc's.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use safetensors::SafeTensors;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;
use support::{fixture, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// Each setting's name and its flags, beside those that make all of them short.
const SETTINGS: [(&str, &str); 30] = [
    ("tutorial", ""),
    ("tutorial f64", "--dtype f64"),
    ("overlapping windows", "--window-stride 5 --dtype f64 --optimizer adagrad_pytorch"),
    (
        "a stride of one step",
        "--window-stride 1 --truncated-backprop-length 6 --total-series-length 500 --state-size 7",
    ),
    ("relu", "--cell elman_relu --init identity --optimizer rmsprop --echo-step 5"),
    (
        "relu f64, wide",
        "--cell elman_relu --state-size 33 --init identity --dtype f64 --learning-rate 0.001 --clip-norm 1",
    ),
    ("gru", "--cell gru --optimizer adam"),
    ("gru f64, 17 units", "--cell gru --state-size 17 --dtype f64 --optimizer adamw --weight-decay 0.1"),
    ("gru, 20 rows", "--cell gru --state-size 5 --batch-size 20 --init xavier --optimizer adam --beta1 0.8"),
    ("gru, layers, dropout", "--cell gru --num-layers 3 --dropout 0.2 --state-size 6 --optimizer adam"),
    ("lstm", "--cell lstm --forget-bias 1 --optimizer adam --learning-rate 0.02"),
    ("lstm f64, layers", "--cell lstm --num-layers 2 --state-size 3 --dtype f64 --init xavier"),
    ("lstm, 40 units", "--cell lstm --state-size 40 --batch-size 18 --optimizer rmsprop --rms-decay 0.9 --threads 2"),
    ("lstm, last step", "--cell lstm --readout last_step --window-stride 4 --optimizer adam"),
    ("elman, 20 units", "--state-size 20 --init orthogonal --optimizer sgd --learning-rate 0.1"),
    ("elman, 70 units", "--state-size 70 --init orthogonal --optimizer sgd --learning-rate 0.05 --momentum 0.9"),
    ("nesterov f64", "--init pytorch --optimizer sgd --momentum 0.8 --nesterov --dtype f64 --clip-value 0.01"),
    ("clipped", "--init pytorch --optimizer sgd --clip-value 0.05 --clip-norm 0.02"),
    ("five classes, one-hot", "--num-classes 5 --input one_hot --init pytorch --state-size 12 --optimizer adam"),
    ("one-hot, layers f64", "--num-classes 3 --input one_hot --cell gru --num-layers 2 --dtype f64 --optimizer adam"),
    ("skewed classes", "--num-classes 3 --class-probabilities 0.7,0.2,0.1 --init xavier"),
    ("squared error", "--loss squared_error --learning-rate 0.05 --init pytorch"),
    (
        "squared error f64",
        "--loss squared_error --num-classes 4 --dtype f64 --init pytorch --cell gru --optimizer adam",
    ),
    ("squared error, last step", "--loss squared_error --readout last_step --cell lstm --optimizer adam"),
    ("warm-up and cosine", "--warmup-steps 20 --schedule cosine --optimizer adam --init pytorch"),
    ("steps of the rate", "--schedule step --decay-steps 50 --decay-factor 0.5"),
    ("few rows of metrics", "--log-every 7 --seed 12345"),
    ("a lag longer than a window", "--echo-step 20 --cell lstm --optimizer adam --state-size 8"),
    ("a long window", "--truncated-backprop-length 100 --batch-size 3 --cell gru --state-size 18 --optimizer adam"),
    ("one row", "--batch-size 1 --total-series-length 700 --cell lstm --state-size 9 --optimizer adam"),
];

/// The first digits of the bytes' SHA-256.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All that a file of weights says of its tensors, and so not its metadata.
fn tensors(file: &Path) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = file.names();
    names.sort_unstable();
    let mut all = Vec::new();
    for name in names {
        let tensor = file.tensor(name).unwrap();
        all.extend(format!("{name} {:?} {:?}\n", tensor.dtype(), tensor.shape()).bytes());
        all.extend(tensor.data());
    }
    all
}

/// A line of hashes for a run with these flags.
fn line(name: &str, flags: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let mut arguments = vec!["run", "--out", out.to_str().unwrap()];
    for (flag, value) in [("--num-epochs", "2"), ("--total-series-length", "1500"), ("--batch-size", "5")] {
        if !flags.contains(flag) {
            arguments.extend([flag, value]);
        }
    }
    arguments.extend(flags.split_whitespace());
    succeed(PROGRAM, arguments);
    let table = |name| hash(&std::fs::read(out.join(name)).unwrap());
    let weights = hash(&tensors(&out.join("model.safetensors")));
    format!("\"{name}\",{},{},{},{weights}", table("metrics.csv"), table("epochs.csv"), table("snapshots.csv"))
}

#[test]
fn the_same_settings_give_the_same_bytes_as_ever() {
    let recorded = std::fs::read_to_string(fixture("../same_bytes.csv")).unwrap();
    let recorded: Vec<_> = recorded.lines().skip(1).collect();
    let mut others = String::new();
    for (name, flags) in SETTINGS {
        let line = line(name, flags);
        if !recorded.contains(&&*line) {
            writeln!(others, "{line}").unwrap();
        }
    }
    assert!(others.is_empty(), "not as in tests/fixtures/same_bytes.csv:\n{others}");
    assert_eq!(recorded.len(), SETTINGS.len());
}
