//! A training that is watched while it goes on.

use super::beat::{Rate, Stride};
use super::ink::Ink;
use super::inputs::Inputs;
use super::pace::{Going, Pace};
use super::scene::{Epochs, Phase, Scene};
use super::stage::{Next, Stage};
use crate::outputs::status::{State, Status};
use crate::settings::table::Settings;
use crate::training::watch::{Beginning, Step, Watch};
use chart_kit::text::printable;
use std::time::Instant;

/// Shows a run on the terminal, from when it begins.
pub(super) struct Training<'a> {
    inputs: &'a Inputs,
    ink: Ink,
    pace: Pace,
    shown: Option<Shown<'a>>,
}

/// A run that has begun, and the terminal that it is shown on.
struct Shown<'a> {
    stage: Stage<'a>,
    scene: Scene,
    stride: Stride,
    rate: Rate,
    /// Whether the next window is to be shown.
    looks: bool,
    /// Whether the window that is shown is not the last one.
    is_stale: bool,
}

impl<'a> Training<'a> {
    pub(super) fn new(inputs: &'a Inputs, ink: Ink, pace: Pace) -> Self {
        Self { inputs, ink, pace, shown: None }
    }

    /// Shows how the run ended, unless it was stopped by who watched it.
    pub(super) fn stay(&mut self, status: &Status) {
        let Some(Shown { stage, scene, .. }) = &mut self.shown else { return };
        if status.status != State::Interrupted && !self.inputs.is_stopped() {
            scene.solved = status.solved_epoch;
            scene.phase = Phase::Ended(ending(status, &scene.settings));
            stage.stay(scene);
        }
    }
}

/// How a run ended.
pub(super) fn ending(status: &Status, settings: &Settings) -> String {
    match (status.status, status.solved_epoch, &status.error) {
        (State::Done, Some(epoch), _) => format!("done: solved in epoch {epoch}"),
        (State::Done, None, _) if settings.reads_data() => "done".to_owned(),
        (State::Done, None, _) => "done: not solved".to_owned(),
        (state, _, Some(error)) => format!("{state}: {}", printable(error)),
        (state, _, None) => state.to_string(),
    }
}

impl Watch for Training<'_> {
    fn begins(&mut self, run: &Beginning<'_>) {
        let scene = Scene {
            settings: run.settings.clone(),
            epochs: Epochs::new(run.windows.iter().copied()),
            steps: run.steps,
            done: run.done,
            curve: run.curve.clone(),
            floor: run.settings.floor_of_first_window(),
            row: None,
            snapshot: None,
            solved: run.solved_epoch,
            rate: None,
            phase: Phase::Training,
        };
        let mut stage = match Stage::enter(self.inputs, self.ink, self.pace) {
            Ok(stage) => stage,
            Err(error) => return tracing::warn!("the screen cannot be shown on this terminal: {error}"),
        };
        stage.draw(&scene);
        let now = Instant::now();
        let (stride, rate) = (Stride::new(now), Rate::new(now, run.done));
        self.shown = Some(Shown { stage, scene, stride, rate, looks: true, is_stale: false });
    }

    fn epoch(&mut self, _epoch: usize) {
        if let Some(shown) = &mut self.shown {
            shown.looks |= shown.stage.player.seeks_epoch();
        }
    }

    fn looks(&mut self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.looks)
    }

    fn step(&mut self, step: &Step<'_>) {
        if let Some(shown) = &mut self.shown {
            shown.step(step);
        }
    }

    fn solved(&mut self, epoch: usize) {
        if let Some(Shown { scene, .. }) = &mut self.shown {
            scene.solved = Some(epoch);
        }
    }

    fn ends(&mut self) {
        if let Some(Shown { stage, scene, .. }) = &mut self.shown {
            scene.phase = Phase::Writing;
            stage.draw(scene);
        }
    }
}

impl Shown<'_> {
    fn step(&mut self, step: &Step<'_>) {
        let Self { stage, scene, stride, rate, looks, is_stale } = self;
        scene.curve.push(step.row.step, step.row.loss, step.known);
        scene.done = step.row.step + 1;
        scene.row = Some(step.row);
        let snapshot = step.snapshot.filter(|_| *looks);
        *is_stale = snapshot.is_none();
        if let Some(snapshot) = snapshot {
            scene.snapshot = Some(snapshot.clone());
            stage.change();
        }
        let arrives = stage.player.passes(step.row.batch == 0);
        let is_last_next = scene.done + 1 == scene.steps;
        // Most of the steps at full speed end here.
        if !stride.passes() && !arrives && *is_stale {
            *looks |= is_last_next;
            return;
        }
        let now = Instant::now();
        scene.rate = rate.take(now, scene.done);
        let is_more = scene.done < scene.steps;
        // Behind the last step there is nothing to wait for.
        if is_more {
            // A step back cannot be made: it is a rest.
            while stage.wait(scene, stride.passed(), true, *is_stale) == Next::Back {}
        }
        let later = Instant::now();
        if stage.has_rested() {
            rate.rests(later, scene.done);
        }
        let (all, pace) = match stage.player.going() {
            Going::Rests => (true, None),
            // As many as can be told apart, and each of them if it is waited for.
            Going::PerSecond(pace) => (pace <= 1000.0, Some(pace)),
            Going::Full => (stage.player.is_paused() && !stage.player.seeks_epoch(), None),
        };
        *looks = all || is_last_next || stage.frames.is_due(later);
        stride.begins(now, later, pace);
    }
}
