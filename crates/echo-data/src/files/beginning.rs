//! How files begin, so that they are known by what they hold and not by their names.

use super::npy_header::MAGIC;
use super::npz::MARKS as ZIP_MARKS;
use crate::error::Error;
use std::io::{Chain, Cursor, Read};

/// A file from its first byte on, some of which have been looked at.
pub(crate) type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// Whether a file begins as one of NumPy's does; and the file, all of which can still be read.
pub(crate) fn is_npy<R: Read>(reader: R) -> Result<(bool, Whole<R>), Error> {
    begins_with(&[MAGIC], reader)
}

/// The same of a ZIP, of which an NPZ is one.
pub(crate) fn is_zip<R: Read>(reader: R) -> Result<(bool, Whole<R>), Error> {
    begins_with(&ZIP_MARKS.map(|mark| &mark[..]), reader)
}

/// Whether a file begins with one of these marks, all of which are as long.
fn begins_with<R: Read>(marks: &[&[u8]], mut reader: R) -> Result<(bool, Whole<R>), Error> {
    let (mut start, longest) = (Vec::new(), marks.first().map_or(0, |mark| mark.len()));
    (&mut reader).take(longest as u64).read_to_end(&mut start).map_err(|error| Error::unread(&error))?;
    Ok((marks.contains(&&start[..]), Cursor::new(start).chain(reader)))
}
