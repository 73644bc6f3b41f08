//! Words for what is wrong with a cell, a header or an array.

use crate::number::{Kind, kind};
use std::fmt;

/// Words for a header without a column.
pub(crate) struct MissingProblem<'a> {
    pub(crate) column: &'a str,
    pub(crate) expected: &'a str,
    pub(crate) header: &'a str,
    pub(crate) hint: &'static str,
}

impl fmt::Display for MissingProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, expected, header, hint } = *self;
        if header.is_empty() {
            return write!(f, "the header is missing: it must name {expected}");
        }
        write!(
            f,
            "there is no column `{}`; the header must name {expected}, it is `{}`",
            Shown(column),
            Shown(header)
        )?;
        if hint.is_empty() { Ok(()) } else { write!(f, "; {hint}") }
    }
}

/// Words for a bad cell: what it holds is told apart.
pub(crate) struct CellProblem<'a> {
    pub(crate) value: &'a str,
    pub(crate) num_classes: usize,
    pub(crate) needed: Option<usize>,
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
            (Kind::Real, _) => f.write_str(": classes are whole numbers; the task `forecast` reads real values"),
            (Kind::Other, _) => f.write_str(": classes are whole numbers; the task `next` reads labels"),
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
pub(crate) struct NumberProblem<'a>(pub(crate) &'a str);

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
pub(crate) struct OfArray<'a>(pub(crate) Option<&'a str>);

impl fmt::Display for OfArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, "array `{}`: ", Shown(name)))
    }
}

/// Words for the arrays that there are.
pub(crate) struct ArraysProblem<'a>(pub(crate) &'a [String]);

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
