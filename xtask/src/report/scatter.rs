//! The objective over each setting that was drawn, a point for each trial.

use super::facts::Facts;
use super::figure::{Figure, SCATTER};
use crate::charts::scatter::{Kind, Panel, Point, draw};
use crate::error::Error;
use crate::trials::results::TrialStatus;
use chart_kit::text::thousands;
use maud::{Markup, html};

/// More points than can be told apart, or than a page should hold.
const MOST_POINTS: usize = 2000;

/// The section, whose picture is added to `figures`; nothing where no setting is drawn.
pub(crate) fn section(facts: &Facts<'_>, figures: &mut Vec<Figure>) -> Result<Markup, Error> {
    let is_shown = |trial: &usize| facts.rows[*trial].status.is_final();
    let all: Vec<usize> = (0..facts.rows.len()).filter(is_shown).collect();
    let drawn: Vec<_> = facts.parameters.iter().filter(|parameter| parameter.is_drawn()).collect();
    if drawn.is_empty() || all.is_empty() {
        return Ok(html! {});
    }
    let many = all.len() > MOST_POINTS;
    let sample = |index: usize| all[index * all.len() / MOST_POINTS];
    let trials: Vec<usize> = if many { (0..MOST_POINTS).map(sample).collect() } else { all.clone() };
    let (heights, labels) = facts.of_objective(&trials);
    let kind = |trial: usize| match facts.rows[trial].status {
        TrialStatus::Pruned => Kind::Pruned,
        TrialStatus::Diverged => Kind::Diverged,
        _ => Kind::Done,
    };
    let panels: Vec<Panel> = drawn
        .iter()
        .map(|parameter| {
            let (places, labels) = parameter.axis();
            let point = |(&trial, &y): (&usize, &f64)| Point { x: places[facts.group(trial)], y, kind: kind(trial) };
            Panel { name: parameter.name.clone(), labels, points: trials.iter().zip(&heights).map(point).collect() }
        })
        .collect();
    let svg = draw(&panels, facts.objective(), &labels)?;
    let label = format!("The {} over each drawn setting, a point for each trial", facts.objective());
    let figure = Figure { name: SCATTER.to_owned(), label, svg };
    let is_any = |status: TrialStatus| trials.iter().any(|&trial| facts.rows[trial].status == status);
    let caption = html! {
        "A point for each trial, over the value that was drawn for it, on the scale that it was drawn on."
        @if many { " Of " (thousands(all.len())) " trials an even sample of " (thousands(MOST_POINTS)) " is drawn." }
        @if is_any(TrialStatus::Pruned) { " Hollow points are trials that were pruned, where they were when they were stopped." }
        @if labels.iter().any(|(_, label)| label == "none") { " Those at “none” diverged or have no value." }
    };
    let markup = figure.markup(&caption, facts.is_beside);
    figures.push(figure);
    Ok(html! { h2 { "The objective over each drawn setting" } figure { (markup) } })
}
