//! What a file of weights says: which net it is of, how that reads classes, and what it was trained for.

use crate::error::Error;
use crate::settings::choices::{Dtype, InputKind, Readout};
use crate::settings::kind::Kind;
use crate::settings::layers::Layer;
use crate::settings::net::Reading;
use crate::settings::table::Settings;
use crate::settings::travelling::{NUM_CLASSES, TASK, travelling};
use echo_data::{AnyTask, Shape, Symbols, Task, TaskValue};
use rnn_core::{Architecture, ClassLoss, Modules, Named, Stored, stored};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use toml::{Table, Value};

/// A file of weights.
pub(super) struct Model {
    pub(super) bytes: Vec<u8>,
    pub(super) stored: Stored,
    pub(super) reading: Reading,
    /// The task that it was trained for, where the file names one: that of the first task does not.
    pub(super) task: Option<AnyTask>,
    /// The same, with all that is known of the data that it was trained on.
    pub(super) known: Option<Arc<dyn Task>>,
    /// Whether anything says how many classes there are. For a net that reads a number and answers with one, only its file
    /// can; without that, any whole number is a class.
    pub(super) classes_known: bool,
}

impl Model {
    /// What the net's classes stand for, if they stand for something that is known.
    pub(super) fn symbols(&self) -> Option<&dyn Symbols> {
        self.known.as_ref()?.symbols()
    }

    /// Reads a file of weights. What shapes alone have told is said, because a file of PyTorch's can be of another kind.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let wrong = |source| Error::Weights { path: path.to_owned(), source };
        let stored = stored(&bytes).map_err(wrong)?;
        let task = task_of(&stored).map_err(wrong)?;
        let known = task.as_ref().map(|task| known(&stored, task)).transpose().map_err(wrong)?;
        let (reading, classes_known) = match &known {
            Some(task) => (reading_for(&stored, &**task).map_err(wrong)?, true),
            None => reading_of(&stored).map_err(wrong)?,
        };
        tell_of_names(path, &stored.modules);
        let cells = in_words(&stored.architecture);
        let taken: [(&str, &dyn Display); 3] = [("cell", &cells), ("input", &reading.input), ("loss", &reading.loss)];
        let guesses =
            taken.into_iter().filter(|_| task.is_none()).filter(|(key, _)| !stored.settings.contains_key(*key));
        let guesses: Vec<_> = guesses.map(|(key, value)| format!("{key} {value}")).collect();
        if !guesses.is_empty() {
            tracing::info!("{}: its metadata does not say it, so by its shapes {}", path.display(), guesses.join(", "));
        }
        Ok(Self { bytes, stored, reading, task, known, classes_known })
    }

    /// The type of its numbers.
    pub(super) fn dtype(&self) -> Dtype {
        if self.stored.double { Dtype::F64 } else { Dtype::F32 }
    }
}

/// The cells of a net's layers, each once where all are alike.
fn in_words(architecture: &Architecture) -> String {
    let cells = architecture.layers.iter().map(|layer| layer.cell.name());
    let shown = if architecture.uniform().is_some() { 1 } else { architecture.layers.len() };
    cells.take(shown).collect::<Vec<_>>().join(", ")
}

/// Says how the names in a file of weights are read, where they are not those that are written here.
pub(super) fn tell_of_names(path: &Path, modules: &Modules) {
    if modules.are_renamed() {
        tracing::info!("{}: {}", path.display(), modules.to_string().escape_debug());
    }
}

/// How a stored net reads and answers, as the file says or, for a file of PyTorch's, as the net's sizes suggest; and whether
/// they or the file say how many classes there are.
fn reading_of(stored: &Stored) -> Result<(Reading, bool), rnn_core::Error> {
    let (input_size, outputs) = (stored.architecture.input_size, stored.architecture.outputs);
    let input = named(stored, "input", if input_size == 1 { InputKind::Number } else { InputKind::OneHot })?;
    let fits = |loss: &ClassLoss| loss.outputs(outputs.max(2)) == outputs;
    let by_outputs = ClassLoss::ALL.iter().copied().find(fits).unwrap_or(ClassLoss::CrossEntropy);
    let loss = named(stored, "loss", by_outputs)?;
    let readout = named(stored, "readout", Readout::EveryStep)?;
    let by_size = match (loss.has_logits(), input) {
        (true, _) => Some(outputs),
        (false, InputKind::OneHot) => Some(input_size),
        (false, InputKind::Number) => None,
    };
    let num_classes = match stored.settings.get(NUM_CLASSES) {
        Some(text) => Some(text.parse().map_err(|_| metadata(NUM_CLASSES, text, "a whole number"))?),
        None => by_size,
    };
    if let Some(other) = num_classes.filter(|classes| !(2..=256).contains(classes)) {
        return Err(rnn_core::Error::Count { name: NUM_CLASSES, value: other, allowed: "from 2 to 256" });
    }
    let classes = num_classes.unwrap_or(usize::MAX);
    let reading = Reading { input, loss, readout, shape: Shape::of_classes(classes) };
    let needed = (reading.input_size(), reading.outputs());
    if needed == (input_size, outputs) {
        return Ok((reading, num_classes.is_some()));
    }
    let of_classes = format!("as {input} input of {classes} classes and {loss} have");
    Err(metadata(
        NUM_CLASSES,
        &format!("{input_size} inputs and {outputs} outputs"),
        &format!("{} and {}, {of_classes}", needed.0, needed.1),
    ))
}

/// How a net reads and answers that was trained for this task.
fn reading_for(stored: &Stored, task: &dyn Task) -> Result<Reading, rnn_core::Error> {
    let sizes = (stored.architecture.input_size, stored.architecture.outputs);
    let shape = task.shape();
    let input = named(stored, "input", if task.reads_one_hot() { InputKind::OneHot } else { InputKind::Number })?;
    let asks_for_values = matches!(shape.targets, echo_data::Kind::Values(_));
    let usual = if asks_for_values { ClassLoss::SquaredError } else { ClassLoss::CrossEntropy };
    let loss = named(stored, "loss", usual)?;
    let readout = named(stored, "readout", Readout::EveryStep)?;
    let reading = Reading { input, loss, readout, shape };
    let needed = (reading.input_size(), reading.outputs());
    let words = |(inputs, outputs): (usize, usize)| format!("{inputs} inputs and {outputs} outputs");
    let found = || format!("{} and a net of {}", task.name(), words(sizes));
    if needed == sizes { Ok(reading) } else { Err(metadata(TASK, &found(), &words(needed))) }
}

/// The task with all that the file knows of the data that it was trained on.
fn known(stored: &Stored, task: &AnyTask) -> Result<Arc<dyn Task>, rnn_core::Error> {
    let Some(own) = task.task().own_data() else { return Ok(task.to_task()) };
    let fact = |name: &str| stored.settings.get(name).cloned();
    own.with_facts(&fact).map_err(|error| metadata(TASK, task.task().name(), &error.to_string()))
}

/// The task that a file names, with its settings as far as the file says them.
fn task_of(stored: &Stored) -> Result<Option<AnyTask>, rnn_core::Error> {
    let Some(name) = stored.settings.get(TASK) else { return Ok(None) };
    let all = AnyTask::all();
    let Some(mut task) = all.iter().find(|task| task.task().name() == name).cloned() else {
        let known: Vec<_> = all.iter().map(|task| task.task().name()).collect();
        return Err(metadata(TASK, name, &known.join(" or ")));
    };
    for setting in task.task_mut().settings() {
        let Some(text) = stored.settings.get(setting.name) else { continue };
        let wrong = |expected: &str| metadata(setting.name, text, expected);
        match setting.value {
            TaskValue::Count(count, _) => *count = text.parse().map_err(|_| wrong("a whole number"))?,
            TaskValue::Choice(choice, choices) => {
                let found = choices.iter().find(|(name, _)| name == text);
                let known: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
                *choice = found.ok_or_else(|| wrong(&known.join(" or ")))?.0;
            }
            TaskValue::Files(..) | TaskValue::Names(..) | TaskValue::Numbers(..) => {}
        }
    }
    task.task().check().map_err(|error| metadata(TASK, name, &error.to_string()))?;
    Ok(Some(task))
}

/// The settings that a file of weights determines: those of the net and, as far as the file says, of the task that it was
/// trained for.
///
/// # Errors
/// [`Error::Read`], [`Error::Weights`].
pub(super) fn settings_of(model: &Model, path: &Path) -> Result<Layer, Error> {
    let (stored, Reading { input, loss, readout, .. }) = (&model.stored, model.reading);
    let Some(rnn_core::Layer { cell, hidden_size }) = stored.architecture.uniform() else {
        let (what, found) = ("a net whose layers differ in cell or width", in_words(&stored.architecture));
        let source = rnn_core::Error::Unsupported { what, found };
        return Err(Error::Weights { path: path.to_owned(), source });
    };
    let count = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let name = |name: &str| Value::String(name.to_owned());
    let mut values = Table::from_iter([
        ("cell".to_owned(), name(cell.name())),
        ("state_size".to_owned(), count(hidden_size)),
        ("num_layers".to_owned(), count(stored.architecture.layers.len())),
        ("loss".to_owned(), name(loss.name())),
        ("dtype".to_owned(), name(model.dtype().name())),
    ]);
    if matches!(model.reading.shape.inputs, echo_data::Kind::Classes(_)) {
        values.insert("input".to_owned(), name(input.name()));
    }
    match &model.task {
        Some(task) => values.extend([(TASK.to_owned(), name(task.task().name()))]),
        None => {
            values.insert("readout".to_owned(), name(readout.name()));
            let classes = model.reading.target_classes();
            values.extend(model.classes_known.then(|| (NUM_CLASSES.to_owned(), count(classes))));
        }
    }
    let task = model.task.clone().unwrap_or_default();
    let names: Vec<_> = travelling(&task).collect();
    for row in Settings::rows().iter().filter(|row| names.contains(&row.name)) {
        let Some(text) = stored.settings.get(row.name).filter(|_| !values.contains_key(row.name)) else { continue };
        let wrong = |expected| {
            let source = metadata(row.name, text, expected);
            Error::Weights { path: path.to_owned(), source }
        };
        let value = match row.kind {
            Kind::Count(_) => Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?),
            Kind::Numbers => {
                let numbers = text.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
                let numbers = numbers.map_err(|_| wrong("numbers with commas"))?;
                Value::Array(numbers.into_iter().map(Value::Float).collect())
            }
            Kind::Choice(_) if model.task.is_some() => Value::String(text.clone()),
            _ => continue,
        };
        values.insert(row.name.to_owned(), value);
    }
    Ok(Layer::from_values(values).given_by(&path.display().to_string()))
}

/// A choice that a file of weights names, or what it is without.
fn named<C: Named>(stored: &Stored, key: &str, without: C) -> Result<C, rnn_core::Error> {
    let Some(name) = stored.settings.get(key) else { return Ok(without) };
    C::named(name).ok_or_else(|| {
        let known: Vec<_> = C::ALL.iter().map(|choice| choice.name()).collect();
        metadata(key, name, &known.join(" or "))
    })
}

fn metadata(key: &str, found: &str, expected: &str) -> rnn_core::Error {
    rnn_core::Error::Metadata { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}
