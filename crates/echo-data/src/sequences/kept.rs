//! Numbers that need not be in memory: written once to a store of the caller's, such as a temporary file, and read from there in
//! stretches.

use crate::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::io::{Cursor, Read, Result as IoResult, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// What numbers are written to and read from: memory, or a file that is empty.
pub trait Store: Read + Write + Seek + Send {}

impl<S: Read + Write + Seek + Send> Store for S {}

/// Makes a store for each list of numbers.
pub type Stores<'a> = &'a dyn Fn() -> IoResult<Box<dyn Store>>;

/// A store in memory, for data that fit there.
///
/// # Errors
/// None.
pub fn in_memory() -> IoResult<Box<dyn Store>> {
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

/// How many numbers are read at a time when all are read.
const STRETCH: usize = 1 << 13;

/// A list of numbers that is being written.
pub(crate) struct Keeper<N> {
    store: Box<dyn Store>,
    /// Numbers that are in the store.
    written: usize,
    /// The bytes of those behind them.
    ready: Vec<u8>,
    of: PhantomData<N>,
}

impl<N: Number> Keeper<N> {
    pub(crate) fn new(stores: Stores<'_>) -> Result<Self, Error> {
        let ready = Vec::with_capacity(BLOCK + N::WIDTH);
        Ok(Self { store: stores().map_err(no_room)?, written: 0, ready, of: PhantomData })
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.written + self.ready.len() / N::WIDTH
    }

    pub(crate) fn push(&mut self, number: N) -> Result<(), Error> {
        self.ready.extend_from_slice(number.bytes().as_ref());
        if self.ready.len() >= BLOCK { self.write() } else { Ok(()) }
    }

    /// Changes the numbers at the first index and at each `stride` further on, as many as there are.
    pub(crate) fn set(&mut self, first: usize, stride: usize, numbers: impl Iterator<Item = N>) -> Result<(), Error> {
        let (stride, mut block, mut from) = (stride.max(1), Vec::new(), 0);
        for (place, number) in numbers.enumerate() {
            let index = first + place * stride;
            if let Some(behind) = index.checked_sub(self.written) {
                let place = self.ready.get_mut(behind * N::WIDTH..(behind + 1) * N::WIDTH);
                place.into_iter().for_each(|place| place.copy_from_slice(number.bytes().as_ref()));
                continue;
            }
            if index >= from + block.len() / N::WIDTH {
                self.put(from, &block)?;
                from = index;
                block.resize((self.written - from).min(BLOCK / N::WIDTH) * N::WIDTH, 0);
                self.store.seek(SeekFrom::Start((from * N::WIDTH) as u64)).map_err(no_room)?;
                self.store.read_exact(&mut block).map_err(no_room)?;
            }
            block[(index - from) * N::WIDTH..][..N::WIDTH].copy_from_slice(number.bytes().as_ref());
        }
        self.put(from, &block)
    }

    /// Writes a block in the place of one that is there, if there is any.
    fn put(&mut self, from: usize, block: &[u8]) -> Result<(), Error> {
        if block.is_empty() {
            return Ok(());
        }
        self.store.seek(SeekFrom::Start((from * N::WIDTH) as u64)).map_err(no_room)?;
        self.store.write_all(block).map_err(no_room)?;
        self.store.seek(SeekFrom::End(0)).map(drop).map_err(no_room)
    }

    fn write(&mut self) -> Result<(), Error> {
        self.store.write_all(&self.ready).map_err(no_room)?;
        self.written = self.len();
        self.ready.clear();
        Ok(())
    }

    /// All of them, to be read.
    pub(crate) fn finish(mut self) -> Result<Kept<N>, Error> {
        let len = self.len();
        self.write()?;
        self.store.flush().map_err(no_room)?;
        let reading = Reading { store: self.store, bytes: self.ready };
        Ok(Kept { reading: Arc::new(Mutex::new(reading)), len, of: PhantomData })
    }
}

/// A list of numbers in its store. Copies of it read from the same store.
#[derive(Clone)]
pub(crate) struct Kept<N> {
    reading: Arc<Mutex<Reading>>,
    len: usize,
    of: PhantomData<N>,
}

struct Reading {
    store: Box<dyn Store>,
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
        let Reading { store, bytes } = &mut *reading;
        to.try_reserve(numbers.len()).map_err(|_| Error::OutOfMemory { total_series_length: numbers.len() })?;
        bytes.resize(numbers.len() * N::WIDTH, 0);
        let sought = store.seek(SeekFrom::Start((numbers.start * N::WIDTH) as u64));
        sought.and_then(|_| store.read_exact(bytes)).map_err(no_room)?;
        to.extend(bytes.chunks_exact(N::WIDTH).filter_map(|bytes| N::Bytes::try_from(bytes).ok()).map(N::of));
        Ok(())
    }

    /// Hands out these numbers, one stretch after the other. The length of each but the last is a multiple of `width`.
    pub(crate) fn for_each_stretch(
        &self,
        numbers: Range<usize>,
        width: usize,
        take: &mut dyn FnMut(&[N]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (step, mut stretch) = ((STRETCH / width.max(1)).max(1) * width.max(1), Vec::new());
        for start in numbers.clone().step_by(step) {
            stretch.clear();
            self.read(start..(start + step).min(numbers.end), &mut stretch)?;
            take(&stretch)?;
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
        keeper.set(7, 1, std::iter::once(-1.0)).unwrap();
        keeper.set(count - 1, 1, std::iter::once(-2.0)).unwrap();
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
            Ok(())
        })
        .unwrap();
        assert_eq!((all.len(), all[0], all[5], all[count - 2]), (count - 1, 2.0, -1.0, 0.5));
    }

    #[test]
    fn numbers_at_even_distances_are_changed_wherever_they_are() {
        let count = 3 * BLOCK / 8 + 7;
        for (first, stride) in [(0, 1), (5, 3), (BLOCK / 8 - 2, 2), (count - 4, 1)] {
            let mut keeper = Keeper::new(&in_memory).unwrap();
            (0..count).for_each(|number| keeper.push(number as f64).unwrap());
            let changed: Vec<usize> = (first..count).step_by(stride).collect();
            keeper.set(first, stride, changed.iter().map(|&index| -(index as f64))).unwrap();
            keeper.push(0.5).unwrap();
            let mut all = Vec::new();
            keeper.finish().unwrap().read(0..count + 1, &mut all).unwrap();
            let expected = |index: usize| if changed.contains(&index) { -(index as f64) } else { index as f64 };
            let borders = [0, first, first + 1, BLOCK / 8 - 1, BLOCK / 8, count - 2, count - 1];
            assert!(borders.into_iter().all(|index| all[index] == expected(index)), "{first} {stride}");
            assert_eq!(
                all.iter().filter(|number| **number < 0.0).count(),
                changed.iter().filter(|&&index| index > 0).count()
            );
            assert_eq!(all[count], 0.5);
        }
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
