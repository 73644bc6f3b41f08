//! Other libraries: scripts and small programs in `xtask/peers` that print rows of the same columns.

use super::process;
use super::row::Row;
use crate::check::workspace;
use crate::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The libraries that `peers.py` knows.
const OF_PYTHON: [&str; 4] = ["jax", "torch", "numpy", "tensorflow"];

/// How long a work is measured, in seconds.
const SECONDS: &str = "1.5";

/// Something that measures the works which it is given.
#[derive(Debug)]
pub(super) enum Peer {
    Python { python: PathBuf, library: &'static str },
    Program { path: PathBuf },
}

impl Peer {
    pub(super) fn of_python(python: &Path) -> [Self; 4] {
        OF_PYTHON.map(|library| Self::Python { python: python.to_owned(), library })
    }

    /// Compiles KANN's two files with our program. `source` is KANN's folder, `out` that of the programs.
    pub(super) fn kann(source: &Path, out: &Path) -> Result<Self, Error> {
        check_has(source, "--kann", "kautodiff.c")?;
        let path = out.join("kann");
        let mut compiler = Command::new("cc");
        // KANN's header has static functions that not everybody calls.
        compiler.args(["-std=gnu99", "-O3", "-march=native", "-w", "-I"]).arg(source).arg("-o").arg(&path);
        compiler
            .arg(workspace().join("xtask/peers/kann.c"))
            .args(["kann.c", "kautodiff.c"].map(|file| source.join(file)));
        process::succeed(compiler.arg("-lm"))?;
        Ok(Self::Program { path })
    }

    /// Compiles RTNeural, which is all headers, with our program and with the Eigen in its folder.
    pub(super) fn rtneural(source: &Path, out: &Path) -> Result<Self, Error> {
        check_has(source, "--rtneural", "RTNeural/RTNeural.h")?;
        let path = out.join("rtneural");
        let mut compiler = Command::new("c++");
        compiler.args(["-std=c++17", "-O3", "-march=native", "-w", "-DNDEBUG", "-DRTNEURAL_USE_EIGEN=1"]);
        // The matrix of an LSTM of 64 units is larger than what Eigen takes for a mistake.
        compiler.args([
            "-DRTNEURAL_NAMESPACE=RTNeural",
            "-DRTNEURAL_DEFAULT_ALIGNMENT=32",
            "-DEIGEN_STACK_ALLOCATION_LIMIT=0",
        ]);
        for folder in ["", "modules/json", "modules/Eigen"] {
            compiler.arg("-I").arg(source.join(folder));
        }
        process::succeed(compiler.arg(workspace().join("xtask/peers/rtneural.cpp")).arg("-o").arg(&path))?;
        Ok(Self::Program { path })
    }

    fn name(&self) -> String {
        match self {
            Self::Python { library, .. } => (*library).to_owned(),
            Self::Program { path } => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// Measures the works that it can do; none if it cannot be run.
    pub(super) fn measure(&self, works: &[String]) -> Vec<Row> {
        let mut command = match self {
            Self::Python { python, library } => {
                let mut command = Command::new(python);
                command.arg(workspace().join("xtask/peers/peers.py"));
                command.args(["--library", library, "--seconds", SECONDS]);
                command
            }
            Self::Program { path } => {
                let mut command = process::on_one_core(path.clone());
                command.arg(SECONDS);
                command
            }
        };
        let rows = process::rows(command.args(works)).unwrap_or_else(|error| {
            tracing::warn!("{} was not measured: {error}", self.name());
            Vec::new()
        });
        let rated = rows.into_iter().map(Row::rated);
        rated
            .inspect(|row| tracing::info!("{} {}: {} {:.3} µs", row.library, row.version, row.work(), row.us_per_step))
            .collect()
    }
}

/// Refuses a folder that is not that of a library's source.
fn check_has(source: &Path, flag: &str, file: &str) -> Result<(), Error> {
    if source.join(file).exists() {
        return Ok(());
    }
    let problem =
        format!("{flag} {}: there is no {file} in it: it must be the folder of the library's source", source.display());
    Err(Error::Refused { problem })
}
