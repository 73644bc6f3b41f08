//! Every way of training that `rnn-train` offers: it learns, it is recorded, and what has no meaning is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use rnn_core::stored;
use std::path::Path;
use support::{numbers, refused, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");
const SHORT: [&str; 3] = ["--no-figure", "--num-epochs=1", "--total-series-length=3000"];

fn train(out: &Path, more: &[&str]) {
    succeed(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(more));
}

/// Trains in a folder of its own and returns a column of `metrics.csv`.
fn column(name: &str, more: &[&str]) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    train(&out, &[&SHORT[..], more].concat());
    numbers(&out.join("metrics.csv"), name)
}

/// Accuracy and loss of the settled windows of the last epoch, and of the saved net on a fresh series.
fn learned(more: &[&str]) -> [f64; 2] {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    train(&out, &[&["--no-figure"], more].concat());
    let model = out.join("model.safetensors");
    let evaluated = succeed(PROGRAM, ["eval", "--model", model.to_str().unwrap()].iter().chain(more.last()));
    let accuracy = evaluated.trim_end().rsplit(' ').next().unwrap().parse().unwrap();
    [*numbers(&out.join("epochs.csv"), "settled_accuracy").last().unwrap(), accuracy]
}

/// The last argument is one that evaluation needs too: what does not travel with the weights.
#[test]
fn every_cell_loss_input_and_readout_learns_the_echo() {
    let cases: [&[&str]; 7] = [
        &["--cell=gru", "--optimizer=adam", "--num-epochs=3", "--echo-step=3"],
        &["--cell=lstm", "--optimizer=adam", "--num-epochs=5", "--echo-step=3"],
        &[
            "--cell=elman_relu",
            "--init=orthogonal",
            "--state-size=16",
            "--optimizer=adam",
            "--learning-rate=0.003",
            "--num-epochs=10",
            "--echo-step=3",
        ],
        &[
            "--cell=gru",
            "--num-layers=2",
            "--state-size=8",
            "--dropout=0.1",
            "--optimizer=adam",
            "--num-epochs=4",
            "--echo-step=3",
        ],
        &["--cell=gru", "--loss=squared_error", "--optimizer=adam", "--num-epochs=4", "--echo-step=3"],
        &[
            "--cell=gru",
            "--input=one_hot",
            "--num-classes=4",
            "--state-size=16",
            "--optimizer=adam",
            "--num-epochs=8",
            "--echo-step=2",
        ],
        &["--cell=gru", "--state-size=8", "--optimizer=adam", "--num-epochs=8", "--readout=last_step", "--echo-step=3"],
    ];
    for case in cases {
        for accuracy in learned(case) {
            assert!(accuracy > 0.99, "{case:?}: {accuracy}");
        }
    }
}

/// Whatever one setting changes, it changes the numbers, and the same again gives the same.
#[test]
fn every_setting_of_training_has_an_effect() {
    let base = column("loss", &["--cell=lstm", "--optimizer=adam"]);
    let cases: [&[&str]; 16] = [
        &["--optimizer=adam", "--beta1=0.5"],
        &["--optimizer=adam", "--beta2=0.5"],
        &["--optimizer=adam", "--epsilon=0.1"],
        &["--optimizer=adamw"],
        &["--optimizer=adamw", "--weight-decay=0.5"],
        &["--optimizer=rmsprop"],
        &["--optimizer=rmsprop", "--rms-decay=0.5"],
        &["--optimizer=sgd"],
        &["--optimizer=sgd", "--momentum=0.9"],
        &["--optimizer=sgd", "--momentum=0.9", "--nesterov"],
        &["--optimizer=adagrad"],
        &["--optimizer=adagrad_pytorch"],
        &["--optimizer=adam", "--forget-bias=1"],
        &["--optimizer=adam", "--init=xavier"],
        &["--optimizer=adam", "--init=orthogonal"],
        &["--optimizer=adam", "--init=identity"],
    ];
    let mut seen = vec![base];
    for case in cases {
        let losses = column("loss", &[&["--cell=lstm"], case].concat());
        assert!(!seen.contains(&losses), "{case:?} changes nothing");
        assert_eq!(losses, column("loss", &[&["--cell=lstm"], case].concat()), "{case:?}");
        seen.push(losses);
    }
}

#[test]
fn the_learning_rate_follows_the_schedule_and_is_recorded() {
    // 40 windows.
    let rates = |more: &[&str]| column("learning_rate", &[&["--dtype=f64", "--learning-rate=0.2"], more].concat());
    assert_eq!(rates(&[]), [0.2; 40]);
    let step = rates(&["--schedule=step", "--decay-steps=15", "--decay-factor=0.5", "--warmup-steps=4"]);
    let expected: Vec<f64> =
        (1..=4).map(|n| 0.05 * f64::from(n)).chain([[0.2; 15], [0.1; 15]].concat()).chain([0.05; 6]).collect();
    assert!(step.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-15), "{step:?}");
    // The cosine is at its end when the run is: half of it at half the steps.
    let cosine = rates(&["--schedule=cosine"]);
    assert!((cosine[0] - 0.2).abs() < 1e-15 && (cosine[20] - 0.1).abs() < 1e-15 && cosine[39] < 0.001, "{cosine:?}");
    assert!(cosine.is_sorted_by(|a, b| a > b));
    let to_half = rates(&["--schedule=cosine", "--decay-factor=0.5", "--decay-steps=10"]);
    assert!(to_half[10..].iter().all(|rate| (rate - 0.1).abs() < 1e-15));
}

#[test]
fn gradients_are_clipped_and_the_norm_is_told_before() {
    let plain = column("gradient_norm", &["--optimizer=sgd"]);
    for clip in ["--clip-norm=0.01", "--clip-value=0.001"] {
        let clipped = column("gradient_norm", &["--optimizer=sgd", clip]);
        assert_eq!(plain[0], clipped[0]);
        assert_ne!(plain, clipped);
    }
    // So far up that nothing is clipped.
    assert_eq!(plain, column("gradient_norm", &["--optimizer=sgd", "--clip-norm=1e9", "--clip-value=1e9"]));
}

/// Dropping is for training: with a step size that changes nothing, a run scores worse than its own evaluation.
#[test]
fn dropout_drops_in_training_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("learned");
    let net = ["--cell=gru", "--num-layers=2", "--state-size=8"];
    train(&out, &[&["--no-figure", "--optimizer=adam", "--num-epochs=3"], &net[..]].concat());
    let model = out.join("model.safetensors");
    let still = folder.path().join("still");
    let weights = format!("--initial-weights={}", model.display());
    let frozen = [&SHORT[..], &net, &[&weights, "--optimizer=sgd", "--learning-rate=1e-30", "--dropout=0.8"]].concat();
    train(&still, &frozen);
    assert!(*numbers(&out.join("epochs.csv"), "settled_accuracy").last().unwrap() > 0.99);
    assert!(numbers(&still.join("epochs.csv"), "settled_accuracy")[0] < 0.95);
    let evaluated = succeed(PROGRAM, ["eval", "--model", still.join("model.safetensors").to_str().unwrap()]);
    assert!(evaluated.trim_end().rsplit(' ').next().unwrap().parse::<f64>().unwrap() > 0.99, "{evaluated}");
}

/// The settings that rebuild the net are in the file of its weights.
#[test]
fn the_weights_say_what_net_they_are_of() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let net = [
        "--cell=elman_relu",
        "--num-layers=3",
        "--state-size=5",
        "--dropout=0.25",
        "--input=one_hot",
        "--num-classes=3",
    ];
    train(&out, &[&SHORT[..], &net].concat());
    let found = stored(&std::fs::read(out.join("model.safetensors")).unwrap()).unwrap();
    let expected = [
        ("batch_size", "5"),
        ("cell", "elman_relu"),
        ("dropout", "0.25"),
        ("echo_step", "3"),
        ("hidden_size", "5"),
        ("input", "one_hot"),
        ("input_size", "3"),
        ("loss", "cross_entropy"),
        ("num_classes", "3"),
        ("num_layers", "3"),
        ("outputs", "3"),
        ("readout", "every_step"),
        ("total_series_length", "3000"),
        ("truncated_backprop_length", "15"),
    ];
    assert!(found.settings.iter().map(|(key, value)| (&**key, &**value)).eq(expected), "{:?}", found.settings);
}

#[test]
fn what_has_no_meaning_is_refused() {
    let cases: [(&[&str], &str); 16] = [
        (&["--momentum=0.9"], "momentum has no effect with the optimizer adagrad: only sgd has it"),
        (&["--optimizer=adam", "--nesterov"], "nesterov has no effect with the optimizer adam: only sgd has it"),
        (
            &["--optimizer=sgd", "--beta1=0.9"],
            "beta1 has no effect with the optimizer sgd: only adam and adamw have it",
        ),
        (
            &["--optimizer=adam", "--weight-decay=0.1"],
            "weight_decay has no effect with the optimizer adam: only adamw has it",
        ),
        (&["--cell=gru", "--forget-bias=1"], "forget_bias has no effect with the cell gru: only lstm has forget gates"),
        (&["--decay-steps=5"], "decay_steps has no effect with the schedule constant: only step and cosine have them"),
        (&["--schedule=step"], "decay_steps is missing: the schedule step needs it"),
        (&["--dropout=0.5"], "dropout has no effect with one layer: only values passed between layers are dropped"),
        (&["--dropout=1", "--num-layers=2"], "dropout is 1.0: it must be from 0 to less than 1"),
        (&["--num-layers=0"], "num_layers is 0: it must be at least 1"),
        (&["--optimizer=sgd", "--momentum=1"], "momentum is 1.0: it must be from 0 to less than 1"),
        (&["--optimizer=sgd", "--nesterov"], "nesterov is true: it needs a momentum greater than 0"),
        (&["--clip-norm=0"], "clip_norm is 0.0: it must be a number greater than 0, or \"off\""),
        (&["--schedule=cosine", "--decay-factor=2"], "decay_factor is 2.0: it must be from 0 to 1"),
        (&["--checkpoint-every=0"], "checkpoint_every is 0: it must be at least 1, or \"off\""),
        (
            &["--init=xavier", "--initial-weights=some.safetensors"],
            "init has no effect with initial_weights, which are the weights to start from",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    for (arguments, expected) in cases {
        assert_eq!(refused(PROGRAM, ["run", "--out", out.to_str().unwrap()].iter().chain(arguments)), expected);
        assert!(!out.exists());
    }
}

/// A run's settings can be laid under others: what belongs to a setting that is replaced does not stand in the way.
#[test]
fn what_follows_a_setting_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    let schedule = ["--schedule=step", "--decay-steps=9", "--decay-factor=0.5"];
    train(&first, &[&SHORT[..], &["--cell=lstm", "--forget-bias=1", "--optimizer=adamw"], &schedule].concat());
    let config = first.join("config.toml");
    let model = format!("--initial-weights={}", first.join("model.safetensors").display());
    let other = ["--optimizer=sgd", "--schedule=constant", &model];
    train(&second, &[&["--no-figure", "--config", config.to_str().unwrap()], &other[..]].concat());
    let resolved = std::fs::read_to_string(second.join("config.toml")).unwrap();
    assert!(resolved.contains("momentum = 0.0") && resolved.contains("cell = \"lstm\""), "{resolved}");
    for gone in ["beta1", "weight_decay", "decay_steps", "forget_bias", "init ="] {
        assert!(!resolved.contains(gone), "{gone}: {resolved}");
    }

    // What a file gives for a setting that only the flag names stays.
    let [file, named] = ["lower.toml", "named"].map(|name| folder.path().join(name));
    let lower =
        "momentum = 0.9\nforget_bias = 1.0\ndecay_steps = 7\nclass_probabilities = [0.2, 0.3, 0.5]\ndropout = 0.5\n";
    std::fs::write(&file, lower).unwrap();
    let flags = ["--optimizer=sgd", "--cell=lstm", "--schedule=step", "--num-classes=3", "--num-layers=2"];
    train(&named, &[&SHORT[..], &["--config", file.to_str().unwrap()], &flags].concat());
    let resolved = std::fs::read_to_string(named.join("config.toml")).unwrap();
    for line in lower.lines() {
        assert!(resolved.contains(line), "{line}: {resolved}");
    }
    // A constant that was chosen stays where it has a meaning.
    let [adam, adamw] = ["adam", "adamw"].map(|name| folder.path().join(name));
    train(&adam, &[&SHORT[..], &["--optimizer=adam", "--beta1=0.8"]].concat());
    let config = adam.join("config.toml");
    train(&adamw, &["--no-figure", "--config", config.to_str().unwrap(), "--optimizer=adamw"]);
    assert!(std::fs::read_to_string(adamw.join("config.toml")).unwrap().contains("beta1 = 0.8\n"));

    for (given, factor) in [("--decay-factor=0.5", 0.5), ("--learning-rate=0.3", 0.0)] {
        let [step, cosine] = ["step", "cosine"].map(|name| folder.path().join(format!("{name}{factor}")));
        train(&step, &[&SHORT[..], &["--schedule=step", "--decay-steps=9", given]].concat());
        let config = step.join("config.toml");
        train(&cosine, &["--no-figure", "--config", config.to_str().unwrap(), "--schedule=cosine"]);
        let resolved: toml::Table = std::fs::read_to_string(cosine.join("config.toml")).unwrap().parse().unwrap();
        assert_eq!(
            (resolved["decay_steps"].as_integer(), resolved["decay_factor"].as_float()),
            (Some(9), Some(factor))
        );
    }

    // What was only the default beside the old is the default beside the new; what was chosen stays.
    let [default, chosen] = ["default", "chosen"].map(|name| folder.path().join(name));
    train(&default, &[&SHORT[..], &["--num-layers=2", "--dropout=0.5", "--class-probabilities=0.5,0.5"]].concat());
    train(
        &chosen,
        &[&SHORT[..], &["--init=xavier", "--learning-rate=0.05", "--num-layers=2", "--dropout=0.5"]].concat(),
    );
    for (config, number, init, rate, layers) in
        [(default, "over", "pytorch", 0.01, "1"), (chosen, "chosen-over", "xavier", 0.05, "3")]
    {
        let config = config.join("config.toml");
        let out = folder.path().join(number);
        let other = ["--optimizer=adam", "--cell=gru", "--num-classes=3", "--num-layers", layers];
        train(&out, &[&["--no-figure", "--config", config.to_str().unwrap()], &other[..]].concat());
        let resolved: toml::Table = std::fs::read_to_string(out.join("config.toml")).unwrap().parse().unwrap();
        assert_eq!((resolved["init"].as_str(), resolved["learning_rate"].as_float()), (Some(init), Some(rate)));
        assert_eq!(resolved["dropout"].as_float(), Some(if layers == "1" { 0.0 } else { 0.5 }));
    }
}

/// No net beats the floor on average, and one that is trained long enough comes near it: in an epoch's first window, and in
/// all of them together. Short epochs make the first window one of three, so that the net learns what to answer there.
#[test]
fn a_trained_nets_loss_comes_down_to_the_floor_and_not_below() {
    let entropy = |p: &[f64]| -> f64 { p.iter().map(|p| -p * p.ln()).sum() };
    let cases: [(&[&str], f64); 4] = [
        (&["--state-size=4"], 0.2 * entropy(&[0.6, 0.4])),
        (&["--state-size=8", "--class-probabilities=0.8,0.2"], 0.2 * entropy(&[0.84, 0.16])),
        (
            &["--state-size=12", "--num-classes=3", "--class-probabilities=0.6,0.3,0.1", "--input=one_hot"],
            0.2 * entropy(&[0.68, 0.24, 0.08]),
        ),
        (&["--state-size=8", "--loss=squared_error"], 0.2 * 0.24),
    ];
    for (more, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        let long = ["--no-figure", "--total-series-length=250", "--num-epochs=20000", "--log-every=3"];
        let gentle = ["--optimizer=adam", "--schedule=cosine", "--init=orthogonal"];
        train(&out, &[&long[..], &gentle, more].concat());
        let epochs = out.join("epochs.csv");
        let late = |name: &str| {
            let values = &numbers(&epochs, name)[10_000..];
            values.iter().sum::<f64>() / values.len() as f64
        };
        // A row every third step is one for each epoch's first window.
        let floors = numbers(&out.join("metrics.csv"), "floor");
        assert!(floors.len() == 20_000 && floors.iter().all(|floor| (floor - expected).abs() < 1e-12), "{more:?}");
        for (loss, floor) in [(late("first_window_loss"), expected), (late("loss"), late("floor"))] {
            // The mean of 10,000 windows wanders by about 0.0001.
            assert!(loss > floor - 0.0003 && loss < floor + 0.01, "{more:?}: {loss} for a floor of {floor}");
        }
    }
}

/// A flag switches off what a file has switched on, and that is the run without it.
#[test]
fn a_flag_switches_off_what_a_file_has_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(
        at("c.toml"),
        "num_epochs = 1\ntotal_series_length = 3000\nclip_norm = 0.01\ncheckpoint_every = 5\n",
    )
    .unwrap();
    let run = |out: &str, flags: &[&str]| {
        let (out, config) = (at(out), at("c.toml"));
        let arguments =
            ["run", "--no-figure", "--out", &out, "--config", &config].into_iter().chain(flags.iter().copied());
        succeed(PROGRAM, arguments);
        std::fs::read_to_string(folder.path().join(out).join("config.toml")).unwrap()
    };
    assert!(run("on", &[]).contains("clip_norm = 0.01"));
    let off = run("off", &["--clip-norm=off", "--checkpoint-every=off"]);
    assert!(!off.contains("clip_norm") && !off.contains("checkpoint_every"), "{off}");
    for (value, why) in
        [("none", "it must be a number, or off"), ("inf", "it must be a number greater than 0, or \"off\"")]
    {
        let message = refused(PROGRAM, ["run", "--out", &at("x"), &format!("--clip-norm={value}")]);
        assert!(message.contains(why), "{message}");
    }
}
