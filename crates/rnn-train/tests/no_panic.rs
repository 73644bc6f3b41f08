//! Whatever a caller gives, nothing panics: any settings are refused, or train to an end that can be read back; any
//! stopped run goes on; any bytes are predicted on or refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use echo_data::{AnyTask, TaskValue};
use proptest::prelude::*;
use proptest::sample::select;
use rnn_train::outputs::files::{EPOCHS, METRICS, MODEL, SNAPSHOTS};
use rnn_train::outputs::rows::{EpochRow, MetricsRow};
use rnn_train::outputs::status::{State, Status};
use rnn_train::outputs::table::read_rows;
use rnn_train::settings::kind::Kind;
use rnn_train::settings::row::Row;
use rnn_train::training::evaluate::Scoring;
use rnn_train::training::evaluate::evaluate;
use rnn_train::training::options::Options;
use rnn_train::training::predict::{Input, predict};
use rnn_train::training::run::{self, run};
use rnn_train::training::watch::{Beginning, Silent, Step, Watch};
use rnn_train::view::drawing::Drawing;
use rnn_train::view::report;
use rnn_train::{Colours, Error, Layer, Settings};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use toml::Value;

/// What small runs are made of; random settings are laid over it.
const SMALL: &str = "num_epochs = 2\ntotal_series_length = 90\ntruncated_backprop_length = 4";

/// A run with snapshots.
static RECORDED: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let settings = Layer::from_toml(SMALL, "small", Path::new("")).unwrap().resolve().unwrap();
    let options = Options { overwrite: true, ..Options::default() };
    let mut silent = Silent;
    let watch = &mut Drawing::new(&mut silent, Colours::default());
    run(&settings, folder.path(), options, watch, &AtomicBool::new(false)).unwrap();
    folder
});

/// Files that settings can name, and one that is not there.
static FILES: LazyLock<(tempfile::TempDir, Vec<PathBuf>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let series = folder.path().join("series.csv");
    std::fs::write(&series, format!("input,target\n{}", "1,0\n0,1\n1,1\n".repeat(20))).unwrap();
    let out = folder.path().join("run");
    let settings = Layer::from_toml(SMALL, "small", Path::new("")).unwrap().resolve().unwrap();
    run(&settings, &out, Options::default(), &mut Silent, &AtomicBool::new(false)).unwrap();
    let files = vec![series, out.join(MODEL), folder.path().join("nowhere")];
    (folder, files)
});

/// Stops a run after some steps, and knows where it began.
struct StopAfter {
    begun_at: AtomicUsize,
    steps: AtomicUsize,
    stop: AtomicBool,
}

impl StopAfter {
    fn steps(steps: usize) -> Self {
        Self { begun_at: AtomicUsize::new(0), steps: AtomicUsize::new(steps), stop: AtomicBool::new(false) }
    }
}

impl Watch for &StopAfter {
    fn begins(&mut self, run: &Beginning<'_>) {
        self.begun_at.store(run.done, Ordering::Relaxed);
    }
    fn epoch(&mut self, _epoch: usize) {}
    fn step(&mut self, _step: &Step<'_>) {
        self.stop.store(self.steps.fetch_sub(1, Ordering::Relaxed) <= 1, Ordering::Relaxed);
    }
    fn ends(&mut self) {}
}

fn whole_numbers() -> impl Strategy<Value = i64> {
    prop_oneof![25 => 1..=9_i64, 1 => select(vec![0, -1, 255, 257, i64::MIN, i64::MAX / 2, i64::MAX])]
}

fn numbers() -> impl Strategy<Value = f64> {
    let special = vec![0.0, -0.0, 1.0, -1.0, 1e300, 1e-300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    prop_oneof![15 => 0.0..1.0, 1 => select(special)]
}

/// Values of the right kind for a setting, for the most part.
fn values(name: &'static str, choices: Vec<String>) -> BoxedStrategy<Value> {
    let paths = || (0..3_usize).prop_map(|file| Value::from(FILES.1[file].to_str().unwrap()));
    let of_any_kind = prop_oneof![
        whole_numbers().prop_map(Value::from),
        numbers().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[a-z_\\PC]{0,6}".prop_map(Value::from),
        prop::collection::vec(numbers(), 0..4).prop_map(Value::from),
    ];
    let right = match name {
        _ if !choices.is_empty() => select(choices).prop_map(Value::from).boxed(),
        "nesterov" => any::<bool>().prop_map(Value::from).boxed(),
        "series" => prop::collection::vec(paths(), 0..3).prop_map(Value::from).boxed(),
        "initial_weights" => paths().boxed(),
        "class_probabilities" => {
            select(vec![vec![0.3, 0.7], vec![0.0, 1.0], vec![0.2, 0.3, 0.5]]).prop_map(Value::from).boxed()
        }
        // With the greatest ones, weights go beyond all numbers.
        "learning_rate" => prop_oneof![0.0..1.0, 1e10..1e38].prop_map(Value::from).boxed(),
        "total_series_length" => (60..=120_i64).prop_map(Value::from).boxed(),
        _ if Layer::default().insert(name, Value::from(0.5), None, Path::new("")).is_ok() => {
            numbers().prop_map(Value::from).boxed()
        }
        _ => whole_numbers().prop_map(Value::from).boxed(),
    };
    prop_oneof![30 => right, 1 => of_any_kind].boxed()
}

/// A setting and a value.
fn setting() -> BoxedStrategy<(String, Value)> {
    let of = |row: &'static Row| {
        let choices = match &row.kind {
            Kind::Choice(choices) => choices.iter().map(|(name, _)| (*name).to_owned()).collect(),
            Kind::Truth => vec!["true".to_owned(), "false".to_owned()],
            _ => Vec::new(),
        };
        values(row.name, choices).prop_map(move |value| (row.name.to_owned(), value)).boxed()
    };
    proptest::strategy::Union::new(Settings::rows().iter().map(of).collect::<Vec<_>>()).boxed()
}

fn settings() -> impl Strategy<Value = Vec<(String, Value)>> {
    prop::collection::vec(setting(), 0..5)
}

fn layer(settings: &[(String, Value)]) -> Result<Layer, Error> {
    let mut layer = Layer::default();
    for (name, value) in settings {
        layer.insert(name, value.clone(), Some("somewhere".to_owned()), Path::new(""))?;
    }
    Ok(layer)
}

/// The names of the tasks whose data are drawn.
fn drawn_tasks() -> Vec<&'static str> {
    let all = AnyTask::all().into_iter().filter(|task| task.task().own_data().is_none());
    all.map(|task| task.task().name()).collect()
}

/// Changes a checked setting to what may not be.
fn changed(mut settings: Settings, which: usize, to: usize) -> Settings {
    let Settings { task, state_size, batch_size, num_epochs, window_stride, .. } = &mut settings;
    let of_task = task.task_mut().settings().into_iter().filter_map(|setting| match setting.value {
        TaskValue::Count(count, _) => Some(count),
        _ => None,
    });
    let places = of_task.chain([state_size, batch_size, num_epochs, window_stride]);
    if let Some(place) = places.into_iter().nth(which) {
        *place = to;
    }
    settings
}

/// Whether these settings can take numbers beyond all bounds.
fn is_wild(settings: &Settings) -> bool {
    let table = settings.to_table();
    let great = ["learning_rate", "forget_bias", "weight_decay", "epsilon"].map(|name| table.get(name)?.as_float());
    great.into_iter().flatten().any(|value| value.abs() > 1.0)
}

/// House rule: an error says something.
fn told<T>(answer: Result<T, Error>) -> Option<T> {
    answer.map_err(|error| assert!(!error.to_string().trim().is_empty(), "{error:?}")).ok()
}

/// What a run has left can be read back, and is what its status says.
fn check_files(out: &Path, status: &Status, settings: &Settings) {
    assert_eq!(&Status::read(out).unwrap(), status);
    let epochs: Vec<EpochRow> = read_rows(&out.join(EPOCHS)).unwrap();
    assert_eq!(epochs.len(), status.epochs);
    let steps: Vec<MetricsRow<f64>> = read_rows(&out.join(METRICS)).unwrap();
    // Some windows of episodes score nothing.
    let most = status.steps.div_ceil(settings.log_every);
    assert!(steps.len() == most || (settings.has_episodes() && steps.len() < most));
    let layer = Layer::from_toml_file(&out.join("config.toml")).unwrap();
    assert_eq!(layer.resolve().unwrap().to_table(), settings.to_table());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_settings(below in settings(), above in settings(), stops in prop::array::uniform3(1..30_usize), drawn in 0..40) {
        let small = Layer::from_toml(SMALL, "small", Path::new("")).unwrap();
        let layers = told(layer(&below)).zip(told(layer(&above)));
        let Some((below, above)) = layers else { return Ok(()) };
        let resolved = small.overlaid(&below).overlaid(&above).resolve();
        let Some(settings) = told(resolved.map_err(Error::from)) else { return Ok(()) };
        let again = Settings::from_table(&settings.to_table()).map(|again| again.to_table());
        prop_assert_eq!(again, Ok(settings.to_table()));
        let checked = told(run::check(&settings)).is_some();

        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        // Few pictures, which take longer than all the rest.
        let options = Options::default();
        let [first, rest @ ..] = stops.map(StopAfter::steps);
        let mut first_watch = &first;
        let ran = told(match drawn {
            0 => run(&settings, &out, options, &mut Drawing::new(&mut first_watch, Colours::default()), &first.stop),
            _ => run(&settings, &out, options, &mut first_watch, &first.stop),
        });
        prop_assert_eq!(ran.is_some(), checked);
        let Some(mut status) = ran else {
            prop_assert!(!out.exists());
            return Ok(());
        };
        check_files(&out, &status, &settings);
        for next in rest {
            let before = status.clone();
            status = run::resume(&out, options, &mut &next, &next.stop).unwrap();
            match before.status {
                State::Done | State::Diverged => prop_assert_eq!(&status, &before),
                _ => {
                    let begun_at = next.begun_at.load(Ordering::Relaxed);
                    prop_assert!(status.steps > begun_at || status.status == State::Diverged);
                    // It goes on where it was stopped, unless no checkpoint could hold its numbers.
                    prop_assert!(begun_at == before.steps || (is_wild(&settings) && begun_at < before.steps));
                }
            }
            check_files(&out, &status, &settings);
        }
        // Of few runs, since that syncs a file.
        if drawn < 4 {
            let anything = status.steps > 0 || drawn == 0;
            prop_assert!(told(report::write(&out, None, Colours::default())).is_some() || !anything);
        }
        if status.status == State::Done {
            let model = out.join(MODEL);
            if settings.series.is_empty() {
                let scoring = Scoring::of(&model, &Layer::default()).unwrap();
                let of = |settings: &Settings| (settings.cell, settings.task.clone());
                prop_assert_eq!(of(&scoring.settings), of(&settings));
            }
            for row in evaluate(&Scoring { settings, targets_known: true }, &model).unwrap() {
                prop_assert!(row.scores.windows > 0);
            }
        }
    }

    /// The fields of checked settings are the caller's to change.
    #[test]
    fn any_changed_settings(
        task in select(drawn_tasks()),
        which in 0..7_usize,
        to in select(vec![0, 1, 4, 300, usize::MAX / 2, usize::MAX]),
    ) {
        let small = Layer::from_toml(SMALL, "small", Path::new("")).unwrap();
        let task = Layer::from_toml(&format!("task = '{task}'"), "task", Path::new("")).unwrap();
        let settings = small.overlaid(&task).resolve().unwrap();
        let settings = changed(settings, which, to);
        let folder = tempfile::tempdir().unwrap();
        let checked = told(run::check(&settings)).is_some();
        let three = StopAfter::steps(3);
        let ran = told(run(&settings, &folder.path().join("run"), Options::default(), &mut &three, &three.stop));
        prop_assert_eq!(ran.is_some(), checked);
        let _ = told(evaluate(&Scoring { settings, targets_known: true }, &FILES.1[1]));
    }

    #[test]
    fn any_toml(text in "[a-z_]{0,3}((cell|series|seed|init|dropout) ?= ?|[=\\[\\]\"'.,\n#{}0-9e-]|\\PC){0,12}") {
        let _ = told(Layer::from_toml(&text, "text", Path::new("/")).map_err(Error::from));
    }

    #[test]
    fn any_values_to_predict(
        pieces in prop::collection::vec(select(vec!["input", "input\n", "\n", ",", "0", "1", "2", "0.5", "-", "\"", "1e39", "nan", "\r"]), 0..20),
        header in any::<bool>(),
        state in prop_oneof![8 => Just(""), 1 => Just("0"), 1 => Just("other")],
    ) {
        let text = [if header { "input\n" } else { "" }, &pieces.concat()].concat();
        let mut answers = Vec::new();
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("state")).filter(|_| !state.is_empty());
        let input = |reader| Input { reader, name: "values".to_owned() };
        match &path {
            Some(path) if state == "other" => std::fs::copy(&FILES.1[1], path).map(drop).unwrap(),
            Some(_) => predict(&FILES.1[1], path.as_deref(), input(&b"input\n1\n"[..]), Vec::new()).unwrap(),
            None => {}
        }
        let before = path.as_ref().map(|path| std::fs::read(path).unwrap());
        let answered = predict(&FILES.1[1], path.as_deref(), input(text.as_bytes()), &mut answers);
        prop_assert!(!String::from_utf8(answers.clone()).unwrap().contains("NaN"));
        let rows = answers.iter().filter(|&&byte| byte == b'\n').count();
        prop_assert!(state != "other" || (answered.is_err() && rows == 0));
        // It moves on with the rows, and after an error not at all.
        let moved = answered.is_ok() && rows > 1;
        prop_assert_eq!(path.is_some() && moved, path.as_ref().map(|path| std::fs::read(path).unwrap()) != before);
        let _ = told(answered);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Files of a run that somebody has changed make a report or are refused.
    #[test]
    fn any_recording(
        file in select(vec![METRICS, EPOCHS, SNAPSHOTS]),
        places in prop::collection::vec((1..40_usize, 0..8_usize), 1..4),
        cell in select(vec!["", "0", "1", "-1", "18446744073709551615", "9223372036854775808", "1.7e308", "-1.7e308", "5e-324", "NaN", "x"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["config.toml", "status.toml", METRICS, EPOCHS, SNAPSHOTS] {
            std::fs::copy(RECORDED.path().join(name), folder.path().join(name)).unwrap();
        }
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        for (row, column) in places {
            let row = 1 + row % (rows.len() - 1);
            rows[row][column] = cell;
        }
        let lines = rows.iter().map(|row| row.join(",") + "\n").collect::<String>();
        std::fs::write(&path, lines).unwrap();
        told(report::write(folder.path(), None, Colours::default()));
    }
}
