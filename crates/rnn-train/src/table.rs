//! CSV files, written and read row by row.

use crate::Error;
use crate::folder::Durable;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A CSV file that is written row by row.
pub struct Table {
    path: PathBuf,
    csv: csv::Writer<File>,
}

impl Table {
    /// Makes the file, with these columns' names as its header.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn create<C: AsRef<[u8]>>(path: PathBuf, columns: impl IntoIterator<Item = C>) -> Result<Self, Error> {
        let file = File::create(&path).map_err(|source| Error::write(&path, source))?;
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        csv.write_record(columns).map_err(|error| Error::write(&path, error.into()))?;
        let mut table = Self { path, csv };
        table.flush()?;
        Ok(table)
    }

    /// Opens a file that has at least this many bytes, to go on with it.
    pub(crate) fn open(path: PathBuf, bytes: u64) -> Result<Self, Error> {
        let open = || {
            let file = OpenOptions::new().write(true).open(&path)?;
            let len = file.metadata()?.len();
            Ok((file, len))
        };
        let (file, len) = open().map_err(|source| Error::Read { path: path.clone(), source })?;
        if len < bytes {
            let problem = format!("it has {len} bytes, and had {bytes} when the checkpoint was written");
            return Err(Error::Read { path, source: std::io::Error::other(problem) });
        }
        Ok(Self { path, csv: csv::WriterBuilder::new().has_headers(false).from_writer(file) })
    }

    /// Cuts off what stands behind this many bytes, and goes on there.
    pub(crate) fn cut(&mut self, bytes: u64) -> Result<(), Error> {
        let mut file = self.csv.get_ref();
        let cut = file.set_len(bytes).and_then(|()| file.seek(SeekFrom::Start(bytes)));
        cut.map(drop).map_err(|source| Error::write(&self.path, source))
    }

    /// Brings all rows to the disk, if that is to be now.
    pub(crate) fn sync(&mut self, durable: Durable) -> Result<(), Error> {
        self.flush()?;
        let sync = if durable == Durable::AtOnce { self.csv.get_ref().sync_data() } else { Ok(()) };
        sync.map_err(|source| Error::write(&self.path, source))
    }

    /// How many bytes the file has.
    pub(crate) fn bytes(&mut self) -> Result<u64, Error> {
        self.flush()?;
        self.csv.get_ref().stream_position().map_err(|source| Error::write(&self.path, source))
    }

    /// Appends a row, whose fields are in the columns' order.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn push(&mut self, row: impl Serialize) -> Result<(), Error> {
        self.csv.serialize(row).map_err(|error| Error::write(&self.path, error.into()))
    }

    /// Hands all rows to the operating system.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn flush(&mut self) -> Result<(), Error> {
        self.csv.flush().map_err(|source| Error::write(&self.path, source))
    }
}

/// Reads all rows of a CSV file.
///
/// # Errors
/// [`Error::Read`].
pub fn read_rows<R: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<R>, Error> {
    let mut rows = Vec::new();
    for_each_row(path, |row| {
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

/// Calls `take` with each row of a CSV file, of which there can be more than fit in memory, until it says what is wrong.
pub(crate) fn for_each_row<R: for<'de> Deserialize<'de>>(
    path: &Path,
    mut take: impl FnMut(R) -> std::io::Result<()>,
) -> Result<(), Error> {
    let mut read = || {
        let mut rows = csv::Reader::from_reader(whole_lines(path)?);
        // As spreadsheets write it where the decimal mark is a comma.
        if rows.headers()?.len() == 1 && rows.headers()?.iter().any(|name| name.contains(';')) {
            return Err(std::io::Error::other("its columns are separated by semicolons: they must be by commas"));
        }
        rows.into_deserialize().try_for_each(|row| take(row?))
    };
    read().map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// A file up to the end of its last line: the one behind it is still being written, or its writer was killed.
fn whole_lines(path: &Path) -> std::io::Result<impl Read> {
    const BLOCK: usize = 4096;
    let mut file = File::open(path)?;
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = [0; BLOCK];
    while end > 0 {
        let begin = end.saturating_sub(BLOCK as u64);
        // No more than the block's length.
        let block = &mut block[..(end - begin) as usize];
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(block)?;
        if let Some(last) = block.iter().rposition(|byte| *byte == b'\n') {
            end = begin + last as u64 + 1;
            break;
        }
        end = begin;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(file.take(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_still_being_written_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let long = format!("a,b\n1,2\n{},4", "3".repeat(10_000));
        for (text, expected) in [("a,b\n1,2\n3,4\n", 2), ("a,b\n1,2\n3,", 1), (&*long, 1), ("a,", 0), ("", 0)] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read_rows::<[f64; 2]>(&path).unwrap().len(), expected, "{text:?}");
        }
        std::fs::write(&path, "a,b\n1,x\n").unwrap();
        assert!(read_rows::<[f64; 2]>(&path).is_err());
    }
}
