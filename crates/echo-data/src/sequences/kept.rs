//! Numbers that need not be in memory: written once to a place of the caller's, such as a temporary file, and read from there in
//! stretches.

use crate::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::io::{Cursor, Read, Result as IoResult, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// A place that numbers are written to and read from: memory, or a file that is empty.
pub trait Place: Read + Write + Seek + Send {}

impl<P: Read + Write + Seek + Send> Place for P {}

/// Makes a place for each list of numbers.
pub type Places<'a> = &'a dyn Fn() -> IoResult<Box<dyn Place>>;

/// A place in memory, for data that fit there.
///
/// # Errors
/// None.
pub fn in_memory() -> IoResult<Box<dyn Place>> {
    Ok(Box::<Cursor<Vec<u8>>>::default())
}

/// A number as bytes.
pub(crate) trait Number: Copy + Debug + Send + 'static {
    /// Its bytes, the least first.
    type Bytes: AsRef<[u8]> + for<'a> TryFrom<&'a [u8]>;
    /// How many there are.
    const WIDTH: usize = size_of::<Self>();
    fn bytes(self) -> Self::Bytes;
    fn of(bytes: Self::Bytes) -> Self;
}

impl Number for f64 {
    type Bytes = [u8; 8];
    fn bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }
    fn of(bytes: [u8; 8]) -> Self {
        Self::from_le_bytes(bytes)
    }
}

impl Number for u16 {
    type Bytes = [u8; 2];
    fn bytes(self) -> [u8; 2] {
        self.to_le_bytes()
    }
    fn of(bytes: [u8; 2]) -> Self {
        Self::from_le_bytes(bytes)
    }
}

/// So many bytes are written at a time.
const BLOCK: usize = 1 << 16;

/// So many numbers are read at a time where all are.
const STRETCH: usize = 1 << 13;

/// A list of numbers that is being written.
pub(crate) struct Keeper<N> {
    place: Box<dyn Place>,
    /// Numbers that are in the place.
    written: usize,
    /// The bytes of those behind them.
    ready: Vec<u8>,
    of: PhantomData<N>,
}

impl<N: Number> Keeper<N> {
    pub(crate) fn new(places: Places<'_>) -> Result<Self, Error> {
        let ready = Vec::with_capacity(BLOCK + N::WIDTH);
        Ok(Self { place: places().map_err(no_room)?, written: 0, ready, of: PhantomData })
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.written + self.ready.len() / N::WIDTH
    }

    pub(crate) fn push(&mut self, number: N) -> Result<(), Error> {
        self.ready.extend_from_slice(number.bytes().as_ref());
        if self.ready.len() >= BLOCK { self.write() } else { Ok(()) }
    }

    /// Puts another number in the place of one that is there.
    pub(crate) fn set(&mut self, index: usize, number: N) -> Result<(), Error> {
        let bytes = number.bytes();
        if let Some(behind) = index.checked_sub(self.written) {
            if let Some(place) = self.ready.chunks_exact_mut(N::WIDTH).nth(behind) {
                place.copy_from_slice(bytes.as_ref());
            }
            return Ok(());
        }
        let set = |place: &mut dyn Place| {
            place.seek(SeekFrom::Start((index * N::WIDTH) as u64))?;
            place.write_all(bytes.as_ref())?;
            place.seek(SeekFrom::End(0))
        };
        set(&mut *self.place).map(drop).map_err(no_room)
    }

    fn write(&mut self) -> Result<(), Error> {
        self.place.write_all(&self.ready).map_err(no_room)?;
        self.written = self.len();
        self.ready.clear();
        Ok(())
    }

    /// All of them, to be read.
    pub(crate) fn finish(mut self) -> Result<Kept<N>, Error> {
        let len = self.len();
        self.write()?;
        self.place.flush().map_err(no_room)?;
        let reading = Reading { place: self.place, bytes: self.ready };
        Ok(Kept { reading: Arc::new(Mutex::new(reading)), len, of: PhantomData })
    }
}

/// A list of numbers in its place. Copies of it read from the same place.
#[derive(Clone)]
pub(crate) struct Kept<N> {
    reading: Arc<Mutex<Reading>>,
    len: usize,
    of: PhantomData<N>,
}

struct Reading {
    place: Box<dyn Place>,
    bytes: Vec<u8>,
}

impl<N: Number> Kept<N> {
    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Reads these numbers to the end of `to`.
    pub(crate) fn read(&self, numbers: Range<usize>, to: &mut Vec<N>) -> Result<(), Error> {
        let numbers = numbers.start.min(self.len)..numbers.end.min(self.len);
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let Reading { place, bytes } = &mut *reading;
        to.try_reserve(numbers.len()).map_err(|_| Error::OutOfMemory { total_series_length: numbers.len() })?;
        bytes.resize(numbers.len() * N::WIDTH, 0);
        let sought = place.seek(SeekFrom::Start((numbers.start * N::WIDTH) as u64));
        sought.and_then(|_| place.read_exact(bytes)).map_err(no_room)?;
        to.extend(bytes.chunks_exact(N::WIDTH).filter_map(|bytes| N::Bytes::try_from(bytes).ok()).map(N::of));
        Ok(())
    }

    /// Hands out these numbers, one stretch after the other: of as many as a multiple of `of` has.
    pub(crate) fn for_each_stretch(
        &self,
        numbers: Range<usize>,
        of: usize,
        take: &mut dyn FnMut(&[N]),
    ) -> Result<(), Error> {
        let (step, mut stretch) = ((STRETCH / of.max(1)).max(1) * of.max(1), Vec::new());
        for start in numbers.clone().step_by(step) {
            stretch.clear();
            self.read(start..(start + step).min(numbers.end), &mut stretch)?;
            take(&stretch);
        }
        Ok(())
    }
}

impl<N> Debug for Kept<N> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("len", &self.len).finish_non_exhaustive()
    }
}

fn no_room(error: std::io::Error) -> Error {
    Error::NoRoom { problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_from_any_place() {
        let mut keeper = Keeper::new(&in_memory).unwrap();
        let count = 3 * BLOCK / 8 + 5;
        for number in 0..count {
            keeper.push(number as f64).unwrap();
        }
        assert!(keeper.len() == count && keeper.written > 0 && keeper.written < count);
        // One that is written, and one that is not.
        keeper.set(7, -1.0).unwrap();
        keeper.set(count - 1, -2.0).unwrap();
        keeper.push(0.5).unwrap();
        let kept = keeper.finish().unwrap();
        let mut read = vec![9.0];
        kept.clone().read(6..9, &mut read).unwrap();
        kept.read(count - 1..usize::MAX, &mut read).unwrap();
        assert_eq!(read, [9.0, 6.0, -1.0, 8.0, -2.0, 0.5]);
        let mut all = Vec::new();
        kept.for_each_stretch(2..kept.len(), 3, &mut |stretch| {
            assert!(stretch.len() % 3 == 0 || all.len() + stretch.len() == count - 1);
            all.extend_from_slice(stretch);
        })
        .unwrap();
        assert_eq!((all.len(), all[0], all[5], all[count - 2]), (count - 1, 2.0, -1.0, 0.5));
    }

    #[test]
    fn a_place_that_is_full_is_an_error() {
        let full = || Ok(Box::new(Full) as _);
        let mut keeper = Keeper::<u16>::new(&full).unwrap();
        keeper.push(1).unwrap();
        assert_eq!(keeper.finish().map(drop), Err(Error::NoRoom { problem: "it is full".to_owned() }));
        assert!(Keeper::<u16>::new(&|| Err(std::io::Error::other("none"))).is_err());
    }

    struct Full;

    impl Read for Full {
        fn read(&mut self, _: &mut [u8]) -> IoResult<usize> {
            Ok(0)
        }
    }

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> IoResult<usize> {
            Err(std::io::Error::other("it is full"))
        }

        fn flush(&mut self) -> IoResult<()> {
            Ok(())
        }
    }

    impl Seek for Full {
        fn seek(&mut self, _: SeekFrom) -> IoResult<u64> {
            Ok(0)
        }
    }
}
