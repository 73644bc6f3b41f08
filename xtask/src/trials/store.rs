//! A sweep's folder: made or gone on with, locked, and what became of its trials read back.
//!
//! ```text
//! sweep.toml   the spec                        summary.csv   a row a trial          ┐
//! plan.csv     the list of trials              groups.csv    a row a combination    │ made from the others
//! results/     a file a worker: what became    report.html   what was found         │
//! trials/      a folder a trial                figures/      its pictures           ┘
//! history.csv  when which command ran          curves.csv    a row a trial and epoch
//! results.toml how long the files of results   slurm/        a folder for each submission
//!              were when the tables were made
//! sweep.lock   held by who works here
//! ```

use super::loss_curves::{self, CURVES};
use super::moved::Files;
use super::plan::{Hash, PLAN, Plan};
use super::reader;
use super::results::{self, Known, RESULTS, TrialStatus};
use super::row::Row;
use super::spec::{SPEC, Spec};
use super::summary::{self, GROUPS, SUMMARY};
use super::whole::{self, LENGTHS};
use crate::error::Error;
use crate::trials::sweep::Sweep;
use chart_kit::text::count;
use rnn_train::outputs::files;
use rnn_train::outputs::folder::{self, write_whole};
use rnn_train::outputs::lock::{self, Held, Lock};
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// The folder of the trials' folders.
pub(crate) const TRIALS: &str = "trials";
/// The folder of what is submitted to Slurm.
pub(crate) const SLURM: &str = "slurm";
/// The report and the folder of its pictures.
pub(crate) const REPORT: &str = "report.html";
pub(crate) const FIGURES: &str = "figures";
/// When which command ran.
pub(crate) const HISTORY: &str = "history.csv";
const LOCK: &str = "sweep.lock";

/// A trial's folder.
pub(crate) fn trial_folder(folder: &Path, hash: Hash) -> PathBuf {
    folder.join(TRIALS).join(hash.to_string())
}

/// How long a lock is tried for: who only looks whether somebody works here holds it for a moment.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who may work in a folder at the same time: one sweep, or the tasks of a Slurm job together.
pub(crate) fn lock(folder: &Path, held: Held) -> Result<Lock, Error> {
    let lock = within(PATIENCE, &folder.join(LOCK), held).map_err(|error| unwritable(folder, &error))?;
    lock.ok_or_else(|| {
        let hint = lock::holder_of(&folder.join(LOCK)).unwrap_or_default();
        let problem = format!("another sweep, or tasks of a Slurm job, are at work in this folder right now{hint}");
        rnn_train::Error::Out { path: folder.to_owned(), problem }.into()
    })
}

/// Locks a file as soon as that can be; `None` if it cannot be for so long.
fn within(patience: Duration, path: &Path, held: Held) -> Result<Option<Lock>, rnn_train::Error> {
    let begun = Instant::now();
    loop {
        match Lock::of_file(path, held)? {
            None if begun.elapsed() <= patience => std::thread::sleep(PATIENCE / 50),
            tried => return Ok(tried),
        }
    }
}

/// Whether somebody works in a folder.
pub(crate) fn is_busy(folder: &Path) -> bool {
    matches!(Lock::of_file(&folder.join(LOCK), Held::Alone), Ok(None))
}

fn unwritable(folder: &Path, error: &rnn_train::Error) -> Error {
    rnn_train::Error::Out { path: folder.to_owned(), problem: format!("cannot be written to: {error}") }.into()
}

/// Makes a sweep's folder, if it is not there, and locks it for one sweep alone. A folder of something else is left alone.
pub(crate) fn enter(folder: &Path) -> Result<Lock, Error> {
    folder::make_folder(folder)?;
    check_nothing_else_is_there(folder)?;
    lock(folder, Held::Alone)
}

/// An error for a folder that holds something, but no sweep.
fn check_nothing_else_is_there(folder: &Path) -> Result<(), Error> {
    let is_sweep = [&[LOCK][..], &[SPEC, PLAN]].iter().any(|names| names.iter().all(|name| folder.join(name).exists()));
    if is_sweep {
        return Ok(());
    }
    let read = |source| unwritable(folder, &rnn_train::Error::Read { path: folder.to_owned(), source });
    let entries = std::fs::read_dir(folder).map_err(read)?;
    // Another sweep may be making its own at this moment.
    let other = entries.flatten().map(|entry| entry.file_name()).find(|name| name != LOCK);
    match other.filter(|_| !folder.join(LOCK).exists()) {
        None => Ok(()),
        Some(name) => {
            let name = name.to_string_lossy();
            let problem =
                format!("there is a {name}, but no {LOCK}: this is not a sweep's folder, and is not written to");
            Err(rnn_train::Error::Out { path: folder.to_owned(), problem }.into())
        }
    }
}

/// An error where [`enter`] or [`prepare`] would refuse a sweep's folder, which is there; nothing is written.
pub(crate) fn check_can_begin(sweep: Sweep<'_>) -> Result<(), Error> {
    let folder = sweep.folder;
    check_nothing_else_is_there(folder)?;
    if check_is_sweep(folder).is_err() {
        return Ok(());
    }
    let _lock = lock(folder, Held::Alone)?;
    check_keeps(sweep).map(|_| ())
}

/// Makes what lies in a locked folder this sweep: a new one, or one to go on with, if it is this one or a part of it.
pub(crate) fn prepare(sweep: Sweep<'_>, overwrite: bool) -> Result<(), Error> {
    let Sweep { plan, folder } = sweep;
    let is_sweep = folder.join(SPEC).exists() || planned(folder).exists();
    if is_sweep && overwrite {
        clear(sweep)?;
    } else if is_sweep {
        take_over(sweep)?;
    }
    let (spec, read) = (plan.spec.to_toml().to_string(), Files::of(&plan.contents, folder));
    let is_there = std::fs::read_to_string(planned(folder)).is_ok_and(|there| there == spec);
    // In this order: a plan that is not there is written again, and one that is there is of the spec beside it.
    let write = || -> Result<(), rnn_train::Error> {
        if !is_there {
            folder::remove(&folder.join(PLAN))?;
            folder::make_folder(&folder.join(RESULTS))?;
            write_whole(&planned(folder), spec.as_bytes())?;
        }
        if !is_there || !folder.join(SPEC).exists() {
            write_whole(&folder.join(SPEC), spec.as_bytes())?;
        }
        Ok(())
    };
    write().map_err(|error| unwritable(folder, &error))?;
    read.write(folder)?;
    plan.write(folder)?;
    Ok(folder::sync_all(folder)?)
}

/// An error for a folder that holds no sweep; if it holds a run, with the command that is for those.
pub(crate) fn check_is_sweep(folder: &Path) -> Result<(), Error> {
    if folder.join(SPEC).exists() || planned(folder).exists() {
        return Ok(());
    }
    let is_run = [files::CONFIG, files::STATUS].iter().any(|name| folder.join(name).exists());
    let problem = if is_run {
        format!("this is the folder of a run, not of a sweep: `rnn-train report {}` is for runs", folder.display())
    } else {
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let sweep = absolute.ancestors().skip(1).take(2).find(|above| above.join(SPEC).exists());
        let instead = sweep.map(|sweep| format!("; it lies in that of one, {}", sweep.display()));
        format!("there is no {SPEC}: this is not the folder of a sweep{}", instead.unwrap_or_default())
    };
    Err(Error::Results { path: folder.to_owned(), problem })
}

/// The sweep's folder that a spec lies in, if it is a sweep's own.
pub(crate) fn folder_of_spec(spec: &Path) -> Option<PathBuf> {
    let folder = spec.parent().filter(|_| spec.file_name().is_some_and(|name| name == SPEC))?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    folder.join(LOCK).exists().then(|| folder.to_owned())
}

/// The spec that the plan is of. The one beside the plan is for people, who may have changed it since.
fn planned(folder: &Path) -> PathBuf {
    folder.join(RESULTS).join(SPEC)
}

/// Reads the spec that a sweep's plan is of. Files that were moved together with the folder are found.
fn read_spec(folder: &Path) -> Result<Spec, Error> {
    let planned = planned(folder);
    found(reader::read(&if planned.exists() { planned } else { folder.join(SPEC) })?, folder)
}

/// A spec of the sweep in this folder, with where the files that it names are now, if they were moved together with the folder.
pub(crate) fn found(spec: Spec, folder: &Path) -> Result<Spec, Error> {
    Ok(Files::read(folder)?.found(spec, folder))
}

/// The plan of the sweep in a folder, as it was begun: the files that it names are not read again.
pub(crate) fn read_plan(folder: &Path) -> Result<Plan, Error> {
    Plan::of_begun(read_spec(folder)?, Files::read(folder)?.contents(Some(folder)))
}

/// What a plan's spec says otherwise than that of the sweep in a folder, in words. A file that was moved is the same.
pub(crate) fn differences(sweep: Sweep<'_>) -> Result<Vec<String>, Error> {
    let Sweep { plan, folder } = sweep;
    let planned = planned(folder);
    let before = reader::read(&if planned.exists() { planned } else { folder.join(SPEC) })?;
    let before = Files::read(folder)?.called_as(&Files::of(&plan.contents, folder), before);
    Ok(before.differences(&plan.spec))
}

/// How many trials that are at their end are of this plan, and how many are not.
pub(crate) fn kept_and_lost(sweep: Sweep<'_>) -> Result<(usize, usize), Error> {
    let Sweep { plan, folder } = sweep;
    let numbers = plan.numbers();
    let mut ended = HashSet::new();
    results::read(folder, |record| {
        if record.status.is_final() {
            ended.insert(record.hash);
        }
    })?;
    let kept = ended.iter().filter(|hash| numbers.contains_key(hash)).count();
    Ok((kept, ended.len() - kept))
}

/// How a spec was changed, and how many trials that are at their end stay; an error if some would be no part of the sweep any more.
fn check_keeps(sweep: Sweep<'_>) -> Result<(Vec<String>, usize), Error> {
    let folder = sweep.folder;
    let differences = differences(sweep)?;
    let (kept, lost) = kept_and_lost(sweep)?;
    if lost > 0 {
        let changed = if differences.is_empty() {
            "the contents of files that the spec names were changed".to_owned()
        } else {
            format!("the spec was changed ({})", differences.join("; "))
        };
        let problem = format!(
            "{changed}: {} would be no part of it; choose another folder with --out, or begin again with \
             `cargo xtask sweep … --overwrite`",
            count(lost, "finished trial")
        );
        return Err(rnn_train::Error::Out { path: folder.to_owned(), problem }.into());
    }
    Ok((differences, kept))
}

/// Tells how a spec was changed; an error if trials that are at their end would be no part of the sweep any more.
fn take_over(sweep: Sweep<'_>) -> Result<(), Error> {
    let (differences, kept) = check_keeps(sweep)?;
    for difference in &differences {
        tracing::info!("the spec was changed: {difference}");
    }
    if kept > 0 && !differences.is_empty() {
        tracing::info!("{kept} trials that have ended stay");
    }
    Ok(())
}

/// Takes away what an older sweep has written, but nothing that this one reads and nothing of somebody else's. What was
/// submitted to Slurm stays, because it may still be in the queue, and so do pictures, which the report replaces. The spec
/// goes last, so that this can be begun again.
fn clear(sweep: Sweep<'_>) -> Result<(), Error> {
    let Sweep { plan, folder } = sweep;
    let refuse = |problem: String| Error::from(rnn_train::Error::Out { path: folder.to_owned(), problem });
    let trials = folder.join(TRIALS);
    for group in 0..plan.groups() {
        let settings = plan.trial(group)?.settings;
        if settings.data_files().is_empty() && settings.initial_weights.is_none() {
            continue;
        }
        if let Some(path) = settings.read_from(&trials) {
            return Err(refuse(format!("{} is what this sweep reads: it is not overwritten", path.display())));
        }
    }
    let entries = |name: &str| std::fs::read_dir(folder.join(name)).into_iter().flatten().flatten();
    let wrong = |path: &Path, error: std::io::Error| refuse(format!("{} cannot be replaced: {error}", path.display()));
    for entry in entries(TRIALS).filter(|entry| entry.file_name().to_string_lossy().parse::<Hash>().is_ok()) {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_folder { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|error| wrong(&path, error))?;
    }
    for entry in entries(RESULTS).filter(|entry| results::is_results_file(&entry.path())) {
        std::fs::remove_file(entry.path()).map_err(|error| wrong(&entry.path(), error))?;
    }
    for name in [SUMMARY, GROUPS, CURVES, LENGTHS, REPORT, HISTORY, PLAN, SPEC] {
        folder::remove(&folder.join(name)).map_err(|error| refuse(format!("{name} cannot be replaced: {error}")))?;
    }
    Ok(folder::remove(&planned(folder))?)
}

/// How long who writes the tables waits for another who does.
const TABLES_PATIENCE: Duration = Duration::from_secs(60);

/// Holds the tables and the report, so that a sweep that ends and a report beside it do not write them at the same time.
pub(crate) fn lock_tables(folder: &Path) -> Result<Lock, Error> {
    let path = folder.join(RESULTS).join("tables.lock");
    folder::make_folder(&folder.join(RESULTS))?;
    within(TABLES_PATIENCE, &path, Held::Alone)?.ok_or_else(|| {
        let problem = "another process is writing the tables and the report".to_owned();
        rnn_train::Error::Out { path: folder.to_owned(), problem }.into()
    })
}

/// What became of each trial, as far as it is known; with the curves of losses only if they are asked for.
pub(crate) fn latest(sweep: Sweep<'_>, curves: bool) -> Result<Vec<Known>, Error> {
    let Sweep { plan, folder } = sweep;
    let numbers = plan.numbers();
    let mut latest: Vec<Known> = vec![None; plan.len()];
    results::read(folder, |mut record| {
        let Some(&number) = numbers.get(&record.hash) else { return };
        if !curves {
            record.outcome.losses = Vec::new();
        }
        let known = &mut latest[number];
        if known.as_ref().is_none_or(|known| record.supersedes(known)) {
            *known = Some(Box::new(record));
        }
    })?;
    Ok(latest)
}

/// Makes sure that the files of results still have all that the tables were made from.
pub(crate) fn check_nothing_is_lost(folder: &Path) -> Result<(), Error> {
    whole::check(folder)
}

/// Writes the tables of trials of which this is known; `rows` has all of them in the plan's order.
pub(crate) fn write_tables(sweep: Sweep<'_>, rows: &[Row]) -> Result<(), Error> {
    summary::write(sweep, rows)?;
    loss_curves::write(sweep, rows)?;
    whole::note(sweep.folder)
}

/// Notes that a command is at work in a folder.
pub(crate) fn note(folder: &Path, engine: &str, jobs: usize) -> Result<(), Error> {
    let path = folder.join(HISTORY);
    let failed = |source| rnn_train::Error::Write { path: path.clone(), source };
    let is_new = !put_aside_if_resaved(&path).map_err(failed)?;
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    let mut table = csv::Writer::from_writer(file);
    let time = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let arguments = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .map(|argument| if argument.contains(' ') { format!("'{argument}'") } else { argument });
    let command = ["cargo xtask".to_owned()].into_iter().chain(arguments).collect::<Vec<_>>().join(" ");
    let write = |table: &mut csv::Writer<_>| {
        if is_new {
            table.write_record(OF_HISTORY)?;
        }
        table.write_record([&time, env!("CARGO_PKG_VERSION"), engine, &jobs.to_string(), &command])?;
        table.flush().map_err(csv::Error::from)
    };
    write(&mut table).map_err(|error| failed(error.into()).into())
}

const OF_HISTORY: [&str; 5] = ["time", "version", "engine", "jobs", "command"];

/// Whether there is a history to go on with. One that a spreadsheet has saved in a form of its own gets another name: it is not
/// made from anything else, so nothing of it is to be lost.
fn put_aside_if_resaved(path: &Path) -> std::io::Result<bool> {
    let there = match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        there => there?,
    };
    let own = there.is_empty() || there.starts_with(format!("{}\n", OF_HISTORY.join(",")).as_bytes());
    if !own {
        let free = (1_u32..).map(|number| path.with_extension(format!("{number}.csv"))).find(|other| !other.exists());
        if let Some(other) = free {
            std::fs::rename(path, &other)?;
            tracing::warn!("{}: another program has saved it; it is now {}", path.display(), other.display());
        }
    }
    Ok(own && !there.is_empty())
}

/// The numbers of the trials that are to run, in the order in which they are to.
///
/// Those that an early stopping has pruned which is no more part of the spec are among them.
pub(crate) fn pending(plan: &Plan, latest: &[Known], retry: &[TrialStatus]) -> Vec<usize> {
    let is_pending = |record: &Known| match record {
        None => true,
        Some(record) => {
            let pruned = record.status == TrialStatus::Pruned && plan.spec.early_stopping.is_none();
            !record.status.has_ended() || pruned || retry.contains(&record.status)
        }
    };
    let order = match plan.spec.early_stopping {
        Some(_) => plan.without_order_of_values(),
        None => (0..plan.len()).collect(),
    };
    order.into_iter().filter(|&number| is_pending(&latest[number])).collect()
}
