//! The settings that belong to one task, each declared with it.

use std::path::PathBuf;

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
    /// `data`: the files that a task reads. Tasks share it, so it says of each what it reads.
    pub(super) fn of_data(files: &'a mut Vec<PathBuf>) -> Self {
        let about = "Data to read: CSV to forecast, NPZ for episodes. May be repeated";
        Self { name: "data", about, value: TaskValue::Files(files, "FILE"), beside: None }
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
