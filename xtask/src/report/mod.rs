//! `report.html`: what a sweep found, in one page that needs no other file, and its pictures beside it.
//!
//! [`facts`] gathers what all parts draw on, with [`parameters`] and [`scores`]. Each part of the page is a file, in the page's order:
//! [`overview`], [`matrix`], [`window`], [`scatter`], [`heatmaps`], [`curves`], [`parallel`], [`importance`], [`failures`], [`tables`]. A picture
//! is a [`figure`]. `page.css` and `page.js` stand in the page, beside what [`chart_kit::page`] gives to all ([`shell`]); all that the
//! scripts do is to sort, choose and save.

mod curves;
mod facts;
mod failures;
mod figure;
mod heatmaps;
mod importance;
mod matrix;
mod overview;
mod parallel;
mod parameters;
mod scatter;
mod scores;
mod shell;
mod suite;
mod tables;
mod window;

use crate::error::Error;
use crate::trials::loss_curves::CURVES;
use crate::trials::published;
use crate::trials::row::Row;
use crate::trials::spec::SPEC;
use crate::trials::store::{FIGURES, REPORT};
use crate::trials::summary::{GROUPS, SUMMARY};
use crate::trials::sweep::Sweep;
use facts::Facts;
use matrix::Matrix;
use maud::{Markup, html};
use rnn_train::outputs::folder::write_whole_among_others;
use std::path::Path;

pub(crate) use suite::{Part, write_suite};

/// Writes the report of a sweep whose trials are these, in the plan's order, and its pictures to the sweep's folder.
pub(crate) fn write(sweep: Sweep<'_>, rows: &[Row]) -> Result<(), Error> {
    let Sweep { plan, folder } = sweep;
    let mut figures = Vec::new();
    let page = report(&Facts::new(plan, folder, rows, true), &mut figures)?;
    figure::write(folder, &figures)?;
    Ok(write_whole_among_others(&folder.join(REPORT), page.into_string().as_bytes())?)
}

/// Writes the page alone, to this file.
pub(crate) fn write_page(sweep: Sweep<'_>, rows: &[Row], file: &Path) -> Result<(), Error> {
    let Sweep { plan, folder } = sweep;
    let page = report(&Facts::new(plan, folder, rows, false), &mut Vec::new())?;
    Ok(write_whole_among_others(file, page.into_string().as_bytes())?)
}

fn report(facts: &Facts<'_>, figures: &mut Vec<figure::Figure>) -> Result<Markup, Error> {
    let title = format!("Sweep {}", facts.plan.spec.name);
    let published = published::of_sweep(&facts.plan.spec.name)?;
    let matrix = (!facts.plan.has_one_task || !published.is_empty()).then(|| Matrix::new(facts, &published));
    // Some parts compare all trials with each other.
    let is_compared = facts.plan.has_one_task;
    let main = html! {
        h1 { (title) }
        (overview::section(facts)?)
        @if let Some(matrix) = &matrix { h2 { "Questions and learners" } (matrix::legend()) (matrix.table()) }
        @if is_compared {
            (window::section(facts)?)
            (scatter::section(facts, figures)?)
            (heatmaps::section(facts, figures)?)
        }
        h2 { "Loss curves" }
        (curves::section(facts, matrix.as_ref(), figures)?)
        @if is_compared {
            (parallel::section(facts, figures)?)
            (importance::section(facts, figures)?)
        }
        (failures::section(facts))
        (tables::section(facts))
        (footer(facts))
    };
    Ok(shell::page(&title, &main))
}

fn footer(facts: &Facts<'_>) -> Markup {
    html! {
        footer {
            p {
                "Made by version " (env!("CARGO_PKG_VERSION")) ". "
                @if facts.is_beside { "Beside this page" } @else { "In the sweep’s folder" }
                " stand the spec (" code { (SPEC) } "), a row for each trial (" code { (SUMMARY) } "), for each combination ("
                code { (GROUPS) } ") and for each epoch (" code { (CURVES) } "), the pictures (" code { (FIGURES) "/" } ") and, as far as they were kept, the trials’ folders with their settings, losses and weights."
            }
        }
    }
}
