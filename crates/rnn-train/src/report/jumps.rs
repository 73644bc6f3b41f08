//! Settled windows that jump: losses that are high again right after an epoch's first windows, and why.

use super::facts::Facts;
use crate::files::{EPOCHS, MetricsRow, SOLVED_LOSS};
use crate::recording::Recording;
use crate::shown::{count, number, thousands};
use maud::{Markup, html};
use rnn_core::Method;

/// How many settled windows of an epoch are looked at, from the first on.
const AFTER: usize = 10;
/// More are not listed.
const MOST_LISTED: usize = 12;
/// More are not marked in the curves.
const MOST_MARKED: usize = 2000;

/// What was found at the beginnings of epochs that follow one whose settled loss says that the net knows the task.
#[derive(Default)]
pub(super) struct Jumps {
    /// How many such epochs there are.
    epochs: usize,
    /// Those in which a settled window jumped.
    all: Vec<Jump>,
    /// The epoch that is being read, and its first window.
    first: Option<MetricsRow<f64>>,
}

/// An epoch in which a settled window has a high loss.
struct Jump {
    /// The epoch's first window.
    first: MetricsRow<f64>,
    /// The settled window with the highest loss.
    highest: MetricsRow<f64>,
}

impl Jumps {
    /// Takes in the next row of `metrics.csv`.
    pub(super) fn push(&mut self, row: &MetricsRow<f64>, recording: &Recording, first_settled: usize) {
        if row.batch == 0 {
            let before = row.epoch.checked_sub(1).and_then(|before| recording.epochs.get(before));
            let knows = before.and_then(|before| before.settled_loss).is_some_and(|loss| loss < SOLVED_LOSS);
            self.first = Some(*row).filter(|_| knows && first_settled > 0);
            self.epochs += usize::from(self.first.is_some());
            return;
        }
        let Some(first) = self.first.filter(|first| first.epoch == row.epoch) else { return };
        let is_near = (first_settled..first_settled.saturating_add(AFTER)).contains(&row.batch);
        if !is_near || row.loss <= SOLVED_LOSS {
            return;
        }
        match self.all.last_mut().filter(|jump| jump.first.epoch == row.epoch) {
            Some(jump) if jump.highest.loss >= row.loss => {}
            Some(jump) => jump.highest = *row,
            None => self.all.push(Jump { first, highest: *row }),
        }
    }

    /// The training step and the loss of each, from the highest on, as many as are marked.
    pub(super) fn marked(&self) -> Vec<(usize, f64)> {
        self.by_height().into_iter().take(MOST_MARKED).map(|jump| (jump.highest.step, jump.highest.loss)).collect()
    }

    fn by_height(&self) -> Vec<&Jump> {
        let mut all: Vec<_> = self.all.iter().collect();
        all.sort_by(|a, b| b.highest.loss.total_cmp(&a.highest.loss));
        all
    }
}

/// Nothing for a run that has no epochs to look at.
pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let (jumps, settings) = (&facts.steps.jumps, facts.settings());
    if jumps.epochs == 0 {
        return html! {};
    }
    let of = count(jumps.epochs, "epoch");
    html! {
        h3 { "Jumps right after them" }
        p {
            "A settled window can jump too, soon after an epoch’s first windows. Of the " (of) " that followed an epoch with a "
            code { "settled_loss" } " below " (SOLVED_LOSS) ", "
            @if jumps.all.is_empty() { "none has" } @else { b { (thousands(jumps.all.len())) } @if jumps.all.len() == 1 { " has" } @else { " have" } }
            " a loss above " (SOLVED_LOSS) " in one of the first " (AFTER) " settled windows. "
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
            @if matches!(settings.method, Method::Adagrad(_)) {
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
