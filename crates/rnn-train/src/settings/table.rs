//! The table of all settings, a row for each. From it come the flags, the keys of settings files, the checks, what
//! `config.toml` says, the page of the docs, and what a sweep may vary.

use super::choices::{Dtype, InputKind, Learning, Monitor, Readout, ScheduleKind};
use super::groups::{Optimization, task_named, tasks_where};
use super::opened::Opened;
use super::or_off::OrOff;
use super::row::{Entry, Row, in_help};
use super::synonyms::nearest;
use crate::error::SettingError;
use echo_data::{AnyTask, Form, Kind};
use rnn_core::{CellKind, ClassLoss, Init, Method};
use std::path::PathBuf;
use std::sync::LazyLock;
use toml::{Table, Value};

/// Declares the settings. A row has a name, a type, a default, which can depend on the rows above it and on what is `given`,
/// and what more there is to say of it. It may end with
///
/// * `only_if` a condition on any rows, and why it has no effect otherwise: then it is refused, and left out of files;
/// * `written_if` a condition, without which it is left out of files.
macro_rules! settings {
    ($given:ident, $row:ident; $(
        $(#[doc = $about:literal])+
        $name:ident: $type:ty = $default:expr, $more:expr
            $(, only_if $applies:expr, $otherwise:expr)*
            $(, written_if $written:expr)?;
    )+) => {
        /// Every setting, in range and fitting the others.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct Settings {
            $($(#[doc = $about])+ pub $name: $type,)+
            /// What is known of data that are read, once they have been.
            pub(crate) opened: Opened,
        }

        impl Settings {
            /// The settings `given` and the defaults of the others, of which it is not known whether they fit each other.
            pub(super) fn filled($given: &Table) -> Result<Self, SettingError> {
                $(let $name = <$type as Entry>::read(&BARE_ROWS, stringify!($name), $given, $default)?;)+
                Ok(Self { $($name,)+ opened: Opened::default() })
            }

            /// Refuses what is given and has no effect beside the others.
            #[allow(unused_variables, reason = "few settings have conditions")]
            fn check_effects(&self, $given: &Table) -> Result<(), SettingError> {
                let Self { $($name,)+ .. } = self;
                $($({
                    // It and what is read and written together with it.
                    static OWN: LazyLock<Vec<Row>> =
                        LazyLock::new(|| <$type as Entry>::rows(row::<$type>(stringify!($name), "")));
                    if let Some(row) = OWN.iter().find(|row| $given.contains_key(row.name)) && !$applies {
                        return Err(SettingError::no_effect(row.name, $otherwise));
                    }
                })*)+
                Ok(())
            }

            /// All of them as they may be given again, but for those without effect beside the others.
            #[must_use]
            pub fn to_table(&self) -> Table {
                let Self { $($name,)+ .. } = self;
                let mut table = Table::new();
                $(
                    if true $(&& $applies)* $(&& $written)? {
                        $name.write(stringify!($name), &mut table);
                    }
                )+
                table
            }

            /// The name of the first setting that is another one there.
            fn first_difference(&self, other: &Self) -> Option<&'static str> {
                $(if self.$name != other.$name {
                    return Some(stringify!($name));
                })+
                None
            }
        }

        /// The rows, without the defaults that stand as values in the table.
        fn bare_rows() -> Vec<Row> {
            let mut rows = Vec::new();
            $(
                let $row = row::<$type>(stringify!($name), concat!($($about),+));
                rows.extend(<$type as Entry>::rows($more));
            )+
            rows
        }
    };
}

/// The rows without those defaults. To read settings takes no more of a row.
static BARE_ROWS: LazyLock<Vec<Row>> = LazyLock::new(bare_rows);

/// Whether series files are given, which bring their own length.
fn names_series(given: &Table) -> bool {
    given.get("series").and_then(Value::as_array).is_some_and(|files| !files.is_empty())
}

/// The task that is asked, where that can be.
fn asked(given: &Table) -> AnyTask {
    given.get("task").and_then(Value::as_str).and_then(task_named).unwrap_or_default()
}

/// The longest of the task's episodes, as far as its settings say; nothing for a stream.
fn longest_episode(given: &Table) -> Option<usize> {
    longest_of(&AnyTask::read(&BARE_ROWS, "task", given, AnyTask::default()).unwrap_or_else(|_| asked(given)))
}

fn longest_of(task: &AnyTask) -> Option<usize> {
    match task.task().form() {
        Form::Episodes(longest) => Some(longest),
        Form::Stream => None,
    }
}

/// Whether a series of classes can stand in its place.
fn can_be_recorded(task: &AnyTask) -> bool {
    let shape = task.task().shape();
    let are_classes = [shape.inputs, shape.targets].iter().all(|kind| matches!(kind, Kind::Classes(_)));
    are_classes && task.task().form() == Form::Stream && task.task().own_data().is_none()
}

/// Whether the task's data are read from files.
fn reads_files(given: &Table) -> bool {
    asked(given).task().own_data().is_some()
}

/// Whether the task asks for numbers.
fn asks_for_values(given: &Table) -> bool {
    matches!(asked(given).task().shape().targets, Kind::Values(_))
}

/// Tasks in help, of which there are too many for their names.
const OF_EPISODES: &str = "tasks of episodes";
const OF_DRAWN_EPISODES: &str = "tasks whose episodes are drawn";
const OF_VALUES: &str = "tasks that ask for numbers";

/// All tasks but the default one, in help.
fn all_others() -> String {
    format!("all tasks but {}", AnyTask::default().task().name())
}

/// The names of the tasks of which long sequences can be tested where short ones are trained on.
fn tasks_with_length() -> String {
    let all = AnyTask::all().into_iter();
    let names = all.filter_map(|mut task| task.task_mut().length().is_some().then(|| task.task().name()));
    names.collect::<Vec<_>>().join(", ")
}

/// How much is held out by default: of data that are drawn there is always more.
fn held_out(given: &Table) -> f64 {
    if reads_files(given) { 0.1 } else { 0.0 }
}

fn in_words_of_held_out() -> String {
    format!("0.0; 0.1 for {}", tasks_where(|task| task.own_data().is_some()))
}

/// Why what belongs to gradients and their beginnings has no effect.
const GUESSED: &str = "with the learning guess: weights are drawn, and make no steps";

/// A row of its type.
fn row<E: Entry>(name: &'static str, about: &'static str) -> Row {
    Row::new(name, about, E::kind())
}

settings! { given, row;
    /// Epochs to train; each epoch has new data
    num_epochs: usize = 100, row.least(1).for_training();
    /// Length of a series, in values
    total_series_length: Option<usize> =
        (!names_series(given) && longest_episode(given).is_none() && !reads_files(given)).then_some(50_000),
        row.least(1).by_default("50000").beside("task").of_task().replaced_by("series"),
        only_if task.task().form() == Form::Stream, format!("with the task {}, whose data are episodes", task.task().name()),
        only_if task.task().own_data().is_none(), format!("with the task {}, whose data are read", task.task().name());
    /// Draw other episodes for each epoch. false: always those of the first one, in another order
    redraw: Option<bool> = longest_episode(given).filter(|_| !reads_files(given)).map(|_| true),
        row.by_default("true").beside("task").for_training(),
        only_if (task.task().form() != Form::Stream && task.task().own_data().is_none()),
            format!("with the task {}, whose data are no episodes that are drawn", task.task().name()),
        written_if *redraw == Some(false);
    /// Episodes in an epoch
    episodes: Option<usize> = longest_episode(given).filter(|_| !reads_files(given)).map(|_| 1000),
        row.least(1).by_default(format!("1000 for {OF_DRAWN_EPISODES}")).beside("task").of_task(),
        only_if task.task().form() != Form::Stream, format!("with the task {}, whose data are a series", task.task().name()),
        only_if task.task().own_data().is_none(), format!("with the task {}, whose data are read", task.task().name());
    /// Time steps in a window: how far back gradients are propagated
    truncated_backprop_length: usize = longest_episode(given).unwrap_or(15),
        row.least(1).by_default(format!("15; the longest episode for {OF_EPISODES}")).beside("task"),
        // So that episodes of another length can be laid over it.
        written_if longest_of(task) != Some(*truncated_backprop_length);
    /// Time steps from one window's start to the next
    window_stride: usize = truncated_backprop_length, row.least(1).by_default("truncated_backprop_length"),
        // So that another length can be laid over it.
        written_if window_stride != truncated_backprop_length;
    /// Hidden units
    state_size: usize = 4, row.least(1).replaced_by("max_parameters"),
        only_if max_parameters.is_none(), "with max_parameters, which decides it";
    /// Hidden units: as many as there can be in a net of at most N parameters
    max_parameters: Option<usize> = None, row.least(1).by_default("state_size decides").replaced_by("state_size").for_training();
    /// What the net is asked
    task: AnyTask = AnyTask::default(), row;
    /// Rows that a series is cut into; they are trained side by side
    batch_size: usize = 5, row.least(1);
    /// The recurrent cell
    cell: CellKind = CellKind::Elman, row;
    /// Recurrent layers; each reads the outputs of the layer below
    num_layers: usize = 1, row.least(1);
    /// Probability that a value passed between layers is set to zero in training
    dropout: f64 = 0.0, row.called("P").beside("num_layers").for_training(),
        only_if (*dropout == 0.0 || *num_layers != 1),
            "with one layer: only values passed between layers are dropped",
        only_if *learning == Learning::Bptt, GUESSED;
    /// How the net reads a class
    input: InputKind = if asked(given).task().reads_one_hot() { InputKind::OneHot } else { InputKind::Number },
        row.by_default(format!("number; one_hot for {}", all_others())).beside("task"),
        only_if matches!(task.task().shape().inputs, Kind::Classes(_)),
            format!("with the task {}, in which numbers are read", task.task().name());
    /// Loss to minimise
    loss: ClassLoss = if asks_for_values(given) { ClassLoss::SquaredError } else { ClassLoss::CrossEntropy },
        row.by_default(format!("cross_entropy; squared_error for {OF_VALUES}")).beside("task");
    /// Time steps of a window that are scored
    readout: Readout = Readout::EveryStep, row.beside("task"),
        only_if task.task().form() == Form::Stream,
            format!("with the task {}, which says itself which steps are scored", task.task().name());
    /// How weights come to be those that solve the task
    learning: Learning = Learning::Bptt, row.by_default("bptt").beside("task").for_training(),
        only_if (*learning == Learning::Bptt || task.task().criterion().is_some()),
            format!("with the task {}, which does not say when a sequence is right", task.task().name()),
        // Trials are known by what is written, and were there before this.
        written_if *learning != Learning::Bptt;
    /// Weights are guessed from -X to X
    guess_range: f64 = 100.0, row.by_default("100.0").beside("learning").for_training(),
        only_if *learning == Learning::Guess, format!("with the learning {learning}: only guess has it");
    /// How the initial weights are drawn
    init: Init = if cell == CellKind::Elman { Init::Tutorial } else { Init::PyTorch },
        row.by_default("tutorial; pytorch for the other cells").beside("cell").replaced_by("initial_weights").for_training(),
        only_if initial_weights.is_none(), "with initial_weights, which are the weights to start from",
        only_if *learning == Learning::Bptt, GUESSED;
    /// Added to the initial bias of an LSTM's forget gates
    forget_bias: f64 = 0.0, row.by_default("0.0").beside("cell").replaced_by("initial_weights").for_training(),
        only_if cell.has_forget_gate(), format!("with the cell {cell}: only lstm has forget gates"),
        only_if initial_weights.is_none(), "with initial_weights, which are the weights to start from",
        only_if *learning == Learning::Bptt, GUESSED;
    /// Optimizer: how gradients change the weights
    optimizer: Optimization = Optimization::usual(Method::Adagrad(Default::default())), row.for_training(),
        only_if *learning == Learning::Bptt, GUESSED;
    /// Clip each element of the gradient to -X..X
    clip_value: OrOff<f64> = OrOff::Off, row.by_default("off").for_training(),
        only_if *learning == Learning::Bptt, GUESSED;
    /// Scale the gradient down to this Euclidean norm, after clip_value
    clip_norm: OrOff<f64> = OrOff::Off, row.by_default("off").for_training(),
        only_if *learning == Learning::Bptt, GUESSED;
    /// How the learning rate decreases
    schedule: ScheduleKind = ScheduleKind::Constant, row.for_training(),
        only_if *learning == Learning::Bptt, GUESSED;
    /// Training steps over which the learning rate rises to its full size
    warmup_steps: usize = 0, row.for_training(),
        only_if *learning == Learning::Bptt, GUESSED;
    /// Length of the schedules step and cosine in training steps, after the warm-up; required for step
    decay_steps: Option<usize> = None, row.least(1).by_default("all steps").beside("schedule").for_training(),
        only_if (*schedule != ScheduleKind::Constant), format!("with the schedule {schedule}: only step and cosine have them");
    /// Factor that the learning rate is multiplied by over decay_steps
    decay_factor: f64 = if schedule == ScheduleKind::Step { 0.1 } else { 0.0 },
        row.by_default("0.1; 0.0 for cosine").beside("schedule").for_training(),
        only_if (*schedule != ScheduleKind::Constant), format!("with the schedule {schedule}: only step and cosine have it");
    /// Floating-point type of the net's numbers
    dtype: Dtype = Dtype::F32, row.called("TYPE");
    /// Seed of the initial weights and the series
    seed: u64 = 0, row;
    /// Share of the data to validate on; the best weights are kept. What is drawn has as much more
    valid: f64 = held_out(given), row.called("SHARE").by_default(in_words_of_held_out()).beside("task").for_training(),
        written_if (*valid != 0.0 || task.task().own_data().is_some());
    /// Share of the data to score the best weights on at the end. What is drawn has as much more
    test: f64 = held_out(given), row.called("SHARE").by_default(in_words_of_held_out()).beside("task").for_training(),
        written_if (*test != 0.0 || task.task().own_data().is_some());
    /// Length of the sequences to test on: there the task's own length has this value
    test_length: Option<usize> = None, row.least(1).by_default("as in training").beside("task").of_task().for_training(),
        only_if task.clone().task_mut().length().is_some(),
            format!("with the task {}: only {} have a length", task.task().name(), tasks_with_length()),
        only_if *test != 0.0, "without test";
    /// Validate after every N-th epoch, and after the last one
    valid_every: usize = 1, row.least(1).by_default("1").beside("valid").for_training(),
        only_if *valid != 0.0, "without valid";
    /// Stop after N validations that were no better than the best one
    patience: OrOff<usize> = OrOff::Off, row.least(1).by_default("off").beside("valid").for_training(),
        only_if *valid != 0.0, "without valid";
    /// Which weights are the best, and what patience waits for
    monitor: Monitor = Monitor::Loss, row.by_default("loss").beside("valid").for_training(),
        only_if *valid != 0.0, "without valid";
    /// End after the epoch in which the task was solved
    until_solved: bool = false, row.by_default("false").for_training(),
        written_if *until_solved;
    /// Write every N-th step to metrics.csv
    log_every: usize = 1, row.least(1).for_training();
    /// Write a checkpoint every N steps; `resume` continues from it after a crash
    checkpoint_every: OrOff<usize> = OrOff::Off, row.least(1).by_default("off").for_training();
    /// Read the series from a CSV file with the columns input and target. May be repeated: epoch e uses file e mod n
    series: Vec<PathBuf> = Vec::new(), row.called("FILE.csv").beside("task"),
        only_if can_be_recorded(task), format!("with the task {}: only a series of classes that is drawn can be replaced", task.task().name()),
        only_if (*valid == 0.0 && *test == 0.0), "with valid or test, for which the data must be drawn";
    /// Start from these weights instead of random ones
    initial_weights: Option<PathBuf> = None, row.called("FILE.safetensors").for_training(),
        only_if *learning == Learning::Bptt, GUESSED;
}

/// All settings, in the order in which they are listed.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let defaults = Settings::default().to_table();
    let with_default = |row: &Row| match (&row.default, defaults.get(row.name)) {
        (None, Some(value)) => row.clone().by_default(in_help(value)),
        _ => row.clone(),
    };
    BARE_ROWS.iter().map(with_default).collect()
});

/// The tutorial's.
#[allow(clippy::expect_used, reason = "a test reads the table without any setting")]
impl Default for Settings {
    fn default() -> Self {
        Self::filled(&Table::new()).expect("defaults can be")
    }
}

impl Settings {
    /// The table's rows, in the order in which they are listed.
    #[must_use]
    pub fn rows() -> &'static [Row] {
        &ROWS
    }

    /// The row of this name.
    ///
    /// # Errors
    /// A [`SettingError`] for an unknown name, with the nearest known one.
    pub fn row(name: &str) -> Result<&'static Row, SettingError> {
        Self::rows().iter().find(|row| row.name == name).ok_or_else(|| {
            let names = || Self::rows().iter().map(|row| row.name);
            let hint = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the settings are {}", names().collect::<Vec<_>>().join(", ")),
            };
            SettingError::new(name, format!("unknown setting `{name}`: {hint}"))
        })
    }

    /// Fills in defaults and checks every value, and the values against each other where no file is needed for that.
    ///
    /// # Errors
    /// A [`SettingError`] that names the first setting that is unknown, cannot be, or has no effect beside the others.
    pub fn from_table(given: &Table) -> Result<Self, SettingError> {
        given.keys().try_for_each(|name| Self::row(name).map(drop))?;
        let settings = Self::filled(given)?.fitted();
        settings.check_effects(given)?;
        settings.check()?;
        Ok(settings)
    }

    /// The same, checked once more, because a caller can have changed them.
    pub(crate) fn checked_again(&self) -> Result<Self, SettingError> {
        let settings = Self { opened: self.opened.clone(), ..Self::from_table(&self.to_table())? };
        match self.first_difference(&settings) {
            None => Ok(settings),
            Some(name) => {
                let message =
                    format!("{name} has no effect beside the other settings, or no settings file can hold it");
                Err(SettingError::new(name, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings beside which others have an effect, or another default.
    const BESIDE: [&str; 14] = [
        "",
        "task = 'adding'",
        "task = 'copy'",
        "task = 'narma'",
        "task = 'reber'\nlearning = 'guess'",
        "task = 'dyck'\nmax_parameters = 500",
        "valid = 0.1",
        "cell = 'lstm'",
        "optimizer = 'sgd'",
        "optimizer = 'adagrad_pytorch'",
        "optimizer = 'rmsprop'",
        "optimizer = 'adamw'",
        "schedule = 'step'\ndecay_steps = 5",
        "schedule = 'cosine'",
    ];

    fn resolved(text: &str) -> Table {
        text.parse::<Settings>().unwrap().to_table()
    }

    #[test]
    fn what_is_resolved_resolves_to_the_same() {
        for beside in BESIDE {
            let table = resolved(beside);
            assert_eq!(resolved(&table.to_string()), table);
        }
    }

    /// Whatever stands beside a setting: its default is one of those that the help tells, under the name that it tells.
    #[test]
    fn the_help_states_the_defaults() {
        for beside in BESIDE {
            let table = resolved(beside);
            let given: Table = beside.parse().unwrap();
            for (name, value) in table.iter().filter(|(name, _)| !given.contains_key(*name)) {
                let help = Settings::rows().iter().find(|row| row.name == name).unwrap().help();
                let (_, told) =
                    help.trim_end_matches(']').split_once(" [default: ").unwrap_or_else(|| panic!("{help}"));
                let mut defaults =
                    told.split("; ").map(|told| told.split_once(" for ").unwrap_or((told, "all others")));
                let chosen = given.values().chain(table.get("optimizer")).filter_map(Value::as_str);
                let chosen = chosen.chain((beside == "cell = 'lstm'").then_some("the other cells"));
                let task = asked(&given);
                let has_episodes = longest_of(&task).is_some();
                let is_drawn = task.task().own_data().is_none();
                let of_tasks = [
                    (OF_EPISODES, has_episodes),
                    (OF_DRAWN_EPISODES, has_episodes && is_drawn),
                    (OF_VALUES, asks_for_values(&given)),
                ];
                let of_tasks = of_tasks.into_iter().filter(|(_, is_so)| *is_so).map(|(tasks, _)| tasks);
                let others = all_others();
                let is_other = (task != AnyTask::default()).then_some(others.as_str());
                let chosen: Vec<_> = chosen.chain(of_tasks).chain(is_other).collect();
                let own = defaults.clone().find(|(_, whose)| whose.split(", ").any(|one| chosen.contains(&one)));
                let (default, _) = own.or_else(|| defaults.next()).unwrap();
                assert_eq!(in_help(value), default, "{name} beside {beside:?}: {help}");
            }
        }
        let help = |name: &str| Settings::row(name).unwrap().help();
        assert!(help("learning_rate").ends_with("[default: 0.3; 0.01 for rmsprop, adam, adamw]"));
        assert!(help("beta1").ends_with("(adam, adamw) [default: 0.9]"));
        assert!(help("class_probabilities").ends_with("[default: all equal]"));
    }

    #[test]
    fn what_has_no_effect_is_refused() {
        let cases = [
            ("momentum = 0.9", "momentum has no effect with the optimizer adagrad: only sgd has it"),
            (
                "optimizer = 'adam'\nrms_decay = 0.9",
                "rms_decay has no effect with the optimizer adam: only rmsprop has it",
            ),
            ("forget_bias = 1.0", "forget_bias has no effect with the cell elman: only lstm has forget gates"),
            ("dropout = 0.5", "dropout has no effect with one layer: only values passed between layers are dropped"),
            (
                "task = 'reber'\nlearning = 'guess'\nlearning_rate = 1",
                "learning_rate has no effect with the learning guess: weights are drawn, and make no steps",
            ),
            (
                "learning = 'guess'",
                "learning has no effect with the task echo, which does not say when a sequence is right",
            ),
            ("decay_steps = 5", "decay_steps has no effect with the schedule constant: only step and cosine have them"),
        ];
        for (text, message) in cases {
            let error = text.parse::<Settings>().unwrap_err();
            assert!(error.has_no_effect && error.to_string().ends_with(message), "{error}");
        }
        assert!("dropout = 0.0".parse::<Settings>().is_ok());
    }

    #[test]
    fn each_row_is_written_and_read() {
        let table = resolved(
            "cell = 'lstm'\nnum_layers = 2\ndropout = 0.5\nwindow_stride = 5\nclass_probabilities = [0.3, 0.7]\n\
             optimizer = 'adamw'\nclip_value = 1\nclip_norm = 2\nschedule = 'step'\ndecay_steps = 5\ncheckpoint_every = 10\n\
             valid = 0.5\ntest = 0.5\npatience = 3",
        );
        let names = |task: &mut AnyTask| -> Vec<_> {
            task.task_mut().settings().into_iter().map(|setting| setting.name).collect()
        };
        let of_echo = names(&mut AnyTask::default());
        let of_tasks =
            AnyTask::all().iter_mut().flat_map(names).filter(|name| !of_echo.contains(name)).collect::<Vec<_>>();
        let of_episodes = ["episodes", "redraw", "test_length", "guess_range", "max_parameters"];
        let others =
            ["task", "momentum", "nesterov", "rms_decay", "series", "initial_weights", "learning", "until_solved"];
        let others = [&others[..], &of_episodes, &of_tasks].concat();
        for row in Settings::rows() {
            assert_eq!(table.contains_key(row.name), !others.contains(&row.name), "{}", row.name);
        }
        assert_eq!(table["clip_norm"], Value::Float(2.0));
    }
}
