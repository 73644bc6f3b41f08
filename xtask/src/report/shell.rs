//! What all pages of reports have around them.

use chart_kit::page;
use maud::Markup;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A page with this in it.
pub(super) fn page(title: &str, main: &Markup) -> Markup {
    page::page(title, &[STYLE], &[SCRIPT], main)
}
