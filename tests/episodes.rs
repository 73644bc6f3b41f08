//! Episodes of the user's own, from files that NumPy wrote.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::path::{Path, PathBuf};
use support::{fixtures, numbers, refused, status, succeed};
use toml::Table;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// Loss and accuracy of who does not read bits.npz: worked out with NumPy.
const CHANCE_OF_BITS: [f64; 2] = [0.692_432_337_971_165_3, 0.466_666_666_666_666_6];

/// A file of tests/fixtures/npz/episodes.
fn npz(name: &str) -> PathBuf {
    fixtures("npz/episodes").join(format!("{name}.npz"))
}

fn train(file: &str, out: &Path, more: &[&str]) -> Table {
    let file = format!("--data={}", npz(file).display());
    let run = ["run", "--no-figure", "--task=episodes", "--out", out.to_str().unwrap(), &file];
    let net = ["--cell=gru", "--state-size=8", "--optimizer=adam", "--learning-rate=0.02", "--batch-size=10"];
    succeed(PROGRAM, [&run[..], &net, more].concat());
    status(out)
}

#[test]
fn classes_are_learned_however_the_file_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let [of_classes, of_one_hot] = ["classes", "one_hot"].map(|name| {
        let out = folder.path().join(name);
        let status = train(name, &out, &["--num-epochs=40"]);
        assert_eq!(status["test_accuracy"].as_float(), Some(1.0), "{status}");
        assert!(status["test_loss"].as_float().unwrap() < 0.01, "{status}");
        // Beside the scores stand those of who answers without reading, with the classes' frequencies.
        assert_eq!(status["test_sequence_accuracy"].as_float(), Some(1.0), "{status}");
        assert_eq!(status["test_baseline"].as_str(), Some("chance"), "{status}");
        let [loss, accuracy] =
            ["test_baseline_loss", "test_baseline_accuracy"].map(|key| status[key].as_float().unwrap());
        assert!((loss - 3_f64.ln()).abs() < 0.02 && (0.2..0.5).contains(&accuracy), "{status}");
        assert!(status["test_skill"].as_float().unwrap() > 0.99, "{status}");
        // One answer an episode: 30 of them, in a batch or in several.
        let one = train(name, &folder.path().join(format!("{name}-1")), &["--num-epochs=1"]);
        assert!((0.0..=1.0).contains(&one["valid_accuracy"].as_float().unwrap()));
        std::fs::read(out.join("epochs.csv")).unwrap()
    });
    // All parts of a file are scored afterwards.
    let (model, file) = (folder.path().join("classes/model.safetensors"), npz("classes"));
    let told = succeed(PROGRAM, ["eval", "--model", model.to_str().unwrap(), "--data", file.to_str().unwrap()]);
    assert!(
        told.contains("classes.npz: loss 0.0")
            && told.contains(" accuracy 1, whole sequences right 1, chance: loss 1.0"),
        "{told}"
    );
    // Types, byte orders, the order in memory, the case of names, vectors in the place of classes: it is the same data.
    assert!(of_classes == of_one_hot);
}

#[test]
fn the_most_accurate_weights_are_kept_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let status = train("classes", &out, &["--num-epochs=40", "--monitor=accuracy", "--patience=5"]);
    let accuracy = numbers(&out.join("epochs.csv"), "valid_accuracy");
    let best = accuracy.iter().position(|&of_epoch| accuracy.iter().all(|&other| of_epoch >= other)).unwrap();
    assert_eq!(status["best_epoch"].as_integer(), Some(best as i64));
    assert_eq!(accuracy.len(), best + 6, "{accuracy:?}");
}

#[test]
fn numbers_are_learned_in_episodes_of_their_own_length() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let status = train("values", &out, &["--num-epochs=60", "--valid=0.2", "--test=0.3"]);
    let scores = status["test_scores"].as_array().unwrap();
    let names: Vec<_> = scores.iter().map(|scores| scores["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["y_0", "y_1"]);
    // The sum of a hundred times the second number is by far the greater one.
    assert!(scores[1]["r2"].as_float().unwrap() > 0.9, "{status}");
    let mean = |key: &str| scores.iter().map(|scores| scores[key].as_float().unwrap().powi(2)).sum::<f64>() / 2.0;
    assert!((mean("rmse") / status["test_loss"].as_float().unwrap() - 1.0).abs() < 1e-6, "{status}");
    // A shorter window carries the state within an episode: there are more steps, and it is learned as well.
    let windows = folder.path().join("windows");
    let status = train("values", &windows, &["--num-epochs=60", "--truncated-backprop-length=3", "--test=0.3"]);
    assert!(status["test_scores"][1]["r2"].as_float().unwrap() > 0.9, "{status}");
    let answers = |text: &str| {
        let file = folder.path().join("x.csv");
        std::fs::write(&file, text).unwrap();
        let model = out.join("model.safetensors");
        succeed(PROGRAM, ["predict", "--model", model.to_str().unwrap(), file.to_str().unwrap()])
    };
    let answered = answers("x_0,x_1\n1,0.05\n0,0.05\n");
    let last: f64 = answered.trim_end().rsplit(',').next().unwrap().parse().unwrap();
    assert!((last - 10.0).abs() < 4.0, "{answered}");
}

/// Several labels at once, each of which is true or not: which of three inputs were ever 1.
#[test]
fn bits_are_learned_each_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let status = train("bits", &out, &["--num-epochs=60", "--valid=0.1"]);
    let of = |key: &str| status[key].as_float().unwrap();
    assert!(of("test_accuracy") > 0.95 && of("test_sequence_accuracy") <= of("test_accuracy"), "{status}");
    // Who does not read answers with the share of ones of each: worked out from the file with NumPy.
    assert_eq!(status["test_baseline"].as_str(), Some("chance"), "{status}");
    assert!((of("test_baseline_loss") - CHANCE_OF_BITS[0]).abs() < 1e-6, "{status}");
    assert!((of("test_baseline_accuracy") - CHANCE_OF_BITS[1]).abs() < 1e-6, "{status}");
    assert!(of("test_skill") > 0.8, "{status}");
    let model = out.join("model.safetensors");
    let told = succeed(PROGRAM, ["eval", "--model", model.to_str().unwrap(), "--data", npz("bits").to_str().unwrap()]);
    assert!(told.contains(" accuracy 0.9") || told.contains(" accuracy 1,"), "{told}");
    // A prediction for each bit, and how probable it is that it is 1.
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, "x_0,x_1,x_2\n0,0,0\n1,0,0\n0,0,0\n0,0,0\n0,0,1\n0,0,0\n").unwrap();
    let said = succeed(PROGRAM, ["predict", "--model", model.to_str().unwrap(), file.to_str().unwrap()]);
    let lines: Vec<&str> = said.lines().collect();
    let answers = "prediction_y_0,prediction_y_1,prediction_y_2,probability_y_0,probability_y_1,probability_y_2";
    assert_eq!(lines[0], format!("step,x_0,x_1,x_2,{answers}"));
    assert!(lines[6].starts_with("5,0,0,0,1,0,1,0.9"), "{said}");
}

#[test]
fn a_wrong_file_is_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let run = |file: &Path, more: &[&str]| {
        let flag = format!("--data={}", file.display());
        let run = ["run", "--task=episodes", "--out", out.to_str().unwrap(), &flag];
        let message = refused(PROGRAM, [&run[..], more].concat());
        assert!(!out.exists(), "{message}");
        message
    };
    let cases = [
        ("rank", "array `x_train`: its shape is [2]: it must be [N, T] or [N, T, values]"),
        ("steps", "array `y_train`: its shape is [90, 7], that of `x_train` [90, 8, 2]: N and T must be the same"),
        ("mask", "array `mask_train`: its shape is [90, 3], that of `x_train` [90, 8, 2]: N and T must be the same"),
        ("nan_mask", "array `mask_train`: episode 0, step 7 is NaN: it must be 0 or 1"),
        ("width", "array `X_TEST`: it has 1 number a step: there must be 2, as in the training part"),
        ("nan", "array `x_train`: episode 3, step 2 is NaN: it must be a finite number"),
        ("mixed", "array `y_train`: episode 4, step 1 has -100 beside other numbers"),
        ("late_class", "array `Y_TEST`: episode 7, step 7 is 3: it must be a class from 0 to 2, or -100"),
        ("late_bit", "array `y_test`: episode 2, step 5 is 0.5: it must be 0 or 1, as in the training part"),
        ("negative_class", "array `y_train`: episode 0, step 0 is -1: it must be a class from 0 to 2, or -100"),
        ("nothing", "array `y_train`: no step of it is scored"),
        ("no_targets", "array `y_train`: it is not there: the file has x_train, x_val, y_val, X_TEST, Y_TEST"),
        ("objects", "array `x_train`: it holds `|O`, Python objects (pickle)"),
        ("twice", "array `x_train`: `X_train` is there too"),
        ("empty", "array `x_val`: its shape is [0, 8, 2]: there must be something in it"),
    ];
    for (name, told) in cases {
        let message = run(&npz(name), &[]);
        assert!(message.contains(&format!("episodes/{name}.npz: {told}")), "{message}");
    }
    let good = npz("values");
    let text = folder.path().join("text.npz");
    std::fs::write(&text, "x,y\n1,2\n").unwrap();
    let cut = folder.path().join("cut.npz");
    let bytes = std::fs::read(&good).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    for (file, more, told) in [
        (&text, &[][..], "text.npz: "),
        (&cut, &[], "cut.npz: "),
        (
            &good,
            &["--monitor=accuracy"],
            "monitor is accuracy: the task episodes asks for numbers, so it must be `loss`",
        ),
        (&good, &["--loss=mse"], "loss"),
        (
            &npz("bits"),
            &["--loss=squared_error"],
            "loss is squared_error: for targets that are bits, 0 or 1, it must be cross_entropy",
        ),
        (&npz("great"), &[], " is among the values: numbers of the type f32 cannot hold it"),
        (&good, &["--valid=0.5", "--test=0.5"], "valid"),
        (&good, &["--valid=0.001"], "valid is 0.001: what it holds out is too little"),
        (&good, &["--valid=0", "--patience=3"], "patience has no effect without valid"),
        (&folder.path().join("none.npz"), &[], "none.npz: "),
    ] {
        let message = run(file, more);
        assert!(message.contains(told), "{message}");
    }
}
