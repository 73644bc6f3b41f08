//! Sweeps that a test has started, and that run while it goes on.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses a part of it; a test may panic"
)]

use crate::support::{trial_folders, wait_within};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// A running sweep, which a test that fails does not leave behind.
pub struct Running(Option<Child>);

impl Running {
    pub fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }

    pub fn id(&self) -> u32 {
        self.0.as_ref().unwrap().id()
    }

    pub fn kill(&mut self) {
        self.child().kill().unwrap();
        self.wait();
    }

    pub fn wait(&mut self) -> Option<i32> {
        self.child().wait().unwrap().code()
    }

    pub fn output(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended, as it should.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Starts a sweep.
pub fn spawn(spec: &str, out: &Path, more: &[&str]) -> Running {
    let mut command = Command::new(XTASK);
    command.args(["sweep", spec, "--out", out.to_str().unwrap()]).args(more).env_remove("RUST_LOG");
    Running(Some(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()))
}

/// The processes that this one has started and that still run.
pub fn children(parent: u32) -> Vec<u32> {
    let stat = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let pids =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let is_child = |pid: &u32| {
        let stat = stat(*pid);
        stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok()) == Some(parent)
    };
    pids.filter(is_child).collect()
}

pub fn kill(signal: &str, pid: u32) -> bool {
    Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status().unwrap().success()
}

/// Waits until each of a sweep's trials has trained for two epochs.
pub fn wait_until_all_train(out: &Path) {
    wait_within(60, "all trials train", || {
        out.join("plan.csv").exists()
            && trial_folders(out).iter().all(|folder| {
                std::fs::read_to_string(folder.join("epochs.csv")).is_ok_and(|text| text.lines().count() > 2)
            })
    });
}
