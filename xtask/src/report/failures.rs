//! What went wrong, by its reason.

use super::facts::Facts;
use crate::charts::paint::shortened;
use crate::trials::outcome::words;
use crate::trials::results::TrialStatus;
use crate::trials::row::Row;
use crate::trials::summary::SUMMARY;
use maud::{Markup, html};
use std::collections::HashMap;

/// How many reasons, first trials of each, and trials in detail are shown, and how much of what one of these wrote.
const REASONS: usize = 40;
const FIRST: usize = 8;
const DETAILED: usize = 40;
const OF_EACH: usize = 5;
const TAIL: usize = 4000;

/// Trials that ended for the same reason.
struct Reason<'a> {
    status: TrialStatus,
    /// The first trial's, which has its numbers.
    example: &'a str,
    rows: Vec<&'a Row>,
}

pub(crate) fn section(facts: &Facts<'_>) -> Markup {
    let reasons = reasons(facts.rows);
    if reasons.is_empty() {
        return html! {};
    }
    let in_detail =
        reasons.iter().filter(|reason| reason.status.is_failure()).flat_map(|reason| reason.rows.iter().take(OF_EACH));
    let in_detail: Vec<&&Row> = in_detail.take(DETAILED).collect();
    let failures: usize =
        reasons.iter().filter(|reason| reason.status.is_failure()).map(|reason| reason.rows.len()).sum();
    html! {
        h2 { "Trials that did not reach their end" }
        p {
            "By reason; where reasons differ in their numbers alone, that of the first trial is shown."
            @if reasons.iter().any(|reason| reason.status == TrialStatus::Pruned) { " Pruned trials were stopped as hopeless, and are no failures." }
            @if facts.plan.can_be_solved && reasons.iter().any(|reason| reason.status == TrialStatus::Diverged) { " Trials that diverged are results: they did not solve the task." }
        }
        div.scroll { table.sortable {
            thead { tr { th.t { "status" } th { "trials" } th.t { "reason" } th.t { "first trials" } } }
            tbody { @for reason in reasons.iter().take(REASONS) { tr {
                td.t { (words(reason.status)) }
                td { (reason.rows.len()) }
                td.t.reason { (reason.example) }
                td.t { (reason.rows.iter().take(FIRST).map(|row| row.trial.to_string()).collect::<Vec<_>>().join(", "))
                    @if reason.rows.len() > FIRST { " …" } }
            } } }
        } }
        @if reasons.len() > REASONS { p.note { (reasons.len() - REASONS) " rarer reasons stand in " code { (SUMMARY) } "." } }
        @if !in_detail.is_empty() {
            details {
                summary { (in_detail.len()) " of " (failures) " trials that failed or timed out, in detail" }
                @for row in in_detail {
                    h3 { "Trial " (row.trial) ": " (words(row.status)) }
                    p.reason { (row.error().unwrap_or_default()) }
                    @if let Some(stderr) = row.record.as_ref().and_then(|record| record.stderr.as_deref()) {
                        pre { (shortened(stderr.trim_end(), TAIL)) }
                    }
                }
            }
        }
    }
}

/// The reasons, failures first and the most frequent ones first.
fn reasons(rows: &[Row]) -> Vec<Reason<'_>> {
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    let mut places: HashMap<(TrialStatus, String), usize> = HashMap::new();
    for row in rows {
        let told = row.error().or_else(|| row.status.is_failure().then_some("no reason is known"));
        let Some(example) = told else { continue };
        let place = *places.entry((row.status, without_numbers(example))).or_insert_with(|| {
            reasons.push(Reason { status: row.status, example, rows: Vec::new() });
            reasons.len() - 1
        });
        reasons[place].rows.push(row);
    }
    reasons.sort_by_key(|reason| (!reason.status.is_failure(), reason.status, std::cmp::Reverse(reason.rows.len())));
    reasons
}

/// A reason without what differs from trial to trial: each number, with its exponent, becomes one sign.
fn without_numbers(reason: &str) -> String {
    let mut kept = String::new();
    let mut number = false;
    for sign in reason.chars() {
        // An e or a sign belongs to the number that it stands in.
        let goes_on = number && matches!(sign, '.' | 'e' | '-' | '+');
        if sign.is_ascii_digit() || goes_on {
            if !number {
                kept.push('#');
            }
            number = true;
        } else {
            kept.push(sign);
            number = false;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_differ_in_numbers_are_one() {
        let [one, other] = ["loss 1.5e-3 after 12 epochs", "loss 7 after 3 epochs"].map(without_numbers);
        assert_eq!(one, other);
        assert_ne!(without_numbers("epoch 3: the loss"), without_numbers("epoch 3: a weight"));
    }
}
