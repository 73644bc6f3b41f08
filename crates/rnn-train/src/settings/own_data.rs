//! What the settings say of data that are read: from which files, and what is known of them once they have been.

use super::opened::Opened;
use super::table::Settings;
use crate::error::SettingError;
use echo_data::{AnyTask, Form, Kind, OwnData, Task, TaskValue};
use rnn_core::ClassLoss;
use std::path::PathBuf;
use std::sync::Arc;

/// The settings of a task that name files, each with its name.
fn files_of(task: &mut AnyTask) -> impl Iterator<Item = (&'static str, &mut Vec<PathBuf>)> {
    task.task_mut().settings().into_iter().filter_map(|setting| match setting.value {
        TaskValue::Files(files, _) => Some((setting.name, files)),
        _ => None,
    })
}

impl Settings {
    /// These settings with all that is known of the data that were read.
    pub(crate) fn with_task(&self, task: Arc<dyn Task>) -> Self {
        let mut settings = self.clone();
        // What depends on the data, and was not said.
        if let (Form::Episodes(longest), 0) = (task.form(), settings.truncated_backprop_length) {
            settings.truncated_backprop_length = longest;
        }
        if settings.window_stride == 0 {
            settings.window_stride = settings.truncated_backprop_length;
        }
        if matches!(task.shape().targets, Kind::Values(_)) {
            settings.loss = ClassLoss::SquaredError;
        }
        Self { opened: Opened(Some(task)), ..settings }.fitted()
    }

    /// What is known of data that have been read, as texts by name.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        self.task().own_data().map(OwnData::facts).unwrap_or_default()
    }

    /// These settings with facts that they have once told.
    pub(crate) fn with_facts(&self, fact: &dyn Fn(&str) -> Option<String>) -> Result<Self, echo_data::Error> {
        let Some(own) = self.task.task().own_data() else { return Ok(self.clone()) };
        Ok(self.with_task(own.with_facts(fact)?))
    }

    /// Whether the data are drawn, or what must be known of those that are read is known.
    pub(crate) fn is_open(&self) -> bool {
        self.opened.0.is_some() || self.task.task().own_data().is_none()
    }

    /// Whether the task's data are read from files that its settings name.
    #[must_use]
    pub fn reads_data(&self) -> bool {
        self.task.task().own_data().is_some()
    }

    /// The files that the data are read from: of a series in the place of one that is drawn, or of the task's own.
    #[must_use]
    pub fn data_files(&self) -> Vec<PathBuf> {
        if !self.series.is_empty() {
            return self.series.clone();
        }
        let mut task = self.task.clone();
        files_of(&mut task).flat_map(|(_, files)| std::mem::take(files)).collect()
    }

    /// The name of the setting that names them.
    #[must_use]
    pub fn data_setting(&self) -> &'static str {
        let mut task = self.task.clone();
        let named = files_of(&mut task).map(|(name, _)| name).last();
        named.filter(|_| self.series.is_empty()).unwrap_or("series")
    }

    /// Changes the paths of those files.
    pub fn change_data_files(&mut self, mut change: impl FnMut(usize, &mut PathBuf)) {
        let mut files: Vec<&mut PathBuf> = self.series.iter_mut().collect();
        if files.is_empty() {
            files = files_of(&mut self.task).flat_map(|(_, files)| files).collect();
        }
        files.into_iter().enumerate().for_each(|(number, path)| change(number, path));
    }

    /// Makes sure that there are data to read, and something to train on.
    pub(super) fn check_data(&self) -> Result<(), SettingError> {
        if self.data_files().is_empty() {
            let (setting, task) = (self.data_setting(), self.task.task().name());
            return Err(SettingError::new(
                setting,
                format!(
                    "{setting} is missing: the task {task} reads its data from files: name one, as --{setting} FILE"
                ),
            ));
        }
        let held_out = self.valid + self.test;
        if held_out < 1.0 {
            return Ok(());
        }
        let (valid, test) = (self.valid, self.test);
        Err(SettingError::new(
            "valid",
            format!("valid is {valid} and test is {test}: together they must be less than 1"),
        ))
    }
}
