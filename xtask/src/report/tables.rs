//! The tables of combinations and of trials.

use super::facts::Facts;
use super::scores::{Score, scores};
use crate::charts::paint::shortened;
use crate::trials::group::Group;
use crate::trials::outcome::words;
use crate::trials::results::{Outcome, TrialStatus};
use crate::trials::row::Row;
use crate::trials::summary::{GROUPS, SUMMARY};
use chart_kit::text::{count, number, thousands};
use maud::{Markup, html};

/// The most rows of a table, and the most cells, which keep the page small.
const MOST_ROWS: usize = 2000;
const MOST_CELLS: usize = 36_000;
/// Texts are cut beyond this.
const MOST: usize = 48;

/// Both tables.
pub(crate) fn section(facts: &Facts<'_>) -> Markup {
    html! { (combinations(facts)) (trials(facts)) }
}

/// Which rows a table shows: all in their order, or the best; where trials have different tasks, the first ones.
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
fn note(facts: &Facts<'_>, shown: usize, all: usize, file: &str, folder: &str) -> Markup {
    let (which, order) = if facts.plan.has_one_task { ("best", ", the best first") } else { ("first", "") };
    html! {
        p.note {
            @if shown < all { "The " (which) " " (thousands(shown)) " of " (thousands(all)) " " (folder) (order) "; all stand" } @else { "All " (thousands(all)) " " (folder) "; they stand" }
            " in " code { (file) } " too, with all digits. A click on a column’s name sorts by it, and a second one turns the order around."
        }
    }
}

/// A loss; one of a trial that diverged is infinite.
pub(super) fn loss(value: Option<f64>) -> String {
    value.map(|loss| if loss.is_finite() { number(loss, 4) } else { "diverged".to_owned() }).unwrap_or_default()
}

fn short(value: Option<f64>) -> String {
    value.map(|value| number(value, 4)).unwrap_or_default()
}

/// A share in three decimals, of which the fourth would say nothing.
fn share(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

/// A number with two others around it, sorted by the number.
fn with_interval(value: Option<f64>, shown: &str, [low, high]: [Option<String>; 2]) -> Markup {
    let key = value.map(|value| if value.is_finite() { value } else { f64::MAX });
    html! {
        td data-sort=[key] {
            (shown)
            @if let (Some(low), Some(high)) = (low, high) { span.interval { " [" (low) ", " (high) "]" } }
        }
    }
}

fn values(facts: &Facts<'_>, group: usize) -> Markup {
    let texts = facts.plan.texts(group);
    let cells = texts.iter().zip(&facts.parameters);
    html! { @for (text, parameter) in cells { td.t[!parameter.is_numeric()] { (shortened(text, MOST)) } } }
}

fn combinations(facts: &Facts<'_>) -> Markup {
    let can_be_solved = facts.plan.can_be_solved;
    let held = held(facts);
    let shown = shown(facts.plan.groups(), facts.parameters.len() + 14 + held.len(), || facts.best_groups());
    let mut body = Vec::with_capacity(shown.len());
    for &index in &shown {
        let group = Group::of(facts.rows_of(index));
        let rate = group.rate().map(share);
        let of_rate = group.rate_interval().map(|(low, high)| [low, high].map(|end| number(share(end), 3)));
        let of_rate = of_rate.map_or([None, None], |ends| ends.map(Some));
        let [lower, median, upper] = [0.25, 0.5, 0.75].map(|share| group.final_loss(share));
        let is = |status: TrialStatus| thousands(group.count(|of| of == status));
        body.push(html! { tr {
            (values(facts, index))
            td data-sort=(group.parameters.unwrap_or_default()) { (group.parameters.map(thousands).unwrap_or_default()) }
            td { (group.trials) }
            @if can_be_solved {
                td { (group.decided) }
                td { (group.solved) }
                td { (group.unknown) }
                (with_interval(rate, &short(rate), of_rate))
                td { (short(group.median_solved_steps())) }
            }
            (with_interval(median, &loss(median), [lower, upper].map(|end| end.map(|end| loss(Some(end))))))
            td { (short(group.median_accuracy())) }
            @for (_, of) in &held { td { (short(of(&group))) } }
            td { (is(TrialStatus::Done)) }
            td { (is(TrialStatus::Diverged)) }
            td { (is(TrialStatus::Pruned)) }
            td { (thousands(group.count(TrialStatus::is_failure))) }
            td { (short(group.mean_seconds())) }
        } });
    }
    html! {
        h2 { "Combinations" }
        p {
            @if can_be_solved { code { "n" } " are the trials of which it is known whether they solve the task: those that were trained to their end or \
            diverged, or had solved it before they were pruned. The other pruned ones are unknown, because they might have solved it \
            later. The solve rate is that of the " code { "n" } " trials. Behind it stands its 95 % interval (Wilson’s; where there \
            are unknown trials, its lower end is for none of them solving the task, and its upper end for all). " }
            "Behind the median final loss stand its quartiles; a trial that diverged counts as the highest."
            @if can_be_solved { " Steps are those until the task was solved: by a sequence, or else by the mean of an epoch." }
        }
        (note(facts, shown.len(), facts.plan.groups(), GROUPS, "combinations"))
        div.scroll.tall { table.sortable {
            thead { tr {
                @for parameter in &facts.parameters { th.t[!parameter.is_numeric()] { (parameter.name) } }
                th { "parameters" } th { "trials" }
                @if can_be_solved { th { "n" } th { "solved" } th { "unknown" } th { "solve rate" } th { "median steps" } }
                th { "median final loss" } th { "median accuracy" } @for (title, _) in &held { th { (title) } } th { "done" } th { "diverged" } th { "pruned" } th { "failed" }
                th { "mean seconds" }
            } }
            tbody { @for row in &body { (row) } }
        } }
    }
}

/// A number of combinations: what it is called, and that of one.
type OfGroup = (&'static str, fn(&Group) -> Option<f64>);

/// The means of scores on data that are held out, which the sweep has.
fn held(facts: &Facts<'_>) -> Vec<OfGroup> {
    let all: [OfGroup; 3] = [
        ("mean validation loss", Group::mean_valid_loss),
        ("mean test loss", Group::mean_test_loss),
        ("mean test accuracy", Group::mean_test_accuracy),
    ];
    let whole = Group::of(facts.rows.iter());
    all.into_iter().filter(|(_, of)| of(&whole).is_some()).collect()
}

fn trials(facts: &Facts<'_>) -> Markup {
    let scores = scores(facts);
    let shown = shown(facts.rows.len(), facts.parameters.len() + 10 + scores.len(), || facts.best_trials());
    let mut body = Vec::with_capacity(shown.len());
    for &index in &shown {
        body.push(trial(facts, &scores, &facts.rows[index]));
    }
    html! {
        h2 { "Trials" }
        (note(facts, shown.len(), facts.rows.len(), SUMMARY, "trials"))
        details {
            summary { (count(shown.len(), "trial")) }
            div.scroll.tall { table.sortable {
                thead { tr {
                    th { "trial" } th { "replicate" } th { "seed" }
                    @for parameter in &facts.parameters { th.t[!parameter.is_numeric()] { (parameter.name) } }
                    th { "parameters" } th.t { "status" } @for score in &scores { th { (score.title) } }
                    th { "epochs" } th { "steps" } th { "seconds" } th.t { "reason" } th.t { "hash" }
                } }
                tbody { @for row in &body { (row) } }
            } }
        }
    }
}

fn trial(facts: &Facts<'_>, scores: &[Score], row: &Row) -> Markup {
    let of = |number: fn(&Outcome) -> Option<f64>| short(row.number(|record| number(&record.outcome)));
    let whole = |number: fn(&Outcome) -> Option<usize>| {
        row.number(|record| number(&record.outcome)).map(|number| number.to_string()).unwrap_or_default()
    };
    html! { tr {
        td { (row.trial) }
        td { (row.replicate) }
        td { (row.seed) }
        (values(facts, facts.group(row.trial)))
        td data-sort=(row.parameters.unwrap_or_default()) { (row.parameters.map(thousands).unwrap_or_default()) }
        td.t { (words(row.status)) }
        @for score in scores { td { (score.text(row).unwrap_or_default()) } }
        td { (whole(|outcome| Some(outcome.epochs).filter(|&epochs| epochs > 0))) }
        td { (whole(|outcome| Some(outcome.steps).filter(|&steps| steps > 0))) }
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
