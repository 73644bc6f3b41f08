//! The commands that show runs, and the flags that say how a training is shown and a forecast is drawn.

use super::drawing::Drawing;
use super::live::{self, Pace};
use super::palette::Colours;
use super::{pictures, report};
use crate::commands::{Console, Draws, EXIT_CODES, More, Shows, stop_on_signal};
use crate::error::Error;
use crate::exit_code;
use crate::outputs::files::ANIMATION;
use crate::outputs::status::Status;
use crate::training::forecast::SeriesForecast;
use crate::training::watch::Watch;
use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

/// Runs the program with these arguments, the first of which is its name, and returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    crate::commands::main::<Showing, Figure, ShowCommand>(arguments)
}

/// How a training is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Showing {
    /// Draw no pictures, and record nothing for a replay
    #[arg(long)]
    no_figure: bool,
    /// Show the training on a screen in the terminal
    #[arg(long)]
    live: bool,
    /// With --live: windows a second, or max for full speed; keys change it [default: 50]
    #[arg(long, value_name = "P|max", requires = "live", allow_negative_numbers = true)]
    pace: Option<Pace>,
    #[command(flatten)]
    coloured: Coloured,
}

/// The colours of pictures.
#[derive(Debug, Clone, Copy, Args)]
struct Coloured {
    /// The colours of pictures
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    colours: Colours,
}

impl Shows for Showing {
    fn shown<T>(&self, train: T) -> Result<Status, Error>
    where
        T: FnOnce(&mut dyn Watch, &AtomicBool) -> Result<Status, Error>,
    {
        let Self { no_figure, live, pace, coloured: Coloured { colours } } = *self;
        let train = |watch: &mut dyn Watch, stop: &AtomicBool| {
            if no_figure { train(watch, stop) } else { train(&mut Drawing::new(watch, colours), stop) }
        };
        let unfit = live::unfit().filter(|_| live);
        if let Some(why) = unfit {
            tracing::warn!("{why}: progress is printed line by line instead");
        }
        if live && unfit.is_none() {
            live::watch(pace.unwrap_or(live::OF_TRAINING), colours, train)
        } else {
            train(&mut Console::new(), &stop_on_signal())
        }
    }
}

/// How a forecast is drawn.
#[derive(Debug, Clone, Args)]
pub struct Figure {
    /// Draw the past, the forecast and, where rows are held out, the truth as a picture
    #[arg(long, value_name = "FILE.svg|FILE.png")]
    figure: Option<PathBuf>,
    /// The colours of the picture
    #[arg(long, value_enum, value_name = "NAME", default_value_t, requires = "figure")]
    colours: Colours,
}

impl Draws for Figure {
    fn drawn<F>(&self, forecast: F) -> Result<SeriesForecast, Error>
    where
        F: FnOnce() -> Result<SeriesForecast, Error>,
    {
        let file = self.figure.as_deref().map(pictures::PictureFile::new).transpose()?;
        let forecast = forecast()?;
        if let Some((file, path)) = file.zip(self.figure.as_ref()) {
            file.write(&pictures::forecast(&forecast, self.colours.palette())?)?;
            tracing::info!("drawn: {}", path.display());
        }
        Ok(forecast)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum ShowCommand {
    /// Replay a run in the terminal, from what it recorded
    #[command(after_help = EXIT_CODES)]
    Replay(ReplayArgs),
    /// Draw a run as an animated GIF: how its loss falls and its answers become right
    #[command(after_help = EXIT_CODES)]
    Animate(AnimateArgs),
    /// Write a page about a run: its curves, the net's answers during training, and why the loss has spikes
    #[command(after_help = EXIT_CODES)]
    Report(ReportArgs),
}

/// What `replay` is given.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The run's folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Snapshots a second, or max for full speed; keys change it [default: 8]
    #[arg(long, value_name = "P|max", allow_negative_numbers = true)]
    pace: Option<Pace>,
    #[command(flatten)]
    coloured: Coloured,
}

/// What `animate` is given.
#[derive(Debug, Args)]
pub struct AnimateArgs {
    /// The run's folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The file to write [default: animation.gif in the run's folder]
    #[arg(long, value_name = "FILE.gif")]
    out: Option<PathBuf>,
    #[command(flatten)]
    coloured: Coloured,
}

/// What `report` is given.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The run's folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The file to write [default: report.html in the run's folder]
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    #[command(flatten)]
    coloured: Coloured,
}

impl More for ShowCommand {
    fn run(&self) -> Result<u8, Error> {
        match self {
            Self::Replay(ReplayArgs { folder, pace, coloured }) => {
                live::replay(folder, pace.unwrap_or(live::OF_REPLAY), coloured.colours)
            }
            Self::Animate(arguments) => animate(arguments),
            Self::Report(ReportArgs { folder, out, coloured }) => {
                let path = report::write(folder, out.as_deref(), coloured.colours)?;
                tracing::info!("done: {}", path.display());
                Ok(exit_code::DONE)
            }
        }
    }
}

fn animate(AnimateArgs { folder, out, coloured }: &AnimateArgs) -> Result<u8, Error> {
    let file = out.clone().unwrap_or_else(|| folder.join(ANIMATION));
    // It shows itself on a terminal alone.
    let bar = ProgressBar::new(0);
    pictures::animate(folder, &file, coloured.colours, |done, frames| {
        bar.set_length(frames as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    tracing::info!("drawn: {}", file.display());
    Ok(exit_code::DONE)
}
