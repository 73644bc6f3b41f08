//! The head of a report: what was swept, by which commands, how it went, and which trial was the best.

use super::facts::Facts;
use super::parameters::Parameter;
use super::scores::scores;
use crate::error::Error;
use crate::trials::outcome::{best, outcome, words};
use crate::trials::results::{LISTED, TrialStatus};
use crate::trials::spec::SPEC;
use crate::trials::store::{HISTORY, trial_folder};
use chart_kit::text::{number, thousands};
use maud::{Markup, html};
use rnn_train::outputs::rows::KNOWN;

/// How many of the last commands, and of the values of a parameter, are shown.
const COMMANDS: usize = 20;
const VALUES: usize = 16;

pub(crate) fn section(facts: &Facts<'_>) -> Result<Markup, Error> {
    Ok(html! {
        @if !facts.plan.spec.about.is_empty() { p { (facts.plan.spec.about) } }
        p.outcome { (outcome(facts.plan, facts.rows)) }
        (counts(facts))
        @if let Some(solved_where) = facts.plan.solved_where().filter(|_| facts.plan.solved_within().is_none()) {
            p { "A trial has solved the task where " (solved_where) "." }
        }
        @if let Some(within) = facts.plan.solved_within() { p {
            "A trial has solved the task if in some epoch its loss is less than " (within) " above the least that any net can \
             have: the mean loss of the " (KNOWN) " windows, where that is 0, or of all windows if none is " (KNOWN) ". A window is "
            (KNOWN) " if all targets that it scores can be known: the first ones of a row can depend on what the net has not read."
        } }
        @if facts.plan.has_one_task { (best_trial(facts)) }
        (varied(facts))
        (commands(facts)?)
    })
}

/// How many trials there are of each status.
fn counts(facts: &Facts<'_>) -> Markup {
    let count = |status: TrialStatus| facts.rows.iter().filter(|row| row.status == status).count();
    let counts = LISTED.iter().map(|&status| (status, count(status))).filter(|(_, count)| *count > 0);
    html! {
        ul.counts {
            li { b { (thousands(facts.rows.len())) } " planned" }
            @for (status, count) in counts { li { b { (thousands(count)) } " " (words(status)) } }
        }
    }
}

fn best_trial(facts: &Facts<'_>) -> Markup {
    let goal = if facts.plan.spec.objective.maximize { "highest" } else { "lowest" };
    let Some(row) = best(facts.plan, facts.rows) else {
        return html! {
            h2 { "The best trial" }
            p { "There is none: no trial was trained to its end and has a " code { (facts.objective()) } "." }
        };
    };
    let values = facts.plan.texts(facts.group(row.trial));
    let hash = row.hash.to_string();
    html! {
        h2 { "The best trial" }
        p { "The objective is the " (goal) " " code { (facts.objective()) } " of the trials that were trained to their end." }
        dl {
            dt { "trial" } dd { (row.trial) ", replicate " (row.replicate) ", seed " (row.seed) }
            @if let Some(parameters) = row.parameters { dt { "parameters" } dd { (thousands(parameters)) } }
            dt { "hash" }
            dd {
                @if !facts.is_beside { code { (hash) } }
                @else if trial_folder(facts.folder, row.hash).is_dir() {
                    a href=(format!("trials/{hash}/")) { code { "trials/" (hash) } }
                } @else { code { (hash) } " (its folder was not kept)" }
            }
            @for (parameter, value) in facts.parameters.iter().zip(&values) { dt { code { (parameter.name) } } dd { (value) } }
            @for score in scores(facts) { @if let Some(value) = score.text(row) { dt { (score.title) } dd { (value) } } }
        }
    }
}

/// What was varied and what was not.
fn varied(facts: &Facts<'_>) -> Markup {
    let spec = &facts.plan.spec;
    let is_varied = |name: &str| facts.parameters.iter().any(|parameter| parameter.name == name);
    let base: Vec<_> = spec.base.values().iter().filter(|(name, _)| !is_varied(name)).collect();
    let last = spec.seed.saturating_add(spec.replicates - 1);
    html! {
        h2 { "What was varied" }
        div.scroll { table {
            thead { tr { th.t { "setting" } th.t { "how" } th.t { "values" } } }
            tbody {
                @for parameter in &facts.parameters {
                    tr { td.t { code { (parameter.name) } } td.t { (parameter.how) } td.t.values { (values(parameter)) } }
                }
                tr { td.t { code { "seed" } } td.t { "replicates" } td.t { (spec.seed) @if last > spec.seed { " to " (last) } } }
            }
        } }
        p {
            "The same for all trials: "
            @for (index, (name, value)) in base.iter().enumerate() {
                @if index > 0 { ", " }
                code { (name) " = " (value.to_string()) }
            }
            @if base.is_empty() { "all other settings at their defaults." } @else { "; all others at their defaults." }
        }
        @for line in facts.plan.left_out.words() { p { (line) "." } }
        @if let Some(seconds) = spec.trial_seconds { p { "A trial may take " (number(seconds, 4)) " seconds." } }
        @if let Some(rule) = &spec.early_stopping {
            p {
                "Trials were stopped early that were hopeless beside others: "
                @for (index, (key, value)) in rule.to_toml().iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (key) " = " (value.to_string()) }
                }
                "."
                @if facts.plan.can_be_solved {
                    " What was pruned before it had solved the task is unknown: it might have solved it later. So solve rates are of the \
                    trials that were not pruned, which can be higher than that of all; beside them stands how many are unknown."
                }
            }
        }
    }
}

/// The values of a parameter, but not more than can be read.
fn values(parameter: &Parameter) -> Markup {
    let most = if parameter.levels.len() > VALUES { VALUES - 1 } else { VALUES };
    html! {
        @if parameter.binned { "in bins: " }
        (parameter.levels.iter().take(most).cloned().collect::<Vec<_>>().join(", "))
        @if parameter.levels.len() > most { " … " (parameter.levels.len()) " in all" }
    }
}

/// The commands that worked in the folder.
fn commands(facts: &Facts<'_>) -> Result<Markup, Error> {
    let path = facts.folder.join(HISTORY);
    if !path.exists() {
        return Ok(html! {});
    }
    let wrong = |error: csv::Error| Error::Results { path: path.clone(), problem: error.to_string() };
    let mut table = csv::ReaderBuilder::new().flexible(true).from_path(&path).map_err(wrong)?;
    // The page does not depend on a row that is damaged.
    let sessions: Vec<csv::StringRecord> = table.records().filter_map(Result::ok).collect();
    let before = sessions.len().saturating_sub(COMMANDS);
    let cell = |session: &csv::StringRecord, column: usize| session.get(column).unwrap_or_default().to_owned();
    Ok(html! {
        h2 { "How it was run" }
        div.scroll { table {
            thead { tr { th.t { "time" } th.t { "version" } th.t { "engine" } th { "jobs" } th.t { "command" } } }
            tbody { @for session in &sessions[before..] { tr {
                td.t { (cell(session, 0)) } td.t { (cell(session, 1)) } td.t { (cell(session, 2)) } td { (cell(session, 3)) }
                td.t.command { code { (cell(session, 4)) } }
            } } }
        } }
        @if before > 0 { p.note { (before) " earlier ones stand in " code { (HISTORY) } "." } }
        p.note { code { "cargo xtask sweep FOLDER/" (SPEC) } " continues it, where FOLDER is the one that this page lies in." }
    })
}
