//! A sweep on this machine.

use super::ending::{finish, print_outcome};
use super::keeper::{Event, Work};
use super::options::{Keep, Options};
use super::pool::{self, Pool};
use super::progress::Progress;
use super::submissions;
use crate::error::Error;
use crate::trials::outcome::{counts, listed};
use crate::trials::results::{Known, ResultsFile};
use crate::trials::row::Row;
use crate::trials::sweep::Sweep;
use crate::trials::{store, summary};
use chart_kit::text::count;
use rnn_train::commands;
use rnn_train::exit_code;
use rnn_train::outputs::rows::SPREADSHEET_ROWS;
use std::path::Path;
use std::sync::atomic::Ordering;

/// From how many trials' folders on it is said that there are ways to have fewer.
const MANY_FOLDERS: usize = 10_000;

/// An error where [`run`] would refuse a sweep's folder, before anything is written.
pub(crate) fn check(sweep: Sweep<'_>) -> Result<(), Error> {
    let folder = sweep.folder;
    if !folder.exists() {
        return Ok(());
    }
    store::check_can_begin(sweep)?;
    submissions::check_none_waits(folder)?;
    store::check_nothing_is_lost(folder)
}

/// Runs what is missing of a sweep, and writes its tables and report; returns the exit code, and what became of all trials.
pub(crate) fn run(sweep: Sweep<'_>, options: &Options) -> Result<(u8, Vec<Row>), Error> {
    let Sweep { plan, folder } = sweep;
    let _lock = store::enter(folder)?;
    submissions::check_none_waits(folder)?;
    store::prepare(sweep, options.overwrite)?;
    let mut latest = store::latest(sweep, plan.spec.early_stopping.is_some())?;
    store::check_nothing_is_lost(folder)?;
    let pending = store::pending(plan, &latest, &options.retry);
    store::note(folder, "local", options.jobs)?;
    tell_what_is_done(sweep, &latest, &pending, options);

    let stop = commands::stop_on_signal();
    let files = files(folder, options.jobs.min(pending.len()))?;
    let fail_fast = options.fail_fast;
    let work = Work { plan, folder, pending, keep: options.keep, fail_fast, stop: &stop };
    let mut progress = Progress::new(work.pending.len());
    let mut failed_now = false;
    let pool = Pool::new(&work, files.len(), &latest)?;
    let ran = pool::run(&pool, files, |event| {
        if let Event::Ended { trial, record } = &event {
            failed_now |= record.status.is_failure();
            latest[*trial] = Some(Box::new(record.without_losses()));
        }
        progress.tell(&event);
    });
    progress.end();
    let _tables = store::lock_tables(folder)?;
    // What stopped the work is the one to tell of, if this cannot be done either.
    let finished = finish(sweep, latest, false);
    ran?;
    let rows = finished?;
    print_outcome(sweep, &rows);
    let stopped = stop.load(Ordering::Relaxed);
    if stopped {
        let but = if options.overwrite { ", but without --overwrite," } else { "" };
        tracing::warn!("stopped: the same command{but} continues it");
    }
    let failed = rows.iter().any(|row| row.status.is_failure());
    let code = match stopped {
        true if !(fail_fast && failed_now) => exit_code::INTERRUPTED,
        _ if failed => exit_code::FAILED,
        _ => exit_code::DONE,
    };
    Ok((code, rows))
}

/// The files of this machine's workers, which nobody else writes to while the folder is locked.
fn files(folder: &Path, workers: usize) -> Result<Vec<ResultsFile>, Error> {
    let names = (0..workers).map(|worker| format!("local-{worker}"));
    names.filter_map(|name| ResultsFile::open(folder, &name).transpose()).collect()
}

fn tell_what_is_done(sweep: Sweep<'_>, latest: &[Known], pending: &[usize], options: &Options) {
    let Sweep { plan, folder } = sweep;
    for line in plan.left_out.words() {
        tracing::warn!("{line}");
    }
    let shown = folder.display();
    if latest.iter().all(Option::is_none) {
        let workers = count(options.jobs, "worker");
        tracing::info!("{}, by {workers}, into {shown}", count(pending.len(), "trial"));
    } else {
        tracing::info!(
            "{shown}: of {} {}; {} to run, by {}",
            count(plan.len(), "trial"),
            listed(&counts(latest, false)),
            pending.len(),
            count(options.jobs, "worker")
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
    if plan.len() > SPREADSHEET_ROWS {
        let rows = plan.len();
        tracing::warn!("{} will have {rows} rows: a spreadsheet opens {SPREADSHEET_ROWS}", summary::SUMMARY);
    }
    if options.keep == Keep::All && pending.len() > MANY_FOLDERS {
        tracing::warn!("{} folders of trials are coming: --keep best, or none, leaves fewer files", pending.len());
    }
}
