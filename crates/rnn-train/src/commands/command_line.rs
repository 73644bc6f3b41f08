//! Reads a command line. What is wrong with one is said in one line, with the name that was most likely meant.

use crate::commands::diagnostics::report;
use crate::exit_code;
use crate::settings::synonyms::nearest;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, FromArgMatches};
use std::ffi::OsString;
use std::process::ExitCode;

/// Parses the arguments, the first of which is the program's name. Help goes to standard output, and an error becomes
/// one line on standard error.
///
/// # Errors
/// The exit code, when there is nothing more to do.
pub fn parse<P: FromArgMatches>(
    command: Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<P, ExitCode> {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let parsed = command.clone().try_get_matches_from(&arguments);
    let parsed = parsed.and_then(|matches| P::from_arg_matches(&matches));
    parsed.map_err(|mut error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Nothing is left to do if the help cannot be printed.
            let _ = error.print();
            ExitCode::from(if error.use_stderr() { exit_code::BAD_INPUT } else { exit_code::DONE })
        }
        _ => {
            suggest(&mut error, called(&command, &arguments));
            ExitCode::from(report(&one_line(&error.to_string()), exit_code::BAD_INPUT))
        }
    })
}

/// The subcommand that is called, or the command itself.
fn called<'a>(command: &'a Command, arguments: &[OsString]) -> &'a Command {
    let names = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    names.fold(command, |command, name| command.find_subcommand(name).unwrap_or(command))
}

/// Puts the name that was most likely meant into an error about one that is unknown.
fn suggest(error: &mut clap::Error, command: &Command) {
    let text = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let flags: Vec<_> = command.get_arguments().filter(|argument| !argument.is_hide_set()).collect();
            let flags = flags.iter().filter_map(|argument| argument.get_long());
            let given = text(error, ContextKind::InvalidArg).filter(|given| given.starts_with("--"));
            if let Some(name) = given.and_then(|given| nearest(&given, flags)) {
                error.insert(ContextKind::SuggestedArg, ContextValue::String(format!("--{name}")));
                // How such a name is given as a value is of no use beside it.
                error.remove(ContextKind::Suggested);
            }
        }
        ErrorKind::InvalidSubcommand => {
            let names = command.get_subcommands().filter(|command| !command.is_hide_set()).map(Command::get_name);
            let given = text(error, ContextKind::InvalidSubcommand);
            if let Some(name) = given.and_then(|given| nearest(&given, names)) {
                error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![name.to_owned()]));
                error.remove(ContextKind::Suggested);
            }
        }
        ErrorKind::InvalidValue => {
            let given = text(error, ContextKind::InvalidValue);
            let Some(ContextValue::Strings(names)) = error.get(ContextKind::ValidValue).cloned() else { return };
            if let Some(name) = given.and_then(|given| nearest(&given, names.iter().map(String::as_str))) {
                error.insert(ContextKind::SuggestedValue, ContextValue::String(name.to_owned()));
            }
        }
        _ => {}
    }
}

/// The first paragraph of clap's message and its tip, without the usage that follows.
fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    let kept: Vec<_> = lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more")).collect();
    kept.join(" ").trim_start_matches("error: ").replace(" tip: ", "; ")
}
