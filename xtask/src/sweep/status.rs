//! How far a sweep is, from its files and from Slurm's queue.

use super::queue::{self, Queue};
use super::submissions;
use crate::error::Error;
use crate::trials::outcome::{counts, listed, words};
use crate::trials::spec::SPEC;
use crate::trials::store;
use crate::trials::sweep::Sweep;
use chart_kit::text::{self, printable};
use rnn_train::commands;
use rnn_train::exit_code;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// How many trials that went wrong are named.
const SHOWN: usize = 5;

/// Prints how far a sweep is.
pub(crate) fn print(folder: &Path) -> Result<u8, Error> {
    store::check_is_sweep(folder)?;
    let plan = store::read_plan(folder)?;
    let latest = store::latest(Sweep { plan: &plan, folder }, false)?;
    let busy = store::is_busy(folder);
    let counts = counts(&latest, busy);
    let mut text =
        format!("{}: {}: {}\n", printable(folder.display()), text::count(plan.len(), "trial"), listed(&counts));
    let wrong = latest.iter().enumerate().filter_map(|(trial, record)| Some((trial, record.as_ref()?)));
    let wrong: Vec<_> = wrong.filter(|(_, record)| record.status.is_failure()).collect();
    // Writing to a text cannot fail.
    for (trial, record) in wrong.iter().take(SHOWN) {
        let error = printable(record.error.as_deref().unwrap_or_default());
        let _ = writeln!(text, "trial {trial} {}: {error}", words(record.status));
    }
    if wrong.len() > SHOWN {
        let _ = writeln!(text, "and {} more", wrong.len() - SHOWN);
    }
    let jobs = submissions::jobs(folder)?;
    match queue::ask(&jobs) {
        Queue::Tasks(tasks) => {
            let mut by_state: BTreeMap<_, usize> = BTreeMap::new();
            for task in &tasks {
                let place =
                    if task.node.is_empty() { format!("({})", task.reason) } else { format!("on {}", task.node) };
                *by_state.entry((task.job, task.state.to_lowercase(), place)).or_default() += 1;
            }
            for ((job, state, place), count) in by_state {
                let _ = writeln!(text, "Slurm job {job}: {} {state} {place}", text::count(count, "task"));
            }
            if tasks.is_empty() && !jobs.is_empty() {
                let _ = writeln!(text, "Slurm has no task of it in the queue");
            }
        }
        Queue::None if !jobs.is_empty() => {
            let _ = writeln!(text, "there is no squeue on this machine to ask about job {}", jobs[jobs.len() - 1]);
        }
        Queue::None => {}
        Queue::Silent(problem) => {
            let _ = writeln!(text, "Slurm does not answer: {problem}");
        }
    }
    let left = counts.iter().any(|(status, _)| !status.has_ended());
    let _ = match (busy, left) {
        (true, _) => writeln!(text, "it is being worked on"),
        (false, true) => {
            let spec = folder.join(SPEC);
            writeln!(text, "nobody is working here: `cargo xtask sweep {}` continues it", printable(spec.display()))
        }
        (false, false) => {
            writeln!(
                text,
                "it has ended: `cargo xtask report {}` writes its tables and report",
                printable(folder.display())
            )
        }
    };
    // Nothing is lost where nobody reads it.
    let _ = commands::print(&text);
    let failed = latest.iter().flatten().any(|record| record.status.is_failure());
    Ok(if failed { exit_code::FAILED } else { exit_code::DONE })
}
