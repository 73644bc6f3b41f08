//! Sweeps on a real Slurm cluster: two nodes on this machine, which the tests break on purpose. They take some minutes and
//! start daemons, so they run when they are asked for: `cargo xtask slurm-test`.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic, and uses a part of what it includes"
)]

mod cluster;
mod support;

use cluster::Cluster;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;
use support::{ends, skip, spec, tables};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// 64 trials of a fifth of a second or so, of nets that are too large to be trained side by side: one ends after the other.
const TRIALS: &str = "
[sweep]
name = 'on-slurm'
replicates = 8
[base]
log_every = 100
state_size = 40
[grid]
num_epochs = [10, 15]
echo_step = [1, 2, 3, 4]
";

/// A cluster and a sweep's spec and folder on it.
struct Setup {
    cluster: Cluster,
    folder: tempfile::TempDir,
    spec: String,
    out: PathBuf,
}

impl Setup {
    /// `None` where there is no Slurm, which is then said.
    fn new() -> Option<Self> {
        if !cluster::installed() {
            skip("a test needs Slurm (slurm-wlm and munge), which is not on this machine");
            return None;
        }
        let (folder, spec, out) = spec(TRIALS);
        Some(Self { cluster: Cluster::start(), folder, spec, out })
    }

    fn sweep(&self, out: &Path, more: &[&str]) -> Output {
        let mut command = self.cluster.command(XTASK);
        command.args(["sweep", &self.spec, "--out", out.to_str().unwrap()]).args(more).env_remove("RUST_LOG");
        command.output().unwrap()
    }

    /// Submits the sweep; returns the job's number.
    fn submit(&self, more: &[&str]) -> String {
        let submitted = self.sweep(&self.out, &[&["--engine", "slurm"], more].concat());
        assert!(submitted.status.success(), "{submitted:?}");
        let said = String::from_utf8(submitted.stdout).unwrap();
        said.strip_prefix("job ").and_then(|said| said.split(';').next()).unwrap_or_else(|| panic!("{said}")).to_owned()
    }

    fn status(&self) -> String {
        let told = self.cluster.command(XTASK).args(["sweep", "status", self.out.to_str().unwrap()]).output().unwrap();
        assert!(told.status.success(), "{told:?}");
        String::from_utf8(told.stdout).unwrap()
    }

    fn wait_for_ends(&self, enough: usize) {
        self.wait("trials end", || self.ends() >= enough);
    }

    fn wait_for_job(&self, job: &str) {
        let tasks = || self.cluster.ask("squeue", ["--noheader", "--jobs", &format!("{job},{job}")]);
        self.wait("the job ends", || tasks().is_empty());
    }

    /// Waits until something is so, as long as trials end.
    fn wait(&self, what: &str, is_so: impl FnMut() -> bool) {
        self.cluster.wait_while(|| self.ends(), Duration::from_secs(180), what, is_so);
    }

    /// How many trials have ended.
    fn ends(&self) -> usize {
        ends(&self.out).values().sum()
    }

    /// Makes sure that the sweep is the one that this machine makes alone, and that no trial was run to its end twice.
    fn assert_whole(&self, trials: usize) {
        let local = self.folder.path().join("local");
        assert!(self.sweep(&local, &[]).status.success());
        assert!(tables(&self.out) == tables(&local));
        let ends = ends(&self.out);
        assert_eq!(ends.len(), trials);
        assert!(ends.values().all(|&times| times == 1), "{ends:?}");
    }

    /// What the tasks say.
    fn logs(&self) -> String {
        let logs = std::fs::read_dir(self.out.join("slurm/0")).unwrap().map(|entry| entry.unwrap().path());
        let logs = logs.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
        logs.map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }
}

#[test]
#[ignore = "starts a Slurm cluster: cargo xtask slurm-test"]
fn both_nodes_run_what_one_machine_would() {
    let Some(setup) = Setup::new() else { return };
    // Why a job is refused is shown whole, and the script stays until the next submission takes its place.
    let refused = setup.sweep(&setup.out, &["--engine", "slurm", "--partition", "nosuch"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("Batch job submission failed: Invalid partition name specified"), "{said}");
    assert!(said.lines().last().unwrap().ends_with("slurm/0/job.sh") && setup.out.join("slurm/0/job.sh").exists());

    let ended = ["--engine", "slurm", "--trials-per-task", "4", "--sbatch=--comment=of the test", "--wait"];
    let ended = setup.sweep(&setup.out, &ended);
    assert!(ended.status.success(), "{ended:?}");
    let printed = String::from_utf8(ended.stdout).unwrap();
    assert!(printed.contains(" of 64 trials solved the task") && printed.ends_with("report.html\n"), "{printed}");
    let logs = setup.logs();
    for node in ["n1", "n2"] {
        let tasks = logs.matches(&format!(" on {node}\n")).count();
        assert!(tasks > 2, "{tasks} of 16 tasks ran on {node}: {logs}");
    }
    setup.assert_whole(64);
    assert!(
        setup.status().contains("64 trials: 64 done\nSlurm has no task of it in the queue\nit has ended"),
        "{}",
        setup.status()
    );
    // The same command again finds nothing to do.
    let again = setup.sweep(&setup.out, &["--engine", "slurm"]);
    assert!(again.status.success() && !setup.out.join("slurm/1").exists());
}

#[test]
#[ignore = "starts a Slurm cluster: cargo xtask slurm-test"]
fn what_slurm_has_begun_is_finished_here() {
    let Some(setup) = Setup::new() else { return };
    let job = setup.submit(&["--trials-per-task", "16"]);
    setup.wait_for_ends(10);
    let status = setup.status();
    let running = |node| status.contains(&format!("Slurm job {job}: 1 task running on {node}"));
    assert!((running("n1") || running("n2")) && status.contains("it is being worked on"), "{status}");
    // While it is there, nobody else may do its work.
    let refused = setup.sweep(&setup.out, &[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    setup.cluster.ask("scancel", [&job]);
    setup.wait_for_job(&job);
    let done = ends(&setup.out).len();
    assert!((10..64).contains(&done), "{done}");
    assert!(setup.status().contains("nobody is working here"), "{}", setup.status());
    let ended = setup.sweep(&setup.out, &[]);
    assert!(ended.status.success(), "{ended:?}");
    setup.assert_whole(64);
}

/// A submission whose number was not written down is found in the queue by its script.
#[test]
#[ignore = "starts a Slurm cluster: cargo xtask slurm-test"]
fn a_job_whose_number_is_lost_is_found() {
    let Some(setup) = Setup::new() else { return };
    let job = setup.submit(&["--trials-per-task", "32"]);
    std::fs::remove_file(setup.out.join("slurm/0/job.toml")).unwrap();
    setup.wait_for_ends(1);
    assert!(setup.status().contains(&format!("Slurm job {job}: ")), "{}", setup.status());
    let refused = setup.sweep(&setup.out, &["--engine", "slurm"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    setup.cluster.ask("scancel", [&job]);
    setup.wait_for_job(&job);
}

/// As when a node loses its power: its daemon and all that runs there are gone at once.
#[test]
#[ignore = "starts a Slurm cluster: cargo xtask slurm-test"]
fn a_lost_node_loses_no_trial() {
    let Some(mut setup) = Setup::new() else { return };
    let job = setup.submit(&["--trials-per-task", "16"]);
    setup.wait_for_ends(12);
    setup.cluster.kill_node(2);
    setup.wait_for_job(&job);
    let logs = setup.logs();
    assert_eq!(logs.matches("trials to run, as").count(), 5, "one of four tasks was begun again: {logs}");
    assert_eq!(ends(&setup.out).len(), 64);
    assert!(setup.sweep(&setup.out, &["--engine", "slurm"]).status.success(), "it has nothing to do but the tables");
    setup.assert_whole(64);
}

/// Slurm believes the node to be lost and begins its task anew elsewhere, while the first one lives on.
#[test]
#[ignore = "starts a Slurm cluster: cargo xtask slurm-test"]
fn a_task_that_runs_twice_runs_no_trial_twice() {
    let Some(mut setup) = Setup::new() else { return };
    let job = setup.submit(&["--trials-per-task", "64"]);
    setup.wait_for_ends(1);
    let node = setup.cluster.ask("squeue", ["--noheader", "--format=%N", "--jobs", &job]);
    let node = if node == "n1" { 1 } else { 2 };
    setup.cluster.kill_slurmd(node);
    // The first task stands still until the second one has begun, and then goes on.
    setup.cluster.signal_jobs(node, "-STOP");
    let waits = "another process still runs this task; waiting for it";
    setup.wait("the task begins anew", || setup.logs().contains(waits));
    setup.cluster.signal_jobs(node, "-CONT");
    setup.wait_for_job(&job);
    assert!(setup.sweep(&setup.out, &["--engine", "slurm"]).status.success(), "it has nothing to do but the tables");
    setup.assert_whole(64);
}

#[test]
#[ignore = "starts a Slurm cluster: cargo xtask slurm-test"]
fn tasks_that_are_requeued_or_out_of_time_lose_nothing() {
    let Some(setup) = Setup::new() else { return };
    // One task, which lasts longer than the half a minute after which Slurm looks at time limits.
    let text = TRIALS.replace("[10, 15]", "[800]").replace("echo_step = [1, 2, 3, 4]", "echo_step = [1]");
    std::fs::write(&setup.spec, text).unwrap();
    let job = setup.submit(&["--trials-per-task", "8", "--time", "5"]);
    setup.wait_for_ends(1);
    setup.cluster.ask("scontrol", ["requeue", &format!("{job}_0")]);
    setup.wait_for_ends(2);
    setup.cluster.ask("scontrol", ["update", &format!("JobId={job}_0"), "EndTime=now"]);
    setup.wait_for_job(&job);
    let first = ends(&setup.out).len();
    assert!((2..8).contains(&first), "the task's time was up: {first}");
    let logs = setup.logs();
    assert!(logs.contains("DUE TO JOB REQUEUE") && logs.contains("DUE TO TIME LIMIT"), "{logs}");
    let rest = setup.submit(&["--trials-per-task", "1"]);
    setup.wait_for_job(&rest);
    assert!(setup.sweep(&setup.out, &["--engine", "slurm"]).status.success());
    setup.assert_whole(8);
}
