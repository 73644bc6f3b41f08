//! What is said of known windows that jump, and why they do.

use super::facts::Facts;
use super::jumps::{AFTER, Jump, Jumps};
use crate::outputs::files::EPOCHS;
use crate::outputs::rows::{EpochRow, KNOWN};
use chart_kit::text::{count, number, thousands};
use maud::{Markup, html};
use rnn_core::Method;

/// More are not listed.
const MOST_LISTED: usize = 12;

/// Nothing for a run that has no epochs to look at.
pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let (jumps, settings) = (&facts.steps.jumps, facts.settings());
    let Some(within) = settings.solved_within().filter(|_| jumps.epochs > 0) else { return html! {} };
    let of = count(jumps.epochs, "epoch");
    html! {
        h3 { "Jumps right after them" }
        p {
            "A " (KNOWN) " window can jump too, soon after an epoch’s first windows. Of the " (of) " that followed an epoch with a "
            code { (EpochRow::KNOWN_LOSS.name) } " below " (within) ", "
            @if jumps.all.is_empty() { "none has" } @else { b { (thousands(jumps.all.len())) } @if jumps.all.len() == 1 { " has" } @else { " have" } }
            " a loss above " (within) " in one of the first " (AFTER) " " (KNOWN) " windows. "
            @if settings.log_every > 1 { "Only every " (thousands(settings.log_every)) "th training step was logged, so there may be more. " }
        }
        p {
            "The training step on the first window causes them. "
            @if facts.settings().floor_of_first_window().is_some() {
                "It follows targets that cannot be known. What they happen to be is chance, so their gradient stays large when all that can be \
                 learned is learned, and the step moves weights that were right. "
            }
            "The window also begins with a zero state, which the net meets only once an epoch. The next steps move the weights back. In copies \
             of a run that leave this one step out, nearly all jumps are gone; docs/math.md describes the experiment. "
            @if matches!(settings.optimizer.method, Method::Adagrad(_) | Method::AdagradPytorch(_)) {
                "Adagrad’s steps become shorter as training goes on, so jumps become rarer."
            }
        }
        @if !jumps.all.is_empty() { (table(jumps)) }
    }
}

fn table(jumps: &Jumps) -> Markup {
    let short = |value: f64| number(value, 4);
    html! {
        div.scroll { table #jumps {
            thead { tr {
                @for name in ["epoch", "window", "its loss", "loss of the first window", "gradient norm there"] { th scope="col" { (name) } }
            } }
            tbody { @for Jump { first, highest } in jumps.by_height().into_iter().take(MOST_LISTED) { tr {
                td { (thousands(highest.epoch)) } td { (thousands(highest.batch)) } td { (short(highest.loss)) }
                td { (short(first.loss)) } td { (first.gradient_norm.map(short).unwrap_or_default()) }
            } } }
        } }
        @if jumps.all.len() > MOST_LISTED { p.note { "The " (MOST_LISTED) " highest of " (thousands(jumps.all.len())) ". The means of all epochs stand in " code { (EPOCHS) } "." } }
    }
}
