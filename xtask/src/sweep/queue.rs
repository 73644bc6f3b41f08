//! What Slurm's queue says of jobs, asked with `squeue`.

use std::io::ErrorKind;
use std::process::Command;

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
    let asked =
        Command::new("squeue").args(["--noheader", "--array", "--format=%F|%T|%N|%r", "--jobs", &list]).output();
    match asked {
        Err(error) if error.kind() == ErrorKind::NotFound => Queue::None,
        Err(error) => Queue::Silent(error.to_string()),
        Ok(output) if output.status.success() => Queue::Tasks(parse(&String::from_utf8_lossy(&output.stdout))),
        Ok(output) => match last_line(&output.stderr) {
            // Slurm forgets a job some minutes after its end.
            line if line.contains("Invalid job id") => Queue::Tasks(Vec::new()),
            line => Queue::Silent(line),
        },
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
        let said = b"sbatch: error: invalid partition specified: nosuch\nsbatch: error: Batch job submission failed: Invalid partition name specified\n";
        assert_eq!(last_line(said), "Batch job submission failed: Invalid partition name specified");
    }
}
