//! What a program adds to the commands here: how a training is shown, how a forecast is drawn, and commands of its own.

use super::console::Console;
use super::signals::stop_on_signal;
use crate::error::Error;
use crate::outputs::status::Status;
use crate::training::forecast::SeriesForecast;
use crate::training::watch::Watch;
use clap::{Args, Subcommand};
use std::fmt::Debug;
use std::sync::atomic::AtomicBool;

/// Flags that say how a training is shown.
pub trait Shows: Args + Debug {
    /// Trains with `train`, which is given who watches and the flag that stops it.
    ///
    /// # Errors
    /// Those of `train`.
    fn shown<T>(&self, train: T) -> Result<Status, Error>
    where
        T: FnOnce(&mut dyn Watch, &AtomicBool) -> Result<Status, Error>;
}

/// Flags that say how a forecast is drawn.
pub trait Draws: Args + Debug {
    /// Forecasts with `forecast`, and draws what it returns. What must not be drawn to is found before.
    ///
    /// # Errors
    /// Those of `forecast`, and of drawing.
    fn drawn<F>(&self, forecast: F) -> Result<SeriesForecast, Error>
    where
        F: FnOnce() -> Result<SeriesForecast, Error>;
}

/// Further commands.
pub trait More: Subcommand + Debug {
    /// Does what is asked for; returns the exit code.
    ///
    /// # Errors
    /// What went wrong.
    fn run(&self) -> Result<u8, Error>;
}

/// Lines on the terminal, and nothing else.
#[derive(Debug, Clone, Copy, Args)]
pub struct Plain {}

impl Shows for Plain {
    fn shown<T>(&self, train: T) -> Result<Status, Error>
    where
        T: FnOnce(&mut dyn Watch, &AtomicBool) -> Result<Status, Error>,
    {
        train(&mut Console::new(), &stop_on_signal())
    }
}

impl Draws for Plain {
    fn drawn<F>(&self, forecast: F) -> Result<SeriesForecast, Error>
    where
        F: FnOnce() -> Result<SeriesForecast, Error>,
    {
        forecast()
    }
}

/// No further commands.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum NoMore {}

impl More for NoMore {
    fn run(&self) -> Result<u8, Error> {
        match *self {}
    }
}
