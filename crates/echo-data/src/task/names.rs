//! Names as a text, a line each, from which they can be read again whatever stands in them: quoted as in CSV where they have to be.

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};

/// All names, a line each.
pub(super) fn to_lines<'a>(names: impl IntoIterator<Item = &'a [u8]>) -> String {
    let names: Vec<&[u8]> = names.into_iter().collect();
    // A mark of byte order in front of all would be taken for the file's.
    let is_marked = names.first().is_some_and(|name| name.starts_with("\u{feff}".as_bytes()));
    let style = if is_marked { QuoteStyle::Always } else { QuoteStyle::Necessary };
    let mut lines = WriterBuilder::new().quote_style(style).terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    let written = names.into_iter().try_for_each(|name| lines.write_record([name]));
    let bytes = written.ok().and_then(|()| lines.into_inner().ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

/// The names in such a text; nothing for one that is none.
pub(super) fn of_lines(text: &str) -> Option<Vec<String>> {
    let mut lines = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    let name = |line: csv::Result<csv::StringRecord>| {
        let line = line.ok().filter(|line| line.len() == 1)?;
        line.get(0).map(str::to_owned)
    };
    lines.records().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_whatever_stands_in_them() {
        for names in [
            &["a", "b"][..],
            &["a b", "", "c,d"],
            &[""],
            &["Sales\n(EUR)", "\"quoted\"", "é\r\n"],
            &["\u{feff}v"],
            &["x"],
        ] {
            let text = to_lines(names.iter().map(|name| name.as_bytes()));
            assert_eq!(of_lines(&text).unwrap(), names, "{text:?}");
        }
        assert_eq!(to_lines([&b"a"[..], b"b"]), "a\nb");
        assert_eq!(of_lines("a,b"), None);
    }
}
