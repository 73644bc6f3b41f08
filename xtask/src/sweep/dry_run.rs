//! What a sweep would do: the plan in short, and an estimate of its time.

use super::options::Options;
use crate::error::Error;
use crate::trials::plan::Plan;
use crate::trials::spec::SPEC;
use crate::trials::store;
use crate::trials::sweep::Sweep;
use chart_kit::text::{count, duration, printable};
use rnn_train::commands;
use rnn_train::exit_code;
use rnn_train::training::run::{self};
use rnn_train::training::watch::{Beginning, Step, Watch};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many trials are tried for the estimate, and how long each.
const SAMPLE: usize = 16;
const TRY: Duration = Duration::from_millis(100);
/// How many of the plan's first and last rows are shown.
const SHOWN: usize = 8;

/// Prints what a sweep would do in this folder, and runs nothing.
pub(crate) fn run(sweep: Sweep<'_>, options: &Options) -> Result<u8, Error> {
    let Sweep { plan, folder } = sweep;
    let mut text = outline(plan);
    let is_sweep = folder.join(SPEC).exists() && !options.overwrite;
    let latest = if is_sweep { store::latest(sweep, false)? } else { vec![None; plan.len()] };
    if is_sweep {
        store::differences(sweep)?
            .iter()
            .for_each(|difference| text += &format!("the spec was changed: {difference}\n"));
        let (_, lost) = store::kept_and_lost(sweep)?;
        if lost > 0 {
            text += &format!("it would be refused: {} would be no part of it\n", count(lost, "finished trial"));
        }
    }
    let pending = store::pending(plan, &latest, &options.retry);
    if pending.len() < plan.len() {
        text += &format!(
            "{} of {} are to run; the others have ended in {}\n",
            pending.len(),
            plan.len(),
            printable(folder.display())
        );
    }
    text += &words(estimate(plan, &pending, options.jobs)?, pending.len(), options.jobs);
    // Nothing is lost where nobody reads it.
    let _ = commands::print(&text);
    Ok(exit_code::DONE)
}

/// The plan in short: how many trials, what is left out, and the first and last of them.
fn outline(plan: &Plan) -> String {
    let mut text = String::new();
    let spec = &plan.spec;
    let replicates =
        if spec.replicates == 1 { String::new() } else { format!(", {} replicates of each", spec.replicates) };
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{}: {}{replicates}", count(plan.len(), "trial"), count(plan.groups(), "combination"));
    for line in plan.left_out.words() {
        let _ = writeln!(text, "{line}");
    }
    let rows = plan.len();
    let mut table = vec![["trial", "seed"].into_iter().chain(spec.varied()).map(str::to_owned).collect::<Vec<_>>()];
    let cut = rows > 2 * SHOWN;
    let numbers = (0..rows).filter(|number| !cut || *number < SHOWN || *number >= rows - SHOWN);
    for number in numbers {
        let (group, replicate) = plan.place(number);
        let mut cells = vec![number.to_string(), plan.seed(replicate).to_string()];
        cells.extend(plan.texts(group));
        table.push(cells);
    }
    let widths: Vec<usize> = (0..table[0].len())
        .map(|column| table.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0))
        .collect();
    for (index, cells) in table.iter().enumerate() {
        let cells: Vec<_> = cells.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  "));
        if cut && index == SHOWN {
            let _ = writeln!(text, "{} more", rows - 2 * SHOWN);
        }
    }
    text
}

/// About how long some trials take, found by training a few of them for a moment.
fn estimate(plan: &Plan, pending: &[usize], jobs: usize) -> Result<Duration, Error> {
    let sample = pending.len().min(SAMPLE);
    let mut seconds = 0.0;
    for index in 0..sample {
        let trial = plan.trial(pending[index * pending.len() / sample])?;
        let stop = AtomicBool::new(false);
        let mut taste = Taste { begun: None, steps: 0, done: 0, seconds: 0.0, stop: &stop };
        // What trials would say of their settings they say when they run.
        tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::new(), || {
            run::train(&trial.settings, 1, &mut taste, &stop)
        })?;
        seconds += taste.seconds * taste.steps as f64 / taste.done.max(1) as f64 + BEGINNING.as_secs_f64();
    }
    let whole = seconds / sample.max(1) as f64 * pending.len() as f64;
    // A trial runs in one piece.
    let rounds = pending.len().div_ceil(jobs.max(1)) as f64 / pending.len().max(1) as f64;
    Ok(Duration::try_from_secs_f64(whole * rounds).unwrap_or(Duration::MAX))
}

/// About what beginning a trial and writing its files take.
const BEGINNING: Duration = Duration::from_millis(1);

/// The estimate in words.
fn words(estimate: Duration, trials: usize, jobs: usize) -> String {
    let tried = trials.min(SAMPLE);
    let estimate = if estimate < Duration::from_secs(1) {
        "less than a second".to_owned()
    } else {
        format!("about {}", duration(estimate.as_secs_f64().round()))
    };
    let trials = count(trials, "trial");
    let workers = count(jobs, "worker");
    format!("{estimate} for {trials}, by {workers} (from {tried} of them, tried one by one for a moment)")
}

/// Trains for a moment.
struct Taste<'a> {
    begun: Option<Instant>,
    /// Training steps of the whole run, and those done.
    steps: usize,
    done: usize,
    seconds: f64,
    stop: &'a AtomicBool,
}

impl Watch for Taste<'_> {
    fn begins(&mut self, run: &Beginning<'_>) {
        self.steps = run.steps;
        self.begun = Some(Instant::now());
    }

    fn step(&mut self, _step: &Step<'_>) {
        self.done += 1;
        let elapsed = self.begun.map(|begun| begun.elapsed()).unwrap_or_default();
        self.seconds = elapsed.as_secs_f64();
        if elapsed > TRY {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}
