//! What the parts of a report draw on: the recording of a run, its training steps, and what was to be expected of it.

use super::steps::Steps;
use crate::error::Error;
use crate::outputs::files::METRICS;
use crate::outputs::recording::Recording;
use crate::settings::table::Settings;
use std::path::Path;

pub(super) struct Facts<'a> {
    pub(super) folder: &'a Path,
    /// Whether the page stands in the run's folder, so that links lead to its files.
    pub(super) is_beside: bool,
    pub(super) recording: Recording,
    pub(super) steps: Steps,
    /// The floor of each window whose targets cannot all be known; nothing where none is known.
    pub(super) floors: Option<Vec<f64>>,
    /// Training steps of the whole run, where its settings say how many.
    pub(super) planned: Option<usize>,
}

impl<'a> Facts<'a> {
    pub(super) fn read(folder: &'a Path, is_beside: bool) -> Result<Self, Error> {
        let recording = Recording::read_any(folder)?;
        let steps = Steps::read(folder, &recording)?;
        if steps.rows == 0 && recording.snapshots.is_empty() {
            let nothing = std::io::Error::other("nothing was recorded: the run has just begun");
            return Err(Error::Read { path: folder.join(METRICS), source: nothing });
        }
        let settings = &recording.settings;
        let layout = settings.drawn_layout();
        let floor = layout.and_then(|layout| settings.floor(layout));
        let floors = floor.map(|floor| (0..settings.first_known_window()).map(|window| floor.window(window)).collect());
        let planned = layout.map(|layout| layout.windows().saturating_mul(settings.num_epochs));
        Ok(Self { folder, is_beside, recording, steps, floors, planned })
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.recording.settings
    }

    /// Training steps done, as far as is known.
    pub(super) fn done(&self) -> usize {
        self.recording.steps_done(self.steps.last.map(|row| row.step))
    }
}
