//! What all pages of HTML share: one file each, which loads and sends nothing, with tables that can be sorted.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("base.css");
const SORTABLE: &str = include_str!("sortable.js");

/// Nothing may be loaded or sent, by whatever gets into the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// What a page is called in errors.
pub const KIND: &str = "page of this program";

/// What the file of a page begins with, and hardly any page of somebody else's.
pub const BEGIN: &[u8] = b"<!DOCTYPE html><html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
    <meta http-equiv=\"Content-Security-Policy\" content=\"";

/// A page with this in its `main`; its own styles and scripts stand behind those that all pages have.
#[must_use]
pub fn page(title: &str, styles: &[&str], scripts: &[&str], main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Without one, browsers ask the server for it.
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) @for style in styles { (PreEscaped(style)) } }
            }
            body {
                main { (main) }
                script { (PreEscaped(SORTABLE)) @for script in scripts { (PreEscaped(script)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_begin_with_what_they_are_known_by() {
        assert!(page("A title", &[], &[], &html! {}).into_string().as_bytes().starts_with(BEGIN));
    }
}
