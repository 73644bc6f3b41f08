//! The settings that belong to one task, each declared with it.

use super::own_data::Files;
use crate::error::Error;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// So many symbols a drawn task has at most.
pub(super) const MOST_SYMBOLS: usize = 4_000;

/// A setting of a task, as programs and files have it.
#[derive(Debug)]
pub struct TaskSetting<'a> {
    /// Its name, such as `echo_step`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// What it is set to.
    pub value: TaskValue<'a>,
    /// The setting beside which its value has a meaning, if there is one: where that one changes, this one may have to go.
    pub beside: Option<&'static str>,
}

impl<'a> TaskSetting<'a> {
    /// A whole number of at least so much.
    pub(super) fn count(name: &'static str, about: &'static str, to: &'a mut usize, least: usize) -> Self {
        Self { name, about, value: TaskValue::Count(to, least), beside: None }
    }

    /// `sequence_length`, which many tasks have.
    pub(super) fn of_length(to: &'a mut usize) -> Self {
        Self::count("sequence_length", "Time steps of an episode, T: see the task", to, 1)
    }

    /// `num_symbols`, which many tasks have.
    pub(super) fn of_symbols(to: &'a mut usize) -> Self {
        Self::count("num_symbols", "Symbols to draw from", to, 1)
    }

    /// `delay`, which many tasks have.
    pub(super) fn of_delay(to: &'a mut usize) -> Self {
        Self::count("delay", "Time steps between what is read and its answer: see the task", to, 0)
    }

    /// `washout`, which many tasks have.
    pub(super) fn of_washout(to: &'a mut usize) -> Self {
        Self::count("washout", "Time steps at the beginning of an episode that are read and not scored", to, 0)
    }

    /// `horizon`, which many tasks have.
    pub(super) fn of_horizon(to: &'a mut usize) -> Self {
        Self::count("horizon", "Time steps between what is read and what is asked for", to, 1)
    }

    /// `num_copied`, which many tasks have.
    pub(super) fn of_copied(to: &'a mut usize) -> Self {
        Self::count("num_copied", "Symbols to repeat, S: see the task", to, 1)
    }

    /// Help for settings that several tasks share.
    pub(super) const INPUTS: &'static str = "Columns to read";
    pub(super) const ALL_INPUTS: &'static str = "all columns of numbers; for labels the only column";
    pub(super) const TARGETS: &'static str = "Columns that are asked for";
    pub(super) const ALL_TARGETS: &'static str =
        "the columns that are read; for episodes `target`, `y` and names that begin with `target_` or `y_`";

    /// `data`: the files that a task reads. Tasks share it, so it says of each what it reads.
    pub(super) fn of_data(files: &'a mut Vec<PathBuf>) -> Self {
        let about = "Data to read: a series from CSV or NPY, episodes from NPZ or CSV. May be repeated";
        Self { name: "data", about, value: TaskValue::Files(files, "FILE"), beside: None }
    }

    /// `files`: what several files have to do with each other.
    pub(super) fn of_files(files: &'a mut &'static str) -> Self {
        let choices = &[
            (Files::SEPARATE, "Each is a series of its own"),
            (Files::JOINED, "Each continues the one before, in the order in which they are named"),
        ];
        let about = "What several files have to do with each other";
        Self { name: "files", about, value: TaskValue::Choice(files, choices), beside: None }
    }
}

/// What a setting is set to.
#[derive(Debug)]
pub enum TaskValue<'a> {
    /// A whole number of at least so much.
    Count(&'a mut usize, usize),
    /// Names, and what stands for none of them.
    Names(&'a mut Vec<String>, &'static str),
    /// Files, and how one is called in help.
    Files(&'a mut Vec<PathBuf>, &'static str),
    /// One of these names, each with what it stands for.
    Choice(&'a mut &'static str, &'static [(&'static str, &'static str)]),
    /// A list of numbers; what it stands for where it is not given.
    Numbers(&'a mut Option<Vec<f64>>, &'static str),
}

/// An error unless a setting has a value in a range.
pub(super) fn in_range(name: &'static str, value: usize, range: RangeInclusive<usize>) -> Result<(), Error> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    let right = if most == usize::MAX { format!("at least {least}") } else { format!("from {least} to {most}") };
    Err(Error::Setting { name, value, right })
}
