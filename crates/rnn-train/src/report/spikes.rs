//! What the spikes of a loss curve are, with the run's own numbers.

use super::facts::Facts;
use super::jump_section;
use crate::choices::{LossKind, Readout};
use crate::files::EPOCHS;
use crate::settings::Settings;
use crate::shown::{count, number};
use echo_data::entropy;
use maud::{Markup, html};

/// More floors are not listed.
const MOST_FLOORS: usize = 12;

pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let settings = facts.settings();
    html! {
        h2 { "What the spikes are" }
        @if let Some(why) = why_none(facts) {
            p { "There are none: " (why) " If the loss of an epoch’s first window is high all the same, the net is still learning." }
        } @else if facts.floors.is_none() {
            p {
                "The series was read from files"
                @for path in &settings.series { " " code { (path.display()) } }
                ". How its values were drawn is not known, so no floor of its loss can be computed. "
                "Each epoch begins with a zero state. Targets that depend on inputs before a row’s beginning cannot be known: "
                (count(settings.echo_step, "time step")) " at a row’s beginning, as " code { "echo_step" } " says."
            }
        } @else {
            p {
                "An epoch begins with a zero state, and its " (settings.batch_size) " rows are stretches of one series, read side by side. The first "
                (settings.echo_step) " targets of a row echo what stands before its beginning, which the net has not read, and nothing that it \
                reads later tells of it. The best that any net can do there is to answer with their probabilities. So the loss of "
                (which(facts)) " cannot fall to 0 as that of the others can: it has a floor, in every epoch. These are the spikes."
            }
            (floors(facts))
        }
        (means(facts))
        (jump_section::section(facts))
    }
}

/// Why there are no spikes, if there are none.
fn why_none(facts: &Facts<'_>) -> Option<&'static str> {
    let Settings { echo_step, batch_size, readout, .. } = *facts.settings();
    let floors = facts.floors.as_ref()?;
    if floors.iter().any(|floor| *floor > 0.0) {
        return None;
    }
    Some(match (echo_step, batch_size, readout) {
        (0, ..) => "with an echo_step of 0 the target is the input, so all targets can be known.",
        (_, 1, _) => {
            "with one row the first targets, which echo what stands before the beginning of the series, are always class 0, so they \
             can be known."
        }
        (_, _, Readout::LastStep) => {
            "only the last time step of a window is scored, and its target can always be known."
        }
        _ => "all targets can be known.",
    })
}

/// The windows that have a floor, in words.
fn which(facts: &Facts<'_>) -> String {
    match facts.floors.as_ref().map_or(0, Vec::len) {
        1 => "an epoch’s first window".to_owned(),
        windows => format!("an epoch’s first {windows} windows"),
    }
}

/// The floor: its formula where that is short, otherwise the numbers.
fn floors(facts: &Facts<'_>) -> Markup {
    let settings = facts.settings();
    let &Settings { echo_step, batch_size, truncated_backprop_length, num_classes, loss, readout, .. } = settings;
    let floors = facts.floors.as_deref().unwrap_or_default();
    let short = |value: f64| number(value, 4);
    let simple = num_classes == 2
        && loss == LossKind::CrossEntropy
        && readout == Readout::EveryStep
        && echo_step <= truncated_backprop_length;
    if let (true, [floor]) = (simple, floors) {
        let p = settings.class_probabilities.as_ref().and_then(|all| all.get(1)).copied().unwrap_or(0.5);
        let q = p * (batch_size - 1) as f64 / batch_size as f64;
        let share = echo_step as f64 / truncated_backprop_length as f64;
        return html! {
            p {
                "With the lag d = " (echo_step) ", a window of T = " (truncated_backprop_length) ", a batch of B = " (batch_size)
                " rows and ones of the probability p = " (short(p)) ", a target that cannot be known is a one with the probability p·(B − 1)/B = "
                (short(q)) ", since that of the first row is always 0 and nothing tells a net which row it reads. The entropy of these probabilities is H("
                (short(q)) ") = " (short(entropy(&[q, 1.0 - q]))) " nats, and d of the T targets have it:"
            }
            p.formula {
                "floor = d/T · H(p·(B − 1)/B) = " (echo_step) "/" (truncated_backprop_length) " · H(" (short(p)) "·" (batch_size - 1) "/" (batch_size) ") = "
                (short(share)) " · " (short(entropy(&[q, 1.0 - q]))) " = " b { (short(*floor)) }
            }
        };
    }
    let measure = match loss {
        LossKind::CrossEntropy => "the entropy, in nats,",
        LossKind::SquaredError => "the variance",
    };
    html! {
        p {
            "The floor is " (measure) " of these probabilities, as a mean over the window’s scored targets; those that can be known count as 0. Here:"
        }
        div.scroll { table {
            thead { tr { th scope="col" { "window" } th scope="col" { "scored targets that cannot be known" } th scope="col" { "floor" } } }
            tbody { @for (window, floor) in floors.iter().enumerate().take(MOST_FLOORS) {
                tr { td { (window) } td { (unknown(settings, window)) } td { (short(*floor)) } }
            } }
        } }
        @if floors.len() > MOST_FLOORS { p.note { "The " (floors.len() - MOST_FLOORS) " windows behind these have floors too, up to the lag." } }
    }
}

/// How many of the targets of a window that count cannot be known.
fn unknown(settings: &Settings, window: usize) -> String {
    let counted = settings.counted_times(window);
    format!("{} of {}", settings.unknown_times(window).saturating_sub(counted.start), counted.len())
}

/// How near the first windows came to their floor.
fn means(facts: &Facts<'_>) -> Markup {
    let epochs = &facts.recording.epochs;
    let half = &epochs[epochs.len() / 2..];
    let [Some(first), Some(last)] = [half.first(), half.last()] else {
        return html! { p { "No epoch was trained to its end." } };
    };
    // Moved, not summed up, so that no finite losses overflow it.
    let mean =
        half.iter().zip(1_u32..).fold(0.0, |mean, (row, n)| mean + (row.first_window_loss - mean) / f64::from(n));
    let over = if first.epoch == last.epoch {
        format!("in epoch {}", first.epoch)
    } else {
        format!("over the epochs {} to {}", first.epoch, last.epoch)
    };
    html! {
        p {
            "The mean loss of the first windows " (over) " is " b { (number(mean, 4)) }
            @if let Some(floor) = facts.settings().floor_of_first_window() {
                ", the floor " b { (number(floor, 4)) } ". "
                "An epoch has only one first window to learn these probabilities from, so a net approaches the floor slowly. The mean of a few epochs can \
                be below it by luck"
            }
            ". Every epoch’s stands in " code { (EPOCHS) } ", as " code { "first_window_loss" } "."
        }
    }
}
