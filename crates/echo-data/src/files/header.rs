//! What the first line of a CSV file says: how columns are separated, and where those are that are asked for.

use super::dialect::SEPARATORS;
use crate::error::Error;
use crate::words::Shown;
use csv::{ByteRecord, ReaderBuilder};

/// What a first line such as `sep=;` says, if it is one.
pub(super) fn separator_line(line: &[u8]) -> Option<Result<u8, Error>> {
    let text = std::str::from_utf8(line).ok()?.trim_end_matches(['\r', '\n']);
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let named = text.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| text.get(4..))?;
    let known = SEPARATORS.iter().find(|(byte, _)| named.as_bytes() == [*byte]);
    Some(known.map(|(byte, _)| *byte).ok_or_else(|| {
        let problem =
            format!("`sep=` names `{}`: it must be a comma, a semicolon or a tab", crate::words::Shown(named));
        Error::Malformed { line: 1, problem }
    }))
}

/// What separates the columns of a file with this header: what it says, or the one separator that gives the columns
/// wanted.
pub(super) fn separator(header: &[u8], said: Option<u8>, line: u64, wanted: &[&str]) -> Result<u8, Error> {
    if let Some(said) = said {
        return Ok(said);
    }
    let there = SEPARATORS.iter().map(|(byte, _)| *byte).filter(|byte| header.contains(byte));
    let there: Vec<u8> = there.collect();
    let gives = |byte: &u8| {
        let mut csv = ReaderBuilder::new().delimiter(*byte).has_headers(false).from_reader(header);
        let mut names = ByteRecord::new();
        csv.read_byte_record(&mut names).is_ok() && wanted.iter().all(|name| names.iter().any(|cell| is(cell, name)))
    };
    let fitting: Vec<u8> = there.iter().copied().filter(gives).collect();
    match (&fitting[..], &there[..]) {
        ([separator], _) | ([], [separator]) => Ok(*separator),
        ([], _) => Ok(b','),
        _ => {
            let problem =
                "the header can be read with two separators: write only one of comma, semicolon and tab in it";
            Err(Error::Malformed { line, problem: problem.to_owned() })
        }
    }
}

/// Whether a header's cell is a column's name, whatever its capitals and the spaces around it.
fn is(cell: &[u8], name: &str) -> bool {
    std::str::from_utf8(cell).is_ok_and(|cell| cell.trim().eq_ignore_ascii_case(name))
}

/// A column's name and place.
pub(super) type Column = (String, usize);

/// The places of the columns wanted and of the extras that are there, and whether one has other letters than its name.
pub(super) fn find(
    header: &ByteRecord,
    wanted: &[&str],
    extras: &[&str],
    line: u64,
) -> Result<(Vec<Column>, bool), Error> {
    let (mut columns, mut other_letters) = (Vec::new(), false);
    for &name in wanted.iter().chain(extras) {
        let mut places = header.iter().enumerate().filter(|(_, cell)| is(cell, name));
        let Some((place, cell)) = places.next() else {
            if columns.len() >= wanted.len() {
                continue;
            }
            let expected = wanted.iter().map(|name| format!("`{}`", Shown(name))).collect::<Vec<_>>().join(" and ");
            let hint = hint(header);
            let header = header.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
            return Err(Error::MissingColumn { line, column: name.to_owned(), expected, header, hint });
        };
        if places.next().is_some() {
            return Err(two_columns(name, line));
        }
        other_letters |= cell.trim_ascii() != name.as_bytes();
        columns.push((name.to_owned(), place));
    }
    Ok((columns, other_letters))
}

pub(super) fn two_columns(name: &str, line: u64) -> Error {
    let problem = format!("there are two columns `{}`: which one is meant must be clear", Shown(name));
    Error::Malformed { line, problem }
}

/// What may be wrong with a header that lacks a column.
fn hint(header: &ByteRecord) -> &'static str {
    let has = |byte: u8| header.iter().any(|cell| cell.trim_ascii().contains(&byte));
    let is_number = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|cell| cell.trim().parse::<f64>().is_ok());
    if !header.is_empty() && header.iter().all(is_number) {
        "the first line must be a header, not values"
    } else if header.len() == 1 && [b'|', b':', b' '].into_iter().any(has) {
        "columns must be separated by commas, semicolons or tabs"
    } else {
        ""
    }
}
