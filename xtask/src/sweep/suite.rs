//! `cargo xtask suite`: the sweeps of the memory suite, one after the other, and a page of all.

use super::options::Options;
use super::{ending, local};
use crate::error::Error;
use crate::report::{Part, write_suite};
use crate::trials::plan::Plan;
use crate::trials::row::Row;
use crate::trials::sweep::Sweep;
use crate::trials::{reader, store};
use chart_kit::page;
use chart_kit::text::printable;
use rnn_train::commands;
use rnn_train::exit_code;
use rnn_train::outputs::replaceable::check_replaceable;
use std::path::Path;

/// Where the specs are; in it, those that are a taste of the others.
const SUITE: &str = "suite";
const QUICK: &str = "suite/quick";

/// Runs what is missing of the sweeps of these names, or of all, each into its folder in `out`, and writes the page of all that have a folder
/// there.
pub(crate) fn run(names: &[String], quick: bool, out: &Path, options: &Options) -> Result<u8, Error> {
    let place = if quick { QUICK } else { SUITE };
    let page = out.join(store::REPORT);
    let planned = planned(names, place, out)?;
    // What is wrong with one of them is said before the first one runs.
    if out.is_dir() {
        if store::check_is_sweep(out).is_ok() {
            let problem =
                "this is the folder of a sweep: the suite has one of its own, for all of its sweeps".to_owned();
            return Err(Error::Results { path: out.to_owned(), problem });
        }
        check_replaceable(&page, page::BEGIN, page::KIND)?;
    }
    for (_, Part { plan, folder, .. }) in planned.iter().filter(|(is_chosen, _)| *is_chosen) {
        local::check(Sweep { plan, folder })?;
    }
    let (parts, ended) = run_all(planned, options);
    // What was run before one of them failed is not lost.
    if !parts.is_empty() {
        write_suite(&parts, quick, &page)?;
    }
    let code = ended?;
    // The results are in the files, whether or not somebody reads this.
    let _ = commands::print(&printable(page.display()).to_string());
    Ok(code)
}

/// The plans of the sweeps that are chosen, and of those that have a folder in `out`, and which of them are chosen.
fn planned(names: &[String], place: &str, out: &Path) -> Result<Vec<(bool, Part)>, Error> {
    let known: Vec<String> = reader::names_in(place)?.iter().map(|name| name[place.len() + 1..].to_owned()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        let quick = if place == QUICK { " with --quick" } else { "" };
        let problem = format!("the suite has no sweep {name}{quick}: there are {}", known.join(", "));
        return Err(Error::Refused { problem });
    }
    let plans = known.into_iter().map(|name| {
        let is_chosen = names.is_empty() || names.contains(&name);
        let folder = out.join(&name);
        let plan = match is_chosen {
            true => Some(Plan::new(reader::read_own(&Path::new(place).join(&name))?)?),
            false if store::check_is_sweep(&folder).is_ok() => Some(store::read_plan(&folder)?),
            false => None,
        };
        Ok(plan.map(|plan| (is_chosen, Part { plan, folder, name, rows: Vec::new() })))
    });
    plans.filter_map(Result::transpose).collect()
}

/// Runs those that are chosen, until one cannot go on or somebody stops it. What is known of each, and how it ended.
fn run_all(planned: Vec<(bool, Part)>, options: &Options) -> (Vec<Part>, Result<u8, Error>) {
    let (mut parts, mut ended) = (Vec::new(), Ok(exit_code::DONE));
    for (is_chosen, part) in planned {
        let of = Sweep { plan: &part.plan, folder: &part.folder };
        let mut rows = None;
        if is_chosen && ended.as_ref().is_ok_and(|code| *code != exit_code::INTERRUPTED) {
            tracing::info!("{}", part.name);
            match local::run(of, options) {
                Ok((exit_code::DONE, all)) => rows = Some(all),
                Ok((code, all)) => (ended, rows) = (Ok(code), Some(all)),
                Err(error) => ended = Err(error),
            }
        }
        match rows.map_or_else(|| known(of), |rows| Ok(Some(rows))) {
            Ok(rows) => parts.extend(rows.map(|rows| Part { rows, ..part })),
            Err(error) => ended = ended.and(Err(error)),
        }
    }
    (parts, ended)
}

/// What is known of the trials of a sweep; nothing where it was never begun.
fn known(sweep: Sweep<'_>) -> Result<Option<Vec<Row>>, Error> {
    if store::check_is_sweep(sweep.folder).is_err() {
        return Ok(None);
    }
    Ok(Some(ending::rows(sweep.plan, store::latest(sweep, false)?, store::is_busy(sweep.folder))))
}
