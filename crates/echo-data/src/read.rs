//! Reading a series from CSV.

use crate::Error;
use crate::error::check_num_classes;
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use std::collections::VecDeque;
use std::io::Read;

/// Reads the columns `input` and `target` of classes below `num_classes`.
pub(crate) fn columns<R: Read>(reader: R, num_classes: usize) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let mut rows = Rows::new(reader, ["input", "target"])?;
    let (mut input, mut target) = (Vec::new(), Vec::new());
    while rows.next()? {
        input.push(rows.class(0, num_classes)?);
        target.push(rows.class(1, num_classes)?);
    }
    if input.is_empty() {
        return Err(Error::NoValues);
    }
    Ok((input, target))
}

/// Reads the column `input` of a CSV file or stream, a value at a time: each is there as soon as its line has come.
///
/// ```
/// let mut inputs = echo_data::Inputs::new("time,input\n0,1\n1,0\n".as_bytes())?;
/// assert_eq!((inputs.next_class(2)?, inputs.next_number()?, inputs.next_class(2)?), (Some(1), Some(0.0), None));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug)]
pub struct Inputs<R>(Rows<R, 1>);

impl<R: Read> Inputs<R> {
    /// Reads the header, which must name the column `input`, among others or alone.
    ///
    /// # Errors
    /// [`Error::MissingColumn`]; [`Error::Csv`] for what cannot be read or is no CSV.
    pub fn new(reader: R) -> Result<Self, Error> {
        Rows::new(reader, ["input"]).map(Self)
    }

    /// The line, counted from 1, of the value that was read last; of the header, before that.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.0.line
    }

    /// The next row's value as a class, or nothing at the end.
    ///
    /// # Errors
    /// [`Error::Cell`] for one that is no class below `num_classes`; [`Error::Csv`]; [`Error::NumClasses`] unless that is
    /// 2 to 256, before a row is read.
    pub fn next_class(&mut self, num_classes: usize) -> Result<Option<u8>, Error> {
        check_num_classes(num_classes)?;
        if self.0.next()? { self.0.class(0, num_classes).map(Some) } else { Ok(None) }
    }

    /// The next row's value as a number, or nothing at the end.
    ///
    /// # Errors
    /// [`Error::Number`] for one that is no finite number; [`Error::Csv`].
    pub fn next_number(&mut self) -> Result<Option<f64>, Error> {
        if self.0.next()? { self.0.number(0).map(Some) } else { Ok(None) }
    }
}

/// The rows of a CSV file with columns of these names.
#[derive(Debug)]
struct Rows<R, const N: usize> {
    csv: Reader<Lines<R>>,
    /// Each column's name and place.
    columns: [(&'static str, usize); N],
    record: ByteRecord,
    /// The line of the record.
    line: u64,
}

impl<R: Read, const N: usize> Rows<R, N> {
    fn new(reader: R, names: [&'static str; N]) -> Result<Self, Error> {
        let mut csv = ReaderBuilder::new().trim(Trim::All).from_reader(Lines::new(reader));
        let header = match csv.byte_headers() {
            Ok(header) => header.clone(),
            Err(error) => return Err(csv_error(&error, &mut csv)),
        };
        let mut columns = names.map(|name| (name, 0));
        for (name, place) in &mut columns {
            let found = header.iter().position(|column| column == name.as_bytes());
            *place = found.ok_or_else(|| Error::MissingColumn {
                column: name,
                expected: names.map(|name| format!("`{name}`")).join(" and "),
                header: header.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(","),
            })?;
        }
        Ok(Self { csv, columns, record: ByteRecord::new(), line: 1 })
    }

    /// Goes to the next row, if there is one.
    fn next(&mut self) -> Result<bool, Error> {
        let more = self.csv.read_byte_record(&mut self.record).map_err(|error| csv_error(&error, &mut self.csv))?;
        if more {
            self.line = line(&mut self.csv);
        }
        Ok(more)
    }

    /// The text in the row's cell of one of the columns, if it is text.
    fn text(&self, column: usize) -> Option<&str> {
        std::str::from_utf8(self.record.get(self.columns[column].1).unwrap_or_default()).ok()
    }

    /// The same as it is shown in an error.
    fn shown(&self, column: usize) -> String {
        String::from_utf8_lossy(self.record.get(self.columns[column].1).unwrap_or_default()).into_owned()
    }

    fn class(&self, column: usize, num_classes: usize) -> Result<u8, Error> {
        let class = self.text(column).and_then(|text| text.parse().ok());
        class.filter(|&class: &u8| usize::from(class) < num_classes).ok_or_else(|| {
            let (line, (column, value)) = (self.line, (self.columns[column].0, self.shown(column)));
            Error::Cell { line, column, value, num_classes }
        })
    }

    fn number(&self, column: usize) -> Result<f64, Error> {
        let number = self.text(column).and_then(|text| text.parse().ok());
        number.filter(|number: &f64| number.is_finite()).ok_or_else(|| {
            let (line, (column, value)) = (self.line, (self.columns[column].0, self.shown(column)));
            Error::Number { line, column, value }
        })
    }
}

/// Counts the lines that pass through it. The CSV reader's own count is of where it looked for a record, which is
/// before empty lines, and before the second half of a CRLF.
#[derive(Debug)]
struct Lines<R> {
    inner: R,
    /// How many bytes have been handed out.
    handed: u64,
    /// Where the lines end that have been handed out but not parsed; never more than the CSV reader's buffer holds.
    ends: VecDeque<u64>,
    /// Lines parsed to their end.
    parsed: u64,
}

impl<R> Lines<R> {
    fn new(inner: R) -> Self {
        Self { inner, handed: 0, ends: VecDeque::new(), parsed: 0 }
    }

    /// The line, counted from 1, of the last of the first `bytes` bytes.
    fn line_of(&mut self, bytes: u64) -> u64 {
        let mut at_end = false;
        while let Some(&end) = self.ends.front().filter(|&&end| end < bytes) {
            self.ends.pop_front();
            self.parsed += 1;
            at_end = end + 1 == bytes;
        }
        self.parsed + u64::from(!at_end)
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let ends = buffer[..count].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        self.ends.extend(ends.map(|(place, _)| self.handed + place as u64));
        self.handed += count as u64;
        Ok(count)
    }
}

/// The line of the record that was read last.
fn line<R: Read>(csv: &mut Reader<Lines<R>>) -> u64 {
    let parsed = csv.position().byte();
    csv.get_mut().line_of(parsed)
}

/// Says a CSV reader's error in one line, with the line of the file.
fn csv_error<R: Read>(error: &csv::Error, csv: &mut Reader<Lines<R>>) -> Error {
    let line = line(csv);
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the number of cells is {len}: the header names {expected_len} columns")
        }
        _ => error.to_string(),
    };
    Error::Csv { line, problem }
}

#[cfg(test)]
mod tests {
    use crate::{Error, Series};

    fn read(text: &str) -> Result<Series, Error> {
        Series::from_csv(text.as_bytes(), 2)
    }

    #[test]
    fn columns_are_found_by_name() {
        let expected = read("input,target\n1,0\n0,1\n").unwrap();
        assert_eq!((expected.input(), expected.target()), (&[1, 0][..], &[0, 1][..]));
        let forms = [
            "\u{feff}input,target\r\n1,0\r\n0,1\r\n",
            "time,target,input\n0,0,1\n1,1,0",
            "\"input\",\"target\"\n\"1\", 0\n 0 ,1\n",
        ];
        for text in forms {
            assert_eq!(read(text).as_ref(), Ok(&expected), "{text:?}");
        }
    }

    #[test]
    fn errors_name_line_column_and_value() {
        let cases = [
            (
                "input,goal\n1,0\n",
                "line 1: there is no column `target`; the header must name `input` and `target`, it is `input,goal`",
            ),
            (
                "input;target\n1;0\n",
                "line 1: there is no column `input`; the header must name `input` and `target`, it is `input;target`",
            ),
            ("", "line 1: there is no column `input`; the header must name `input` and `target`, it is ``"),
            ("input,target\n1,0\n1,2\n", "line 3, column `target`: `2` is no class from 0 to 1"),
            ("input,target\n1,0\n,1\n", "line 3, column `input`: the cell is empty: it must be a class from 0 to 1"),
            ("input,target\n-1,0\n", "line 2, column `input`: `-1` is no class from 0 to 1"),
            ("input,target\n1.0,0\n", "line 2, column `input`: `1.0` is no class from 0 to 1"),
            ("input,target\n\"0\n1\",0\n", "line 3, column `input`: `0\\n1` is no class from 0 to 1"),
            ("input,target\n300,0\n", "line 2, column `input`: `300` is no class from 0 to 1"),
            ("input,target\n1\n", "line 2: the number of cells is 1: the header names 2 columns"),
            ("input,target\n", "there is no row of values below the header"),
        ];
        for (text, message) in cases {
            assert_eq!(read(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }

    /// The bad cell stands in the line that a text editor shows, whatever ends the lines and however many are empty.
    #[test]
    fn lines_are_counted_as_in_an_editor() {
        for end in ["\n", "\r\n"] {
            for start in ["", "\u{feff}"] {
                for (lines, bad) in [
                    (&["input,target", "1,0", "1,7"][..], 3),
                    (&["input,target", "", "", "1,0", "", "1,7", "0,0"], 6),
                    (&["input,target", "1,0", "1,0,0", "0,0"], 3),
                    (&["input,target,note", "1,0,\"a", "b\"", "1,7,", ""], 4),
                ] {
                    let text = format!("{start}{}", lines.join(end));
                    let message = read(&text).unwrap_err().to_string();
                    assert!(message.starts_with(&format!("line {bad}")), "{text:?}: {message}");
                }
            }
        }
        // Beyond the reader's buffer.
        let long = format!("input,target\r\n{}2,0\r\n", "1,0\r\n\r\n".repeat(20_000));
        assert!(read(&long).unwrap_err().to_string().starts_with("line 40002,"));
    }
}
