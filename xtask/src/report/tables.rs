//! The tables of combinations and of trials.

use super::facts::Facts;
use crate::charts::paint::shortened;
use crate::trials::outcome::words;
use crate::trials::results::Outcome;
use crate::trials::stats::{mean, mean_interval, wilson};
use crate::trials::summary::{GROUPS, Group, Row, SUMMARY};
use maud::{Markup, html};
use rnn_train::shown::number;

/// The most rows of a table, and the most cells, which keep the page small.
const MOST_ROWS: usize = 2000;
const MOST_CELLS: usize = 36_000;
/// Texts are cut beyond this.
const MOST: usize = 48;

/// Both tables.
pub(crate) fn section(facts: &Facts<'_>) -> Markup {
    html! { (combinations(facts)) (trials(facts)) }
}

/// Which rows a table shows: all in their order, or the best.
fn shown(all: usize, columns: usize, best: impl FnOnce() -> Vec<usize>) -> Vec<usize> {
    let most = MOST_ROWS.min(MOST_CELLS / columns.max(1));
    if all <= most {
        return (0..all).collect();
    }
    let mut best = best();
    best.truncate(most);
    best
}

/// A word on how many rows are shown, and where the others are.
fn note(shown: usize, all: usize, file: &str, folder: &str) -> Markup {
    html! {
        p.note {
            @if shown < all { "The best " (shown) " of " (all) " " (folder) ", the best first; all stand" } @else { "All " (all) " " (folder) "; they stand" }
            " in " code { (file) } " too, with all digits. A click on a column’s name sorts by it, and a second one turns the order around."
        }
    }
}

fn short(value: Option<f64>) -> String {
    value.map(|value| number(value, 4)).unwrap_or_default()
}

/// A share in three decimals, of which the fourth would say nothing.
fn share(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

/// A number with its interval, sorted by the number.
fn with_interval(value: Option<f64>, interval: Option<(f64, f64)>) -> Markup {
    html! {
        td data-sort=[value] {
            (short(value))
            @if let Some((low, high)) = interval { span.interval { " [" (number(low, 3)) ", " (number(high, 3)) "]" } }
        }
    }
}

fn values(facts: &Facts<'_>, group: usize) -> Markup {
    let texts = facts.plan.texts(group);
    let cells = texts.iter().zip(&facts.parameters);
    html! { @for (text, parameter) in cells { td.t[!parameter.is_numeric()] { (shortened(text, MOST)) } } }
}

fn combinations(facts: &Facts<'_>) -> Markup {
    let shown = shown(facts.plan.groups(), facts.parameters.len() + 7, || facts.best_groups());
    let mut body = Vec::with_capacity(shown.len());
    for &index in &shown {
        let group = Group::of(facts.rows_of(index).iter());
        let rates = wilson(group.solved, group.n);
        body.push(html! { tr {
            (values(facts, index))
            td { (group.trials) }
            td { (group.n) }
            td { (group.solved) }
            (with_interval(group.rate().map(share), rates.map(|(low, high)| (share(low), share(high)))))
            td { (short(group.median_solved_steps)) }
            (with_interval(mean(&group.final_losses), mean_interval(&group.final_losses)))
            td { (short(mean(&group.accuracies))) }
        } });
    }
    html! {
        h2 { "Combinations" }
        p {
            code { "n" } " are the trials that count: those trained to their end, diverged or pruned; steps are those up to the first \
            epoch that solved the task. In brackets stand 95 % intervals: \
            Wilson’s of the solve rate, Student’s of the mean final loss of the trials that were trained to their end."
        }
        (note(shown.len(), facts.plan.groups(), GROUPS, "combinations"))
        div.scroll.tall { table.sortable {
            thead { tr {
                @for parameter in &facts.parameters { th.t[!parameter.is_numeric()] { (parameter.name) } }
                th { "trials" } th { "n" } th { "solved" } th { "solve rate" } th { "median steps" } th { "mean final loss" }
                th { "mean accuracy" }
            } }
            tbody { @for row in &body { (row) } }
        } }
    }
}

fn trials(facts: &Facts<'_>) -> Markup {
    let shown = shown(facts.rows.len(), facts.parameters.len() + 13, || facts.best_trials());
    let mut body = Vec::with_capacity(shown.len());
    for &index in &shown {
        body.push(trial(facts, &facts.rows[index]));
    }
    html! {
        h2 { "Trials" }
        (note(shown.len(), facts.rows.len(), SUMMARY, "trials"))
        details {
            summary { (shown.len()) " trials" }
            div.scroll.tall { table.sortable {
                thead { tr {
                    th { "trial" } th { "replicate" } th { "seed" }
                    @for parameter in &facts.parameters { th.t[!parameter.is_numeric()] { (parameter.name) } }
                    th.t { "status" } th { "final loss" } th { "best loss" } th { "accuracy" } th { "solved epoch" } th { "solved steps" }
                    th { "epochs" } th { "seconds" } th.t { "reason" } th.t { "hash" }
                } }
                tbody { @for row in &body { (row) } }
            } }
        }
    }
}

fn trial(facts: &Facts<'_>, row: &Row) -> Markup {
    let of = |number: fn(&Outcome) -> Option<f64>| short(row.number(|record| number(&record.outcome)));
    let whole = |number: fn(&Outcome) -> Option<usize>| {
        row.number(|record| number(&record.outcome)).map(|number| number.to_string()).unwrap_or_default()
    };
    html! { tr {
        td { (row.trial) }
        td { (row.replicate) }
        td { (row.seed) }
        (values(facts, facts.group(row.trial)))
        td.t { (words(row.status)) }
        td { (of(|outcome| outcome.final_loss)) }
        td { (of(|outcome| outcome.best_loss)) }
        td { (of(|outcome| outcome.accuracy)) }
        td { (whole(|outcome| outcome.solved_epoch)) }
        td { (whole(|outcome| outcome.solved_steps)) }
        td { (whole(|outcome| Some(outcome.epochs).filter(|&epochs| epochs > 0))) }
        td { (of(|outcome| Some(outcome.wall_seconds).filter(|&seconds| seconds > 0.0))) }
        td.t { @if let Some(reason) = row.error() { (beginning(reason)) } }
        td.t { code { (row.hash) } }
    } }
}

/// The beginning of a reason, which tells most.
fn beginning(reason: &str) -> String {
    let cut: String = reason.chars().take(MOST).collect();
    if cut.len() < reason.len() { format!("{cut}…") } else { cut }
}
