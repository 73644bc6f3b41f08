//! One trial, as a process of its own, so that a crash costs one trial.
//!
//! Its standard input is its lifeline: the sweep holds the other end and writes nothing to it. When that end closes,
//! because the sweep wants the trial to stop or because the sweep was killed, the trial stops cleanly.

use crate::error::Error;
use rnn_train::exit_code;
use rnn_train::run::{Options, Silent};
use rnn_train::{Layer, files};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Trains the net whose settings lie in the folder, and leaves its files there.
pub(crate) fn run(folder: &Path) -> Result<u8, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    std::thread::spawn(move || {
        // Its end, or an error, is all that is waited for.
        let _ = std::io::stdin().read(&mut [0]);
        flag.store(true, Ordering::Relaxed);
    });
    let settings = Layer::from_toml_file(&folder.join(files::CONFIG))?.resolve().map_err(rnn_train::Error::from)?;
    let options = Options { overwrite: true, ..Options::default() };
    let status = rnn_train::run(&settings, folder, options, &mut Silent, &stop)?;
    Ok(exit_code::of(status.status))
}
