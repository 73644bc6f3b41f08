//! A sweep's folder: made or gone on with, locked, and what became of its trials read back.
//!
//! ```text
//! sweep.toml   the spec                        summary.csv   a row a trial          ┐
//! plan.csv     the list of trials              groups.csv    a row a combination    │ made from the others
//! results/     a file a worker: what became    report.html   what was found         │
//! trials/      a folder a trial                figures/      its pictures           ┘
//! history.csv  when which command ran          slurm/        a folder for each submission
//! sweep.lock   held by who works here
//! ```

use super::plan::{PLAN, Plan};
use super::reader;
use super::results::{self, Known, RESULTS, TrialStatus};
use super::spec::SPEC;
use super::summary::{self, GROUPS, SUMMARY};
use crate::error::Error;
use rnn_train::folder::{self, Held, Lock, write_whole};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

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
pub(crate) fn trial_folder(folder: &Path, hash: super::plan::Hash) -> PathBuf {
    folder.join(TRIALS).join(hash.to_string())
}

/// How long a lock is tried for: who only looks whether somebody works here holds it for a moment.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who may work in a folder at the same time: one sweep, or the tasks of a Slurm job together.
pub(crate) fn lock(folder: &Path, held: Held) -> Result<Lock, Error> {
    let refused = || {
        let problem = "another sweep, or tasks of a Slurm job, are at work in this folder right now".to_owned();
        rnn_train::Error::Out { path: folder.to_owned(), problem }
    };
    let begun = Instant::now();
    loop {
        let lock = Lock::of_file(&folder.join(LOCK), held).map_err(|error| unwritable(folder, &error))?;
        match lock {
            Some(lock) => return Ok(lock),
            None if begun.elapsed() > PATIENCE => return Err(refused().into()),
            None => std::thread::sleep(PATIENCE / 50),
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

/// Makes a sweep's folder, or goes on with the sweep that is there, if it is this one or a part of it; locked for one
/// sweep alone.
pub(crate) fn open(plan: &Plan, folder: &Path, overwrite: bool) -> Result<Lock, Error> {
    let refuse = |problem: String| Err(rnn_train::Error::Out { path: folder.to_owned(), problem }.into());
    folder::make_folder(folder)?;
    let is_sweep = folder.join(SPEC).exists();
    if !is_sweep {
        let entries = std::fs::read_dir(folder)
            .map_err(|error| unwritable(folder, &rnn_train::Error::Read { path: folder.to_owned(), source: error }))?;
        let other = entries.flatten().map(|entry| entry.file_name()).find(|name| name != LOCK);
        if let Some(name) = other {
            let name = name.to_string_lossy();
            return refuse(format!(
                "there is a {name}, but no {SPEC}: this is no sweep's folder, and is not written to"
            ));
        }
    }
    let lock = lock(folder, Held::Alone)?;
    if is_sweep && overwrite {
        clear(plan, folder)?;
    }
    if is_sweep && !overwrite {
        let old = reader::read(&folder.join(SPEC))?;
        let differences = old.differences(&plan.spec);
        if differences.is_empty() {
            if folder.join(PLAN).exists() {
                plan.verify(folder)?;
                return Ok(lock);
            }
        } else {
            take_over(plan, folder, &differences)?;
        }
    }
    // In this order: a plan that is not there is written again, and one that is there is of the spec beside it.
    folder::remove(&folder.join(PLAN)).map_err(|error| unwritable(folder, &error))?;
    write_whole(&folder.join(SPEC), plan.spec.to_toml().to_string().as_bytes())
        .map_err(|error| unwritable(folder, &error))?;
    plan.write(folder)?;
    folder::sync_all(folder)?;
    Ok(lock)
}

/// Tells how a spec was changed; an error if trials that are at their end would be no part of the sweep any more.
fn take_over(plan: &Plan, folder: &Path, differences: &[String]) -> Result<(), Error> {
    let numbers = plan.numbers();
    let (mut kept, mut lost) = (0_usize, 0_usize);
    results::read(folder, |record| {
        if record.status.is_final() {
            if numbers.contains_key(&record.hash) { kept += 1 } else { lost += 1 }
        }
    })?;
    if lost > 0 {
        let problem = format!(
            "the spec was changed ({}): {lost} trials that are at their end are not of it; choose another folder with --out, or \
             begin again with --overwrite",
            differences.join("; ")
        );
        return Err(rnn_train::Error::Out { path: folder.to_owned(), problem }.into());
    }
    for difference in differences {
        tracing::info!("the spec was changed: {difference}");
    }
    tracing::info!("{kept} trials that are at their end stay");
    Ok(())
}

/// Takes away an older sweep, but nothing that this one reads. The spec goes last, so that this can be begun again.
fn clear(plan: &Plan, folder: &Path) -> Result<(), Error> {
    let refuse = |problem: String| Error::from(rnn_train::Error::Out { path: folder.to_owned(), problem });
    let trials = folder.join(TRIALS);
    for group in 0..plan.groups() {
        let settings = plan.trial(group * plan.spec.replicates as usize)?.settings;
        if settings.series.is_empty() && settings.initial_weights.is_none() {
            continue;
        }
        if let Some(path) = settings.read_from(&trials) {
            return Err(refuse(format!("{} is what this sweep reads: it is not overwritten", path.display())));
        }
    }
    for name in [RESULTS, TRIALS, SLURM, FIGURES] {
        match std::fs::remove_dir_all(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(refuse(format!("{name} cannot be replaced: {error}")));
            }
            _ => {}
        }
    }
    for name in [SUMMARY, GROUPS, REPORT, HISTORY, PLAN, SPEC] {
        folder::remove(&folder.join(name)).map_err(|error| refuse(format!("{name} cannot be replaced: {error}")))?;
    }
    Ok(())
}

/// What became of each trial, as far as it is known; with the curves of losses only if they are asked for.
pub(crate) fn latest(plan: &Plan, folder: &Path, curves: bool) -> Result<Vec<Known>, Error> {
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

/// Makes sure that the files of results still have every trial that the summary knows to be at its end.
pub(crate) fn check_nothing_is_lost(plan: &Plan, folder: &Path, latest: &[Known]) -> Result<(), Error> {
    let numbers = plan.numbers();
    let is_final = |record: &Known| record.as_ref().is_some_and(|record| record.status.is_final());
    let ended = summary::ended(folder)?;
    let mut lost = ended.iter().filter_map(|hash| numbers.get(hash)).filter(|number| !is_final(&latest[**number]));
    if let Some(first) = lost.next() {
        let problem = format!(
            "{} trials that {SUMMARY} has the ends of are missing, the first is {first}: bring the files back, or take {SUMMARY} away \
             to run them again",
            1 + lost.count()
        );
        return Err(Error::Results { path: folder.join(RESULTS), problem });
    }
    Ok(())
}

/// Notes that a command is at work in a folder.
pub(crate) fn note(folder: &Path, engine: &str, jobs: usize) -> Result<(), Error> {
    let path = folder.join(HISTORY);
    let failed = |source| rnn_train::Error::Write { path: path.clone(), source };
    let is_new = !path.exists();
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    let mut table = csv::Writer::from_writer(file);
    let time = jiff::Timestamp::now().round(jiff::Unit::Second).map(|time| time.to_string()).unwrap_or_default();
    let arguments = std::env::args()
        .skip(1)
        .map(|argument| if argument.contains(' ') { format!("'{argument}'") } else { argument });
    let command = ["cargo xtask".to_owned()].into_iter().chain(arguments).collect::<Vec<_>>().join(" ");
    let write = |table: &mut csv::Writer<_>| {
        if is_new {
            table.write_record(["time", "version", "engine", "jobs", "command"])?;
        }
        table.write_record([&time, env!("CARGO_PKG_VERSION"), engine, &jobs.to_string(), &command])?;
        table.flush().map_err(csv::Error::from)
    };
    write(&mut table).map_err(|error| failed(error.into()).into())
}

/// The numbers of the trials that are to run.
pub(crate) fn pending(latest: &[Known], retry: &[TrialStatus]) -> Vec<usize> {
    let is_pending = |record: &Known| match record {
        None => true,
        Some(record) => !(record.status.is_final() || record.status.is_failure()) || retry.contains(&record.status),
    };
    latest.iter().enumerate().filter(|(_, record)| is_pending(record)).map(|(number, _)| number).collect()
}
