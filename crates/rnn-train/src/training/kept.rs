//! Where data are kept while a run uses them: in memory, and beyond that in temporary files.

use echo_data::Store;
use std::io::{Error, Read, Result, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::SpooledTempFile;

/// So many bytes of a run's data are kept in memory.
const IN_MEMORY: usize = 1 << 26;

/// The memory that all lists of a run's numbers share.
#[derive(Default)]
pub(super) struct Memory {
    used: Arc<AtomicUsize>,
}

impl Memory {
    /// A store for a list of numbers. What is on the disk is gone when the program ends, however that comes about: the file has no name.
    pub(super) fn store(&self) -> Result<Box<dyn Store>> {
        Ok(Box::new(Kept { file: SpooledTempFile::new(IN_MEMORY), used: Arc::clone(&self.used) }))
    }
}

/// A list of numbers in memory, or in a file when there is no more memory for it. Its errors say where it is.
struct Kept {
    file: SpooledTempFile,
    used: Arc<AtomicUsize>,
}

fn told(error: Error) -> Error {
    let folder = std::env::temp_dir();
    let folder = folder.display();
    Error::new(error.kind(), format!("{error} (in {folder}; the environment variable TMPDIR names another folder)"))
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.file.read(buffer).map_err(told)
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if !self.file.is_rolled() && self.used.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() > IN_MEMORY {
            self.file.roll().map_err(told)?;
        }
        self.file.write(bytes).map_err(told)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush().map_err(told)
    }
}

impl Seek for Kept {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to).map_err(told)
    }
}
