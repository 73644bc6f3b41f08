//! Predictions through the program: from a file, line by line from standard input, and in several calls that keep the state.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Architecture, CellKind, Init, Named, Network};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::{columns, fixture, fixtures, numbers, refused, run, succeed};

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

/// What the program answers to these lines behind a header, from standard input or from a file.
fn answers(model: &Path, state: Option<&Path>, from_file: bool, header: &str, lines: &[&str]) -> String {
    let text = [&[header], lines].concat().iter().map(|line| format!("{line}\n")).collect::<String>();
    let mut command = Command::new(PROGRAM);
    command.args(["predict", "--model", model.to_str().unwrap()]);
    if let Some(state) = state {
        command.arg("--state").arg(state);
    }
    let folder = tempfile::tempdir().unwrap();
    if from_file {
        command.arg(written(folder.path(), "inputs.csv", &text));
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    if !from_file {
        stdin.write_all(text.as_bytes()).unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A file that is cut in pieces and answered in as many calls gives the rows of one call.
fn check_pieces(model: &Path, header: &str, lines: &[&str]) {
    let whole = answers(model, None, true, header, lines);
    let (first, whole) = whole.split_once('\n').unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut last = Vec::new();
    let each_line: Vec<usize> = (0..=lines.len()).collect();
    let cuts = (0..=lines.len()).map(|cut| vec![0, cut, lines.len()]).chain([each_line]);
    for (number, cuts) in cuts.enumerate() {
        let state = folder.path().join(format!("{number}.safetensors"));
        let piece = |(of, ends): (usize, &[usize])| {
            let piece = answers(model, Some(&state), (number + of).is_multiple_of(2), header, &lines[ends[0]..ends[1]]);
            piece.strip_prefix(&format!("{first}\n")).unwrap().to_owned()
        };
        let pieces: String = cuts.windows(2).enumerate().map(piece).collect();
        assert_eq!(pieces, whole, "{} cut at {cuts:?}", model.display());
        last.push(std::fs::read(&state).unwrap());
    }
    // The same rows lead to the same bytes, and nothing else is left beside them.
    assert!(last.iter().all(|state| *state == last[0]));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), last.len());
    // What was compared does differ where the state is not kept.
    let begun_anew = answers(model, None, true, header, &lines[lines.len() / 2..]);
    let answer = |row: &str| row.split_once(',').unwrap().1.to_owned();
    assert_ne!(answer(begun_anew.lines().nth(1).unwrap()), answer(whole.lines().nth(lines.len() / 2).unwrap()));
}

#[test]
fn a_file_in_pieces_is_answered_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let echo = ["--total-series-length=300", "--init=pytorch"];
    let trained = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap(), "--no-figure", "--num-epochs=1"], more].concat());
        out.join("model.safetensors")
    };
    let bits = ["1", "0", "0", "1", "1", "1", "0", "1"];
    for cell in CellKind::ALL {
        for (number, more) in [&["--num-layers=2"][..], &["--dtype=f64", "--input=one_hot"]].into_iter().enumerate() {
            let cell_flag = format!("--cell={cell}");
            let model = trained(&format!("{cell}{number}"), &[&[&*cell_flag], &echo[..], more].concat());
            check_pieces(&model, "input", &bits);
        }
    }
    let squared = trained("squared", &[&echo[..], &["--loss=squared_error", "--cell=lstm"]].concat());
    check_pieces(&squared, "input", &["0.5", "-1", "3e-3", "1", "0", "-0", "2"]);
    let text = format!("--text={}", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../LICENSE-MIT").display());
    let text = trained("text", &["--task=next", &text, "--cell=gru"]);
    check_pieces(&text, "input", &["T", "h", "e", "␣", "M", "↵"]);
    let adding = trained("adding", &["--task=adding", "--sequence-length=15", "--cell=gru"]);
    check_pieces(&adding, "mark,value", &["1,0.25", "0,0.5", "1,0.125", "0,0.75", "0,0.3"]);
    // Numbers that are standardised, and two that are answered.
    let table: String = (0..200).map(|row| format!("{},{}\n", 900 + row * row % 37, f64::from(row) * 0.1)).collect();
    let table = written(folder.path(), "table.csv", &format!("a,b\n{table}"));
    let data = format!("--data={}", table.display());
    let forecast = trained("forecast", &["--task=forecast", &data, "--cell=lstm", "--inputs=a,b", "--targets=a,b"]);
    check_pieces(&forecast, "a,b", &["901,0.5", "930,1.25", "917.5,3", "899,-1", "1000,4"]);
    let sunspots = format!("--data={}", fixtures("data/sunspots.csv").display());
    let sunspots = trained("sunspots", &["--task=forecast", &sunspots, "--cell=gru", "--test=0.2", "--season=11"]);
    check_pieces(&sunspots, "sunspots", &["5", "11", "16", "23", "36", "58", "29"]);
    // A stack of layers that differ, which has no one module in PyTorch.
    let stack = Architecture::new(CellKind::Gru).hidden_size(3).layer(CellKind::Lstm, 4).layer(CellKind::Elman, 2);
    let stack = Network::<f32>::drawn(stack.outputs(2), Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(3)).unwrap();
    let mixed = folder.path().join("mixed.safetensors");
    std::fs::write(&mixed, stack.to_safetensors(&Default::default()).unwrap()).unwrap();
    check_pieces(&mixed, "input", &bits);
}

/// A file of the state after three rows, the bytes that are in it, and the model that it is of.
fn kept(folder: &Path) -> (PathBuf, Vec<u8>, PathBuf) {
    let model = model(folder, &["--seed=5", "--total-series-length=300"]);
    let state = folder.join("state.safetensors");
    answers(&model, Some(&state), true, "input", &["1", "0", "1"]);
    let bytes = std::fs::read(&state).unwrap();
    (state, bytes, model)
}

#[test]
fn an_error_leaves_the_state_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (state, before, model) = kept(folder.path());
    let unchanged = |why: &str| {
        assert!(std::fs::read(&state).unwrap() == before, "{why}");
        let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(!left.into_iter().any(|name| name.to_str().unwrap().contains(".part")), "{why}");
    };
    let [model, kept] = [&model, &state].map(|path| path.to_str().unwrap());
    for (text, code) in [("input\n1\nx\n", 2), ("value\n1\n", 2), ("", 2), ("input\n1\n1e300\n", 2)] {
        let path = written(folder.path(), "bad.csv", text);
        let output = run(PROGRAM, ["predict", "--model", model, "--state", kept, path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(code), "{text}");
        unchanged(text);
    }
    refused(PROGRAM, ["predict", "--model", model, "--state", kept, "nowhere.csv"]);
    refused(PROGRAM, ["predict", "--model", "nowhere", "--state", kept]);
    unchanged("files that are not there");

    // The reader has enough. Nobody knows which rows it took.
    let mut child = Command::new(PROGRAM)
        .args(["predict", "--model", model, "--state", kept, fixture("series_0.csv").to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(
        told.contains(&format!("standard output was closed before the last row: {kept} stays as it was")),
        "{told}"
    );
    unchanged("a reader that has enough");

    // A call that is killed in the middle of a stream.
    let mut child = Command::new(PROGRAM)
        .args(["predict", "--model", model, "--state", kept])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.as_mut().unwrap().write_all(b"input\n1\n").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.nth(1).unwrap().unwrap().starts_with("3,1,"));
    child.kill().unwrap();
    child.wait().unwrap();
    unchanged("a kill");

    // The next call goes on as if nothing had happened.
    let good = written(folder.path(), "good.csv", "input\n1\n");
    let answered = succeed(PROGRAM, ["predict", "--model", model, "--state", kept, good.to_str().unwrap()]);
    assert!(answered.lines().nth(1).unwrap().starts_with("3,1,"), "{answered}");
    assert!(std::fs::read(&state).unwrap() != before);
}

/// A state that is no number any more is not written, even where the answers are.
#[test]
fn a_state_that_is_no_number_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    // The lower layer grows without bounds, the tanh above it ends at 1.
    let net = Architecture::new(CellKind::ElmanRelu).hidden_size(1).layer(CellKind::Elman, 1).outputs(2);
    let mut net = Network::<f32>::new(net).unwrap();
    net.parameters_mut().fill(1e10);
    let model = folder.path().join("wild.safetensors");
    std::fs::write(&model, net.to_safetensors(&Default::default()).unwrap()).unwrap();
    let state = folder.path().join("state");
    let predict = |rows: usize| {
        let series = written(folder.path(), "ones.csv", &format!("input\n{}", "1\n".repeat(rows)));
        let arguments = ["predict", "--model", model.to_str().unwrap(), "--state", state.to_str().unwrap()];
        run(PROGRAM, [&arguments[..], &[series.to_str().unwrap()]].concat())
    };
    assert_eq!(predict(2).status.code(), Some(0));
    let before = std::fs::read(&state).unwrap();
    let output = predict(3);
    assert_eq!((output.status.code(), output.stdout.split(|&byte| byte == b'\n').count()), (Some(3), 5));
    let error = String::from_utf8(output.stderr).unwrap();
    let told = "state: after 5 steps the net's state is NaN or infinite: it is not written";
    assert!(error.contains(told), "{error}");
    assert_eq!(std::fs::read(&state).unwrap(), before);
}

#[test]
fn a_state_that_is_not_the_nets_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (state, bytes, net) = kept(folder.path());
    let [other_seed, wide, lstm, double] = [&["--seed=6"][..], &["--state-size=6"], &["--cell=lstm"], &["--dtype=f64"]]
        .map(|more| {
            let out = folder.path().join(more.concat());
            let all =
                ["run", "--out", out.to_str().unwrap(), "--no-figure", "--num-epochs=1", "--total-series-length=300"];
            let cell = if more[0].starts_with("--cell") { &[][..] } else { &["--cell=gru"] };
            succeed(PROGRAM, [&all[..], cell, more].concat());
            out.join("model.safetensors")
        });
    let series = written(folder.path(), "series.csv", "input\n1\n0\n");
    let told = |model: &Path, state: &Path| {
        let arguments = ["predict", "--model", model.to_str().unwrap(), "--state", state.to_str().unwrap()];
        let output = run(PROGRAM, [&arguments[..], &[series.to_str().unwrap()]].concat());
        assert!(output.stdout.is_empty(), "{output:?}");
        let message = refused(PROGRAM, [&arguments[..], &[series.to_str().unwrap()]].concat());
        message.strip_prefix(&format!("{}: ", state.display())).unwrap_or_else(|| panic!("{message}")).to_owned()
    };
    let cases = [
        (&other_seed, "it is the state of a net with other weights"),
        (&wide, "`hidden_size` is \"4\" in the file's metadata: it must be \"6\""),
        (&lstm, "`cell` is \"gru\" in the file's metadata: it must be \"lstm\""),
        (&double, "tensor `h_0` holds F32 numbers: it must hold F64"),
    ];
    for (model, expected) in cases {
        assert_eq!(told(model, &state), expected);
    }
    assert_eq!(std::fs::read(&state).unwrap(), bytes);

    let bad = |bytes: &[u8]| {
        let path = folder.path().join("bad.safetensors");
        std::fs::write(&path, bytes).unwrap();
        let message = told(&net, &path);
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{message}");
        message
    };
    let changed = |from_end: usize, to: &[u8]| {
        let mut changed = bytes.clone();
        let place = bytes.len() - from_end;
        changed[place..place + to.len()].copy_from_slice(to);
        changed
    };
    let finite = "every number must be finite in the net's own type";
    let cases = [
        (changed(4, &f32::NAN.to_le_bytes()), format!("tensor `h_0` holds NaN at position 3: {finite}")),
        (changed(16, &f32::INFINITY.to_le_bytes()), format!("tensor `h_0` holds inf at position 0: {finite}")),
        (
            changed(4, &[bytes[bytes.len() - 4] ^ 1]),
            "the file is damaged: its checksum is not that of what it holds".to_owned(),
        ),
        (
            std::fs::read(&net).unwrap(),
            "there is no `state` in the file's metadata: it does not hold the state of a net".to_owned(),
        ),
        (b"\0\0\0\0\0\0\0\x10{}".to_vec(), "not a safetensors file: header too large".to_owned()),
        (Vec::new(), "not a safetensors file: it is empty".to_owned()),
        (
            bytes[..bytes.len() - 1].to_vec(),
            "not a safetensors file: it is cut off or too long: its header describes 16 bytes of numbers".to_owned(),
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(bad(&bytes), expected);
    }
    let text = bad(b"input\n1\n0\n1\n0\n1\n");
    assert!(text.starts_with("not a safetensors file: "), "{text}");

    // Where no file can be, that is said before a row is answered.
    assert_eq!(told(&net, folder.path()), "a folder is there: a state needs the name of a file");
    let nowhere = folder.path().join("nowhere");
    assert_eq!(told(&net, &nowhere.join("state")), format!("there is no folder {}", nowhere.display()));
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&state, &link).unwrap();
        assert_eq!(told(&net, &link), "what is there is not a regular file: it is not replaced");
    }
}
