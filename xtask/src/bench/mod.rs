//! Benchmarks: steps at several sizes, the whole program, and the same steps in other libraries.
//!
//! [`own`] runs the benchmarks of `rnn-core`, which measure the processor's peak of fused multiplications and additions in the
//! same run; [`peers`] are the scripts and programs in `xtask/peers`, which are given the names of these benchmarks. `bench.csv`
//! has a [`row`] for each step that was measured, `program.csv` one for each run of the [`program`], `bench.svg` shows the first.

mod own;
mod peers;
mod process;
mod program;
mod row;

use crate::charts::{self, Line};
use crate::error::Error;
use clap::Args;
use peers::Peer;
use rnn_train::exit_code;
use rnn_train::outputs::folder::write_whole;
use rnn_train::outputs::table::Table;
use row::{Kind, Row};
use std::path::{Path, PathBuf};

/// The sizes in the picture: input, hidden units, classes, batch, window.
const SIZES: [&str; 7] = [
    "1 4 2 5 15",
    "1 16 2 16 32",
    "1 32 2 32 32",
    "1 128 2 32 50",
    "64 128 10 32 50",
    "64 256 10 64 64",
    "1 512 2 64 64",
];

/// How often single steps forward are measured, in turn with the other library.
const TURNS: usize = 3;

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Measure the same steps in the other libraries that Python has: JAX, PyTorch, NumPy, TensorFlow
    #[arg(long)]
    peers: bool,
    /// The Python that has them
    #[arg(long, value_name = "PROGRAM", default_value = "python3", requires = "peers")]
    python: PathBuf,
    /// Measure the same steps in KANN, whose source is in this folder; needs a C compiler
    #[arg(long, value_name = "DIR")]
    kann: Option<PathBuf>,
    /// Measure single steps forward in RTNeural, whose source is in this folder; needs a C++ compiler
    #[arg(long, value_name = "DIR")]
    rtneural: Option<PathBuf>,
    /// Measure only steps whose name holds this, such as "text" or "gru 1 32", and not the program
    #[arg(long, value_name = "TEXT", value_parser = part_of_name)]
    only: Option<String>,
    /// The folder to write to; what an earlier benchmark left there is replaced
    #[arg(long, value_name = "DIR", default_value = "bench")]
    out: PathBuf,
}

/// Names have letters, digits and spaces. What else there may be would be a pattern to criterion.
fn part_of_name(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ') {
        Ok(text.to_owned())
    } else {
        Err("it must be letters, digits and spaces, as in \"gru 1 32\"".to_owned())
    }
}

/// Measures and writes to the folder.
pub(crate) fn run(arguments: &BenchArgs) -> Result<u8, Error> {
    let out = &std::path::absolute(&arguments.out).unwrap_or_else(|_| arguments.out.clone());
    let (programs, criterion) = (out.join("peers"), out.join("criterion"));
    // What is to be replaced must be a benchmark's.
    if criterion.exists() && !programs.exists() && !out.join("bench.csv").exists() {
        let problem = "no benchmark has left it there; choose another folder".to_owned();
        return Err(Error::Results { path: criterion, problem });
    }
    std::fs::create_dir_all(&programs)
        .map_err(|error| Error::Results { path: programs.clone(), problem: format!("cannot be made: {error}") })?;
    // Compiled first: what is wrong with a folder shows before minutes have passed.
    let kann = arguments.kann.iter().map(|source| Peer::kann(source, &programs)).collect::<Result<Vec<_>, _>>()?;
    let rtneural = arguments.rtneural.as_ref().map(|source| Peer::rtneural(source, &programs)).transpose()?;
    let mut others = kann;
    if arguments.peers {
        others.extend(Peer::of_python(&arguments.python));
    }
    let only = arguments.only.as_deref();
    let mut rows = steps(&criterion, only, &others)?;
    rows.extend(inference(only, rtneural.as_ref())?);
    if rows.is_empty() {
        let problem = format!(
            "--only \"{}\": no benchmark's name holds it; cargo bench --package rnn-core -- --list tells the names",
            only.unwrap_or_default()
        );
        return Err(Error::Refused { problem });
    }
    let mut table = Table::create(out.join("bench.csv"), Row::COLUMNS)?;
    rows.iter().try_for_each(|row| table.push(row))?;
    table.flush()?;
    if only.is_none() {
        let lines = lines(&rows);
        write_whole(&out.join("bench.svg"), charts::sizes(&SIZES, &lines)?.as_bytes())?;
        program::measure(out)?;
    }
    tracing::info!("wrote {}", out.display());
    Ok(exit_code::DONE)
}

/// Own training steps before and after each of the others: what else the machine does changes from minute to minute.
fn steps(home: &Path, only: Option<&str>, others: &[Peer]) -> Result<Vec<Row>, Error> {
    if home.exists() {
        std::fs::remove_dir_all(home).map_err(|error| Error::Results {
            path: home.to_owned(),
            problem: format!("cannot be removed: {error}"),
        })?;
    }
    let mut passes = vec![own::steps(home, only)?];
    let works: Vec<_> = passes[0].iter().filter(|row| row.dtype == "f32" && row.threads == 1).map(Row::work).collect();
    let mut found = Vec::new();
    for other in others.iter().filter(|_| !works.is_empty()) {
        found.extend(other.measure(&works));
        passes.push(own::steps(home, only)?);
    }
    let mut rows = medians(&passes);
    rows.extend(found);
    Ok(rows)
}

/// Own single steps forward, in turn with those of the other library.
fn inference(only: Option<&str>, other: Option<&Peer>) -> Result<Vec<Row>, Error> {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let rows = own::inference(only)?;
        let works: Vec<_> = rows.iter().map(Row::work).collect();
        own.push(rows);
        others.extend(other.filter(|_| !works.is_empty()).map(|other| other.measure(&works)));
    }
    let mut rows = medians(&own);
    rows.extend(medians(&others));
    Ok(rows)
}

/// The median pass of each row.
fn medians(passes: &[Vec<Row>]) -> Vec<Row> {
    let of_all = |place: usize| {
        let mut rows: Vec<&Row> = passes.iter().filter_map(|rows| rows.get(place)).collect();
        rows.sort_by(|a, b| a.us_per_step.total_cmp(&b.us_per_step));
        rows.get(rows.len() / 2).map(|row| (*row).clone())
    };
    (0..passes.first().map_or(0, Vec::len)).filter_map(of_all).collect()
}

/// The Elman nets of each library in one thread, for the picture: µs at each of the sizes.
fn lines(rows: &[Row]) -> Vec<Line> {
    let shown =
        |row: &&Row| row.kind == Kind::Training && row.cell == "elman" && row.threads == 1 && row.dtype == "f32";
    let mut lines: Vec<Line> = Vec::new();
    for row in rows.iter().filter(shown) {
        let Some(place) = SIZES.iter().position(|of| *of == row.sizes()) else { continue };
        match lines.iter_mut().find(|line| line.name == row.library) {
            Some(line) => line.points.push((place, row.us_per_step)),
            None => lines.push(Line { name: row.library.clone(), points: vec![(place, row.us_per_step)] }),
        }
    }
    lines.iter_mut().for_each(|line| line.points.sort_by_key(|&(place, _)| place));
    lines
}
