//! What can be wrong with the settings of a series or with a series file.

use std::fmt;

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
    /// An echo that comes after a row's end.
    #[error("echo_step is {echo_step}: it must be less than the length of a row, which is {row_length}")]
    EchoStep {
        /// The lag asked for.
        echo_step: usize,
        /// Values in a row.
        row_length: usize,
    },
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
    /// A series file without one of its two columns.
    #[error("line 1: there is no column `{column}`; the header must name {expected}, it is `{}`", Shown(header))]
    MissingColumn {
        /// The missing column.
        column: &'static str,
        /// All columns that must be there, in words.
        expected: String,
        /// The header as found.
        header: String,
    },
    /// A cell that holds no class.
    #[error("line {line}, column `{column}`: {}", CellProblem { value, num_classes: *num_classes })]
    Cell {
        /// Line of the file, counted from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What stands in the cell.
        value: String,
        /// How many classes there are.
        num_classes: usize,
    },
    /// A cell that holds no number.
    #[error("line {line}, column `{column}`: {}", NumberProblem(value))]
    Number {
        /// Line of the file, counted from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What stands in the cell.
        value: String,
    },
    /// A series file with a header and nothing else.
    #[error("there is no row of values below the header")]
    NoValues,
    /// A file that cannot be read, or is no CSV.
    #[error("line {line}: {problem}")]
    Csv {
        /// Line of the file, counted from 1.
        line: u64,
        /// What the reader says.
        problem: String,
    },
}

impl Error {
    /// The setting that has to change, or nothing if it is a file.
    #[must_use]
    pub fn setting(&self) -> Option<&'static str> {
        match self {
            Self::NumClasses { .. } => Some("num_classes"),
            Self::Probability { .. } | Self::ProbabilitySum { .. } => Some("class_probabilities"),
            Self::Zero { name } => Some(name),
            Self::BatchTooLarge { .. } => Some("batch_size"),
            Self::WindowTooLong { .. } => Some("truncated_backprop_length"),
            Self::WindowStride { .. } => Some("window_stride"),
            Self::EchoStep { .. } => Some("echo_step"),
            Self::OutOfMemory { .. } => Some("total_series_length"),
            Self::Length { .. } | Self::Window { .. } => None,
            Self::MissingColumn { .. }
            | Self::Cell { .. }
            | Self::Number { .. }
            | Self::NoValues
            | Self::Csv { .. } => None,
        }
    }
}

/// An error unless a byte can hold so many classes, and they can hold information.
pub(crate) fn check_num_classes(num_classes: usize) -> Result<(), Error> {
    if (2..=256).contains(&num_classes) { Ok(()) } else { Err(Error::NumClasses { num_classes }) }
}

/// Words for a bad cell: an empty one is told apart from a wrong value.
struct CellProblem<'a> {
    value: &'a str,
    num_classes: usize,
}

impl fmt::Display for CellProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Anybody can make an error of this enum, with any number.
        let last = self.num_classes.saturating_sub(1);
        if self.value.is_empty() {
            write!(f, "the cell is empty: it must be a class from 0 to {last}")
        } else {
            write!(f, "`{}` is no class from 0 to {last}", Shown(self.value))
        }
    }
}

/// The same for a cell that should hold a number.
struct NumberProblem<'a>(&'a str);

impl fmt::Display for NumberProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str("the cell is empty: it must be a number")
        } else {
            write!(f, "`{}` is no finite number", Shown(self.0))
        }
    }
}

/// Text from a file, on one line and of bounded length.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 80;
        for c in self.0.chars().take(MOST) {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        f.write_str(if self.0.chars().nth(MOST).is_some() { "…" } else { "" })
    }
}
