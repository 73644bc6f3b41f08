//! An array of numbers, as NumPy's `save` writes one.

use super::fault::Refusal;
use super::npy_header::{Dtype, Header, Kind};
use crate::error::Error;
use half::f16;
use std::io::Read;

/// Numbers are read so many bytes at a time; a multiple of every number's.
const BLOCK: usize = 1 << 16;

/// Numbers in any number of dimensions, as a NumPy file holds them.
///
/// ```
/// let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (3,)}";
/// let length = u16::try_from(header.len())?.to_le_bytes();
/// let file = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &[1, 0, 2, 0, 255, 255]].concat();
///
/// let array = echo_data::files::Array::from_npy(&file[..])?;
/// assert_eq!((array.shape(), array.values(), array.is_whole()), (&[3][..], &[1.0, 2.0, -1.0][..], true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    /// The last index runs fastest.
    values: Vec<f64>,
    whole: bool,
}

impl Array {
    /// Reads a file that NumPy's `save` has written, to its end.
    ///
    /// It can hold bool, integers, float16, float32 or float64, in any order of bytes and of indices.
    ///
    /// # Errors
    /// [`Error::Array`] without a name for what cannot be read, is no such file, holds anything else or ends too soon or too
    /// late, and for a whole number that no `f64` is; [`Error::ArrayMemory`].
    pub fn from_npy<R: Read>(mut reader: R) -> Result<Self, Error> {
        Numbers::behind_header(&mut reader, None, usize::MAX).and_then(Self::of).map_err(|refusal| refusal.of(None))
    }

    /// That of all these numbers.
    pub(super) fn of<R: Read>(mut numbers: Numbers<R>) -> Result<Self, Refusal> {
        let mut values = Vec::new();
        while numbers.read_block(&mut values)? {}
        let header = numbers.header;
        let values = if header.fortran { in_c_order(values, &header.shape)? } else { values };
        Ok(Self { values, whole: header.dtype.kind != Kind::Float, shape: header.shape })
    }

    /// How many values there are along each dimension; nothing for a single value.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All values, in C order (the last index runs fastest), whatever the order in the file.
    ///
    /// Those of a float array can be infinite or not a number.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// Whether the file holds integers or bool, so that all values are whole numbers.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }
}

/// Words for how many bytes of numbers there should be.
fn needed(header: &Header) -> String {
    format!("its shape {} takes {} bytes of numbers", header.shape_in_words(), header.bytes_of_values)
}

/// The numbers behind a header, in the file's order, block by block.
#[derive(Debug)]
pub(super) struct Numbers<R> {
    reader: R,
    pub(super) header: Header,
    /// Bytes that have been read.
    read: u64,
    block: Vec<u8>,
}

impl<R: Read> Numbers<R> {
    pub(super) fn new(reader: R, header: Header) -> Self {
        Self { reader, header, read: 0, block: Vec::with_capacity(BLOCK) }
    }

    /// Those of a file, which is known to have so many bytes, unless it has more than `most` values.
    pub(super) fn behind_header(mut reader: R, bytes: Option<u64>, most: usize) -> Result<Self, Refusal> {
        let header = Header::read(&mut reader)?;
        // Told before anything is unpacked.
        if let Some(bytes) = bytes.filter(|&bytes| bytes != header.bytes + header.bytes_of_values) {
            let found = bytes.saturating_sub(header.bytes);
            return Err(format!("{}, and there are {found}: write the file again", needed(&header)).into());
        }
        if header.values > most {
            return Err(format!("it has {} values: it must not have more than {most}", header.values).into());
        }
        Ok(Self::new(reader, header))
    }

    /// Hands out all numbers in C order, block by block. Those whose first index runs fastest are turned in memory.
    pub(super) fn for_each_block(mut self, take: &mut dyn FnMut(&[f64])) -> Result<Header, Refusal> {
        if self.header.fortran && self.header.shape.len() > 1 {
            let header = self.header.clone();
            take(Array::of(self)?.values());
            return Ok(header);
        }
        let mut block = Vec::new();
        while self.read_block(&mut block)? {
            take(&block);
            block.clear();
        }
        Ok(self.header)
    }

    /// Adds the numbers of the next block; behind the last one it makes sure that nothing follows, and returns that there was none.
    pub(super) fn read_block(&mut self, values: &mut Vec<f64>) -> Result<bool, Refusal> {
        let Self { reader, header, read, block } = self;
        let left = header.bytes_of_values - *read;
        block.clear();
        reader.take(left.clamp(1, BLOCK as u64)).read_to_end(block)?;
        if left == 0 {
            return if block.is_empty() {
                Ok(false)
            } else {
                Err(format!("{}, and there are more: a file must hold one array", needed(header)).into())
            };
        }
        *read += block.len() as u64;
        if (block.len() as u64) < left.min(BLOCK as u64) {
            return Err(format!("{}, and there are {read}: the file is cut short", needed(header)).into());
        }
        let arrived = block.len() / header.dtype.bytes;
        // A header may say anything, so memory is asked for as the numbers come: twice as much each time, never more than all.
        if values.capacity() - values.len() < arrived {
            let more = values.len().max(arrived).min(header.values.saturating_sub(values.len()).max(arrived));
            values.try_reserve_exact(more).map_err(|_| Refusal::Memory(header.values))?;
        }
        for bytes in block.chunks_exact(header.dtype.bytes) {
            values.push(number(bytes, header.dtype)?);
        }
        Ok(true)
    }
}

/// The number that these bytes are.
fn number(bytes: &[u8], dtype: Dtype) -> Result<f64, String> {
    let mut least_first = [0; 8];
    for (place, &byte) in least_first.iter_mut().zip(bytes) {
        *place = byte;
    }
    if dtype.big_endian {
        least_first[..bytes.len()].reverse();
    }
    let bits = u64::from_le_bytes(least_first);
    match (dtype.kind, dtype.bytes) {
        (Kind::Bool, _) if bits > 1 => Err(format!("it is of bool and holds the byte {bits}: it must be 0 or 1")),
        (Kind::Bool | Kind::Unsigned, _) => exact(i128::from(bits)),
        (Kind::Signed, width) => {
            // The sign is moved to where that of an i64 is, and back.
            let shift = 64 - 8 * width;
            exact(i128::from((bits << shift).cast_signed() >> shift))
        }
        (Kind::Float, 2) => Ok(f16::from_bits(bits as u16).to_f64()),
        (Kind::Float, 4) => Ok(f64::from(f32::from_bits(bits as u32))),
        (Kind::Float, _) => Ok(f64::from_bits(bits)),
    }
}

/// The `f64` that a whole number is.
fn exact(whole: i128) -> Result<f64, String> {
    let value = whole as f64;
    if value as i128 == whole {
        return Ok(value);
    }
    Err(format!("it holds {whole}, which float64 cannot hold exactly: save float64, or smaller integers"))
}

/// Values whose first index runs fastest, so that the last one does.
fn in_c_order(values: Vec<f64>, shape: &[usize]) -> Result<Vec<f64>, Refusal> {
    if shape.len() < 2 {
        return Ok(values);
    }
    let mut ordered = Vec::new();
    ordered.try_reserve_exact(values.len()).map_err(|_| Refusal::Memory(values.len()))?;
    // From a value to the next one along each dimension.
    let strides: Vec<usize> =
        shape.iter().scan(1, |stride, &length| Some(std::mem::replace(stride, *stride * length))).collect();
    let (mut index, mut place) = (vec![0; shape.len()], 0);
    while ordered.len() < values.len() {
        ordered.push(values[place]);
        for ((index, &stride), &length) in index.iter_mut().zip(&strides).zip(shape).rev() {
            *index += 1;
            place += stride;
            if *index < length {
                break;
            }
            place -= stride * length;
            *index = 0;
        }
    }
    Ok(ordered)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// A file of version 1.0.
    fn npy(descr: &str, fortran: &str, shape: &str, numbers: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), numbers].concat()
    }

    fn values(descr: &str, shape: &str, numbers: &[u8]) -> Vec<f64> {
        Array::from_npy(&npy(descr, "False", shape, numbers)[..]).unwrap().into_values()
    }

    fn refused(file: &[u8]) -> String {
        Array::from_npy(file).unwrap_err().to_string()
    }

    #[test]
    fn every_type_and_byte_order_is_understood() {
        assert_eq!(values("|b1", "(2,)", &[0, 1]), [0.0, 1.0]);
        assert_eq!(values("|i1", "(2,)", &[255, 127]), [-1.0, 127.0]);
        assert_eq!(values("|u1", "(2,)", &[255, 127]), [255.0, 127.0]);
        for (descr, little) in [
            ("i2", (-300_i16).to_le_bytes().to_vec()),
            ("i4", (-300_i32).to_le_bytes().to_vec()),
            ("i8", (-300_i64).to_le_bytes().to_vec()),
            ("f2", f16::from_f32(-300.0).to_le_bytes().to_vec()),
            ("f4", (-300_f32).to_le_bytes().to_vec()),
            ("f8", (-300_f64).to_le_bytes().to_vec()),
        ] {
            let big: Vec<u8> = little.iter().rev().copied().collect();
            assert_eq!(values(&format!("<{descr}"), "()", &little), [-300.0], "{descr}");
            assert_eq!(values(&format!(">{descr}"), "()", &big), [-300.0], "{descr}");
        }
        for (descr, little) in [
            ("u2", 40_000_u16.to_le_bytes().to_vec()),
            ("u4", 40_000_u32.to_le_bytes().to_vec()),
            ("u8", 40_000_u64.to_le_bytes().to_vec()),
        ] {
            assert_eq!(values(&format!("<{descr}"), "(1, 1)", &little), [40_000.0], "{descr}");
        }
        let strange = values("<f4", "(2,)", &[f32::NAN.to_le_bytes(), f32::NEG_INFINITY.to_le_bytes()].concat());
        assert!(strange[0].is_nan() && strange[1] == f64::NEG_INFINITY);
    }

    #[test]
    fn integers_are_exact_or_refused() {
        let most = 1_u64 << 53;
        for exact in [most, 1 << 60, 1 << 63] {
            assert_eq!(values("<u8", "()", &exact.to_le_bytes()), [exact as f64]);
        }
        assert_eq!(values("<i8", "()", &i64::MIN.to_le_bytes()), [i64::MIN as f64]);
        for file in [
            npy("<u8", "False", "()", &(most + 1).to_le_bytes()),
            npy("<u8", "False", "()", &u64::MAX.to_le_bytes()),
            npy("<i8", "False", "()", &(-(most as i64) - 1).to_le_bytes()),
            npy("<i8", "False", "()", &i64::MAX.to_le_bytes()),
        ] {
            assert!(refused(&file).contains("which float64 cannot hold exactly"), "{}", refused(&file));
        }
        assert!(refused(&npy("|b1", "False", "()", &[2])).contains("must be 0 or 1"));
    }

    #[test]
    fn fortran_order_becomes_c_order() {
        // The value at [i, j, k] is 100 i + 10 j + k.
        let mut numbers = Vec::new();
        for k in 0..4 {
            for j in 0..3 {
                numbers.extend((0..2).map(|i| 100 * i + 10 * j + k));
            }
        }
        let array = Array::from_npy(&npy("|u1", "True", "(2, 3, 4)", &numbers)[..]).unwrap();
        let mut expected = Vec::new();
        for i in 0..2 {
            for j in 0..3 {
                expected.extend((0..4).map(|k| f64::from(100 * i + 10 * j + k)));
            }
        }
        assert_eq!((array.shape(), array.values()), (&[2, 3, 4][..], &expected[..]));
        for shape in ["(0, 3)", "(3, 0)", "(0,)"] {
            assert_eq!(Array::from_npy(&npy("|u1", "True", shape, &[])[..]).unwrap().values(), []);
        }
    }

    #[test]
    fn arrays_of_many_blocks_are_whole() {
        let numbers: Vec<u8> = (0..3 * BLOCK / 2 + 1).map(|place| (place % 251) as u8).collect();
        let expected: Vec<f64> = numbers.iter().map(|&number| f64::from(number)).collect();
        let read = values("|u1", &format!("({},)", numbers.len()), &numbers);
        assert_eq!(read, expected);
        assert_eq!(read.capacity(), read.len());
    }

    #[test]
    fn every_version_is_read() {
        for version in 0..=5 {
            let header = "{'descr': '|u1', 'fortran_order': False, 'shape': ()}";
            let length = (header.len() as u32).to_le_bytes();
            let width = if version == 1 { 2 } else { 4 };
            let file = [b"\x93NUMPY", &[version, 0][..], &length[..width], header.as_bytes(), &[7]].concat();
            let array = Array::from_npy(&file[..]).map(Array::into_values);
            assert_eq!(array.is_ok_and(|values| values == [7.0]), (1..=3).contains(&version), "{version}");
        }
        let latin1 = b"\x93NUMPY\x03\0\x02\0\0\0\xe9\xe9";
        assert!(refused(latin1).contains("not UTF-8"));
    }

    #[test]
    fn files_that_end_elsewhere_are_refused() {
        let whole = npy("<f4", "False", "(2, 3)", &[0; 24]);
        assert_eq!(Array::from_npy(&whole[..]).unwrap().shape(), [2, 3]);
        for length in 0..whole.len() {
            let message = refused(&whole[..length]);
            let right = ["must be a NumPy file", "cut short"].iter().any(|what| message.contains(what));
            assert!(right, "{length}: {message}");
        }
        let short = refused(&whole[..whole.len() - 1]);
        assert_eq!(short, "its shape (2, 3) takes 24 bytes of numbers, and there are 23: the file is cut short");
        let long = refused(&[&whole[..], &whole].concat());
        assert_eq!(long, "its shape (2, 3) takes 24 bytes of numbers, and there are more: a file must hold one array");
    }

    #[test]
    fn what_is_no_numpy_file_is_named() {
        for (file, what) in [
            (&b""[..], "it is empty"),
            (b"PK\x03\x04 and more", "it is a ZIP file (as .xlsx, .ods and .npz files are)"),
            (b"\x1f\x8b\x08", "it is a gzip file"),
            (b"input,target\n", "it does not begin as a NumPy file does"),
            (b"\x93NUMPX\x01\0", "it does not begin as a NumPy file does"),
        ] {
            assert_eq!(refused(file), format!("{what}: it must be a NumPy file (.npy)"));
        }
    }

    /// Memory is asked for as numbers come, whatever a header says.
    #[test]
    fn a_header_cannot_ask_for_memory() {
        let message = refused(&npy("|u1", "True", "(1000000, 1000000, 1000)", &[1; 3]));
        assert!(message.contains("there are 3"), "{message}");
        let long = [b"\x93NUMPY\x02\0", &u32::MAX.to_le_bytes()[..]].concat();
        assert!(refused(&long).contains("its header has 4294967295 bytes"));
    }
}
