//! How the echo task is put to a net: classes as inputs, targets under a loss, and outputs back as classes.

use crate::choices::{InputKind, LossKind, Readout};
use crate::error::Error;
use clap::ValueEnum;
use rnn_core::nalgebra::{DMatrixView, DMatrixViewMut};
use rnn_core::{Loss, Modules, Scalar, SoftmaxCrossEntropy, SquaredError, Stored, accuracy, classes, one_hot, stored};
use std::fmt::Display;
use std::path::Path;

/// What a net reads and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) input: InputKind,
    pub(crate) loss: LossKind,
    pub(crate) readout: Readout,
    pub(crate) num_classes: usize,
}

/// The task of a stored net. The number of classes is not known of one that reads a number and answers with one, if its
/// file does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoredTask {
    pub(crate) input: InputKind,
    pub(crate) loss: LossKind,
    pub(crate) readout: Readout,
    pub(crate) num_classes: Option<usize>,
}

/// Reads a file of weights: its bytes, what net it is of, and the task. What shapes alone have told is said, because a
/// file of PyTorch's can be of another kind.
pub(crate) fn read_net(path: &Path) -> Result<(Vec<u8>, Stored, StoredTask), Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let read = |bytes: &[u8]| {
        let stored = stored(bytes)?;
        let task = StoredTask::of(&stored)?;
        Ok((stored, task))
    };
    let (stored, task) = read(&bytes).map_err(|source| Error::Weights { path: path.to_owned(), source })?;
    tell_of_names(path, &stored.modules);
    let taken: [(&str, &dyn Display); 3] =
        [("cell", &stored.architecture.cell), ("input", &task.input), ("loss", &task.loss)];
    let guesses = taken.into_iter().filter(|(key, _)| !stored.settings.contains_key(*key));
    let guesses: Vec<_> = guesses.map(|(key, value)| format!("{key} {value}")).collect();
    if !guesses.is_empty() {
        tracing::info!("{}: its metadata does not say it, so by its shapes {}", path.display(), guesses.join(", "));
    }
    Ok((bytes, stored, task))
}

/// Says how the names in a file of weights are read, where they are not those that are written here.
pub(crate) fn tell_of_names(path: &Path, modules: &Modules) {
    if modules.are_renamed() {
        tracing::info!("{}: {}", path.display(), modules.to_string().escape_debug());
    }
}

impl StoredTask {
    /// As the file says or, for a file of PyTorch's, as the net's sizes suggest.
    pub(crate) fn of(stored: &Stored) -> Result<Self, rnn_core::Error> {
        let (input_size, outputs) = (stored.architecture.input_size, stored.architecture.outputs);
        let input = named(stored, "input", if input_size == 1 { InputKind::Number } else { InputKind::OneHot })?;
        let loss = named(stored, "loss", if outputs == 1 { LossKind::SquaredError } else { LossKind::CrossEntropy })?;
        let readout = named(stored, "readout", Readout::EveryStep)?;
        let by_size = match (input, loss) {
            (_, LossKind::CrossEntropy) => Some(outputs),
            (InputKind::OneHot, _) => Some(input_size),
            (InputKind::Number, LossKind::SquaredError) => None,
        };
        let num_classes = match stored.settings.get("num_classes") {
            Some(text) => Some(text.parse().map_err(|_| metadata("num_classes", text, "a whole number"))?),
            None => by_size,
        };
        if let Some(other) = num_classes.filter(|classes| !(2..=256).contains(classes)) {
            let (name, value, allowed) = ("num_classes", other, "from 2 to 256");
            return Err(rnn_core::Error::Count { name, value, allowed });
        }
        let stored = Self { input, loss, readout, num_classes };
        let task = stored.task();
        if (task.input_size(), task.outputs()) == (input_size, outputs) {
            return Ok(stored);
        }
        Err(metadata(
            "num_classes",
            &format!("{input_size} inputs and {outputs} outputs"),
            &format!(
                "{} and {}, as {input} input of {} classes and {loss} have",
                task.input_size(),
                task.outputs(),
                task.num_classes
            ),
        ))
    }

    /// Without a number of classes, any whole number is one.
    pub(crate) fn task(self) -> Task {
        let Self { input, loss, readout, num_classes } = self;
        Task { input, loss, readout, num_classes: num_classes.unwrap_or(usize::MAX) }
    }
}

impl Task {
    pub(crate) fn input_size(self) -> usize {
        match self.input {
            InputKind::Number => 1,
            InputKind::OneHot => self.num_classes,
        }
    }

    pub(crate) fn outputs(self) -> usize {
        match self.loss {
            LossKind::CrossEntropy => self.num_classes,
            LossKind::SquaredError => 1,
        }
    }

    /// Sets `inputs`: the features of each class behind each other.
    pub(crate) fn encode<T: Scalar>(self, classes: &[u32], inputs: &mut [T]) -> Result<(), rnn_core::Error> {
        match self.input {
            InputKind::OneHot => one_hot(classes, self.num_classes, inputs),
            InputKind::Number => {
                inputs.iter_mut().zip(classes).for_each(|(input, &class)| *input = T::narrow(f64::from(class)));
                Ok(())
            }
        }
    }

    /// The classes that rows of outputs answer with.
    pub(crate) fn answers<T: Scalar>(self, outputs: &DMatrixView<T>) -> Vec<u32> {
        match self.loss {
            LossKind::CrossEntropy => classes(outputs).map(|class| class as u32).collect(),
            LossKind::SquaredError => outputs.column(0).iter().map(|output| self.nearest(output.widen())).collect(),
        }
    }

    /// The share of rows of outputs that answer with their target.
    pub(crate) fn accuracy<T: Scalar>(self, outputs: &DMatrixView<T>, targets: &[u32]) -> Result<f64, rnn_core::Error> {
        match self.loss {
            LossKind::CrossEntropy => accuracy(outputs, targets),
            LossKind::SquaredError => {
                let pairs = outputs.column(0).into_iter().zip(targets);
                let right = pairs.filter(|(output, target)| self.nearest(output.widen()) == **target).count();
                Ok(right as f64 / targets.len() as f64)
            }
        }
    }

    /// The class whose number is nearest.
    fn nearest(self, output: f64) -> u32 {
        output.round().clamp(0.0, (self.num_classes - 1) as f64) as u32
    }
}

/// The loss of the task's own kind, whose targets are classes either way.
impl<T: Scalar> Loss<T> for Task {
    type Target = u32;

    fn targets(&self, _outputs: usize) -> usize {
        1
    }

    fn evaluate(
        &self,
        outputs: &DMatrixView<T>,
        targets: &[u32],
        d_outputs: &mut DMatrixViewMut<T>,
    ) -> Result<f64, rnn_core::Error> {
        match self.loss {
            LossKind::CrossEntropy => SoftmaxCrossEntropy.evaluate(outputs, targets, d_outputs),
            LossKind::SquaredError => SquaredError::<u32>::default().evaluate(outputs, targets, d_outputs),
        }
    }
}

/// A choice that a file of weights names, or what it is without.
fn named<C: ValueEnum + Display>(stored: &Stored, key: &str, without: C) -> Result<C, rnn_core::Error> {
    let Some(name) = stored.settings.get(key) else { return Ok(without) };
    C::from_str(name, false).map_err(|_| {
        let known: Vec<_> = C::value_variants().iter().map(ToString::to_string).collect();
        metadata(key, name, &known.join(" or "))
    })
}

pub(crate) fn metadata(key: &str, found: &str, expected: &str) -> rnn_core::Error {
    rnn_core::Error::Metadata { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}
