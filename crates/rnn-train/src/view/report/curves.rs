//! The curves of a run over its training steps: loss, accuracy, gradient norm, learning rate.

use super::facts::Facts;
use super::steps::{MOST_ROWS, Track};
use crate::outputs::columns::{Column, Content};
use crate::outputs::files::METRICS;
use crate::outputs::rows::{KNOWN, MetricsRow};
use chart_kit::text::thousands;
use maud::{Markup, html};

/// What is told of the row that is pointed at.
const TOLD: [Column; 8] = [
    MetricsRow::STEP,
    MetricsRow::EPOCH,
    MetricsRow::BATCH,
    MetricsRow::LEARNING_RATE,
    MetricsRow::LOSS,
    MetricsRow::FLOOR,
    MetricsRow::ACCURACY,
    MetricsRow::GRADIENT_NORM,
];

pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let settings = facts.settings();
    let has_accuracy = settings.shape().targets.can_be_right();
    let has_floor = facts.steps.have_floor();
    // What the task does not have is not shown.
    let is_told = |column: &Column| match *column {
        MetricsRow::ACCURACY => has_accuracy,
        MetricsRow::FLOOR => has_floor,
        _ => true,
    };
    html! {
        h2 #curves-title { "Curves" }
        @if facts.steps.rows == 0 {
            p { "No training step is in " code { (METRICS) } "." }
        } @else {
            section #curves aria-labelledby="curves-title" hidden data-unit=(settings.loss.unit()) {
                div.controls {
                    button #zoom-in type="button" aria-label="zoom in" title="zoom in (+)" { "+" }
                    button #zoom-out type="button" aria-label="zoom out" title="zoom out (−)" { "−" }
                    button #earlier type="button" aria-label="earlier steps" title="earlier steps (←)" { "←" }
                    button #later type="button" aria-label="later steps" title="later steps (→)" { "→" }
                    button #whole type="button" title="the whole run (Esc, or a double click)" { "whole run" }
                    output #range aria-live="polite" {}
                }
                ul.key {
                    @if !settings.tells_known_apart() {
                        li { span.mark.known {} "lowest, highest and mean loss of each dot of the screen" }
                    } @else {
                    li { span.mark.known {} (KNOWN) " windows: lowest, highest and mean loss of each dot of the screen" }
                    li { span.mark.guessed {} @if facts.settings().floor_of_first_window().is_some() { "an epoch’s first windows, whose targets cannot all be known" } @else { "an epoch’s first windows" } }
                    }
                    @if facts.settings().floor_of_first_window().is_some() { li { span.mark.floor {} "their floor" } }
                    @if facts.recording.epochs.iter().any(|row| row.valid_loss.value().is_some()) { li { span.mark.validation {} "validation loss, at the end of an epoch" } }
                    @if !facts.steps.jumps.marked().is_empty() { li { span.mark.jump {} "a " (KNOWN) " window that jumps after them" } }
                    @if !facts.recording.snapshots.is_empty() { li { span.mark.shown {} "the window shown below" } }
                }
                dl.told.several[!facts.steps.are_exact()] {
                    @for column in TOLD.into_iter().filter(is_told) { div { dt { (column.title) } dd data-told=(column.name) { "–" } } }
                }
                div.canvas {
                    canvas aria-hidden="true" {}
                    div.over tabindex="0" role="group" aria-label="Curves over the training steps. Plus and minus zoom, the arrow keys move, with shift from row to row, Escape shows the whole run." {
                        div.line.at-snapshot hidden {}
                        div.line.at-pointer hidden {}
                        div.ring hidden {}
                        div.selection hidden {}
                    }
                }
                p.note {
                    "Drag over the curves to zoom in, or turn the wheel or pinch; a double click shows the whole run again. "
                    @if !facts.recording.snapshots.is_empty() { "A click moves the window below to the nearest snapshot. " }
                    "The axes of the loss and of the gradient norm are logarithmic; 0 stands on their lower edge."
                }
                (how_many(facts))
            }
        }
    }
}

/// Whether all rows are there.
fn how_many(facts: &Facts<'_>) -> Markup {
    let (steps, every) = (&facts.steps, facts.settings().log_every);
    let known = format!("{KNOWN} windows");
    let kinds = [(&steps.known, known.as_str()), (&steps.guessed, "other windows")];
    html! {
        p.note {
            @if steps.rows == 1 { "The only row of " } @else { "All " (thousands(steps.rows)) " rows of " }
            code { (METRICS) } @if steps.rows == 1 { " is in this page" } @else { " are in this page" }
            @if steps.are_exact() { ", with all their digits." } @else {
                ", more than the " (thousands(MOST_ROWS)) " that are shown one by one, so neighbouring rows are grouped: "
                @for (index, (track, kind)) in kinds.into_iter().enumerate() {
                    @if index > 0 { "; " }
                    (kind) ": " (width(track))
                }
                ". Of each group the lowest, the highest and the mean value are shown."
            }
            @if every > 1 { " Only every " (thousands(every)) "th training step was logged." }
        }
    }
}

fn width(track: &Track) -> String {
    match track.width {
        1 => format!("{} rows one by one", thousands(track.rows)),
        width => format!("{} rows in groups of {}", thousands(track.rows), thousands(width)),
    }
}
