//! Who watches a run: what is told of it as it goes.

use super::inside::Inside;
use crate::error::Error;
use crate::outputs::curve::{LossCurve, ValidCurve};
use crate::outputs::folder::Durable;
use crate::outputs::rows::{EpochRow, MetricsRow};
use crate::outputs::snapshot::Snapshot;
use crate::settings::table::Settings;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::Path;

/// Who is told of a run as it goes, to show it or to stop it; nothing comes of what is not taken in.
pub trait Watch {
    /// The run begins, or goes on.
    fn begins(&mut self, _run: &Beginning<'_>) {}
    /// An epoch begins.
    fn epoch(&mut self, _epoch: usize) {}
    /// Whether the next training step is to come with what the net answers before it. It is asked before each step, and
    /// can be asked again.
    fn looks(&mut self) -> bool {
        false
    }
    /// A training step was done.
    fn step(&mut self, _step: &Step<'_>) {}
    /// The task is solved, in this epoch.
    fn solved(&mut self, _epoch: usize) {}
    /// An epoch has ended. To break stops the run as not worth going on with, for the reason given.
    fn epoch_ends(&mut self, _row: &EpochRow) -> ControlFlow<String> {
        ControlFlow::Continue(())
    }
    /// Training has ended.
    fn ends(&mut self) {}
    /// Whether the run is drawn at its end. Then the net is kept as it was before training, and snapshots are recorded from which
    /// the run can be replayed.
    fn draws(&self) -> bool {
        false
    }
    /// Draws the run into its folder.
    ///
    /// # Errors
    /// Those of drawing and of writing; the run has then failed.
    fn draw(&mut self, _run: &Drawable<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// What can be drawn of a run at its end.
#[derive(Debug, Clone, Copy)]
pub struct Drawable<'a> {
    /// What was trained.
    pub settings: &'a Settings,
    /// The run's folder.
    pub folder: &'a Path,
    /// When files are to be brought to the disk.
    pub durable: Durable,
    /// The losses of all training steps.
    pub curve: &'a LossCurve,
    /// The losses of all validations.
    pub validation: &'a ValidCurve,
    /// The last window, as the net answers it after the last step.
    pub snapshot: &'a Snapshot,
    /// What is inside the net before training and after the last step, over the last window, where that is known.
    pub inside: Option<&'a [Inside; 2]>,
}

/// What a run begins with.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// What is trained.
    pub settings: &'a Settings,
    /// Training steps of the whole run.
    pub steps: usize,
    /// Those of them that are done, in an earlier session.
    pub done: usize,
    /// Their losses.
    pub curve: &'a LossCurve,
    /// The epoch that has solved the task, if one of them has.
    pub solved_epoch: Option<usize>,
    /// How many windows epochs have: they take turns where series are read from several files.
    pub windows: &'a [usize],
}

/// A training step that was done.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// Its row of `metrics.csv`.
    pub row: MetricsRow<f64>,
    /// The loss with the digits that it has in the net's own numbers.
    pub loss: &'a dyn Display,
    /// Whether all targets of its window can be known.
    pub known: bool,
    /// What the net answered before it, if the watcher [`looks`](Watch::looks).
    pub snapshot: Option<&'a Snapshot>,
}

/// Shows nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Watch for Silent {}
