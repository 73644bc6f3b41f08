//! Reading a series from CSV.

use crate::Error;
use csv::{ByteRecord, ReaderBuilder, Trim};
use std::io::Read;

/// Reads the columns `input` and `target` of classes below `num_classes`.
pub(crate) fn columns<R: Read>(reader: R, num_classes: usize) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let mut csv = ReaderBuilder::new().trim(Trim::All).from_reader(reader);
    let header = csv.byte_headers().map_err(csv_error)?.clone();
    let [input_at, target_at] = ["input", "target"].map(|column| {
        header.iter().position(|name| name == column.as_bytes()).ok_or_else(|| Error::MissingColumn {
            column,
            header: header.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(","),
        })
    });
    let columns = [("input", input_at?), ("target", target_at?)];

    let (mut input, mut target) = (Vec::new(), Vec::new());
    let mut record = ByteRecord::new();
    while csv.read_byte_record(&mut record).map_err(csv_error)? {
        for ((column, at), values) in columns.into_iter().zip([&mut input, &mut target]) {
            let cell = record.get(at).unwrap_or_default();
            let class = std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok());
            values.push(class.filter(|&class: &u8| usize::from(class) < num_classes).ok_or_else(|| Error::Cell {
                line: record.position().map_or(0, csv::Position::line),
                column,
                value: String::from_utf8_lossy(cell).into_owned(),
                num_classes,
            })?);
        }
    }
    if input.is_empty() {
        return Err(Error::NoValues);
    }
    Ok((input, target))
}

/// Says a CSV reader's error in one line, with the line of the file where it has one.
fn csv_error(error: csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("there are {len} cells: the header names {expected_len} columns")
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
                "line 1: there is no column `target`; the header must name the columns `input` and `target`, it is `input,goal`",
            ),
            (
                "input;target\n1;0\n",
                "line 1: there is no column `input`; the header must name the columns `input` and `target`, it is `input;target`",
            ),
            ("", "line 1: there is no column `input`; the header must name the columns `input` and `target`, it is ``"),
            ("input,target\n1,0\n1,2\n", "line 3, column `target`: `2` is no class from 0 to 1"),
            ("input,target\n1,0\n,1\n", "line 3, column `input`: the cell is empty: it must be a class from 0 to 1"),
            ("input,target\n-1,0\n", "line 2, column `input`: `-1` is no class from 0 to 1"),
            ("input,target\n1.0,0\n", "line 2, column `input`: `1.0` is no class from 0 to 1"),
            ("input,target\n300,0\n", "line 2, column `input`: `300` is no class from 0 to 1"),
            ("input,target\n1\n", "line 2: there are 1 cells: the header names 2 columns"),
            ("input,target\n", "there is no row of values below the header"),
        ];
        for (text, message) in cases {
            assert_eq!(read(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }
}
