//! The checks of this workspace: what continuous integration runs.

use crate::error::Error;
use rnn_train::commands;
use rnn_train::exit_code;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Check {
    name: &'static str,
    cargo: &'static [&'static str],
    /// An environment variable that it needs.
    variable: Option<(&'static str, &'static str)>,
}

const CHECKS: [Check; 5] = [
    Check { name: "format", cargo: &["fmt", "--all", "--check"], variable: None },
    Check {
        name: "lints",
        cargo: &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"],
        variable: None,
    },
    Check {
        name: "docs",
        cargo: &["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"],
        variable: Some(("RUSTDOCFLAGS", "--deny warnings")),
    },
    Check {
        name: "packages",
        cargo: &["package", "--workspace", "--exclude", "xtask", "--exclude", "fuzz", "--allow-dirty", "--quiet"],
        variable: None,
    },
    Check { name: "tests", cargo: &["test", "--workspace"], variable: None },
];

/// Runs all checks, one after the other, until one fails.
pub(crate) fn run() -> Result<u8, Error> {
    let cargo = cargo();
    for Check { name, cargo: arguments, variable } in CHECKS {
        tracing::info!("{name}: cargo {}", arguments.join(" "));
        let mut command = Command::new(&cargo);
        command.args(arguments).envs(variable);
        if name == "packages" {
            let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
            let target = target.join("packages");
            forget_packages(&target);
            command.env("CARGO_TARGET_DIR", target);
        }
        let code = exit_code_of(command, &format!("the check of {name} failed"))?;
        if code != exit_code::DONE {
            return Ok(code);
        }
    }
    Ok(exit_code::DONE)
}

/// Tests sweeps on a real Slurm cluster. The tests wait for the cluster most of the time, so several run side by side.
pub(crate) fn slurm() -> Result<u8, Error> {
    ignored_tests("slurm", "3", None)
}

/// Builds the programs for Windows, and tests them under Wine.
pub(crate) fn windows() -> Result<u8, Error> {
    const TARGET: &str = "x86_64-pc-windows-gnu";
    // To compile for speed takes longer than the tests do.
    const SLOW: [&str; 3] = ["", "package.rnn-train.", "package.xtask."];
    let slow = SLOW.map(|of| format!("--config=profile.dev.{of}opt-level=0"));
    let mut build = Command::new(cargo());
    build.args(["build", "--workspace", "--bins", "--target", TARGET]).args(slow);
    let code = exit_code_of(build, "the programs for Windows were not built")?;
    if code != exit_code::DONE {
        return Ok(code);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let programs = workspace().join(target).join(TARGET).join("debug");
    ignored_tests("windows", "2", Some(("WINDOWS_PROGRAMS", &programs)))
}

/// Tests `rnn-core` as it is compiled for ARM, under emulation: among them, that NEON gives the bits of plain Rust.
pub(crate) fn arm() -> Result<u8, Error> {
    const EMULATED: [(&str, &str); 2] = [
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc"),
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64 -L /usr/aarch64-linux-gnu"),
    ];
    let mut command = Command::new(cargo());
    command.args(["test", "--package", "rnn-core", "--lib", "--target", "aarch64-unknown-linux-gnu"]).envs(EMULATED);
    exit_code_of(command, "the tests on ARM failed")
}

/// Runs the tests of a file that are ignored otherwise. They are built as those of the whole workspace are: by themselves, some
/// dependencies would be built again with other features.
fn ignored_tests(name: &str, at_once: &str, variable: Option<(&str, &PathBuf)>) -> Result<u8, Error> {
    let mut command = Command::new(cargo());
    command.args(["test", "--workspace", "--test", name, "--", "--ignored", "--test-threads", at_once]).envs(variable);
    exit_code_of(command, &format!("the tests in tests/{name}.rs failed"))
}

/// Runs a command in the workspace; says that it failed, if it did.
fn exit_code_of(mut command: Command, failure: &str) -> Result<u8, Error> {
    let status = command.current_dir(workspace()).status();
    let status = status.map_err(|source| Error::Spawn { program: command.get_program().into(), source })?;
    Ok(if status.success() { exit_code::DONE } else { commands::report(&failure, exit_code::FAILED) })
}

/// Takes away the copies of this workspace's packages that cargo unpacked in an earlier check, and what it then compiled of them in
/// this target folder. It knows them by path and version alone, so it would check a crate against what its neighbour was then. What
/// cannot be removed is left.
fn forget_packages(target: &Path) {
    const NAMES: [&str; 4] = ["chart-kit", "echo-data", "rnn-core", "rnn-train"];
    let of_ours = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        NAMES.iter().any(|own| name.strip_prefix(own).is_some_and(|rest| rest.starts_with('-')))
    };
    let compiled = std::fs::read_dir(target.join("debug/.fingerprint"));
    for entry in compiled.into_iter().flatten().flatten().filter(of_ours) {
        let _ = std::fs::remove_dir_all(entry.path());
    }
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    // A registry that is a folder has no host before the dash of its name.
    let local = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with('-');
    for registry in registries.into_iter().flatten().flatten().filter(local) {
        for name in NAMES {
            let _ = std::fs::remove_dir_all(registry.path().join(format!("{name}-{}", env!("CARGO_PKG_VERSION"))));
        }
    }
}

/// The cargo that this program was started by.
pub(crate) fn cargo() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The workspace's folder, which is the one above this crate's.
pub(crate) fn workspace() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}
