//! A run that is drawn at its end, whoever watches it.

use super::palette::Colours;
use super::pictures;
use crate::error::Error;
use crate::outputs::rows::EpochRow;
use crate::training::watch::{Beginning, Drawable, Step, Watch};
use std::ops::ControlFlow;

/// Draws the pictures of a run at its end, and hands on to another watcher what happens until then.
pub struct Drawing<'a> {
    watch: &'a mut dyn Watch,
    colours: Colours,
}

impl<'a> Drawing<'a> {
    /// Draws in these colours.
    pub fn new(watch: &'a mut dyn Watch, colours: Colours) -> Self {
        Self { watch, colours }
    }
}

impl Watch for Drawing<'_> {
    fn begins(&mut self, run: &Beginning<'_>) {
        self.watch.begins(run);
    }

    fn epoch(&mut self, epoch: usize) {
        self.watch.epoch(epoch);
    }

    fn looks(&mut self) -> bool {
        self.watch.looks()
    }

    fn step(&mut self, step: &Step<'_>) {
        self.watch.step(step);
    }

    fn solved(&mut self, epoch: usize) {
        self.watch.solved(epoch);
    }

    fn epoch_ends(&mut self, row: &EpochRow) -> ControlFlow<String> {
        self.watch.epoch_ends(row)
    }

    fn ends(&mut self) {
        self.watch.ends();
    }

    fn draws(&self) -> bool {
        true
    }

    fn draw(&mut self, run: &Drawable<'_>) -> Result<(), Error> {
        pictures::write_all(run, self.colours.palette())
    }
}
