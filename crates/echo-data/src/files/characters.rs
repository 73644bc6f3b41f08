//! The characters of a text, one by one, with their places.

use super::text::Text;
use crate::error::Error;
use std::io::Read;

/// So many bytes are read at a time.
const BLOCK: usize = 1 << 16;

/// Hands out the characters of a file of UTF-8, or of UTF-16 with a byte order mark, which is left out.
///
/// # Errors
/// [`Error::Malformed`] with the line for bytes that are neither; that of `take`.
pub(crate) fn for_each_character<R: Read>(
    reader: R,
    take: &mut dyn FnMut(char) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut text, mut line) = (Text::new(reader), 1_u64);
    // Bytes of a character that has not come as a whole stand before the others.
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        let read = (&mut text).take(BLOCK as u64).read_to_end(&mut bytes);
        let (valid, error) = match std::str::from_utf8(&bytes) {
            Ok(text) => (text, None),
            Err(error) => (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(), Some(error)),
        };
        for character in valid.chars() {
            line += u64::from(character == '\n');
            take(character)?;
        }
        let done = valid.len();
        if let Err(error) = read {
            return Err(Error::Malformed { line, problem: error.to_string() });
        }
        let is_at_end = bytes.len() == before;
        if error.is_some_and(|error| is_at_end || error.error_len().is_some()) {
            return Err(Error::Malformed {
                line,
                problem: "a byte here is not UTF-8: save the file as UTF-8".to_owned(),
            });
        }
        if is_at_end {
            return Ok(());
        }
        bytes.drain(..done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::decode;

    /// One byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn characters(reader: impl Read) -> Result<String, Error> {
        let mut text = String::new();
        for_each_character(reader, &mut |character| {
            text.push(character);
            Ok(())
        })?;
        Ok(text)
    }

    #[test]
    fn they_are_those_of_the_whole_text() {
        let long = "é€𝄞x\n".repeat(30_000);
        let utf16: Vec<u8> = "\u{feff}a𝄞b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in
            [long.as_bytes(), b"", b"a\nb", &utf16, b"\xef\xbb\xbfa", b"a\n\xff", b"a\n\xe2\x82", b"PK\x03\x04"]
        {
            assert_eq!(characters(bytes), decode(bytes));
            assert_eq!(characters(Slow(bytes)), decode(bytes));
        }
    }
}
