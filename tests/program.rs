//! What a user of the `rnn-train` program relies on: its files, its lines, its exit codes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use support::{DETERMINISTIC, columns, fixture, numbers, refused, run, status, succeed, wait_within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");
const SHORT: [&str; 4] = ["--num-epochs", "3", "--total-series-length", "9000"];

fn train(out: &Path, more: &[&str]) -> String {
    succeed(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(more))
}

fn same_files(a: &Path, b: &Path) {
    for name in DETERMINISTIC {
        let [a, b] = [a, b].map(|folder| std::fs::read(folder.join(name)).unwrap());
        assert!(a == b, "{name} differs");
    }
}

#[test]
fn a_run_prints_and_writes_what_the_tutorial_shows() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/run");
    let printed = train(&out, &SHORT);
    // 9000 values in 5 rows of 1800 make 120 windows of 15.
    let losses = columns(&out.join("metrics.csv"))["loss"].clone();
    let expected: String = (0..3)
        .map(|epoch| {
            let at = |batch: usize| &losses[epoch * 120 + batch];
            format!("New data, epoch {epoch}\nStep 0 Loss {}\nStep 100 Loss {}\n", at(0), at(100))
        })
        .collect();
    assert_eq!(printed, expected);

    let header = std::fs::read_to_string(out.join("metrics.csv")).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(header, "epoch,batch,step,loss,accuracy,gradient_norm,learning_rate,floor");
    assert_eq!(numbers(&out.join("metrics.csv"), "step"), (0..360).map(f64::from).collect::<Vec<_>>());
    assert_eq!(numbers(&out.join("epochs.csv"), "windows"), [120.0; 3]);
    let status = status(&out);
    assert_eq!((status["status"].as_str(), status["steps"].as_integer()), (Some("done"), Some(360)));
    assert!(std::fs::read(out.join("figure.png")).unwrap().starts_with(b"\x89PNG"));
    let mut names: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let expected = [
        "checkpoint.safetensors",
        "config.toml",
        "epochs.csv",
        "figure.png",
        "figure.svg",
        "metrics.csv",
        "model.safetensors",
        "snapshots.csv",
        "status.toml",
        "units.png",
        "units.svg",
        "weights.png",
        "weights.svg",
    ];
    assert_eq!(names, expected);
}

#[test]
fn an_epochs_row_is_the_mean_of_its_windows() {
    let folder = tempfile::tempdir().unwrap();
    // A lag longer than a window: the first two windows hold targets that cannot be known.
    let more = ["--echo-step", "20", "--dtype", "f64"];
    train(&folder.path().join("run"), &[&SHORT[..], &more].concat());
    let losses = numbers(&folder.path().join("run/metrics.csv"), "loss");
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    let epochs = folder.path().join("run/epochs.csv");
    for (epoch, losses) in losses.chunks(120).enumerate() {
        assert!((numbers(&epochs, "loss")[epoch] - mean(losses)).abs() < 1e-12);
        assert!((numbers(&epochs, "settled_loss")[epoch] - mean(&losses[2..])).abs() < 1e-12);
        assert_eq!(numbers(&epochs, "first_window_loss")[epoch], losses[0]);
    }
}

/// The floors by hand: 20 steps back lies in the row above for all that the first window counts, the times 0 to 14, and for
/// half of what the second one does, 15 to 24.
#[test]
fn each_window_has_its_floor() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    // Class 1 has probability 0.3, and no target of the first row is one.
    let settings = ["--echo-step", "20", "--window-stride", "10", "--class-probabilities", "0.7,0.3"];
    train(&out, &[&SHORT[..], &settings].concat());
    let ones: f64 = 0.3 * 4.0 / 5.0;
    let entropy = -ones * ones.ln() - (1.0 - ones) * (1.0 - ones).ln();
    // 1800 values of a row have 179 windows, which count 15 + 178 · 10 times.
    for floors in numbers(&out.join("metrics.csv"), "floor").chunks(179) {
        assert!((floors[0] - entropy).abs() < 1e-12 && (floors[1] - entropy / 2.0).abs() < 1e-12, "{floors:?}");
        assert!(floors[2..].iter().all(|&floor| floor == 0.0));
    }
    let of_epochs = numbers(&out.join("epochs.csv"), "floor");
    assert!(of_epochs.len() == 3 && of_epochs.iter().all(|floor| (floor - entropy * 20.0 / 1795.0).abs() < 1e-12));
    let model = out.join("model.safetensors");
    let evaluated = succeed(PROGRAM, ["eval", "--model", model.to_str().unwrap()]);
    // On a series as it was trained on.
    assert!(evaluated.contains(&format!(", floor {}", of_epochs[0])), "{evaluated}");

    // What is in a file can be anything, so nothing is known of how well it can be answered.
    let read = folder.path().join("read");
    train(&read, &["--series", fixture("series_0.csv").to_str().unwrap(), "--num-epochs", "1"]);
    assert!(columns(&read.join("metrics.csv"))["floor"].iter().all(String::is_empty));
    assert_eq!(columns(&read.join("epochs.csv"))["floor"], [""]);
}

/// A lag so long that no window is settled: then the loss of all windows is what is compared with the floor.
#[test]
fn without_settled_windows_solved_means_near_the_floor() {
    let folder = tempfile::tempdir().unwrap();
    let at_floor = folder.path().join("floor");
    // All that an epoch counts lies before the lag, so all that can be learned is how probable the classes are.
    let short = ["--total-series-length", "150", "--echo-step", "29", "--window-stride", "14", "--num-epochs", "300"];
    train(&at_floor, &[&short[..], &["--class-probabilities", "0.9,0.1"]].concat());
    let epochs = at_floor.join("epochs.csv");
    assert!(columns(&epochs)["settled_loss"].iter().all(String::is_empty));
    let above: Vec<f64> =
        numbers(&epochs, "loss").iter().zip(numbers(&epochs, "floor")).map(|(loss, floor)| loss - floor).collect();
    let first = above.iter().position(|&above| above < 0.01).unwrap();
    assert!(first > 0, "{above:?}");
    let status = status(&at_floor);
    assert_eq!(status["solved_epoch"].as_integer(), Some(first as i64));
}

/// A snapshot is of the window that its step trains on, and of the net before it, as the row in `metrics.csv` is.
#[test]
fn snapshots_show_what_metrics_measure() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let printed = train(&out, &[&SHORT[..], &["--num-classes", "3", "--window-stride", "15"]].concat());
    assert!(printed.starts_with("New data, epoch 0"));
    let metrics = columns(&out.join("metrics.csv"));
    let snapshots = columns(&out.join("snapshots.csv"));
    let column = |name: &str| snapshots[name].iter().map(|cell| cell.parse::<usize>().unwrap()).collect::<Vec<_>>();
    let (steps, [input, target, prediction]) = (column("step"), ["input", "target", "prediction"].map(column));
    let recorded: Vec<usize> = steps.chunks(75).map(|of_one| of_one[0]).collect();
    assert!(recorded.starts_with(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22]));
    assert!(recorded.contains(&120) && recorded.contains(&240) && recorded.ends_with(&[360]), "{recorded:?}");
    for (index, &step) in recorded.iter().enumerate() {
        let values = index * 75..(index + 1) * 75;
        // The last one is of the last window again.
        let of_row = step.min(359);
        assert_eq!(snapshots["epoch"][values.start], metrics["epoch"][of_row]);
        assert_eq!(snapshots["batch"][values.start], metrics["batch"][of_row]);
        for row in values.clone().step_by(15) {
            assert_eq!(input[row..row + 12], target[row + 3..row + 15], "step {step}");
        }
        let right = values.clone().filter(|&value| target[value] == prediction[value]).count();
        let accuracy: f64 = metrics["accuracy"][of_row].parse().unwrap();
        assert!(step == 360 || (accuracy - right as f64 / 75.0).abs() < 1e-6, "step {step}: {right} {accuracy}");
    }

    let bare = folder.path().join("bare");
    train(&bare, &[&SHORT[..], &["--no-figure"]].concat());
    assert!(!bare.join("snapshots.csv").exists() && !bare.join("figure.svg").exists());
}

#[test]
fn the_same_settings_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let [first, again, from_config, other] = ["first", "again", "config", "other"].map(|name| folder.path().join(name));
    let settings = [&SHORT[..], &["--window-stride", "6", "--class-probabilities", "0.3,0.7", "--seed"]].concat();
    let seven = [&settings[..], &["7"]].concat();
    train(&first, &seven);
    train(&again, &seven);
    same_files(&first, &again);
    train(&from_config, &["--config", first.join("config.toml").to_str().unwrap()]);
    same_files(&first, &from_config);
    train(&other, &[&settings[..], &["8"]].concat());
    assert_ne!(std::fs::read(first.join("metrics.csv")).unwrap(), std::fs::read(other.join("metrics.csv")).unwrap());
}

#[test]
fn series_files_take_turns_and_a_config_finds_them_from_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    for (name, from) in [("a.csv", "series_0.csv"), ("b.csv", "series_1.csv")] {
        let text = std::fs::read_to_string(fixture(from)).unwrap();
        let part: String = text.lines().take(901).map(|line| format!("{line}\n")).collect();
        std::fs::write(folder.path().join(name), part).unwrap();
    }
    let toml = "series = ['a.csv', 'b.csv']\nnum_epochs = 3\nlearning_rate = 1e-30\n";
    std::fs::write(folder.path().join("settings.toml"), toml).unwrap();
    let out = folder.path().join("run");
    train(&out, &["--config", folder.path().join("settings.toml").to_str().unwrap()]);
    // With parameters that hardly change, an epoch's losses say which file it read.
    let losses = numbers(&out.join("metrics.csv"), "loss");
    let [first, second, third] = [0, 1, 2].map(|epoch| &losses[epoch * 12..(epoch + 1) * 12]);
    assert_eq!(first, third);
    assert_ne!(first, second);
    let again = folder.path().join("again");
    train(&again, &["--config", out.join("config.toml").to_str().unwrap()]);
    same_files(&out, &again);
}

#[test]
fn flags_win_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("settings.toml");
    std::fs::write(&config, "num_epochs = 2\ntotal_series_length = 3000\nstate_size = 3\nlearning_rate = 1\n").unwrap();
    let out = folder.path().join("run");
    train(&out, &["--config", config.to_str().unwrap(), "--num-epochs", "1", "--log-every", "7"]);
    let resolved: toml::Table = std::fs::read_to_string(out.join("config.toml")).unwrap().parse().unwrap();
    let number = |name: &str| resolved[name].as_integer().unwrap();
    assert_eq!(["num_epochs", "state_size", "log_every", "batch_size"].map(number), [1, 3, 7, 5]);
    assert_eq!(numbers(&out.join("metrics.csv"), "step"), [0.0, 7.0, 14.0, 21.0, 28.0, 35.0]);
}

#[test]
fn a_folder_with_something_in_it_is_only_taken_with_overwrite() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let out = folder.path().to_str().unwrap();
    let short = ["--num-epochs", "1", "--total-series-length", "600"];
    let message = support::refused(PROGRAM, [&["run", "--out", out], &short[..]].concat());
    assert!(message.contains("--overwrite") && message.contains(out), "{message}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    train(folder.path(), &[&["--overwrite"], &short[..]].concat());
    // A second, smaller run leaves nothing of the first.
    train(folder.path(), &[&["--overwrite", "--no-figure"], &short[..]].concat());
    assert!(!folder.path().join("figure.png").exists());
    assert_eq!(std::fs::read_to_string(folder.path().join("thesis.txt")).unwrap(), "mine");
}

/// Overwriting replaces a run and nothing else: all is as it was when it is refused.
#[test]
fn overwrite_takes_nothing_away_that_is_no_run_or_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let again = ["run", "--out", out, "--overwrite", "--num-epochs", "1", "--total-series-length", "600"];
    let files = || {
        let read = |entry: std::io::Result<std::fs::DirEntry>| entry.and_then(|e| std::fs::read(e.path())).ok();
        std::fs::read_dir(out).unwrap().map(read).collect::<Vec<_>>()
    };
    std::fs::write(folder.path().join("config.toml"), "[server]\nport = 80\n").unwrap();
    let foreign = support::refused(PROGRAM, again);
    assert!(foreign.contains("there is a config.toml, but not a run's folder"), "{foreign}");

    std::fs::remove_file(folder.path().join("config.toml")).unwrap();
    train(folder.path(), &SHORT);
    let before = files();
    let model = folder.path().join("model.safetensors");
    let read = support::refused(PROGRAM, again.iter().chain(&["--initial-weights", model.to_str().unwrap()]));
    assert!(read.contains("model.safetensors is what this run reads"), "{read}");
    assert_eq!(files(), before);
    std::fs::remove_file(folder.path().join("figure.png")).unwrap();
    std::fs::create_dir(folder.path().join("figure.png")).unwrap();
    let before = files();
    assert!(support::refused(PROGRAM, again).contains("figure.png is a folder"));
    assert_eq!(files(), before);
}

/// A run's settings can be changed by flags: what only followed from another setting does not stand in the way.
#[test]
fn a_config_can_be_built_on() {
    let folder = tempfile::tempdir().unwrap();
    let (first, longer) = (folder.path().join("first"), folder.path().join("longer"));
    train(&first, &SHORT);
    let config = first.join("config.toml");
    let config = ["--config", config.to_str().unwrap()];
    train(&longer, &[&config[..], &["--truncated-backprop-length", "20"]].concat());
    // 1800 steps in a row, windows of 20 that do not overlap.
    assert_eq!(numbers(&longer.join("epochs.csv"), "windows"), [90.0; 3]);
    // The reference's series is longer than the one that was drawn.
    let series = fixture("series_0.csv");
    let given = folder.path().join("given");
    train(&given, &[&config[..], &["--series", series.to_str().unwrap(), "--num-epochs", "1"]].concat());
    assert_eq!(numbers(&given.join("epochs.csv"), "windows"), [666.0]);
}

/// No later loss shows what the last step did to the weights.
#[test]
fn weights_that_the_last_step_breaks_are_no_result() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let wild = ["--num-epochs", "1", "--total-series-length", "150", "--optimizer", "sgd", "--learning-rate", "3e38"];
    let output = run(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(&wild));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(error.contains("after the last step"), "{error}");
    let model = out.join("model.safetensors");
    let evaluated = run(PROGRAM, ["eval", "--model", model.to_str().unwrap()]);
    assert_eq!(evaluated.status.code(), Some(3));
}

/// A window of any length is drawn, and no number in a file is infinite, however large the losses.
#[test]
fn extremes_are_drawn_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("long");
    train(&long, &["--num-epochs", "1", "--total-series-length", "500000", "--truncated-backprop-length", "100000"]);
    assert!(std::fs::metadata(long.join("figure.svg")).unwrap().len() < 1_000_000);
    let large = folder.path().join("large");
    let wild = ["--dtype", "f64", "--optimizer", "sgd", "--learning-rate", "1e305"];
    train(&large, &[&wild[..], &["--num-epochs", "1", "--total-series-length", "150000"]].concat());
    let loss = numbers(&large.join("epochs.csv"), "loss")[0];
    assert!(loss.is_finite() && loss > 1e300, "{loss}");
    // A mean of squares beyond what f32 can hold ends the run as an infinite one does.
    let squares = folder.path().join("squares");
    let wild = ["--cell=lstm", "--loss=squared_error", "--num-classes=256", "--optimizer=sgd", "--learning-rate=1"];
    let short = ["--truncated-backprop-length=1", "--readout=last_step", "--total-series-length=268", "--echo-step=1"];
    let more = ["--batch-size=3", "--state-size=6", "--init=tutorial", "--seed=496919", "--num-epochs=2"];
    let arguments = [&["run", "--out", squares.to_str().unwrap()], &wild[..], &short, &more].concat();
    let output = run(PROGRAM, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(error.contains("error: the loss is inf at step "), "{error}");
    let losses = numbers(&squares.join("metrics.csv"), "loss");
    assert!(losses.iter().all(|loss| loss.is_finite()) && losses.last().unwrap() > &1e30, "{losses:?}");
    assert!(squares.join("figure.png").exists());
}

#[test]
fn a_saved_model_is_evaluated_on_fresh_and_on_given_series() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    train(&out, &["--num-epochs", "4", "--no-figure"]);
    let model = out.join("model.safetensors");
    let fresh = succeed(PROGRAM, ["eval", "--model", model.to_str().unwrap()]);
    let word =
        |line: &str, at: usize| line.split_whitespace().nth(at).unwrap().trim_end_matches(',').parse::<f64>().unwrap();
    assert!(fresh.starts_with("fresh series of seed 0: loss "), "{fresh}");
    assert!(word(&fresh, 6) < 0.01 && word(&fresh, 8) > 0.99, "{fresh}");

    let [first, second] = ["series_0.csv", "series_1.csv"].map(fixture);
    let given = succeed(
        PROGRAM,
        [
            "eval",
            "--model",
            model.to_str().unwrap(),
            "--series",
            first.to_str().unwrap(),
            "--series",
            second.to_str().unwrap(),
        ],
    );
    let lines: Vec<_> = given.lines().collect();
    assert_eq!(lines.len(), 2, "{given}");
    assert!(lines[0].starts_with(first.to_str().unwrap()) && lines[1].starts_with(second.to_str().unwrap()));
    assert_ne!(word(lines[0], 2), word(lines[1], 2));
}

/// Evaluating the reference's start on its first series gives the loss that a run with a still net has.
#[test]
fn evaluation_scores_as_training_does() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let [weights, series] =
        ["initial.safetensors", "series_0.csv"].map(|name| fixture(name).to_str().unwrap().to_owned());
    let still = ["--initial-weights", &weights, "--series", &series, "--num-epochs", "1", "--learning-rate", "1e-300"];
    let overlapping = ["--window-stride", "6", "--dtype", "f64"];
    train(&out, &[&still[..], &overlapping, &["--optimizer", "sgd", "--no-figure"]].concat());
    let loss = columns(&out.join("epochs.csv"))["loss"][0].clone();
    let evaluated = succeed(PROGRAM, ["eval", "--model", &weights, "--series", &series].iter().chain(&overlapping));
    assert!(evaluated.contains(&format!("loss {loss} ")), "{evaluated} for {loss}");
}

#[test]
fn a_loss_that_is_no_number_stops_the_run_and_keeps_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let wild = ["--optimizer", "sgd", "--learning-rate", "1e38", "--out", out.to_str().unwrap()];
    let output = run(PROGRAM, ["run"].iter().chain(&wild));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{error}");
    let status = status(&out);
    assert_eq!(status["status"].as_str(), Some("diverged"));
    let step = status["steps"].as_integer().unwrap();
    assert!(step > 0 && error.contains(&format!("at step {step} ")), "{error}");
    assert_eq!(numbers(&out.join("metrics.csv"), "loss").len() as i64, step);
    assert!(out.join("model.safetensors").exists() && out.join("figure.svg").exists());
    // No epoch was trained to its end: a file with the header alone.
    let header = "epoch,windows,loss,first_window_loss,settled_loss,accuracy,settled_accuracy,floor\n";
    assert_eq!(std::fs::read_to_string(out.join("epochs.csv")).unwrap(), header);
}

#[test]
fn a_signal_stops_a_run_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        let mut child = Command::new(PROGRAM)
            .args(["run", "--num-epochs", "1000000", "--out", out.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let epochs = || std::fs::read_to_string(out.join("epochs.csv")).map_or(0, |text| text.lines().count());
        wait_within(60, "three epochs end", || epochs() >= 3);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let status = status(&out);
        assert_eq!(status["status"].as_str(), Some("interrupted"));
        // Every row is whole, and there is one for each step that was done.
        assert_eq!(numbers(&out.join("metrics.csv"), "loss").len() as i64, status["steps"].as_integer().unwrap());
        assert_eq!(numbers(&out.join("epochs.csv"), "loss").len() as i64, status["epochs"].as_integer().unwrap());
        assert!(out.join("model.safetensors").exists());
    }
}

#[test]
fn a_reader_that_goes_away_does_not_stop_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let mut child = Command::new(PROGRAM)
        .args(["run", "--num-epochs", "20", "--no-figure", "--out", out.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(numbers(&out.join("epochs.csv"), "epoch").len(), 20);
}

/// Nobody can read what it tells, and it trains all the same.
#[test]
fn a_run_whose_errors_cannot_be_told_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["run", "--out", out.to_str().unwrap(), "--no-figure"]).args(SHORT);
    assert_eq!(command.stdout(Stdio::null()).stderr(full).status().unwrap().code(), Some(0));
}

/// `--overwrite` is for runs: what somebody wrote is not taken for one.
#[test]
fn files_that_are_no_runs_are_not_overwritten() {
    for config in ["", "# my notes\nseed = 7\n"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        std::fs::write(folder.path().join("model.safetensors"), "precious").unwrap();
        let arguments = ["run", "--overwrite", "--out", folder.path().to_str().unwrap()];
        let message = refused(PROGRAM, arguments.iter().chain(&SHORT));
        assert!(
            message.ends_with("there is a config.toml, but not a run's folder: it is not overwritten"),
            "{message}"
        );
        assert_eq!(std::fs::read_to_string(folder.path().join("config.toml")).unwrap(), config);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
