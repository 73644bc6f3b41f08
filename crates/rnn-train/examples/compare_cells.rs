//! A program of its own that trains a net of each cell on the same echo and reads back what the runs have written.
#![allow(clippy::print_stdout, reason = "an example prints")]

use rnn_train::outputs::files::EPOCHS;
use rnn_train::outputs::rows::EpochRow;
use rnn_train::outputs::table::read_rows;
use rnn_train::training::options::Options;
use rnn_train::training::watch::Silent;
use rnn_train::view::drawing::Drawing;
use rnn_train::{Colours, Error, Settings, run};
use std::path::Path;
use std::sync::atomic::AtomicBool;

const SETTINGS: &str = "
num_epochs = 3
total_series_length = 20000
optimizer = 'adam'
echo_step = 4
state_size = 10
";

fn main() -> Result<(), Error> {
    let folder = std::env::temp_dir().join(format!("compare-cells-{}", std::process::id()));
    for (cell, accuracy) in compare(&folder)? {
        println!("{cell:10} {accuracy:.3} of the last epoch's echoes were right");
    }
    println!("everything that the runs wrote is in {}", folder.display());
    Ok(())
}

/// Trains a net of each cell, and returns the cell and its accuracy in the last epoch.
fn compare(folder: &Path) -> Result<Vec<(&'static str, f64)>, Error> {
    let never = AtomicBool::new(false);
    let of_cell = |cell| {
        let settings: Settings = format!("{SETTINGS}cell = '{cell}'\ninit = 'orthogonal'\n").parse()?;
        let out = folder.join(cell);
        let options = Options { overwrite: true, ..Options::default() };
        run(&settings, &out, options, &mut Drawing::new(&mut Silent, Colours::default()), &never)?;
        let rows: Vec<EpochRow> = read_rows(&out.join(EPOCHS))?;
        Ok((cell, rows.last().and_then(|row| row.known_accuracy).unwrap_or_default()))
    };
    ["elman", "gru", "lstm"].into_iter().map(of_cell).collect()
}

#[test]
fn every_cell_learns_it() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    for (cell, accuracy) in compare(folder.path())? {
        assert!(accuracy > 0.99, "{cell}: {accuracy}");
    }
    Ok(())
}
