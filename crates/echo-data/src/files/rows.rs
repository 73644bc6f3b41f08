//! The rows of a CSV file, and the cells of the columns that are asked for.

use super::dialect::{Dialect, SEPARATORS};
use super::fault::fault;
use super::header::{Column, find, separator, separator_line, two_columns};
use super::strict::Strict;
use super::text::Text;
use crate::error::Error;
use crate::number::{Kind, kind, whole};
use crate::words::Shown;
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read;

/// A row that has been read.
#[derive(Debug)]
pub(super) struct Record {
    cells: ByteRecord,
    line: u64,
}

/// Reads the rows of a CSV file one by one, as RFC 4180 has them, each as soon as its line has come.
///
/// Columns are found by their names, among others and in any order, whatever their capitals and the spaces around them.
/// They may be separated by commas, semicolons or tabs, whichever gives the columns that are asked for, and a first line
/// `sep=;` may say so. Text may be UTF-8, or UTF-16 with a byte order mark. Numbers may have decimal commas where
/// semicolons separate columns, if all of them do. Empty lines may stand at the end alone.
///
/// ```
/// let mut rows = echo_data::files::Rows::new("time; Input\n0;1,5\n".as_bytes(), &["input"])?;
/// assert!(rows.next_row()?);
/// assert_eq!((rows.line(), rows.number(0)?), (2, 1.5));
/// assert!(!rows.next_row()?);
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug)]
pub struct Rows<R> {
    csv: Reader<Strict<Text<R>>>,
    header: ByteRecord,
    /// Each column's name and place.
    columns: Vec<Column>,
    /// How many columns the header names.
    width: usize,
    dialect: Dialect,
    record: ByteRecord,
    /// The line of the record.
    line: u64,
    /// Why no more can be read.
    failed: Option<Error>,
    /// The first number with a decimal mark, where both marks are possible.
    mark: Option<(char, u64)>,
}

impl<R: Read> Rows<R> {
    /// Reads the header, which must name each of `wanted` once.
    ///
    /// # Errors
    /// [`Error::MissingColumn`]; [`Error::Malformed`] for what cannot be read or is no CSV.
    pub fn new<N: AsRef<str>>(reader: R, wanted: &[N]) -> Result<Self, Error> {
        Self::with_extras(reader, wanted, &[])
    }

    /// The same, and finds those of `extras` that the header names. They stand behind the others.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_extras<N: AsRef<str>>(reader: R, wanted: &[N], extras: &[N]) -> Result<Self, Error> {
        let [wanted, extras] = [wanted, extras].map(|names| names.iter().map(N::as_ref).collect::<Vec<_>>());
        Self::of(reader, &wanted, &extras)
    }

    /// Reads the header, and finds all columns that it names.
    ///
    /// # Errors
    /// [`Error::Malformed`] for what cannot be read or is no CSV, and for two columns of one name.
    pub fn of_all(reader: R) -> Result<Self, Error> {
        let mut rows = Self::of(reader, &[], &[])?;
        rows.columns.clear();
        let mut names = HashSet::new();
        for (place, cell) in rows.header.iter().enumerate() {
            let Ok(name) = std::str::from_utf8(cell).map(|name| name.trim().to_owned()) else {
                let name = String::from_utf8_lossy(cell);
                let problem = format!("the column's name `{}` is not UTF-8: save the file as UTF-8", Shown(&name));
                return Err(Error::Malformed { line: rows.line, problem });
            };
            if !names.insert(name.clone()) {
                return Err(two_columns(&name, rows.line));
            }
            rows.columns.push((name, place));
        }
        if rows.columns.is_empty() || rows.columns.iter().all(|(name, _)| name.is_empty()) {
            let (column, expected, header) = (String::new(), "the columns".to_owned(), String::new());
            return Err(Error::MissingColumn { line: rows.line, column, expected, header, hint: "" });
        }
        Ok(rows)
    }

    fn of(reader: R, wanted: &[&str], extras: &[&str]) -> Result<Self, Error> {
        let mut text = Text::new(reader);
        let cannot_be_read = |error: &std::io::Error| Error::from(fault(error, 1));
        let encoding = text.encoding().map_err(|error| cannot_be_read(&error))?;
        let mut first = text.peek_line().map_err(|error| cannot_be_read(&error))?;
        let (mut line, mut said) = (1, None);
        if let Some(separator) = separator_line(&first) {
            said = Some(separator?);
            text.skip(first.len());
            line = 2;
            first = text.peek_line().map_err(|error| cannot_be_read(&error))?;
        }
        // Another mark is as invisible as that of the file. The `csv` crate would leave it out only if it came with what follows.
        while let Some(rest) = first.strip_prefix(MARK) {
            text.skip(MARK.len());
            first = rest.to_vec();
        }
        let separator = separator(&first, said, line, wanted)?;
        let strict = Strict::new(text, separator, line);
        let mut csv = ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(strict);
        let mut header = ByteRecord::new();
        if let Err(error) = csv.read_byte_record(&mut header) {
            return Err(csv_error(&error, csv.get_ref()));
        }
        let line = csv.get_mut().next_row_line();
        let (columns, other_letters) = find(&header, wanted, extras, line)?;
        let (width, dialect) =
            (header.len(), Dialect { encoding, separator, separator_line: said.is_some(), other_letters });
        Ok(Self { csv, header, columns, width, dialect, record: ByteRecord::new(), line, failed: None, mark: None })
    }

    /// How the file is written.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The line, counted from 1, that the last row that was read begins in; of the header, before that.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Goes to the next row, if there is one.
    ///
    /// # Errors
    /// [`Error::Malformed`] for what cannot be read or is no CSV, and for a row of more or fewer cells than the header.
    pub fn next_row(&mut self) -> Result<bool, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        match self.csv.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(error) => return Err(self.failed.insert(csv_error(&error, self.csv.get_ref())).clone()),
        }
        self.line = self.csv.get_mut().next_row_line();
        let found = self.record.len();
        if found == self.width {
            return Ok(true);
        }
        let cells = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
        let mut problem =
            format!("the row has {}, the header names {}", cells(found, "cell"), cells(self.width, "column"));
        let has = |byte: u8| self.record.iter().any(|cell| cell.contains(&byte));
        if let Some((_, other)) = SEPARATORS.iter().find(|(byte, _)| *byte != self.dialect.separator && has(*byte)) {
            let own = SEPARATORS.iter().find(|(byte, _)| *byte == self.dialect.separator);
            let own = own.map(|(_, name)| *name).unwrap_or_default();
            problem = format!("{problem}; it has {other}, and the header's columns are separated by {own}");
        }
        Err(Error::Malformed { line: self.line, problem })
    }

    /// The row, to be [gone back to](Self::set_record).
    pub(super) fn record(&self) -> Record {
        Record { cells: self.record.clone(), line: self.line }
    }

    /// Goes back to a row.
    pub(super) fn set_record(&mut self, Record { cells, line }: Record) {
        (self.record, self.line) = (cells, line);
    }

    /// The text of the row's cell in a column of those asked for, without spaces around it.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a cell that is not UTF-8.
    pub fn text(&self, column: usize) -> Result<&str, Error> {
        let cell = self.cell(column);
        let text = std::str::from_utf8(cell).map(str::trim);
        text.map_err(|_| self.wrong(column, "the cell is not UTF-8: save the file as UTF-8"))
    }

    /// The number in the row's cell.
    ///
    /// # Errors
    /// [`Error::Number`] for a cell that holds no finite number; [`Error::Malformed`] for one that is not UTF-8, or has
    /// another decimal mark than those before.
    pub fn number(&mut self, column: usize) -> Result<f64, Error> {
        if let Some(number) = self.plain_number(column) {
            return Ok(number);
        }
        let number = self.numeral(column)?.parse().ok();
        number.filter(|number: &f64| number.is_finite()).ok_or_else(|| {
            let (line, column, value) = (self.line, self.name(column), self.shown(column));
            Error::Number { line, column, value }
        })
    }

    /// The number in the row's cell; nothing for one that is empty, or stands for a missing value.
    ///
    /// # Errors
    /// As for [`number`](Self::number).
    pub fn optional_number(&mut self, column: usize) -> Result<Option<f64>, Error> {
        match kind(self.text(column)?) {
            Kind::Empty | Kind::Missing => Ok(None),
            _ => self.number(column).map(Some),
        }
    }

    /// The number in the row's cell, where it is written so that nothing has to be thought of: the short way for most cells.
    pub(super) fn plain_number(&self, column: usize) -> Option<f64> {
        // With semicolons the decimal mark may be a comma.
        let cell = Some(self.cell(column).trim_ascii()).filter(|_| self.dialect.separator != b';')?;
        let is_plain = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
        let text = std::str::from_utf8(cell).ok().filter(|text| text.as_bytes().iter().all(is_plain))?;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite())?;
        // There is one zero.
        Some(number + 0.0)
    }

    /// The class in the row's cell.
    ///
    /// # Errors
    /// [`Error::Cell`] for a cell that holds no class below `num_classes`; [`Error::Malformed`] as for
    /// [`number`](Self::number).
    pub fn class(&mut self, column: usize, num_classes: usize) -> Result<u16, Error> {
        self.read_class(column, num_classes).map_err(|mut error| {
            // There are as many classes as there are.
            if let Error::Cell { needed, .. } = &mut error {
                *needed = None;
            }
            error
        })
    }

    /// The same; the error says how many classes would make the cell right.
    pub(super) fn read_class(&mut self, column: usize, num_classes: usize) -> Result<u16, Error> {
        let class = self.numeral(column)?.parse::<u16>().ok();
        class.filter(|&class| usize::from(class) < num_classes).ok_or_else(|| {
            let (line, column, value) = (self.line, self.name(column), self.shown(column));
            Error::Cell {
                line,
                column,
                value,
                num_classes,
                needed: class.filter(|&class| class < 256).map(|class| usize::from(class) + 1),
            }
        })
    }

    /// The text of the row's cell with a decimal point, as numbers are written in code, and a whole number without one.
    ///
    /// # Errors
    /// As for [`number`](Self::number), but a cell may hold anything.
    pub fn numeral(&mut self, column: usize) -> Result<Cow<'_, str>, Error> {
        let (separator, line) = (self.dialect.separator, self.line);
        let text = self.text(column)?;
        let mark = if separator == b';' && kind(text) != Kind::Other {
            text.chars().find(|c| matches!(c, ',' | '.'))
        } else {
            None
        };
        if let Some(mark) = mark {
            let (first, above) = *self.mark.get_or_insert((mark, line));
            if first != mark {
                let name = |mark| if mark == ',' { "comma" } else { "point" };
                let problem = format!(
                    "it has a decimal {}, and the number in line {above} a decimal {}: all must have the same",
                    name(mark),
                    name(first)
                );
                return Err(self.wrong(column, &problem));
            }
        }
        let text = self.text(column)?;
        let text = if mark == Some(',') { Cow::Owned(text.replace(',', ".")) } else { Cow::Borrowed(text) };
        Ok(match whole(&text) {
            Some(number) => Cow::Owned(number.to_string()),
            None => text,
        })
    }

    /// The names of the columns that were found, as they were asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| &**name)
    }

    /// A column's name.
    pub(crate) fn name(&self, column: usize) -> String {
        self.columns.get(column).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    /// The text of the row's cell as it is shown in an error.
    pub(crate) fn shown(&self, column: usize) -> String {
        String::from_utf8_lossy(self.cell(column)).trim().to_owned()
    }

    fn cell(&self, column: usize) -> &[u8] {
        self.columns.get(column).and_then(|(_, place)| self.record.get(*place)).unwrap_or_default()
    }

    fn wrong(&self, column: usize, problem: &str) -> Error {
        Error::Malformed { line: self.line, problem: format!("column `{}`: {problem}", Shown(&self.name(column))) }
    }
}

/// The byte order mark of UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Says a CSV reader's error with the line of the file.
fn csv_error<R: Read>(error: &csv::Error, strict: &Strict<R>) -> Error {
    match error.kind() {
        csv::ErrorKind::Io(error) => fault(error, strict.line()).into(),
        _ => Error::Malformed { line: strict.line(), problem: error.to_string() },
    }
}
