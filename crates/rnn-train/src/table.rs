//! CSV files, written and read row by row.

use crate::Error;
use crate::folder::Durable;
use crc32fast::Hasher;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A CSV file that is written row by row.
pub struct Table {
    path: PathBuf,
    csv: csv::Writer<Sums>,
}

/// How long a file was at some moment, and a checksum of what stood in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    bytes: u64,
    crc32: u32,
}

/// A file that is written from its beginning to its end, and the checksum of all that was written.
struct Sums {
    file: File,
    bytes: u64,
    crc: Hasher,
}

impl Sums {
    fn mark(&self) -> Mark {
        Mark { bytes: self.bytes, crc32: self.crc.clone().finalize() }
    }

    /// Takes in what the file holds up to this many bytes, if it has as many.
    fn read(mut file: File, bytes: u64) -> std::io::Result<Self> {
        let mut sums = Self { file: file.try_clone()?, bytes: 0, crc: Hasher::new() };
        let mut block = [0; 1 << 16];
        while sums.bytes < bytes {
            let wanted = (bytes - sums.bytes).min(block.len() as u64) as usize;
            match file.read(&mut block[..wanted]) {
                Ok(0) => break,
                Ok(read) => sums.take_in(&block[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sums)
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.crc.update(bytes);
    }
}

impl Write for Sums {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.take_in(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Table {
    /// Makes the file, with these columns' names as its header.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn create<C: AsRef<[u8]>>(path: PathBuf, columns: impl IntoIterator<Item = C>) -> Result<Self, Error> {
        let file = File::create(&path).map_err(|source| Error::write(&path, source))?;
        let mut table = Self::over(path, Sums { file, bytes: 0, crc: Hasher::new() });
        table.csv.write_record(columns).map_err(|error| Error::write(&table.path, error.into()))?;
        table.flush()?;
        Ok(table)
    }

    fn over(path: PathBuf, sums: Sums) -> Self {
        Self { path, csv: csv::WriterBuilder::new().has_headers(false).from_writer(sums) }
    }

    /// Opens a file to continue behind this mark, up to which it must hold what it held then. Nothing is changed before
    /// [`cut`](Self::cut).
    ///
    /// # Errors
    /// [`Error::Read`], also for a file that has changed or is gone.
    pub(crate) fn open(path: PathBuf, mark: Mark) -> Result<Self, Error> {
        let open = || -> std::io::Result<_> {
            let file = OpenOptions::new().read(true).write(true).open(&path)?;
            let len = file.metadata()?.len();
            Ok((Sums::read(file, mark.bytes)?, len))
        };
        let again = "restore it as it was, or begin again with `rnn-train run --overwrite`";
        let problem = match open() {
            Ok((sums, _)) if sums.mark() == mark => return Ok(Self::over(path, sums)),
            Ok((sums, len)) if sums.bytes < mark.bytes => {
                format!("it has {len} bytes, and had {} when the checkpoint was written: {again}", mark.bytes)
            }
            Ok(_) => format!("it has changed since the checkpoint was written: {again}"),
            Err(source) if source.kind() == ErrorKind::NotFound => format!("the file is missing: {again}"),
            Err(source) => return Err(Error::Read { path, source }),
        };
        Err(Error::Read { path, source: std::io::Error::other(problem) })
    }

    /// Cuts off what stands behind the mark that it was opened at, and continues there.
    pub(crate) fn cut(&mut self) -> Result<(), Error> {
        let Sums { file, bytes, .. } = self.csv.get_ref();
        let mut file = file;
        let cut = file.set_len(*bytes).and_then(|()| file.seek(SeekFrom::Start(*bytes)));
        cut.map(drop).map_err(|source| Error::write(&self.path, source))
    }

    /// Brings all rows to the disk, if that is to be now.
    pub(crate) fn sync(&mut self, durable: Durable) -> Result<(), Error> {
        self.flush()?;
        let sync = if durable == Durable::AtOnce { self.csv.get_ref().file.sync_data() } else { Ok(()) };
        sync.map_err(|source| Error::write(&self.path, source))
    }

    /// How far the file is written.
    pub(crate) fn mark(&mut self) -> Result<Mark, Error> {
        self.flush()?;
        Ok(self.csv.get_ref().mark())
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
