//! What can be given on the command line: a command, its flags, and what help says of them.

use crate::settings::flags::Flags;
use crate::view::live::Pace;
use crate::view::palette::Colours;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "Exit codes:
    0  done
    1  failed after the run had begun, for instance because the disk is full
    2  a setting, a given file or the output folder is wrong; nothing was run
    3  the loss, its gradient or an answer became NaN or infinite; results so far are kept
  130  stopped by a signal: Ctrl-C, termination, a closed terminal, a scheduler's warning; results so far are kept";

/// Trains small recurrent nets to repeat their input some steps later.
#[derive(Debug, Parser)]
#[command(name = "rnn-train", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How much is told on standard error.
#[derive(Debug, Clone, Copy, Args)]
pub struct Verbosity {
    /// Show more log lines on standard error; twice for all. RUST_LOG overrides it
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train a net and write metrics, weights and pictures to a folder
    #[command(after_help = EXIT_CODES)]
    Run(RunArgs),
    /// Continue a run that was stopped or killed, to its end, or give a run more epochs
    #[command(after_help = EXIT_CODES)]
    Resume(ResumeArgs),
    /// Replay a run in the terminal, from what it recorded
    #[command(after_help = EXIT_CODES)]
    Replay(ReplayArgs),
    /// Draw a run as an animated GIF: how its loss falls and its answers become right
    #[command(after_help = EXIT_CODES)]
    Animate(AnimateArgs),
    /// Write a page about a run: its curves, the net's answers during training, and why the loss has spikes
    #[command(after_help = EXIT_CODES)]
    Report(ReportArgs),
    /// Read a series of inputs and write a saved net's answers, row by row
    #[command(after_help = EXIT_CODES)]
    Predict(PredictArgs),
    /// Score saved weights on fresh series, or on given ones
    #[command(after_help = EXIT_CODES)]
    Eval(EvalArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The folder to write to; it must be empty or not exist yet
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Read settings from a TOML file; flags override it
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) training: Training,
    #[command(flatten)]
    pub(crate) settings: Flags,
}

/// How a training is shown and made. No settings, because what is trained does not depend on them.
#[derive(Debug, Args)]
pub(crate) struct Training {
    /// Draw no pictures, and record nothing for a replay
    #[arg(long)]
    pub(crate) no_figure: bool,
    #[command(flatten)]
    pub(crate) live: Live,
    #[command(flatten)]
    pub(crate) coloured: Coloured,
    #[command(flatten)]
    pub(crate) threads: Threads,
}

/// The colours of pictures. No setting, because what is trained does not depend on them.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Coloured {
    /// The colours of pictures
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    pub(crate) colours: Colours,
}

/// Whether and how a run is shown. No setting, because what is trained does not depend on it.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Live {
    /// Show the training on a screen in the terminal
    #[arg(long)]
    pub(crate) live: bool,
    /// With --live: windows a second, or max for full speed; keys change it [default: 50]
    #[arg(long, value_name = "P|max", requires = "live", allow_negative_numbers = true)]
    pub(crate) pace: Option<Pace>,
}

/// How many threads to train in. No setting, because what comes out does not depend on it.
#[derive(Debug, Args)]
pub(crate) struct Threads {
    /// Most threads that a training step uses; results do not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

impl Threads {
    pub(crate) fn count(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.map_or_else(cores, usize::from)
    }
}

#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The run's folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Train so many epochs in all: a run that is done continues if there are more than it has had
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) num_epochs: Option<i64>,
    #[command(flatten)]
    pub(crate) training: Training,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The run's folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Snapshots a second, or max for full speed; keys change it [default: 8]
    #[arg(long, value_name = "P|max", allow_negative_numbers = true)]
    pub(crate) pace: Option<Pace>,
    #[command(flatten)]
    pub(crate) coloured: Coloured,
}

#[derive(Debug, Args)]
pub(crate) struct AnimateArgs {
    /// The run's folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The file to write [default: animation.gif in the run's folder]
    #[arg(long, value_name = "FILE.gif")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) coloured: Coloured,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The run's folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The file to write [default: report.html in the run's folder]
    #[arg(long, value_name = "FILE.html")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) coloured: Coloured,
}

#[derive(Debug, Args)]
pub(crate) struct PredictArgs {
    /// The weights of the net
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) model: PathBuf,
    /// CSV with a column `input`; standard input if it is not given, or is -
    #[arg(value_name = "FILE.csv")]
    pub(crate) input: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// The weights to score, on the task that their file says they were trained for
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) model: PathBuf,
    /// How scores are printed
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    pub(crate) format: Format,
    /// Read settings from a TOML file, such as the run's config.toml; flags override it
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Flags,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Format {
    /// A sentence for each series
    #[default]
    Text,
    /// A JSON object a line for each series
    Json,
    /// A table with a header and a row for each series
    Csv,
}
