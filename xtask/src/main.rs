//! `cargo xtask`: sweeps over recurrent nets, their reports, and the checks of this workspace.
//!
//! A sweep goes one way: [`spec`] (what to vary) → [`plan`] (the list of trials) → [`sweep`] (runs each as a process of
//! its own, [`trial`]) → [`summary`] (a row a trial) → [`report`] (a page, with the pictures of [`charts`]).

mod bench;
mod charts;
mod check;
mod error;
mod plan;
mod report;
mod spec;
mod summary;
mod sweep;
mod trial;

use clap::{Args, CommandFactory, Parser, Subcommand};
use error::Error;
use rnn_train::cli;
use std::path::PathBuf;
use std::process::ExitCode;

const EXIT_CODES: &str = "Exit codes:
    0  done; trials that diverged are results too
    1  a trial failed, or the sweep could not go on, or a check found something
    2  the spec, a setting or the output folder is wrong; nothing was run
  130  stopped by Ctrl-C or a termination signal; what there is is kept";

/// Sweeps over recurrent nets, their reports, and the checks of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    verbosity: cli::Verbosity,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a grid of nets, each as a process of its own, and write a summary and a report
    #[command(after_help = EXIT_CODES)]
    Sweep(SweepArgs),
    /// Write report.html again from a sweep's files
    Report {
        /// The sweep's folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Check format, lints, docs and tests: what continuous integration runs
    Check,
    /// Measure training steps and the program, and write bench.csv, program.csv and bench.svg
    Bench(BenchArgs),
    /// Train one net of a sweep; ends when its standard input is closed
    #[command(hide = true)]
    Trial {
        /// The trial's folder, with its settings
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// Measure the same steps in the other libraries that Python has: JAX, PyTorch, NumPy, TensorFlow
    #[arg(long)]
    peers: bool,
    /// The Python that has them
    #[arg(long, value_name = "PROGRAM", default_value = "python3", requires = "peers")]
    python: PathBuf,
    /// The folder to write to; what an earlier benchmark left there is replaced
    #[arg(long, value_name = "DIR", default_value = "bench")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct SweepArgs {
    /// What to vary; without it, the built-in sweep over lag and window
    #[arg(value_name = "SPEC.toml")]
    spec: Option<PathBuf>,
    /// The folder to write to; it must be empty or not exist yet [default: sweeps/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the sweep that is in the folder
    #[arg(long)]
    overwrite: bool,
    /// Trials that run at the same time [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

fn main() -> ExitCode {
    let cli: Cli = match cli::parse(Cli::command(), std::env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    cli::start_logging(cli.verbosity);
    let code = match cli.command {
        Command::Sweep(arguments) => sweep_command(&arguments),
        Command::Report { folder } => report::write(&folder).map(|path| {
            tracing::info!("wrote {}", path.display());
            rnn_train::exit_code::DONE
        }),
        Command::Check => check::run(),
        Command::Bench(BenchArgs { peers, python, out }) => bench::run(&out, peers.then_some(&*python)),
        Command::Trial { folder } => trial::run(&folder),
    };
    ExitCode::from(code.unwrap_or_else(|error| cli::report(&error, error.exit_code())))
}

fn sweep_command(arguments: &SweepArgs) -> Result<u8, Error> {
    let spec = match &arguments.spec {
        Some(path) => spec::Spec::read(path)?,
        None => spec::Spec::built_in()?,
    };
    let trials = plan::plan(&spec)?;
    plan::check_needs(&spec, &trials)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("sweeps").join(&spec.name));
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = arguments.jobs.map_or_else(cores, usize::from);
    sweep::sweep(&spec, &trials, &out, jobs, arguments.overwrite)
}
