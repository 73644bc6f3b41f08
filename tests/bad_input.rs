//! Bad input gets one line that names the setting or file, the line and the value, exit code 2, and leaves nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};
use std::path::Path;
use support::{fixture, refused};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// Runs with these arguments, which must be refused without the output folder being made; returns the message.
fn message(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let message = refused(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(arguments));
    assert!(!out.exists(), "{arguments:?} left {}", out.display());
    message
}

#[test]
fn settings_out_of_range() {
    let row = "a row, which has 10000 values (50000 values in 5 rows)";
    let cases: [(&[&str], &str); 24] = [
        (&["--num-epochs", "0"], "num_epochs is 0: it must be at least 1"),
        (&["--total-series-length", "-5"], "total_series_length is -5: it must be at least 1"),
        (&["--batch-size", "0"], "batch_size is 0: it must be at least 1"),
        (&["--batch-size=-3"], "batch_size is -3: it must be at least 1"),
        (&["--state-size", "0"], "state_size is 0: it must be at least 1"),
        (&["--truncated-backprop-length", "0"], "truncated_backprop_length is 0: it must be at least 1"),
        (&["--log-every", "0"], "log_every is 0: it must be at least 1"),
        (&["--seed", "-1"], "seed is -1: it must be at least 0"),
        (&["--echo-step", "-1"], "echo_step is -1: it must be at least 0"),
        (&["--num-classes", "1"], "num_classes is 1: it must be from 2 to 256"),
        (&["--num-classes", "257"], "num_classes is 257: it must be from 2 to 256"),
        (&["--learning-rate", "0"], "learning_rate is 0.0: it must be a number greater than 0 that f32 can hold"),
        (&["--learning-rate", "-0.3"], "learning_rate is -0.3: it must be a number greater than 0 that f32 can hold"),
        (&["--learning-rate", "nan"], "learning_rate is NaN: it must be a number greater than 0 that f32 can hold"),
        (&["--learning-rate", "1e-60"], "learning_rate is 1e-60: it must be a number greater than 0 that f32 can hold"),
        (&["--echo-step", "10000"], "echo_step is 10000: it must be less than the length of a row, which is 10000"),
        (
            &["--truncated-backprop-length", "10001"],
            &format!("truncated_backprop_length is 10001: it must not be longer than {row}"),
        ),
        (
            &["--window-stride", "16"],
            "window_stride is 16: it must be from 1 to truncated_backprop_length, which is 15",
        ),
        (&["--batch-size", "50001"], "batch_size is 50001: a series of 50000 values has too few for that many rows"),
        (
            &["--class-probabilities", "0.5,0.25,0.25"],
            "class_probabilities has 3 values: it must have one for each class, and num_classes is 2",
        ),
        (
            &["--class-probabilities", "1"],
            "class_probabilities has 1 values: it must have one for each class, and num_classes is 2",
        ),
        (&["--class-probabilities", "-0.5,1.5"], "class_probabilities[0] is -0.5: it must be a number from 0 to 1"),
        (&["--learning-rate", "1e39"], "learning_rate is 1e39: it must be a number greater than 0 that f32 can hold"),
        (&["--class-probabilities", "0.5,0.6"], "class_probabilities sum to 1.1: they must sum to 1"),
    ];
    for (arguments, expected) in cases {
        assert_eq!(message(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn sizes_beyond_memory() {
    let cases: [(&[&str], &str); 2] = [
        (&["--total-series-length", "9000000000000000000"], "total_series_length is 9000000000000000000"),
        (&["--state-size", "3000000000"], "state_size is 3000000000: there is no memory"),
    ];
    for (arguments, expected) in cases {
        let message = message(arguments);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_command_line_that_cannot_be_read() {
    let cases: [(&[&str], &str); 4] = [
        (&["--batch-size", "many"], "invalid value 'many' for '--batch-size <N>': invalid digit found in string"),
        (&["--batch-sise", "5"], "unexpected argument '--batch-sise' found; a similar argument exists: '--batch-size'"),
        (
            &["--optimizer", "adma"],
            "invalid value 'adma' for '--optimizer <NAME>' [possible values: sgd, adagrad, adagrad_pytorch, rmsprop, \
             adam, adamw]; a similar value exists: 'adam'",
        ),
        (&["--config", "nowhere.toml"], "nowhere.toml: No such file or directory (os error 2)"),
    ];
    for (arguments, expected) in cases {
        assert_eq!(message(arguments), expected);
    }
    assert!(refused(PROGRAM, ["run"]).contains("--out <DIR>"));
}

#[test]
fn settings_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    let cases = [
        ("num_epochs = 2\nlearning_rat = 0.1\n", "2: unknown setting `learning_rat`: did you mean `learning_rate`?"),
        ("[training]\nrate = 1\n", "1: unknown section `training`: settings stand without sections"),
        ("num_epochs = 2\n\nbatch_size = 0\n", "3: batch_size is 0: it must be at least 1"),
        ("# five\nbatch_size = \"five\"\n", "2: batch_size is \"five\": it must be a whole number"),
        ("batch_size = 2.5\n", "1: batch_size is 2.5: it must be a whole number"),
        ("dropout = \"half\"\n", "1: dropout is \"half\": it must be a number"),
        ("cell = true\n", "1: cell is true: it must be one of `elman`, `elman_relu`, `gru`, `lstm`"),
        ("cell = 3\n", "1: cell is 3: it must be one of `elman`, `elman_relu`, `gru`, `lstm`"),
        ("series = 3\n", "1: series is 3: it must be a path or a list of paths"),
        (
            "cell = \"gur\"\n",
            "1: cell is \"gur\": it must be one of `elman`, `elman_relu`, `gru`, `lstm` (did you mean `gru`?)",
        ),
        ("batch_size = 5\nbatch_size = 6\n", "2: duplicate key"),
        ("batch_size 5\n", "1: "),
        ("truncated_backprop_length = 4\nwindow_stride = 5\n", "2: window_stride is 5: it must be from 1 to"),
    ];
    for (text, expected) in cases {
        std::fs::write(&path, text).unwrap();
        let message = message(&["--config", path.to_str().unwrap()]);
        assert!(message.starts_with(&format!("{}:{expected}", path.display())), "{text:?}: {message}");
    }
    // A flag that replaces the bad value makes it good; one that is bad itself is not blamed on the file.
    std::fs::write(&path, "batch_size = 5\n").unwrap();
    assert!(message(&["--config", path.to_str().unwrap(), "--batch-size", "0"]).starts_with("batch_size is 0"));
}

#[test]
fn series_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("series.csv");
    let good = "1,0\n".repeat(300);
    let cases: [(String, &[&str], &str); 9] = [
        (
            format!("input,target\n{good}2,0\n"),
            &[],
            "line 302, column `input`: `2` is not a class from 0 to 1; this file needs num_classes = 3",
        ),
        (
            format!("input,target\n{good}1,\n"),
            &[],
            "line 302, column `target`: the cell is empty: it must be a class from 0 to 1",
        ),
        (
            format!("input,echo\n{good}"),
            &[],
            "line 1: there is no column `target`; the header must name `input` and `target`, it is `input,echo`; a series holds \
             classes, whole numbers from 0 to num_classes - 1; the task `forecast` reads real values, the task `next` labels",
        ),
        (format!("input,target\n{good}1\n"), &[], "line 302: the row has 1 cell, the header names 2 columns"),
        ("input,target\n".into(), &[], "there is no row of values below the header"),
        ("input,target\n1,0\n".into(), &[], "batch_size is 5: a series of 1 values has too few for that many rows"),
        (
            format!("input,target\n{good}"),
            &["--truncated-backprop-length", "61"],
            "truncated_backprop_length is 61: it must not be longer than a row, which has 60 values (300 values in 5 rows)",
        ),
        (
            format!("input,target\n{good}"),
            &["--echo-step", "60"],
            "echo_step is 60: it must be less than the length of a row, which is 60",
        ),
        (String::new(), &[], "line 1: the header is missing: it must name `input` and `target`"),
    ];
    for (text, more, expected) in cases {
        std::fs::write(&path, text).unwrap();
        let message = message(&[&["--series", path.to_str().unwrap()], more].concat());
        assert_eq!(message, format!("{}: {expected}", path.display()));
    }
    std::fs::write(&path, format!("input,target\n{good}")).unwrap();
    let length = message(&["--series", path.to_str().unwrap(), "--total-series-length", "400"]);
    assert_eq!(length, format!("total_series_length is 400: {} has 300 values", path.display()));
    let missing = message(&["--series", path.to_str().unwrap(), "--series", "nowhere.csv"]);
    assert_eq!(missing, "nowhere.csv: No such file or directory (os error 2)");
    assert!(message(&["--series", folder.path().to_str().unwrap()]).contains("Is a directory"));
    // What a file holds does not break the line.
    std::fs::write(&path, "input,target\n\"1\n\u{1b}[31m\",0\n").unwrap();
    assert!(message(&["--series", path.to_str().unwrap()]).ends_with(
        "`1\\n\\u{1b}[31m` is not a class from 0 to 1: classes are whole numbers; the task `next` reads labels"
    ));
}

/// Such a path could not be written to config.toml.
#[cfg(unix)]
#[test]
fn a_path_that_is_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let series = std::ffi::OsStr::from_bytes(b"\xff.csv");
    let message = refused(PROGRAM, ["run".as_ref(), "--out".as_ref(), out.as_os_str(), "--series".as_ref(), series]);
    assert!(message.starts_with("series is ") && message.ends_with("its absolute path must be UTF-8"), "{message}");
    assert!(!out.exists());
}

#[test]
fn weights_files() {
    let weights = fixture("initial.safetensors");
    let weights = weights.to_str().unwrap();
    let shape = message(&["--initial-weights", weights, "--state-size", "5"]);
    let expected = "tensor `rnn.weight_ih_l0` has shape [4, 1]: it must be [5, 1]";
    assert_eq!(shape, format!("{weights}: {expected}"));
    assert!(message(&["--initial-weights", "nowhere"]).starts_with("nowhere: No such file"));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    let whole = std::fs::read(weights).unwrap();
    for length in [0, 7, 8, 100, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let message = message(&["--initial-weights", path.to_str().unwrap()]);
        assert!(message.contains("weights.safetensors: not a safetensors file: "), "{message}");
    }
    let bytes = [0; 8];
    let other = TensorView::new(Dtype::F32, vec![2], &bytes).unwrap();
    std::fs::write(&path, serialize([("fc.bias", other)], None).unwrap()).unwrap();
    let unknown = message(&["--initial-weights", path.to_str().unwrap()]);
    assert!(unknown.contains("holds no recurrent net: it has `fc.bias`;"), "{unknown}");
    let no_model = refused(PROGRAM, ["eval", "--model", path.to_str().unwrap()]);
    assert!(
        no_model.contains("holds no recurrent net: it has `fc.bias`; it must have `rnn.weight_ih_l0`"),
        "{no_model}"
    );
}

#[test]
fn output_folders_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    for out in [file.clone(), file.join("below"), Path::new("/proc/none").to_owned()] {
        let message = refused(PROGRAM, ["run", "--out", out.to_str().unwrap()]);
        assert!(message.starts_with(out.to_str().unwrap()), "{message}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn eval_refuses_what_only_training_uses() {
    let weights = fixture("initial.safetensors");
    let message = refused(PROGRAM, ["eval", "--model", weights.to_str().unwrap(), "--learning-rate", "1"]);
    assert_eq!(message, "learning_rate has no effect in eval, which does not train");
}
