//! `cargo xtask suite`: the sweeps of the memory suite, one after the other, and a page of all.

use super::local;
use super::options::Options;
use crate::error::Error;
use crate::report::{Part, write_suite};
use crate::trials::plan::Plan;
use crate::trials::sweep::Sweep;
use crate::trials::{reader, store};
use chart_kit::text::printable;
use rnn_train::commands;
use rnn_train::exit_code;
use std::path::Path;

/// Where the specs are; in it, those that are a taste of the others.
const SUITE: &str = "suite";
const QUICK: &str = "suite/quick";

/// Runs what is missing of the sweeps of these names, or of all, each into its folder in `out`, and writes the page of all.
pub(crate) fn run(names: &[String], quick: bool, out: &Path, options: &Options) -> Result<u8, Error> {
    let place = if quick { QUICK } else { SUITE };
    let known: Vec<String> = reader::names_in(place)?.iter().map(|name| name[place.len() + 1..].to_owned()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        let problem = format!("the suite has no sweep {name}: there are {}", known.join(", "));
        return Err(Error::Refused { problem });
    }
    let chosen = known.into_iter().filter(|name| names.is_empty() || names.contains(name));
    // What is wrong with one of them is said before the first one runs.
    let plans = chosen.map(|name| {
        let plan = Plan::new(reader::read(Path::new(&format!("{place}/{name}")))?)?;
        Ok((name, plan))
    });
    let plans = plans.collect::<Result<Vec<_>, Error>>()?;
    let (mut parts, mut code) = (Vec::new(), exit_code::DONE);
    for (name, plan) in plans {
        if code == exit_code::INTERRUPTED {
            break;
        }
        tracing::info!("{name}");
        let folder = out.join(&name);
        let of = Sweep { plan: &plan, folder: &folder };
        let (ended, rows) = local::run(of, options)?;
        code = if ended == exit_code::DONE { code } else { ended };
        parts.push(Part { plan, folder, name, rows });
    }
    let page = out.join(store::REPORT);
    write_suite(&parts, &page)?;
    // The results are in the files, whether or not somebody reads this.
    let _ = commands::print(&printable(page.display()).to_string());
    Ok(code)
}
