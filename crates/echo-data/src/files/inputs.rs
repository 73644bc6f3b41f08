//! Series in CSV files: as a whole, or value by value.

use super::dialect::Dialect;
use super::rows::Rows;
use crate::error::Error;
use crate::error::check_num_classes;
use crate::sequences::Sequence;
use std::io::Read;

/// What [`Error::MissingColumn`] says of a file that is no series.
const OF_SERIES: &str = "a series holds classes, whole numbers from 0 to num_classes - 1; the task `forecast` reads \
                         real values, the task `next` labels";

impl Sequence {
    /// Reads a series from CSV with the columns `input` and `target`, in any order and among others.
    ///
    /// # Errors
    /// [`Error::MissingColumn`], [`Error::Cell`] for a cell that is no class below `num_classes`,
    /// [`Error::NoValues`], [`Error::Malformed`] for what is no CSV, and [`Error::NumClasses`] unless that is 2 to 256.
    pub fn from_csv<R: Read>(reader: R, num_classes: usize) -> Result<Self, Error> {
        Self::from_csv_with_dialect(reader, num_classes).map(|(series, _)| series)
    }

    /// The same, and how the file is written.
    ///
    /// # Errors
    /// Those of [`from_csv`](Self::from_csv).
    pub fn from_csv_with_dialect<R: Read>(reader: R, num_classes: usize) -> Result<(Self, Dialect), Error> {
        check_num_classes(num_classes)?;
        let (input, target, dialect) = columns(reader, num_classes)?;
        Ok((Self::of_classes(input, target), dialect))
    }
}

/// Reads the columns `input` and `target` of classes below `num_classes`.
fn columns<R: Read>(reader: R, num_classes: usize) -> Result<(Vec<u16>, Vec<u16>, Dialect), Error> {
    let mut rows = Rows::new(reader, &["input", "target"]).map_err(|mut error| {
        if let Error::MissingColumn { hint, .. } = &mut error
            && hint.is_empty()
        {
            *hint = OF_SERIES;
        }
        error
    })?;
    let (mut input, mut target) = (Vec::new(), Vec::new());
    // With the first class beyond the last one, all others are looked at, to say how many classes it takes.
    let (mut beyond, mut greatest) = (None, 0);
    while rows.next_row()? {
        for (column, values) in [&mut input, &mut target].into_iter().enumerate() {
            match rows.read_class(column, num_classes) {
                Ok(value) => values.push(value),
                Err(error) => match &error {
                    Error::Cell { needed: Some(classes), .. } => {
                        greatest = greatest.max(*classes);
                        beyond.get_or_insert(error);
                    }
                    _ => return Err(error),
                },
            }
        }
    }
    if let Some(mut error) = beyond {
        if let Error::Cell { needed, .. } = &mut error {
            *needed = Some(greatest);
        }
        return Err(error);
    }
    if input.is_empty() {
        return Err(Error::NoValues);
    }
    Ok((input, target, rows.dialect()))
}

/// Reads the column `input` of a CSV file or stream, a value at a time: each is there as soon as its line has come.
///
/// ```
/// let mut inputs = echo_data::Inputs::new("time,input\n0,1\n1,0\n".as_bytes())?;
/// assert_eq!((inputs.next_class(2)?, inputs.next_number()?, inputs.next_class(2)?), (Some(1), Some(0.0), None));
/// # Ok::<(), echo_data::Error>(())
/// ```
#[derive(Debug)]
pub struct Inputs<R>(Rows<R>);

impl<R: Read> Inputs<R> {
    /// Reads the header, which must name the column `input`, among others or alone.
    ///
    /// # Errors
    /// [`Error::MissingColumn`]; [`Error::Malformed`] for what cannot be read or is no CSV.
    pub fn new(reader: R) -> Result<Self, Error> {
        Rows::new(reader, &["input"]).map(Self)
    }

    /// How the file is written.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    /// The line, counted from 1, of the value that was read last; of the header, before that.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.0.line()
    }

    /// The next row's value as a class, or nothing at the end.
    ///
    /// # Errors
    /// [`Error::Cell`] for one that is no class below `num_classes`; [`Error::Malformed`]; [`Error::NumClasses`] unless
    /// that is 2 to 256, before a row is read.
    pub fn next_class(&mut self, num_classes: usize) -> Result<Option<u16>, Error> {
        check_num_classes(num_classes)?;
        if !self.0.next_row()? {
            return Ok(None);
        }
        self.0.class(0, num_classes).map(Some)
    }

    /// The next row's value as a number, or nothing at the end.
    ///
    /// # Errors
    /// [`Error::Number`] for one that is no finite number; [`Error::Malformed`].
    pub fn next_number(&mut self) -> Result<Option<f64>, Error> {
        if self.0.next_row()? { self.0.number(0).map(Some) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use crate::sequences::Sequence;

    fn read(text: &str) -> Result<Sequence, Error> {
        Sequence::from_csv(text.as_bytes(), 2)
    }

    #[test]
    fn columns_are_found_by_name() {
        let expected = read("input,target\n1,0\n0,1\n").unwrap();
        assert_eq!((expected.inputs().classes(), expected.targets().classes()), (&[1, 0][..], &[0, 1][..]));
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
    fn classes_are_read_in_every_form_of_a_whole_number() {
        let expected = read("input,target\n0,1\n1,0\n").unwrap();
        for text in [
            "input,target\n0.0,1.0\n1.0,0.0\n",
            "input,target\n+0,1e0\n1.00,-0.0\n",
            "input,target\n 0 , 1\n\t1,0 \n",
            "input;target\n0,0;1,0\n1,0;0\n",
            "input\ttarget\n0.0\t1\n01\t0\n",
        ] {
            assert_eq!(read(text).as_ref(), Ok(&expected), "{text:?}");
        }
    }

    #[test]
    fn errors_name_line_column_and_value() {
        let header = "the header must name `input` and `target`, it is";
        let classes = "a series holds classes, whole numbers from 0 to num_classes - 1; the task `forecast` reads \
                       real values, the task `next` labels";
        let real = "classes are whole numbers; the task `forecast` reads real values";
        let text_only = "classes are whole numbers; the task `next` reads labels";
        let cases = [
            ("input,goal\n1,0\n", format!("line 1: there is no column `target`; {header} `input,goal`; {classes}")),
            (
                "Date,Sunspots\n1749-01,58.0\n",
                format!("line 1: there is no column `input`; {header} `Date,Sunspots`; {classes}"),
            ),
            ("", "line 1: the header is missing: it must name `input` and `target`".to_owned()),
            (
                "input,target\n1,0\n1,2\n",
                "line 3, column `target`: `2` is not a class from 0 to 1; this file needs num_classes = 3".to_owned(),
            ),
            (
                "input,target\n1,0\n58,0\n1,2\n,\n",
                "line 5, column `input`: the cell is empty: it must be a class from 0 to 1".to_owned(),
            ),
            (
                "input,target\n1,0\n58,0\n1,127.0\n",
                "line 3, column `input`: `58` is not a class from 0 to 1; this file needs num_classes = 128".to_owned(),
            ),
            (
                "input;target\n1;0\n3,0;0\n",
                "line 3, column `input`: `3,0` is not a class from 0 to 1; this file needs num_classes = 4".to_owned(),
            ),
            (
                "input,target\n300,0\n",
                "line 2, column `input`: `300` is not a class from 0 to 1; there can be no class above 255".to_owned(),
            ),
            (
                "input,target\n1,0\n,1\n",
                "line 3, column `input`: the cell is empty: it must be a class from 0 to 1".to_owned(),
            ),
            (
                "input,target\nNaN,0\n",
                "line 2, column `input`: `NaN` stands for a missing value: every cell must be a class from 0 to 1"
                    .to_owned(),
            ),
            (
                "input,target\nTrue,0\n",
                "line 2, column `input`: `True` is not a number: write 1 for true and 0 for false".to_owned(),
            ),
            ("input,target\n-1,0\n", format!("line 2, column `input`: `-1` is not a class from 0 to 1: {real}")),
            ("input,target\n0,58.3\n", format!("line 2, column `target`: `58.3` is not a class from 0 to 1: {real}")),
            (
                "input,target\n0,1e-400\n",
                format!("line 2, column `target`: `1e-400` is not a class from 0 to 1: {real}"),
            ),
            ("input,target\nh,e\n", format!("line 2, column `input`: `h` is not a class from 0 to 1: {text_only}")),
            (
                "input,target\n\"0\n1\",0\n",
                format!("line 2, column `input`: `0\\n1` is not a class from 0 to 1: {text_only}"),
            ),
            ("input,target\n1\n", "line 2: the row has 1 cell, the header names 2 columns".to_owned()),
            ("input,target\n", "there is no row of values below the header".to_owned()),
        ];
        for (text, message) in cases {
            assert_eq!(read(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }
}
