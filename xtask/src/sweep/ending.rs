//! What a sweep ends with: its tables, its report, and a sentence.

use crate::error::Error;
use crate::report;
use crate::trials::outcome::outcome;
use crate::trials::plan::Plan;
use crate::trials::results::Known;
use crate::trials::row::Row;
use crate::trials::store;
use chart_kit::text::printable;
use rnn_train::commands;
use std::path::Path;

/// The rows of trials of which this is known.
fn rows(plan: &Plan, latest: Vec<Known>, running: bool) -> Vec<Row> {
    latest.into_iter().enumerate().map(|(trial, record)| Row::new(plan, trial, record, running)).collect()
}

/// Writes the report's page alone, to a file that need not be in the sweep's folder.
pub(crate) fn write_page(
    plan: &Plan,
    folder: &Path,
    latest: Vec<Known>,
    running: bool,
    file: &Path,
) -> Result<(), Error> {
    let rows = rows(plan, latest, running);
    report::write_page(plan, folder, &rows, file)?;
    print(plan, &rows, file);
    Ok(())
}

/// Writes the tables and the report; returns all rows.
pub(crate) fn finish(plan: &Plan, folder: &Path, latest: Vec<Known>, running: bool) -> Result<Vec<Row>, Error> {
    let rows = rows(plan, latest, running);
    store::write_tables(plan, folder, &rows)?;
    report::write(plan, folder, &rows)?;
    Ok(rows)
}

/// Prints what came out, and where the report is.
pub(crate) fn print_outcome(plan: &Plan, folder: &Path, rows: &[Row]) {
    print(plan, rows, &folder.join(store::REPORT));
}

fn print(plan: &Plan, rows: &[Row], page: &Path) {
    // The results are in the files, whether or not somebody reads this.
    let _ = commands::print(&format!("{}\n{}", outcome(plan, rows), printable(page.display())));
}
