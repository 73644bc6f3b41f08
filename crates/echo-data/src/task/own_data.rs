//! Data of the caller's own: read from files, and split into parts to train on, to validate and to test.

use crate::error::Error;
use crate::sequences::Stretches;
use std::io::Read;
use std::ops::Range;

/// How much of each series is held out, at its end: first what is validated on, behind it what is tested on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shares {
    /// The share to validate on.
    pub valid: f64,
    /// The share to test on.
    pub test: f64,
}

/// The parts of data that are read.
#[derive(Debug, Default)]
pub struct Dataset {
    /// To train on: a sequence for each series, or for each episode.
    pub train: Vec<Box<dyn Stretches>>,
    /// The file that each series to train on begins in.
    pub files: Vec<usize>,
    /// The files whose series have nothing to train on.
    pub too_short: Vec<usize>,
    /// To validate on: each series begins with a lead-in, which is read and not scored.
    pub valid: Vec<Box<dyn Stretches>>,
    /// To test on, in the same way.
    pub test: Vec<Box<dyn Stretches>>,
    /// Of each of these parts the best of some simple rules, where there are any.
    pub baselines: [Option<Baseline>; 3],
}

impl Dataset {
    /// Adds the parts of a series that begins in this file, as far as they are there.
    pub(super) fn add<S: Stretches + 'static>(&mut self, file: usize, parts: [Option<S>; 3]) {
        if parts[0].is_some() {
            self.files.push(file)
        } else {
            self.too_short.push(file)
        }
        for (part, own) in [&mut self.train, &mut self.valid, &mut self.test].into_iter().zip(parts) {
            part.extend(own.map(|own| Box::new(own) as Box<dyn Stretches>));
        }
    }
}

/// A simple rule that answers are compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// What it is called, such as `last value`.
    pub name: &'static str,
    /// Its loss: of numbers the mean squared error, in the data's own units.
    pub loss: f64,
    /// The share of its answers that are right; nothing for numbers.
    pub accuracy: Option<f64>,
}

/// What is wrong with files.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{error}", file.map(|file| format!("file {file}: ")).unwrap_or_default())]
pub struct InFile {
    /// Which one of them it is, counted from 0, if it is one.
    pub file: Option<usize>,
    /// What is wrong.
    pub error: Error,
}

impl InFile {
    /// What is wrong with this file.
    pub(super) fn at(file: usize) -> impl Fn(Error) -> Self + Copy {
        move |error| Self { file: Some(file), error }
    }

    /// What is wrong with all of them together.
    pub(super) fn all(error: Error) -> Self {
        Self { file: None, error }
    }
}

/// What a task reads from: one of its files.
pub type Source<'a> = Box<dyn Read + 'a>;

/// How many time steps before a part that is held out are read, so that a net does not begin it with an empty memory.
pub(super) const LEAD_IN: usize = 500;

/// What several files have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// Each is a series of its own.
    Separate,
    /// Each continues the one before.
    Joined,
}

/// A series of one or more files.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The file that it begins in.
    pub(super) file: usize,
    /// Its rows among those of all files.
    pub(super) rows: Range<usize>,
}

impl Series {
    /// Its parts to train on, to validate and to test, as rows among those of all files.
    pub(super) fn split(&self, shares: Shares) -> [Range<usize>; 3] {
        shares.split(self.rows.len()).map(|part| self.rows.start + part.start..self.rows.start + part.end)
    }
}

impl Files {
    /// Adds the rows of a file to the last series, or as one of their own.
    pub(super) fn add(self, series: &mut Vec<Series>, file: usize, rows: Range<usize>) {
        match series.last_mut().filter(|_| self == Self::Joined) {
            Some(joined) => joined.rows.end = rows.end,
            None => series.push(Series { file, rows }),
        }
    }

    pub(super) const SEPARATE: &'static str = "separate";
    pub(super) const JOINED: &'static str = "joined";

    /// That of this name.
    pub(super) fn named(name: &str) -> Self {
        if name == Self::JOINED { Self::Joined } else { Self::Separate }
    }
}

/// That of two numbers which is further from 0.
pub(super) fn further(one: f64, other: f64) -> f64 {
    if other.abs() > one.abs() { other } else { one }
}

/// The shares of so many classes, from a text.
pub(super) fn shares_of(text: &str, classes: usize) -> Option<Vec<f64>> {
    let shares = text.split(',').map(|share| share.parse().ok()).collect::<Option<Vec<f64>>>()?;
    (shares.len() == classes && shares.iter().all(|share| (0.0..=1.0).contains(share))).then_some(shares)
}

impl Shares {
    /// The places of a series of so many values that are trained on, validated and tested.
    #[must_use]
    pub fn split(self, length: usize) -> [Range<usize>; 3] {
        let of = |share: f64| (length as f64 * share).round() as usize;
        let test = of(self.test).min(length);
        let valid = of(self.valid).min(length - test);
        let train = length - test - valid;
        [0..train, train..train + valid, train + valid..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_held_out() {
        let split = |valid, test, length| Shares { valid, test }.split(length);
        assert_eq!(split(0.1, 0.2, 100), [0..70, 70..80, 80..100]);
        assert_eq!(split(0.0, 0.0, 7), [0..7, 7..7, 7..7]);
        assert_eq!(split(0.5, 0.5, 3), [0..0, 0..1, 1..3]);
        assert_eq!(split(1.0, 1.0, 3), [0..0, 0..0, 0..3]);
        assert_eq!(split(0.1, 0.1, 0), [0..0, 0..0, 0..0]);
    }
}
