//! `curves.csv`: a row for each trial and epoch, in tidy form, made from what the lines of results hold.

use super::results::{self, Measured};
use super::row::Row;
use crate::error::Error;
use crate::trials::sweep::Sweep;
use rnn_train::outputs::rows::EpochRow;
use rnn_train::outputs::table::write_table;

/// The file of losses.
pub(crate) const CURVES: &str = "curves.csv";

/// An epoch's columns are those of a run's table.
const COLUMNS: [&str; 5] =
    ["trial", EpochRow::EPOCH.name, EpochRow::LOSS.name, EpochRow::KNOWN_LOSS.name, EpochRow::KNOWN_ACCURACY.name];

/// Writes the table of a sweep whose trials are these, in the plan's order. Of the losses of all trials, which can be more than
/// fit in memory, one trial's are read at a time.
pub(crate) fn write(sweep: Sweep<'_>, rows: &[Row]) -> Result<(), Error> {
    let Sweep { plan, folder } = sweep;
    let (files, numbers) = (results::files(folder)?, plan.numbers());
    let mut places: Vec<Option<(usize, u64)>> = vec![None; rows.len()];
    for (file, path) in files.iter().enumerate() {
        results::read_file(path, &mut |record, begin| {
            let Some(&number) = numbers.get(&record.hash) else { return };
            let known = rows[number].record.as_ref();
            // Of several attempts the one that the row is of, and of equal ones the first.
            let is_known = known.is_some_and(|known| (known.attempt, known.status) == (record.attempt, record.status));
            if is_known && places[number].is_none() {
                places[number] = Some((file, begin));
            }
        })?;
    }
    Ok(write_table(&folder.join(CURVES), |table| {
        table.write_record(COLUMNS)?;
        let cell = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        for (trial, place) in places.iter().enumerate() {
            let Some((file, begin)) = *place else { continue };
            for Measured { epoch, known_loss, loss, known_accuracy } in
                results::read_at(&files[file], begin)?.outcome.losses
            {
                let [loss, known_loss, accuracy] = [loss, known_loss, known_accuracy].map(cell);
                table.write_record([trial.to_string(), epoch.to_string(), loss, known_loss, accuracy])?;
            }
        }
        Ok(())
    })?)
}
