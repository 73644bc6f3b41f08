//! Checksums: of what a file holds, by which damage is seen, and of a net's parameters, by which a net is known again.

use super::safetensors::write_numbers;
use crate::kernels::Scalar;
use crate::network::{Network, Tensor};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The key of a file's checksum among the pairs of its metadata.
pub(crate) const CHECKSUM: &str = "checksum";

impl<T: Scalar> Network<T> {
    /// A checksum of the parameters, by which a net is known again: the CRC-32 of their little-endian bytes as `f64` numbers,
    /// so that it is the same in both number types where the parameters are.
    #[must_use]
    pub fn checksum(&self) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        self.parameters().iter().for_each(|parameter| crc.update(&parameter.widen().to_le_bytes()));
        crc.finalize()
    }
}

/// The CRC-32 of all pairs but itself and of the tensors' bytes: what is not as it was written does not have it.
pub(crate) struct Checksum(crc32fast::Hasher);

impl Checksum {
    /// That of the pairs, to be gone on with.
    pub(crate) fn of(pairs: &BTreeMap<String, String>) -> Self {
        let mut crc = crc32fast::Hasher::new();
        for (key, value) in pairs.iter().filter(|(key, _)| *key != CHECKSUM) {
            // Zeros between them, so that no two ways of cutting are alike.
            [key.as_bytes(), &[0], value.as_bytes(), &[0]].into_iter().for_each(|part| crc.update(part));
        }
        Self(crc)
    }

    /// Goes on with a tensor's bytes, as they stand in a file.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Goes on with a tensor's bytes, as they will stand in a file.
    pub(crate) fn update_with<T: Scalar>(&mut self, tensor: &Tensor, values: &[T]) {
        // A checksum takes whatever it is given.
        let _ = write_numbers(tensor, values, self);
    }

    pub(crate) fn in_words(self) -> String {
        in_words(self.0.finalize())
    }
}

/// A checksum as files have it.
pub(crate) fn in_words(crc: u32) -> String {
    format!("{crc:08x}")
}

impl Write for Checksum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
