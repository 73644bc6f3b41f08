//! The pictures that a run has drawn, within the page.

use super::facts::Facts;
use crate::outputs::files::PICTURES;
use maud::{Markup, html};
use std::fmt::Write;
use std::io::ErrorKind;

pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let of = |name: &'static str| {
        let path = facts.folder.join(name);
        match std::fs::read(&path) {
            Ok(svg) => Some((name, address(&svg))),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                // The rest of the page is worth having.
                tracing::warn!("{}: {error}: the page is without it", path.display());
                None
            }
        }
    };
    let pictures: Vec<_> = PICTURES.into_iter().filter(|name| name.ends_with(".svg")).filter_map(of).collect();
    if pictures.is_empty() {
        return html! {};
    }
    html! {
        h2 { "Pictures" }
        @for (name, address) in pictures {
            figure.picture {
                div.scroll { img src=(address) alt=(format!("The run’s picture {name}")); }
                figcaption { code { (name) } }
            }
        }
    }
}

/// A picture as an address, in which no script of its could run.
fn address(svg: &[u8]) -> String {
    let mut address = "data:image/svg+xml;charset=utf-8,".to_owned();
    for &byte in svg {
        if byte.is_ascii_graphic() && !b"%#\"<>&'".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_has_nothing_that_ends_it() {
        assert_eq!(
            super::address("<a b=\"#1\">é%\n</a>".as_bytes()),
            "data:image/svg+xml;charset=utf-8,%3Ca%20b=%22%231%22%3E%C3%A9%25%0A%3C/a%3E"
        );
    }
}
