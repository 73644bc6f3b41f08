//! `cargo xtask`: sweeps over recurrent nets, their reports, and the checks of this workspace.
//!
//! [`sweep`] plans, runs and keeps trials, [`report`] shows what they found, with the pictures of [`charts`].

mod bench;
mod charts;
mod check;
mod error;
mod report;
mod sweep;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use error::Error;
use rnn_train::{cli, exit_code};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use sweep::plan::Plan;
use sweep::pool::Keep;
use sweep::results::TrialStatus;
use sweep::spec::SPEC;
use sweep::{reader, store};

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
    /// Train many nets, each as a process of its own, and write tables and a report
    #[command(after_help = EXIT_CODES)]
    Sweep(SweepArgs),
    /// Write a sweep's tables and report again from what is known of its trials
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
    Trial,
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
    /// The folder to write to; a sweep that is there is gone on with [default: sweeps/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Begin again, replacing the sweep that is in the folder
    #[arg(long)]
    overwrite: bool,
    /// Print what would be run and about how long it would take, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Trials that run at the same time [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Which trials' folders stay
    #[arg(long, value_name = "WHICH", value_enum, default_value = "all")]
    keep: Keep,
    /// Run those trials again that ended like this
    #[arg(long, value_name = "STATUS", value_enum, value_delimiter = ',')]
    retry: Vec<Retry>,
    /// Stop when a trial has failed
    #[arg(long)]
    fail_fast: bool,
    /// Leave out combinations that cannot run, instead of refusing the sweep
    #[arg(long)]
    skip_invalid: bool,
}

/// Trials that do not run again by themselves.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Retry {
    /// Those that failed
    Failed,
    /// Those whose time was up
    #[value(name = "timed_out")]
    TimedOut,
}

fn main() -> ExitCode {
    let cli: Cli = match cli::parse(Cli::command(), std::env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    cli::start_logging(cli.verbosity);
    let code = match cli.command {
        Command::Sweep(arguments) => sweep_command(&arguments),
        Command::Report { folder } => report_command(&folder),
        Command::Check => check::run(),
        Command::Bench(BenchArgs { peers, python, out }) => bench::run(&out, peers.then_some(&*python)),
        Command::Trial => sweep::trial::run(),
    };
    ExitCode::from(code.unwrap_or_else(|error| cli::report(&error, error.exit_code())))
}

fn sweep_command(arguments: &SweepArgs) -> Result<u8, Error> {
    let mut spec = match &arguments.spec {
        Some(path) => reader::read(path)?,
        None => reader::built_in()?,
    };
    spec.skip_invalid |= arguments.skip_invalid;
    let plan = Plan::new(spec)?;
    let folder = arguments.out.clone().unwrap_or_else(|| PathBuf::from("sweeps").join(&plan.spec.name));
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = arguments.jobs.map_or_else(cores, usize::from);
    let status = |retry: &Retry| match retry {
        Retry::Failed => TrialStatus::Failed,
        Retry::TimedOut => TrialStatus::TimedOut,
    };
    let retry = arguments.retry.iter().map(status).collect();
    let options = sweep::Options { jobs, overwrite: arguments.overwrite, fail_fast: arguments.fail_fast, retry, keep: arguments.keep };
    if arguments.dry_run { sweep::dry_run::run(&plan, &folder, &options) } else { sweep::run(&plan, &folder, &options) }
}

fn report_command(folder: &Path) -> Result<u8, Error> {
    let plan = Plan::new(reader::read(&folder.join(SPEC))?)?;
    let latest = store::latest(&plan, folder, true)?;
    let rows = sweep::finish(&plan, folder, latest, store::is_busy(folder))?;
    sweep::print_outcome(&plan, folder, &rows);
    Ok(exit_code::DONE)
}
