//! `cargo xtask`: sweeps over recurrent nets, their reports, and the checks of this workspace.
//!
//! [`trials`] are planned and kept, [`sweep`] runs them, [`report`] shows what they found, with the pictures of [`charts`].

mod bench;
mod charts;
mod check;
mod error;
mod report;
mod sweep;
mod trials;

use crate::bench::BenchArgs;
use crate::trials::sweep::Sweep;
use chart_kit::page;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use error::Error;
use rnn_train::commands;
use rnn_train::exit_code;
use rnn_train::outputs::replaceable::check_replaceable;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use sweep::options::{Keep, Options};
use sweep::slurm::{self, Request};
use trials::plan::Plan;
use trials::results::TrialStatus;
use trials::{reader, store};

const EXIT_CODES: &str = "Exit codes:
    0  done; trials that diverged are results too
    1  a trial failed, or the sweep could not continue, or a check found something
    2  the spec, a setting or the output folder is wrong; nothing was run
  130  stopped by a signal: Ctrl-C, termination, a closed terminal, a scheduler's warning; results so far are kept";

/// Sweeps over recurrent nets, their reports, and the checks of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    verbosity: commands::Verbosity,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train many nets in processes of their own, small ones side by side, and write tables and a report
    #[command(after_help = EXIT_CODES, args_conflicts_with_subcommands = true)]
    Sweep {
        #[command(subcommand)]
        command: Option<SweepCommand>,
        #[command(flatten)]
        arguments: Box<SweepArgs>,
    },
    /// Write a sweep's tables and report again from what is known of its trials
    Report {
        /// The sweep's folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Write the page alone, to this file, and nothing to the sweep's folder
        #[arg(long, value_name = "FILE.html")]
        out: Option<PathBuf>,
    },
    /// Run the sweeps of the memory suite, and write one page of all: tasks by cells, beside what is published
    #[command(after_help = EXIT_CODES)]
    Suite {
        /// Which of them, such as hs97; without a name all
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// A taste of each, in half a minute
        #[arg(long)]
        quick: bool,
        /// The folder to write to: a folder for each sweep, and report.html; what is there is continued [default: sweeps/suite, or
        /// sweeps/suite-quick]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Processes that run at the same time, each of which trains small nets side by side [default: one for each core]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        jobs: Option<u16>,
    },
    /// Check format, lints, docs and tests: what continuous integration runs
    Check,
    /// Test sweeps on a Slurm cluster of two nodes, which is started on this machine; needs root, slurm-wlm and munge
    SlurmTest,
    /// Build the programs for Windows and test them under Wine; needs wine, gcc-mingw-w64-x86-64 and the Rust target
    WindowsTest,
    /// Test the arithmetic with ARM's vector instructions, under QEMU; needs qemu-user, gcc-aarch64-linux-gnu and the Rust target
    ArmTest,
    /// Measure steps and the program, here and in other libraries, and write bench.csv, program.csv and bench.svg
    Bench(BenchArgs),
    /// Train nets of a sweep; ends when its standard input is closed
    #[command(hide = true)]
    Trial,
    /// Train a share of a sweep's nets, as a task of a Slurm job
    #[command(hide = true)]
    SlurmTask {
        /// The submission's folder
        place: PathBuf,
        trials_per_task: usize,
        task: usize,
        #[arg(long, value_enum)]
        keep: Keep,
    },
}

#[derive(Debug, Subcommand)]
enum SweepCommand {
    /// Tell how far a sweep is, from its files and from Slurm's queue
    Status {
        /// The sweep's folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
struct SweepArgs {
    /// What to vary: a file, or the name of one in xtask/sweeps, such as suite/hs97; without it, the built-in sweep over what a net
    /// must remember and the window
    #[arg(value_name = "SPEC")]
    spec: Option<PathBuf>,
    /// The folder to write to; a sweep that is there is continued [default: sweeps/NAME, or that of a sweep's own
    /// sweep.toml]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Begin again, replacing the sweep that is in the folder
    #[arg(long)]
    overwrite: bool,
    /// Print what would be run and about how long it would take, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Processes that run at the same time, each of which trains small nets side by side [default: one for each core]
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
    /// What runs the trials
    #[arg(long, value_name = "NAME", value_enum, default_value = "local")]
    engine: Engine,
    #[command(flatten)]
    slurm: Request,
}

/// What runs the trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// This machine
    Local,
    /// The cluster that sbatch submits to, on a file system that its nodes share with this machine
    Slurm,
}

impl SweepArgs {
    /// An option that is given and has no meaning for the engine.
    fn without_meaning(&self) -> Option<&'static str> {
        let Request { partition, time, sbatch, array_limit, trials_per_task, wait } = &self.slurm;
        let of_slurm = [
            ("--partition", partition.is_some()),
            ("--time", time.is_some()),
            ("--sbatch", !sbatch.is_empty()),
            ("--array-limit", array_limit.is_some()),
            ("--trials-per-task", trials_per_task.is_some()),
            ("--wait", *wait),
        ];
        let of_local = [("--jobs", self.jobs.is_some()), ("--fail-fast", self.fail_fast)];
        let given = if self.engine == Engine::Local { of_slurm.as_slice() } else { &of_local };
        given.iter().find(|(_, given)| *given).map(|(name, _)| *name)
    }
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
    let cli: Cli = match commands::parse(Cli::command(), std::env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    commands::start_logging(cli.verbosity);
    let code = match cli.command {
        Command::Sweep { command: Some(SweepCommand::Status { folder }), .. } => sweep::status::print(&folder),
        Command::Sweep { command: None, arguments } => sweep_command(&arguments),
        Command::Report { folder, out } => report_command(&folder, out.as_deref()),
        Command::Suite { names, quick, out, jobs } => suite_command(&names, quick, out, jobs),
        Command::Check => check::run(),
        Command::SlurmTest => check::slurm(),
        Command::WindowsTest => check::windows(),
        Command::ArmTest => check::arm(),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Trial => sweep::trial::run(),
        Command::SlurmTask { place, trials_per_task, task, keep } => {
            sweep::slurm::task(&place, trials_per_task, task, keep)
        }
    };
    ExitCode::from(code.unwrap_or_else(|error| commands::report(&error, error.exit_code())))
}

fn sweep_command(arguments: &SweepArgs) -> Result<u8, Error> {
    if let Some(option) = arguments.without_meaning() {
        let other = if arguments.engine == Engine::Local { "slurm" } else { "local" };
        return Err(Error::Refused { problem: format!("{option} has a meaning for --engine {other} alone") });
    }
    let own = arguments.spec.as_deref().and_then(store::folder_of_spec);
    let mut spec = match (&arguments.spec, &own) {
        (Some(path), Some(folder)) => store::found(reader::read(path)?, folder)?,
        (Some(path), None) => reader::read(path)?,
        (None, _) => reader::built_in()?,
    };
    spec.skip_invalid |= arguments.skip_invalid;
    let plan = Plan::new(spec)?;
    if arguments.keep == Keep::Best && !plan.has_one_task {
        let problem = "--keep best keeps the best trial by the objective, and trials of different tasks are not compared: it must be all or none";
        return Err(Error::Refused { problem: problem.to_owned() });
    }
    let folder = arguments.out.clone().or(own).unwrap_or_else(|| PathBuf::from("sweeps").join(&plan.spec.name));
    let jobs = processes(arguments.jobs);
    let status = |retry: &Retry| match retry {
        Retry::Failed => TrialStatus::Failed,
        Retry::TimedOut => TrialStatus::TimedOut,
    };
    let retry = arguments.retry.iter().map(status).collect();
    let options =
        Options { jobs, overwrite: arguments.overwrite, fail_fast: arguments.fail_fast, retry, keep: arguments.keep };
    let of = Sweep { plan: &plan, folder: &folder };
    match (arguments.engine, arguments.dry_run) {
        (Engine::Local, false) => sweep::local::run(of, &options).map(|(code, _)| code),
        (Engine::Local, true) => sweep::dry_run::run(of, &options),
        (Engine::Slurm, false) => slurm::submit(of, &options, &arguments.slurm),
        (Engine::Slurm, true) => slurm::dry_run(of, &options, &arguments.slurm),
    }
}

fn suite_command(names: &[String], quick: bool, out: Option<PathBuf>, jobs: Option<u16>) -> Result<u8, Error> {
    let out = out.unwrap_or_else(|| PathBuf::from(if quick { "sweeps/suite-quick" } else { "sweeps/suite" }));
    let keep = Keep::None;
    let options = Options { jobs: processes(jobs), overwrite: false, fail_fast: false, retry: Vec::new(), keep };
    sweep::suite::run(names, quick, &out, &options)
}

/// How many processes run at the same time: so many, or one for each core.
fn processes(jobs: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    jobs.map_or_else(cores, usize::from)
}

fn report_command(folder: &Path, out: Option<&Path>) -> Result<u8, Error> {
    out.map_or(Ok(()), |out| check_replaceable(out, page::BEGIN, page::KIND))?;
    store::check_is_sweep(folder)?;
    let plan = store::read_plan(folder)?;
    let of = Sweep { plan: &plan, folder };
    if let Some(file) = out {
        sweep::write_page(of, store::latest(of, false)?, store::is_busy(folder), file)?;
        return Ok(exit_code::DONE);
    }
    let _tables = store::lock_tables(folder)?;
    let latest = store::latest(of, false)?;
    store::check_nothing_is_lost(folder)?;
    let rows = sweep::finish(of, latest, store::is_busy(folder))?;
    sweep::print_outcome(of, &rows);
    Ok(exit_code::DONE)
}
