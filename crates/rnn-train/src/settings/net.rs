//! How a net reads classes and answers with them, and what a file of weights says of that.

use super::choices::{InputKind, Readout};
use crate::error::Error;
use rnn_core::{Architecture, ClassLoss, Modules, Named, Scalar, Stored, one_hot, stored};
use std::fmt::Display;
use std::path::Path;

/// What a net reads and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) input: InputKind,
    pub(crate) loss: ClassLoss,
    pub(crate) readout: Readout,
    pub(crate) num_classes: usize,
}

/// The same of a stored net. The number of classes is not known of one that reads a number and answers with one, if its
/// file does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoredReading {
    pub(crate) input: InputKind,
    pub(crate) loss: ClassLoss,
    pub(crate) readout: Readout,
    pub(crate) num_classes: Option<usize>,
}

/// Reads a file of weights: its bytes, what net it is of, and how it reads. What shapes alone have told is said, because a
/// file of PyTorch's can be of another kind.
pub(crate) fn read_net(path: &Path) -> Result<(Vec<u8>, Stored, StoredReading), Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let read = |bytes: &[u8]| {
        let stored = stored(bytes)?;
        let reading = StoredReading::of(&stored)?;
        Ok((stored, reading))
    };
    let (stored, reading) = read(&bytes).map_err(|source| Error::Weights { path: path.to_owned(), source })?;
    tell_of_names(path, &stored.modules);
    let cells = in_words(&stored.architecture);
    let taken: [(&str, &dyn Display); 3] = [("cell", &cells), ("input", &reading.input), ("loss", &reading.loss)];
    let guesses = taken.into_iter().filter(|(key, _)| !stored.settings.contains_key(*key));
    let guesses: Vec<_> = guesses.map(|(key, value)| format!("{key} {value}")).collect();
    if !guesses.is_empty() {
        tracing::info!("{}: its metadata does not say it, so by its shapes {}", path.display(), guesses.join(", "));
    }
    Ok((bytes, stored, reading))
}

/// The cells of a net's layers, each once where all are alike.
pub(super) fn in_words(architecture: &Architecture) -> String {
    let cells = architecture.layers.iter().map(|layer| layer.cell.name());
    let shown = if architecture.uniform().is_some() { 1 } else { architecture.layers.len() };
    cells.take(shown).collect::<Vec<_>>().join(", ")
}

/// Says how the names in a file of weights are read, where they are not those that are written here.
pub(crate) fn tell_of_names(path: &Path, modules: &Modules) {
    if modules.are_renamed() {
        tracing::info!("{}: {}", path.display(), modules.to_string().escape_debug());
    }
}

impl StoredReading {
    /// As the file says or, for a file of PyTorch's, as the net's sizes suggest.
    pub(crate) fn of(stored: &Stored) -> Result<Self, rnn_core::Error> {
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
        let num_classes = match stored.settings.get("num_classes") {
            Some(text) => Some(text.parse().map_err(|_| metadata("num_classes", text, "a whole number"))?),
            None => by_size,
        };
        if let Some(other) = num_classes.filter(|classes| !(2..=256).contains(classes)) {
            let (name, value, allowed) = ("num_classes", other, "from 2 to 256");
            return Err(rnn_core::Error::Count { name, value, allowed });
        }
        let stored = Self { input, loss, readout, num_classes };
        let reading = stored.reading();
        if (reading.input_size(), reading.outputs()) == (input_size, outputs) {
            return Ok(stored);
        }
        Err(metadata(
            "num_classes",
            &format!("{input_size} inputs and {outputs} outputs"),
            &format!(
                "{} and {}, as {input} input of {} classes and {loss} have",
                reading.input_size(),
                reading.outputs(),
                reading.num_classes
            ),
        ))
    }

    /// Without a number of classes, any whole number is one.
    pub(crate) fn reading(self) -> Reading {
        let Self { input, loss, readout, num_classes } = self;
        Reading { input, loss, readout, num_classes: num_classes.unwrap_or(usize::MAX) }
    }
}

impl Reading {
    pub(crate) fn input_size(self) -> usize {
        match self.input {
            InputKind::Number => 1,
            InputKind::OneHot => self.num_classes,
        }
    }

    pub(crate) fn outputs(self) -> usize {
        self.loss.outputs(self.num_classes)
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
}

/// A choice that a file of weights names, or what it is without.
fn named<C: Named>(stored: &Stored, key: &str, without: C) -> Result<C, rnn_core::Error> {
    let Some(name) = stored.settings.get(key) else { return Ok(without) };
    C::named(name).ok_or_else(|| {
        let known: Vec<_> = C::ALL.iter().map(|choice| choice.name()).collect();
        metadata(key, name, &known.join(" or "))
    })
}

pub(crate) fn metadata(key: &str, found: &str, expected: &str) -> rnn_core::Error {
    rnn_core::Error::Metadata { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}
