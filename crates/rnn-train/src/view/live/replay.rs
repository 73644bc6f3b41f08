//! A run that is over, or was stopped, played again from its files: from snapshot to snapshot.

use super::ink::Ink;
use super::inputs::Inputs;
use super::pace::Pace;
use super::scene::{Epochs, Phase, Scene};
use super::stage::{Next, Stage};
use crate::error::Error;
use crate::exit_code;
use crate::outputs::curve::LossCurve;
use crate::outputs::recording::Recording;
use crate::outputs::rows::MetricsRow;
use crate::settings::table::Settings;
use std::path::Path;

/// What else was known when a snapshot was taken.
#[derive(Debug, Clone)]
struct Moment {
    /// The losses up to that of the snapshot's window.
    curve: LossCurve,
    /// The row of its window, or where that was not logged, the last one before.
    row: Option<MetricsRow<f64>>,
}

/// What there is to play.
struct Film {
    recording: Recording,
    /// One for each snapshot.
    moments: Vec<Moment>,
    epochs: Epochs,
    steps: usize,
}

/// Plays the run in a folder until somebody leaves; returns the exit code.
pub(super) fn replay(folder: &Path, pace: Pace, ink: Ink) -> Result<u8, Error> {
    let film = Film::read(folder)?;
    let inputs = Inputs::new();
    let entered = Stage::enter(&inputs, ink, pace);
    let mut stage = entered.map_err(|error| Error::Terminal(error.to_string()))?;
    let (mut scene, mut index) = (film.first(), 0);
    loop {
        film.show(index, &mut scene);
        stage.change();
        match stage.wait(&scene, 1, index + 1 < film.moments.len(), false) {
            Next::Go => {
                index += 1;
                stage.player.passes(film.begins_epoch(index));
            }
            Next::Back => index = index.saturating_sub(1),
            Next::Stop => break,
        }
    }
    Ok(if stage.is_left() { exit_code::DONE } else { exit_code::INTERRUPTED })
}

impl Film {
    fn read(folder: &Path) -> Result<Self, Error> {
        let recording = Recording::read(folder)?;
        let (mut curve, mut last) = (LossCurve::default(), None);
        let known = recording.settings.first_known_window();
        let mut moments = Vec::with_capacity(recording.snapshots.len());
        Recording::for_each_step(folder, |row| {
            // A snapshot is of the window of its step, whose loss is the last that belongs to it.
            while recording.snapshots.get(moments.len()).is_some_and(|snapshot| snapshot.step < row.step) {
                moments.push(Moment { curve: curve.clone(), row: last });
            }
            curve.push(row.step, row.loss, row.batch >= known);
            last = Some(row);
        })?;
        moments.resize(recording.snapshots.len(), Moment { curve, row: last });
        let done = recording.steps_done(last.map(|row| row.step));
        let (epochs, steps) = epochs(&recording, done);
        Ok(Self { recording, moments, epochs, steps })
    }

    /// What is shown before there is anything to show.
    fn first(&self) -> Scene {
        Scene {
            settings: self.recording.settings.clone(),
            epochs: self.epochs.clone(),
            steps: self.steps,
            done: 0,
            curve: LossCurve::default(),
            floor: self.recording.settings.floor_of_first_window(),
            row: None,
            snapshot: None,
            solved: None,
            rate: None,
            phase: Phase::Replay([0, self.moments.len()]),
        }
    }

    fn show(&self, index: usize, scene: &mut Scene) {
        let (snapshot, Moment { curve, row }) = (&self.recording.snapshots[index], &self.moments[index]);
        let is_of_row = row.is_some_and(|row| row.step == snapshot.step);
        scene.done = snapshot.step + usize::from(is_of_row);
        scene.curve.clone_from(curve);
        let (epoch, batch) = (snapshot.epoch, snapshot.batch);
        scene.row = row.map(|row| MetricsRow { epoch, batch, ..row });
        scene.snapshot = Some(snapshot.clone());
        let status = &self.recording.status;
        let is_solved = status.solved_steps.is_some_and(|steps| steps <= scene.done);
        scene.solved = status.solved_epoch.filter(|_| is_solved);
        scene.phase = Phase::Replay([index + 1, self.moments.len()]);
    }

    fn begins_epoch(&self, index: usize) -> bool {
        let epoch = |index: usize| self.recording.snapshots[index].epoch;
        index > 0 && epoch(index) > epoch(index - 1)
    }
}

/// Where epochs begin, and the steps of the whole run, of which so many are done.
fn epochs(recording: &Recording, done: usize) -> (Epochs, usize) {
    let Recording { settings, epochs, .. } = recording;
    let Settings { series, num_epochs, .. } = settings;
    let windows: Vec<_> = match settings.drawn_layout() {
        Some(layout) => vec![layout.windows()],
        // Files take turns; of a run that has not come to all of them, no more is known than what was done.
        None => epochs.iter().take(series.len()).map(|row| row.windows).collect(),
    };
    let knows_all = windows.len() >= series.len().max(1);
    let epochs = Epochs::new(windows);
    let steps = if knows_all { epochs.start(*num_epochs) } else { done };
    (epochs, steps)
}
