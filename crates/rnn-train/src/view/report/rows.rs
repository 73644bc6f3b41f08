//! What the net answered now and then: the rows of a window, with a slider over the time of training.

use super::facts::Facts;
use crate::outputs::files::SNAPSHOTS;
use crate::outputs::snapshot::{MOST_ROWS, MOST_TIMES};
use crate::settings::choices::Readout;
use crate::settings::table::Settings;
use crate::view::lanes::{Part, greatest_class, lanes};
use crate::view::palette::Palette;
use chart_kit::text::thousands;
use echo_data::Kind;
use maud::{Markup, html};

/// The palette for the page's styles, from which scripts take it too.
pub(super) fn colours(palette: Palette) -> String {
    let Palette { input, target, prediction, loss, guessed, validation } = palette;
    format!(
        ":root {{ --input: {input}; --target: {target}; --prediction: {prediction}; --loss: {loss}; --guessed: {guessed}; --validation: {validation}; }}\n"
    )
}

pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let snapshots = &facts.recording.snapshots;
    let settings = facts.settings();
    let Some(last) = snapshots.last() else {
        return html! {
            h2 { "What the net answered" }
            p { "No snapshots were recorded: the run was made with " code { "--no-figure" } ", or has just begun." }
        };
    };
    let unknown =
        snapshots.iter().any(|snapshot| !snapshot.places(0..settings.unknown_times(snapshot.batch)).is_empty());
    let of_classes = matches!(settings.shape().targets, Kind::Classes(_));
    html! {
        h2 #rows-title { "What the net answered" }
        section #rows aria-labelledby="rows-title" hidden {
            p {
                "A snapshot is of the window that the net is trained on next, and of what it answers there before that. "
                (thousands(snapshots.len())) " were recorded"
                // Those of a run that began without recording any begin where it was gone on with.
                @match snapshots.first().map_or(0, |snapshot| snapshot.step) {
                    0 => ", most of them early, where most is learned",
                    step => { ", from step " (thousands(step)) " on" }
                }
                @if settings.batch_size > MOST_ROWS { "; the first " (MOST_ROWS) " of " (thousands(settings.batch_size)) " rows are shown" }
                @if settings.truncated_backprop_length > MOST_TIMES {
                    "; the last " (MOST_TIMES) " of a window’s " (thousands(settings.truncated_backprop_length)) " time steps are shown"
                }
                "."
            }
            div.controls {
                button #play type="button" aria-pressed="false" { "play" }
                label for="snapshot" { "snapshot" }
                input #snapshot type="range" min="0" max=(snapshots.len() - 1) step="1" value=(snapshots.len() - 1);
            }
            p #place aria-live="polite" {}
            ul.key {
                li { span.mark.input {} "input" }
                li { span.mark.target {} "target" }
                li { span.mark.prediction {} "prediction" }
                @if of_classes { li { span.mark.wrong {} "wrong prediction" } }
                @if unknown { li { span.mark.unknown {} "target that cannot be known" } }
            }
            div.rows.long[last.rows.first().is_some_and(|row| row.times() > 60)] {
                @for row in 0..last.rows.len() {
                    div.row data-row=(row) {
                        h3 { "Row " (row) " " span.right {} }
                        @for lane in lanes(settings, last, &last.rows[row]) {
                            @let is_input = lane.tracks.iter().all(|(part, _)| *part == Part::Input);
                            span.name { (lane.name) }
                            div.lane {
                                @for (part, _) in &lane.tracks {
                                    @if lane.letters.is_some() { div.letters.(part.name()) role="img" {} } @else {
                                        svg class=(part.name()) role="img" preserveAspectRatio="none" {}
                                    }
                                }
                                @if !is_input { div.unknown hidden {} }
                            }
                        }
                        @if of_classes {
                            span.name { "wrong" }
                            div.lane.thin { svg.wrong aria-hidden="true" preserveAspectRatio="none" {} }
                        }
                        span.name { "time" }
                        div.times aria-hidden="true" {}
                    }
                }
            }
            p.note {
                (how_drawn(settings))
                "The net should answer with " (settings.task().words().answer) ". "
                @if unknown {
                    "Hatched targets depend on what stands before the row’s beginning, which the net has not read: it can only guess them. \
                    They are scored all the same, but wrong guesses are marked in grey. "
                }
                @if settings.readout == Readout::LastStep {
                    "Only the last time step of each window is scored; wrong answers at the others are marked in grey. "
                } @else if settings.window_stride < settings.truncated_backprop_length {
                    "Windows overlap: but for an epoch’s first, only the last " (settings.window_stride) " time steps of each are scored"
                    @if of_classes { "; wrong answers at the others are marked in grey" }
                    ". "
                }
                "All snapshots stand in " code { (SNAPSHOTS) } "."
            }
        }
    }
}

/// How what stands in the lanes is drawn, in words.
fn how_drawn(settings: &Settings) -> String {
    let kinds = [settings.shape().inputs, settings.shape().targets];
    let mut words = String::new();
    if settings.task().symbols().is_some() {
        return "␣ is a space, ↵ the end of a line, → a tab. ".to_owned();
    }
    if kinds.iter().any(|kind| matches!(kind, Kind::Classes(_))) {
        words += "A bar is as high as its class, 0 having none";
        let greatest = greatest_class(settings);
        if greatest > 1.0 {
            words += &format!(" and {greatest} the highest");
        }
        words += ". ";
    }
    if kinds.iter().any(|kind| matches!(kind, Kind::Bits(_))) {
        words += "Of a bit the line of the prediction is the probability of a 1. ";
    }
    if kinds.iter().any(|kind| !matches!(kind, Kind::Classes(_))) {
        words +=
            "Numbers are lines, in a lane from the lowest to the highest that is read or asked for in the rows shown. ";
    }
    if settings.has_episodes() {
        words += "Answers that are not scored are pale. ";
    }
    words
}
