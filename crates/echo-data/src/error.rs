//! What can be wrong with the settings of a series or with a series file.

use crate::words::{ArraysProblem, CellProblem, MissingProblem, NumberProblem, OfArray, Shown};

/// An error that names the setting or the place in a file, the value found there, and what would be right.
///
/// Settings carry the names that the functions' parameters have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A class is stored in a byte, and one class alone holds no information.
    #[error("num_classes is {num_classes}: it must be from 2 to 256")]
    NumClasses {
        /// The number that was asked for.
        num_classes: usize,
    },
    /// A probability that is negative, infinite or not a number.
    #[error("class_probabilities[{class}] is {probability}: it must be a number from 0 to 1")]
    Probability {
        /// The class it was given for.
        class: usize,
        /// The value.
        probability: f64,
    },
    /// Probabilities that do not sum to 1.
    #[error("class_probabilities sum to {sum}: they must sum to 1")]
    ProbabilitySum {
        /// What they sum to.
        sum: f64,
    },
    /// Another number of probabilities than of classes.
    #[error(
        "class_probabilities has {given} values: it must have one for each class, and num_classes is {num_classes}"
    )]
    NumProbabilities {
        /// How many there are.
        given: usize,
        /// How many classes there are.
        num_classes: usize,
    },
    /// A size that must be at least 1.
    #[error("{name} is 0: it must be at least 1")]
    Zero {
        /// The setting's name.
        name: &'static str,
    },
    /// More rows than values.
    #[error("batch_size is {batch_size}: a series of {total_series_length} values has too few for that many rows")]
    BatchTooLarge {
        /// Rows asked for.
        batch_size: usize,
        /// Values in the series.
        total_series_length: usize,
    },
    /// A window that no row can fill.
    #[error(
        "truncated_backprop_length is {truncated_backprop_length}: it must not be longer than a row, which has \
         {row_length} values ({total_series_length} values in {batch_size} rows)"
    )]
    WindowTooLong {
        /// Time steps in a window.
        truncated_backprop_length: usize,
        /// Values in a row.
        row_length: usize,
        /// Values in the series.
        total_series_length: usize,
        /// Rows.
        batch_size: usize,
    },
    /// Windows that would leave targets out.
    #[error(
        "window_stride is {window_stride}: it must be from 1 to truncated_backprop_length, which is \
         {truncated_backprop_length}"
    )]
    WindowStride {
        /// Time steps from a window's start to the next one's.
        window_stride: usize,
        /// Time steps in a window.
        truncated_backprop_length: usize,
    },
    /// Rows that are too short for what a setting asks of them.
    #[error("{setting} is {values}: it must be less than the length of a row, which is {row_length}")]
    RowTooShort {
        /// The setting.
        setting: &'static str,
        /// What it is.
        values: usize,
        /// Values in a row.
        row_length: usize,
    },
    /// A setting of a task's that cannot be.
    #[error("{name} is {value}: it must be {right}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What it is.
        value: usize,
        /// What would be right.
        right: String,
    },
    /// A setting that contradicts another one.
    #[error("{name}: {problem}")]
    Beside {
        /// The setting's name.
        name: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// What cannot stand at a time step of a sequence.
    #[error("step {step} of a sequence: what is read or answered there must be of the sequence's kind")]
    Step {
        /// The time step, counted from 0.
        step: usize,
    },
    /// A text without enough different symbols, or with too many.
    #[error(
        "there {} {found} {unit}{} in it: it must have from 2 to {most} different ones",
        if *found == 1 { "is" } else { "are" },
        if *found == 1 { "" } else { "s" }
    )]
    Symbols {
        /// What a symbol is.
        unit: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A symbol that a net does not know.
    #[error("{problem}")]
    Symbol {
        /// Which one, and how many it knows.
        problem: String,
    },
    /// Something that must be known of data that a net was trained on, and is not there or cannot be.
    #[error("`{name}`, which says what the net was trained on, is missing or damaged")]
    Fact {
        /// Its name.
        name: &'static str,
    },
    /// A file that cannot be read to its end.
    #[error("{problem}")]
    Unread {
        /// Why.
        problem: String,
    },
    /// A store in which data are kept while they are used, and which cannot be written or read.
    #[error("the data cannot be kept while they are used: {problem}")]
    NoRoom {
        /// Why.
        problem: String,
    },
    /// A series that is recorded, where one is to be drawn.
    #[error("a recorded series cannot be drawn")]
    Recorded,
    /// A slice of another length than the layout's.
    #[error("{what}: there are {found}, there must be {expected}")]
    Length {
        /// What the slice holds.
        what: &'static str,
        /// The length that would be right.
        expected: usize,
        /// The length as given.
        found: usize,
    },
    /// A window that the layout has not.
    #[error("window {window}: there are {windows}, counted from 0")]
    Window {
        /// The window asked for.
        window: usize,
        /// How many there are.
        windows: usize,
    },
    /// A series that does not fit in memory.
    #[error("total_series_length is {total_series_length}: there is no memory for a series that long")]
    OutOfMemory {
        /// Values asked for.
        total_series_length: usize,
    },
    /// An episode that does not fit in memory.
    #[error("an episode has {steps} time steps: there is no memory for that many")]
    LongEpisode {
        /// Time steps asked for.
        steps: usize,
    },
    /// A CSV file without a column that is needed.
    #[error("line {line}: {}", MissingProblem { column, expected, header, hint })]
    MissingColumn {
        /// Line of the header, counted from 1.
        line: u64,
        /// The missing column.
        column: String,
        /// All columns that must be there, in words.
        expected: String,
        /// The header as found.
        header: String,
        /// What may help, in words; can be empty.
        hint: &'static str,
    },
    /// A cell that holds no class.
    #[error("line {line}, column `{}`: {}", Shown(column), CellProblem { value, num_classes: *num_classes, needed: *needed })]
    Cell {
        /// Line of the file, counted from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands in the cell.
        value: String,
        /// How many classes there are.
        num_classes: usize,
        /// How many classes would make all of the file's cells right, if any number would.
        needed: Option<usize>,
    },
    /// A cell that holds no number.
    #[error("line {line}, column `{}`: {}", Shown(column), NumberProblem(value))]
    Number {
        /// Line of the file, counted from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands in the cell.
        value: String,
    },
    /// A value that is missing in a column of numbers.
    #[error(
        "line {line}, column `{}`: {}: give `missing`, which is `interpolate` or `drop`, to go on without it",
        Shown(column),
        if value.is_empty() { "the cell is empty".to_owned() } else { format!("`{}` stands for a missing value", Shown(value)) }
    )]
    Missing {
        /// Line of the file, counted from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands in the cell.
        value: String,
    },
    /// A series file with a header and nothing else.
    #[error("there is no row of values below the header")]
    NoValues,
    /// A file that cannot be read, or is not what it should be.
    #[error("line {line}: {problem}")]
    Malformed {
        /// Line of the file, counted from 1.
        line: u64,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A file that is no NPZ, or one with members that cannot be arrays.
    #[error("{problem}")]
    Npz {
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// An array of a NumPy file that is not what it should be.
    #[error("{}{problem}", OfArray(name.as_deref()))]
    Array {
        /// The array's name, if it has one.
        name: Option<String>,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// Columns of a CSV file that are not what they should be.
    #[error("column `{}`: {problem}", Shown(columns))]
    Columns {
        /// Their names.
        columns: String,
        /// What is wrong and where, and what would be right.
        problem: String,
    },
    /// An array that does not fit in memory.
    #[error("{}there is no memory for its {values} values", OfArray(name.as_deref()))]
    ArrayMemory {
        /// The array's name, if it has one.
        name: Option<String>,
        /// How many values it has.
        values: usize,
    },
    /// An array that an NPZ has not.
    #[error("there is no array `{}`; {}", Shown(name), ArraysProblem(names))]
    NoArray {
        /// The name asked for.
        name: String,
        /// The names that there are.
        names: Vec<String>,
    },
}

impl Error {
    /// That of a file which cannot be read to its end.
    pub(crate) fn unread(error: &std::io::Error) -> Self {
        Self::Unread { problem: error.to_string() }
    }

    /// The setting that has to change, or nothing if it is a file.
    #[must_use]
    pub fn setting(&self) -> Option<&'static str> {
        match self {
            Self::NumClasses { .. } => Some("num_classes"),
            Self::Probability { .. } | Self::ProbabilitySum { .. } | Self::NumProbabilities { .. } => {
                Some("class_probabilities")
            }
            Self::Zero { name } => Some(name),
            Self::BatchTooLarge { .. } => Some("batch_size"),
            Self::WindowTooLong { .. } => Some("truncated_backprop_length"),
            Self::WindowStride { .. } => Some("window_stride"),
            Self::RowTooShort { setting, .. } => Some(setting),
            Self::OutOfMemory { .. } => Some("total_series_length"),
            Self::Setting { name, .. } | Self::Beside { name, .. } => Some(name),
            Self::Length { .. } | Self::Window { .. } | Self::Step { .. } | Self::Recorded => None,
            Self::MissingColumn { .. }
            | Self::Cell { .. }
            | Self::LongEpisode { .. }
            | Self::Symbols { .. }
            | Self::Fact { .. }
            | Self::Symbol { .. }
            | Self::Unread { .. }
            | Self::NoRoom { .. }
            | Self::Number { .. }
            | Self::NoValues
            | Self::Missing { .. }
            | Self::Malformed { .. }
            | Self::Npz { .. }
            | Self::Array { .. }
            | Self::Columns { .. }
            | Self::ArrayMemory { .. }
            | Self::NoArray { .. } => None,
        }
    }
}

/// An error unless a byte can hold so many classes, and they can hold information.
pub(crate) fn check_num_classes(num_classes: usize) -> Result<(), Error> {
    if (2..=256).contains(&num_classes) { Ok(()) } else { Err(Error::NumClasses { num_classes }) }
}
