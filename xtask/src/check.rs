//! The checks of this workspace: what continuous integration runs.

use crate::error::Error;
use rnn_train::{cli, exit_code};
use std::path::PathBuf;
use std::process::Command;

/// Each check: its name, cargo's arguments, and an environment variable that it needs.
const CHECKS: [(&str, &[&str], Option<(&str, &str)>); 4] = [
    ("format", &["fmt", "--all", "--check"], None),
    ("lints", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"], None),
    (
        "docs",
        &["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"],
        Some(("RUSTDOCFLAGS", "--deny warnings")),
    ),
    ("tests", &["test", "--workspace"], None),
];

/// Runs all checks, one after the other, until one fails.
pub(crate) fn run() -> Result<u8, Error> {
    let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, arguments, variable) in CHECKS {
        tracing::info!("{name}: cargo {}", arguments.join(" "));
        let mut command = Command::new(&cargo);
        command.args(arguments).envs(variable).current_dir(workspace());
        let status = command.status().map_err(|source| Error::Spawn { program: cargo.clone(), source })?;
        if !status.success() {
            return Ok(cli::report(&format!("the check of {name} failed"), exit_code::FAILED));
        }
    }
    Ok(exit_code::DONE)
}

/// The workspace's folder, which is the one above this crate's.
fn workspace() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}
