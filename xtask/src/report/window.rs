//! How the window's length against the lag decided, which is what the tutorial's task is about.

use super::facts::Facts;
use super::tables::loss;
use crate::error::Error;
use crate::trials::group::Group;
use maud::{Markup, html};
use rnn_train::shown::thousands;
use std::cmp::Ordering;

/// The settings that are compared.
pub(crate) const LAG: &str = "echo_step";
pub(crate) const WINDOW: &str = "truncated_backprop_length";

/// How long a window is against the lag, in words.
const RELATIONS: [&str; 5] = [
    "window shorter than the lag",
    "window equal to the lag",
    "window one longer than the lag",
    "longer, but at most twice the lag",
    "longer than that",
];

/// The place among [`RELATIONS`] of a window and a lag.
fn relation(window: usize, lag: usize) -> usize {
    match window.cmp(&lag) {
        Ordering::Less => 0,
        Ordering::Equal => 1,
        Ordering::Greater if window == lag + 1 => 2,
        Ordering::Greater if window <= 2 * lag => 3,
        Ordering::Greater => 4,
    }
}

/// The section; nothing if neither was varied.
pub(crate) fn section(facts: &Facts<'_>) -> Result<Markup, Error> {
    if !facts.parameters.iter().any(|parameter| [LAG, WINDOW].contains(&&*parameter.name)) {
        return Ok(html! {});
    }
    let mut relations: [Group; RELATIONS.len()] = Default::default();
    for group in 0..facts.plan.groups() {
        // The number of a group is that of its first trial.
        let settings = facts.plan.trial(group)?.settings;
        let trials = &mut relations[relation(settings.truncated_backprop_length, settings.echo_step)];
        facts.rows_of(group).for_each(|row| trials.add(row));
    }
    let any_unknown = relations.iter().any(|trials| trials.unknown > 0);
    Ok(html! {
        h2 { "Window against lag" }
        p { "The window is " code { (WINDOW) } ", over which errors run back; the lag is " code { (LAG) } "." }
        div.scroll { table {
            thead { tr {
                th.t { "trials with a" } th { "n" } th { "solved" } th { "share" } @if any_unknown { th { "unknown" } }
                th { "median final loss" }
            } }
            tbody { @for (name, trials) in RELATIONS.iter().zip(&relations) { @if trials.decided + trials.unknown > 0 { tr {
                td.t { (name) }
                td { (thousands(trials.decided)) }
                td { (thousands(trials.solved)) }
                td { (trials.rate().map(|rate| format!("{:.0} %", 100.0 * rate)).unwrap_or_default()) }
                @if any_unknown { td { (thousands(trials.unknown)) } }
                td { (loss(trials.final_loss(0.5))) }
            } } } }
        } }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_put_beside_lags() {
        let cases = [(2, 3, 0), (3, 3, 1), (4, 3, 2), (5, 3, 3), (6, 3, 3), (7, 3, 4), (1, 0, 2), (2, 0, 4)];
        for (window, lag, expected) in cases {
            assert_eq!(relation(window, lag), expected, "window {window}, lag {lag}");
        }
    }
}
