//! Training to watch, and replays: a screen in the terminal that shows a net while it learns.
//!
//! `training` and `replay` make a `Scene` of what happens; a `Stage` draws it with `screen` on the `terminal`, at the pace
//! and with the pauses that keys ask for. The thread that trains draws too, between two steps, so nothing is shared.

mod axes;
mod bars;
mod beat;
mod chart;
mod ink;
mod inputs;
mod pace;
mod replay;
mod scene;
mod screen;
mod stage;
mod terminal;
mod training;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use pace::{OF_REPLAY, OF_TRAINING, Pace};
pub(crate) use terminal::unfit;

use crate::error::Error;
use crate::outputs::status::Status;
use crate::training::watch::Watch;
use crate::view::palette::Colours;
use ink::{Depth, Ink};
use inputs::Inputs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use training::Training;

/// Shows a run while `train` goes on with it, and how it ended, until it is left. `train` is given who watches it, and
/// the flag that stops it.
pub(crate) fn watch(
    pace: Pace,
    colours: Colours,
    train: impl FnOnce(&mut dyn Watch, &AtomicBool) -> Result<Status, Error>,
) -> Result<Status, Error> {
    let inputs = Inputs::new();
    let mut training = Training::new(&inputs, Ink::new(colours, Depth::of_terminal()), pace);
    let status = train(&mut training, &inputs.stop_flag())?;
    training.stay(&status);
    Ok(status)
}

/// Plays the run in a folder until it is left; returns the exit code.
pub(crate) fn replay(folder: &Path, pace: Pace, colours: Colours) -> Result<u8, Error> {
    match unfit() {
        Some(why) => Err(Error::Terminal(why.to_owned())),
        None => replay::replay(folder, pace, Ink::new(colours, Depth::of_terminal())),
    }
}
