//! Parameters as a safetensors file, under PyTorch's names and shapes.
//!
//! [`Network::to_safetensors`] lists them. Rows are outputs. PyTorch adds two biases where the Elman cell has one: the
//! second is written as zeros, and on reading the two are added.
//!
//! The metadata has one entry, `settings`: a JSON object of strings, which says what shapes do not (the kind of Elman
//! cell, the dropout) and what the writer adds. It is one entry because the order of several is not fixed, and equal
//! nets are to give equal bytes. Files without it, such as PyTorch writes, are read by their shapes alone.

use crate::{Architecture, CellKind, Error, Network, Place, Scalar, Tensor};
use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorView};
use std::collections::{BTreeMap, HashMap};

/// The metadata's entry.
const SETTINGS: &str = "settings";

impl<T: Scalar> Network<T> {
    /// The parameters as the bytes of a safetensors file. Its metadata holds `settings`, which are the caller's, and the
    /// architecture, as `cell`, `input_size`, `hidden_size`, `num_layers`, `dropout` and `outputs`.
    ///
    /// Its tensors have the names and shapes of a PyTorch module with a `torch.nn.RNN`, `GRU` or `LSTM` named `rnn` and a
    /// `torch.nn.Linear` named `head`: for layer k, counted from 0, `rnn.weight_ih_lk [G·hidden, inputs]`,
    /// `rnn.weight_hh_lk [G·hidden, hidden]`, `rnn.bias_ih_lk` and `rnn.bias_hh_lk [G·hidden]`, with G = 1 for an Elman
    /// cell, 3 for a GRU (r, z, n) and 4 for an LSTM (i, f, g, o); `head.weight [outputs, hidden]`, `head.bias [outputs]`.
    /// An Elman cell's `bias_hh` is zeros.
    ///
    /// Parameters that are not finite are written as they are, so that they can be looked at, but not read back.
    ///
    /// # Errors
    /// [`Error::Metadata`] for a setting that has one of those names and says otherwise; [`Error::NotSafetensors`] if the
    /// format cannot hold them.
    pub fn to_safetensors(&self, settings: &BTreeMap<String, String>) -> Result<Vec<u8>, Error> {
        let tensors: Vec<_> = self
            .tensors()
            .iter()
            .map(|tensor| {
                let mut bytes = Vec::with_capacity(tensor.count() * size_of::<T>());
                match tensor.place {
                    Place::Stored { .. } => {
                        tensor.indices().for_each(|index| self.parameters()[index].write_le(&mut bytes))
                    }
                    Place::AddedTo { .. } => bytes.resize(tensor.count() * size_of::<T>(), 0),
                }
                (tensor.name.clone(), tensor.shape.clone(), bytes)
            })
            .collect();
        let (mut settings, own) = (settings.clone(), self.architecture().pairs());
        own.iter().try_for_each(|(key, value)| check_pair(&settings, key, value))?;
        settings.extend(own);
        write::<T>(&tensors, SETTINGS, &settings)
    }

    /// Sets all parameters from the bytes of a safetensors file of F32 or F64 numbers, which are converted.
    ///
    /// # Errors
    /// [`Error::NotSafetensors`], [`Error::MissingTensor`], [`Error::UnknownTensor`], [`Error::TensorShape`],
    /// [`Error::TensorDtype`], [`Error::NotFinite`]; [`Error::Metadata`] if the file says that it is of a net with
    /// another kind of cell. The parameters are then as they were.
    pub fn load_safetensors(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let file = open(bytes)?;
        // First, because shapes of another cell say less.
        let settings = pairs(bytes, SETTINGS)?.unwrap_or_default();
        check_pair(&settings, "cell", &self.architecture().cell.to_string())?;
        check_tensors(&file, self.tensors())?;
        let parameters = read_parameters(&file, self.tensors(), self.parameters().len())?;
        self.parameters_mut().copy_from_slice(&parameters);
        Ok(())
    }

    /// The net that a safetensors file is of, with its parameters.
    ///
    /// # Errors
    /// Those of [`stored`] and of [`load_safetensors`](Self::load_safetensors).
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, Error> {
        let mut network = Self::new(stored(bytes)?.architecture)?;
        network.load_safetensors(bytes)?;
        Ok(network)
    }
}

/// What a safetensors file says of the net whose parameters it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// What net it is.
    pub architecture: Architecture,
    /// Whether the readout's weights are F64 numbers.
    pub double: bool,
    /// What its writer has added, and the architecture once more; empty for a file of PyTorch's.
    pub settings: BTreeMap<String, String>,
}

/// Reads from the bytes of a safetensors file what net it is of. The shapes of its tensors say most of it; without
/// metadata, a net that could be of tanh or of ReLU is taken for one of tanh.
///
/// # Errors
/// [`Error::NotSafetensors`]; [`Error::MissingTensor`], [`Error::UnknownTensor`], [`Error::NoMatrix`] or
/// [`Error::TensorShape`] for tensors that are not those of a net; [`Error::Gates`] for those of an unknown cell;
/// [`Error::Metadata`] where metadata and shapes do not agree; those of [`Architecture::check`] for a net that cannot be;
/// [`Error::OutOfMemory`].
pub fn stored(bytes: &[u8]) -> Result<Stored, Error> {
    let file = open(bytes)?;
    let settings = pairs(bytes, SETTINGS)?.unwrap_or_default();
    let (outputs, hidden_size) = matrix(&file, "head.weight")?;
    let first = "rnn.weight_ih_l0";
    let (rows, input_size) = matrix(&file, first)?;
    let gates = rows.checked_div(hidden_size).filter(|gates| gates * hidden_size == rows);
    let known = |cell: &CellKind| gates == Some(cell.gates());
    let unknown = || Error::Gates { name: first.to_owned(), rows, hidden_size };
    let mut cell = CellKind::ALL.into_iter().find(known).ok_or_else(unknown)?;
    if let Some(name) = settings.get("cell") {
        let named = CellKind::ALL.into_iter().find(|kind| kind.to_string() == *name).filter(known);
        cell = named.ok_or_else(|| other("cell", name, &cell.to_string()))?;
    }
    let num_layers = (0..).take_while(|layer| file.tensor(&format!("rnn.weight_ih_l{layer}")).is_ok()).count();
    let dropout = match settings.get("dropout") {
        None => 0.0,
        Some(text) => text.parse().map_err(|_| other("dropout", text, "a number from 0 to less than 1"))?,
    };
    let architecture = Architecture { cell, input_size, hidden_size, num_layers, dropout, outputs };
    architecture.check()?;
    if architecture.parameter_count().is_none() {
        return Err(Error::OutOfMemory { what: "the parameters", rows: usize::MAX, columns: 1 });
    }
    // All but what was taken from there, which can be written in several ways.
    for (key, value) in architecture.pairs().iter().filter(|(key, _)| *key != "dropout") {
        check_pair(&settings, key, value)?;
    }
    check_tensors(&file, &architecture.tensors())?;
    let double = file.tensor("head.weight").is_ok_and(|head| head.dtype() == Dtype::F64);
    Ok(Stored { architecture, double, settings })
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
    if header.is_some_and(|header| header.data_len() > bytes.len()) {
        return Err(not_safetensors(SafeTensorError::MetadataIncompleteBuffer));
    }
    SafeTensors::deserialize(bytes).map_err(not_safetensors)
}

/// Tensors, each with name, shape and bytes, as the bytes of a file with metadata of one entry, which holds `pairs`.
pub(crate) fn write<T: Scalar>(
    tensors: &[(String, Vec<usize>, Vec<u8>)],
    entry: &str,
    pairs: &BTreeMap<String, String>,
) -> Result<Vec<u8>, Error> {
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| TensorView::new(T::DTYPE, shape.clone(), bytes).map(|view| (name, view)));
    let views = views.collect::<Result<Vec<_>, _>>().map_err(not_safetensors)?;
    let pairs = serde_json::to_string(pairs).map_err(|error| Error::NotSafetensors { problem: error.to_string() })?;
    let metadata = HashMap::from([(entry.to_owned(), pairs)]);
    safetensors::serialize(views, Some(metadata)).map_err(not_safetensors)
}

/// The pairs that an entry of the metadata holds, if there is such an entry.
pub(crate) fn pairs(bytes: &[u8], entry: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
    let (_, metadata): (_, Metadata) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
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

fn other(key: &str, found: &str, expected: &str) -> Error {
    Error::Metadata { key: key.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}

/// Rows and columns of a tensor that must be there and be a matrix.
fn matrix(file: &SafeTensors<'_>, name: &str) -> Result<(usize, usize), Error> {
    let tensor = file.tensor(name).map_err(|_| Error::MissingTensor { name: name.to_owned() })?;
    match *tensor.shape() {
        [rows, columns] => Ok((rows, columns)),
        ref found => Err(Error::NoMatrix { name: name.to_owned(), found: found.to_vec() }),
    }
}

/// An error unless a file has just these tensors, in these shapes.
pub(crate) fn check_tensors(file: &SafeTensors<'_>, expected: &[Tensor]) -> Result<(), Error> {
    let mut names = file.names();
    names.sort_unstable();
    if let Some(name) = names.into_iter().find(|name| expected.iter().all(|tensor| tensor.name != *name)) {
        let known: Vec<_> = expected.iter().map(|tensor| format!("`{}`", tensor.name)).collect();
        return Err(Error::UnknownTensor { name: name.to_owned(), known: known.join(", ") });
    }
    for Tensor { name, shape, .. } in expected {
        let view = file.tensor(name).map_err(|_| Error::MissingTensor { name: name.clone() })?;
        if view.shape() != shape {
            let (expected, found) = (shape.clone(), view.shape().to_vec());
            return Err(Error::TensorShape { name: name.clone(), expected, found });
        }
    }
    Ok(())
}

/// The parameters in a file that has just these tensors.
fn read_parameters<T: Scalar>(file: &SafeTensors<'_>, tensors: &[Tensor], count: usize) -> Result<Vec<T>, Error> {
    let mut parameters = vec![T::zero(); count];
    for tensor in tensors {
        let name = || tensor.name.clone();
        let view = file.tensor(&tensor.name).map_err(|_| Error::MissingTensor { name: name() })?;
        let values = numbers(&view).ok_or_else(|| Error::TensorDtype {
            name: name(),
            dtype: format!("{:?}", view.dtype()),
            expected: "F32 or F64",
        })?;
        let (places, stored): (Box<dyn Iterator<Item = usize>>, _) = match tensor.place {
            Place::Stored { .. } => (Box::new(tensor.indices()), true),
            Place::AddedTo { offset } => (Box::new(offset..offset + tensor.count()), false),
        };
        for (position, (place, value)) in places.zip(values).enumerate() {
            // What is stored is set and not added to a zero, so that a −0 stays one.
            let value = if stored { value } else { parameters[place].widen() + value };
            parameters[place] = T::narrow(value);
            if !parameters[place].is_finite() {
                return Err(Error::NotFinite { name: name(), position, value });
            }
        }
    }
    Ok(parameters)
}

/// A tensor's numbers, row by row, or nothing if they are not floating-point numbers that can be read.
pub(crate) fn numbers(view: &TensorView<'_>) -> Option<Vec<f64>> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => Some(bytes.as_chunks().0.iter().map(|&b| f64::from(f32::from_le_bytes(b))).collect()),
        Dtype::F64 => Some(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect()),
        _ => None,
    }
}

/// Says a safetensors error.
pub(crate) fn not_safetensors(error: SafeTensorError) -> Error {
    Error::NotSafetensors { problem: error.to_string() }
}
