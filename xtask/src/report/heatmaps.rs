//! Maps of the solve rate and of the final loss over any two varied parameters; where the task cannot be solved, maps of the
//! objective in the place of the solve rate.

use super::facts::Facts;
use super::figure::{FINAL_LOSS, Figure, OBJECTIVE, SOLVE_RATE};
use super::parameters::Parameter;
use super::window::WINDOW;
use crate::charts::heatmap::{Cell, Edge, Heatmap};
use crate::charts::paint::labels_of;
use crate::error::Error;
use crate::trials::group::Group;
use crate::trials::objective::Metric;
use crate::trials::row::Row;
use crate::trials::stats::median;
use chart_kit::scale::Scale;
use chart_kit::text::number;
use maud::{Markup, html};

/// Of more parameters there would be too many pairs.
const MOST_PARAMETERS: usize = 8;

/// The maps of a pair; `down` is `None` if there is one parameter alone.
struct Pair {
    down: Option<usize>,
    across: usize,
    maps: Vec<(Measure, Figure)>,
    framed: bool,
}

/// What a map shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Rate,
    Objective,
    Loss,
}

impl Measure {
    /// Those of a sweep, the first one to be shown first.
    fn of(facts: &Facts<'_>) -> Vec<Self> {
        if facts.plan.can_be_solved {
            vec![Self::Rate, Self::Loss]
        } else if facts.plan.spec.objective.metric == Metric::FinalLoss {
            vec![Self::Loss]
        } else {
            vec![Self::Objective, Self::Loss]
        }
    }

    /// What the page's script knows it by.
    fn key(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Objective => "objective",
            Self::Loss => "loss",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Rate => "solve rate",
            Self::Objective => "objective",
            Self::Loss => "final loss",
        }
    }
}

/// The section, whose pictures are added to `figures`.
pub(crate) fn section(facts: &Facts<'_>, figures: &mut Vec<Figure>) -> Result<Markup, Error> {
    if facts.axes.is_empty() {
        return Ok(html! {});
    }
    let shown = facts.most_important_axes(MOST_PARAMETERS);
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
    figures.extend(pairs.iter().flat_map(|pair| pair.maps.iter().map(|(_, figure)| figure.clone())));
    let measures = Measure::of(facts);
    let titles: Vec<_> = measures.iter().map(|measure| measure.title()).collect();
    let heading = titles.join(" and ");
    Ok(html! {
        h2 { (heading[..1].to_uppercase()) (heading[1..]) }
        div.maps {
            form.choice hidden {
                @if let [only] = measures[..] { input type="hidden" name="measure" value=(only.key()); } @else {
                    fieldset {
                        legend { "Show" }
                        @for (place, (measure, title)) in measures.iter().zip(&titles).enumerate() {
                            label { input type="radio" name="measure" value=(measure.key()) checked[place == 0]; " " (title) }
                        }
                    }
                }
                @if pairs.len() > 1 {
                    label { "over " (choice("one", &shown, first_down, &facts.axes)) }
                    label { "and " (choice("other", &shown, first_across, &facts.axes)) }
                }
            }
            @for (place, pair) in pairs.iter().enumerate() {
                @for (number, (measure, figure)) in pair.maps.iter().enumerate() {
                    figure data-measure=(measure.key()) data-one=(pair.down.unwrap_or(pair.across)) data-other=(pair.across)
                        hidden[place > 0 || number > 0] { (figure.markup(&caption(facts, pair, *measure), facts.is_beside)) }
                }
            }
            @if pairs.len() > 1 {
                noscript { p.note { "The other maps stand in " code { "figures/" } ": without scripts this page cannot change them." } }
            }
        }
        @if shown.len() < facts.axes.len() {
            p.note { "Of " (facts.axes.len()) " varied parameters these are the " (shown.len()) " that mattered most." }
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
fn caption(facts: &Facts<'_>, pair: &Pair, measure: Measure) -> Markup {
    let axes = [pair.down, Some(pair.across)];
    let is_axis = |index: usize| axes.contains(&Some(index));
    let others: Vec<_> =
        (0..facts.axes.len()).filter(|&index| !is_axis(index)).map(|index| &*facts.axes[index].name).collect();
    let binned = axes.iter().flatten().any(|&index| facts.axes[index].binned);
    html! {
        @match measure {
            Measure::Rate => "Each cell: trials that solved the task, of those of which that is known. ",
            Measure::Objective => {
                "Each cell: the median " code { (facts.objective()) } " of the trials that were trained to their end; one that diverged, or has none, counts as the worst. "
            }
            Measure::Loss => "Each cell: the median final loss of the trials that were trained to their end; one that diverged counts as infinite. ",
        }
        @if measure == Measure::Rate && facts.rows.iter().any(Row::is_unknown) {
            "In brackets: how many more were pruned before that was known. "
        }
        @if !others.is_empty() { "Cells pool all values of " (others.join(", ")) ". " }
        @if binned { "Where values are many, each bin has about as many combinations. " }
        @if pair.framed { "Framed: the window is as long as the reach. " }
        "Grey: nothing planned (blank) or nothing to show yet (–)."
    }
}

fn pair(facts: &Facts<'_>, down: Option<usize>, across: usize) -> Result<Pair, Error> {
    let (x, y) = (&facts.axes[across], down.map(|down| &facts.axes[down]));
    let columns = x.levels.len();
    let mut pools = vec![Group::default(); columns * y.map_or(1, |y| y.levels.len())];
    let mut scores = vec![Vec::new(); pools.len()];
    for row in facts.rows {
        let group = facts.group(row.trial);
        let cell = y.map_or(0, |y| y.level(group)) * columns + x.level(group);
        pools[cell].add(row);
        scores[cell].extend(facts.scores[row.trial]);
    }
    let numbers = [y.and_then(|y| y.level_numbers.as_ref()), x.level_numbers.as_ref()];
    let is_pair = y
        .zip(facts.reach)
        .is_some_and(|(y, reach)| [reach, WINDOW].iter().all(|name| [&x.name, &y.name].contains(&&(*name).to_owned())));
    let framed = |index: usize| match numbers {
        [Some(down), Some(across)] if is_pair => down[index / columns] == across[index % columns],
        _ => false,
    };
    let frames: Vec<bool> = (0..pools.len()).map(framed).collect();
    let in_file = |axis: &Parameter| axis.name.replace(", ", "+");
    let of_names = y.map_or_else(|| in_file(x), |y| format!("{}--{}", in_file(y), in_file(x)));
    let over = y.map_or_else(|| x.name.clone(), |y| format!("{} and {}", y.name, x.name));
    let figure = |begin: &str, what: &str, cells: &[Cell], legend: &str, labels: &[(f64, String)]| {
        let edge = |index: usize| Edge { name: &facts.axes[index].name, values: &facts.axes[index].levels };
        let map =
            Heatmap { title: what, across: edge(across), down: down.map(edge), cells, legend, legend_labels: labels };
        Ok::<_, Error>(Figure {
            name: format!("{begin}{of_names}"),
            label: format!("{what}, over {over}"),
            svg: map.draw()?,
        })
    };
    let drawn = |measure: Measure| match measure {
        Measure::Rate => {
            let fifths = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].map(|share| (share, number(share, 2)));
            figure(SOLVE_RATE, "Trials that solved the task", &rates(&pools, &frames), "solve rate", &fifths)
        }
        Measure::Objective => {
            let objective = facts.plan.spec.objective;
            // Scores are less where they are better.
            let sign = if objective.maximize { -1.0 } else { 1.0 };
            let medians: Vec<_> =
                scores.iter().map(|scores| median(scores.iter().copied()).map(|score| sign * score)).collect();
            let scale = Scale::of(
                medians.iter().copied().flatten().filter(|value| value.is_finite()),
                objective.metric.is_loss(),
            );
            let cells = medians_of(&pools, &medians, &scale, objective.maximize, "none", &frames);
            let what = format!("Median {}", facts.objective());
            figure(OBJECTIVE, &what, &cells, &what.to_lowercase(), &labels(&scale, objective.maximize))
        }
        Measure::Loss => {
            let medians: Vec<Option<f64>> = pools.iter().map(|pool| pool.final_loss(0.5)).collect();
            let scale = Scale::of(medians.iter().copied().flatten().filter(|median| median.is_finite()), true);
            let cells = medians_of(&pools, &medians, &scale, false, "div.", &frames);
            figure(FINAL_LOSS, "Median final loss", &cells, "median final loss (logarithmic)", &labels(&scale, false))
        }
    };
    let maps = Measure::of(facts).into_iter().map(|measure| Ok((measure, drawn(measure)?)));
    Ok(Pair { down, across, maps: maps.collect::<Result<_, Error>>()?, framed: frames.contains(&true) })
}

/// What stands beside a scale. Bright is good on all maps, so that of numbers of which less is better is turned around.
fn labels(scale: &Scale, maximize: bool) -> Vec<(f64, String)> {
    let labels = labels_of(scale, 5);
    if maximize {
        return labels;
    }
    labels.into_iter().rev().map(|(place, label)| (1.0 - place, label)).collect()
}

/// What stands in a cell that has no number.
fn nothing(pool: &Group) -> String {
    if pool.trials > 0 { "–".to_owned() } else { String::new() }
}

fn rates(pools: &[Group], frames: &[bool]) -> Vec<Cell> {
    let cell = |(pool, &framed): (&Group, &bool)| {
        let known = pool.rate().map(|_| format!("{}/{}", pool.solved, pool.decided));
        let unknown = (pool.unknown > 0).then(|| format!("(+{})", pool.unknown));
        let parts: Vec<_> = [known, unknown].into_iter().flatten().collect();
        let text = if parts.is_empty() { nothing(pool) } else { parts.join(" ") };
        Cell { place: pool.rate(), text, framed }
    };
    pools.iter().zip(frames).map(cell).collect()
}

/// The cells of medians, of which an infinite one is the worst, and `worst` stands there.
fn medians_of(
    pools: &[Group],
    medians: &[Option<f64>],
    scale: &Scale,
    maximize: bool,
    worst: &str,
    frames: &[bool],
) -> Vec<Cell> {
    let cell = |((pool, median), &framed): ((&Group, &Option<f64>), &bool)| match *median {
        None => Cell { place: None, text: nothing(pool), framed },
        Some(median) if median.is_infinite() => Cell { place: Some(0.0), text: worst.to_owned(), framed },
        Some(median) => {
            let place = scale.place(median);
            Cell { place: Some(if maximize { place } else { 1.0 - place }), text: number(median, 2), framed }
        }
    };
    pools.iter().zip(medians).zip(frames).map(cell).collect()
}
