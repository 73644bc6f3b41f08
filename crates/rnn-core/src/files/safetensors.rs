//! The safetensors format: the tensors of a file, and files that are written as a stream.
//!
//! A file is written tensor by tensor from where its numbers are, so that saving a net needs no memory of the net's size.

use super::other_formats::other_format;
use crate::error::{Error, listed};
use crate::kernels::Scalar;
use crate::network::{Place, Tensor};
use crate::numeric::reserved;
use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::str::FromStr;

/// The bytes of numbers that are put together before they are written.
const BUFFER: usize = 1 << 13;

/// A safetensors file that is ready to be written. It borrows its numbers, so that writing it needs some kilobytes of
/// memory, however large the file is.
#[derive(Debug, Clone)]
pub struct SafetensorsFile<'a, T> {
    /// All that stands before the numbers.
    header: Vec<u8>,
    /// In the order of the file; each tensor's places are in its slice.
    tensors: Vec<(Tensor, &'a [T])>,
}

impl<'a, T: Scalar> SafetensorsFile<'a, T> {
    /// The file of these tensors, with metadata of one entry, which holds `pairs`.
    pub(crate) fn new(
        mut tensors: Vec<(Tensor, &'a [T])>,
        entry: &str,
        pairs: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let not_written = |problem: String| Error::NotSafetensors { problem };
        tensors.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        let mut end = 0;
        let info = |(tensor, _): &(Tensor, &[T])| {
            let start = end;
            end = start + tensor.count() * size_of::<T>();
            let info = TensorInfo { dtype: dtype::<T>(), shape: tensor.shape.clone(), data_offsets: (start, end) };
            (tensor.name.clone(), info)
        };
        let infos = tensors.iter().map(info).collect();
        let pairs = serde_json::to_string(pairs).map_err(|error| not_written(error.to_string()))?;
        let metadata = Metadata::new(Some(HashMap::from([(entry.to_owned(), pairs)])), infos).map_err(unreadable)?;
        let mut text = serde_json::to_vec(&metadata).map_err(|error| not_written(error.to_string()))?;
        // The numbers begin at a multiple of eight bytes.
        text.resize(text.len().next_multiple_of(size_of::<u64>()), b' ');
        let header = [&(text.len() as u64).to_le_bytes()[..], &text].concat();
        Ok(Self { header, tensors })
    }

    /// The file's length in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        let numbers: usize = self.tensors.iter().map(|(tensor, _)| tensor.count()).sum();
        self.header.len() + numbers * size_of::<T>()
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn write_to(&self, mut to: impl Write) -> io::Result<()> {
        to.write_all(&self.header)?;
        self.tensors.iter().try_for_each(|(tensor, values)| write_numbers(tensor, values, &mut to))
    }

    /// The whole file in memory.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = reserved("the file", self.size(), 1)?;
        // A vector takes whatever it is given, and has its memory already.
        let _ = self.write_to(&mut bytes);
        Ok(bytes)
    }
}

/// The type of the net's numbers, as the format has it.
pub(crate) fn dtype<T: Scalar>() -> Dtype {
    if size_of::<T>() == size_of::<f32>() { Dtype::F32 } else { Dtype::F64 }
}

/// Writes a tensor's numbers row by row; zeros for one that is not stored.
pub(crate) fn write_numbers<T: Scalar>(tensor: &Tensor, values: &[T], mut to: impl Write) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(BUFFER);
    let mut write = |value: T| -> io::Result<()> {
        value.write_le(&mut bytes);
        if bytes.len() < BUFFER {
            return Ok(());
        }
        to.write_all(&bytes)?;
        bytes.clear();
        Ok(())
    };
    match tensor.place {
        Place::Stored { .. } => tensor.indices().try_for_each(|index| write(values[index]))?,
        Place::AddedTo { .. } => (0..tensor.count()).try_for_each(|_| write(T::zero()))?,
    }
    to.write_all(&bytes)
}

/// The tensors of a file.
///
/// The format's own reader adds the length of the data, which the header says, to others without a check for overflow,
/// so that length is looked at before.
pub(crate) fn open(bytes: &[u8]) -> Result<SafeTensors<'_>, Error> {
    let header = bytes.split_first_chunk().and_then(|(&length, rest)| {
        let length = usize::try_from(u64::from_le_bytes(length)).ok()?;
        serde_json::from_slice::<Metadata>(rest.get(..length)?).ok()
    });
    let problem = match header {
        Some(header) if header.data_len() > bytes.len() => cut_off(header.data_len()),
        header => match SafeTensors::deserialize(bytes) {
            Ok(file) => return Ok(file),
            Err(SafeTensorError::MetadataIncompleteBuffer) => match header {
                Some(header) => cut_off(header.data_len()),
                None => "its header does not describe all of its bytes".to_owned(),
            },
            Err(SafeTensorError::InvalidHeaderLength) => {
                "it is cut off within its header, or of another format".to_owned()
            }
            Err(error) => error.to_string(),
        },
    };
    // Last, because the length of a good file's header can look like another format's first bytes.
    Err(Error::NotSafetensors { problem: other_format(bytes).map_or(problem, str::to_owned) })
}

fn cut_off(promised: usize) -> String {
    format!("it is cut off or too long: its header describes {promised} bytes of numbers")
}

/// The pairs that an entry of the metadata holds, if there is such an entry.
pub(crate) fn pairs(bytes: &[u8], entry: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
    let (_, metadata): (_, Metadata) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
    let Some(text) = metadata.metadata().as_ref().and_then(|metadata| metadata.get(entry)) else {
        return Ok(None);
    };
    let pairs = serde_json::from_str(text);
    pairs.map(Some).map_err(|error| other(entry, &error.to_string(), "a JSON object of strings"))
}

/// An error where there is a pair of this key with another value.
pub(crate) fn check_pair(pairs: &BTreeMap<String, String>, key: &str, expected: &str) -> Result<(), Error> {
    match pairs.get(key) {
        Some(found) if found != expected => Err(other(key, found, expected)),
        _ => Ok(()),
    }
}

/// An error unless all of these pairs are among those that were found: what is not there at all is another.
pub(crate) fn check_all_pairs(
    found: &BTreeMap<String, String>,
    expected: &BTreeMap<String, String>,
) -> Result<(), Error> {
    expected.iter().try_for_each(|(key, expected)| match found.get(key) {
        None => Err(other(key, "missing", expected)),
        Some(_) => check_pair(found, key, expected),
    })
}

/// What a pair says that must be there; `expected` are the words for what it must be.
pub(crate) fn parsed<V: FromStr>(pairs: &BTreeMap<String, String>, key: &str, expected: &str) -> Result<V, Error> {
    let text = pairs.get(key).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| other(key, text, expected))
}

/// An error for metadata that must be another.
pub(crate) fn other(key: &str, found: &str, expected: &str) -> Error {
    Error::Metadata { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}

/// The names of a file's tensors, in the order of the alphabet.
pub(crate) fn names<'a>(file: &'a SafeTensors<'_>) -> Vec<&'a str> {
    let mut names = file.names();
    names.sort_unstable();
    names
}

/// A tensor that must be there.
pub(crate) fn tensor<'a>(file: &SafeTensors<'a>, name: &str) -> Result<TensorView<'a>, Error> {
    let missing = |_| Error::MissingTensor { name: name.to_owned(), found: listed(names(file)) };
    file.tensor(name).map_err(missing)
}

/// An error unless a file has just these tensors, in these shapes.
pub(crate) fn check_tensors(file: &SafeTensors<'_>, expected: &[Tensor]) -> Result<(), Error> {
    if let Some(name) = names(file).into_iter().find(|name| expected.iter().all(|tensor| tensor.name != *name)) {
        let known = listed(expected.iter().map(|tensor| &*tensor.name));
        return Err(Error::UnknownTensor { name: name.to_owned(), known });
    }
    for Tensor { name, shape, .. } in expected {
        let view = tensor(file, name)?;
        if view.shape() != shape {
            let (expected, found) = (shape.clone(), view.shape().to_vec());
            return Err(Error::TensorShape { name: name.clone(), expected, found });
        }
    }
    Ok(())
}

/// A tensor's numbers, row by row, or nothing if they are of a type that cannot be read here.
pub(crate) fn numbers<'a>(view: &TensorView<'a>) -> Option<Box<dyn Iterator<Item = f64> + 'a>> {
    use half::{bf16, f16};
    let bytes = view.data();
    Some(match view.dtype() {
        Dtype::F16 => Box::new(bytes.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f64())),
        Dtype::BF16 => Box::new(bytes.as_chunks().0.iter().map(|&b| bf16::from_le_bytes(b).to_f64())),
        Dtype::F32 => Box::new(bytes.as_chunks().0.iter().map(|&b| f64::from(f32::from_le_bytes(b)))),
        Dtype::F64 => Box::new(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b))),
        _ => return None,
    })
}

/// An error unless a tensor's numbers are of the net's own type, so that each can be taken as it is, and finite.
pub(crate) fn check_own_numbers<T: Scalar>(name: &str, view: &TensorView<'_>) -> Result<(), Error> {
    let values = numbers(view).filter(|_| view.dtype() == dtype::<T>()).ok_or_else(|| Error::TensorDtype {
        name: name.to_owned(),
        dtype: format!("{:?}", view.dtype()),
        expected: T::NAME,
    })?;
    match values.enumerate().find(|(_, value)| !value.is_finite()) {
        Some((position, value)) => Err(Error::NotFinite { name: name.to_owned(), position, value }),
        None => Ok(()),
    }
}

/// An error unless the numbers that are to be a tensor, which lie one behind the other, are finite.
pub(crate) fn check_finite<T: Scalar>(tensor: &Tensor, values: &[T]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => {
            Err(Error::NotFinite { name: tensor.name.clone(), position, value: values[position].widen() })
        }
        None => Ok(()),
    }
}

fn unreadable(error: SafeTensorError) -> Error {
    Error::NotSafetensors { problem: error.to_string() }
}
