//! Predictions through the program: from a file, and line by line from standard input.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use rnn_core::{Architecture, CellKind, Network};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::{columns, fixture, numbers, refused, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// Trains a net that knows the echo of three steps, and returns its weights.
fn model(folder: &Path, more: &[&str]) -> PathBuf {
    let out = folder.join(more.concat().replace('-', ""));
    let common = ["--no-figure", "--cell=gru", "--optimizer=adam", "--num-epochs=4"];
    succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap()], &common[..], more].concat());
    out.join("model.safetensors")
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_file_is_answered_with_the_echo() {
    let folder = tempfile::tempdir().unwrap();
    let header = |of_loss: &str| format!("step,input,prediction,{of_loss}");
    let cases: [(&[&str], String); 4] = [
        (&["--seed=1"], header("probability_0,probability_1")),
        (&["--dtype=f64", "--input=one_hot"], header("probability_0,probability_1")),
        (&["--loss=squared_error"], header("output")),
        (&["--num-layers=2", "--dropout=0.1", "--state-size=6"], header("probability_0,probability_1")),
    ];
    for (settings, header) in cases {
        let model = model(folder.path(), settings);
        let series = fixture("series_1.csv");
        let answered = succeed(PROGRAM, ["predict", "--model", model.to_str().unwrap(), series.to_str().unwrap()]);
        assert_eq!(answered.lines().next(), Some(&*header));
        let answered = written(folder.path(), "answered.csv", &answered);
        let [steps, inputs, predictions] = ["step", "input", "prediction"].map(|name| numbers(&answered, name));
        assert_eq!(steps, (0..50_000).map(f64::from).collect::<Vec<_>>());
        assert_eq!(inputs, numbers(&series, "input"));
        let right = predictions[3..].iter().zip(&inputs).filter(|(a, b)| a == b).count();
        assert!(right as f64 > 0.999 * 49_997.0, "{settings:?}: {right}");
        if header.contains("probability") {
            let [zero, one] = ["probability_0", "probability_1"].map(|name| numbers(&answered, name));
            assert!(zero.iter().zip(&one).all(|(zero, one)| (zero + one - 1.0).abs() < 1e-6));
            assert!(predictions.iter().zip(&one).all(|(&prediction, &one)| (prediction == 1.0) == (one > 0.5)));
        } else {
            let outputs = numbers(&answered, "output");
            assert!(outputs.iter().zip(&predictions).all(|(y, p)| y.round().clamp(0.0, 1.0) == *p));
        }
    }
}

/// Each line is answered before the next one is sent, and the state goes on from line to line.
#[test]
fn standard_input_is_answered_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(folder.path(), &["--seed=2"]);
    let model = model.to_str().unwrap();
    for arguments in [&["predict", "--model", model][..], &["predict", "--model", model, "-"]] {
        let mut child =
            Command::new(PROGRAM).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut say = |line: &str| {
            stdin.write_all(line.as_bytes()).unwrap();
            stdin.flush().unwrap();
            lines.next().unwrap().unwrap()
        };
        assert_eq!(say("input\n"), "step,input,prediction,probability_0,probability_1");
        let inputs = [1, 0, 0, 1, 1, 1, 0, 1];
        let answers: Vec<String> = inputs.iter().map(|input| say(&format!("{input}\n"))).collect();
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let lines: String = inputs.iter().map(|input| format!("{input}\n")).collect();
        let file = written(folder.path(), "inputs.csv", &format!("input\n{lines}"));
        let at_once = succeed(PROGRAM, ["predict", "--model", model, file.to_str().unwrap()]);
        assert!(at_once.lines().skip(1).eq(&answers), "{at_once}");
        for (step, answer) in answers.iter().enumerate().skip(3) {
            assert!(answer.starts_with(&format!("{step},{},{},", inputs[step], inputs[step - 3])), "{answer}");
        }
    }
}

#[test]
fn a_reader_that_has_enough_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(folder.path(), &["--seed=3"]);
    let mut child = Command::new(PROGRAM)
        .args(["predict", "--model", model.to_str().unwrap(), fixture("series_0.csv").to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn what_cannot_be_answered_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [number, one_hot] =
        [&["--seed=4"][..], &["--input=one_hot"]].map(|settings| model(folder.path(), settings).display().to_string());
    let cases = [
        (&number, "input\n1\nx\n", "line 3, column `input`: `x` is not a finite number"),
        (&number, "input\n1\ninf\n", "line 3, column `input`: `inf` is not a finite number"),
        (&number, "input\n1\n\n\n,\n", "line 3: the line is empty, and rows follow: every row must have its cells"),
        (&one_hot, "input\n1\n2\n", "line 3, column `input`: `2` is not a class from 0 to 1"),
        (
            &one_hot,
            "input\n0.5\n",
            "line 2, column `input`: `0.5` is not a class from 0 to 1: classes are whole numbers; the task `forecast` reads real values",
        ),
        (&number, "value\n1\n", "line 1: there is no column `input`; the header must name `input`, it is `value`"),
        (&number, "", "line 1: the header is missing: it must name `input`"),
    ];
    for (model, text, expected) in cases {
        let path = written(folder.path(), "bad.csv", text);
        let message = refused(PROGRAM, ["predict", "--model", model, path.to_str().unwrap()]);
        assert_eq!(message, format!("{}: {expected}", path.display()));
    }
    let empty = written(folder.path(), "empty.csv", "input,note\n1,\n,x\n");
    let message = refused(PROGRAM, ["predict", "--model", &number, empty.to_str().unwrap()]);
    assert!(message.ends_with("line 3, column `input`: the cell is empty: it must be a number"), "{message}");
    let large = written(folder.path(), "large.csv", "input\n1\n1e300\n");
    let message = refused(PROGRAM, ["predict", "--model", &number, large.to_str().unwrap()]);
    assert!(message.ends_with("line 3, column `input`: 1e300 is more than the net's numbers can be"), "{message}");
    // What stands before the bad line is answered.
    let path = written(folder.path(), "bad.csv", "input\n1\n0\nx\n");
    let output = run(PROGRAM, ["predict", "--model", &number, path.to_str().unwrap()]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
    assert!(refused(PROGRAM, ["predict", "--model", &number, "nowhere.csv"]).starts_with("nowhere.csv: No such file"));
    assert!(refused(PROGRAM, ["predict", "--model", "nowhere"]).starts_with("nowhere: No such file"));
    // A net of PyTorch's that reads two numbers and answers with three classes is none of the echo's.
    let other = fixture("../pytorch/gru.state_dict.safetensors");
    let message = refused(PROGRAM, ["predict", "--model", other.to_str().unwrap()]);
    assert!(message.contains("2 inputs and 3 outputs"), "{message}");
}

/// A net that grows without bounds says so, and does not answer with what is no number.
#[test]
fn an_answer_that_is_no_number_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut net = Network::<f32>::new(Architecture::new(CellKind::ElmanRelu).hidden_size(1).outputs(2)).unwrap();
    net.parameters_mut().fill(1e10);
    let model = folder.path().join("wild.safetensors");
    std::fs::write(&model, net.to_safetensors(&Default::default()).unwrap()).unwrap();
    let series = written(folder.path(), "ones.csv", &format!("input\n{}", "1\n".repeat(20)));
    let output = run(PROGRAM, ["predict", "--model", model.to_str().unwrap(), series.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("ones.csv: line 4: the net's answer is NaN or infinite"), "{error}");
    let answered = String::from_utf8(output.stdout).unwrap();
    assert!(answered.lines().count() == 3 && !answered.contains("NaN") && !answered.contains("inf"), "{answered}");
}

/// The reference's own start, a file without metadata, is read by its shapes.
#[test]
fn a_file_without_metadata_is_read_by_its_shapes() {
    let [weights, series] = ["initial.safetensors", "series_0.csv"].map(|name| fixture(name).display().to_string());
    let folder = tempfile::tempdir().unwrap();
    let told = String::from_utf8(run(PROGRAM, ["predict", "--model", &weights, &series]).stderr).unwrap();
    assert!(told.contains("by its shapes cell elman, input number, loss cross_entropy"), "{told}");
    let answered = succeed(PROGRAM, ["predict", "--model", &weights, &series]);
    let answered = columns(&written(folder.path(), "answered.csv", &answered));
    assert_eq!(answered["prediction"].len(), 50_000);
    assert!(answered["probability_1"].iter().all(|cell| (0.0..=1.0).contains(&cell.parse::<f64>().unwrap())));
}
