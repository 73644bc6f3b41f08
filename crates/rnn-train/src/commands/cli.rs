//! The command line: what is done with what is given.

use super::arguments::{
    Cli, Command, EvalArgs, ForecastArgs, Format, PredictArgs, ResumeArgs, RunArgs, SampleArgs, Training,
};
use super::command_line::parse;
use super::diagnostics::{report, start_logging};
use super::shows::{Draws, More, Shows};
use crate::error::{Error, SettingError};
use crate::exit_code;
use crate::outputs::data_file;
use crate::outputs::files;
use crate::outputs::rows::EpochRow;
use crate::outputs::status::{State, Status};
use crate::outputs::table::read_rows;
use crate::settings::layers::Layer;
use crate::settings::table::Settings;
use crate::training::evaluate::{Evaluation, Scoring, evaluate};
use crate::training::forecast::{Asked, forecast};
use crate::training::options::Options;
use crate::training::predict::{Input, predict};
use crate::training::run;
use crate::training::sample::{Sampling, sample};
use crate::training::verdict::{Verdict, verdict};
use chart_kit::text::{count, printable, printable_json};
use clap::CommandFactory;
use serde::Serialize;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// The settings that have no meaning without training. A file may have them, the command line not.
fn of_training() -> impl Iterator<Item = &'static str> {
    Settings::rows().iter().filter(|row| row.trains).map(|row| row.name)
}

/// Runs the program with these arguments, the first of which is its name, and returns its exit code. Trainings are shown as `S`
/// has it, forecasts are drawn as `D` has it, and the commands of `M` are added.
pub fn main<S: Shows, D: Draws, M: More>(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = Cli::<S, D, M>::command().mut_subcommand("eval", |eval| {
        of_training().fold(eval, |eval, name| eval.mut_arg(name, |argument| argument.hide(true)))
    });
    let cli: Cli<S, D, M> = match parse(command, arguments) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    start_logging(cli.verbosity);
    let code = match &cli.command {
        Command::Run(arguments) => run_command(arguments),
        Command::Resume(arguments) => resume_command(arguments),
        Command::More(command) => command.run(),
        Command::Predict(arguments) => predict_command(arguments),
        Command::Forecast(arguments) => forecast_command(arguments),
        Command::Sample(arguments) => sample_command(arguments),
        Command::Eval(arguments) => eval_command(arguments),
    };
    ExitCode::from(code.unwrap_or_else(|error| report(&error, error.exit_code())))
}

fn config_layer(config: Option<&Path>) -> Result<Layer, Error> {
    config.map_or_else(|| Ok(Layer::default()), Layer::from_toml_file)
}

fn run_command<S: Shows>(arguments: &RunArgs<S>) -> Result<u8, Error> {
    let RunArgs { out, overwrite, config, training, settings } = arguments;
    let settings = config_layer(config.as_deref())?.overlaid(&settings.to_layer()?).resolve()?;
    tracing::debug!("{settings:?}");
    let Training { shows, threads } = training;
    let options = Options { overwrite: *overwrite, threads: threads.count(), ..Options::default() };
    let status = shows.shown(|watch, stop| run::run(&settings, out, options, watch, stop))?;
    Ok(tell(&status, out))
}

fn resume_command<S: Shows>(arguments: &ResumeArgs<S>) -> Result<u8, Error> {
    let ResumeArgs { folder, num_epochs, training } = arguments;
    let Training { shows, threads } = training;
    let options = Options { num_epochs: *num_epochs, threads: threads.count(), ..Options::default() };
    let status = shows.shown(|watch, stop| run::resume(folder, options, watch, stop))?;
    Ok(tell(&status, folder))
}

/// Tells how a run ended, and returns the exit code.
fn tell(status: &Status, out: &Path) -> u8 {
    let shown = out.display();
    match status.status {
        State::Done => tell_verdict(status, out),
        State::Interrupted => {
            tracing::warn!("stopped after {}: `rnn-train resume {shown}` continues", count(status.steps, "step"));
        }
        _ => tracing::warn!(
            "stopped after {}: results so far are in {shown}; `rnn-train report {shown}` shows them",
            count(status.steps, "step")
        ),
    }
    if let Some(error) = &status.error {
        report(error, status.status.exit_code());
    }
    status.status.exit_code()
}

/// Tells what a run that is done has come to, and how to look at it.
fn tell_verdict(status: &Status, out: &Path) {
    let shown = out.display();
    let config = Layer::from_toml_file(&out.join(files::CONFIG));
    let settings = config.and_then(|config| data_file::read(config.resolve()?, out));
    let judged =
        settings.and_then(|settings| Ok(verdict(&settings, status, &read_rows::<EpochRow>(&out.join(files::EPOCHS))?)));
    match judged {
        Ok(Verdict { is_bad, sentences }) => {
            if is_bad {
                tracing::warn!("the run is done, into {shown}, but the net has learned nothing");
            } else {
                tracing::info!("done: {shown}");
            }
            sentences.iter().for_each(|sentence| tracing::info!("{sentence}"));
        }
        // The run is done all the same.
        Err(error) => tracing::warn!("done: {shown}, of which this cannot be read: {error}"),
    }
    tracing::info!("`rnn-train report {shown}` writes a page about it");
}

fn predict_command(arguments: &PredictArgs) -> Result<u8, Error> {
    let PredictArgs { model, state, input } = arguments;
    let state = state.as_deref();
    let output = std::io::stdout().lock();
    let predicted = match input.as_deref().filter(|path| *path != Path::new("-")) {
        None => {
            let reader = std::io::stdin().lock();
            predict(model, state, Input { reader, name: "standard input".to_owned() }, output)
        }
        Some(path) => {
            let reader = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
            predict(model, state, Input { reader, name: path.display().to_string() }, output)
        }
    };
    match predicted {
        // Its reader wants no more.
        Err(Error::Write { source, .. }) if source.kind() == ErrorKind::BrokenPipe => {
            // Nobody knows which rows it took, so there is no row that the next call could go on from.
            if let Some(state) = state {
                tracing::warn!("standard output was closed before the last row: {} stays as it was", state.display());
            }
            Ok(exit_code::DONE)
        }
        other => other.map(|()| exit_code::DONE),
    }
}

fn forecast_command<D: Draws>(arguments: &ForecastArgs<D>) -> Result<u8, Error> {
    let ForecastArgs { model, data, steps, holdout, draws } = arguments;
    let asked = Asked { steps: *steps, holdout: *holdout };
    let forecast = draws.drawn(|| forecast(model, data, asked))?;
    forecast.sentences().iter().for_each(|sentence| tracing::info!("{sentence}"));
    match forecast.write_csv(&mut std::io::stdout().lock()) {
        // Its reader wants no more.
        Err(Error::Write { source, .. }) if source.kind() == ErrorKind::BrokenPipe => Ok(exit_code::DONE),
        other => other.map(|()| exit_code::DONE),
    }
}

fn sample_command(arguments: &SampleArgs) -> Result<u8, Error> {
    let SampleArgs { model, prompt, length, temperature, seed } = arguments;
    let sampling = Sampling { prompt: prompt.clone(), length: *length, temperature: *temperature, seed: *seed };
    let mut output = std::io::stdout().lock();
    let on_terminal = output.is_terminal();
    let mut write = |symbol: &[u8]| {
        // A terminal obeys some characters; it is given their names.
        let shown = if on_terminal { on_lines(&String::from_utf8_lossy(symbol)).into_bytes() } else { symbol.to_vec() };
        match output.write_all(&shown).and_then(|()| output.flush()) {
            Ok(()) => Ok(true),
            // Its reader wants no more.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(source) => Err(Error::Write { path: "standard output".into(), source }),
        }
    };
    sample(model, &sampling, &mut write)?;
    if on_terminal {
        write(b"\n")?;
    }
    Ok(exit_code::DONE)
}

/// Text whose lines stay, and of which all else that a terminal would obey is escaped.
fn on_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

fn eval_command(arguments: &EvalArgs) -> Result<u8, Error> {
    let EvalArgs { model, format, config, settings } = arguments;
    let flags = settings.to_layer()?;
    if let Some(name) = flags.values().keys().find(|name| of_training().any(|of_training| of_training == *name)) {
        return Err(SettingError::no_effect(name, "in eval, which does not train").into());
    }
    let scoring = Scoring::of(model, &config_layer(config.as_deref())?.overlaid(&flags))?;
    let evaluations = evaluate(&scoring, model)?;
    tracing::info!("scored: {}", scoring.in_words());
    let lines = match format {
        Format::Text => evaluations.iter().map(ToString::to_string).collect(),
        Format::Json => {
            let line = |evaluation| Ok(printable_json(serde_json::to_string(evaluation)?));
            evaluations.iter().map(line).collect::<Result<_, serde_json::Error>>().map_err(unprinted)?
        }
        Format::Csv => csv_lines(&evaluations).map_err(unprinted)?,
    };
    lines.iter().try_for_each(|line: &String| print(line))?;
    let diverged = evaluations.iter().find(|evaluation| !evaluation.scores.loss.is_finite());
    let problem = diverged.map(|evaluation| format!("{}: the loss is {}", evaluation.name(), evaluation.scores.loss));
    Ok(problem.map_or(exit_code::DONE, |problem| report(&problem, exit_code::DIVERGED)))
}

/// A table with a header, each of whose rows is a line, also where a name in it has several.
fn csv_lines(evaluations: &[Evaluation]) -> Result<Vec<String>, csv::Error> {
    let all: Vec<_> = evaluations.iter().map(Evaluation::cells).collect();
    let header = all.first().map(|cells| csv_line(cells.iter().map(|(name, _)| *name)));
    let rows = all.iter().map(|cells| csv_line(cells.iter().map(|(_, cell)| cell)));
    header.into_iter().chain(rows).collect()
}

fn csv_line(cells: impl Iterator<Item = impl Serialize>) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.serialize(cells.collect::<Vec<_>>())?;
    let text = table.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(printable(String::from_utf8_lossy(&text).trim_end_matches('\n')))
}

fn unprinted(error: impl Into<std::io::Error>) -> Error {
    Error::Write { path: "standard output".into(), source: error.into() }
}

/// Prints a result, which may go to a reader that wants no more, but must not be lost otherwise. Of its lines all that a
/// terminal would obey is escaped.
///
/// # Errors
/// [`Error::Write`] where standard output cannot be written to.
pub fn print(text: &str) -> Result<(), Error> {
    let lines: Vec<_> = text.lines().map(printable).collect();
    match writeln!(std::io::stdout(), "{}", lines.join("\n")) {
        Err(source) if source.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Write { path: "standard output".into(), source })
        }
        _ => Ok(()),
    }
}
