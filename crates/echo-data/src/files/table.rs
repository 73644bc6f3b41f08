//! A file as columns of numbers in memory, with a label for each row.

use super::dialect::Dialect;
use super::number_rows::{Missing, NumberRows};
use crate::error::Error;
use std::io::Read;

/// Columns of numbers, all as long.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The columns' names.
    pub names: Vec<String>,
    /// Their numbers.
    pub columns: Vec<Vec<f64>>,
    /// The name of the column that labels rows, and what stands in it: the first one that holds text or dates, or a first one whose
    /// numbers increase evenly, as years do.
    pub labels: Option<(String, Vec<String>)>,
    /// How the file is written, if it is CSV.
    pub dialect: Option<Dialect>,
}

impl Table {
    /// Reads all columns of numbers, or of those only that `wanted` names.
    ///
    /// # Errors
    /// Those of [`NumberRows`]; [`Error::NoValues`]; [`Error::Malformed`] for a file without a column of numbers; [`Error::Columns`] for a
    /// wanted column without any.
    pub fn read<R: Read>(reader: R, wanted: Option<&[String]>, missing: Missing) -> Result<Self, Error> {
        let mut rows = NumberRows::new(reader, wanted)?;
        let width = rows.names().len();
        let (mut texts, mut values) = (vec![Vec::new(); width], vec![Vec::new(); width]);
        let mut count = 0;
        while rows.next_row(missing)? {
            count += 1;
            for column in 0..width {
                // A column of numbers can be a label only if it is the first one.
                if column == 0 || rows.is_numeric(column) != Some(true) {
                    texts[column].push(rows.text(column)?.to_owned());
                }
                values[column].push(rows.values()[column]);
            }
        }
        if count == 0 {
            return Err(Error::NoValues);
        }
        rows.check_wanted(wanted.unwrap_or_default())?;
        let (numeric, names, dialect) = (rows.numeric(), rows.names(), rows.dialect());
        if numeric.is_empty() {
            return Err(no_numbers());
        }
        let labels = rows.label().map(|column| (names[column].clone(), std::mem::take(&mut texts[column])));
        let columns = numeric.iter().map(|&column| filled(&values[column])).collect();
        Ok(Self { names: numeric.iter().map(|&column| names[column].clone()).collect(), columns, labels, dialect })
    }

    /// The numbers of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let place = self.names.iter().position(|own| own == name)?;
        Some(&self.columns[place])
    }
}

/// What is said of a file without a column of numbers.
pub(crate) fn no_numbers() -> Error {
    Error::Malformed { line: 1, problem: "no column holds numbers beside the rows' labels".to_owned() }
}

/// The value at a row on the line between two others, of which each has a row and a value.
pub(crate) fn between((from, low): (usize, f64), (to, high): (usize, f64), at: usize) -> f64 {
    low + (high - low) * (at - from) as f64 / (to - from) as f64
}

/// Missing numbers on a line between their neighbours.
fn filled(values: &[Option<f64>]) -> Vec<f64> {
    let known: Vec<(usize, f64)> = values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    let missing = |at: usize| {
        let behind = known.partition_point(|(place, _)| *place < at);
        match (behind.checked_sub(1).map(|before| known[before]), known.get(behind)) {
            (Some(before), Some(&behind)) => between(before, behind, at),
            (Some((_, value)), None) | (None, Some(&(_, value))) => value,
            (None, None) => 0.0,
        }
    };
    values.iter().enumerate().map(|(at, value)| value.unwrap_or_else(|| missing(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, wanted: &[&str], missing: Missing) -> Result<Table, String> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let wanted = (!wanted.is_empty()).then_some(&wanted[..]);
        Table::read(text.as_bytes(), wanted, missing).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_and_labels_are_told_apart() {
        let table = read("Month,a;b\n", &[], Missing::Refuse);
        assert_eq!(
            table.unwrap_err(),
            "line 1: the header can be read with two separators: write only one of comma, semicolon and tab in it"
        );
        let table = read("Month,a,note,b\n1949-01,1.5,x,2\n1949-02,2.5,,3\n", &[], Missing::Refuse).unwrap();
        assert_eq!((table.names.join(","), &table.columns[1]), ("a,b".to_owned(), &vec![2.0, 3.0]));
        assert_eq!(table.labels.unwrap(), ("Month".to_owned(), vec!["1949-01".to_owned(), "1949-02".to_owned()]));
        // Years label rows; what is wanted is read as a number all the same.
        let years = "YEAR,v\n1700,5\n1701,3\n1702,9\n";
        assert_eq!(read(years, &[], Missing::Refuse).unwrap().names, ["v"]);
        assert_eq!(read(years, &["YEAR"], Missing::Refuse).unwrap().names, ["YEAR"]);
        assert_eq!(read("v,w\n5,1\n3,2\n4,3\n", &[], Missing::Refuse).unwrap().names, ["v", "w"]);
        let semicolons = read("t;v\na;1,5\nb;2,5\n", &[], Missing::Refuse).unwrap();
        assert_eq!(semicolons.columns, [[1.5, 2.5]]);
    }

    #[test]
    fn missing_values_are_refused_filled_or_dropped() {
        let text = "v,w\n1,1\n,2\nNaN,3\n4,4\n5,\n";
        assert_eq!(
            read(text, &[], Missing::Refuse).unwrap_err(),
            "line 3, column `v`: the cell is empty: give `missing`, which is `interpolate` or `drop`, to go on without it"
        );
        assert_eq!(
            read(text, &[], Missing::Interpolate).unwrap().columns,
            [[1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0, 4.0]]
        );
        assert_eq!(read(text, &[], Missing::Drop).unwrap().columns, [[1.0, 4.0], [1.0, 4.0]]);
        // Of a column that is not wanted nothing is missed.
        assert_eq!(read(text, &["w"], Missing::Drop).unwrap().columns, [[1.0, 2.0, 3.0, 4.0]]);
    }

    #[test]
    fn missing_values_before_the_first_number_are_missing_too() {
        let text = "d,v,w\nmo,,1\ntu,NA,2\nwe,3,\nth,4,4\n";
        assert!(
            read(text, &[], Missing::Refuse).unwrap_err().starts_with("line 2, column `v`: the cell is empty: give")
        );
        assert!(read(text, &["w"], Missing::Refuse).unwrap_err().starts_with("line 4, column `w`"));
        assert_eq!(read(text, &[], Missing::Drop).unwrap().columns, [[4.0], [4.0]]);
        assert_eq!(read(text, &["v"], Missing::Drop).unwrap().columns, [[3.0, 4.0]]);
        assert_eq!(read(text, &["v"], Missing::Interpolate).unwrap().columns, [[3.0, 3.0, 3.0, 4.0]]);
        assert_eq!(
            read("v,w\n1,\n2,\n", &["w"], Missing::Drop).unwrap_err(),
            "there is no row of values below the header"
        );
        assert_eq!(read("v,w\n1,\n2,\n", &["w"], Missing::Interpolate).unwrap_err(), "column `w`: it holds no number");
        assert_eq!(read("v,w\n1,\n2,\n", &[], Missing::Refuse).unwrap().names, ["v"]);
        let late = format!("v,w\n{}1,2\n", "1,\n".repeat(1000));
        assert!(
            read(&late, &[], Missing::Refuse).unwrap_err().starts_with("line 1002: column `w`: a number stands here")
        );
    }

    #[test]
    fn rows_are_labelled_by_what_stands_in_all_of_them() {
        // Years count on where a row is dropped, and words such as `F` are names like others.
        assert_eq!(read("year,v\n1900,1\n1901,\n1902,3\n1903,5\n", &[], Missing::Drop).unwrap().names, ["v"]);
        let table = read("sex,v\nF,1\nM,2\n", &[], Missing::Refuse).unwrap();
        assert_eq!((table.names, table.labels.unwrap().0), (vec!["v".to_owned()], "sex".to_owned()));
        // What nobody asks for may be anything.
        assert_eq!(read("v,note\n1,5\n2,\"3,5\"\n3,x\n", &["v"], Missing::Refuse).unwrap().names, ["v"]);
    }

    #[test]
    fn bad_cells_are_told_with_their_place() {
        let late = format!("v\n{}x\n", "1\n".repeat(6998));
        for (text, wanted, told) in [
            (&*late, &[][..], "line 7000, column `v`: `x` is not a finite number"),
            ("v\n1\n1e400\n", &[], "line 3, column `v`: `1e400` is not a finite number"),
            ("v,w\n1,2\n1\n", &[], "line 3: the row has 1 cell, the header names 2 columns"),
            ("v\n", &[], "there is no row of values below the header"),
            ("d\nmonday\ntuesday\n", &[], "line 1: no column holds numbers beside the rows' labels"),
            ("v\n1\n", &["u"], "line 1: there is no column `u`; the header must name `u`, it is `v`"),
            ("d\nmonday\n", &["d"], "line 2, column `d`: `monday` is not a finite number"),
            ("v,v\n1,2\n", &[], "line 1: there are two columns `v`: which one is meant must be clear"),
        ] {
            assert_eq!(read(text, wanted, Missing::Refuse).unwrap_err(), told);
        }
    }
}
