//! Tasks beside the echo: episodes, numbers, validation, and the best weights.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use echo_data::{Adding, Copying, Sequence, Split, Task};
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use support::{columns, fixtures, numbers, refused, run, status, succeed};
use toml::Table;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rnn-train");

/// A net that learns in seconds.
const LEARNS: [&str; 4] = ["--optimizer=adam", "--learning-rate=0.01", "--batch-size=20", "--state-size=16"];

fn train(out: &Path, more: &[&str]) {
    succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap()], &LEARNS[..], more].concat());
}

fn number(status: &Table, key: &str) -> f64 {
    status[key].as_float().unwrap_or_else(|| panic!("{key}: {status}"))
}

/// The bytes of a net's tensors.
fn tensors(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let bytes = std::fs::read(out.join("model.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.iter().map(|(name, view)| (name.to_owned(), view.data().to_vec())).collect()
}

/// What a net answers to each step of an episode, in these columns.
fn answers(model: &Path, header: &str, rows: &[Vec<f64>], column: &str) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let (episode, answers) = (folder.path().join("episode.csv"), folder.path().join("answers.csv"));
    let mut text = format!("{header}\n");
    for row in rows {
        writeln!(text, "{}", row.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")).unwrap();
    }
    std::fs::write(&episode, text).unwrap();
    let said = succeed(PROGRAM, ["predict", "--model", model.to_str().unwrap(), episode.to_str().unwrap()]);
    std::fs::write(&answers, said).unwrap();
    numbers(&answers, column)
}

#[test]
fn adding_is_learned_and_the_net_answers_with_the_sum() {
    let folder = tempfile::tempdir().unwrap();
    for (form, cell) in [("arjovsky", "gru"), ("hochreiter", "lstm")] {
        let out = folder.path().join(form);
        let form_flag = format!("--adding-form={form}");
        let task =
            ["--task=adding", "--sequence-length=15", &form_flag, "--num-epochs=30", "--valid=0.2", "--test=0.5"];
        train(&out, &[&task[..], &["--cell", cell]].concat());
        let status = status(&out);
        // Two thousand sequences within 0.04 take longer.
        let solved = status.contains_key("solved_epoch") || form == "hochreiter";
        assert!(solved && !status.contains_key("accuracy"), "{status}");
        let test = number(&status, "test_loss");
        assert!(test < 0.005 && (number(&status, "valid_loss") / test).ln().abs() < 1.0, "{status}");
        for name in ["metrics.csv", "epochs.csv"] {
            assert!(columns(&out.join(name))["accuracy"].iter().all(String::is_empty), "{name}");
        }
        // Of an episode that no training has drawn.
        let asked = Adding { sequence_length: 15, form };
        let mut episode = Sequence::new(asked.shape());
        asked.fill(99, Split::Fresh, 0, &mut episode).unwrap();
        let rows: Vec<_> = episode.inputs().values().chunks(2).map(<[f64]>::to_vec).collect();
        let answered = answers(&out.join("model.safetensors"), "value,mark", &rows, "prediction");
        let (answer, target) = (answered.last().unwrap(), episode.targets().values().last().unwrap());
        assert!((answer - target).abs() < 0.25, "{answer} for {target}");
        // The file of weights says what it was trained for.
        let scored = succeed(PROGRAM, ["eval", "--model", out.join("model.safetensors").to_str().unwrap()]);
        assert!(
            scored.starts_with("fresh episodes of seed 0: loss 0.00") && scored.contains(", floor 0, sum: RMSE 0."),
            "{scored}"
        );
        // Columns are known by name, in any order and among others.
        let turned: Vec<_> = rows.iter().map(|row| vec![row[1], 7.0, row[0]]).collect();
        assert_eq!(answers(&out.join("model.safetensors"), "mark,other,value", &turned, "prediction"), answered);
    }
}

#[test]
fn copy_is_learned_and_the_net_repeats_the_symbols() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let asked = Copying { delay: 3, num_symbols: 3, num_copied: 2 };
    let task = ["--task=copy", "--delay=3", "--num-symbols=3", "--num-copied=2", "--cell=gru", "--num-epochs=60"];
    train(&out, &[&task[..], &["--valid=0.1", "--test=0.1"]].concat());
    assert_eq!(number(&status(&out), "test_accuracy"), 1.0);
    let mut episode = Sequence::new(asked.shape());
    asked.fill(99, Split::Fresh, 0, &mut episode).unwrap();
    let rows: Vec<_> = episode.inputs().classes().iter().map(|&class| vec![f64::from(class)]).collect();
    let answered = answers(&out.join("model.safetensors"), "input", &rows, "prediction");
    let targets: Vec<_> = episode.targets().classes().iter().map(|&class| f64::from(class)).collect();
    assert_eq!(answered, targets);
    // Nothing is shown that the task does not have.
    succeed(PROGRAM, ["report", out.to_str().unwrap()]);
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    for absent in ["spikes", "settled windows", "first window", "cannot be known"] {
        assert!(!page.split("<script").next().unwrap().contains(absent), "{absent}");
    }
}

/// What nobody can know has a floor above 0. Nets come near it, and below it by luck alone.
#[test]
fn no_net_is_below_the_floor_by_more_than_chance() {
    let folder = tempfile::tempdir().unwrap();
    let tasks: [&[&str]; 4] = [
        &["--task=reber"],
        &["--task=anbn", "--most-counted=5"],
        &["--task=dyck", "--sequence-length=12"],
        &["--task=two_sequence", "--two-sequence-form=2b", "--num-symbols=4"],
    ];
    for task in tasks {
        let out = folder.path().join(&task[0][2..]);
        train(&out, &[task, &["--cell=gru", "--episodes=500", "--num-epochs=40"]].concat());
        let [losses, floors] = ["loss", "floor"].map(|column| numbers(&out.join("epochs.csv"), column));
        let above: Vec<f64> = losses.iter().zip(&floors).map(|(loss, floor)| loss - floor).collect();
        let last = &above[30..];
        let mean = last.iter().sum::<f64>() / 10.0;
        let spread = (last.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / 9.0).sqrt();
        assert!(floors.iter().all(|&floor| floor > 0.05), "{task:?}: {floors:?}");
        assert!(above.iter().all(|&one| one > -5.0 * spread) && mean < 0.02, "{task:?}: {mean} ± {spread}, {above:?}");
    }
}

/// The weights at the end are those after the best epoch, as a run has them that ends there.
#[test]
fn the_best_weights_are_put_back_and_patience_ends() {
    let folder = tempfile::tempdir().unwrap();
    let [out, until] = ["run", "until"].map(|name| folder.path().join(name));
    // Soon as good as it gets, and then unsteady.
    let task = ["--task=adding", "--sequence-length=6", "--cell=gru", "--episodes=100"];
    let unsteady = [&task[..], &["--learning-rate=0.1", "--patience=4", "--valid=0.5", "--num-epochs=500"]].concat();
    let run = [&["run", "--out", out.to_str().unwrap(), "--optimizer=adam"], &unsteady[..]].concat();
    succeed(PROGRAM, &run);
    let status = status(&out);
    let (best, epochs) = (status["best_epoch"].as_integer().unwrap(), status["epochs"].as_integer().unwrap());
    assert_eq!((epochs, &status["out_of_patience"]), (best + 1 + 4, &true.into()));
    let valid = numbers(&out.join("epochs.csv"), "valid_loss");
    let least = valid.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!((valid.len() as i64, valid[best as usize], number(&status, "valid_loss")), (epochs, least, least));

    let ended = format!("--num-epochs={}", best + 1);
    let to_best =
        [&["run", "--out", until.to_str().unwrap(), "--optimizer=adam"], &task[..], &["--learning-rate=0.1", &ended]];
    succeed(PROGRAM, to_best.concat());
    assert!(tensors(&out) == tensors(&until));
    // It is at its end, also with more epochs.
    let before = std::fs::read(out.join("status.toml")).unwrap();
    succeed(PROGRAM, ["resume", out.to_str().unwrap(), "--num-epochs=600"]);
    assert_eq!(std::fs::read(out.join("status.toml")).unwrap(), before);
    // The columns of validation are there where it was asked for.
    assert!(!columns(&until.join("epochs.csv")).contains_key("valid_loss"));
}

/// Snapshots and pictures say after how many steps they are: they are of the weights then, whichever weights are kept.
#[test]
fn snapshots_and_pictures_are_of_the_weights_after_the_last_step() {
    let folder = tempfile::tempdir().unwrap();
    let [plain, validated] = ["plain", "validated"].map(|name| folder.path().join(name));
    // So unsteady that an early epoch is the best.
    let task = ["--task=adding", "--sequence-length=6", "--episodes=100", "--optimizer=adam", "--learning-rate=0.5"];
    for (out, valid) in [(&plain, "--valid=0"), (&validated, "--valid=0.5")] {
        let run = [&["run", "--out", out.to_str().unwrap(), "--num-epochs=12", valid], &task[..]].concat();
        succeed(PROGRAM, run);
    }
    assert!(status(&validated)["best_epoch"].as_integer().unwrap() < 11 && tensors(&plain) != tensors(&validated));
    for name in ["metrics.csv", "snapshots.csv", "units.svg", "weights.svg"] {
        assert!(std::fs::read(plain.join(name)).unwrap() == std::fs::read(validated.join(name)).unwrap(), "{name}");
    }
}

/// A series is validated and tested too, on series that are not trained on.
#[test]
fn the_echo_is_validated_and_tested() {
    let folder = tempfile::tempdir().unwrap();
    let [plain, validated] = ["plain", "validated"].map(|name| folder.path().join(name));
    let run = |out: &Path, more: &[&str]| {
        succeed(PROGRAM, [&["run", "--out", out.to_str().unwrap(), "--num-epochs=5"], more].concat());
    };
    run(&plain, &[]);
    run(&validated, &["--valid=0.1", "--valid-every=2", "--test=0.2"]);
    let cells = &columns(&validated.join("epochs.csv"))["valid_loss"];
    assert_eq!(cells.iter().map(|cell| cell.is_empty()).collect::<Vec<_>>(), [true, false, true, false, false]);
    let status = status(&validated);
    assert!(number(&status, "test_accuracy") > 0.9 && number(&status, "test_loss") < 0.5, "{status}");
    // Training is the same with and without.
    for name in ["metrics.csv", "snapshots.csv"] {
        assert!(std::fs::read(plain.join(name)).unwrap() == std::fs::read(validated.join(name)).unwrap(), "{name}");
    }
}

#[test]
fn what_does_not_fit_the_task_is_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let cases: [(&[&str], &str); 14] = [
        (&["--task=adding", "--echo-step=2"], "echo_step has no effect with the task adding: only echo has it"),
        (&["--task=adding", "--num-classes=4"], "num_classes has no effect with the task adding: only echo has it"),
        (
            &["--task=copy", "--adding-form=hochreiter"],
            "adding_form has no effect with the task copy: only adding has it",
        ),
        (
            &["--task=adding", "--loss=cross_entropy"],
            "loss is cross_entropy: with the task adding, whose targets are numbers",
        ),
        (&["--task=adding", "--input=one_hot"], "input has no effect with the task adding, in which numbers are read"),
        (
            &["--task=adding", "--readout=last_step"],
            "readout has no effect with the task adding, which says itself which",
        ),
        (
            &["--task=adding", "--total-series-length=9"],
            "total_series_length has no effect with the task adding, whose data",
        ),
        (&["--episodes=9"], "episodes has no effect with the task echo, whose data are a series"),
        (&["--task=adding", "--sequence-length=1"], "sequence_length is 1: it must be at least 2"),
        (&["--task=copy", "--num-symbols=4001"], "num_symbols is 4001: it must be from 1 to 4000"),
        (&["--valid=1.5"], "valid is 1.5: it must be from 0 to 1"),
        (&["--valid=0.0001"], "valid is 0.0001: so little data cannot be cut into rows and windows"),
        (&["--patience=3"], "patience has no effect without valid"),
        (
            &["--task=adding", "--sequence-length=4611686018427387904"],
            "an episode has 4611686018427387904 time steps: there is",
        ),
    ];
    for (flags, told) in cases {
        let message = refused(PROGRAM, [&["run", "--out", out.to_str().unwrap()], flags].concat());
        assert!(message.contains(told), "{flags:?}: {message}");
        assert!(!out.exists(), "{flags:?}");
    }
    let unknown = run(PROGRAM, ["run", "--out", out.to_str().unwrap(), "--task=adder"]);
    let told = String::from_utf8(unknown.stderr).unwrap();
    assert!(unknown.status.code() == Some(2) && told.contains("adding") && told.lines().count() == 1, "{told}");
}

/// A settings file of one task gives what still fits to another.
#[test]
fn another_task_is_laid_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let [echo, adding] = ["echo", "adding"].map(|name| folder.path().join(name));
    succeed(PROGRAM, ["run", "--out", echo.to_str().unwrap(), "--num-epochs=1", "--state-size=7", "--no-figure"]);
    let config = echo.join("config.toml");
    let over = ["run", "--out", adding.to_str().unwrap(), "--config", config.to_str().unwrap(), "--task=adding"];
    succeed(PROGRAM, [&over[..], &["--no-figure"]].concat());
    let config: Table = std::fs::read_to_string(adding.join("config.toml")).unwrap().parse().unwrap();
    assert_eq!(
        (&config["state_size"], &config["sequence_length"], config.get("echo_step")),
        (&7.into(), &100.into(), None)
    );
    // And back: the windows of the episodes go.
    let again = folder.path().join("again");
    let config = adding.join("config.toml");
    let over = ["run", "--out", again.to_str().unwrap(), "--config", config.to_str().unwrap(), "--task=echo"];
    succeed(PROGRAM, [&over[..], &["--no-figure"]].concat());
    assert!(std::fs::read_to_string(again.join("config.toml")).unwrap().contains("echo_step = 3\n"));
}

/// A text of some thousand characters, of which the last part has no others than the first.
fn text(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("text.txt");
    let licence = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../LICENSE-APACHE");
    std::fs::write(&path, std::fs::read_to_string(licence).unwrap().repeat(2)).unwrap();
    path
}

#[test]
fn a_text_is_learned_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (text, out) = (text(folder.path()), folder.path().join("run"));
    let flag = format!("--text={}", text.display());
    let task =
        ["--task=next", &flag, "--cell=gru", "--num-epochs=6", "--state-size=24", "--truncated-backprop-length=25"];
    let run =
        [&["run", "--out", out.to_str().unwrap(), "--optimizer=adam", "--learning-rate=0.01"], &task[..]].concat();
    let output = run_of(&run);
    assert!(output.contains("bits a character)") && !output.contains("solved"), "{output}");
    let status = status(&out);
    // Guessing has a loss of 3.1, and even a second reading cannot be sure.
    assert!((0.5..2.2).contains(&number(&status, "test_loss")), "{status}");
    let model = out.join("model.safetensors");
    let model = model.to_str().unwrap();
    let sample = |more: &[&str]| succeed(PROGRAM, [&["sample", model, "--length=60"], more].concat());
    let first = sample(&["--prompt=You may"]);
    assert!(first.starts_with("You may") && first.chars().count() == 67, "{first}");
    assert_eq!(sample(&["--prompt=You may"]), first);
    assert_ne!(sample(&["--prompt=You may", "--seed=1"]), first);
    // Whatever the seed, the likeliest is the likeliest.
    let [one, other] = ["--seed=1", "--seed=2"].map(|seed| sample(&["--temperature=0", seed]));
    assert_eq!(one, other);
    let scored = succeed(PROGRAM, ["eval", "--model", model, "--text", text.to_str().unwrap()]);
    assert!(scored.contains(" bits a character) accuracy 0."), "{scored}");
    succeed(PROGRAM, ["report", out.to_str().unwrap()]);
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("bits a character") && !page.contains("settled windows"));

    // What the net does not know, and where.
    let other = folder.path().join("other.txt");
    std::fs::write(&other, "You may\nñot").unwrap();
    let message = refused(PROGRAM, ["eval", "--model", model, "--text", other.to_str().unwrap()]);
    assert!(message.contains("other.txt: line 2: character 1: `ñ` is not one of the "), "{message}");
    let message = refused(PROGRAM, ["sample", model, "--prompt=a\nbñ"]);
    assert!(message.starts_with("prompt: line 2: character 2: `ñ` is not one of the "), "{message}");
    assert!(refused(PROGRAM, ["sample", model, "--temperature=nan"]).contains("temperature is NaN"));
    assert!(refused(PROGRAM, ["eval", "--model", model]).contains("text is missing: the task next reads its data"));
}

/// What is told on standard error.
fn run_of(arguments: &[&str]) -> String {
    let output = run(PROGRAM, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn texts_that_cannot_be_learned_are_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("text.txt"), folder.path().join("run"));
    let flag = format!("--text={}", path.display());
    let cases: [(&[u8], &[&str], &str); 8] = [
        (b"", &[], "text.txt: line 1: the text is empty"),
        (b"aaaaaaaa", &[], "text.txt: there is 1 character in it: it must have from 2 to 65536 different ones"),
        (b"abab\nab\xff\xfe", &[], "text.txt: line 2: a byte here is not UTF-8"),
        (b"PK\x03\x04", &[], "text.txt: line 1: it is a ZIP file"),
        (b"abababababababababab", &[], "text.txt: truncated_backprop_length is 15: it must not be longer than a row"),
        (
            b"ababababababababababc",
            &["--valid=0", "--batch-size=1", "--test=0.1"],
            "line 1: character 21: `c` is not one of",
        ),
        (b"ab", &["--valid=0.5", "--test=0.5"], "valid is 0.5 and test is 0.5: together they must be less than 1"),
        (
            &[b'a', b'b'].repeat(100)[..],
            &["--valid=0.001", "--test=0"],
            "valid is 0.001: what it holds out is too little",
        ),
    ];
    for (text, more, told) in cases {
        std::fs::write(&path, text).unwrap();
        let message = refused(PROGRAM, [&["run", "--out", out.to_str().unwrap(), "--task=next", &flag], more].concat());
        assert!(message.contains(told), "{message}");
        assert!(!out.exists(), "{message}");
    }
}

/// A file of real data.
fn data(name: &str) -> String {
    fixtures("data").join(name).display().to_string()
}

/// What docs/tasks.md says of them: all are forecast better than the best of the simple rules.
#[test]
fn sunspots_and_passengers_are_forecast() {
    let folder = tempfile::tempdir().unwrap();
    let sunspots = "--cell=gru --state-size=16 --learning-rate=0.01 --batch-size=4 --truncated-backprop-length=20 \
                    --window-stride=5 --num-epochs=500 --patience=50 --season=11";
    let passengers = "--cell=elman_relu --state-size=16 --learning-rate=0.003 --clip-norm=1 --batch-size=1 \
                      --truncated-backprop-length=48 --window-stride=6 --num-epochs=1000 --patience=100 --season=12";
    let monthly = "--horizon=12 --cell=gru --state-size=16 --learning-rate=0.01 --truncated-backprop-length=65 \
                   --patience=20 --season=132";
    for (name, net, horizon, rule, column) in [
        ("sunspots", sunspots, 1, "last value", "2009"),
        ("sunspots_monthly", monthly, 12, "last value", "1984-01"),
        ("airline", passengers, 1, "seasonal", "1961-01"),
    ] {
        let (out, file) = (folder.path().join(name), data(&format!("{name}.csv")));
        let run = [
            "run",
            "--out",
            out.to_str().unwrap(),
            "--task=forecast",
            "--data",
            &file,
            "--test=0.2",
            "--optimizer=adam",
        ];
        succeed(PROGRAM, run.into_iter().chain(net.split(' ').filter(|flag| !flag.is_empty())));
        let status = status(&out);
        assert_eq!(status["test_baseline"].as_str(), Some(rule), "{status}");
        assert!(number(&status, "test_skill") > 0.3, "{status}");
        // In the data's own units.
        let scores = status["test_scores"][0].as_table().unwrap();
        let rmse = number(scores, "rmse");
        assert!((rmse.powi(2) / number(&status, "test_loss") - 1.0).abs() < 1e-9, "{status}");
        assert!((number(scores, "r2") < 1.0) && number(scores, "mae") < rmse);

        let model = out.join("model.safetensors");
        let said = succeed(PROGRAM, ["forecast", model.to_str().unwrap(), &file, "--steps=14"]);
        let path = out.join("forecast.csv");
        std::fs::write(&path, &said).unwrap();
        let labels = if name == "sunspots" { "year" } else { "month" };
        let table = columns(&path);
        assert_eq!((table[labels][0].as_str(), table["step"].len()), (column, 14), "{said}");
        let [low, value, high] = ["low", "prediction", "high"].map(|column| numbers(&path, column));
        assert!((0..14).all(|step| low[step] < value[step] && value[step] < high[step]), "{said}");
        let width: Vec<_> = low.iter().zip(&high).map(|(low, high)| high - low).collect();
        assert!(width.windows(2).all(|pair| pair[1] > pair[0] * 0.999), "{width:?}");
        // What `predict` says of the last row comes as much later as the horizon says.
        let predicted = succeed(PROGRAM, ["predict", "--model", model.to_str().unwrap(), &file]);
        let last = predicted.trim_end().rsplit(',').next().unwrap().parse::<f64>().unwrap();
        let value = value[horizon - 1];
        assert!((last - value).abs() < 1e-3 * last.abs(), "{last} {value}");
        let scored = succeed(PROGRAM, ["eval", "--model", model.to_str().unwrap(), "--data", &file]);
        assert!(scored.contains(": RMSE ") && scored.contains(" R² 0."), "{scored}");
    }
}

#[test]
fn data_that_cannot_be_forecast_are_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("data.csv"), folder.path().join("run"));
    let flag = format!("--data={}", path.display());
    let rows = |count: usize| (0..count).map(|row| format!("{row},{}\n", row * row % 7)).collect::<String>();
    let late = format!("t,v\n{}6998,x\n", rows(6998));
    let cases: [(String, &[&str], &str); 12] = [
        (late, &[], "data.csv: line 7000, column `v`: `x` is not a finite number"),
        (format!("t,v\n{}9,NaN\n", rows(99)), &[], "line 101, column `v`: `NaN` stands for a missing value"),
        (format!("t,v\n{}9,1e400\n", rows(99)), &[], "line 101, column `v`: `1e400` is not a finite number"),
        (format!("t,v\n{}9\n", rows(99)), &[], "line 101: the row has 1 cell, the header names 2 columns"),
        (format!("t,v\n{}", rows(99)), &["--inputs=u"], "line 1: there is no column `u`"),
        (format!("t,v\n{}", rows(99)), &["--targets=w"], "line 1: there is no column `w`"),
        (
            format!("t,v\n{}", rows(9)),
            &[],
            "data.csv: truncated_backprop_length is 15: it must not be longer than a row",
        ),
        (format!("t,v\n{}", rows(99)), &["--valid=0.001"], "valid is 0.001: what it holds out is too little"),
        (format!("t,v\n{}", rows(99)), &["--horizon=0"], "horizon is 0: it must be at least 1"),
        (format!("t,v\n{}", rows(99)), &["--loss=cross_entropy"], "loss is cross_entropy: with the task forecast"),
        ("t,v\n".to_owned(), &[], "there is no row of values below the header"),
        (String::new(), &[], "the header is missing"),
    ];
    for (text, more, told) in cases {
        std::fs::write(&path, text).unwrap();
        let message =
            refused(PROGRAM, [&["run", "--out", out.to_str().unwrap(), "--task=forecast", &flag], more].concat());
        assert!(message.contains(told), "{message}");
        assert!(!out.exists(), "{message}");
    }
    // What is missing can be filled or left out.
    std::fs::write(&path, format!("t,v\n{}100,\n{}", rows(99), rows(20))).unwrap();
    for missing in ["interpolate", "drop"] {
        let out = folder.path().join(missing);
        let flag_of = format!("--missing={missing}");
        let run =
            ["run", "--no-figure", "--out", out.to_str().unwrap(), "--task=forecast", &flag, &flag_of, "--inputs=v"];
        succeed(PROGRAM, [&run[..], &["--num-epochs=2", "--batch-size=2"]].concat());
    }
    // A net goes on only with what it answers.
    let out = folder.path().join("two");
    let run = ["run", "--no-figure", "--out", out.to_str().unwrap(), "--task=forecast", &flag, "--missing=drop"];
    succeed(PROGRAM, [&run[..], &["--inputs=t,v", "--targets=v", "--num-epochs=2", "--batch-size=2"]].concat());
    let model = out.join("model.safetensors");
    let message = refused(PROGRAM, ["forecast", model.to_str().unwrap(), path.to_str().unwrap()]);
    assert!(message.contains("the net reads `t`, and does not forecast it"), "{message}");
}
