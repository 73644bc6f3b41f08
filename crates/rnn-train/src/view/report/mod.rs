//! `report.html`: one run in one page that needs no other file.
//!
//! `facts` gathers what all parts draw on: the recording, and its training steps as `steps` has them. Each part of the
//! page is a file, in the page's order: `overview`, `curves`, `rows`, `spikes` with `jumps`, `tables`, `pictures`. What the
//! scripts draw stands in the page as `data`; `curves.js` draws the curves, with `tracks.js`, `axes.js` and `gestures.js`,
//! `rows.js` the rows of a window, and `page.js` ties the two together.

mod curves;
mod data;
mod facts;
mod jump_section;
mod jumps;
mod overview;
mod pictures;
mod rows;
mod spikes;
mod steps;
mod tables;

use crate::error::Error;
use crate::outputs::files::REPORT;
use crate::outputs::folder::write_whole_among_others;
use crate::outputs::replaceable::check_replaceable;
use crate::view::headline::headline;
use crate::view::palette::Colours;
use chart_kit::page::{self, page};
use facts::Facts;
use maud::{Markup, html};
use std::path::{Path, PathBuf};

const STYLE: &str = include_str!("page.css");
const SCRIPTS: [&str; 6] = [
    include_str!("tracks.js"),
    include_str!("axes.js"),
    include_str!("gestures.js"),
    include_str!("curves.js"),
    include_str!("rows.js"),
    include_str!("page.js"),
];

/// Writes the report of the run in `folder`, in these colours, to `out` or else beside the run's files; returns where it is.
///
/// # Errors
/// [`Error::NotARun`] for a folder that holds no run; [`Error::Read`] for one of which nothing was recorded;
/// [`Error::Setting`] for settings that cannot be; [`Error::Out`] for an `out` that is there and is no page; [`Error::Write`].
pub fn write(folder: &Path, out: Option<&Path>, colours: Colours) -> Result<PathBuf, Error> {
    out.map_or(Ok(()), |out| check_replaceable(out, page::BEGIN, page::KIND))?;
    let facts = Facts::read(folder, out.is_none())?;
    let title = headline(facts.settings());
    let main = main(&facts, &title);
    let page = page(&title, &[STYLE, &rows::colours(colours.palette())], &SCRIPTS, &main);
    let path = out.map_or_else(|| folder.join(REPORT), Path::to_owned);
    write_whole_among_others(&path, page.into_string().as_bytes())?;
    Ok(path)
}

fn main(facts: &Facts<'_>, title: &str) -> Markup {
    html! {
        h1 { (title) }
        (overview::section(facts))
        noscript { p.note { "Scripts draw the curves and the rows of windows; this browser does not run them." } }
        (curves::section(facts))
        (rows::section(facts))
        @if !(facts.settings().has_episodes() || facts.settings().reads_data()) { (spikes::section(facts)) }
        (tables::section(facts))
        (pictures::section(facts))
        footer { p { "Made by version " (env!("CARGO_PKG_VERSION")) " of " code { "rnn-train report" } ". This page loads and sends nothing." } }
        (data::script(facts))
    }
}
