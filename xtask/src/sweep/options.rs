//! How to run a sweep, beyond what its spec says: none of it changes what trials come to.

use crate::trials::results::TrialStatus;

/// How to run a sweep.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// How many processes of trials run at the same time.
    pub(crate) jobs: usize,
    pub(crate) overwrite: bool,
    /// Stop when a trial has failed.
    pub(crate) fail_fast: bool,
    /// Run those again that ended like this.
    pub(crate) retry: Vec<TrialStatus>,
    pub(crate) keep: Keep,
}

/// Which trials' folders stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Keep {
    /// Every trial's
    All,
    /// That of the best trial by the objective
    Best,
    /// None; trials then write no files at all
    None,
}
