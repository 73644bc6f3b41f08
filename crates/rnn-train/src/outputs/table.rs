//! CSV files, written and read row by row.

use super::columns::{Column, Row};
use super::folder::{Durable, write_whole_with};
use crate::error::{Error, of_csv};
use crc32fast::Hasher;
use csv::StringRecord;
use echo_data::files::Rows;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Error as IoError, ErrorKind, Read, Seek, SeekFrom, Write};
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
    /// Those of a file of which nothing has been taken in.
    fn new(file: File) -> Self {
        Self { file, bytes: 0, crc: Hasher::new() }
    }

    fn mark(&self) -> Mark {
        Mark { bytes: self.bytes, crc32: self.crc.clone().finalize() }
    }

    /// Takes in what the file holds up to this many bytes, if it has as many.
    fn read(mut file: File, bytes: u64) -> std::io::Result<Self> {
        let mut sums = Self::new(file.try_clone()?);
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
    /// Makes the file, with the names of a row's columns as its header, also of those that a file can be without if it has
    /// `extras`.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn of<R: Row>(path: PathBuf, extras: bool) -> Result<Self, Error> {
        let extras = if extras { R::extras() } else { Vec::new() };
        Self::create(path, R::names().into_iter().chain(extras))
    }

    /// Makes the file, with these columns' names as its header.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn create<C: AsRef<[u8]>>(path: PathBuf, columns: impl IntoIterator<Item = C>) -> Result<Self, Error> {
        let file = File::create(&path).map_err(|source| Error::write(&path, source))?;
        let mut table = Self::over(path, Sums::new(file));
        table.csv.write_record(columns).map_err(|error| Error::write_csv(&table.path, error))?;
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
        self.csv.serialize(row).map_err(|error| Error::write_csv(&self.path, error))
    }

    /// Hands all rows to the operating system.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn flush(&mut self) -> Result<(), Error> {
        self.csv.flush().map_err(|source| Error::write(&self.path, source))
    }
}

/// Writes a table to a file that is there whole or not at all: `fill` adds its rows, the header first.
///
/// # Errors
/// [`Error::Write`].
pub fn write_table(
    path: &Path,
    fill: impl FnOnce(&mut csv::Writer<&mut BufWriter<File>>) -> Result<(), csv::Error>,
) -> Result<(), Error> {
    write_whole_with(path, |file| {
        let mut table = csv::Writer::from_writer(file);
        fill(&mut table).map_err(of_csv)?;
        table.flush()
    })
}

/// More than any run counts; what is computed of such numbers stays within 64 bits.
pub(super) const MOST: u64 = 1 << 48;

/// Reads all rows of a CSV file.
///
/// # Errors
/// [`Error::Read`] with the line for what no run has written.
pub fn read_rows<R: Row>(path: &Path) -> Result<Vec<R>, Error> {
    let mut rows = Vec::new();
    for_each_row(path, |_, row| {
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

/// Calls `take` with the line and content of each row of a CSV file, of which there can be more than fit in memory, until
/// it says what is wrong with a row.
pub(crate) fn for_each_row<R: Row>(
    path: &Path,
    mut take: impl FnMut(u64, R) -> Result<(), String>,
) -> Result<(), Error> {
    let wrong = |source| Error::Read { path: path.to_owned(), source };
    let malformed = |error: echo_data::Error| wrong(IoError::other(error));
    let Some(file) = whole_lines(path).map_err(wrong)? else { return Ok(()) };
    let mut rows = Rows::with_extras(file, &R::names(), &R::extras()).map_err(malformed)?;
    let header = StringRecord::from(rows.names().collect::<Vec<_>>());
    let columns: Vec<&Column> =
        R::COLUMNS.iter().filter(|column| header.iter().any(|name| name == column.name)).collect();
    while rows.next_row().map_err(malformed)? {
        let line = rows.line();
        let mut record = StringRecord::new();
        for (column, Column { name, is_whole, can_be_empty, .. }) in columns.iter().copied().enumerate() {
            let is_empty = rows.text(column).map_err(malformed)?.is_empty();
            if !is_empty {
                rows.number(column).map_err(malformed)?;
            }
            let cell = rows.numeral(column).map_err(malformed)?;
            if *is_whole && !(*can_be_empty && is_empty) && cell.parse().ok().is_none_or(|count: u64| count > MOST) {
                let problem = if is_empty {
                    "the cell is empty: it must be a whole number".to_owned()
                } else {
                    format!("`{cell}` is not a whole number from 0 to {MOST}")
                };
                return Err(wrong(IoError::other(format!("line {line}, column `{name}`: {problem}"))));
            }
            record.push_field(&cell);
        }
        let row = record.deserialize(Some(&header)).map_err(|error| {
            let column = match error.kind() {
                csv::ErrorKind::Deserialize { err, .. } => err.field().and_then(|field| columns.get(field as usize)),
                _ => None,
            };
            // Every cell is a number or empty.
            let column = column.map(|column| format!(", column `{}`", column.name)).unwrap_or_default();
            wrong(IoError::other(format!("line {line}{column}: the cell is empty: it must be a number")))
        })?;
        take(line, row).map_err(|problem| wrong(IoError::other(format!("line {line}: {problem}"))))?;
    }
    Ok(())
}

/// A file up to the end of its last line, if there is any: the one behind it is still being written, or its writer was
/// killed.
pub(super) fn whole_lines(path: &Path) -> std::io::Result<Option<impl Read>> {
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
    Ok((end > 0).then(|| file.take(end)))
}

#[cfg(test)]
mod tests {
    #![allow(unreachable_pub, reason = "rows are public elsewhere")]

    use super::*;

    crate::outputs::columns::row! {
        /// A row.
        pub struct Pair {
            /// Step.
            step: usize, STEP = "step", "step";
            /// Loss.
            loss: f64, LOSS = "loss", "loss";
            /// Floor.
            floor: Option<f64>, FLOOR = "floor", "floor";
        }
    }

    fn read(text: &[u8]) -> Result<Vec<Pair>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, text).unwrap();
        read_rows(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "rows.csv"))
    }

    /// Whether it is told when rows are handed over, or before, because there are more of them than are kept together.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_as_one() {
        let path = || PathBuf::from("/dev/full");
        let handed_over = Table::create(path(), ["step"]).err().unwrap();
        let mut table = Table::over(path(), Sums::new(File::create(path()).unwrap()));
        let before = (0..1_000_000).find_map(|step| table.push((step, "loss")).err()).unwrap();
        for error in [handed_over, before] {
            assert!(error.is_of_the_disk(), "{error:?}");
            assert_eq!(error.to_string(), "/dev/full: No space left on device (os error 28)");
        }
    }

    #[test]
    fn a_line_that_is_still_being_written_is_left_out() {
        let long = format!("step,loss,floor\n1,2,\n{},4", "3".repeat(10_000));
        for (text, expected) in [
            ("step,loss,floor\n1,2,\n3,4,5\n", 2),
            ("step,loss,floor\n1,2,\n3,", 1),
            (&*long, 1),
            ("step,", 0),
            ("", 0),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().len(), expected, "{text:?}");
        }
    }

    /// As editors and spreadsheets leave it.
    #[test]
    fn a_table_that_was_saved_again_is_read_as_before() {
        let rows = read(b"step,loss,floor\n0,0.5,\n1,1e-3,0.25\n").unwrap();
        assert_eq!(rows[1], Pair { step: 1, loss: 1e-3, floor: Some(0.25) });
        for text in [
            "step,loss,floor\r\n0,0.5,\r\n1,0.001,0.25\r\n",
            "\u{feff}\"step\",\"loss\",\"floor\"\n\"0\",\"0.5\",\"\"\n1,0.0010,.25\n\n",
            "step;loss;floor\n0;0,5;\n1;0,001;0,25\n",
            "sep=;\nstep;loss;floor\n0;0.5;\n1;0.001;0.25\n",
            "note,floor,step,loss\n,,0.0,0.5\nx,0.25,1.0,0.001\n",
        ] {
            assert_eq!(read(text.as_bytes()).as_ref(), Ok(&rows), "{text:?}");
        }
    }

    #[test]
    fn what_no_run_has_written_is_refused_with_its_line() {
        for (rows, told) in [
            ("0,NaN,\n", "line 2, column `loss`: `NaN` stands for a missing value: every cell must be a number"),
            ("0,1,\n1,inf,\n", "line 3, column `loss`: `inf` is not a finite number"),
            ("0,x,\n", "line 2, column `loss`: `x` is not a finite number"),
            ("0,,\n", "line 2, column `loss`: the cell is empty: it must be a number"),
            (",1,\n", "line 2, column `step`: the cell is empty: it must be a whole number"),
            ("0.5,1,\n", "line 2, column `step`: `0.5` is not a whole number from 0 to 281474976710656"),
            ("-1,1,\n", "line 2, column `step`: `-1` is not a whole number from 0 to 281474976710656"),
            (
                "1e18,1,\n",
                "line 2, column `step`: `1000000000000000000` is not a whole number from 0 to 281474976710656",
            ),
            ("0,1\n", "line 2: the row has 2 cells, the header names 3 columns"),
            ("0,1,\n\n1,1,\n", "line 3: the line is empty, and rows follow: every row must have its cells"),
            ("0,\"1,\n1,1,\n", "line 2: a quote opens here that never closes"),
        ] {
            let text = format!("step,loss,floor\n{rows}");
            assert_eq!(read(text.as_bytes()), Err(format!("rows.csv: {told}")), "{rows:?}");
        }
        let told = read(b"step,los,floor\n0,1,\n").unwrap_err();
        assert!(told.starts_with("rows.csv: line 1: there is no column `loss`"), "{told}");
    }
}
