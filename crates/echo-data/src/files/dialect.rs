//! How a CSV file is written: its encoding, and what separates its columns.

use std::fmt;

/// How text is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
}

/// How a CSV file is written. It shows itself in words, which are empty for one that is written as RFC 4180 has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// How its text is stored.
    pub encoding: Encoding,
    /// The byte between two cells: a comma, a semicolon or a tab.
    pub separator: u8,
    /// Whether a line `sep=` before the header says so.
    pub separator_line: bool,
    /// Whether columns were found by names in other letters, such as `Input`.
    pub other_letters: bool,
}

/// What may separate columns, and its name.
pub(super) const SEPARATORS: [(u8, &str); 3] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs")];

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = SEPARATORS.iter().find(|(byte, _)| *byte == self.separator && *byte != b',');
        let parts = [
            (self.encoding != Encoding::Utf8).then(|| "UTF-16".to_owned()),
            separator.map(|(_, name)| format!("columns separated by {name}")),
            self.separator_line.then(|| "a line `sep=` before the header".to_owned()),
            self.other_letters.then(|| "column names in other letters".to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}
