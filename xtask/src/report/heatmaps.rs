//! Maps of the solve rate and of the final loss over any two varied parameters.

use super::facts::Facts;
use super::figure::{FINAL_LOSS, Figure, SOLVE_RATE};
use super::parameters::Parameter;
use super::window::{LAG, WINDOW};
use crate::charts::heatmap::{Cell, Edge, Heatmap};
use crate::charts::paint::labels_of;
use crate::error::Error;
use crate::trials::results::TrialStatus;
use crate::trials::stats::median;
use maud::{Markup, html};
use rnn_train::pictures::Scale;
use rnn_train::shown::number;

/// Of more parameters there would be too many pairs.
const MOST_PARAMETERS: usize = 8;

/// The maps of a pair; `down` is `None` if there is one parameter alone.
struct Pair {
    down: Option<usize>,
    across: usize,
    rate: Figure,
    loss: Figure,
    framed: bool,
}

/// The trials of a cell.
#[derive(Debug, Clone, Default)]
struct Pool {
    planned: usize,
    counted: usize,
    solved: usize,
    /// Infinite for trials that diverged.
    losses: Vec<f64>,
}

/// The section, whose pictures are added to `figures`.
pub(crate) fn section(facts: &Facts<'_>, figures: &mut Vec<Figure>) -> Result<Markup, Error> {
    if facts.parameters.is_empty() {
        return Ok(html! {});
    }
    let mut shown = facts.most_important(MOST_PARAMETERS);
    shown.sort_unstable();
    let (first_down, first_across) = facts.first_pair(&shown);
    let mut pairs = Vec::new();
    for (place, &across) in shown.iter().enumerate() {
        for &down in &shown[..place] {
            pairs.push(pair(facts, Some(down), across)?);
        }
    }
    if let [across] = shown[..] {
        pairs.push(pair(facts, None, across)?);
    }
    let is_first = |pair: &Pair| pair.down == first_down && Some(pair.across) == first_across;
    pairs.sort_by_key(|pair| !is_first(pair));
    figures.extend(pairs.iter().flat_map(|pair| [pair.rate.clone(), pair.loss.clone()]));
    Ok(html! {
        h2 { "Solve rate and final loss" }
        div.maps {
            form.choice hidden {
                fieldset {
                    legend { "Show" }
                    label { input type="radio" name="measure" value="rate" checked; " solve rate" }
                    label { input type="radio" name="measure" value="loss"; " final loss" }
                }
                @if pairs.len() > 1 {
                    label { "over " (choice("one", &shown, first_down, &facts.parameters)) }
                    label { "and " (choice("other", &shown, first_across, &facts.parameters)) }
                }
            }
            @for (place, pair) in pairs.iter().enumerate() {
                @for (measure, figure) in [("rate", &pair.rate), ("loss", &pair.loss)] {
                    figure data-measure=(measure) data-one=(pair.down.unwrap_or(pair.across)) data-other=(pair.across)
                        hidden[place > 0 || measure != "rate"] { (figure.markup(&caption(facts, pair, measure == "rate"))) }
                }
            }
            @if pairs.len() > 1 {
                noscript { p.note { "The other maps stand in " code { "figures/" } ": without scripts this page cannot change them." } }
            }
        }
        @if shown.len() < facts.parameters.len() {
            p.note { "Of " (facts.parameters.len()) " varied parameters these are the " (shown.len()) " that mattered most." }
        }
    })
}

fn choice(id: &str, shown: &[usize], selected: Option<usize>, parameters: &[Parameter]) -> Markup {
    html! {
        select id=(id) autocomplete="off" {
            @for &index in shown { option value=(index) selected[selected == Some(index)] { (parameters[index].name) } }
        }
    }
}

/// What is to be known to read a map.
fn caption(facts: &Facts<'_>, pair: &Pair, rate: bool) -> Markup {
    let axes = [pair.down, Some(pair.across)];
    let is_axis = |index: usize| axes.contains(&Some(index));
    let others: Vec<_> = (0..facts.parameters.len())
        .filter(|&index| !is_axis(index))
        .map(|index| &*facts.parameters[index].name)
        .collect();
    let binned = axes.iter().flatten().any(|&index| facts.parameters[index].binned);
    html! {
        @if rate { "Each cell: trials that solved the task, of those that were run to an end. " }
        @else { "Each cell: the median final loss; a trial that diverged counts as infinite, a pruned one with its last loss. " }
        @if !others.is_empty() { "Cells pool all values of " (others.join(", ")) ". " }
        @if binned { "Where values are many, each bin has about as many combinations. " }
        @if pair.framed { "Framed: the window is as long as the lag. " }
        "Grey: nothing planned (blank) or nothing to show yet (–)."
    }
}

fn pair(facts: &Facts<'_>, down: Option<usize>, across: usize) -> Result<Pair, Error> {
    let (x, y) = (&facts.parameters[across], down.map(|down| &facts.parameters[down]));
    let columns = x.levels.len();
    let mut pools = vec![Pool::default(); columns * y.map_or(1, |y| y.levels.len())];
    for row in facts.rows {
        let group = facts.group(row.trial);
        let pool = &mut pools[y.map_or(0, |y| y.level(group)) * columns + x.level(group)];
        pool.planned += 1;
        if row.counts() {
            pool.counted += 1;
            pool.solved += usize::from(row.solved());
            let diverged = row.status == TrialStatus::Diverged;
            pool.losses.extend(if diverged { Some(f64::INFINITY) } else { row.final_loss() });
        }
    }
    let numbers = [y.and_then(|y| y.level_numbers.as_ref()), x.level_numbers.as_ref()];
    let is_pair = y.is_some_and(|y| [LAG, WINDOW].iter().all(|name| [&x.name, &y.name].contains(&&(*name).to_owned())));
    let framed = |index: usize| match numbers {
        [Some(down), Some(across)] if is_pair => down[index / columns] == across[index % columns],
        _ => false,
    };
    let frames: Vec<bool> = (0..pools.len()).map(framed).collect();
    let of_names = y.map_or_else(|| x.name.clone(), |y| format!("{}--{}", y.name, x.name));
    let over = y.map_or_else(|| x.name.clone(), |y| format!("{} and {}", y.name, x.name));
    let figure = |begin: &str, what: &str, cells: &[Cell], legend: &str, labels: &[(f64, String)]| {
        let edge = |index: usize| Edge { name: &facts.parameters[index].name, values: &facts.parameters[index].levels };
        let map =
            Heatmap { title: what, across: edge(across), down: down.map(edge), cells, legend, legend_labels: labels };
        Ok::<_, Error>(Figure {
            name: format!("{begin}{of_names}"),
            label: format!("{what}, over {over}"),
            svg: map.draw()?,
        })
    };
    let fifths = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].map(|share| (share, number(share, 2)));
    let rate =
        figure(SOLVE_RATE, "Trials that solved the task / trials run", &rates(&pools, &frames), "solve rate", &fifths)?;
    let medians: Vec<Option<f64>> = pools.iter().map(|pool| median(pool.losses.iter().copied())).collect();
    let scale = Scale::of(medians.iter().copied().flatten(), true);
    // Bright is good on both maps, so the scale of losses is turned around.
    let labels: Vec<_> = labels_of(&scale, 5).into_iter().rev().map(|(place, label)| (1.0 - place, label)).collect();
    let cells = losses(&pools, &medians, &scale, &frames);
    let loss = figure(FINAL_LOSS, "Median final loss", &cells, "median final loss (logarithmic)", &labels)?;
    Ok(Pair { down, across, rate, loss, framed: frames.contains(&true) })
}

/// What stands in a cell that has no number.
fn nothing(pool: &Pool) -> String {
    if pool.planned > 0 { "–".to_owned() } else { String::new() }
}

fn rates(pools: &[Pool], frames: &[bool]) -> Vec<Cell> {
    let cell = |(pool, &framed): (&Pool, &bool)| match pool.counted {
        0 => Cell { place: None, text: nothing(pool), framed },
        counted => Cell {
            place: Some(pool.solved as f64 / counted as f64),
            text: format!("{}/{counted}", pool.solved),
            framed,
        },
    };
    pools.iter().zip(frames).map(cell).collect()
}

fn losses(pools: &[Pool], medians: &[Option<f64>], scale: &Scale, frames: &[bool]) -> Vec<Cell> {
    let cell = |((pool, median), &framed): ((&Pool, &Option<f64>), &bool)| match *median {
        None => Cell { place: None, text: nothing(pool), framed },
        Some(loss) if loss.is_infinite() => Cell { place: Some(0.0), text: "div.".to_owned(), framed },
        Some(loss) => Cell { place: Some(1.0 - scale.place(loss)), text: number(loss, 2), framed },
    };
    pools.iter().zip(medians).zip(frames).map(cell).collect()
}
