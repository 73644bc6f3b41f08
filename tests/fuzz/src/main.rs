//! Gives the readers of files changed files without end: none may panic, and each error is one line.
//!
//! An input follows from the target, the seed and its number alone, so a run can be repeated from where it failed. An input
//! that fails is written to `regressions/`, whose files are read at the beginning of every run.

mod mutate;
mod targets;

use clap::Parser;
use mutate::Mutator;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use targets::{TARGETS, Target};

/// Gives the readers of files changed files, and fails if one panics.
#[derive(Debug, Parser)]
struct Arguments {
    /// What is to read them: settings, series, texts, tables, arrays, weights, states, checkpoints [default: each in turn]
    targets: Vec<String>,
    /// Stop after so many inputs for each target [default: without end]
    #[arg(long, value_name = "N")]
    inputs: Option<u64>,
    /// Stop after so many seconds for each target [default: without end]
    #[arg(long, value_name = "S")]
    seconds: Option<u64>,
    /// What the changes are drawn from
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Begin with the input of this number
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
}

/// How often it is said how many inputs there were.
const EVERY: u64 = 100_000;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    if let Some(unknown) = arguments.targets.iter().find(|name| !known.contains(&name.as_str())) {
        say(&format!("there is no target {unknown:?}: the targets are {}", known.join(", ")));
        return ExitCode::from(2);
    }
    let asked =
        |target: &&Target| arguments.targets.is_empty() || arguments.targets.iter().any(|name| name == target.name);
    let failed = TARGETS.iter().filter(asked).filter(|target| !run(target, &arguments)).count();
    ExitCode::from(u8::from(failed > 0))
}

fn say(line: &str) {
    // Nothing is left to do where nobody reads it.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Whether a target reads all inputs.
fn run(target: &Target, arguments: &Arguments) -> bool {
    let mut read = (target.reader)();
    let seeds = seeds(target);
    for (name, bytes) in &seeds {
        if !passes(&mut read, bytes) {
            say(&format!("{}: {name} fails", target.name));
            return false;
        }
    }
    let whole: Vec<Vec<u8>> = seeds.into_iter().map(|(_, bytes)| bytes).collect();
    let begun = Instant::now();
    let last = arguments.inputs.map_or(u64::MAX, |inputs| arguments.from.saturating_add(inputs));
    let limit = arguments.seconds.map(Duration::from_secs);
    let mut number = arguments.from;
    while number < last && limit.is_none_or(|limit| begun.elapsed() < limit) {
        let input = Mutator::new(arguments.seed, number).changed(&whole, target.words);
        if !passes(&mut read, &input) {
            let path = folder().join("regressions").join(target.name).join(format!("{}-{number}", arguments.seed));
            let written =
                path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, &input));
            let kept = written.map_or_else(|error| error.to_string(), |()| path.display().to_string());
            say(&format!("{}: input {number} of seed {} fails: {kept}", target.name, arguments.seed));
            return false;
        }
        number += 1;
        if number.is_multiple_of(EVERY) {
            say(&format!("{}: {number} inputs", target.name));
        }
    }
    let inputs = number - arguments.from;
    say(&format!(
        "{}: {inputs} inputs of seed {} in {:.1} s, no panic",
        target.name,
        arguments.seed,
        begun.elapsed().as_secs_f64()
    ));
    true
}

fn passes(read: &mut dyn FnMut(&[u8]), input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| read(input))).is_ok()
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that changes begin with, each with its name.
fn seeds(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folders = [folder().join("seeds").join(target.name), folder().join("regressions").join(target.name)];
    let more = target.fixtures.map(|name| folder().join("../fixtures").join(name));
    let mut paths: Vec<PathBuf> = folders
        .iter()
        .chain(&more)
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .collect();
    paths.sort();
    let read = |path: PathBuf| Some((path.display().to_string(), std::fs::read(&path).ok()?));
    let made = (target.made)().into_iter().enumerate().map(|(index, bytes)| (format!("made {index}"), bytes));
    paths.into_iter().filter_map(read).chain(made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_reads_its_seeds_and_some_changed_ones() {
        for target in &TARGETS {
            assert!(seeds(target).len() >= 3, "{}", target.name);
            let arguments = Arguments { targets: Vec::new(), inputs: Some(2000), seconds: None, seed: 1, from: 0 };
            assert!(run(target, &arguments), "{}", target.name);
        }
    }

    #[test]
    fn an_input_follows_from_seed_and_number() {
        let seeds = vec![b"input,target\n1,0\n".to_vec(), b"0123456789".to_vec()];
        let input = |seed, number| Mutator::new(seed, number).changed(&seeds, &["NaN"]);
        assert_eq!(input(3, 17), input(3, 17));
        let different = (0..100).filter(|&number| input(3, number) != input(4, number)).count();
        assert!(different > 80, "{different}");
    }

    #[test]
    fn a_panic_is_a_failure() {
        let mut reader = |input: &[u8]| assert!(input.len() < 3);
        assert!(passes(&mut reader, b"12") && !passes(&mut reader, b"123"));
    }
}
