//! The labels of a series' rows, and how they go on behind its end: numbers and months do where they go in even steps.

/// The labels of the rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// The name of their column.
    pub name: String,
    texts: Vec<String>,
    even: Option<Even>,
}

/// Labels in even steps, as numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Even {
    /// That of the file's last row.
    last: f64,
    /// How much greater each is than the one before.
    pub step: f64,
    /// What they count.
    pub unit: Unit,
}

/// What even labels count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Anything that is written as a number, such as years.
    Number,
    /// Months, from the first of the year 0 on, which are written as `1960-12`.
    Month,
}

impl Labels {
    /// Those of a file's rows, in a column of this name.
    pub(super) fn new(name: &str, texts: &[String]) -> Self {
        Self { name: name.to_owned(), texts: texts.to_vec(), even: Even::of(texts) }
    }

    /// That of a row, counted from 0: what the file says or, behind its end, what goes on evenly.
    #[must_use]
    pub fn of_row(&self, row: usize) -> Option<String> {
        self.texts.get(row).cloned().or_else(|| Some(self.even?.unit.text(self.number(row)?)))
    }

    /// How they go on, if they do evenly.
    #[must_use]
    pub fn even(&self) -> Option<Even> {
        self.even
    }

    /// That of a row as a number, where they are even.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<f64> {
        let Even { last, step, .. } = self.even?;
        Some(last + step * (row as f64 + 1.0 - self.texts.len() as f64))
    }
}

impl Even {
    /// How these go on, if they do evenly.
    fn of(labels: &[String]) -> Option<Self> {
        let even = |values: &[f64]| {
            let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let first = *steps.first().filter(|step| **step > 0.0)?;
            let is_even = steps.iter().all(|step| (step - first).abs() <= 1e-9 * first.max(1.0));
            Some((*values.last()?, first)).filter(|_| is_even)
        };
        let numbers = labels.iter().map(|label| label.parse().ok()).collect::<Option<Vec<f64>>>();
        if let Some((last, step)) = numbers.as_deref().and_then(even) {
            return Some(Self { last, step, unit: Unit::Number });
        }
        let month = |label: &String| {
            let (year, month) = label.split_once('-')?;
            let (year, month): (i32, u8) = (year.parse().ok()?, month.parse().ok()?);
            (1..=12).contains(&month).then(|| f64::from(year) * 12.0 + f64::from(month - 1))
        };
        let months = labels.iter().map(month).collect::<Option<Vec<f64>>>()?;
        let (last, step) = even(&months)?;
        Some(Self { last, step, unit: Unit::Month })
    }
}

impl Unit {
    /// A number as it is written.
    #[must_use]
    pub fn text(self, number: f64) -> String {
        match self {
            // Without the digits that rounding has left.
            Self::Number => format!("{number:.9}").trim_end_matches('0').trim_end_matches('.').to_owned(),
            Self::Month => {
                let month = number as i64;
                format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(texts: &[&str]) -> Labels {
        Labels::new("t", &texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn labels_go_on_evenly_or_not_at_all() {
        let after = |texts: &[&str], steps: usize| labels(texts).of_row(texts.len() - 1 + steps);
        assert_eq!(after(&["1700", "1701", "1702"], 2).unwrap(), "1704");
        assert_eq!(after(&["0.5", "1", "1.5"], 1).unwrap(), "2");
        assert_eq!(after(&["5.8", "5.9", "6.0"], 1).unwrap(), "6.1");
        assert_eq!(after(&["1700000000", "1700000060"], 2).unwrap(), "1700000180");
        assert_eq!(after(&["1960-11", "1960-12"], 1).unwrap(), "1961-01");
        assert_eq!(after(&["1960-01", "1960-04", "1960-07"], 2).unwrap(), "1961-01");
        for texts in [&["monday", "tuesday"][..], &["1", "2", "4"], &["1960-13", "1960-14"], &["1"], &[]] {
            let labels = labels(texts);
            assert_eq!((labels.even(), labels.of_row(texts.len())), (None, None), "{texts:?}");
        }
    }

    #[test]
    fn a_row_of_the_file_is_called_what_the_file_says() {
        let labels = labels(&["1960.0", "1961.0", "1962.0"]);
        assert_eq!(labels.of_row(1).unwrap(), "1961.0");
        assert_eq!([0, 2, 3].map(|row| labels.number(row).unwrap()), [1960.0, 1962.0, 1963.0]);
    }
}
