//! What can be given on the command line: a command, its flags, and what help says of them.

use super::shows::{Draws, More, Shows};
use crate::settings::flags::Flags;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(crate) const EXIT_CODES: &str = "Exit codes:
    0  done
    1  failed after the run had begun, for instance because the disk is full
    2  a setting, a given file or the output folder is wrong; nothing was run
    3  the loss, its gradient or an answer became NaN or infinite; results so far are kept
  130  stopped by a signal: Ctrl-C, termination, a closed terminal, a scheduler's warning; results so far are kept";

/// Trains small recurrent nets on tasks of memory.
#[derive(Debug, Parser)]
#[command(name = "rnn-train", version, after_help = EXIT_CODES)]
pub(super) struct Cli<S: Shows, D: Draws, M: More> {
    #[command(flatten)]
    pub(super) verbosity: Verbosity,
    #[command(subcommand)]
    pub(super) command: Command<S, D, M>,
}

/// How much is told on standard error.
#[derive(Debug, Clone, Copy, Args)]
pub struct Verbosity {
    /// Show more log lines on standard error; twice for all. RUST_LOG overrides it
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
}

/// The commands: those that need no pictures, and more that a program adds.
#[derive(Debug, Subcommand)]
pub(super) enum Command<S: Shows, D: Draws, M: More> {
    /// Train a net and write metrics, weights and pictures to a folder
    #[command(after_help = EXIT_CODES)]
    Run(RunArgs<S>),
    /// Continue a run that was stopped or killed, to its end, or give a run more epochs
    #[command(after_help = EXIT_CODES)]
    Resume(ResumeArgs<S>),
    #[command(flatten)]
    More(M),
    /// Read a series of inputs and write a saved net's answers, row by row
    #[command(after_help = EXIT_CODES)]
    Predict(PredictArgs),
    /// Forecast the rows that follow a CSV file or an array, or rows at its end that are held out
    #[command(after_help = EXIT_CODES)]
    Forecast(ForecastArgs<D>),
    /// Write text with a net that was trained on one
    #[command(after_help = EXIT_CODES)]
    Sample(SampleArgs),
    /// Score saved weights on fresh series, or on given ones
    #[command(after_help = EXIT_CODES)]
    Eval(EvalArgs),
}

#[derive(Debug, Args)]
pub(super) struct RunArgs<S: Args> {
    /// The folder to write to; it must be empty or not exist yet
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub(super) overwrite: bool,
    /// Read settings from a TOML file; flags override it
    #[arg(long, value_name = "FILE.toml")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) training: Training<S>,
    #[command(flatten)]
    pub(super) settings: Flags,
}

/// How a training is made and shown. No settings, because what is trained does not depend on them.
#[derive(Debug, Args)]
pub(super) struct Training<S: Args> {
    #[command(flatten)]
    pub(super) shows: S,
    #[command(flatten)]
    pub(super) threads: Threads,
}

/// How many threads to train in. No setting, because what comes out does not depend on it.
#[derive(Debug, Args)]
pub(super) struct Threads {
    /// Most threads that a training step uses; results do not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
}

impl Threads {
    pub(super) fn count(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.map_or_else(cores, usize::from)
    }
}

#[derive(Debug, Args)]
pub(super) struct ResumeArgs<S: Args> {
    /// The run's folder
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
    /// Train so many epochs in all: a run that is done continues if there are more than it has had
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) num_epochs: Option<i64>,
    #[command(flatten)]
    pub(super) training: Training<S>,
}

#[derive(Debug, Args)]
pub(super) struct PredictArgs {
    /// The weights of the net
    #[arg(long, value_name = "FILE.safetensors")]
    pub(super) model: PathBuf,
    /// Go on from the state in this file, if it is there, and write the state after the last row to it
    #[arg(long, value_name = "FILE.safetensors")]
    pub(super) state: Option<PathBuf>,
    /// CSV with a column `input`, or the columns that the net was trained on; standard input if it is not given, or is -
    #[arg(value_name = "FILE.csv")]
    pub(super) input: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ForecastArgs<D: Args> {
    /// The weights of the net
    #[arg(value_name = "MODEL.safetensors")]
    pub(super) model: PathBuf,
    /// The series to go on with, with the columns that the net was trained on
    #[arg(value_name = "DATA.csv")]
    pub(super) data: PathBuf,
    /// How many rows to forecast [default: those that are held out, or else 12]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) steps: Option<i64>,
    /// Hold out so many rows at the file's end: forecast them from those before, and compare
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) holdout: Option<i64>,
    #[command(flatten)]
    pub(super) draws: D,
}

#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    /// The weights of the net
    #[arg(value_name = "MODEL.safetensors")]
    pub(super) model: PathBuf,
    /// What the text begins with
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(super) prompt: String,
    /// How many symbols to write behind it
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub(super) length: u64,
    /// Below 1 likely symbols become likelier; at 0 the likeliest is always taken
    #[arg(long, value_name = "X", default_value_t = 1.0, allow_negative_numbers = true)]
    pub(super) temperature: f64,
    /// The seed that symbols are drawn from
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
}

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// The weights to score, on the task that their file says they were trained for
    #[arg(long, value_name = "FILE.safetensors")]
    pub(super) model: PathBuf,
    /// How scores are printed
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    pub(super) format: Format,
    /// Read settings from a TOML file, such as the run's config.toml; flags override it
    #[arg(long, value_name = "FILE.toml")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) settings: Flags,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Format {
    /// A sentence for each series
    #[default]
    Text,
    /// A JSON object a line for each series
    Json,
    /// A table with a header and a row for each series
    Csv,
}
