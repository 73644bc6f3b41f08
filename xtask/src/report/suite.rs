//! The page of the suite: for each of its sweeps what was asked, what each learner answered beside what is published, and loss curves.

use super::facts::Facts;
use super::matrix::Matrix;
use super::{curves, matrix, shell};
use crate::error::Error;
use crate::trials::outcome::outcome;
use crate::trials::plan::Plan;
use crate::trials::published;
use crate::trials::row::Row;
use crate::trials::store::REPORT;
use chart_kit::text::duration;
use maud::html;
use rnn_train::outputs::folder::write_whole_among_others;
use std::path::Path;

/// A sweep of the suite, and what came of it.
pub(crate) struct Part {
    pub(crate) plan: Plan,
    /// Its folder, and its name there.
    pub(crate) folder: std::path::PathBuf,
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
}

/// Writes the page of these sweeps to a file in the folder that theirs are in.
pub(crate) fn write_suite(parts: &[Part], is_taste: bool, file: &Path) -> Result<(), Error> {
    let title = if is_taste { "A taste of the memory suite" } else { "The memory suite" };
    let sections = parts.iter().map(section).collect::<Result<Vec<_>, _>>()?;
    let main = html! {
        h1 { (title) }
        p { "Each section is a sweep: questions down, learners across. Its own report has all of its trials." }
        @if is_taste { p { b { "Few trials, and short ones: they show what the suite asks, not what nets can do." } } }
        (matrix::legend())
        nav { ul { @for Part { name, .. } in parts { li { a href=(format!("#{name}")) { (name) } } } } }
        @for section in &sections { (section) }
        footer { p { "Made by version " (env!("CARGO_PKG_VERSION")) "." } }
    };
    let page = shell::page(title, &main);
    Ok(write_whole_among_others(file, page.into_string().as_bytes())?)
}

fn section(part: &Part) -> Result<maud::Markup, Error> {
    let Part { plan, folder, name, rows } = part;
    let facts = Facts::new(plan, folder, rows, false);
    let published = published::of_sweep(&plan.spec.name)?;
    let matrix = Matrix::new(&facts, &published);
    let seconds: f64 = rows.iter().filter_map(|row| row.number(|record| Some(record.outcome.wall_seconds))).sum();
    Ok(html! {
        section id=(name) {
            h2 { (name) }
            @if !plan.spec.about.is_empty() { p { (plan.spec.about) } }
            p {
                (outcome(plan, rows)) " Added up, the trials took " (duration(seconds)) ". "
                a href=(format!("{name}/{REPORT}")) { "Its report" } "."
            }
            (matrix.table())
            details { summary { "Loss curves" } (curves::section(&facts, Some(&matrix), &mut Vec::new())?) }
        }
    })
}
