//! What the parts of a report draw on: the plan, its rows, the varied parameters, and how good each trial is.

use super::parameters::Parameter;
use crate::trials::plan::Plan;
use crate::trials::results::TrialStatus;
use crate::trials::stats::{eta_squared, median};
use crate::trials::summary::Row;
use std::path::Path;

/// What was planned, and what came of it.
pub(crate) struct Facts<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) folder: &'a Path,
    /// All trials, in the plan's order.
    pub(crate) rows: &'a [Row],
    /// What was varied, in the order of the columns.
    pub(crate) parameters: Vec<Parameter>,
    /// How good each trial is, less being better: infinite for the worst, `None` for one that does not count.
    pub(crate) scores: Vec<Option<f64>>,
    /// η²_H of each parameter.
    pub(crate) importance: Vec<Option<f64>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(plan: &'a Plan, folder: &'a Path, rows: &'a [Row]) -> Self {
        let parameters = Parameter::all(plan);
        let scores: Vec<Option<f64>> = rows.iter().map(|row| score(plan, row)).collect();
        let importance = parameters.iter().map(|parameter| importance(plan, parameter, &scores)).collect();
        Self { plan, folder, rows, parameters, scores, importance }
    }

    /// The combination that a trial is of.
    pub(crate) fn group(&self, trial: usize) -> usize {
        self.plan.place(trial).0
    }

    /// The trials of a combination.
    pub(crate) fn rows_of(&self, group: usize) -> &'a [Row] {
        let replicates = self.plan.spec.replicates as usize;
        &self.rows[group * replicates..(group + 1) * replicates]
    }

    /// The parameters that matter most, at most so many, the most important first.
    pub(crate) fn most_important(&self, most: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.parameters.len()).collect();
        let weight = |index: usize| self.importance[index].unwrap_or(-1.0);
        order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)));
        order.truncate(most);
        order
    }

    /// The parameters to show first, down and across, among some in the order of the columns: the most important ones
    /// of a random sweep, the last ones of another. Two that are paired would show only a diagonal.
    pub(crate) fn first_pair(&self, among: &[usize]) -> (Option<usize>, Option<usize>) {
        if self.plan.spec.is_random() {
            let mut best: Vec<usize> = self.most_important(self.parameters.len());
            best.retain(|index| among.contains(index));
            let mut pair: Vec<usize> = best.into_iter().take(2).collect();
            pair.sort_unstable();
            let across = pair.pop();
            return (pair.pop(), across);
        }
        let Some((&across, others)) = among.split_last() else { return (None, None) };
        let other_dimension = |index: &&usize| self.parameters[**index].dimension != self.parameters[across].dimension;
        let down = others.iter().rev().find(other_dimension).or(others.last());
        (down.copied(), Some(across))
    }

    /// The combinations, the best first by the median of their trials' scores; those without a trial that counts last.
    pub(crate) fn best_groups(&self) -> Vec<usize> {
        let replicates = self.plan.spec.replicates as usize;
        let scores: Vec<Option<f64>> =
            self.scores.chunks(replicates).map(|scores| median(scores.iter().flatten().copied())).collect();
        best_first(&scores)
    }

    /// The trials, the best first.
    pub(crate) fn best_trials(&self) -> Vec<usize> {
        best_first(&self.scores)
    }

    /// What the objective is called.
    pub(crate) fn objective(&self) -> &'static str {
        self.plan.spec.objective.name()
    }
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

/// A trial that diverged, or has no value, is as bad as can be; one that was pruned is as good as it was then.
fn score(plan: &Plan, row: &Row) -> Option<f64> {
    let objective = plan.spec.objective;
    let record = row.record.as_ref().filter(|_| row.counts())?;
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
