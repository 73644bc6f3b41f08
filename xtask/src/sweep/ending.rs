//! What a sweep ends with: its tables, its report, and a sentence.

use crate::error::Error;
use crate::report;
use crate::trials::outcome::outcome;
use crate::trials::plan::Plan;
use crate::trials::results::Known;
use crate::trials::store;
use crate::trials::summary::{self, Row};
use rnn_train::cli;
use rnn_train::shown::printable;
use std::path::Path;

/// Writes the tables and the report; returns all rows.
pub(crate) fn finish(plan: &Plan, folder: &Path, latest: Vec<Known>, running: bool) -> Result<Vec<Row>, Error> {
    let rows: Vec<Row> =
        latest.into_iter().enumerate().map(|(trial, record)| Row::new(plan, trial, record, running)).collect();
    summary::write(plan, folder, &rows)?;
    report::write(plan, folder, &rows)?;
    Ok(rows)
}

/// Prints what came out, and where the report is.
pub(crate) fn print_outcome(plan: &Plan, folder: &Path, rows: &[Row]) {
    let page = folder.join(store::REPORT);
    // The results are in the files, whether or not somebody reads this.
    let _ = cli::print(&format!("{}\n{}", outcome(plan, rows), printable(page.display())));
}
