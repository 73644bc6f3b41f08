//! Bytes become UTF-8 text: byte order marks and UTF-16 are understood, other kinds of files are named.

use super::dialect::Encoding;
use crate::error::Error;
use std::collections::VecDeque;
use std::io::{Error as IoError, ErrorKind, Read};

/// The first bytes of files that are no text, and what they are.
const OTHERS: [(&[u8], &str); 14] = [
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a ZIP file (as .xlsx, .ods and .npz files are)"),
    (b"PAR1", "a Parquet file"),
    (b"\x93NUM", "a NumPy file (.npy)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zX", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"ARRO", "an Arrow file"),
    (b"SQLi", "an SQLite file"),
    (b"%PDF", "a PDF file"),
];

/// How many bytes tell what a file is.
pub(super) const MARK: usize = 4;

/// What a file is that begins with these bytes, if it is no text and known.
pub(super) fn other(mark: &[u8]) -> Option<&'static str> {
    OTHERS.iter().find(|(start, _)| mark.starts_with(start)).map(|&(_, name)| name)
}

/// More is no header.
const LONGEST_HEADER: usize = 1 << 20;

/// Reads a file as UTF-8 without its byte order mark. Bytes of a file that is not UTF-16 pass as they are.
#[derive(Debug)]
pub(super) struct Text<R> {
    inner: R,
    /// Known once the first bytes have been read.
    encoding: Option<Encoding>,
    /// UTF-8 that has not been handed out.
    ready: VecDeque<u8>,
    /// Bytes of UTF-16 that no character has been made of.
    rest: Vec<u8>,
    /// Where reading has ended.
    at_end: bool,
    /// Whether bytes came that are not UTF-16, which is told when what stands before them has been handed out.
    broken: bool,
}

impl<R: Read> Text<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, encoding: None, ready: VecDeque::new(), rest: Vec::new(), at_end: false, broken: false }
    }

    /// How the file is encoded.
    pub(super) fn encoding(&mut self) -> Result<Encoding, IoError> {
        if let Some(encoding) = self.encoding {
            return Ok(encoding);
        }
        let mut mark = Vec::new();
        while mark.len() < MARK && !self.at_end {
            let mut byte = [0];
            self.at_end = read_some(&mut self.inner, &mut byte)? == 0;
            mark.extend(byte.iter().filter(|_| !self.at_end));
        }
        if let Some(name) = other(&mark) {
            return Err(not_text(&format!("it is {name}")));
        }
        let (encoding, length) = match &mark[..] {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
            [first, 0, second, 0] | [0, first, 0, second] if *first != 0 && *second != 0 => {
                return Err(not_text("it is UTF-16 without a byte order mark"));
            }
            _ => (Encoding::Utf8, 0),
        };
        self.encoding = Some(encoding);
        self.take_in(&mark[length..]);
        Ok(encoding)
    }

    /// The line that comes next, with its end. Line ends within quotes do not count.
    pub(super) fn peek_line(&mut self) -> Result<Vec<u8>, IoError> {
        self.encoding()?;
        let (mut place, mut quoted) = (0, false);
        loop {
            while let Some(&byte) = self.ready.get(place) {
                place += 1;
                quoted ^= byte == b'"';
                if byte == b'\n' && !quoted {
                    return Ok(self.ready.iter().take(place).copied().collect());
                }
            }
            if place > LONGEST_HEADER {
                return Err(not_text(&format!("its first line has more than {LONGEST_HEADER} bytes")));
            }
            if !self.fill()? {
                return Ok(self.ready.iter().copied().collect());
            }
        }
    }

    /// Leaves out the next bytes, which have been peeked at.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.ready.drain(..bytes.min(self.ready.len()));
    }

    /// Reads what comes, and returns whether there was anything.
    fn fill(&mut self) -> Result<bool, IoError> {
        if self.broken {
            return Err(not_utf16());
        }
        let mut block = [0; 8192];
        let count = if self.at_end { 0 } else { read_some(&mut self.inner, &mut block)? };
        if count > 0 {
            self.take_in(&block[..count]);
            return Ok(true);
        }
        self.at_end = true;
        if self.rest.is_empty() { Ok(false) } else { Err(not_utf16()) }
    }

    fn take_in(&mut self, bytes: &[u8]) {
        let unit = match self.encoding {
            Some(Encoding::Utf16Le) => u16::from_le_bytes,
            Some(Encoding::Utf16Be) => u16::from_be_bytes,
            _ => {
                self.ready.extend(bytes);
                return;
            }
        };
        self.rest.extend(bytes);
        let units = self.rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let mut units: Vec<u16> = units.collect();
        // The first half of a character waits for the other one.
        units.pop_if(|unit| (0xd800..0xdc00).contains(unit));
        self.rest.drain(..2 * units.len());
        for character in char::decode_utf16(units) {
            let Ok(character) = character else {
                self.broken = true;
                break;
            };
            self.ready.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, IoError> {
        self.encoding()?;
        while self.ready.is_empty() && self.fill()? {}
        self.ready.read(buffer)
    }
}

/// Reads as soon as anything has come; a signal in between does not count.
pub(crate) fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> Result<usize, IoError> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn not_text(what: &str) -> IoError {
    IoError::new(ErrorKind::InvalidData, format!("{what}: it must be text in UTF-8, or UTF-16 with a byte order mark"))
}

fn not_utf16() -> IoError {
    not_text("it begins as UTF-16, and goes on with bytes that are not")
}

/// The text of a file of UTF-8, or of UTF-16 with a byte order mark, which is left out.
///
/// # Errors
/// [`Error::Malformed`] with the line for bytes that are neither.
pub fn decode(bytes: &[u8]) -> Result<String, Error> {
    let mut text = Vec::new();
    let read = Text::new(bytes).read_to_end(&mut text);
    let line_of = |bytes: &[u8]| 1 + bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
    if let Err(error) = read {
        return Err(Error::Malformed { line: line_of(&text), problem: error.to_string() });
    }
    String::from_utf8(text).map_err(|error| {
        let line = line_of(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        Error::Malformed { line, problem: "a byte here is not UTF-8: save the file as UTF-8".to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        ["\u{feff}", text].iter().flat_map(|text| text.encode_utf16()).flat_map(bytes).collect()
    }

    /// Gives a byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "input,note\n1,é€😀\n";
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text));
            let mut slowly = String::new();
            Text::new(Slow(&bytes)).read_to_string(&mut slowly).unwrap();
            assert_eq!(slowly, text);
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        let must = "it must be text in UTF-8, or UTF-16 with a byte order mark";
        for (bytes, what) in [
            (&b"PK\x03\x04 and more"[..], "it is a ZIP file (as .xlsx, .ods and .npz files are)"),
            (b"\x1f\x8b\x08", "it is a gzip file"),
            (b"\xff\xfe\0\0i\0\0\0", "it is UTF-32"),
            (b"i\0n\0p\0", "it is UTF-16 without a byte order mark"),
            (b"\0i\0n\0p", "it is UTF-16 without a byte order mark"),
            (b"\xff\xfei\0n", "it begins as UTF-16, and goes on with bytes that are not"),
            (b"\xff\xfe\0\xdc", "it begins as UTF-16, and goes on with bytes that are not"),
        ] {
            let message = decode(bytes).unwrap_err().to_string();
            assert_eq!(message, format!("line 1: {what}: {must}"), "{bytes:?}");
        }
        assert!(
            decode(b"a = 1\nb = \"\xe9\"\n").unwrap_err().to_string().starts_with("line 2: a byte here is not UTF-8")
        );
    }
}
