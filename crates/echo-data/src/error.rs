//! What can be wrong with the settings of a series or with a series file.

use crate::number::{Kind, kind};
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
    #[error("line {line}, column `{column}`: {}", CellProblem { value, num_classes: *num_classes, needed: *needed })]
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
    #[error("line {line}, column `{column}`: {}", NumberProblem(value))]
    Number {
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
            Self::Setting { name, .. } => Some(name),
            Self::Length { .. } | Self::Window { .. } | Self::Step { .. } | Self::Recorded => None,
            Self::MissingColumn { .. }
            | Self::Cell { .. }
            | Self::LongEpisode { .. }
            | Self::Symbols { .. }
            | Self::Fact { .. }
            | Self::Unread { .. }
            | Self::Number { .. }
            | Self::NoValues
            | Self::Malformed { .. }
            | Self::Npz { .. }
            | Self::Array { .. }
            | Self::ArrayMemory { .. }
            | Self::NoArray { .. } => None,
        }
    }
}

/// An error unless a byte can hold so many classes, and they can hold information.
pub(crate) fn check_num_classes(num_classes: usize) -> Result<(), Error> {
    if (2..=256).contains(&num_classes) { Ok(()) } else { Err(Error::NumClasses { num_classes }) }
}

/// Words for a header without a column.
struct MissingProblem<'a> {
    column: &'a str,
    expected: &'a str,
    header: &'a str,
    hint: &'static str,
}

impl fmt::Display for MissingProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, expected, header, hint } = *self;
        if header.is_empty() {
            return write!(f, "the header is missing: it must name {expected}");
        }
        write!(f, "there is no column `{column}`; the header must name {expected}, it is `{}`", Shown(header))?;
        if hint.is_empty() { Ok(()) } else { write!(f, "; {hint}") }
    }
}

/// Words for a bad cell: what it holds is told apart.
struct CellProblem<'a> {
    value: &'a str,
    num_classes: usize,
    needed: Option<usize>,
}

impl fmt::Display for CellProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Anybody can make an error of this enum, with any number.
        let last = self.num_classes.saturating_sub(1);
        let (kind, value) = (kind(self.value), Shown(self.value));
        match kind {
            Kind::Empty => return write!(f, "the cell is empty: it must be a class from 0 to {last}"),
            Kind::Missing => {
                return write!(f, "`{value}` stands for a missing value: every cell must be a class from 0 to {last}");
            }
            Kind::Truth => return write!(f, "`{value}` is not a number: write 1 for true and 0 for false"),
            Kind::Whole | Kind::Real | Kind::Other => write!(f, "`{value}` is not a class from 0 to {last}")?,
        }
        match (kind, self.needed) {
            (_, Some(needed)) => write!(f, "; this file needs num_classes = {needed}"),
            (Kind::Real, _) => f.write_str(
                ": classes are whole numbers; real values cannot be trained on yet, so turn them into classes first",
            ),
            (Kind::Other, _) => f.write_str(
                ": classes are whole numbers; text and dates cannot be trained on yet, so give each value a number",
            ),
            _ if self.value.parse::<f64>().is_ok_and(|value| value > MOST_CLASS) => {
                f.write_str("; there can be no class above 255")
            }
            _ => Ok(()),
        }
    }
}

/// The greatest class that there can be.
const MOST_CLASS: f64 = 255.0;

/// The same for a cell that should hold a number.
struct NumberProblem<'a>(&'a str);

impl fmt::Display for NumberProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Shown(self.0);
        match kind(self.0) {
            Kind::Empty => f.write_str("the cell is empty: it must be a number"),
            Kind::Missing => write!(f, "`{value}` stands for a missing value: every cell must be a number"),
            Kind::Truth => write!(f, "`{value}` is not a number: write 1 for true and 0 for false"),
            Kind::Real if self.0.contains(',') => {
                write!(f, "`{value}` has a decimal comma: write a point, or separate the columns with semicolons")
            }
            _ => write!(f, "`{value}` is not a finite number"),
        }
    }
}

/// Which array an error speaks of, where there can be several.
struct OfArray<'a>(Option<&'a str>);

impl fmt::Display for OfArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, "array `{}`: ", Shown(name)))
    }
}

/// Words for the arrays that there are.
struct ArraysProblem<'a>(&'a [String]);

impl fmt::Display for ArraysProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("the file has none"),
            names => write!(f, "the file has {}", Shown(&names.join(", "))),
        }
    }
}

/// Text from a file, on one line and of bounded length.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 80;
        for c in self.0.chars().take(MOST) {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        f.write_str(if self.0.chars().nth(MOST).is_some() { "…" } else { "" })
    }
}
