//! Benchmarks: training steps at several sizes, the whole program, and the same steps in other libraries.
//!
//! The steps are criterion's benchmarks of `rnn-core`, which measure the processor's peak of fused multiplications and
//! additions in the same run; the others are scripts in `xtask/peers`. `bench.csv` has a row for each step that was
//! measured, `program.csv` one for each run of the program, `bench.svg` shows the first.

use crate::charts::{self, Line};
use crate::check::{cargo, workspace};
use crate::error::Error;
use rnn_train::exit_code;
use rnn_train::outputs::folder::write_whole;
use rnn_train::outputs::table::Table;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a row of the peak's benchmark computes: 12 vectors of 8, 1000 times a multiplication and an addition.
const PEAK_OPERATIONS: f64 = 12.0 * 8.0 * 1000.0 * 2.0;

/// The libraries that `peers.py` knows.
const PEERS: [&str; 4] = ["jax", "torch", "numpy", "tensorflow"];

/// The sizes that the others are measured at too: input, hidden units, classes, batch, window.
const SIZES: [&str; 7] = [
    "1 4 2 5 15",
    "1 16 2 16 32",
    "1 32 2 32 32",
    "1 128 2 32 50",
    "64 128 10 32 50",
    "64 256 10 64 64",
    "1 512 2 64 64",
];

/// Epochs and the length of a series: the tutorial's run, then series that are longer and longer.
const PROGRAM: [(usize, usize); 5] = [(100, 50_000), (10, 50_000), (10, 200_000), (10, 800_000), (10, 3_200_000)];

/// A row of `bench.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Row {
    library: String,
    version: String,
    cell: String,
    input: usize,
    hidden: usize,
    classes: usize,
    batch: usize,
    window: usize,
    dtype: &'static str,
    threads: usize,
    /// Median of a training step.
    us_per_step: f64,
    /// Multiplications and additions of the products, in 10⁹ a second.
    gflops: f64,
    /// Of the peak of one core.
    share_of_peak: Option<f64>,
}

impl Row {
    const COLUMNS: [&str; 13] = [
        "library",
        "version",
        "cell",
        "input",
        "hidden",
        "classes",
        "batch",
        "window",
        "dtype",
        "threads",
        "us_per_step",
        "gflops",
        "share_of_peak",
    ];
}

/// A row that `peers.py` prints.
#[derive(Debug, Deserialize)]
struct PeerRow {
    library: String,
    version: String,
    cell: String,
    input: usize,
    hidden: usize,
    classes: usize,
    batch: usize,
    window: usize,
    us_per_step: f64,
}

/// A row of `program.csv`: the median of five runs.
#[derive(Debug, Serialize)]
struct ProgramRow {
    num_epochs: usize,
    total_series_length: usize,
    wall_seconds: f64,
    /// The most memory that was seen in use, in KiB; empty where the system does not tell.
    peak_kib: Option<u64>,
}

impl ProgramRow {
    const COLUMNS: [&str; 4] = ["num_epochs", "total_series_length", "wall_seconds", "peak_kib"];
}

/// Multiplications and additions of a step's products: each gate's forward, back to the state before, and the weights'
/// derivatives; the readout's three.
fn operations(cell: &str, [input, hidden, classes, batch, window]: [usize; 5]) -> f64 {
    let gates = match cell {
        "gru" => 3.0,
        "lstm" => 4.0,
        _ => 1.0,
    };
    let [input, hidden, classes, batch, window] = [input, hidden, classes, batch, window].map(|n| n as f64);
    let rows = batch * window;
    let forward = rows * (input + hidden) * gates * hidden;
    let back = (rows - batch) * gates * hidden * hidden;
    2.0 * (2.0 * forward + back + 3.0 * rows * hidden * classes)
}

/// Measures and writes to the folder `out`; with `python`, other libraries too.
pub(crate) fn run(out: &Path, python: Option<&Path>) -> Result<u8, Error> {
    std::fs::create_dir_all(out)
        .map_err(|error| Error::Results { path: out.to_owned(), problem: format!("cannot be made: {error}") })?;
    let out = &std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    // Own steps before and after each of the others: what else the machine does changes from minute to minute.
    let home = out.join("criterion");
    let mut passes = vec![steps(&home)?];
    let mut others = Vec::new();
    if let Some(python) = python {
        for library in PEERS {
            others.extend(peer(python, library)?);
            passes.push(steps(&home)?);
        }
    }
    let mut rows = medians(&passes);
    rows.extend(others);
    let mut table = Table::create(out.join("bench.csv"), Row::COLUMNS)?;
    rows.iter().try_for_each(|row| table.push(row))?;
    table.flush()?;
    let lines = lines(&rows);
    write_whole(&out.join("bench.svg"), charts::sizes(&SIZES, &lines)?.as_bytes())?;
    let program = built_program()?;
    let mut table = Table::create(out.join("program.csv"), ProgramRow::COLUMNS)?;
    for (num_epochs, total_series_length) in PROGRAM {
        table.push(runs(&program, &out.join("run"), num_epochs, total_series_length)?)?;
    }
    table.flush()?;
    tracing::info!("wrote {}", out.display());
    Ok(exit_code::DONE)
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
    let mut lines: Vec<Line> = Vec::new();
    for row in rows.iter().filter(|row| row.cell == "elman" && row.threads == 1 && row.dtype == "f32") {
        let size = [row.input, row.hidden, row.classes, row.batch, row.window].map(|n| n.to_string()).join(" ");
        let Some(place) = SIZES.iter().position(|of| *of == size) else { continue };
        match lines.iter_mut().find(|line| line.name == row.library) {
            Some(line) => line.points.push((place, row.us_per_step)),
            None => lines.push(Line { name: row.library.clone(), points: vec![(place, row.us_per_step)] }),
        }
    }
    lines.iter_mut().for_each(|line| line.points.sort_by_key(|&(place, _)| place));
    lines
}

/// Runs a program to its end, or says what is wrong.
fn succeed(command: &mut Command) -> Result<(), Error> {
    let program = PathBuf::from(command.get_program());
    let status = command.status().map_err(|source| Error::Spawn { program: program.clone(), source })?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Results { path: program, problem: format!("ended with {status}") })
    }
}

/// Runs criterion's benchmarks and reads what they found.
fn steps(home: &Path) -> Result<Vec<Row>, Error> {
    succeed(
        Command::new(cargo())
            .args(["bench", "--package", "rnn-core", "--bench", "step"])
            .env("CRITERION_HOME", home)
            .current_dir(workspace()),
    )?;
    let median = |name: &str| -> Result<f64, Error> {
        let path = home.join(name).join("new/estimates.json");
        let wrong = |problem: String| Error::Results { path: path.clone(), problem };
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let estimates: serde_json::Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        estimates["median"]["point_estimate"].as_f64().ok_or_else(|| wrong("has no median".to_owned()))
    };
    let peak = if home.join("peak").exists() { Some(PEAK_OPERATIONS / median("peak")?) } else { None };
    let listed = std::fs::read_dir(home).map_err(|source| rnn_train::Error::Read { path: home.to_owned(), source })?;
    let mut names: Vec<_> = listed.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let numbers = |name: &str| name.split(' ').map(|part| part.parse().unwrap_or(0)).collect::<Vec<usize>>();
    names.sort_by_key(|name| (numbers(name), name.clone()));
    let mut rows = Vec::new();
    for name in names {
        let words: Vec<&str> = name.split(' ').collect();
        let [cell, numbers @ ..] = &words[..] else { continue };
        let sizes: Vec<usize> = numbers.iter().map_while(|number| number.parse().ok()).take(5).collect();
        let Ok(sizes) = <[usize; 5]>::try_from(sizes) else { continue };
        let dtype = if words.contains(&"f64") { "f64" } else { "f32" };
        let threads = if words.contains(&"threads") { words[6].parse().unwrap_or(1) } else { 1 };
        let us_per_step = median(&name)? / 1000.0;
        let (library, version) = ("rnn-core".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        let own = peak.filter(|_| dtype == "f32");
        rows.push(row(library, version, cell, sizes, (dtype, threads), us_per_step, own));
    }
    Ok(rows)
}

fn row(
    library: String,
    version: String,
    cell: &str,
    sizes: [usize; 5],
    (dtype, threads): (&'static str, usize),
    us_per_step: f64,
    peak: Option<f64>,
) -> Row {
    let gflops = operations(cell, sizes) / us_per_step / 1000.0;
    let [input, hidden, classes, batch, window] = sizes;
    let share_of_peak = peak.map(|peak| gflops / peak);
    let cell = cell.to_owned();
    Row {
        library,
        version,
        cell,
        input,
        hidden,
        classes,
        batch,
        window,
        dtype,
        threads,
        us_per_step,
        gflops,
        share_of_peak,
    }
}

/// Measures another library, if Python has it.
fn peer(python: &Path, library: &str) -> Result<Vec<Row>, Error> {
    let script = workspace().join("xtask/peers/peers.py");
    let sizes = SIZES.iter().flat_map(|size| ["elman", "gru", "lstm"].map(|cell| format!("{cell} {size}")));
    let output = Command::new(python)
        .arg(script)
        .args(["--library", library, "--seconds", "1.5"])
        .args(sizes)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Spawn { program: python.to_owned(), source })?;
    if !output.status.success() {
        tracing::warn!("{library} was not measured: {} ended with {}", python.display(), output.status);
        return Ok(Vec::new());
    }
    let rows: Result<Vec<PeerRow>, csv::Error> =
        csv::Reader::from_reader(&output.stdout[..]).into_deserialize().collect();
    let rows =
        rows.map_err(|error| Error::Results { path: "xtask/peers/peers.py".into(), problem: error.to_string() })?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let sizes = [r.input, r.hidden, r.classes, r.batch, r.window];
            tracing::info!("{} {}: {} {sizes:?} {:.1} µs", r.library, r.version, r.cell, r.us_per_step);
            row(r.library, r.version, &r.cell, sizes, ("f32", 1), r.us_per_step, None)
        })
        .collect())
}

/// Builds the program, which stands beside this one.
fn built_program() -> Result<PathBuf, Error> {
    succeed(Command::new(cargo()).args(["build", "--release", "--package", "rnn-train"]).current_dir(workspace()))?;
    let own = std::env::current_exe().map_err(|source| Error::Spawn { program: "rnn-train".into(), source })?;
    Ok(own.with_file_name("rnn-train"))
}

/// The median of five runs of the program with its start and its files, without pictures, in one thread.
fn runs(program: &Path, out: &Path, num_epochs: usize, total_series_length: usize) -> Result<ProgramRow, Error> {
    let mut runs = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(["run", "--overwrite", "--no-figure", "--threads", "1", "--out"])
            .arg(out)
            .arg(format!("--num-epochs={num_epochs}"))
            .arg(format!("--total-series-length={total_series_length}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| Error::Spawn { program: program.to_owned(), source })?;
        let mut peak = None;
        let ended = loop {
            peak = peak_memory(child.id()).or(peak);
            match child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                Ok(Some(status)) => break Ok(status),
                Err(source) => break Err(Error::Spawn { program: program.to_owned(), source }),
            }
        }?;
        if !ended.success() {
            return Err(Error::Results { path: program.to_owned(), problem: format!("ended with {ended}") });
        }
        runs.push((begun.elapsed().as_secs_f64(), peak));
    }
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let peak_kib = runs.iter().filter_map(|run| run.1).max();
    Ok(ProgramRow { num_epochs, total_series_length, wall_seconds: runs[2].0, peak_kib })
}

/// The most memory that a process has had in use, in KiB, where Linux tells.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
}
