//! The programs as built for Windows, under Wine: a sweep that is killed and continued, two at a time, runs, predictions.
//!
//! `cargo xtask windows-test` builds the programs and says where they are.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use support::{DETERMINISTIC, ends, skip_without, spec, succeed, tables, wait_within};

/// The same program as built for this machine.
const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// 12 trials of some tenths of a second.
const TRIALS: &str = "
[sweep]
name = 'on-windows'
replicates = 2
[base]
log_every = 50
[grid]
num_epochs = [4, 8]
echo_step = [1, 2, 3]
";

/// The one function of it that they call.
const RANDOM: &str = "
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T length) { return RtlGenRandom(to, (ULONG)length); }
";

/// A Windows of its own, which ends and goes with this value.
struct Windows {
    prefix: tempfile::TempDir,
    programs: PathBuf,
}

impl Windows {
    /// `None` where there is no Wine, which is then said.
    fn start() -> Option<Self> {
        if skip_without("wine") {
            return None;
        }
        // Where the programs were built, a compiler for Windows is too.
        let programs = std::env::var_os("WINDOWS_PROGRAMS").unwrap_or_else(|| panic!("run `cargo xtask windows-test`"));
        let windows = Self { prefix: tempfile::tempdir().unwrap(), programs: programs.into() };
        let begun = windows.wine("wine").args(["wineboot", "--init"]).output().unwrap();
        assert!(begun.status.success(), "{begun:?}");
        windows.add_library();
        Some(windows)
    }

    /// Adds a library of Windows that Rust's programs need, if this Wine is too old to have it.
    fn add_library(&self) {
        let library = self.prefix.path().join("drive_c/windows/system32/bcryptprimitives.dll");
        if library.exists() {
            return;
        }
        let source = self.prefix.path().join("random.c");
        std::fs::write(&source, RANDOM).unwrap();
        let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
        let compiled = compiler.args(["-shared", "-o"]).arg(library).arg(source).arg("-ladvapi32").output().unwrap();
        assert!(compiled.status.success(), "{compiled:?}");
    }

    fn wine(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("WINEPREFIX", self.prefix.path()).env("WINEDEBUG", "-all").env_remove("RUST_LOG");
        // What Wine would otherwise offer to install.
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml=");
        command
    }

    /// A program in a folder, where its relative paths begin.
    fn command(&self, program: &str, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.wine("wine");
        command.arg(self.programs.join(format!("{program}.exe"))).args(arguments).current_dir(folder);
        command
    }

    fn run(&self, program: &str, folder: &Path, arguments: &[&str]) -> Output {
        self.command(program, folder, arguments).output().unwrap()
    }

    /// Runs a program that must succeed, and returns its standard output with the ends of lines of this machine.
    fn succeed(&self, program: &str, folder: &Path, arguments: &[&str]) -> String {
        let output = self.run(program, folder, arguments);
        assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
    }

    /// Starts a program, to be killed.
    fn start_program(&self, program: &str, folder: &Path, arguments: &[&str]) -> Running {
        let mut command = self.command(program, folder, arguments);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        // A server that does not end goes a moment later by itself.
        let _ = self.wine("wineserver").args(["--kill", "--wait"]).output();
    }
}

/// A process that a test which fails does not leave behind.
struct Running(Child);

impl Running {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs Wine and the programs for Windows: cargo xtask windows-test"]
fn a_sweep_on_windows() {
    let Some(windows) = Windows::start() else { return };
    let (folder, spec, out) = spec(TRIALS);
    let at = folder.path();
    let arguments = ["sweep", "spec.toml", "--out", "out", "--jobs", "2"];
    let mut first = windows.start_program("xtask", at, &arguments);
    let ended = || ends(&out).len();
    wait_within(60, "trials end", || ended() >= 2);

    // While it runs its folder is locked, and its files can be read.
    let second = windows.run("xtask", at, &arguments);
    assert_eq!(second.status.code(), Some(2), "{second:?}");
    assert!(String::from_utf8_lossy(&second.stderr).contains("at work in this folder right now"), "{second:?}");
    let status = windows.succeed("xtask", at, &["sweep", "status", "out"]);
    assert!(status.contains("12 trials: ") && status.contains("it is being worked on"), "{status}");
    windows.succeed("xtask", at, &["report", "out"]);

    first.kill();
    assert!(ended() < 12, "it was killed too late");
    // What a kill can leave.
    let results = std::fs::read_dir(out.join("results")).unwrap().map(|entry| entry.unwrap().path());
    for file in results.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")) {
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text + "{\"hash\":\"x0").unwrap();
    }
    windows.succeed("xtask", at, &arguments);
    let status = windows.succeed("xtask", at, &["sweep", "status", "out"]);
    assert!(status.contains("12 trials: 12 done") && status.contains("it has ended"), "{status}");
    windows.succeed("xtask", at, &["report", "out"]);
    assert!(out.join("report.html").exists());
    assert!(ends(&out).values().all(|&times| times == 1), "{:?}", ends(&out));

    // What this machine makes of the same spec.
    let here = at.join("here");
    succeed(XTASK, ["sweep", &spec, "--out", here.to_str().unwrap()]);
    assert!(tables(&out) == tables(&here));

    // It begins again, and leaves no folder of a trial.
    windows.succeed("xtask", at, &[&arguments[..], &["--overwrite", "--keep", "none"]].concat());
    assert!(tables(&out) == tables(&here));
    assert_eq!(std::fs::read_dir(out.join("trials")).map_or(0, Iterator::count), 0);
}

#[test]
#[ignore = "needs Wine and the programs for Windows: cargo xtask windows-test"]
fn a_run_on_windows() {
    let Some(windows) = Windows::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (at, run) = (folder.path(), ["run", "--num-epochs=6", "--checkpoint-every=100", "--out"]);
    windows.succeed("rnn-train", at, &[&run[..], &["whole"]].concat());
    let mut killed = windows.start_program("rnn-train", at, &[&run[..], &["killed"]].concat());
    wait_within(60, "there is a checkpoint", || at.join("killed/checkpoint.safetensors").exists());
    let busy = windows.run("rnn-train", at, &["resume", "killed"]);
    assert_eq!(busy.status.code(), Some(2), "{busy:?}");
    assert!(String::from_utf8_lossy(&busy.stderr).contains("is writing to this folder right now"), "{busy:?}");
    killed.kill();
    windows.succeed("rnn-train", at, &["resume", "killed"]);
    for name in DETERMINISTIC {
        let [whole, killed] = ["whole", "killed"].map(|run| std::fs::read(at.join(run).join(name)).unwrap());
        assert!(whole == killed, "{name}");
    }
    let names = |folder: &Path| {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(&at.join("whole")), names(&at.join("killed")));
    assert_eq!(names(at), ["whole", "killed"].map(str::to_owned).into(), "no lock stays");

    std::fs::write(at.join("inputs.csv"), "input\n0\n1\n1\n0\n").unwrap();
    let answers = windows.succeed("rnn-train", at, &["predict", "--model", "whole/model.safetensors", "inputs.csv"]);
    assert_eq!(answers.lines().count(), 5, "{answers}");
    windows.succeed("rnn-train", at, &["report", "whole"]);
    windows.succeed("rnn-train", at, &[&run[..], &["whole", "--overwrite"]].concat());
}
