//! Parallel coordinates: every trial as a line through the values of its parameters to the objective.

use super::facts::Facts;
use super::figure::{Figure, PARALLEL};
use crate::charts::parallel::{Axis, Path, draw};
use crate::error::Error;
use crate::trials::results::TrialStatus;
use crate::trials::stats::ranks;
use maud::{Markup, html};

/// How many lines are drawn, and how many of them are the best ones.
const MOST_LINES: usize = 500;
const BEST: usize = 100;
/// How many parameters have room.
const MOST_AXES: usize = 10;

/// The section, whose picture is added to `figures`; nothing for a grid of one or two parameters, which maps show better.
pub(crate) fn section(facts: &Facts<'_>, figures: &mut Vec<Figure>) -> Result<Markup, Error> {
    let trials: Vec<usize> = facts.best_trials().into_iter().filter(|&trial| facts.scores[trial].is_some()).collect();
    if facts.parameters.is_empty() || trials.is_empty() || !(facts.plan.spec.is_random() || facts.parameters.len() >= 3)
    {
        return Ok(html! {});
    }
    let (shown, cut) = sample(&trials);
    let mut parameters = facts.most_important(MOST_AXES);
    parameters.sort_unstable();
    let axes = parameters.iter().map(|&index| facts.parameters[index].axis()).collect::<Vec<_>>();
    let (heights, labels) = facts.of_objective(&trials);
    // Of all trials, so that a colour says the same whichever are drawn; equal ones share theirs.
    let ranks = ranks(&trials.iter().map(|&trial| facts.scores[trial].unwrap_or(f64::INFINITY)).collect::<Vec<_>>());
    let place = |index: usize| (ranks[index] - 1.0) / trials.len().saturating_sub(1).max(1) as f64;
    let path = |&index: &usize| {
        let group = facts.group(trials[index]);
        let through = axes.iter().map(|(of_groups, _)| of_groups[group]).chain([heights[index]]);
        Path { place: place(index), heights: through.collect() }
    };
    let paths: Vec<Path> = shown.iter().rev().map(path).collect();
    let names = parameters.iter().map(|&index| facts.parameters[index].name.clone());
    let drawn: Vec<Axis> = names
        .zip(axes.iter().map(|(_, labels)| labels.clone()))
        .chain([(facts.objective().to_owned(), labels)])
        .map(|(name, labels)| Axis { name, labels })
        .collect();
    let svg = draw(&drawn, &paths, &format!("rank by {}", facts.objective()), ["best", "worst"])?;
    let label =
        format!("Parallel coordinates of {} trials, coloured by the rank of {}", paths.len(), facts.objective());
    let figure = Figure { name: PARALLEL.to_owned(), label, svg };
    let diverged = trials.iter().any(|&trial| facts.scores[trial] == Some(f64::INFINITY));
    let caption = html! {
        "A line for each trial, from its parameters to its " (facts.objective()) "; the best are drawn last."
        @if cut { " Of " (trials.len()) " trials these are the " (BEST) " best and an even sample of " (MOST_LINES - BEST) " others." }
        @if facts.rows.iter().any(|row| row.status == TrialStatus::Pruned) { " Pruned ones are left out." }
        @if diverged { " Those at “none” diverged or have no value." }
        @if parameters.len() < facts.parameters.len() { " Of the parameters these are the " (parameters.len()) " that mattered most." }
    };
    let markup = figure.markup(&caption, facts.is_beside);
    figures.push(figure);
    Ok(html! { h2 { "All parameters at once, in parallel coordinates" } figure { (markup) } })
}

/// The places of the trials to draw, the best first, and whether others are left out.
fn sample(trials: &[usize]) -> (Vec<usize>, bool) {
    if trials.len() <= MOST_LINES {
        return ((0..trials.len()).collect(), false);
    }
    let others = trials.len() - BEST;
    let sampled = (0..MOST_LINES - BEST).map(|index| BEST + index * others / (MOST_LINES - BEST));
    ((0..BEST).chain(sampled).collect(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_trials_the_best_and_some_of_all_others() {
        let few: Vec<usize> = (0..20).collect();
        assert_eq!(sample(&few), (few, false));
        let many: Vec<usize> = (0..100_000).collect();
        let (shown, cut) = sample(&many);
        assert!(cut && shown.len() == MOST_LINES && shown[BEST - 1] == BEST - 1);
        assert!(shown.windows(2).all(|pair| pair[0] < pair[1]) && shown[MOST_LINES - 1] > 99_000);
    }
}
