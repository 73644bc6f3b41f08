//! `cargo xtask sweep`: trains many nets and keeps what became of each.
//!
//! Data flows one way. [`reader`] makes a [`spec`] of a file, with [`values`], [`places`] for its errors and [`early_stopping`];
//! [`plan`] makes a list of trials of it. [`store`] opens the folder in which they are kept. [`pool`] runs them, each as a
//! process ([`trial`]), and appends what becomes of them to [`results`]; [`summary`] makes tables of that, with [`stats`].
//! [`dry_run`] tells what would be done, [`slurm`] has it done on a cluster and asks its [`queue`], and [`status`] tells how far it is.

pub(crate) mod dry_run;
pub(crate) mod early_stopping;
mod places;
pub(crate) mod plan;
pub(crate) mod pool;
mod queue;
pub(crate) mod reader;
pub(crate) mod results;
pub(crate) mod slurm;
pub(crate) mod spec;
pub(crate) mod stats;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod summary;
pub(crate) mod trial;
pub(crate) mod values;

use crate::error::Error;
use crate::report;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use plan::Plan;
use pool::{Event, Keep, Pool, Work};
use results::{Known, ResultsFile, TrialStatus};
use rnn_train::{cli, exit_code};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use summary::Row;

/// How to run a sweep on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// How many trials run at the same time.
    pub(crate) jobs: usize,
    pub(crate) overwrite: bool,
    /// Stop when a trial has failed.
    pub(crate) fail_fast: bool,
    /// Run those again that ended like this.
    pub(crate) retry: Vec<TrialStatus>,
    pub(crate) keep: Keep,
}

/// From how many trials' folders on it is said that there are ways to have fewer.
const MANY_FOLDERS: usize = 10_000;

/// Runs what is missing of a sweep, and writes its tables and report; returns the exit code.
pub(crate) fn run(plan: &Plan, folder: &Path, options: &Options) -> Result<u8, Error> {
    let _lock = store::open(plan, folder, options.overwrite)?;
    let mut latest = store::latest(plan, folder, plan.spec.early_stopping.is_some())?;
    store::check_nothing_is_lost(plan, folder, &latest)?;
    slurm::check_queue_is_empty(folder)?;
    let pending = pending(&latest, &options.retry);
    store::note(folder, "local", options.jobs)?;
    tell_what_is_done(plan, folder, &latest, &pending, options);

    let stop = cli::stop_on_signal();
    let files = files(folder, options.jobs.min(pending.len()))?;
    let fail_fast = options.fail_fast;
    let work = Work { plan, folder, pending, keep: options.keep, fail_fast, stop: &stop };
    let mut progress = Progress::new(work.pending.len());
    let pool = Pool::new(&work, files.len(), &latest)?;
    let ran = pool::run(&pool, files, |event| {
        if let Event::Ended { trial, record } = &event {
            latest[*trial] = Some(Box::new(record.without_losses()));
        }
        progress.tell(&event);
    });
    progress.end();
    // What stopped the work is the one to tell of, if this cannot be done either.
    let finished = finish(plan, folder, latest, false);
    ran?;
    let rows = finished?;
    print_outcome(plan, folder, &rows);
    let failed = rows.iter().any(|row| row.status.is_failure());
    Ok(match stop.load(Ordering::Relaxed) {
        true if !(fail_fast && failed) => exit_code::INTERRUPTED,
        _ if failed => exit_code::FAILED,
        _ => exit_code::DONE,
    })
}

/// The files of this machine's workers, which nobody else writes to while the folder is locked.
fn files(folder: &Path, workers: usize) -> Result<Vec<ResultsFile>, Error> {
    let names = (0..workers).map(|worker| format!("local-{worker}"));
    names.filter_map(|name| ResultsFile::open(folder, &name).transpose()).collect()
}

/// The numbers of the trials that are to run.
pub(crate) fn pending(latest: &[Known], retry: &[TrialStatus]) -> Vec<usize> {
    let is_pending = |record: &Known| match record {
        None => true,
        Some(record) => !(record.status.is_final() || record.status.is_failure()) || retry.contains(&record.status),
    };
    latest.iter().enumerate().filter(|(_, record)| is_pending(record)).map(|(number, _)| number).collect()
}

fn tell_what_is_done(plan: &Plan, folder: &Path, latest: &[Known], pending: &[usize], options: &Options) {
    for line in dry_run::left_out(plan) {
        tracing::warn!("{line}");
    }
    let shown = folder.display();
    if latest.iter().all(Option::is_none) {
        tracing::info!("{} trials, {} at a time, into {shown}", pending.len(), options.jobs);
    } else {
        let counts = store::counts(latest, false);
        let counts: Vec<_> = counts.iter().map(|(status, count)| format!("{count} {}", words(*status))).collect();
        tracing::info!(
            "{shown}: of {} trials {}; {} to run, {} at a time",
            plan.len(),
            counts.join(", "),
            pending.len(),
            options.jobs
        );
        let stay = latest
            .iter()
            .flatten()
            .filter(|record| record.status.is_failure() && !options.retry.contains(&record.status));
        let stay = stay.count();
        if stay > 0 {
            tracing::info!(
                "{stay} that failed or timed out stay as they are: --retry failed,timed_out runs them again"
            );
        }
    }
    if options.keep == Keep::All && pending.len() > MANY_FOLDERS {
        tracing::warn!("{} folders of trials are coming: --keep best, or none, leaves fewer files", pending.len());
    }
}

/// A status as it is told.
pub(crate) fn words(status: TrialStatus) -> String {
    status.to_string().replace('_', " ")
}

/// Writes the tables and the report; returns all rows.
pub(crate) fn finish(plan: &Plan, folder: &Path, latest: Vec<Known>, running: bool) -> Result<Vec<Row>, Error> {
    let rows: Vec<Row> =
        latest.into_iter().enumerate().map(|(trial, record)| Row::new(plan, trial, record, running)).collect();
    summary::write(plan, folder, &rows)?;
    report::write(plan, folder, &rows)?;
    Ok(rows)
}

/// Prints what came out, and where the report is.
pub(crate) fn print_outcome(plan: &Plan, folder: &Path, rows: &[Row]) {
    let page = folder.join(store::REPORT);
    // The results are in the files, whether or not somebody reads this.
    let _ = writeln!(std::io::stdout(), "{}\n{}", outcome(plan, rows), page.display());
}

/// What came out, in one or two sentences.
pub(crate) fn outcome(plan: &Plan, rows: &[Row]) -> String {
    let counted = rows.iter().filter(|row| row.counts()).count();
    let solved = rows.iter().filter(|row| row.counts() && row.solved()).count();
    let lost = rows.iter().filter(|row| row.counts() && row.lost()).count();
    let mut sentence = format!("{solved} of {counted} trials solved the task");
    if lost > 0 {
        sentence += &format!(" ({lost} had lost it again by the last epoch)");
    }
    let mut others: Vec<TrialStatus> = results::STATUSES.iter().map(|(status, _)| *status).collect();
    others.retain(|status| *status != TrialStatus::Done);
    for status in others {
        let count = rows.iter().filter(|row| row.status == status).count();
        if count > 0 {
            sentence += &format!(
                ", {count} {}",
                if status == TrialStatus::Pending { "not run".to_owned() } else { words(status) }
            );
        }
    }
    let best = best(plan, rows).and_then(|row| Some((row, row.record.as_deref()?)));
    let best = best.and_then(|(row, record)| Some((row.trial, plan.spec.objective.score(record)?)));
    let sign = if plan.spec.objective.maximize { -1.0 } else { 1.0 };
    let best = best.map(|(trial, score)| {
        format!(" The best is trial {trial}, with {} {}.", plan.spec.objective.name(), sign * score)
    });
    sentence + "." + &best.unwrap_or_default()
}

/// The best trial by the objective, and of equal ones the first.
pub(crate) fn best<'a>(plan: &Plan, rows: &'a [Row]) -> Option<&'a Row> {
    let scored = rows.iter().filter_map(|row| Some((plan.spec.objective.score(row.record.as_deref()?)?, row)));
    scored.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, row)| row)
}

/// Shows how far a sweep is: a bar on a terminal, otherwise a line for each tenth.
pub(crate) struct Progress {
    bar: ProgressBar,
    trials: usize,
    done: usize,
    failed: usize,
}

impl Progress {
    pub(crate) fn new(trials: usize) -> Self {
        let bar = if std::io::stderr().is_terminal() && trials > 0 {
            let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} trials{msg}, {elapsed} gone, {left} left");
            // The template is fixed, so it parses; the default style would do as well.
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let left = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Nothing is lost with a time that cannot be shown.
                let _ = if state.pos() == 0 {
                    write!(out, "?")
                } else {
                    write!(out, "{:#}", indicatif::HumanDuration(state.eta()))
                };
            };
            ProgressBar::new(trials as u64).with_style(style.with_key("left", left))
        } else {
            ProgressBar::hidden()
        };
        Self { bar, trials, done: 0, failed: 0 }
    }

    /// Shows what happens, and at once if it went wrong.
    pub(crate) fn tell(&mut self, event: &Event) {
        match event {
            Event::Killed { trial, error } => self.warn(&format!("trial {trial} was killed ({error}); it runs again")),
            Event::Ended { trial, record } => {
                if record.status.is_failure() {
                    self.failed += 1;
                    let error = record.error.as_deref().unwrap_or_default();
                    self.warn(&format!("trial {trial} {}: {error}", words(record.status)));
                    self.bar.set_message(format!(", {} failed", self.failed));
                }
                if record.status != TrialStatus::Interrupted {
                    self.advance(1);
                }
            }
        }
    }

    /// Shows that more trials have ended.
    pub(crate) fn advance(&mut self, trials: usize) {
        let tenth = |done: usize| done * 10 / self.trials.max(1);
        let (before, after) = (tenth(self.done), tenth(self.done + trials));
        self.done += trials;
        self.bar.inc(trials as u64);
        if self.bar.is_hidden() && after > before && self.trials >= 10 {
            let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
            tracing::info!("{} of {} trials{failed}", self.done, self.trials);
        }
    }

    fn warn(&self, line: &str) {
        self.bar.suspend(|| tracing::warn!("{line}"));
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
