//! The CSV files as a spreadsheet sees them: opened in LibreOffice, every number is a number where the header says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use calamine::{Data, Reader, Xlsx, open_workbook};
use std::path::Path;
use std::process::Command;
use support::{columns, skip_without, succeed, trial_folders};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// Opens a CSV file in LibreOffice, reads back what it saw, and compares cell by cell.
fn opens(csv: &Path, text_columns: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("libreoffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
        .args(["--headless", "--convert-to", "xlsx", "--outdir"])
        .args([folder.path(), csv])
        .output()
        .unwrap();
    let xlsx = folder.path().join(csv.with_extension("xlsx").file_name().unwrap());
    assert!(xlsx.exists(), "{status:?}");
    let mut book: Xlsx<_> = open_workbook(&xlsx).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();

    let expected = columns(csv);
    let header: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let mut reader = csv::Reader::from_path(csv).unwrap();
    assert_eq!(header, reader.headers().unwrap().iter().collect::<Vec<_>>());
    for (column, name) in header.iter().enumerate() {
        for (row, text) in expected[name].iter().enumerate() {
            let place = format!("{}, {name}, row {row}: {text:?}", csv.display());
            match sheet.get((row + 1, column)).unwrap_or(&Data::Empty) {
                Data::Empty => assert_eq!(text, "", "{place}"),
                Data::Float(number) => {
                    let expected: f64 = text.parse().unwrap_or_else(|_| panic!("{place}"));
                    // A spreadsheet's file keeps 15 digits.
                    assert!((number - expected).abs() <= 1e-14 * expected.abs(), "{place}: {number}");
                }
                Data::String(found) => {
                    assert!(text_columns.contains(&name.as_str()), "{place} is text");
                    assert_eq!(found, text, "{place}");
                }
                other => panic!("{place}: {other:?}"),
            }
        }
    }
}

#[test]
fn every_number_is_a_number_in_libreoffice() {
    if skip_without("libreoffice") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("spec.toml");
    // Losses from 1e-7 to 1, a trial that diverges, and values that are lists and text.
    let text = "
        [sweep]
        replicates = 2
        [base]
        num_epochs = 12
        total_series_length = 10000
        echo_step = 1
        [grid]
        learning_rate = [0.3, 1e38]
        optimizer = ['adagrad', 'sgd']
        class_probabilities = [[0.5, 0.5], [0.25, 0.75]]
    ";
    std::fs::write(&spec, text).unwrap();
    let out = folder.path().join("out");
    succeed(XTASK, ["sweep", spec.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let varied = ["optimizer", "class_probabilities"];
    opens(&out.join("summary.csv"), &[&varied[..], &["status", "error", "stderr", "hash"]].concat());
    opens(&out.join("plan.csv"), &[&varied[..], &["hash"]].concat());
    opens(&out.join("groups.csv"), &varied);
    let trials = trial_folders(&out);
    for folder in [&trials[0], &trials[15]] {
        opens(&folder.join("metrics.csv"), &[]);
        opens(&folder.join("epochs.csv"), &[]);
    }
}
