//! A CSV file as columns of numbers, with a label for each row.

use super::dialect::Dialect;
use super::rows::Rows;
use crate::error::Error;
use crate::number::{Kind, kind};
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
    /// How the file is written.
    pub dialect: Dialect,
}

/// Numbers that are this near to an even step are on it.
const EVEN: f64 = 1e-9;

impl Table {
    /// Reads all columns of numbers, or of those only that `wanted` names.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] for one that is wanted and not there; [`Error::Number`] for a cell that holds no number, in a column that
    /// began with one or is wanted; [`Error::NoValues`]; [`Error::Malformed`].
    pub fn read<R: Read>(reader: R, wanted: Option<&[String]>, missing: Missing) -> Result<Self, Error> {
        let mut rows = Rows::of_all(reader)?;
        let header: Vec<String> = rows.names().map(str::to_owned).collect();
        let mut found: Vec<Found> = header.iter().map(|_| Found::default()).collect();
        let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted.iter().any(|one| one == name));
        for name in wanted.into_iter().flatten() {
            if !header.contains(name) {
                let header = header.join(",");
                let expected = format!("`{name}`");
                return Err(Error::MissingColumn { line: 1, column: name.clone(), expected, header, hint: "" });
            }
        }
        let mut count = 0;
        while rows.next_row()? {
            let mut is_missing = false;
            let mut read = Vec::with_capacity(header.len());
            for (column, found) in found.iter_mut().enumerate() {
                let text = rows.text(column)?.to_owned();
                let value = match kind(&text) {
                    Kind::Empty | Kind::Missing => None,
                    Kind::Other if found.is_text(wanted.is_some() && is_wanted(&header[column])) => None,
                    _ => Some(rows.number(column)?),
                };
                found.is_numeric =
                    found.is_numeric.or((kind(&text) == Kind::Other).then_some(false)).or(value.map(|_| true));
                if found.is_numeric == Some(true) && value.is_none() && is_wanted(&header[column]) {
                    is_missing = true;
                    if missing == Missing::Refuse {
                        // As a number it is refused in the right words.
                        rows.number(column)?;
                    }
                }
                read.push((text, value));
            }
            if is_missing && missing == Missing::Drop {
                continue;
            }
            count += 1;
            for (found, (text, value)) in found.iter_mut().zip(read) {
                found.texts.push(text);
                found.values.push(value);
            }
        }
        if count == 0 {
            return Err(Error::NoValues);
        }
        let dialect = rows.dialect();
        let label = found.iter().position(|column| column.is_numeric == Some(false));
        let label = label.or_else(|| {
            let first = found
                .first()
                .filter(|column| wanted.is_none_or(|wanted| !wanted.contains(&header[0])) && column.is_even());
            first.map(|_| 0)
        });
        let mut table = Self { names: Vec::new(), columns: Vec::new(), labels: None, dialect };
        for (column, (found, name)) in found.into_iter().zip(header).enumerate() {
            if label == Some(column) {
                table.labels = Some((name, found.texts));
            } else if found.is_numeric == Some(true) && is_wanted(&name) {
                table.columns.push(filled(&found.values));
                table.names.push(name);
            }
        }
        if table.columns.is_empty() {
            return Err(Error::Malformed {
                line: 1,
                problem: "no column holds numbers beside the rows' labels".to_owned(),
            });
        }
        Ok(table)
    }

    /// The numbers of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let place = self.names.iter().position(|own| own == name)?;
        Some(&self.columns[place])
    }
}

/// What was found in a column.
#[derive(Debug, Default)]
struct Found {
    /// Known from the first cell on that is not empty.
    is_numeric: Option<bool>,
    texts: Vec<String>,
    values: Vec<Option<f64>>,
}

impl Found {
    /// Whether text belongs here: the column began with it, or begins now, and need not hold numbers.
    fn is_text(&self, must_be_numeric: bool) -> bool {
        self.is_numeric != Some(true) && !must_be_numeric
    }

    /// Whether it has at least three numbers, which increase by the same step.
    fn is_even(&self) -> bool {
        let Some(values) = self.values.iter().copied().collect::<Option<Vec<f64>>>() else { return false };
        let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let [first, ..] = steps[..] else { return false };
        steps.len() > 1 && first > 0.0 && steps.iter().all(|step| (step - first).abs() <= EVEN * first.max(1.0))
    }
}

/// Missing numbers on a line between their neighbours.
fn filled(values: &[Option<f64>]) -> Vec<f64> {
    let known: Vec<(usize, f64)> = values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    let between = |at: usize| {
        let behind = known.partition_point(|(place, _)| *place < at);
        match (behind.checked_sub(1).map(|before| known[before]), known.get(behind)) {
            (Some((from, low)), Some(&(to, high))) => low + (high - low) * (at - from) as f64 / (to - from) as f64,
            (Some((_, value)), None) | (None, Some(&(_, value))) => value,
            (None, None) => 0.0,
        }
    };
    values.iter().enumerate().map(|(at, value)| value.unwrap_or_else(|| between(at))).collect()
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
            "line 3, column `v`: the cell is empty: it must be a number"
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
