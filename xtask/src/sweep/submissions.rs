//! What was submitted to Slurm for a sweep: a folder `slurm/N/` for each submission.
//!
//! A submission is known by the number of its job. Where that is not known, because the sweep was killed while it submitted
//! or `sbatch` did not say it, the queue is asked which job runs the submission's script. A submission that `sbatch` refused
//! keeps its script, for the user to look at, until the next one takes its place.

use super::queue::{self, Queue, Task};
use crate::error::Error;
use crate::trials::store::SLURM;
use chart_kit::text::{count, printable};
use rnn_train::outputs::folder::write_whole;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The file that has what is known of a submission.
pub(crate) const JOB: &str = "job.toml";

/// The file that says that `sbatch` refused a submission, and how.
const REFUSED: &str = "refused.txt";

/// The batch script of a submission.
pub(crate) const SCRIPT: &str = "job.sh";

/// What is known of a submission that `sbatch` took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The job's number; `None` where `sbatch` did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<u64>,
    pub(crate) tasks: usize,
    pub(crate) trials_per_task: usize,
}

impl Job {
    /// Writes it to the submission's folder.
    pub(crate) fn write(&self, place: &Path) -> Result<(), Error> {
        let path = place.join(JOB);
        let text = toml::to_string(self);
        let text = text.map_err(|error| Error::Results { path: path.clone(), problem: error.to_string() })?;
        Ok(write_whole(&path, text.as_bytes())?)
    }
}

/// The folders of the submissions, in their order.
fn places(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let submissions = folder.join(SLURM);
    (0_u32..).map(move |number| submissions.join(number.to_string())).take_while(|place| place.exists())
}

/// Notes that `sbatch` refused a submission, with what it said.
pub(crate) fn note_refused(place: &Path, said: &[String]) -> Result<(), Error> {
    Ok(write_whole(&place.join(REFUSED), (said.join("\n") + "\n").as_bytes())?)
}

/// Whether a submission was refused, and nobody has submitted its script by hand since.
fn is_refused(place: &Path) -> bool {
    let mut entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    place.join(REFUSED).exists()
        && !entries.any(|entry| entry.path().extension().is_some_and(|extension| extension == "log"))
}

/// The folder of the next submission: a new one, or that of the last one if it was refused.
pub(crate) fn next_place(folder: &Path) -> Result<PathBuf, Error> {
    let last = places(folder).last().filter(|place| is_refused(place));
    let place = last.unwrap_or_else(|| folder.join(SLURM).join(places(folder).count().to_string()));
    Ok(std::path::absolute(place).map_err(|source| rnn_train::Error::Read { path: folder.to_owned(), source })?)
}

/// Makes the folder of the next submission; what a refused one has left there is taken away.
pub(crate) fn make_place(folder: &Path) -> Result<PathBuf, Error> {
    let place = next_place(folder)?;
    let made = if place.exists() { std::fs::remove_dir_all(&place) } else { Ok(()) };
    let made = made.and_then(|()| std::fs::create_dir_all(&place));
    made.map_err(|source| rnn_train::Error::Write { path: place.clone(), source })?;
    Ok(place)
}

/// The folder of the last submission.
pub(crate) fn newest(folder: &Path) -> Option<PathBuf> {
    places(folder).last()
}

/// The jobs that were submitted for a sweep, as far as their numbers are known.
pub(crate) fn jobs(folder: &Path) -> Result<Vec<u64>, Error> {
    let mut jobs = Vec::new();
    for place in places(folder) {
        jobs.extend(jobs_of(&place)?);
    }
    Ok(jobs)
}

/// The job of a submission; several if its script was submitted by hand too, none if its number is not known.
fn jobs_of(place: &Path) -> Result<Vec<u64>, Error> {
    let path = place.join(JOB);
    let known = match std::fs::read_to_string(&path) {
        Ok(text) => {
            let job: Result<Job, _> = toml::from_str(&text);
            job.map_err(|error| Error::Results { path, problem: error.message().to_owned() })?.job
        }
        Err(_) => None,
    };
    Ok(known.map_or_else(|| queue::jobs_of(&place.join(SCRIPT)), |job| vec![job]))
}

/// An error if tasks of a sweep wait or run, because they would run what this command is to run.
pub(crate) fn check_none_waits(folder: &Path) -> Result<(), Error> {
    if let Some(place) = newest(folder).filter(|place| !is_refused(place))
        && jobs_of(&place)?.is_empty()
    {
        tracing::warn!(
            "{} may have been submitted: the number of its job is not known, and the queue shows no job that runs its \
             script. Its tasks that begin from now on end at once",
            printable(place.display())
        );
    }
    match queue::ask(&jobs(folder)?) {
        Queue::Tasks(tasks) => match tasks.first() {
            Some(Task { job, .. }) => {
                let (waiting, shown) = (count(tasks.len(), "task"), folder.display());
                let problem = format!(
                    "job {job} for {shown} still has {waiting} in the queue: wait for it to end, or end it (scancel {job})"
                );
                Err(Error::Refused { problem })
            }
            None => Ok(()),
        },
        Queue::None => Ok(()),
        Queue::Silent(problem) => {
            tracing::warn!(
                "Slurm does not say whether tasks of this sweep wait ({problem}); those that begin meanwhile will end at once"
            );
            Ok(())
        }
    }
}
