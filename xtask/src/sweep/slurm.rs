//! A sweep on a cluster: what is missing is shared out to the tasks of a Slurm job array, on a file system that all nodes
//! have.
//!
//! Each submission has a folder of its own, `slurm/N/`, with the batch script, the program as it was then, the list of
//! trials, the job's number and the tasks' logs. A task runs its share of the list as one of this machine's workers does, and
//! appends to a file of results of its own. So a task that is lost, requeued or out of time loses at most what it was training,
//! and what is missing can be run by another job or by this machine.
//!
//! Slurm starts a task anew when it believes a node to be lost, though its process may live on. The second one waits until
//! the first lets go of their file of results, and then runs what is missing.

use super::dry_run;
use super::ending::{finish, print_outcome};
use super::keeper::Work;
use super::options::{Keep, Options};
use super::pool::{self, Pool};
use super::process;
use super::progress::Progress;
use super::queue::{self, Queue};
use super::sbatch::{self, SbatchOption, directive};
use super::submissions::{self, JOB, Job, SCRIPT};
use crate::error::Error;
use crate::trials::plan::{Hash, Plan};
use crate::trials::results::ResultsFile;
use crate::trials::store;
use crate::trials::sweep::Sweep;
use chart_kit::text::{count, printable};
use rnn_train::commands;
use rnn_train::exit_code;
use rnn_train::outputs::folder::write_whole;
use rnn_train::outputs::lock::Held;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What Slurm is asked for.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Slurm")]
pub(crate) struct Request {
    /// The partition to submit to [default: the cluster's]
    #[arg(long, value_name = "NAME")]
    pub(crate) partition: Option<String>,
    /// The time limit of a task, such as 30 (minutes) or 2:00:00 [default: the partition's]
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// An option of sbatch to pass through, such as --sbatch=--account=PROJECT, or gres=gpu:1. May be repeated
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    pub(crate) sbatch: Vec<SbatchOption>,
    /// Tasks that run at the same time, at most [default: as many as there is room for]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) array_limit: Option<u32>,
    /// Trials that a task runs, on one core [default: as many as make 100 tasks]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) trials_per_task: Option<u32>,
    /// Stay until all tasks have ended, and write the tables and the report
    #[arg(long)]
    pub(crate) wait: bool,
}

/// Into how many tasks trials are shared out, if nothing else is asked for. An array of Slurm's may have 1,000.
const TASKS: usize = 100;

/// The files of a submission.
const PROGRAM: &str = "xtask";
const SHARES: &str = "trials.txt";

/// Checks what is asked for before anything is written.
fn check(sweep: Sweep<'_>, request: &Request) -> Result<(), Error> {
    let Sweep { plan, folder } = sweep;
    if plan.spec.early_stopping.is_some() {
        let problem = "early stopping compares trials with others, which tasks on other nodes cannot: take [early_stopping] out \
                       of the spec, or use --engine local";
        return Err(Error::Refused { problem: problem.to_owned() });
    }
    // A path stands in the script in quotes, and a shell and Slurm both read it.
    let is_path = |path: &str| !path.chars().any(|c| c.is_control() || matches!(c, '"' | '\\'));
    if !std::path::absolute(folder).is_ok_and(|path| path.to_str().is_some_and(is_path)) {
        let problem = format!(
            "{}: the path of a sweep on Slurm must be UTF-8, without double quotes, backslashes and control characters",
            folder.display()
        );
        return Err(Error::Refused { problem });
    }
    for (name, value) in [("--partition", &request.partition), ("--time", &request.time)] {
        let Some(value) = value else { continue };
        sbatch::check_value(value).map_err(|problem| Error::Refused { problem: format!("{name}: {problem}") })?;
    }
    Ok(())
}

/// Submits what is missing of a sweep; returns the exit code.
pub(crate) fn submit(sweep: Sweep<'_>, options: &Options, request: &Request) -> Result<u8, Error> {
    let Sweep { plan, folder } = sweep;
    check(sweep, request)?;
    let lock = store::enter(folder)?;
    submissions::check_none_waits(folder)?;
    store::prepare(sweep, options.overwrite)?;
    let latest = store::latest(sweep, false)?;
    store::check_nothing_is_lost(folder)?;
    let pending = store::pending(plan, &latest, &options.retry);
    if pending.is_empty() {
        let _tables = store::lock_tables(folder)?;
        let rows = finish(sweep, latest, false)?;
        print_outcome(sweep, &rows);
        return Ok(exit_code::DONE);
    }
    plan.left_out.words().iter().for_each(|line| tracing::warn!("{line}"));
    let place = submissions::make_place(folder)?;
    let array = Array::of(pending.len(), request);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| rnn_train::Error::Write { path, source }
    };
    // A newer build may take this one's place while the tasks run.
    std::fs::copy(process::own_program()?, place.join(PROGRAM)).map_err(failed(&place.join(PROGRAM)))?;
    let list: String = pending.iter().map(|&trial| format!("{}\n", plan.hash(trial))).collect();
    write_whole(&place.join(SHARES), list.as_bytes())?;
    write_whole(&place.join(SCRIPT), script(plan, &place, options.keep, request, &array).as_bytes())?;
    store::note(folder, "slurm", array.tasks)?;
    // The tasks will want the lock.
    drop(lock);
    let job = hand_over(&place, &array)?;
    let shown = folder.display();
    tracing::info!(
        "submitted {} as job {job} of {}, with up to {} each",
        count(pending.len(), "trial"),
        count(array.tasks, "task"),
        count(array.trials_per_task, "trial")
    );
    if request.wait {
        return wait(sweep, pending.len());
    }
    // Nothing is lost where nobody reads it.
    let _ = commands::print(&format!(
        "job {job}; `cargo xtask sweep status {shown}` tells how far it is, `cargo xtask report {shown}` what it found"
    ));
    Ok(exit_code::DONE)
}

/// Prints the plan in short, and the script that would be submitted.
pub(crate) fn dry_run(sweep: Sweep<'_>, options: &Options, request: &Request) -> Result<u8, Error> {
    let Sweep { plan, folder } = sweep;
    check(sweep, request)?;
    let is_new = options.overwrite || !folder.exists();
    let latest = if is_new { vec![None; plan.len()] } else { store::latest(sweep, false)? };
    let array = Array::of(store::pending(plan, &latest, &options.retry).len(), request);
    let at_once = request.array_limit.map_or(array.tasks, |limit| array.tasks.min(limit as usize));
    dry_run::run(sweep, &Options { jobs: at_once.max(1), ..options.clone() })?;
    let place = submissions::next_place(folder)?;
    // Nothing is lost where nobody reads it.
    let _ = commands::print(&format!("\n{}", script(plan, &place, options.keep, request, &array)));
    Ok(exit_code::DONE)
}

/// How trials are shared out.
struct Array {
    tasks: usize,
    trials_per_task: usize,
}

impl Array {
    fn of(trials: usize, request: &Request) -> Self {
        let asked = request.trials_per_task.map(|trials| trials as usize);
        let trials_per_task = asked.unwrap_or_else(|| trials.div_ceil(TASKS)).max(1);
        Self { tasks: trials.div_ceil(trials_per_task), trials_per_task }
    }
}

fn script(plan: &Plan, place: &Path, keep: Keep, request: &Request, array: &Array) -> String {
    // A text in single quotes, in which a shell sees nothing special; Slurm takes % for the start of a pattern.
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let log = place.join("task-").display().to_string().replace('%', "%%");
    let limit = request.array_limit.map(|limit| format!("%{limit}")).unwrap_or_default();
    let mut lines = vec![
        "#!/bin/sh".to_owned(),
        format!("#SBATCH --job-name={}", plan.spec.name),
        format!("#SBATCH --array=0-{}{limit}", array.tasks.saturating_sub(1)),
        "#SBATCH --ntasks=1".to_owned(),
        "#SBATCH --cpus-per-task=1".to_owned(),
        format!("#SBATCH --output=\"{log}%a.log\""),
        "#SBATCH --open-mode=append".to_owned(),
        "#SBATCH --requeue".to_owned(),
    ];
    lines.extend(request.partition.as_ref().map(|partition| directive("partition", Some(partition))));
    lines.extend(request.time.as_ref().map(|time| directive("time", Some(time))));
    lines.extend(request.sbatch.iter().map(SbatchOption::directive));
    let keep = clap::ValueEnum::to_possible_value(&keep).map(|keep| keep.get_name().to_owned()).unwrap_or_default();
    // The task itself is what Slurm signals when it is to stop.
    lines.push(format!(
        "exec {} slurm-task {} {} --keep {keep} \"$SLURM_ARRAY_TASK_ID\"",
        quoted(&place.join(PROGRAM)),
        quoted(place),
        array.trials_per_task
    ));
    lines.join("\n") + "\n"
}

/// Hands a submission to `sbatch`; returns the job's number.
fn hand_over(place: &Path, array: &Array) -> Result<u64, Error> {
    let script = place.join(SCRIPT);
    let answer = sbatch::submit(&script).inspect_err(|error| {
        // The error is that of `sbatch`, whether or not this succeeds.
        let _ = submissions::note_refused(place, &[error.to_string()]);
    })?;
    let tell = || answer.said.iter().for_each(|line| tracing::warn!("sbatch: {}", printable(line)));
    if !answer.taken {
        tell();
        submissions::note_refused(place, &answer.said)?;
        let problem = format!("sbatch refused the job; its script is {}", script.display());
        return Err(Error::Refused { problem });
    }
    let job = match answer.numbers[..] {
        [job] => Some(job),
        ref numbers => {
            // Only the queue knows.
            let queued = queue::jobs_of(&script);
            let known = queued.first().copied();
            known.filter(|job| queued.len() == 1 && (numbers.is_empty() || numbers.contains(job)))
        }
    };
    Job { job, tasks: array.tasks, trials_per_task: array.trials_per_task }.write(place)?;
    job.ok_or_else(|| {
        tell();
        let problem = format!(
            "sbatch took the job, but did not say its number in a line of its own. The job is in the queue and runs. To let \
             `sweep status` find it, add the line `job = NUMBER` to {}",
            place.join(JOB).display()
        );
        Error::Submitted { problem }
    })
}

/// How often files and queue are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Waits until no task is left, and then writes the tables and the report.
fn wait(sweep: Sweep<'_>, trials: usize) -> Result<u8, Error> {
    let Sweep { plan, folder } = sweep;
    let stop = commands::stop_on_signal();
    let mut progress = Progress::new(trials);
    let ended =
        || -> Result<usize, Error> { Ok(plan.len() - store::pending(plan, &store::latest(sweep, false)?, &[]).len()) };
    let mut known = plan.len() - trials;
    let mut is_silent = false;
    loop {
        let now = ended()?;
        progress.advance(now.saturating_sub(known));
        known = now.max(known);
        match queue::ask(&submissions::jobs(folder)?) {
            Queue::Tasks(tasks) if tasks.is_empty() => break,
            Queue::None => break,
            Queue::Silent(_) if known == plan.len() => break,
            Queue::Silent(problem) if !is_silent => {
                is_silent = true;
                tracing::warn!("Slurm does not answer ({}); still waiting for the trials", printable(problem));
            }
            Queue::Tasks(_) | Queue::Silent(_) => {}
        }
        let begun = Instant::now();
        while begun.elapsed() < EVERY {
            if stop.load(Ordering::Relaxed) {
                progress.end();
                tracing::warn!(
                    "the job continues: `cargo xtask sweep status {}` tells how far it is",
                    folder.display()
                );
                return Ok(exit_code::INTERRUPTED);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    progress.end();
    let _lock = store::lock(folder, Held::Alone)?;
    let _tables = store::lock_tables(folder)?;
    let rows = finish(sweep, store::latest(sweep, false)?, false)?;
    print_outcome(sweep, &rows);
    let whole = rows.iter().all(|row| row.status.is_final());
    Ok(if whole { exit_code::DONE } else { exit_code::FAILED })
}

/// Runs one task's share; returns the exit code.
pub(crate) fn task(place: &Path, trials_per_task: usize, task: usize, keep: Keep) -> Result<u8, Error> {
    let folder = place.parent().and_then(Path::parent).unwrap_or(place);
    let stop = commands::stop_on_signal();
    let _lock = store::lock(folder, Held::Together)?;
    if submissions::newest(folder).is_some_and(|newest| newest != place) {
        let problem = format!("{}: a later submission has taken its trials over", place.display());
        return Err(Error::Refused { problem });
    }
    let job = std::env::var("SLURM_ARRAY_JOB_ID").unwrap_or_else(|_| "0".to_owned());
    let worker = format!("slurm-{job}-{task}");
    let mut is_waiting = false;
    let file = loop {
        if let Some(file) = ResultsFile::open(folder, &worker)? {
            break file;
        }
        if stop.load(Ordering::Relaxed) {
            return Ok(exit_code::INTERRUPTED);
        }
        if !is_waiting {
            is_waiting = true;
            let hint = ResultsFile::holder(folder, &worker).unwrap_or_default();
            tracing::info!("another process still runs this task; waiting for it{}", printable(hint));
        }
        std::thread::sleep(EVERY);
    };
    let plan = store::read_plan(folder)?;
    let latest = store::latest(Sweep { plan: &plan, folder }, false)?;
    let (numbers, ended) = (plan.numbers(), file.ended()?);
    let missing = |hash: &Hash| {
        let &number = numbers.get(hash)?;
        let done = latest[number].as_ref().is_some_and(|record| record.status.is_final());
        (!done && !ended.contains(hash)).then_some(number)
    };
    let share = share(&place.join(SHARES), trials_per_task, task)?;
    let pending: Vec<usize> = share.iter().filter_map(missing).collect();
    let node = std::env::var("SLURMD_NODENAME").unwrap_or_default();
    tracing::info!("{} of {} trials to run, as {worker} on {node}", pending.len(), share.len());
    let mut progress = Progress::new(pending.len());
    let work = Work { plan: &plan, folder, pending, keep, fail_fast: false, stop: &stop };
    let pool = Pool::new(&work, 1, &latest)?;
    pool::run(&pool, vec![file], |event| progress.tell(&event))?;
    Ok(if stop.load(Ordering::Relaxed) { exit_code::INTERRUPTED } else { exit_code::DONE })
}

/// The trials of one task.
fn share(path: &Path, trials_per_task: usize, task: usize) -> Result<Vec<Hash>, Error> {
    let text =
        std::fs::read_to_string(path).map_err(|source| rnn_train::Error::Read { path: path.to_owned(), source })?;
    let lines = text.lines().enumerate().skip(task.saturating_mul(trials_per_task)).take(trials_per_task);
    let hash = |(line, text): (usize, &str)| {
        text.parse().map_err(|problem| Error::Results {
            path: path.to_owned(),
            problem: format!("line {}: {problem}", line + 1),
        })
    };
    lines.map(hash).collect()
}
