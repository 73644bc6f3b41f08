//! The pages of the docs that say what the tables of settings and columns say.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use rnn_train::Settings;
use rnn_train::outputs::columns::Row;
use rnn_train::outputs::rows::{EpochRow, MetricsRow};
use rnn_train::settings::kind::Kind;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The page of all settings, as the table has them.
fn settings_page() -> String {
    let mut page = "# Settings

Each is a flag of `rnn-train run` (`--num-epochs 20`) and a key of a settings file (`num_epochs = 20`), and a sweep can vary
it. This page is made from the table of settings; `UPDATE_DOCS=1 cargo test -p rnn-train --test docs` writes it.

| setting | default | meaning |
| --- | --- | --- |
"
    .to_owned();
    for row in Settings::rows() {
        let default = row.default.as_deref().unwrap_or("none");
        page += &format!("| `{}` | {default} | {} |\n", row.name, row.about.replace('|', "\\|"));
    }
    page += "
Some settings are one of several names.
";
    for row in Settings::rows() {
        let Kind::Choice(choices) = &row.kind else { continue };
        page += &format!("\n| `{}` | |\n| --- | --- |\n", row.name);
        choices.iter().for_each(|(name, about)| page += &format!("| `{name}` | {about} |\n"));
    }
    page + "
A setting that has no effect with the others, such as a momentum for Adam, is refused. So is a name that is not known; the
error suggests the one that was most likely meant, also for words that are used elsewhere, such as `lr`, `hidden_size` or
`bptt`. Where a flag replaces a setting of a file, what belongs to the old one alone goes with it: constants without effect
beside the new one, and those, such as a learning rate or an initialiser, that were just its defaults.
Of `state_size` and `max_parameters`, which decide the same, one that is given in a flag takes the place of the other in a file.
"
}

#[test]
fn the_page_of_settings_is_that_of_the_table() {
    let (path, page) = (docs().join("settings.md"), settings_page());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/settings.md is not what the table says: UPDATE_DOCS=1 writes it");
}

/// Each column has a row in the page of files, in the words of its declaration.
#[test]
fn the_page_of_files_says_what_columns_hold() {
    let page = std::fs::read_to_string(docs().join("files.md")).unwrap();
    let of = |columns: &[rnn_train::outputs::columns::Column]| {
        let rows: Vec<_> = columns.iter().map(|column| format!("| `{}` | {} |", column.name, column.about)).collect();
        rows.join("\n")
    };
    for (table, rows) in [("metrics.csv", of(MetricsRow::COLUMNS)), ("epochs.csv", of(EpochRow::COLUMNS))] {
        assert!(page.contains(&rows), "docs/files.md must have of {table}:\n{rows}");
    }
}
