//! What can be wrong with sizes, data or a file of weights.

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
    #[error("window_stride is {stride}: it must be from 1 to the window's length, which is {window}")]
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
    /// A buffer that cannot be allocated.
    #[error("{what} of {rows} × {columns} numbers does not fit in memory")]
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
    /// Counted time steps outside the window.
    #[error("counted steps {start}..{end}: they must be at least one and lie within the window of {window}")]
    Counted {
        /// First counted step.
        start: usize,
        /// The step behind the last counted one.
        end: usize,
        /// The window's length.
        window: usize,
    },
    /// A target that is no class of the net.
    #[error("target {position} is class {class}: the net has the classes 0 to {}", classes - 1)]
    Target {
        /// Position among the counted targets.
        position: usize,
        /// The class found.
        class: usize,
        /// How many classes the net has.
        classes: usize,
    },
    /// Bytes that are no safetensors file.
    #[error("not a safetensors file: {problem}")]
    NotSafetensors {
        /// What the reader says.
        problem: String,
    },
    /// A tensor the net needs and the file has not.
    #[error("tensor `{name}` is missing")]
    MissingTensor {
        /// The tensor's name.
        name: String,
    },
    /// A tensor the file has and the net does not know.
    #[error("tensor `{name}` is none of this net's, which are {known}")]
    UnknownTensor {
        /// The tensor's name.
        name: String,
        /// The names that would be right, with commas.
        known: String,
    },
    /// A tensor of another shape.
    #[error("tensor `{name}` has shape {found:?}: it must be {expected:?}")]
    TensorShape {
        /// The tensor's name.
        name: String,
        /// The shape that would be right.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor that is no matrix and has to be one.
    #[error("tensor `{name}` has shape {found:?}: it must be a matrix")]
    NoMatrix {
        /// The tensor's name.
        name: String,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor of numbers that are neither F32 nor F64.
    #[error("tensor `{name}` holds {dtype} numbers: it must hold F32 or F64")]
    TensorDtype {
        /// The tensor's name.
        name: String,
        /// The number type in the file.
        dtype: String,
    },
    /// A weight that is infinite or not a number, in the net's own number type.
    #[error("tensor `{name}` holds {value} at position {position}: every weight must be finite")]
    NotFinite {
        /// The tensor's name.
        name: String,
        /// Row-major position in the tensor.
        position: usize,
        /// The value.
        value: f64,
    },
}
