//! Two sweeps on a file system without locks, and `sbatch` as sites have it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{ends, skip, spec, wait_within};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

const FOUR: &str = "
[sweep]
name = 's'
replicates = 2
[base]
num_epochs = 150
log_every = 100
[grid]
echo_step = [1, 2]
";

/// A library in which no file can be locked, as on Lustre mounted without `flock`; none where there is no C compiler.
fn without_locks(folder: &Path) -> Option<PathBuf> {
    let (source, library) = (folder.join("no_locks.c"), folder.join("no_locks.so"));
    let text = "#include <errno.h>\nint flock(int fd, int op) { (void)fd; (void)op; errno = ENOSYS; return -1; }\n";
    std::fs::write(&source, text).unwrap();
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    compiled.is_ok_and(|status| status.success()).then_some(library)
}

#[test]
fn without_locks_no_trial_runs_twice() {
    let (folder, spec, out) = spec(FOUR);
    let Some(library) = without_locks(folder.path()) else {
        return skip("a test of sweeps without locks needs a C compiler (cc)");
    };
    let sweep = || {
        let mut command = Command::new(XTASK);
        command.args(["sweep", &spec, "--jobs=1", "--out"]).arg(&out).env("LD_PRELOAD", &library);
        command
    };
    let mut first = sweep().spawn().unwrap();
    wait_within(60, "the first one works", || out.join("sweep.lock.held").exists());
    let second = sweep().output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(2), "{said}");
    assert!(said.contains("sweep.lock.held says that process ") && said.contains("remove it if"), "{said}");
    // A killed one is no obstacle on the same machine.
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(out.join("sweep.lock.held").exists());
    let third = sweep().output().unwrap();
    assert!(third.status.success(), "{third:?}");
    assert!(!out.join("sweep.lock.held").exists());
    let ends = ends(&out);
    assert!(ends.len() == 4 && ends.values().all(|&times| times == 1), "{ends:?}");
}

/// A sweep on a cluster whose `sbatch` is this script of shell.
fn submitted(sbatch: &str, more: &[&str]) -> (tempfile::TempDir, PathBuf, Output) {
    let (folder, _, out) = spec(FOUR);
    let programs = folder.path().join("bin");
    std::fs::create_dir(&programs).unwrap();
    for (name, text) in [("sbatch", sbatch), ("squeue", "exit 0")] {
        let path = programs.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let output = submit(folder.path(), more);
    (folder, out, output)
}

/// Submits the sweep in a folder of [`submitted`], again if it was before.
fn submit(folder: &Path, more: &[&str]) -> Output {
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(XTASK);
    command.args(["sweep", "--engine", "slurm", "--out"]).arg(folder.join("out")).args(more);
    command.arg(folder.join("spec.toml")).env("PATH", path).output().unwrap()
}

#[test]
fn the_jobs_number_stands_among_greetings() {
    let greeting = "echo '-----'; echo '  Welcome to cluster 7'; echo '--> Verifying valid submit host...OK'";
    let (_folder, out, output) = submitted(&format!("{greeting}; echo 4242; echo 'Have a nice day'"), &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("job 4242;"));
    assert!(std::fs::read_to_string(out.join("slurm/0/job.toml")).unwrap().contains("job = 4242"));

    // It was taken, so nothing of it may go.
    let (folder, out, output) = submitted("echo 'Thank you for your job'", &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("Thank you for your job") && said.contains("add the line `job = NUMBER` to "), "{said}");
    assert!(out.join("slurm/0/job.sh").exists() && out.join("slurm/0/xtask").exists());
    // Nor are its trials submitted again without a word.
    let again = submit(folder.path(), &[]);
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains("slurm/0 may have been submitted: the number of its job is not known"), "{said}");
    assert!(out.join("slurm/0/job.sh").exists() && out.join("slurm/1/job.sh").exists());
}

#[test]
fn a_refusal_is_shown_whole_and_the_script_stays() {
    let sbatch = "echo 'sbatch: error: Name a project: submit with --account=PROJECT' >&2\n\
                  echo 'sbatch: error: Batch job submission failed: Unspecified error' >&2\nexit 1";
    let (_folder, out, output) = submitted(sbatch, &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("Name a project") && said.contains("Unspecified error"), "{said}");
    let script = out.join("slurm/0/job.sh");
    assert!(said.contains(script.to_str().unwrap()) && script.exists(), "{said}");
    assert!(std::fs::read_to_string(out.join("slurm/0/refused.txt")).unwrap().contains("Name a project"));
}

#[test]
fn options_of_a_site_are_passed_through_and_no_lines_of_shell() {
    let options = ["--sbatch=--account=proj", "--sbatch", "gres=gpu:1", "--partition=short"];
    let (_folder, out, output) = submitted("echo 7", &options);
    assert!(output.status.success(), "{output:?}");
    let script = std::fs::read_to_string(out.join("slurm/0/job.sh")).unwrap();
    for line in ["#SBATCH --account=proj", "#SBATCH --gres=gpu:1", "#SBATCH --partition=short"] {
        assert!(script.lines().any(|found| found == line), "{script}");
    }
    for option in ["--partition=x\ntouch pwned", "--time=3\r#", "--sbatch=account=x\ntouch pwned", "--sbatch=array=1"] {
        for more in [&[option][..], &[option, "--dry-run"]] {
            let (_folder, out, output) = submitted("echo 7", more);
            assert_eq!(output.status.code(), Some(2), "{option:?}: {output:?}");
            assert!(!out.exists(), "{option:?}");
        }
    }
}
