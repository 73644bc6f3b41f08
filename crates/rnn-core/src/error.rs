//! What can be wrong with sizes, data or a file of weights.

use std::sync::atomic::{AtomicBool, Ordering};

/// An error that names the setting, buffer or tensor, the value found there, and what would be right.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A size that must be at least 1.
    #[error("{name} is 0: it must be at least 1")]
    Zero {
        /// The size's name.
        name: &'static str,
    },
    /// A stride that is no stride of the window.
    #[error("stride is {stride}: it must be from 1 to the window's length, which is {window}")]
    Stride {
        /// h′, the time steps from one window's start to the next one's.
        stride: usize,
        /// h, the time steps of a window.
        window: usize,
    },
    /// A learning rate that is not a positive number.
    #[error("learning_rate is {learning_rate:?}: it must be a number greater than 0 that {dtype} can hold")]
    LearningRate {
        /// The value.
        learning_rate: f64,
        /// The net's number type.
        dtype: &'static str,
    },
    /// A constant that has a meaning only beside another one.
    #[error("{name} is {value}: it needs {needed}")]
    Needs {
        /// The constant.
        name: &'static str,
        /// What it is.
        value: &'static str,
        /// What it has a meaning beside.
        needed: &'static str,
    },
    /// A number outside its range.
    #[error("{name} is {value:?}: it must be {allowed}")]
    Range {
        /// The number's name.
        name: &'static str,
        /// The value.
        value: f64,
        /// What would be right.
        allowed: &'static str,
    },
    /// A whole number outside its range.
    #[error("{name} is {value}: it must be {allowed}")]
    Count {
        /// The number's name.
        name: &'static str,
        /// The value.
        value: usize,
        /// What would be right.
        allowed: &'static str,
    },
    /// Work that was stopped by the caller before its end.
    #[error("stopped before its end")]
    Stopped,
    /// A forget bias for a net that has no forget gate.
    #[error("a net of {cell} cells has no forget gate: only lstm has")]
    NoForgetGate {
        /// Its cell.
        cell: &'static str,
    },
    /// A net with dropout that is to be trained without random numbers.
    #[error("dropout is {dropout:?}, and there is no generator to draw with: give the trainer one")]
    NoGenerator {
        /// The net's dropout.
        dropout: f64,
    },
    /// A tape or gradients that were made for another net.
    #[error("the tape, or the gradients, were made for another net")]
    OtherNet,
    /// A buffer that cannot be allocated.
    #[error("there is no memory for {what}, which would be {rows} × {columns} numbers")]
    OutOfMemory {
        /// What the buffer is for.
        what: &'static str,
        /// Rows of the buffer.
        rows: usize,
        /// Columns of the buffer.
        columns: usize,
    },
    /// A slice or state whose length is not what the net's sizes ask for.
    #[error("{what}: there are {found} numbers, there must be {expected}")]
    Length {
        /// What the slice holds.
        what: &'static str,
        /// The length that would be right.
        expected: usize,
        /// The length as given.
        found: usize,
    },
    /// More time steps than the window has.
    #[error("{steps} steps: the window has {window}")]
    Steps {
        /// The steps asked for.
        steps: usize,
        /// The window's length.
        window: usize,
    },
    /// Scored time steps outside the window.
    #[error("scored steps {start}..{end}: they must be at least one and lie within the window of {window}")]
    Scored {
        /// First scored step.
        start: usize,
        /// The step behind the last scored one.
        end: usize,
        /// The window's length.
        window: usize,
    },
    /// A class that is none of those there are.
    #[error("class {class} at position {position}: there are {classes} classes, counted from 0")]
    Class {
        /// Position among the inputs, or among the scored targets.
        position: usize,
        /// The class found.
        class: usize,
        /// How many classes the net has.
        classes: usize,
    },
    /// Bytes that are no safetensors file.
    #[error("not a safetensors file: {}", one_line(problem))]
    NotSafetensors {
        /// What the reader says.
        problem: String,
    },
    /// A tensor the net needs and the file has not.
    #[error("tensor `{}` is missing: the file has {}", one_line(name), one_line(found))]
    MissingTensor {
        /// The tensor's name.
        name: String,
        /// The first names that the file has, with commas.
        found: String,
    },
    /// A file without a recurrent module.
    #[error(
        "the file holds no recurrent net: it has {}; it must have `rnn.weight_ih_l0`, `head.weight` and so on, as \
         torch.nn.RNN, GRU or LSTM and torch.nn.Linear name them",
        one_line(found)
    )]
    NoNet {
        /// The first names that the file has, with commas.
        found: String,
    },
    /// Weights of a net of a kind that there is not here.
    #[error("{what} is not supported: the file has {}", one_line(found))]
    Unsupported {
        /// The kind.
        what: &'static str,
        /// The names in the file that show it, with commas.
        found: String,
    },
    /// A tensor the file has and the net does not know.
    #[error("tensor `{}` is not one of this net's, which are {}", one_line(name), one_line(known))]
    UnknownTensor {
        /// The tensor's name.
        name: String,
        /// The first names that would be right, with commas.
        known: String,
    },
    /// A tensor of another shape.
    #[error("tensor `{}` has shape {found:?}: it must be {expected:?}", one_line(name))]
    TensorShape {
        /// The tensor's name.
        name: String,
        /// The shape that would be right.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor that is no matrix and has to be one.
    #[error("tensor `{}` has shape {found:?}: it must be a matrix", one_line(name))]
    NoMatrix {
        /// The tensor's name.
        name: String,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A layer's weights whose rows are those of no cell.
    #[error(
        "tensor `{}` has {rows} rows for {hidden_size} hidden units: it must have 1, 3 or 4 for each, as the cells \
         elman, gru and lstm have",
        one_line(name)
    )]
    Gates {
        /// The tensor's name.
        name: String,
        /// Its rows.
        rows: usize,
        /// The hidden units.
        hidden_size: usize,
    },
    /// Metadata that is not what it must be.
    #[error("`{key}` is {found:?} in the file's metadata: it must be {expected:?}")]
    Metadata {
        /// What it is about.
        key: String,
        /// What the file has.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// A safetensors file that is no checkpoint.
    #[error("there is no `checkpoint` in the file's metadata: it is not a checkpoint")]
    NoCheckpoint,
    /// A safetensors file that holds no state of a net.
    #[error("there is no `state` in the file's metadata: it does not hold the state of a net")]
    NoState,
    /// A checkpoint or a state that is not as it was written.
    #[error("the file is damaged: its checksum is not that of what it holds")]
    Damaged,
    /// The state of a net like this one that has other parameters.
    #[error("it is the state of a net with other weights")]
    OtherWeights,
    /// A tensor of numbers of a type that cannot be read here.
    #[error("tensor `{}` holds {dtype} numbers: it must hold {expected}", one_line(name))]
    TensorDtype {
        /// The tensor's name.
        name: String,
        /// The number type in the file.
        dtype: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A number that is infinite or none in the net's own number type.
    #[error(
        "tensor `{}` holds {value:?} at position {position}: every number must be finite in the net's own type",
        one_line(name)
    )]
    NotFinite {
        /// The tensor's name.
        name: String,
        /// Row-major position in the tensor.
        position: usize,
        /// The value; for a bias that is added to another, their sum.
        value: f64,
    },
}

/// Text from a file, whose control characters would break a line or colour a terminal.
fn one_line(text: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// Names in words, a few of them if they are many.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 6;
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "no tensors".to_owned(),
        1..=SHOWN => names.join(", "),
        all => format!("{} and {} more", names[..SHOWN].join(", "), all - SHOWN),
    }
}

/// An error unless a slice has the length it must have.
pub(crate) fn check_length(what: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Length { what, expected, found }) }
}

/// An error for the first of some named sizes that is 0.
pub(crate) fn check_at_least_one<const N: usize>(sizes: [(&'static str, usize); N]) -> Result<(), Error> {
    sizes.into_iter().find(|&(_, size)| size == 0).map_or(Ok(()), |(name, _)| Err(Error::Zero { name }))
}

/// An error if the caller wants no more.
pub(crate) fn check_not_stopped(stop: &AtomicBool) -> Result<(), Error> {
    if stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
}
