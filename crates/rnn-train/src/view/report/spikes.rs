//! What the spikes of a loss curve are, with the run's own numbers.

use super::facts::Facts;
use super::jump_section;
use crate::outputs::files::EPOCHS;
use crate::settings::choices::Readout;
use crate::settings::table::Settings;
use chart_kit::text::number;
use maud::{Markup, html};
use rnn_core::ClassLoss;

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
                @for path in settings.data_files() { " " code { (path.display()) } }
                ". How its values were drawn is not known, so no floor of its loss can be computed. "
                "Each epoch begins with a zero state. " (with_code(&settings.task().words().unknown))
            }
        } @else {
            p {
                "An epoch begins with a zero state, and its " (settings.batch_size) " rows are stretches of one series, read side by side. "
                (with_code(&settings.task().words().unknown)) " The best that any net can do there is to answer with their probabilities. So the loss of "
                (which(facts)) " cannot fall to 0 as that of the others can: it has a floor, in every epoch. These are the spikes."
            }
            (floors(facts))
        }
        (means(facts))
        (jump_section::section(facts))
    }
}

/// Words, in which what stands between backticks is code.
fn with_code(words: &str) -> Markup {
    html! { @for (index, part) in words.split('`').enumerate() { @if index % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// Why there are no spikes, if there are none.
fn why_none(facts: &Facts<'_>) -> Option<String> {
    let settings = facts.settings();
    let floors = facts.floors.as_ref()?;
    if floors.iter().any(|floor| *floor > 0.0) {
        return None;
    }
    let of_readout = match settings.readout {
        Readout::LastStep => "only the last time step of a window is scored, and its target can always be known.",
        Readout::EveryStep => "all targets can be known.",
    };
    Some(settings.task().why_all_known(settings.batch_size).unwrap_or_else(|| of_readout.to_owned()))
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
    let floors = facts.floors.as_deref().unwrap_or_default();
    let short = |value: f64| number(value, 4);
    let simple = settings.loss == ClassLoss::CrossEntropy && settings.readout == Readout::EveryStep;
    let layout = settings.drawn_layout().filter(|_| simple);
    let told = layout.and_then(|layout| settings.task().floor_in_words(&layout, &short));
    if let (Some([why, formula]), [floor]) = (told, floors) {
        return html! {
            p { (why) }
            p.formula { (formula) " = " b { (short(*floor)) } }
        };
    }
    let measure = settings.loss.least_in_words();
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
        @if floors.len() > MOST_FLOORS { p.note { "The " (floors.len() - MOST_FLOORS) " windows behind these have floors too." } }
    }
}

/// How many of the targets of a window that count cannot be known.
fn unknown(settings: &Settings, window: usize) -> String {
    let counted = settings.scored_times(window);
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
    let losses = half.iter().filter_map(|row| row.first_window_loss);
    let mean = losses.zip(1_u32..).fold(0.0, |mean, (loss, n)| mean + (loss - mean) / f64::from(n));
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
