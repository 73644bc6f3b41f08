//! Data of one's own, in every form: labels, arrays, files that continue each other, episodes in a table.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and tell what it measured"
)]

mod support;

use std::path::{Path, PathBuf};
use support::{numbers, refused, status, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// A net that learns in seconds.
const LEARNS: [&str; 5] = ["--optimizer=adam", "--learning-rate=0.01", "--cell=gru", "--state-size=16", "--no-figure"];

fn train(out: &Path, more: &[&str]) -> String {
    succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap()], &LEARNS[..], more].concat())
}

fn written(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// An array of the type `<f8`, as NumPy saves it.
fn npy(shape: &str, numbers: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &numbers].concat()
}

#[test]
fn labels_are_learned_and_continued() {
    let folder = tempfile::tempdir().unwrap();
    // What comes after rain depends on what came before it.
    let days: String =
        (0..150).map(|week| format!("{week}-a,sun\n{week}-b,rain\n{week}-c,snow\n{week}-d,rain\n")).collect();
    let file = written(folder.path(), "sky.csv", format!("day,sky\n{days}"));
    let out = folder.path().join("out");
    let data = format!("--data={}", file.display());
    let task = ["--task=next", &data, "--inputs=sky", "--batch-size=4", "--truncated-backprop-length=10"];
    train(&out, &[&task[..], &["--num-epochs=40"]].concat());
    let status = status(&out);
    assert_eq!(status["test_accuracy"].as_float(), Some(1.0), "{status}");
    assert!((status["test_baseline_accuracy"].as_float().unwrap() - 0.5).abs() < 0.01, "{status}");
    let model = out.join("model.safetensors");
    let sample = |prompt: &str| {
        let arguments = ["sample", model.to_str().unwrap(), "--prompt", prompt, "--length=3", "--temperature=0"];
        succeed(PROGRAM, arguments)
    };
    assert_eq!(sample("snow,rain,sun,rain"), "snow\nrain\nsun\nrain\nsnow\nrain\nsun\n");
    let unknown = refused(PROGRAM, ["sample", model.to_str().unwrap(), "--prompt=hail"]);
    assert!(unknown.contains("`hail` is not one of the 3 labels"), "{unknown}");
    // Labels are read and answered as they stand in the table.
    let rows = written(folder.path(), "rows.csv", "day,sky\n1,snow\n2,rain\n3,sun\n4,rain\n");
    let said = succeed(PROGRAM, ["predict", "--model", model.to_str().unwrap(), rows.to_str().unwrap()]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "step,sky,prediction,probability_rain,probability_snow,probability_sun");
    assert!(lines[3].starts_with("2,sun,rain,0.") && lines[4].starts_with("3,rain,snow,0"), "{said}");
    let rows = written(folder.path(), "rows.csv", "sky\nsnow\nhail\n");
    let message = refused(PROGRAM, ["predict", "--model", model.to_str().unwrap(), rows.to_str().unwrap()]);
    assert!(
        message.ends_with("line 3, column `sky`: `hail` is not one of the 3 labels that the net was trained on"),
        "{message}"
    );
    // The net knows its column.
    let scores = succeed(PROGRAM, ["eval", "--model", model.to_str().unwrap(), &data]);
    assert!(scores.contains(" accuracy 1") && scores.contains(" bits a label"), "{scores}");
    let late = written(folder.path(), "late.csv", format!("day,sky\n{days}150,hail\n"));
    let message = refused(PROGRAM, ["eval", "--model", model.to_str().unwrap(), "--data", late.to_str().unwrap()]);
    assert!(message.contains("late.csv: line 602: column `sky`: `hail` is not one of the 3 labels"), "{message}");
    for (more, told) in [
        (&["--text=sky.txt"][..], "data: `text` is given too"),
        (&["--symbols=byte"], "symbols: only a `text` has them"),
        (&["--inputs=sky,day"], "inputs: a net reads the labels of one column"),
    ] {
        let out = folder.path().join("refused");
        let arguments = [&["run", "--out", out.to_str().unwrap()], &task[..2], more].concat();
        let message = refused(PROGRAM, arguments);
        assert!(message.contains(told) && !out.exists(), "{message}");
    }
}

#[test]
fn an_array_of_numbers_is_forecast_as_a_table_is() {
    let folder = tempfile::tempdir().unwrap();
    let wave = |step: u32| [f64::from(step) * 0.3, f64::from(step) * 0.7].map(f64::sin);
    let rows: Vec<[f64; 2]> = (0..600).map(wave).collect();
    let text: String = rows.iter().map(|[a, b]| format!("{a},{b}\n")).collect();
    let csv = written(folder.path(), "wave.csv", format!("column_0,column_1\n{text}"));
    let array = written(folder.path(), "wave.npy", npy("(600, 2)", rows.as_flattened()));
    // In three files that continue each other.
    let thirds: Vec<PathBuf> = (0..3)
        .map(|third| {
            let numbers = rows[third * 200..][..200].as_flattened();
            written(folder.path(), &format!("wave{third}.npy"), npy("(200, 2)", numbers))
        })
        .collect();
    let forms: [(&str, Vec<PathBuf>, &[&str]); 3] =
        [("csv", vec![csv], &[]), ("npy", vec![array], &[]), ("joined", thirds.clone(), &["--files=joined"])];
    let [of_csv, of_array, joined] = forms.map(|(name, files, more)| {
        let out = folder.path().join(name);
        let files: Vec<String> = files.iter().map(|file| format!("--data={}", file.display())).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let settings = ["--task=forecast", "--batch-size=4", "--truncated-backprop-length=20", "--num-epochs=5"];
        train(&out, &[&settings[..], &files, more].concat());
        std::fs::read(out.join("metrics.csv")).unwrap()
    });
    assert!(of_csv == of_array && of_array == joined);
    let status = status(&folder.path().join("joined"));
    assert!(status["test_skill"].as_float().unwrap() > 0.0, "{status}");
    // A series of its own each: the parts that are held out are others.
    let out = folder.path().join("separate");
    let files: Vec<String> = thirds.iter().map(|file| format!("--data={}", file.display())).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    train(&out, &[&["--task=forecast", "--batch-size=4", "--truncated-backprop-length=20"], &files[..]].concat());
    assert!(std::fs::read(out.join("metrics.csv")).unwrap() != joined);
    let bad = written(folder.path(), "bad.npy", npy("(200, 2, 1)", rows[..200].as_flattened()));
    let out = folder.path().join("refused");
    let message =
        refused(PROGRAM, ["run", "--task=forecast", "--out", out.to_str().unwrap(), "--data", bad.to_str().unwrap()]);
    assert!(
        message.contains("bad.npy: its shape is (200, 2, 1): that of a series must be (N,) or (N, columns)"),
        "{message}"
    );
    assert!(!out.exists());
}

/// The sum of an episode's numbers so far, of which two are added at each step, and the greater sum's class.
#[test]
fn episodes_in_a_table_are_learned() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "episode,step,a,b,target\n".to_owned();
    for episode in 0..200_u32 {
        let mut sums = [0.0; 2];
        for step in 0..3 + episode % 4 {
            let draw =
                |salt: u32| f64::from((episode * 31 + step * 17 + salt).wrapping_mul(2_654_435_761) >> 20) / 4096.0;
            let [a, b] = [draw(1), draw(2)];
            sums = [sums[0] + a, sums[1] + b];
            // Asked for at the end alone; a row behind it is not read.
            let target = if step == 2 + episode % 4 { u8::from(sums[0] > sums[1]).to_string() } else { String::new() };
            text += &format!("e{episode},{step},{a},{b},{target}\n");
        }
    }
    let file = written(folder.path(), "sums.csv", &text);
    let data = format!("--data={}", file.display());
    let out = folder.path().join("out");
    train(&out, &["--task=episodes", &data, "--batch-size=20", "--num-epochs=60", "--test=0.2"]);
    let status = status(&out);
    assert!(status["test_accuracy"].as_float().unwrap() > 0.85, "{status}");
    // One answer an episode.
    assert_eq!(status["test_accuracy"], status["test_sequence_accuracy"]);
    // The steps are counted, and not read.
    let model = out.join("model.safetensors");
    let rows = written(folder.path(), "rows.csv", "a,b\n0.9,0.1\n0.9,0.2\n0.8,0.1\n");
    let said = succeed(PROGRAM, ["predict", "--model", model.to_str().unwrap(), rows.to_str().unwrap()]);
    let answers = written(folder.path(), "answers.csv", said);
    assert_eq!(numbers(&answers, "prediction")[2], 1.0);
    for (text, told) in [
        ("episode,a,target\nx,1,0\ny,1,1\nx,1,0\n", "line 4: episode `x` goes on here"),
        ("a,target\n1,0\n", "line 1: there is no column `episode`"),
        ("episode,a,target\nx,1,0\ny,one,1\n", "line 3, column `a`: `one` is not a finite number"),
        ("episode,a,target\nx,1,\n", "column `target`: no step of it is scored"),
    ] {
        let (bad, out) = (written(folder.path(), "bad.csv", text), folder.path().join("refused"));
        let arguments = ["run", "--task=episodes", "--out", out.to_str().unwrap(), "--data", bad.to_str().unwrap()];
        let message = refused(PROGRAM, arguments);
        assert!(message.contains(told) && !out.exists(), "{message}");
    }
}

/// Runs a program to its end, and returns the most memory that it had, in megabytes.
#[cfg(target_os = "linux")]
fn peak_memory(arguments: &[&str]) -> u64 {
    let mut child = std::process::Command::new(PROGRAM).args(arguments).spawn().unwrap();
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default() / 1024);
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success());
            return peak;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Needs four gigabytes of disk for its files, and as much for what is kept.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "it takes minutes: cargo test --release --package rnn-train --test own_data -- --ignored --nocapture"]
fn two_gigabytes_are_trained_on_in_little_memory() {
    use std::io::{BufWriter, Write};
    const SIZE: u64 = 2_000_000_000;
    let folder = tempfile::tempdir().unwrap();
    let value = |row: u64, salt: u64| {
        let noise = ((row ^ salt << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / 1e8;
        (row as f64 / 7.0 + salt as f64).sin() + noise
    };
    let [csv, npy] = ["big.csv", "big.npy"].map(|name| folder.path().join(name));
    let create = |path: &Path| BufWriter::with_capacity(1 << 20, std::fs::File::create(path).unwrap());
    let (mut file, mut written, mut row) = (create(&csv), 0, 0);
    writeln!(file, "time,a,b").unwrap();
    while written < SIZE {
        let line = format!("{row},{:.5},{:.5}\n", value(row, 1), value(row, 2));
        file.write_all(line.as_bytes()).unwrap();
        (written, row) = (written + line.len() as u64, row + 1);
    }
    file.flush().unwrap();
    let rows = SIZE / 24;
    let mut file = create(&npy);
    file.write_all(&self::npy(&format!("({rows}, 3)"), &[])).unwrap();
    for row in 0..rows {
        (1..4).for_each(|salt| file.write_all(&value(row, salt).to_le_bytes()).unwrap());
    }
    file.flush().unwrap();
    for path in [csv, npy] {
        let (out, data) = (PathBuf::from(format!("{}.run", path.display())), format!("--data={}", path.display()));
        let settings = ["--task=forecast", "--batch-size=32", "--truncated-backprop-length=50", "--num-epochs=1"];
        let held_out = ["--valid=0.001", "--test=0.001", "--state-size=8", "--log-every=1000"];
        let begun = std::time::Instant::now();
        let peak = peak_memory(&[&["run", "--out", out.to_str().unwrap(), &data], &settings[..], &held_out].concat());
        println!("{}: at most {peak} MB of memory, {:.0} s", path.display(), begun.elapsed().as_secs_f64());
        assert!(peak < 200, "{}: {peak} MB", path.display());
        assert!(status(&out)["test_skill"].as_float().unwrap() > 0.0);
    }
}
