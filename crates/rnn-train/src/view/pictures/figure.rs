//! The figure of a run: its loss curve, and the last window trained on as the net now answers it.

use super::axis::{Losses, Steps};
use super::loss::Loss;
use super::rows::Rows;
use super::sheet::{SIZE, Sheet};
use super::shown::Shown;
use crate::view::headline::headline;
use chart_kit::draw::svg;
use chart_kit::text::count;

/// Draws it.
pub(crate) fn figure(shown: &Shown<'_>) -> Result<String, chart_kit::Error> {
    let Shown { settings, palette, curve, validation, snapshot } = *shown;
    let (known, guessed) = (curve.known(), curve.guessed());
    let validated = validation.losses();
    let floor = settings.floor_of_first_window();
    let steps = Steps::even(curve.steps().saturating_sub(1));
    let losses = Losses::of([known, guessed, validated], floor);
    let loss = Loss { settings, palette, known, guessed, validated, floor, steps, losses, until: None };
    let rows = Rows { settings, palette, snapshot };
    let place = format!(
        "after {}; the rows are the last window, number {} of epoch {}: {}",
        count(curve.steps(), "training step"),
        snapshot.batch,
        snapshot.epoch,
        rows.score()
    );
    let sheet = Sheet { headline: headline(settings), place, loss, rows };
    svg(SIZE, |root| sheet.draw(root))
}
