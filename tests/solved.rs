//! When a task counts as solved by its sequences, runs that end there, long sequences to test on, and weights that are guessed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::path::Path;
use support::{DETERMINISTIC, columns, numbers, refused, run, status, succeed};
use toml::Table;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// A net that counts modulo 2.
const COUNTS: [&str; 10] = [
    "--task=modular_counting",
    "--modulus=2",
    "--sequence-length=10",
    "--cell=gru",
    "--state-size=6",
    "--optimizer=adam",
    "--learning-rate=0.02",
    "--batch-size=8",
    "--episodes=500",
    "--log-every=100",
];

fn train(out: &Path, more: &[&str]) {
    succeed(PROGRAM, [&["run", "--no-figure", "--out", out.to_str().unwrap()], more].concat());
}

fn whole(status: &Table, key: &str) -> i64 {
    status[key].as_integer().unwrap_or_else(|| panic!("{key}: {status}"))
}

fn number(status: &Table, key: &str) -> f64 {
    status[key].as_float().unwrap_or_else(|| panic!("{key}: {status}"))
}

#[test]
fn a_run_ends_after_the_epoch_in_which_the_task_was_solved() {
    let folder = tempfile::tempdir().unwrap();
    let [until, on] = ["until", "on"].map(|name| folder.path().join(name));
    train(
        &until,
        &[&COUNTS[..], &["--until-solved=true", "--num-epochs=100", "--test=1", "--test-length=60"]].concat(),
    );
    let solved = status(&until);
    let (epoch, sequences) = (whole(&solved, "solved_epoch"), whole(&solved, "solved_sequences"));
    assert_eq!((whole(&solved, "epochs"), &solved["status"]), (epoch + 1, &"done".into()));
    // It is a sequence of that epoch, and 1,000 were right by then.
    assert!(sequences > 500 * epoch && sequences <= 500 * (epoch + 1) && sequences >= 1000, "{solved}");
    // A batch of eight is a step; the last one of an epoch has four.
    let steps = epoch * 63 + (sequences - 500 * epoch + 7) / 8;
    assert_eq!(whole(&solved, "solved_steps"), steps);
    assert_eq!((number(&solved, "test_accuracy"), number(&solved, "test_sequence_accuracy")), (1.0, 1.0));
    assert_eq!((number(&solved, "test_floor"), number(&solved, "test_skill") > 0.99), (0.0, true));

    // It says so, is at its end, and is as one that was to have just these epochs.
    let told = run(PROGRAM, ["resume", until.to_str().unwrap(), "--num-epochs=200"]);
    assert!(String::from_utf8(told.stderr).unwrap().contains("until_solved asks for no more"));
    let ended = format!("--num-epochs={}", epoch + 1);
    train(&on, &[&COUNTS[..], &[&ended]].concat());
    for name in ["metrics.csv", "epochs.csv", "model.safetensors"] {
        let [one, other] = [&until, &on].map(|out| std::fs::read(out.join(name)).unwrap());
        assert!(one == other || name == "model.safetensors", "{name}");
    }
    assert_eq!(whole(&status(&on), "solved_sequences"), sequences);
}

/// What was seen of sequences goes through checkpoints, also in the middle of one.
#[test]
fn a_run_that_was_stopped_solves_the_task_at_the_same_sequence() {
    let folder = tempfile::tempdir().unwrap();
    let [through, stopped] = ["through", "stopped"].map(|name| folder.path().join(name));
    let task = [&COUNTS[..], &["--truncated-backprop-length=5"]].concat();
    train(&through, &[&task[..], &["--num-epochs=8"]].concat());
    train(&stopped, &[&task[..], &["--num-epochs=3"]].concat());
    succeed(PROGRAM, ["resume", stopped.to_str().unwrap(), "--num-epochs=8"]);
    let [one, other] = [&through, &stopped].map(|out| status(out));
    assert!(one.contains_key("solved_sequences"), "{one}");
    for key in ["solved_epoch", "solved_steps", "solved_sequences"] {
        assert_eq!(one[key], other[key], "{key}");
    }
    for name in DETERMINISTIC.iter().filter(|name| through.join(name).exists() && name.ends_with(".csv")) {
        assert!(std::fs::read(through.join(name)).unwrap() == std::fs::read(stopped.join(name)).unwrap(), "{name}");
    }
}

/// An Elman net of three units whose weights are drawn solves parity, and keeps on solving it on longer sequences.
#[test]
fn weights_are_guessed_until_they_solve_the_task() {
    let folder = tempfile::tempdir().unwrap();
    let [out, again] = ["run", "again"].map(|name| folder.path().join(name));
    let guess = ["--task=modular_counting", "--modulus=2", "--learning=guess", "--state-size=3", "--batch-size=1"];
    let rest = ["--until-solved=true", "--num-epochs=1000", "--test=1", "--test-length=300", "--log-every=1000"];
    train(&out, &[&guess[..], &rest].concat());
    let solved = status(&out);
    assert_eq!(number(&solved, "test_sequence_accuracy"), 1.0, "{solved}");
    let norms = &columns(&out.join("metrics.csv"))["gradient_norm"];
    assert!(norms.iter().all(String::is_empty), "nothing is propagated back: {norms:?}");
    // What it was stopped at it goes on from.
    train(&again, &[&guess[..], &rest[..1], &rest[2..], &["--num-epochs=2"]].concat());
    succeed(PROGRAM, ["resume", again.to_str().unwrap(), "--num-epochs=1000"]);
    assert_eq!(status(&again)["solved_sequences"], solved["solved_sequences"]);
    let config = std::fs::read_to_string(out.join("config.toml")).unwrap();
    assert!(!config.contains("optimizer") && !config.contains("init") && config.contains("guess_range"), "{config}");
}

/// The same episodes in each epoch, in another order: their mean loss is that of a net which does not learn.
#[test]
fn episodes_that_are_not_drawn_again_stay_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let losses = |name: &str, redraw: &str| {
        let out = folder.path().join(name);
        let still = ["--optimizer=sgd", "--learning-rate=1e-9", "--episodes=40", "--batch-size=8", "--num-epochs=3"];
        train(&out, &[&["--task=reber", redraw, "--dtype=f64"], &still[..]].concat());
        (numbers(&out.join("epochs.csv"), "floor"), numbers(&out.join("metrics.csv"), "loss"))
    };
    let (floors, steps) = losses("same", "--redraw=false");
    assert!(floors.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1e-12), "{floors:?}");
    assert!(steps[..5] != steps[5..10], "another order");
    let (floors, _) = losses("others", "--redraw=true");
    assert!(floors.windows(2).all(|pair| (pair[0] - pair[1]).abs() > 1e-6), "{floors:?}");
}

#[test]
fn what_has_no_meaning_is_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let cases: [(&[&str], &str); 10] = [
        (
            &["--task=reber", "--learning=guess", "--guess-range=nan"],
            "guess_range is NaN: it must be above 0, and a number of the type f32",
        ),
        (&["--task=reber", "--learning=guess", "--guess-range=1e300"], "guess_range is 1"),
        (
            &["--task=parity", "--test=1", "--test-length=9223372036854775807"],
            "test_length is 9223372036854775807: there is no memory for so many time steps",
        ),
        (
            &["--learning=guess"],
            "learning has no effect with the task echo, which does not say when a sequence is right",
        ),
        (&["--task=reber", "--guess-range=3"], "guess_range has no effect with the learning bptt: only guess has it"),
        (
            &["--task=reber", "--learning=guess", "--clip-norm=1"],
            "clip_norm has no effect with the learning guess: weights are drawn",
        ),
        (&["--task=reber", "--test-length=20"], "test_length has no effect without test"),
        (&["--test=1", "--test-length=20"], "test_length has no effect with the task echo: only "),
        (
            &["--task=reber", "--test=1", "--test-length=3"],
            "test_length is 3: sequence_length is 3: it must be at least 8",
        ),
        (&["--redraw=false"], "redraw has no effect with the task echo, whose data are no episodes that are drawn"),
    ];
    for (flags, told) in cases {
        let message = refused(PROGRAM, [&["run", "--out", out.to_str().unwrap()], flags].concat());
        assert!(message.contains(told), "{flags:?}: {message}");
    }
    assert!(!out.exists());
}

/// Weights that answer with what is no number are wrong, and end nothing.
#[test]
fn guesses_that_answer_with_no_number_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let wild = ["--task=parity", "--learning=guess", "--guess-range=1e30", "--cell=elman_relu", "--num-epochs=2"];
    train(&out, &[&wild[..], &["--episodes=50"]].concat());
    let status = status(&out);
    assert!(status["status"] == "done".into() && !status.contains_key("solved_sequences"), "{status}");
    let losses = numbers(&out.join("epochs.csv"), "loss");
    assert!(losses.len() == 2 && losses.iter().all(|&loss| loss > 1e38 && loss.is_finite()), "{losses:?}");
    // A row for each step, and files that can be read.
    assert_eq!(numbers(&out.join("metrics.csv"), "loss").len(), status["steps"].as_integer().unwrap() as usize);
    succeed(PROGRAM, ["report", out.to_str().unwrap()]);
}
