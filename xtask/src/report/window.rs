//! How the window's length against the reach of the task decided, which is what the tutorial's task is about.

use super::facts::Facts;
use super::tables::loss;
use crate::error::Error;
use crate::trials::group::Group;
use chart_kit::text::thousands;
use maud::{Markup, html};
use std::cmp::Ordering;

/// The setting that the reach is compared with.
pub(crate) const WINDOW: &str = "truncated_backprop_length";

/// How long a window is against the reach, in words.
const RELATIONS: [&str; 5] = [
    "window shorter than the reach",
    "window equal to the reach",
    "window one longer than the reach",
    "longer, but at most twice the reach",
    "longer than that",
];

/// The place among [`RELATIONS`] of a window and a reach.
fn relation(window: usize, reach: usize) -> usize {
    match window.cmp(&reach) {
        Ordering::Less => 0,
        Ordering::Equal => 1,
        Ordering::Greater if window == reach + 1 => 2,
        Ordering::Greater if window <= 2 * reach => 3,
        Ordering::Greater => 4,
    }
}

/// The section; nothing if neither was varied.
pub(crate) fn section(facts: &Facts<'_>) -> Result<Markup, Error> {
    let Some(reach) = facts.reach else { return Ok(html! {}) };
    if !facts.parameters.iter().any(|parameter| [reach, WINDOW].contains(&&*parameter.name)) {
        return Ok(html! {});
    }
    let mut relations: [Group; RELATIONS.len()] = Default::default();
    for group in 0..facts.plan.groups() {
        // The number of a group is that of its first trial.
        let settings = facts.plan.trial(group)?.settings;
        let Some((_, reach)) = settings.task().reach() else { continue };
        let trials = &mut relations[relation(settings.truncated_backprop_length, reach)];
        facts.rows_of(group).for_each(|row| trials.add(row));
    }
    let any_unknown = relations.iter().any(|trials| trials.unknown > 0);
    Ok(html! {
        h2 { "Window against reach" }
        p { "The window is " code { (WINDOW) } ", over which errors run back; the reach is " code { (reach) } ", the steps that a net must remember." }
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
    fn windows_are_put_beside_reaches() {
        let cases = [(2, 3, 0), (3, 3, 1), (4, 3, 2), (5, 3, 3), (6, 3, 3), (7, 3, 4), (1, 0, 2), (2, 0, 4)];
        for (window, reach, expected) in cases {
            assert_eq!(relation(window, reach), expected, "window {window}, reach {reach}");
        }
    }
}
