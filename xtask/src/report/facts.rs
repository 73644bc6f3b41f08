//! What the parts of a report draw on: the plan, its rows, the varied parameters, and how good each trial is.

use super::parameters::Parameter;
use crate::charts::paint::labels_of;
use crate::trials::plan::Plan;
use crate::trials::results::TrialStatus;
use crate::trials::row::Row;
use crate::trials::stats::{eta_squared, median};
use chart_kit::scale::Scale;
use std::path::Path;

/// How far beyond the axis of the objective those stand that have no value.
const BEYOND: f64 = 0.07;

/// What was planned, and what came of it.
pub(crate) struct Facts<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) folder: &'a Path,
    /// Whether the page stands in the sweep's folder, so that links lead to what is there.
    pub(crate) is_beside: bool,
    /// All trials, in the plan's order.
    pub(crate) rows: &'a [Row],
    /// The setting that says how many steps back a net must remember, if there is one.
    pub(crate) reach: Option<&'static str>,
    /// What was varied, in the order of the columns.
    pub(crate) parameters: Vec<Parameter>,
    /// The same with settings that are paired as one, for pictures over two of them: over paired ones they would show a diagonal.
    pub(crate) axes: Vec<Parameter>,
    /// How good each trial is, less being better: infinite for the worst, `None` for one that was not trained to its end, and for all where
    /// trials have different tasks.
    pub(crate) scores: Vec<Option<f64>>,
    /// η²_H of each parameter, and of each axis.
    pub(crate) importance: Vec<Option<f64>>,
    axes_importance: Vec<Option<f64>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(plan: &'a Plan, folder: &'a Path, rows: &'a [Row], is_beside: bool) -> Self {
        let (parameters, axes) = (Parameter::all(plan), Parameter::axes(plan));
        let is_compared = plan.has_one_task;
        let scores: Vec<Option<f64>> = rows.iter().map(|row| score(plan, row).filter(|_| is_compared)).collect();
        let of = |parameters: &[Parameter]| {
            parameters.iter().map(|parameter| importance(plan, parameter, &scores)).collect::<Vec<_>>()
        };
        let (importance, axes_importance) = (of(&parameters), of(&axes));
        let reach = plan.trial(0).ok().and_then(|trial| trial.settings.task().reach()).map(|(setting, _)| setting);
        Self { plan, folder, is_beside, rows, reach, parameters, axes, scores, importance, axes_importance }
    }

    /// The combination that a trial is of.
    pub(crate) fn group(&self, trial: usize) -> usize {
        self.plan.place(trial).0
    }

    /// The trials of a combination.
    pub(crate) fn rows_of(&self, group: usize) -> impl Iterator<Item = &'a Row> + use<'a> {
        let rows = self.rows;
        self.plan.trials_of(group).map(move |trial| &rows[trial])
    }

    /// The parameters that matter most, at most so many, the most important first.
    pub(crate) fn most_important(&self, most: usize) -> Vec<usize> {
        first(&self.importance, most)
    }

    /// The axes that matter most, at most so many, in the order of the columns.
    pub(crate) fn most_important_axes(&self, most: usize) -> Vec<usize> {
        let mut axes = first(&self.axes_importance, most);
        axes.sort_unstable();
        axes
    }

    /// The axes to show first, down and across, among some in the order of the columns: the most important ones of a random
    /// sweep, the last ones of another.
    pub(crate) fn first_pair(&self, among: &[usize]) -> (Option<usize>, Option<usize>) {
        let mut pair = if self.plan.spec.is_random() {
            let mut best = first(&self.axes_importance, self.axes.len());
            best.retain(|index| among.contains(index));
            best.into_iter().take(2).collect()
        } else {
            among[among.len().saturating_sub(2)..].to_vec()
        };
        pair.sort_unstable();
        let across = pair.pop();
        (pair.pop(), across)
    }

    /// The combinations, the best first by the median of their trials' scores; those without a trial that counts last.
    pub(crate) fn best_groups(&self) -> Vec<usize> {
        let score = |group: usize| median(self.plan.trials_of(group).filter_map(|trial| self.scores[trial]));
        let scores: Vec<Option<f64>> = (0..self.plan.groups()).map(score).collect();
        best_first(&scores)
    }

    /// The trials, the best first.
    pub(crate) fn best_trials(&self) -> Vec<usize> {
        best_first(&self.scores)
    }

    /// Where each of some trials stands on an axis of the objective, and what to write beside it. Those that have no value stand
    /// beyond its worse end, at "none"; one that was pruned stands where it was when it was stopped.
    pub(crate) fn of_objective(&self, trials: &[usize]) -> (Vec<f64>, Vec<(f64, String)>) {
        let objective = self.plan.spec.objective;
        let value = |trial: usize| {
            let row = &self.rows[trial];
            let value = row.number(|record| objective.metric.of(&record.outcome));
            value.filter(|value| value.is_finite() && row.status != TrialStatus::Diverged)
        };
        let values: Vec<Option<f64>> = trials.iter().map(|&trial| value(trial)).collect();
        let scale = Scale::of(values.iter().copied().flatten(), objective.metric.is_loss());
        let none = if objective.maximize { -BEYOND } else { 1.0 + BEYOND };
        let mut labels = if values.iter().any(Option::is_some) { labels_of(&scale, 6) } else { Vec::new() };
        if values.contains(&None) {
            labels.push((none, "none".to_owned()));
        }
        (values.iter().map(|value| value.map_or(none, |value| scale.place(value))).collect(), labels)
    }

    /// What the objective is called.
    pub(crate) fn objective(&self) -> &'static str {
        self.plan.spec.objective.name()
    }
}

/// The places of the highest weights, at most so many, the highest first.
fn first(weights: &[Option<f64>], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let weight = |index: usize| weights[index].unwrap_or(-1.0);
    order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));
    order.truncate(most);
    order
}

/// The places of scores in order, the best first; equal ones keep theirs, and those that are `None` come last.
fn best_first(scores: &[Option<f64>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| match (scores[a], scores[b]) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    order
}

/// A trial that diverged, or has no value, is as bad as can be. How good one is that was pruned is not known.
fn score(plan: &Plan, row: &Row) -> Option<f64> {
    let objective = plan.spec.objective;
    let ended = matches!(row.status, TrialStatus::Done | TrialStatus::Diverged);
    let record = row.record.as_ref().filter(|_| ended)?;
    let value = objective.metric.of(&record.outcome).filter(|_| record.status != TrialStatus::Diverged);
    let value = value.filter(|value| value.is_finite());
    Some(value.map_or(f64::INFINITY, |value| if objective.maximize { -value } else { value }))
}

/// How much of the ranks of trials a parameter explains.
fn importance(plan: &Plan, parameter: &Parameter, scores: &[Option<f64>]) -> Option<f64> {
    let scored = || {
        scores.iter().enumerate().filter_map(|(trial, score)| Some((parameter.level(plan.place(trial).0), (*score)?)))
    };
    // Levels without a trial would count as groups.
    let mut there = vec![None; parameter.levels.len()];
    scored().for_each(|(level, _)| there[level] = Some(0));
    for (number, level) in there.iter_mut().flatten().enumerate() {
        *level = number;
    }
    let (numbers, groups): (Vec<f64>, Vec<usize>) =
        scored().filter_map(|(level, score)| Some((score, there[level]?))).unzip();
    eta_squared(&numbers, &groups)
}
