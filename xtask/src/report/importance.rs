//! Which parameter mattered.

use super::facts::Facts;
use super::figure::{Figure, IMPORTANCE};
use crate::charts::bars;
use crate::error::Error;
use chart_kit::text::number;
use maud::{Markup, html};

/// The section, whose picture is added to `figures`.
pub(crate) fn section(facts: &Facts<'_>, figures: &mut Vec<Figure>) -> Result<Markup, Error> {
    if facts.parameters.is_empty() {
        return Ok(html! {});
    }
    let counted = facts.scores.iter().flatten().count();
    if facts.importance.iter().all(Option::is_none) {
        return Ok(html! {
            h2 { "Which parameter mattered" }
            p { "That cannot be said: there are too few trials that count (" (counted) "), or all came to the same " (facts.objective()) "." }
        });
    }
    let order = facts.most_important(facts.parameters.len());
    let bars: Vec<bars::Bar> =
        order.iter().map(|&index| (facts.parameters[index].name.clone(), facts.importance[index])).collect();
    let svg = bars::draw(&bars, "η²_H: share of the variance of ranks")?;
    let figure = Figure { name: IMPORTANCE.to_owned(), label: "Importance of each varied parameter".to_owned(), svg };
    let caption = html! {
        "η²" sub { "H" } ", the share of the variance of the trials’ ranks by " (facts.objective()) " that a parameter explains: 0 for one \
        that does nothing, 1 for one that decides all (from the H of Kruskal & Wallis 1952; Tomczak & Tomczak 2014). It sees each parameter \
        alone and no interaction: one that matters only together with another can have 0."
    };
    let markup = figure.markup(&caption, facts.is_beside);
    figures.push(figure);
    Ok(html! {
        h2 { "Which parameter mattered" }
        figure { (markup) }
        div.scroll { table.sortable {
            thead { tr { th.t { "parameter" } th { "η²" sub { "H" } } th { "values compared" } } }
            tbody { @for index in order { @let parameter = &facts.parameters[index]; tr {
                td.t { code { (parameter.name) } }
                td { (facts.importance[index].map(|share| number(share, 4)).unwrap_or_default()) }
                td data-sort=(parameter.levels.len()) { (parameter.levels.len()) @if parameter.binned { " bins" } }
            } } }
        } }
        p.note {
            "From " (counted) " trials. One that diverged, or has no " (facts.objective()) ", ranks last; one that was pruned does not count."
        }
    })
}
