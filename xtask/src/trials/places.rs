//! Where the sections and keys of a spec stand, for errors.

use rnn_train::SettingError;
use rnn_train::settings::layers::line_of;
use std::collections::HashMap;
use toml::de::{DeTable, DeValue};

/// The lines of a spec.
pub(crate) struct Places {
    origin: String,
    /// The line of each section, under an empty key, and of each key of a section.
    lines: HashMap<(String, String), usize>,
}

impl Places {
    pub(crate) fn of(text: &str, origin: &str) -> Self {
        let mut lines = HashMap::new();
        if let Ok(file) = DeTable::parse(text) {
            for (section, content) in file.get_ref() {
                let name = section.get_ref().to_string();
                let mut note = |name: &str, content: &DeValue<'_>, start: usize| {
                    for key in content.as_table().into_iter().flat_map(|table| table.keys()) {
                        let line = line_of(text, key.span().start);
                        lines.insert((name.to_owned(), key.get_ref().to_string()), line);
                    }
                    lines.insert((name.to_owned(), String::new()), line_of(text, start));
                };
                note(&name, content.get_ref(), section.span().start);
                for (index, table) in content.get_ref().as_array().into_iter().flatten().enumerate() {
                    let nth = Self::nth(&name, index);
                    note(&nth, table.get_ref(), table.span().start);
                    for (key, below) in table.get_ref().as_table().into_iter().flatten() {
                        note(&Self::below(&nth, key.get_ref()), below.get_ref(), key.span().start);
                    }
                }
            }
        }
        Self { origin: origin.to_owned(), lines }
    }

    /// The name by which one of several sections of the same name is known here.
    pub(crate) fn nth(section: &str, index: usize) -> String {
        format!("{section} {index}")
    }

    /// The name by which a table within a section is known here.
    pub(crate) fn below(section: &str, key: &str) -> String {
        format!("{section}.{key}")
    }

    /// What a section is called in the file.
    pub(crate) fn section(name: &str) -> &str {
        name.split(' ').next().unwrap_or(name)
    }

    /// File and line of a key, or of the section if the key is not in the file.
    pub(crate) fn of_key(&self, section: &str, key: &str) -> String {
        let line = |key: &str| self.lines.get(&(section.to_owned(), key.to_owned()));
        let line = line(key).or_else(|| line(""));
        line.map_or_else(|| self.origin.clone(), |line| format!("{}:{line}", self.origin))
    }

    pub(crate) fn error(&self, section: &str, key: &str, message: String) -> SettingError {
        SettingError { origin: Some(self.of_key(section, key)), ..SettingError::new(key, message) }
    }
}
