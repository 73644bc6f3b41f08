//! The tables of a report: epochs, settings, status, files.

use super::facts::Facts;
use crate::outputs::columns::Column;
use crate::outputs::columns::Row;
use crate::outputs::files;
use crate::outputs::rows::EpochRow;
use crate::settings::table::Settings;
use chart_kit::text::{count, number, thousands};
use maud::{Markup, html};
use serde::Serialize;
use toml::Table;

/// More epochs are not listed.
const MOST_EPOCHS: usize = 200;

pub(super) fn section(facts: &Facts<'_>) -> Markup {
    html! { (epochs(facts)) (settings(facts)) (status(facts)) (files(facts)) }
}

fn epochs(facts: &Facts<'_>) -> Markup {
    let epochs = &facts.recording.epochs;
    if epochs.is_empty() {
        return html! { h2 { "Epochs" } p { "No epoch was trained to its end." } };
    }
    let solved = facts.recording.status.solved_epoch;
    let shown = listed(epochs, solved);
    let all = shown.len() == epochs.len();
    let of_known = [EpochRow::KNOWN_LOSS, EpochRow::KNOWN_ACCURACY];
    let is_shown = |column: &Column| facts.settings().tells_known_apart() || !of_known.contains(column);
    html! {
        h2 { "Epochs" }
        p.note {
            @if all { (count(epochs.len(), "epoch")) ", all of them" } @else { (shown.len()) " of " (count(epochs.len(), "epoch")) ": the first, the last, the one that solved the task, and some between" }
            "; they stand in " code { (files::EPOCHS) } " with all digits. A click on a column’s name sorts by it."
        }
        details open[epochs.len() <= 20] {
            summary { (count(shown.len(), "epoch")) }
            div.scroll.tall { table.sortable #epochs {
                // What the task does not have is not shown.
                @let columns = EpochRow::COLUMNS.iter().enumerate().filter(|(index, column)| is_shown(column) && shown.iter().any(|row| row.values()[*index].is_some()));
                thead { tr { @for (_, column) in columns.clone() { th scope="col" { (column.title) } } } }
                tbody { @for row in &shown { tr.solved[solved == Some(row.epoch)] {
                    @let values = row.values();
                    @for (index, column) in columns.clone() {
                        @let value = values[index];
                        @let shown = |value: f64| if column.is_whole { thousands(value as usize) } else { number(value, 5) };
                        td data-sort=[value] {
                            (value.map(shown).unwrap_or_default())
                            @if *column == EpochRow::EPOCH && solved == Some(row.epoch) { " (solved)" }
                        }
                    }
                } } }
            } }
        }
    }
}

/// The epochs that are listed: all, or some at equal distances, with the first, the last and the one that solved the task.
fn listed(epochs: &[EpochRow], solved: Option<usize>) -> Vec<&EpochRow> {
    let every = epochs.len().div_ceil(MOST_EPOCHS);
    let listed = |index: usize, row: &EpochRow| {
        index.is_multiple_of(every) || index + 1 == epochs.len() || solved == Some(row.epoch)
    };
    epochs.iter().enumerate().filter(|(index, row)| listed(*index, row)).map(|(_, row)| row).collect()
}

fn settings(facts: &Facts<'_>) -> Markup {
    let own = facts.settings().to_table();
    html! {
        h2 { "Settings" }
        p.note { "All of " code { (files::CONFIG) } ". In bold: settings that are not at their default." }
        div.scroll { table #settings {
            thead { tr { th.t scope="col" { "setting" } th.t scope="col" { "value" } th.t scope="col" { "default?" } } }
            tbody { @for (name, value) in &own {
                @let default = is_default(&own, name);
                tr.chosen[!default] {
                    th.t scope="row" { code { (name) } }
                    td.t.value { code { (value) } }
                    td.t { @if default { "default" } @else { "chosen" } }
                }
            } }
        } }
    }
}

/// Whether a setting would be the same if it were left out.
fn is_default(own: &Table, name: &str) -> bool {
    let mut others = own.clone();
    others.remove(name);
    Settings::from_table(&others).is_ok_and(|settings| settings.to_table().get(name) == own.get(name))
}

/// As in a TOML file.
fn table(value: &impl Serialize) -> Table {
    // Settings and status are tables of numbers, texts and lists, so they can always be one.
    Table::try_from(value).unwrap_or_default()
}

fn status(facts: &Facts<'_>) -> Markup {
    html! {
        h2 { "Status" }
        div.scroll { table #status {
            thead { tr { th.t scope="col" { "key" } th.t scope="col" { "value" } } }
            tbody { @for (name, value) in &table(&facts.recording.status) {
                tr { th.t scope="row" { code { (name) } } td.t.value { code { (value) } } }
            } }
        } }
    }
}

/// What the files of a run are.
fn what(name: &str) -> &'static str {
    match name {
        files::CONFIG => "the settings; run --config repeats the run with them",
        files::METRICS => "a row for each training step that was logged",
        files::EPOCHS => "a row for each epoch",
        files::SNAPSHOTS => "what the net answered now and then",
        files::MODEL => "the weights, which eval and predict read, and PyTorch",
        files::STATUS => "how the run ended",
        files::CHECKPOINT => "the state of the run; resume continues from it",
        files::REPORT => "this page",
        _ => "a picture of the run",
    }
}

fn files(facts: &Facts<'_>) -> Markup {
    let size = |name: &str| facts.folder.join(name).metadata().ok().map(|file| file.len() as usize);
    html! {
        h2 { "Files" }
        p { @if facts.is_beside { "Beside this page, in the run’s folder:" } @else { "In the run’s folder:" } }
        div.scroll { table #files {
            thead { tr { th.t scope="col" { "file" } th scope="col" { "bytes" } th.t scope="col" { "what it is" } } }
            tbody { @for name in files::ALL { @if name != files::REPORT { @if let Some(bytes) = size(name) {
                tr {
                    th.t scope="row" { @if facts.is_beside { a href=(name) { (name) } } @else { (name) } }
                    td { (thousands(bytes)) } td.t { (what(name)) }
                }
            } } } }
        } }
    }
}
