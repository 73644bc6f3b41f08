//! Where data are kept while a run uses them: in memory, and beyond that in a temporary file.

use echo_data::Place;
use std::io::{Error, Read, Result, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;

/// So many bytes of each list of numbers are kept in memory.
const IN_MEMORY: usize = 1 << 25;

/// A place for a list of numbers. What is on the disk is gone when the program ends, however that comes about: the file has no name.
pub(super) fn place() -> Result<Box<dyn Place>> {
    Ok(Box::new(Kept(SpooledTempFile::new(IN_MEMORY))))
}

/// A place that says in its errors where it is.
struct Kept(SpooledTempFile);

fn told(error: Error) -> Error {
    let folder = std::env::temp_dir();
    let folder = folder.display();
    Error::new(error.kind(), format!("{error} (in {folder}; the environment variable TMPDIR names another folder)"))
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer).map_err(told)
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.write(bytes).map_err(told)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush().map_err(told)
    }
}

impl Seek for Kept {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.0.seek(to).map_err(told)
    }
}
