//! What Slurm's queue says of jobs, asked with `squeue`.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

/// A task of a job that waits or runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) job: u64,
    /// Slurm's word for it, such as PENDING or RUNNING.
    pub(crate) state: String,
    /// Where it runs; empty for one that waits.
    pub(crate) node: String,
    /// Why it waits.
    pub(crate) reason: String,
}

/// What came of asking.
pub(crate) enum Queue {
    /// The tasks that wait or run.
    Tasks(Vec<Task>),
    /// There is no Slurm on this machine.
    None,
    /// Slurm does not answer, and why.
    Silent(String),
}

/// The tasks of these jobs that wait or run.
pub(crate) fn ask(jobs: &[u64]) -> Queue {
    if jobs.is_empty() {
        return Queue::Tasks(Vec::new());
    }
    let list = jobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    match squeue(&["--array", "--format=%F|%T|%N|%r", "--jobs", &list]) {
        Err(error) if error.kind() == ErrorKind::NotFound => Queue::None,
        Err(error) => Queue::Silent(error.to_string()),
        Ok(output) if output.status.success() => Queue::Tasks(parse(&String::from_utf8_lossy(&output.stdout))),
        // Slurm forgets a job some minutes after its end, and may then say nothing of the others.
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains("Invalid job id") => match jobs {
            [_] => Queue::Tasks(Vec::new()),
            _ => jobs.iter().map(|&job| ask(&[job])).fold(Queue::Tasks(Vec::new()), Queue::and),
        },
        Ok(output) => Queue::Silent(last_line(&output.stderr)),
    }
}

/// The jobs in the queue that run a script; none where Slurm does not say.
pub(crate) fn jobs_of(script: &Path) -> Vec<u64> {
    let Ok(script) = std::path::absolute(script) else { return Vec::new() };
    let Ok(output) = squeue(&["--format=%F|%o"]) else { return Vec::new() };
    let mut jobs = numbers_of(&String::from_utf8_lossy(&output.stdout), &script);
    jobs.dedup();
    jobs
}

fn squeue(arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("squeue").arg("--noheader").args(arguments).output()
}

/// The numbers in lines of a job's number and its script.
fn numbers_of(listed: &str, script: &Path) -> Vec<u64> {
    let job = |line: &str| {
        let (job, command) = line.trim().split_once('|')?;
        job.parse().ok().filter(|_| Path::new(command) == script)
    };
    listed.lines().filter_map(job).collect()
}

impl Queue {
    /// What came of asking twice.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Tasks(mut tasks), Self::Tasks(more)) => {
                tasks.extend(more);
                Self::Tasks(tasks)
            }
            (Self::Tasks(_), other) => other,
            (first, _) => first,
        }
    }
}

fn parse(listed: &str) -> Vec<Task> {
    let task = |line: &str| {
        let mut fields = line.split('|').map(|field| field.trim().to_owned());
        let job = fields.next()?.parse().ok()?;
        Some(Task { job, state: fields.next()?, node: fields.next()?, reason: fields.next()? })
    };
    listed.lines().filter_map(task).collect()
}

/// The last line of what a program of Slurm's says, without its own name and the word error.
pub(crate) fn last_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
    line.rsplit("error: ").next().unwrap_or(line).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Slurm 22.05 prints it.
    #[test]
    fn waiting_and_running_tasks() {
        let tasks = parse("1|PENDING||JobArrayTaskLimit\n1|RUNNING|n2|None\n\n");
        let task = |state: &str, node: &str, reason: &str| Task {
            job: 1,
            state: state.to_owned(),
            node: node.to_owned(),
            reason: reason.to_owned(),
        };
        assert_eq!(tasks, [task("PENDING", "", "JobArrayTaskLimit"), task("RUNNING", "n2", "None")]);
        let banner = "Welcome | to\n1|RUNNING|n2|None\n-----\n";
        assert_eq!(parse(banner), [task("RUNNING", "n2", "None")]);
        let listed = "7|/home/me/sweep/slurm/0/job.sh\nWelcome\n7|/home/me/sweep/slurm/0/job.sh\n8|(null)\n";
        assert_eq!(numbers_of(listed, Path::new("/home/me/sweep/slurm/0/job.sh")), [7, 7]);
        let said = b"sbatch: error: invalid partition specified: nosuch\nsbatch: error: Batch job submission failed: Invalid partition name specified\n";
        assert_eq!(last_line(said), "Batch job submission failed: Invalid partition name specified");
    }
}
