//! What was submitted to Slurm for a sweep: a folder `slurm/N/` for each submission.

use super::queue::{self, Queue, Task};
use crate::error::Error;
use crate::trials::store::SLURM;
use rnn_train::folder::write_whole;
use rnn_train::shown::count;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The file that has what is known of a submission.
const JOB: &str = "job.toml";

/// What is known of a submission.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) job: u64,
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

/// The folder of the next submission.
pub(crate) fn new_place(folder: &Path) -> Result<PathBuf, Error> {
    let place = std::path::absolute(folder.join(SLURM).join(places(folder).count().to_string()));
    Ok(place.map_err(|source| rnn_train::Error::Read { path: folder.to_owned(), source })?)
}

/// The folder of the last submission.
pub(crate) fn newest(folder: &Path) -> Option<PathBuf> {
    places(folder).last()
}

/// The jobs that were submitted for a sweep.
pub(crate) fn jobs(folder: &Path) -> Result<Vec<u64>, Error> {
    let mut jobs = Vec::new();
    for place in places(folder) {
        let path = place.join(JOB);
        // One that was killed while it submitted knows no number.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let job: Job =
            toml::from_str(&text).map_err(|error| Error::Results { path, problem: error.message().to_owned() })?;
        jobs.push(job.job);
    }
    Ok(jobs)
}

/// An error if tasks of a sweep wait or run, because they would run what this command is to run.
pub(crate) fn check_none_waits(folder: &Path) -> Result<(), Error> {
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
