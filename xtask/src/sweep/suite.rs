//! `cargo xtask suite`: the sweeps of the memory suite, one after the other, and a page of all.

use super::options::Options;
use super::{ending, local};
use crate::error::Error;
use crate::report::{Part, write_suite};
use crate::trials::plan::Plan;
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
    let known: Vec<String> = reader::names_in(place)?.iter().map(|name| name[place.len() + 1..].to_owned()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        let problem = format!("the suite has no sweep {name}: there are {}", known.join(", "));
        return Err(Error::Refused { problem });
    }
    let page = out.join(store::REPORT);
    if out.is_dir() {
        if store::check_is_sweep(out).is_ok() {
            let problem =
                "this is the folder of a sweep: the suite has one of its own, for all of its sweeps".to_owned();
            return Err(Error::Results { path: out.to_owned(), problem });
        }
        check_replaceable(&page, page::BEGIN, "page")?;
    }
    // What is wrong with one of them is said before the first one runs.
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
    let plans = plans.filter_map(Result::transpose).collect::<Result<Vec<_>, Error>>()?;
    let (mut parts, mut code, mut failed) = (Vec::new(), exit_code::DONE, None);
    for (is_chosen, part) in plans {
        let of = Sweep { plan: &part.plan, folder: &part.folder };
        let rows = if is_chosen && code != exit_code::INTERRUPTED && failed.is_none() {
            tracing::info!("{}", part.name);
            match local::run(of, options) {
                Ok((ended, rows)) => {
                    code = if ended == exit_code::DONE { code } else { ended };
                    rows
                }
                // What was run before is not lost.
                Err(error) => {
                    failed = Some(error);
                    continue;
                }
            }
        } else if store::check_is_sweep(of.folder).is_ok() {
            ending::rows(of.plan, store::latest(of, false)?, store::is_busy(of.folder))
        } else {
            continue;
        };
        parts.push(Part { rows, ..part });
    }
    if !parts.is_empty() {
        write_suite(&parts, quick, &page)?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    // The results are in the files, whether or not somebody reads this.
    let _ = commands::print(&printable(page.display()).to_string());
    Ok(code)
}
