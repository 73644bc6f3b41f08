//! The header of a NumPy file: the type, the order and the shape of the numbers that follow.
//!
//! The format is that of [NEP 1](https://numpy.org/neps/nep-0001-npy-format.html): a mark, a version, a length, and a Python
//! dictionary. Libraries read any Python literal there, into as much memory as the file asks for; here it is the three entries of
//! an array of numbers, or an error that says what would be right.

use super::fault::Refusal;
use super::text::{MARK, other};
use crate::words::Shown;
use std::io::{Error as IoError, Read};

/// How a NumPy file begins.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// NumPy itself reads no longer header unless it is told to.
const LONGEST: usize = 10_000;

/// NumPy's arrays have no more dimensions.
const MOST_DIMENSIONS: usize = 64;

/// What the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
}

/// How a number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dtype {
    pub(super) kind: Kind,
    /// 1, 2, 4 or 8.
    pub(super) bytes: usize,
    pub(super) big_endian: bool,
}

/// What a file's first bytes say of the others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub(super) dtype: Dtype,
    /// Whether the first index runs fastest.
    pub(super) fortran: bool,
    pub(super) shape: Vec<usize>,
    /// The product of the shape.
    pub(super) values: usize,
    /// How long the header itself is.
    pub(super) bytes: u64,
    /// How long what follows must be.
    pub(super) bytes_of_values: u64,
}

impl Header {
    /// Reads as far as the numbers begin.
    pub(super) fn read(reader: &mut impl Read) -> Result<Self, Refusal> {
        let start = exactly(reader, MAGIC.len() + 2)?;
        if start.is_empty() {
            return Err("it is empty: it must be a NumPy file (.npy)".to_owned().into());
        }
        let Some(&[major, minor]) = start.strip_prefix(MAGIC) else {
            // A beginning of the mark is no file of another kind.
            let kind = other(&start).filter(|_| !start.starts_with(&MAGIC[..MARK]));
            let is = kind.map_or("it does not begin as a NumPy file does".to_owned(), |kind| format!("it is {kind}"));
            return Err(format!("{is}: it must be a NumPy file (.npy)").into());
        };
        let width = match (major, minor) {
            (1, 0) => 2,
            (2 | 3, 0) => 4,
            _ => return Err(format!("its format is {major}.{minor}: it must be 1.0, 2.0 or 3.0").into()),
        };
        let cut = || "its header is cut short: write the file again".to_owned();
        let length = exactly(reader, width)?;
        if length.len() < width {
            return Err(cut().into());
        }
        let length = length.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        let Some(bytes) = usize::try_from(length).ok().filter(|&bytes| bytes <= LONGEST) else {
            return Err(
                format!("its header has {length} bytes: an array of numbers needs no more than {LONGEST}").into()
            );
        };
        let text = exactly(reader, bytes)?;
        if text.len() < bytes {
            return Err(cut().into());
        }
        // Before version 3.0 it is Latin-1, of which each byte is the character of that number.
        let text = match major {
            3 => String::from_utf8(text).map_err(|_| "its header is not UTF-8: write the file again".to_owned())?,
            _ => text.into_iter().map(char::from).collect(),
        };
        let mut header = Literal(&text).header()?;
        header.bytes = (MAGIC.len() + 2 + width + bytes) as u64;
        Ok(header)
    }

    /// The shape as Python writes it, on one line of bounded length.
    pub(super) fn shape_in_words(&self) -> String {
        in_words(&self.shape)
    }
}

fn in_words(shape: &[usize]) -> String {
    let lengths = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let text = if shape.len() == 1 { format!("({lengths},)") } else { format!("({lengths})") };
    Shown(&text).to_string()
}

/// So many bytes, or fewer if the file ends before.
fn exactly(reader: &mut impl Read, bytes: usize) -> Result<Vec<u8>, IoError> {
    let mut read = Vec::new();
    reader.take(bytes as u64).read_to_end(&mut read)?;
    Ok(read)
}

impl Dtype {
    /// The type of a `descr`, such as `<f8`.
    fn of(descr: &str) -> Result<Self, String> {
        let shown = Shown(descr);
        let (order, code) = match descr.as_bytes() {
            [order @ (b'<' | b'>' | b'|' | b'='), ..] => (*order, &descr[1..]),
            _ => (b'=', descr),
        };
        let others = [
            ("O", "Python objects (pickle): save numbers, not Python objects"),
            ("S", "text: save numbers, or a number for each text"),
            ("a", "text: save numbers, or a number for each text"),
            ("U", "text: save numbers, or a number for each text"),
            ("c", "complex numbers: save the real and the imaginary part as arrays of their own"),
            ("M", "dates: save them as numbers, such as seconds since a day of your choice"),
            ("m", "time spans: save them as numbers, such as seconds"),
            ("V", "bytes without a type: save numbers, such as float32"),
        ];
        if let Some((_, what)) = others.iter().find(|(letter, _)| code.starts_with(letter)) {
            return Err(format!("it holds `{shown}`, {what}"));
        }
        let (kind, bytes) = match code {
            "b1" => (Kind::Bool, 1),
            "i1" => (Kind::Signed, 1),
            "i2" => (Kind::Signed, 2),
            "i4" => (Kind::Signed, 4),
            "i8" => (Kind::Signed, 8),
            "u1" => (Kind::Unsigned, 1),
            "u2" => (Kind::Unsigned, 2),
            "u4" => (Kind::Unsigned, 4),
            "u8" => (Kind::Unsigned, 8),
            "f2" => (Kind::Float, 2),
            "f4" => (Kind::Float, 4),
            "f8" => (Kind::Float, 8),
            _ => {
                return Err(format!("its type is `{shown}`: it must be bool, an integer, float16, float32 or float64"));
            }
        };
        // Whoever wrote `=` had the order of a computer that nobody knows any more.
        if bytes > 1 && !matches!(order, b'<' | b'>') {
            return Err(format!("its type is `{shown}`, which says no byte order: it must be `<{code}` or `>{code}`"));
        }
        Ok(Self { kind, bytes, big_endian: order == b'>' })
    }
}

/// The rest of a header's text. What is read is taken off; spaces before it do not count.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    fn header(mut self) -> Result<Header, String> {
        let whole = self.0.trim();
        let strange =
            || format!("its header is `{}`: it must be a dictionary of descr, fortran_order and shape", Shown(whole));
        let (mut dtype, mut fortran, mut shape) = (None, None, None);
        let mut open = self.eats("{");
        while open && !self.eats("}") {
            let key = self.text().filter(|_| self.eats(":")).ok_or_else(strange)?;
            let twice = match key {
                "descr" if self.next_is("[") => {
                    let right = "save each field as an array of its own";
                    return Err(format!("it is a structured array, of several fields: {right}"));
                }
                "descr" => dtype.replace(Dtype::of(self.text().ok_or_else(strange)?)?).is_some(),
                "fortran_order" => fortran.replace(self.truth().ok_or_else(strange)?).is_some(),
                "shape" => shape.replace(self.shape(strange)?).is_some(),
                _ => return Err(strange()),
            };
            if twice {
                return Err(format!("its header has {key} twice: write the file again"));
            }
            // A comma stands between two entries, and may stand behind the last one.
            open = self.eats(",") || self.next_is("}");
        }
        match (dtype, fortran, shape, self.0.trim()) {
            (Some(dtype), Some(fortran), Some(shape), "") if open => sized(dtype, fortran, shape),
            _ => Err(strange()),
        }
    }

    fn next_is(&mut self, what: &str) -> bool {
        self.0 = self.0.trim_start();
        self.0.starts_with(what)
    }

    fn eats(&mut self, what: &str) -> bool {
        self.next_is(what) && self.0.strip_prefix(what).map(|rest| self.0 = rest).is_some()
    }

    /// A text in quotes. None that is asked for has a backslash.
    fn text(&mut self) -> Option<&'a str> {
        let quote = ["'", "\""].into_iter().find(|quote| self.eats(quote))?;
        let (text, rest) = self.0.split_once(quote)?;
        self.0 = rest;
        Some(text).filter(|text| !text.contains('\\'))
    }

    fn truth(&mut self) -> Option<bool> {
        if self.eats("True") { Some(true) } else { self.eats("False").then_some(false) }
    }

    fn shape(&mut self, strange: impl Fn() -> String) -> Result<Vec<usize>, String> {
        let mut shape = Vec::new();
        let mut commas = 0;
        if !self.eats("(") {
            return Err(strange());
        }
        while !self.eats(")") {
            if shape.len() > commas || shape.len() == MOST_DIMENSIONS {
                return Err(strange());
            }
            if self.eats("-") {
                return Err("its shape has a negative length: write the file again".to_owned());
            }
            self.next_is("");
            let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
            let (digits, rest) = self.0.split_at(end);
            if digits.is_empty() {
                return Err(strange());
            }
            let length = digits.parse();
            shape.push(length.map_err(|_| format!("its shape has the length {}: {TOO_LARGE}", Shown(digits)))?);
            self.0 = rest;
            // Python 2 ended its long numbers with an L, and NumPy reads them to this day.
            self.eats("L");
            commas += usize::from(self.eats(","));
        }
        // In Python (3) is a number, and (3,) a shape.
        if shape.len() == 1 && commas == 0 { Err(strange()) } else { Ok(shape) }
    }
}

/// What is wrong with a shape that nothing can have.
const TOO_LARGE: &str = "no array is that large";

/// A header whose numbers can be counted.
fn sized(dtype: Dtype, fortran: bool, shape: Vec<usize>) -> Result<Header, String> {
    // Lengths of 0 are left out, so that the others must be possible too. Numbers become f64.
    let size = |width: usize| shape.iter().filter(|&&length| length > 0).try_fold(width, |a, &b| a.checked_mul(b));
    if size(size_of::<f64>()).is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        return Err(format!("its shape is {}: {TOO_LARGE}", in_words(&shape)));
    }
    let values = shape.iter().product();
    Ok(Header { dtype, fortran, shape, values, bytes: 0, bytes_of_values: values as u64 * dtype.bytes as u64 })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Header, String> {
        Literal(text).header()
    }

    /// A header with this `descr` and `shape`.
    fn with(descr: &str, shape: &str) -> Result<Header, String> {
        parsed(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"))
    }

    #[test]
    fn a_dictionary_is_read_however_it_is_written() {
        let expected = with("'<f4'", "(2, 3)").unwrap();
        assert_eq!((&expected.shape[..], expected.values, expected.bytes_of_values), (&[2, 3][..], 6, 24));
        for text in [
            "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
            "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(2,3,)}     \n",
            " { 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2L , 3L ) , } ",
        ] {
            assert_eq!(parsed(text).as_ref(), Ok(&expected), "{text}");
        }
        for (shape, lengths) in [("()", &[][..]), ("(4,)", &[4]), ("(0, 5)", &[0, 5])] {
            assert_eq!(with("'<f4'", shape).unwrap().shape, lengths);
        }
    }

    #[test]
    fn every_type_is_read_or_named() {
        for (descr, kind, bytes, big_endian) in [
            ("|b1", Kind::Bool, 1, false),
            ("|i1", Kind::Signed, 1, false),
            ("u1", Kind::Unsigned, 1, false),
            ("<i2", Kind::Signed, 2, false),
            (">u4", Kind::Unsigned, 4, true),
            (">f2", Kind::Float, 2, true),
            ("<f8", Kind::Float, 8, false),
        ] {
            assert_eq!(Dtype::of(descr), Ok(Dtype { kind, bytes, big_endian }), "{descr}");
        }
        for (descr, what) in [
            ("|O", "Python objects (pickle): save numbers, not Python objects"),
            ("<U3", "text"),
            ("|S3", "text"),
            ("<c16", "complex"),
            ("<M8[ns]", "dates"),
            ("<m8[s]", "time spans"),
            ("|V2", "bytes without a type"),
            ("<f16", "its type is `<f16`: it must be bool"),
            ("=f8", "it must be `<f8` or `>f8`"),
            ("f8", "it must be `<f8` or `>f8`"),
            ("|i4", "it must be `<i4` or `>i4`"),
            ("<i3", "its type is `<i3`"),
            ("", "its type is ``"),
            ("é", "its type is `é`"),
        ] {
            let message = Dtype::of(descr).unwrap_err();
            assert!(message.contains(what), "{message}");
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        let dictionary = "it must be a dictionary of descr, fortran_order and shape";
        for (text, what) in [
            ("", dictionary),
            ("{", dictionary),
            ("{}", dictionary),
            ("{'descr': '<f4', 'fortran_order': False}", dictionary),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", dictionary),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} 1", dictionary),
            ("{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}", dictionary),
            ("{'descr': '<f4',, 'fortran_order': False, 'shape': (1,)}", dictionary),
            ("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", dictionary),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", dictionary),
            ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "has descr twice"),
            ("{'descr': '<f\\x34', 'fortran_order': False, 'shape': (1,)}", dictionary),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "structured array"),
        ] {
            let message = parsed(text).unwrap_err();
            assert!(message.contains(what), "{text}: {message}");
        }
        for (shape, what) in [
            ("(3)", dictionary),
            ("3", dictionary),
            ("[3]", dictionary),
            ("(,)", dictionary),
            ("(1,,2)", dictionary),
            ("(1 2)", dictionary),
            ("(1.5,)", dictionary),
            ("((((((((", dictionary),
            ("(-1,)", "negative"),
            ("(99999999999999999999999,)", TOO_LARGE),
            ("(4294967296, 4294967296)", TOO_LARGE),
            ("(0, 4294967296, 4294967296)", TOO_LARGE),
            ("(1152921504606846976,)", TOO_LARGE),
        ] {
            let message = with("'|u1'", shape).unwrap_err();
            assert!(message.contains(what), "{shape}: {message}");
        }
        let many = format!("({})", "1, ".repeat(65));
        assert!(with("'|u1'", &many).is_err() && with("'|u1'", &many.replacen("1, ", "", 1)).is_ok());
    }
}
