//! What the program says: names that were meant, names that are hostile, colours, log lines, and other folders than a run's.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A quick run.
const QUICK: [&str; 5] = ["--num-epochs=1", "--total-series-length=300", "--no-figure", "--threads=1", "--seed=1"];
/// What a name can hold that a terminal obeys, or that turns round what is read: the clearing of the screen, a line of its
/// own, a control sequence in one byte of Latin-1, and text from right to left.
#[cfg(unix)]
const HOSTILE: &str = "a\u{1b}[2Jb\nerror: c\u{9b}31m\u{202e}d\u{7}\r";

fn program(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rnn-train"));
    for name in ["RUST_LOG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied()).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A run with few steps.
fn run(folder: &Path) -> PathBuf {
    let out = folder.join("run");
    let made = program(&[], &[&["run", "--out", out.to_str().unwrap()][..], &QUICK].concat());
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    out
}

#[test]
fn the_words_of_the_field_lead_to_the_programs_own() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let out = out.to_str().unwrap();
    let flags = [
        ("--lr", "--learning-rate"),
        ("--learning_rate", "--learning-rate"),
        ("--epochs", "--num-epochs"),
        ("--bptt", "--truncated-backprop-length"),
        ("--hidden-size", "--state-size"),
        ("--Units", "--state-size"),
        ("--lag", "--echo-step"),
        ("--batch", "--batch-size"),
        ("--colors", "--colours"),
        ("--output", "--out"),
        ("--learning-rat", "--learning-rate"),
    ];
    for (given, meant) in flags {
        let refused = program(&[], &["run", "--out", out, given, "1"]);
        let expected = format!("error: unexpected argument '{given}' found; a similar argument exists: '{meant}'\n");
        assert_eq!((stderr(&refused), refused.status.code()), (expected, Some(2)));
    }
    let values = [
        ("--cell", "rnn", "elman"),
        ("--cell", "LSTM", "lstm"),
        ("--optimizer", "RMSProp", "rmsprop"),
        ("--loss", "mse", "squared_error"),
        ("--dtype", "float64", "f64"),
        ("--init", "glorot", "xavier"),
    ];
    for (flag, given, meant) in values {
        let refused = program(&[], &["run", "--out", out, flag, given]);
        let (message, expected) = (stderr(&refused), format!("; a similar value exists: '{meant}'\n"));
        assert!(message.ends_with(&expected) && message.lines().count() == 1, "{message}");
    }
    for (given, meant) in [("train", "run"), ("evaluate", "eval"), ("test", "eval"), ("continue", "resume")] {
        let refused = stderr(&program(&[], &[given]));
        assert_eq!(
            refused,
            format!("error: unrecognized subcommand '{given}'; a similar subcommand exists: '{meant}'\n")
        );
    }
    let config = folder.path().join("config.toml");
    let keys = [
        ("lr = 0.1", "unknown setting `lr`: did you mean `learning_rate`?"),
        ("hidden-size = 4", "unknown setting `hidden-size`: did you mean `state_size`?"),
        (
            "cell = \"vanilla\"",
            "cell is \"vanilla\": it must be one of `elman`, `elman_relu`, `gru`, `lstm` (did you mean `elman`?)",
        ),
        ("cell = \"zzz\"", "cell is \"zzz\": it must be one of `elman`, `elman_relu`, `gru`, `lstm`"),
    ];
    for (line, expected) in keys {
        std::fs::write(&config, format!("{line}\n")).unwrap();
        let refused = stderr(&program(&[], &["run", "--out", out, "--config", config.to_str().unwrap()]));
        assert_eq!(refused, format!("error: {}:1: {expected}\n", config.display()));
    }
    assert!(!Path::new(out).exists());
}

/// What is printed has no byte that a terminal obeys but the ends of lines, and none that turns text round.
#[cfg(unix)]
#[test]
fn no_name_reaches_a_terminal_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = folder.path().join(HOSTILE);
    std::fs::create_dir(&hostile).unwrap();
    let inside = |name: &str| hostile.join(name).to_str().unwrap().to_owned();
    let csv = inside("series.csv");
    std::fs::write(&csv, "input,target\n".to_owned() + &"0,0\n1,0\n".repeat(60)).unwrap();
    let bad = inside("bad.csv");
    std::fs::write(&bad, "input,target\n0,\u{1b}[31m\u{202e}\n").unwrap();
    let bad_config = inside("bad.toml");
    std::fs::write(&bad_config, "\"lr\\u001b[2J\" = 1\n").unwrap();
    let (out, model) = (inside("run"), inside("run/model.safetensors"));
    let series = ["--total-series-length=120", "--batch-size=2", "--num-epochs=1", "--series"];
    let with_series =
        |command: &[&str]| [command, &series[1..], &[&csv]].concat().iter().map(ToString::to_string).collect();
    let commands: Vec<Vec<String>> = vec![
        with_series(&["run", "--out", &out]),
        with_series(&["run", "--out", &out]),
        ["resume", &out].map(str::to_owned).to_vec(),
        ["report", &out].map(str::to_owned).to_vec(),
        ["animate", &out].map(str::to_owned).to_vec(),
        ["replay", &out].map(str::to_owned).to_vec(),
        ["report", &hostile.display().to_string()].map(str::to_owned).to_vec(),
        ["report", &csv].map(str::to_owned).to_vec(),
        ["eval", "--model", &model, "--batch-size=2", "--series", &csv, "--format=json"].map(str::to_owned).to_vec(),
        ["eval", "--model", &model, "--batch-size=2", "--series", &csv, "--format=csv"].map(str::to_owned).to_vec(),
        ["eval", "--model", &model, "--batch-size=2", "--series", &csv].map(str::to_owned).to_vec(),
        ["eval", "--model", &bad].map(str::to_owned).to_vec(),
        ["predict", "--model", &model, &bad].map(str::to_owned).to_vec(),
        ["predict", "--model", &model, "--state", &bad, &csv].map(str::to_owned).to_vec(),
        ["predict", "--model", &inside("none")].map(str::to_owned).to_vec(),
        ["run", "--out", &inside("other"), "--series", &bad].map(str::to_owned).to_vec(),
        ["run", "--out", &inside("other"), "--config", &bad_config].map(str::to_owned).to_vec(),
        ["-vv", "run", "--out", &inside("more"), "--num-epochs=1", "--batch-size=2", "--series", &csv]
            .map(str::to_owned)
            .to_vec(),
        vec![HOSTILE.to_owned()],
        vec!["run".to_owned(), format!("--{HOSTILE}")],
        vec!["run".to_owned(), "--cell".to_owned(), HOSTILE.to_owned()],
    ];
    let mut shown = 0;
    for command in commands {
        let arguments: Vec<_> = command.iter().map(String::as_str).collect();
        let output = program(&[], &arguments);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let obeyed = text.chars().find(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert_eq!(obeyed, None, "{command:?}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("error: c")), "{command:?}: {text}");
        shown += usize::from(text.contains("a\\u{1b}[2Jb\\nerror: c\\u{9b}31m\\u{202e}d\\u{7}\\r"));
    }
    assert!(shown >= 14, "{shown}");
}

#[test]
fn colours_are_shown_where_they_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(folder.path());
    let out = out.to_str().unwrap();
    // Neither standard output nor standard error is a terminal here.
    let cases: [(&[(&str, &str)], bool); 3] =
        [(&[], false), (&[("CLICOLOR_FORCE", "1")], true), (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false)];
    for (environment, coloured) in cases {
        for arguments in [&["report", out][..], &["--help"]] {
            let Output { stdout, stderr, .. } = program(environment, arguments);
            let text = [stdout, stderr].concat();
            assert_eq!(text.contains(&0x1b), coloured, "{environment:?} {arguments:?}: {}", text.escape_ascii());
        }
    }
}

#[test]
fn log_lines_are_the_programs_own() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(folder.path());
    let report = |environment: &[(&str, &str)]| stderr(&program(environment, &["report", out.to_str().unwrap()]));
    let plain = report(&[]);
    assert_eq!(plain.lines().count(), 1, "{plain}");
    assert_eq!(report(&[("RUST_LOG", "")]), plain);
    assert_eq!(report(&[("RUST_LOG", "error")]), "");
    let told = report(&[("RUST_LOG", "rnn_train=loud")]);
    assert!(
        told.starts_with(" WARN RUST_LOG is `rnn_train=loud`, which is ignored: ") && told.ends_with(&plain),
        "{told}"
    );
    let told = report(&[("RUST_LOG", "rnn_train[epoch]=info")]);
    assert!(told.contains("only targets and levels") && told.ends_with(&plain), "{told}");
}

#[test]
fn other_folders_are_told_from_a_runs() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let (empty, sweep) = (folder.path().join("empty"), folder.path().join("sweep"));
    std::fs::create_dir_all(&empty).unwrap();
    std::fs::create_dir_all(sweep.join("results")).unwrap();
    for name in ["sweep.toml", "summary.csv"] {
        std::fs::write(sweep.join(name), "").unwrap();
    }
    let of_sweep = format!(
        "`cargo xtask report {0}` writes its report, `cargo xtask sweep {0}/sweep.toml` continues it, and its runs are in \
         {0}/trials",
        sweep.display()
    );
    let cases = [
        (folder.path().join("none"), "there is no such folder".to_owned()),
        (empty, "this is not a run's folder: it has no config.toml".to_owned()),
        (run.join("metrics.csv"), format!("this is a file: give the run's folder, {}", run.display())),
        (
            folder.path().to_owned(),
            format!("this is not a run's folder, but there are runs in it: give one, such as {}", run.display()),
        ),
        (sweep.clone(), format!("this is a sweep's folder, not a run's: {of_sweep}")),
        (sweep.join("results"), format!("this is part of a sweep's folder: {of_sweep}")),
        (sweep.join("summary.csv"), format!("this is a file in a sweep's folder: {of_sweep}")),
    ];
    for (path, problem) in cases {
        for command in ["report", "resume", "animate"] {
            let refused = program(&[], &[command, path.to_str().unwrap()]);
            let expected = format!("error: {}: {problem}\n", path.display());
            assert_eq!((stderr(&refused), refused.status.code()), (expected, Some(2)), "{command}");
        }
    }
}
