//! What a sweep ends with: its tables, its report, and a sentence.

use crate::error::Error;
use crate::report;
use crate::trials::outcome::outcome;
use crate::trials::plan::Plan;
use crate::trials::results::Known;
use crate::trials::row::Row;
use crate::trials::store;
use crate::trials::sweep::Sweep;
use chart_kit::text::printable;
use rnn_train::commands;
use std::path::Path;

/// The rows of trials of which this is known.
pub(super) fn rows(plan: &Plan, latest: Vec<Known>, running: bool) -> Vec<Row> {
    latest.into_iter().enumerate().map(|(trial, record)| Row::new(plan, trial, record, running)).collect()
}

/// Writes the report's page alone, to a file that need not be in the sweep's folder.
pub(crate) fn write_page(sweep: Sweep<'_>, latest: Vec<Known>, running: bool, file: &Path) -> Result<(), Error> {
    let rows = rows(sweep.plan, latest, running);
    report::write_page(sweep, &rows, file)?;
    print(sweep.plan, &rows, file);
    Ok(())
}

/// Writes the tables and the report; returns all rows.
pub(crate) fn finish(sweep: Sweep<'_>, latest: Vec<Known>, running: bool) -> Result<Vec<Row>, Error> {
    let rows = rows(sweep.plan, latest, running);
    store::write_tables(sweep, &rows)?;
    report::write(sweep, &rows)?;
    Ok(rows)
}

/// Prints what came out, and where the report is.
pub(crate) fn print_outcome(sweep: Sweep<'_>, rows: &[Row]) {
    print(sweep.plan, rows, &sweep.folder.join(store::REPORT));
}

fn print(plan: &Plan, rows: &[Row], page: &Path) {
    // The results are in the files, whether or not somebody reads this.
    let _ = commands::print(&format!("{}\n{}", outcome(plan, rows), printable(page.display())));
}
