//! Rows of numbers, one by one: of a CSV file, in which other columns label the rows, or of an array of NumPy's.

use super::beginning::{Whole, is_npy};
use super::dialect::Dialect;
use super::evenly::Evenly;
use super::npy::{Array, Numbers};
use super::npy_header::Header;
use super::rows::{Record, Rows};
use crate::error::Error;
use crate::number::{Kind, kind};
use crate::words::Shown;
use std::collections::{HashSet, VecDeque};
use std::io::Read;

/// What becomes of values that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// They are an error.
    Refuse,
    /// They are put on a line between their neighbours; at an end they are as the nearest one.
    Interpolate,
    /// Their rows are left out.
    Drop,
}

impl Missing {
    pub(crate) const REFUSE: &str = "refuse";
    pub(crate) const INTERPOLATE: &str = "interpolate";
    pub(crate) const DROP: &str = "drop";

    /// That of this name, as settings have it; refusing for any other one.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            Self::INTERPOLATE => Self::Interpolate,
            Self::DROP => Self::Drop,
            _ => Self::Refuse,
        }
    }
}

/// Reads rows of numbers.
///
/// A column of CSV holds numbers if it is wanted, or if the first of its cells that is not empty holds one, in the first thousand rows. The
/// columns of an array `[N]` or `[N, columns]` are called `value`, or `column_0` and so on.
///
/// ```
/// use echo_data::files::{Missing, NumberRows};
/// let mut rows = NumberRows::new("day,sales\nmonday,3\ntuesday,4.5\n".as_bytes(), None)?;
/// assert!(rows.next_row(Missing::Refuse)? && rows.next_row(Missing::Refuse)?);
/// assert_eq!((rows.values(), rows.line()), (&[None, Some(4.5)][..], 3));
/// assert!(!rows.next_row(Missing::Refuse)?);
/// assert_eq!((rows.numeric(), rows.label()), (vec![1], Some(0)));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug)]
pub struct NumberRows<R> {
    from: Origin<R>,
    /// The columns' names.
    names: Vec<String>,
    /// Whether each column must hold numbers, and whether it is asked for.
    is_wanted: Vec<bool>,
    are_named: bool,
    /// Whether a column holds numbers; known from its first cell on that is not empty.
    is_numeric: Vec<Option<bool>>,
    /// Whether a number has stood in a column.
    has_number: Vec<bool>,
    /// The current row.
    values: Vec<Option<f64>>,
    first: Evenly,
}

#[derive(Debug)]
enum Origin<R> {
    Csv {
        rows: Box<Rows<Whole<R>>>,
        /// Rows that have been looked at to find out what the columns hold.
        ahead: VecDeque<Record>,
    },
    Npy {
        numbers: Box<Numbers<Whole<R>>>,
        block: Vec<f64>,
        place: usize,
        row: u64,
    },
    /// An array whose first index runs fastest.
    Turned {
        array: Array,
        row: usize,
    },
}

/// More rows are not looked at to find out what a column holds.
const MOST_AHEAD: usize = 1000;

/// More columns are no series.
const MOST_COLUMNS: usize = 1 << 16;

/// An array whose first index runs fastest must be turned in memory, and may have no more values.
const MOST_TURNED: usize = 1 << 24;

impl<R: Read> NumberRows<R> {
    /// Reads the header. All columns of numbers are asked for, or those only that `wanted` names.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] for one that is wanted and not there; [`Error::Malformed`] or [`Error::Array`] for a file that is neither
    /// CSV nor an array of one or two dimensions.
    pub fn new(reader: R, wanted: Option<&[String]>) -> Result<Self, Error> {
        let (is_npy, whole) = is_npy(reader)?;
        let (from, names) = if is_npy { array(whole)? } else { csv(whole)? };
        let line = if let Origin::Csv { rows, .. } = &from { rows.line() } else { 1 };
        let there: HashSet<&String> = names.iter().collect();
        if let Some(name) = wanted.into_iter().flatten().find(|name| !there.contains(name)) {
            return Err(missing_column(name, &names, line));
        }
        let wanted: Option<HashSet<&String>> = wanted.map(|wanted| wanted.iter().collect());
        let is_wanted: Vec<bool> =
            names.iter().map(|name| wanted.as_ref().is_none_or(|wanted| wanted.contains(name))).collect();
        let are_named = wanted.is_some();
        // A column that is named must hold numbers, and one of an array does.
        let is_array = !matches!(from, Origin::Csv { .. });
        let must = |is_wanted: &bool| (is_array || (are_named && *is_wanted)).then_some(true);
        let is_numeric = is_wanted.iter().map(must).collect();
        let (values, has_number, first) = (vec![None; names.len()], vec![false; names.len()], Evenly::default());
        let mut rows = Self { from, names, is_wanted, are_named, is_numeric, has_number, values, first };
        rows.look_ahead()?;
        Ok(rows)
    }

    /// Finds out what the columns hold, as far as the first rows say it.
    fn look_ahead(&mut self) -> Result<(), Error> {
        let Self { from: Origin::Csv { rows, ahead }, is_numeric, .. } = self else { return Ok(()) };
        while is_numeric.contains(&None) && ahead.len() < MOST_AHEAD && rows.next_row()? {
            for (column, is_numeric) in is_numeric.iter_mut().enumerate().filter(|(_, known)| known.is_none()) {
                *is_numeric = match kind(rows.text(column)?) {
                    Kind::Empty | Kind::Missing => None,
                    // Words such as `no` and `F` need not mean truth.
                    Kind::Other | Kind::Truth => Some(false),
                    Kind::Whole | Kind::Real => Some(true),
                };
            }
            ahead.push_back(rows.record());
        }
        Ok(())
    }

    /// The columns' names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Makes sure, when all rows are read, that the columns that are wanted hold numbers.
    ///
    /// # Errors
    /// [`Error::Columns`].
    pub fn check_wanted(&self, wanted: &[String]) -> Result<(), Error> {
        let of_numbers: HashSet<&String> = self.numeric().into_iter().map(|column| &self.names[column]).collect();
        match wanted.iter().find(|name| !of_numbers.contains(name)) {
            None => Ok(()),
            Some(name) => Err(Error::Columns { columns: name.clone(), problem: "it holds no number".to_owned() }),
        }
    }

    /// Goes to the next row, if there is one; over rows with missing values, if these are to be dropped. With
    /// [`Missing::Interpolate`] a missing value is handed out as none.
    ///
    /// # Errors
    /// [`Error::Missing`] for a value that is missing and may not be; [`Error::Number`] for a cell that holds no
    /// number, in a column that began with one or is wanted; [`Error::Malformed`]; [`Error::Array`].
    pub fn next_row(&mut self, missing: Missing) -> Result<bool, Error> {
        loop {
            let is_there = match &self.from {
                Origin::Csv { .. } => self.next_of_csv(missing)?,
                Origin::Npy { .. } | Origin::Turned { .. } => self.next_of_array(missing)?,
            };
            let Some(is_whole) = is_there else { return Ok(false) };
            // Rows count also where one of them is dropped.
            self.first.add(self.values[0]);
            if is_whole || missing != Missing::Drop {
                self.has_number.iter_mut().zip(&self.values).for_each(|(has, value)| *has |= value.is_some());
                return Ok(true);
            }
        }
    }

    /// Whether the next row has all values; nothing at the end.
    fn next_of_csv(&mut self, missing: Missing) -> Result<Option<bool>, Error> {
        let Self { from: Origin::Csv { rows, ahead }, names, values, is_numeric, is_wanted, .. } = self else {
            return Ok(None);
        };
        match ahead.pop_front() {
            Some(record) => rows.set_record(record),
            None if rows.next_row()? => {}
            None => return Ok(None),
        }
        let mut is_whole = true;
        for (column, value) in values.iter_mut().enumerate() {
            *value = None;
            if is_numeric[column] == Some(true) {
                *value = match rows.plain_number(column) {
                    Some(number) => Some(number),
                    None if is_wanted[column] => rows.optional_number(column)?,
                    // What nobody asks for may be anything.
                    None => None,
                };
                if value.is_none() && is_wanted[column] {
                    is_whole = false;
                    if missing == Missing::Refuse {
                        let (line, column, value) = (rows.line(), names[column].clone(), rows.shown(column));
                        return Err(Error::Missing { line, column, value });
                    }
                }
            } else if is_numeric[column].is_none() {
                // It was empty so far, so nobody has taken it for a column of numbers.
                match kind(rows.text(column)?) {
                    Kind::Empty | Kind::Missing => {}
                    Kind::Other | Kind::Truth => is_numeric[column] = Some(false),
                    Kind::Whole | Kind::Real => {
                        let problem = format!(
                            "column `{}`: a number stands here, and none in the {MOST_AHEAD} rows before: `inputs` must name \
                             the columns to read",
                            Shown(&names[column])
                        );
                        return Err(Error::Malformed { line: rows.line(), problem });
                    }
                }
            }
        }
        Ok(Some(is_whole))
    }

    /// The same of an array, of which a value is missing where it is no number.
    fn next_of_array(&mut self, missing: Missing) -> Result<Option<bool>, Error> {
        let width = self.names.len();
        let (row, values) = match &mut self.from {
            Origin::Csv { .. } => return Ok(None),
            Origin::Turned { array, row } => {
                let Some(values) = array.values().get(*row * width..(*row + 1) * width) else { return Ok(None) };
                *row += 1;
                (*row as u64 - 1, values)
            }
            Origin::Npy { numbers, block, place, row } => {
                while block.len() < *place + width {
                    block.drain(..*place);
                    *place = 0;
                    if !numbers.read_block(block).map_err(|refusal| refusal.of(None))? {
                        return Ok(None);
                    }
                }
                *place += width;
                *row += 1;
                (*row - 1, &block[*place - width..*place])
            }
        };
        let mut is_whole = true;
        for (column, (&number, value)) in values.iter().zip(&mut self.values).enumerate() {
            *value = Some(number).filter(|number| !number.is_nan());
            let is_bad = number.is_infinite() || (value.is_none() && missing == Missing::Refuse);
            if is_bad && self.is_wanted[column] {
                let of = if width > 1 { format!(", column {column}") } else { String::new() };
                let problem = format!("row {row}{of} is {number}: it must be a finite number");
                return Err(Error::Array { name: None, problem });
            }
            is_whole &= value.is_some() || !self.is_wanted[column];
        }
        Ok(Some(is_whole))
    }

    /// The numbers of the row, one for each column: nothing where there is none.
    #[must_use]
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// What stands in a cell of the row; nothing for an array.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a cell that is not UTF-8.
    pub fn text(&self, column: usize) -> Result<&str, Error> {
        match &self.from {
            Origin::Csv { rows, .. } => rows.text(column),
            Origin::Npy { .. } | Origin::Turned { .. } => Ok(""),
        }
    }

    /// The line of the row, counted from 1; of an array's, its number, counted from 0.
    #[must_use]
    pub fn line(&self) -> u64 {
        match &self.from {
            Origin::Csv { rows, .. } => rows.line(),
            Origin::Npy { row, .. } => row.saturating_sub(1),
            Origin::Turned { row, .. } => (*row as u64).saturating_sub(1),
        }
    }

    /// How the file is written, if it is CSV.
    #[must_use]
    pub fn dialect(&self) -> Option<Dialect> {
        match &self.from {
            Origin::Csv { rows, .. } => Some(rows.dialect()),
            Origin::Npy { .. } | Origin::Turned { .. } => None,
        }
    }

    /// Whether a column holds numbers, as far as is known from the rows so far.
    #[must_use]
    pub fn is_numeric(&self, column: usize) -> Option<bool> {
        self.is_numeric.get(column).copied().flatten()
    }

    /// The column that labels the rows: the first one of text or dates. Without one, the first column, if it was not asked for and its
    /// numbers increase evenly, as years do. It can change while rows are read.
    #[must_use]
    pub fn label(&self) -> Option<usize> {
        let of_text = self.is_numeric.iter().position(|is_numeric| *is_numeric == Some(false));
        // A column that is the only one of numbers is what the file is about.
        let is_counted = || {
            let has_others = self.is_numeric.iter().skip(1).any(|is_numeric| *is_numeric == Some(true));
            has_others && self.first.is_even() && !(self.are_named && self.is_wanted[0]) && self.dialect().is_some()
        };
        of_text.or_else(|| is_counted().then_some(0))
    }

    /// The columns that are asked for and hold numbers, without the label.
    #[must_use]
    pub fn numeric(&self) -> Vec<usize> {
        let label = self.label();
        let is = |column: &usize| self.has_number[*column] && self.is_wanted[*column] && label != Some(*column);
        (0..self.names.len()).filter(is).collect()
    }
}

/// What is said of a column that the header in this line does not name.
pub(crate) fn missing_column(name: &str, names: &[String], line: u64) -> Error {
    let (expected, header) = (format!("`{}`", Shown(name)), names.join(","));
    Error::MissingColumn { line, column: name.to_owned(), expected, header, hint: "" }
}

fn csv<R: Read>(whole: Whole<R>) -> Result<(Origin<R>, Vec<String>), Error> {
    let rows = Rows::of_all(whole)?;
    let names = rows.names().map(str::to_owned).collect();
    Ok((Origin::Csv { rows: Box::new(rows), ahead: VecDeque::new() }, names))
}

fn array<R: Read>(mut whole: Whole<R>) -> Result<(Origin<R>, Vec<String>), Error> {
    let refused = |problem: String| Error::Array { name: None, problem };
    let header = Header::read(&mut whole).map_err(|refusal| refusal.of(None))?;
    let names = match header.shape[..] {
        [_] => vec!["value".to_owned()],
        [_, columns] if columns > MOST_COLUMNS => {
            return Err(refused(format!("it has {columns} columns: there may be at most {MOST_COLUMNS}")));
        }
        [_, columns] if columns > 0 => (0..columns).map(|column| format!("column_{column}")).collect(),
        _ => {
            let shape = header.shape_in_words();
            return Err(refused(format!("its shape is {shape}: that of a series must be (N,) or (N, columns)")));
        }
    };
    let numbers = Numbers::new(whole, header);
    if !numbers.header.fortran || names.len() == 1 {
        return Ok((Origin::Npy { numbers: Box::new(numbers), block: Vec::new(), place: 0, row: 0 }, names));
    }
    if numbers.header.values > MOST_TURNED {
        return Err(refused(format!(
            "it is in Fortran order and has {} values: only up to {MOST_TURNED} can be turned; save it in C order, as \
             numpy.ascontiguousarray makes it",
            numbers.header.values
        )));
    }
    let array = Array::of(numbers).map_err(|refusal| refusal.of(None))?;
    Ok((Origin::Turned { array, row: 0 }, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array of the type `<f8`.
    fn npy(fortran: &str, shape: &str, numbers: &[f64]) -> Vec<u8> {
        let header = format!("{{'descr': '<f8', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &numbers].concat()
    }

    /// The names of the columns, and the rows.
    type All = (String, Vec<Vec<Option<f64>>>);

    fn all(file: &[u8], missing: Missing) -> Result<All, String> {
        let read = || {
            let mut rows = NumberRows::new(file, None)?;
            let mut all = Vec::new();
            while rows.next_row(missing)? {
                all.push(rows.values().to_vec());
            }
            Ok((rows.names().join(","), all))
        };
        read().map_err(|error: Error| error.to_string())
    }

    #[test]
    fn an_array_is_read_in_either_order() {
        let rows = vec![vec![Some(1.0), Some(2.0)], vec![Some(3.0), Some(4.0)], vec![Some(5.0), Some(6.0)]];
        let names = "column_0,column_1".to_owned();
        let [c, fortran] = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]];
        assert_eq!(all(&npy("False", "(3, 2)", &c), Missing::Refuse).unwrap(), (names.clone(), rows.clone()));
        assert_eq!(all(&npy("True", "(3, 2)", &fortran), Missing::Refuse).unwrap(), (names, rows));
        let long: Vec<f64> = (0..20_001).map(f64::from).collect();
        let (names, read) = all(&npy("False", "(6667, 3)", &long), Missing::Refuse).unwrap();
        assert_eq!((&*names, read.len(), read[6666][2]), ("column_0,column_1,column_2", 6667, Some(20_000.0)));
        assert_eq!(all(&npy("True", "(20001,)", &long), Missing::Refuse).unwrap().0, "value");
    }

    #[test]
    fn a_bad_array_is_told_with_its_place() {
        let [bad, infinite] = [[1.0, 2.0, f64::NAN, 4.0], [1.0, 2.0, 3.0, f64::INFINITY]];
        for (file, missing, told) in [
            (npy("False", "(4,)", &bad), Missing::Refuse, "row 2 is NaN: it must be a finite number"),
            (npy("False", "(2, 2)", &infinite), Missing::Drop, "row 1, column 1 is inf: it must be a finite number"),
            (
                npy("False", "(2, 1, 2)", &bad),
                Missing::Refuse,
                "its shape is (2, 1, 2): that of a series must be (N,) or (N, columns)",
            ),
            (
                npy("False", "()", &bad[..1]),
                Missing::Refuse,
                "its shape is (): that of a series must be (N,) or (N, columns)",
            ),
            (
                npy("False", "(5,)", &bad),
                Missing::Refuse,
                "its shape (5,) takes 40 bytes of numbers, and there are 32: the file is cut short",
            ),
            (
                npy("False", "(3,)", &infinite),
                Missing::Refuse,
                "its shape (3,) takes 24 bytes of numbers, and there are more: a file must hold one array",
            ),
        ] {
            assert_eq!(all(&file, missing).unwrap_err(), told);
        }
        let wide = npy("False", "(0, 1000000000000)", &[]);
        assert!(
            all(&wide, Missing::Refuse)
                .unwrap_err()
                .contains("it has 1000000000000 columns: there may be at most 65536")
        );
        let vast = npy("True", "(99999999, 2)", &[]);
        assert!(
            all(&vast, Missing::Refuse).unwrap_err().starts_with("it is in Fortran order and has 199999998 values")
        );
        assert_eq!(all(&npy("False", "(4,)", &bad), Missing::Drop).unwrap().1.len(), 3);
        assert_eq!(all(&npy("False", "(4,)", &bad), Missing::Interpolate).unwrap().1[2], [None]);
    }
}
