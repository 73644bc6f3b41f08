//! What is told on standard error: log lines and errors, in which no text from a file or a name reaches the terminal as it
//! is.

use crate::commands::arguments::Verbosity;
use crate::commands::held::Diagnostics;
use crate::commands::terminal::has_colours;
use chart_kit::text::printable;
use std::io::Write;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates whose log lines are the program's. What libraries log is only shown where `RUST_LOG` asks for it.
const OWN: [&str; 4] = ["rnn_train", "rnn_core", "echo_data", "xtask"];
const RUST_LOG: &str = "RUST_LOG";

/// Tells of an error on standard error, in one line, and hands the exit code on.
pub fn report(error: &impl std::fmt::Display, code: u8) -> u8 {
    // Nothing is left to do if even that cannot be said.
    let _ = writeln!(std::io::stderr(), "error: {}", printable(error));
    code
}

/// Starts log lines on standard error.
pub fn start_logging(verbosity: Verbosity) {
    let level = [LevelFilter::INFO, LevelFilter::DEBUG, LevelFilter::TRACE][usize::from(verbosity.verbose.min(2))];
    let own = || Targets::new().with_targets(OWN.map(|name| (name, level)));
    let asked = std::env::var_os(RUST_LOG).filter(|asked| !asked.is_empty());
    let (filter, problem) = match asked.as_ref().map(|asked| targets(&asked.to_string_lossy())) {
        None => (own(), None),
        Some(Ok(filter)) => (filter, None),
        Some(Err(problem)) => (own(), Some(problem)),
    };
    let format = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(|| Diagnostics);
    let format = format.with_ansi(has_colours(&std::io::stderr())).fmt_fields(format::debug_fn(write_field));
    // A reader that went away or a full disk ends no run: what cannot be told is not told.
    let format = format.log_internal_errors(false);
    // It is only refused where the host program has started its own.
    let _ = format.without_time().with_target(false).finish().with(filter).try_init();
    if let (Some(problem), Some(asked)) = (problem, asked) {
        tracing::warn!("{RUST_LOG} is `{}`, which is ignored: {problem}", asked.display());
    }
}

/// The levels of targets that are asked for, such as `warn` or `rnn_core=debug,info`; or what is wrong.
fn targets(asked: &str) -> Result<Targets, String> {
    if asked.contains(['[', '{']) {
        return Err("spans and fields are not known here, only targets and levels".to_owned());
    }
    asked.parse().map_err(|problem: tracing_subscriber::filter::ParseError| problem.to_string())
}

/// Writes a field of a log line: the message, or what a library gives beside it.
fn write_field(
    writer: &mut format::Writer<'_>,
    field: &tracing::field::Field,
    value: &dyn std::fmt::Debug,
) -> std::fmt::Result {
    let text = printable(format_args!("{value:?}"));
    match field.name() {
        "message" => write!(writer, "{text}"),
        // Where the line comes from.
        name if name.starts_with("log.") => Ok(()),
        name => write!(writer, " {name}={text}"),
    }
}
