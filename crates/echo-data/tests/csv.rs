//! How CSV is read: a table of texts, each with the rows that it holds or the message that refuses it, and against a plain
//! reading of another making.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use echo_data::files::{Encoding, Rows};
use proptest::prelude::*;
use proptest::sample::select;
use std::io::Read;

/// The cells of the columns wanted, as text, and the line that each row begins in.
type Found = Vec<(u64, Vec<String>)>;

fn read(reader: impl Read, wanted: &[&'static str]) -> Result<Found, String> {
    let mut found = Vec::new();
    let mut rows = Rows::new(reader, wanted).map_err(|error| error.to_string())?;
    while rows.next_row().map_err(|error| error.to_string())? {
        let cells = (0..wanted.len()).map(|column| rows.text(column).map(str::to_owned));
        found.push((rows.line(), cells.collect::<Result<_, _>>().map_err(|error| error.to_string())?));
    }
    Ok(found)
}

/// Gives a byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(buffer.len()).min(1);
        self.0.read(&mut buffer[..count])
    }
}

/// Rows as `line: cell|cell`.
fn shown(rows: &Found) -> String {
    rows.iter().map(|(line, cells)| format!("{line}: {}", cells.join("|"))).collect::<Vec<_>>().join(" / ")
}

const TWO: &[&str] = &["input", "target"];
const ONE: &[&str] = &["input"];

#[test]
fn what_is_understood() {
    let cases: [(&[&'static str], &str, &str); 21] = [
        (TWO, "input,target\n1,0\n0,1\n", "2: 1|0 / 3: 0|1"),
        (TWO, "input,target\r\n1,0\r\n0,1\r\n", "2: 1|0 / 3: 0|1"),
        (TWO, "input,target\r\n1,0\n0,1", "2: 1|0 / 3: 0|1"),
        (TWO, "\u{feff}input,target\n1,0", "2: 1|0"),
        (TWO, "target,time,input\n0,9,1", "2: 1|0"),
        (TWO, "input;target\n1;0", "2: 1|0"),
        (TWO, "input\ttarget\n1\t0", "2: 1|0"),
        (TWO, "sep=;\r\ninput;target\r\n1;0\r\n", "3: 1|0"),
        (TWO, "SEP=,\ninput,target\n1,0\n", "3: 1|0"),
        (TWO, "\"sep=\t\"\ninput\ttarget\n1\t0\n", "3: 1|0"),
        (TWO, "Input, TARGET \n1 , 0\n", "2: 1|0"),
        (TWO, "input,target,a;b\n1,0,;\n", "2: 1|0"),
        (TWO, "input;target;a,b\n1;0;,\n", "2: 1|0"),
        (TWO, "\"input\",\"target\"\n\"1\",\"0\"\n", "2: 1|0"),
        (TWO, "input,target,note\n1,0,\"a \"\"b\"\", c\nd\r\ne\"\n0,1,\n", "2: 1|0 / 5: 0|1"),
        (TWO, "input,\"a\n,b\",target\n1,,0\n", "3: 1|0"),
        (TWO, "input,target,note,note,\n1,0,,,\n", "2: 1|0"),
        (TWO, "input,target\n1,0\n\n\r\n\n", "2: 1|0"),
        (TWO, "input,target\n", ""),
        (ONE, "input\n\"\"\n1\n", "2:  / 3: 1"),
        (ONE, "input\n\"a\"\"b\"\n", "2: a\"b"),
    ];
    for (wanted, text, expected) in cases {
        assert_eq!(read(text.as_bytes(), wanted).map(|rows| shown(&rows)).as_deref(), Ok(expected), "{text:?}");
        assert_eq!(read(Slow(text.as_bytes()), wanted).map(|rows| shown(&rows)).as_deref(), Ok(expected), "{text:?}");
        let utf16: Vec<u8> = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read(&utf16[..], wanted).map(|rows| shown(&rows)).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn what_is_refused() {
    let opens = "a quote opens here that never closes";
    let behind = "text follows a closing quote: a quoted cell must end there, and a quote in it must be doubled";
    let within = "a quote stands within an unquoted cell: the whole cell must be quoted, and the quote doubled";
    let alone = "a line ends with a carriage return alone: it must be followed by a line feed";
    let empty = "the line is empty, and rows follow: every row must have its cells";
    let names = "the header must name `input` and `target`, it is";
    let cases: [(&str, String); 24] = [
        ("input,target,note\n1,0,\n1,0,\"3.5 inch\n0,1,ok\n", format!("line 3: {opens}")),
        ("input,target,note\n1,0,\"a\nb\"\n1,0,\"a\nb\"\"\n0,1,ok\n", format!("line 4: {opens}")),
        ("\"input,target\n1,0\n", format!("line 1: {opens}")),
        ("input,target\n1,\"", format!("line 2: {opens}")),
        ("input,target,note\n1,0,\"a\"b\n", format!("line 2: {behind}")),
        ("input,target,note\n1,0,\"a\" \n", format!("line 2: {behind}")),
        ("input,target,note\n1,0,\"a\nb\"c\n", format!("line 3: {behind}")),
        ("input,target,note\n1,0,3.5\"\n", format!("line 2: {within}")),
        ("input,target,note\n1,0, \"a\"\n", format!("line 2: {within}")),
        ("input,target\n1,0\r0,1\n", format!("line 2: {alone}")),
        ("input,target\r1,0\r", format!("line 1: {alone}")),
        ("input,target\n1,0\r", "line 2: the file ends with a carriage return alone: a line feed must follow".to_owned()),
        ("input,target\n1,0\n\n0,1\n", format!("line 3: {empty}")),
        ("input,target\r\n1,0\r\n\r\n\r\n0,1", format!("line 3: {empty}")),
        ("\ninput,target\n1,0\n", format!("line 1: there is no column `input`; {names} ``")),
        ("input,target\n1,\0\n", "line 2: there is a NUL byte, which no text has".to_owned()),
        ("input,target\n1,0\n1,0,0\n", "line 3: the row has 3 cells, the header names 2 columns".to_owned()),
        ("input,target\n1,0\n1;0\n", "line 3: the row has 1 cell, the header names 2 columns; it has semicolons, and the header's columns are separated by commas".to_owned()),
        ("input,target,Input\n1,0,0\n", "line 1: there are two columns `input`: which one is meant must be clear".to_owned()),
        ("input;target;x,input,target\n", "line 1: the header can be read with two separators: write only one of comma, semicolon and tab in it".to_owned()),
        ("input|target\n1|0\n", format!("line 1: there is no column `input`; {names} `input|target`; columns must be separated by commas, semicolons or tabs")),
        ("input target\n1 0\n", format!("line 1: there is no column `input`; {names} `input target`; columns must be separated by commas, semicolons or tabs")),
        ("0,1\n1,0\n", format!("line 1: there is no column `input`; {names} `0,1`; the first line must be a header, not values")),
        ("sep=|\ninput|target\n", "line 1: `sep=` names `|`: it must be a comma, a semicolon or a tab".to_owned()),
    ];
    for (text, expected) in cases {
        // A line of its own that is empty is where a header should be.
        let expected = if text.starts_with('\n') { format!("line 1: {empty}") } else { expected };
        assert_eq!(read(text.as_bytes(), TWO), Err(expected.clone()), "{text:?}");
        assert_eq!(read(Slow(text.as_bytes()), TWO), Err(expected), "{text:?}");
    }
    assert_eq!(
        read(&b"input,target\n1,\xff\n"[..], TWO),
        Err("line 2: column `target`: the cell is not UTF-8: save the file as UTF-8".to_owned())
    );
    assert_eq!(
        read(&b"input,target,note\n1,0,\xe9\n"[..], TWO).map(|rows| shown(&rows)).as_deref(),
        Ok("2: 1|0"),
        "it is not read"
    );
    let cut: Vec<u8> = "\u{feff}input,target\n1,0\n".encode_utf16().flat_map(u16::to_be_bytes).chain([0]).collect();
    assert!(read(&cut[..], TWO).unwrap_err().contains("it begins as UTF-16, and goes on with bytes that are not"));
}

/// What stands before a fault is read, so that a stream is answered up to there.
#[test]
fn rows_before_a_fault_are_read() {
    let text = "input,note\n1,\n0,\n1,\"a\n1,\n";
    for slow in [false, true] {
        let reader: Box<dyn Read> = if slow { Box::new(Slow(text.as_bytes())) } else { Box::new(text.as_bytes()) };
        let mut rows = Rows::new(reader, ONE).unwrap();
        assert!(rows.next_row().unwrap() && rows.next_row().unwrap(), "slow: {slow}");
        for _ in 0..3 {
            assert_eq!(rows.next_row().unwrap_err().to_string(), "line 4: a quote opens here that never closes");
        }
    }
}

#[test]
fn decimal_marks_are_not_mixed() {
    let numbers = |text: &str| {
        let mut rows = Rows::new(text.as_bytes(), ONE).unwrap();
        let mut numbers = Vec::new();
        while rows.next_row().map_err(|error| error.to_string())? {
            numbers.push(rows.number(0).map_err(|error| error.to_string())?);
        }
        Ok(numbers)
    };
    assert_eq!(numbers("input;x\n0,5;\n-1,25e2;\n3;\n"), Ok(vec![0.5, -125.0, 3.0]));
    assert_eq!(numbers("input;x\n0.5;\n1.25;\n"), Ok(vec![0.5, 1.25]));
    let mixed = "line 4: column `input`: it has a decimal point, and the number in line 2 a decimal comma: all must have the same";
    assert_eq!(numbers("input;x\n0,5;\n3;\n1.000;\n"), Err(mixed.to_owned()));
    let comma =
        "line 2, column `input`: `0,5` has a decimal comma: write a point, or separate the columns with semicolons";
    for text in ["input,x\n\"0,5\",\n", "input\tx\n0,5\t\n"] {
        assert_eq!(numbers(text), Err(comma.to_owned()), "{text:?}");
    }
    for (cell, problem) in [
        ("", "the cell is empty: it must be a number"),
        ("nan", "`nan` stands for a missing value: every cell must be a number"),
        ("false", "`false` is not a number: write 1 for true and 0 for false"),
        ("inf", "`inf` is not a finite number"),
        ("1e999", "`1e999` is not a finite number"),
        ("0x1", "`0x1` is not a finite number"),
    ] {
        assert_eq!(numbers(&format!("input,x\n{cell},\n")), Err(format!("line 2, column `input`: {problem}")));
    }
}

#[test]
fn the_dialect_is_told() {
    let told = |text: &[u8]| Rows::new(text, TWO).unwrap().dialect().to_string();
    assert_eq!(told(b"\xef\xbb\xbf\"input\", target \r\n"), "");
    assert_eq!(
        told(b"sep=;\nInput;target\n"),
        "columns separated by semicolons, a line `sep=` before the header, column names in other letters"
    );
    let utf16: Vec<u8> = "\u{feff}input\ttarget\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(told(&utf16), "UTF-16, columns separated by tabs");
    assert_eq!(Rows::new(&utf16[..], TWO).unwrap().dialect().encoding, Encoding::Utf16Be);
}

/// RFC 4180 in another way: the whole text is cut up from its start by looking for what a cell can be.
fn plainly(text: &str) -> Option<Vec<Vec<String>>> {
    let mut rest = text;
    let mut rows = Vec::new();
    while !rest.trim_start_matches("\r\n").trim_start_matches('\n').is_empty() {
        let (mut row, quoted) = (Vec::new(), rest.starts_with('"'));
        loop {
            let cell;
            if let Some(quoted) = rest.strip_prefix('"') {
                let mut end = 0;
                loop {
                    end += quoted[end..].find('"')?;
                    if !quoted[end + 1..].starts_with('"') {
                        break;
                    }
                    end += 2;
                }
                (cell, rest) = (quoted[..end].replace("\"\"", "\""), &quoted[end + 1..]);
            } else {
                let end = rest.find(['"', ',', '\n', '\r']).unwrap_or(rest.len());
                (cell, rest) = (rest[..end].to_owned(), &rest[end..]);
            }
            row.push(cell);
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        let line_end = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'));
        rest = match line_end {
            Some(more) => more,
            None if rest.is_empty() => rest,
            None => return None,
        };
        let is_empty = !quoted && row == [""];
        if is_empty && !rest.trim_matches(['\r', '\n']).is_empty() {
            return None;
        }
        if !is_empty {
            rows.push(row);
        }
    }
    Some(rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// What is read is what a plain reading finds, and what is refused has none, or rows of other lengths.
    #[test]
    fn what_is_read_is_what_stands_there(pieces in prop::collection::vec(select(vec![
        "1", "0", ",", "\n", "\r\n", "\"", "\"a\"", "\"\"", "\"b\nc\"", "x", "\r", ",", "\n", "1,2\n", "é",
    ]), 0..16)) {
        let text = format!("input,note\n{}", pieces.concat());
        let found = read(text.as_bytes(), &["input", "note"]);
        let plain = plainly(&text).filter(|rows| rows.iter().all(|row| row.len() == 2));
        let plain: Option<Vec<Vec<String>>> = plain.map(|rows| {
            rows.into_iter().skip(1).map(|row| row.into_iter().map(|cell| cell.trim().to_owned()).collect()).collect()
        });
        let found = found.ok().map(|rows| rows.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>());
        prop_assert_eq!(found, plain, "{:?}", text);
    }
}
