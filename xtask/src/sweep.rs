//! Runs the trials of a sweep as parallel processes and keeps their results.

use crate::error::Error;
use crate::plan::Trial;
use crate::report;
use crate::spec::{SPEC, Spec};
use crate::summary::{self, Row, SUMMARY};
use indicatif::{ProgressBar, ProgressStyle};
use rnn_train::files::{self, State, Status};
use rnn_train::folder::{self, write_whole};
use rnn_train::{cli, exit_code};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The folder of the trials' folders.
pub(crate) const TRIALS: &str = "trials";

/// A trial's folder.
pub(crate) fn trial_folder(out: &Path, number: usize) -> PathBuf {
    out.join(TRIALS).join(format!("{number:04}"))
}

/// Runs all trials, `jobs` at the same time, and writes summary and report; returns the exit code.
pub(crate) fn sweep(spec: &Spec, planned: &[Trial], out: &Path, jobs: usize, overwrite: bool) -> Result<u8, Error> {
    prepare_folder(out, overwrite, planned)?;
    write_whole(&out.join(SPEC), spec.to_toml().as_bytes()).map_err(|error| unwritable(out, &error))?;
    let columns = summary::columns(spec);
    let mut so_far = files::Table::create(out.join(SUMMARY), &columns).map_err(|error| unwritable(out, &error))?;
    tracing::info!("{} trials, {jobs} at a time, into {}", planned.len(), out.display());

    let stop = cli::stop_on_signal();
    let crew = Crew::new(planned, out, &stop, jobs)?;
    let bar = progress_bar(planned.len());
    let mut rows: Vec<Row> = Vec::new();
    let mut failure = None;
    std::thread::scope(|scope| {
        let (sender, results) = channel();
        for worker in 0..jobs.min(planned.len()) {
            let (crew, sender) = (&crew, sender.clone());
            scope.spawn(move || crew.work(worker, &sender));
        }
        drop(sender);
        loop {
            let result = match results.recv_timeout(Duration::from_millis(50)) {
                Ok(result) => result,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    if stop.load(Ordering::Relaxed) {
                        crew.let_go();
                    }
                    continue;
                }
            };
            let told = result.and_then(|row| {
                so_far.push(row.cells())?;
                so_far.flush()?;
                tell(&bar, &row);
                rows.push(row);
                Ok(())
            });
            if let Err(error) = told {
                failure.get_or_insert(error);
                stop.store(true, Ordering::Relaxed);
                crew.let_go();
            }
        }
    });
    bar.finish_and_clear();
    drop(so_far);

    rows.sort_by_key(|row| row.trial);
    let sorted = summary::csv(spec, &rows)
        .map_err(|error| Error::Results { path: out.join(SUMMARY), problem: error.to_string() })?;
    write_whole(&out.join(SUMMARY), &sorted)?;
    if let Some(error) = failure {
        return Err(error);
    }
    let page = match report::write(out) {
        Ok(page) => page,
        Err(error) => return Ok(cli::report(&error, exit_code::FAILED)),
    };
    // The results are in the files, whether or not somebody reads this.
    let _ = writeln!(std::io::stdout(), "{}\n{}", report::outcome(&rows, planned.len()), page.display());
    Ok(if stop.load(Ordering::Relaxed) {
        exit_code::INTERRUPTED
    } else if rows.iter().any(|row| row.status == State::Failed) {
        exit_code::FAILED
    } else {
        exit_code::DONE
    })
}

/// Makes the folder ready; an older sweep's trials are only taken away from a folder that holds a sweep.
/// No file that a trial of this one reads is taken away either.
fn prepare_folder(out: &Path, overwrite: bool, planned: &[Trial]) -> Result<(), Error> {
    let refuse = |problem: String| Err(rnn_train::Error::Out { path: out.to_owned(), problem }.into());
    let trials = out.join(TRIALS);
    if overwrite && trials.exists() && !out.join(SPEC).exists() {
        return refuse(format!("there is a folder {TRIALS} but no {SPEC}: this is no sweep, and is not overwritten"));
    }
    if let Some(path) = planned.iter().find_map(|trial| trial.settings.read_from(&trials)).filter(|_| overwrite) {
        return refuse(format!("{} is what this sweep reads: it is not overwritten", path.display()));
    }
    // The spec goes last, so that an overwriting that is cut short can be begun again.
    folder::prepare_folder(out, overwrite, &[SUMMARY, report::REPORT])?;
    if overwrite && trials.exists() {
        std::fs::remove_dir_all(&trials).map_err(|source| rnn_train::Error::Out {
            path: trials.clone(),
            problem: format!("cannot be replaced: {source}"),
        })?;
    }
    Ok(())
}

fn unwritable(out: &Path, error: &rnn_train::Error) -> Error {
    rnn_train::Error::Out { path: out.to_owned(), problem: format!("cannot be written to: {error}") }.into()
}

fn progress_bar(trials: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} trials, {elapsed} gone, {eta} left");
    // The template is fixed, so it parses; the default style would do as well.
    ProgressBar::new(trials as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Shows that a trial has ended, and at once if it went wrong.
fn tell(bar: &ProgressBar, row: &Row) {
    if row.status == State::Failed {
        let error = row.error.as_deref().unwrap_or_default();
        bar.suspend(|| tracing::warn!("trial {} failed: {error}", row.trial));
    }
    bar.inc(1);
}

/// The workers, each of which runs one trial after the other.
struct Crew<'a> {
    trials: &'a [Trial],
    out: &'a Path,
    stop: &'a AtomicBool,
    program: PathBuf,
    /// The next trial to run.
    next: AtomicUsize,
    /// Each worker's running trial is stopped by dropping the standard input that it reads.
    lifelines: Mutex<Vec<Option<ChildStdin>>>,
}

impl<'a> Crew<'a> {
    fn new(trials: &'a [Trial], out: &'a Path, stop: &'a AtomicBool, jobs: usize) -> Result<Self, Error> {
        let spawn = |source| Error::Spawn { program: "this program".into(), source };
        let program = std::env::current_exe().map_err(spawn)?;
        let lifelines = Mutex::new((0..jobs).map(|_| None).collect());
        Ok(Self { trials, out, stop, program, next: AtomicUsize::new(0), lifelines })
    }

    /// Stops all running trials.
    fn let_go(&self) {
        self.lifelines.lock().unwrap_or_else(PoisonError::into_inner).fill_with(|| None);
    }

    fn hold(&self, worker: usize, lifeline: Option<ChildStdin>) {
        self.lifelines.lock().unwrap_or_else(PoisonError::into_inner)[worker] = lifeline;
    }

    fn work(&self, worker: usize, results: &Sender<Result<Row, Error>>) {
        while !self.stop.load(Ordering::Relaxed) {
            let Some(trial) = self.trials.get(self.next.fetch_add(1, Ordering::Relaxed)) else { break };
            if results.send(self.run(worker, trial)).is_err() {
                break;
            }
        }
    }

    /// Runs one trial to its end.
    fn run(&self, worker: usize, trial: &Trial) -> Result<Row, Error> {
        let folder = trial_folder(self.out, trial.number);
        std::fs::create_dir_all(&folder).map_err(|source| rnn_train::Error::Write { path: folder.clone(), source })?;
        trial.settings.write(&folder.join(files::CONFIG))?;
        let begun = Instant::now();
        let mut command = Command::new(&self.program);
        command.arg("trial").arg(&folder).env("RUST_LOG", "warn");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        // Ctrl-C on the terminal is for the sweep, which then stops its trials.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let spawn = |source| Error::Spawn { program: self.program.clone(), source };
        let mut child = command.spawn().map_err(spawn)?;
        self.hold(worker, child.stdin.take());
        if self.stop.load(Ordering::Relaxed) {
            self.hold(worker, None);
        }
        let output = child.wait_with_output().map_err(spawn)?;
        self.hold(worker, None);
        let wall_seconds = begun.elapsed().as_secs_f64();

        let said = String::from_utf8_lossy(&output.stderr);
        let status = Status::read(&folder).ok().filter(|status| status.status != State::Running);
        Ok(match status {
            Some(status) => Row::new(trial, status, wall_seconds),
            None => {
                // A process that was killed says nothing; one that refuses or fails says why in its last line.
                let reason = said.lines().rev().find_map(|line| line.strip_prefix("error: ")).map(str::to_owned);
                Row::failed(trial, reason.unwrap_or_else(|| output.status.to_string()), wall_seconds)
            }
        })
    }
}
