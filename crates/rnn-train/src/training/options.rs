//! What to do beside training.

use crate::outputs::folder::Durable;

/// What to do beside training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Replace the run that is in the folder.
    pub overwrite: bool,
    /// Threads that a training step is shared out to, at most. What comes out does not depend on it.
    pub threads: usize,
    /// When files are brought to the disk.
    pub durable: Durable,
    /// Keep a checkpoint of a run that is done, from which it can be resumed with more epochs.
    pub keep_checkpoint: bool,
    /// For [`resume`](super::run::resume): train so many epochs, instead of as many as `config.toml` says.
    pub num_epochs: Option<i64>,
}

/// Nothing beside training, in one thread.
impl Default for Options {
    fn default() -> Self {
        Self { overwrite: false, threads: 1, durable: Durable::AtOnce, keep_checkpoint: true, num_epochs: None }
    }
}
