//! Parameters as a safetensors file, under PyTorch's names and shapes.
//!
//! [`Network::to_safetensors`] lists them. Rows are outputs. PyTorch adds two biases where the Elman cell has one: the
//! second is written as zeros, and on reading the two are added.
//!
//! The metadata has one entry, `settings`: a JSON object of strings, which says what shapes do not (the kind of Elman
//! cell, the dropout) and what the writer adds. It is one entry because the order of several is not fixed, and equal
//! nets are to give equal bytes. Files without it, such as PyTorch writes, are read by their shapes alone.

use super::modules::Modules;
use super::safetensors::{SafetensorsFile, check_pair, check_tensors, numbers, open, other, pairs, tensor};
use crate::cells::CellKind;
use crate::error::Error;
use crate::kernels::Scalar;
use crate::named::Named;
use crate::network::{Architecture, Layer, Network, Place, Plan, Tensor, of_layers};
use crate::numeric::flat_zeros;
use safetensors::tensor::{Dtype, SafeTensors};
use std::collections::BTreeMap;

/// The metadata's entry.
const SETTINGS: &str = "settings";

impl<T: Scalar> Network<T> {
    /// The parameters as a safetensors file that is ready to be written. Its metadata holds `settings`, which are the
    /// caller's, and the architecture, as `cell`, `input_size`, `hidden_size`, `num_layers`, `dropout` and `outputs`.
    ///
    /// Its tensors have the names and shapes of a PyTorch module with a `torch.nn.RNN`, `GRU` or `LSTM` named `rnn` and a
    /// `torch.nn.Linear` named `head`: for layer k, counted from 0, `rnn.weight_ih_lk [G·hidden, inputs]`,
    /// `rnn.weight_hh_lk [G·hidden, hidden]`, `rnn.bias_ih_lk` and `rnn.bias_hh_lk [G·hidden]`, with G = 1 for an Elman
    /// cell, 3 for a GRU (r, z, n) and 4 for an LSTM (i, f, g, o); `head.weight [outputs, hidden]`, `head.bias [outputs]`.
    /// An Elman cell's `bias_hh` is zeros. Where layers differ in cell or width, `cell` or `hidden_size` lists those of
    /// all layers with commas, and PyTorch has no one module for them.
    ///
    /// Parameters that are not finite are written as they are, so that they can be looked at, but not read back.
    ///
    /// # Errors
    /// [`Error::Metadata`] for a setting that has one of those names and says otherwise; [`Error::NotSafetensors`] if the
    /// format cannot hold them.
    pub fn safetensors(&self, settings: &BTreeMap<String, String>) -> Result<SafetensorsFile<'_, T>, Error> {
        let (mut settings, own) = (settings.clone(), self.architecture().pairs());
        own.iter().try_for_each(|(key, value)| check_pair(&settings, key, value))?;
        settings.extend(own);
        let tensors = self.tensors().iter().map(|tensor| (tensor.clone(), self.parameters())).collect();
        SafetensorsFile::new(tensors, SETTINGS, &settings)
    }

    /// The bytes of [`safetensors`](Self::safetensors).
    ///
    /// # Errors
    /// Those of `safetensors`; [`Error::OutOfMemory`].
    pub fn to_safetensors(&self, settings: &BTreeMap<String, String>) -> Result<Vec<u8>, Error> {
        self.safetensors(settings)?.to_bytes()
    }

    /// Sets all parameters from the bytes of a safetensors file of F64, F32, F16 or BF16 numbers, which are converted, and
    /// returns how the file calls its modules.
    ///
    /// # Errors
    /// [`Error::NotSafetensors`], [`Error::NoNet`], [`Error::Unsupported`], [`Error::MissingTensor`],
    /// [`Error::UnknownTensor`], [`Error::TensorShape`], [`Error::TensorDtype`], [`Error::NotFinite`],
    /// [`Error::OutOfMemory`]; [`Error::Metadata`] if the file says that it is of a net with another kind of cell. The
    /// parameters are then as they were.
    pub fn load_safetensors(&mut self, bytes: &[u8]) -> Result<Modules, Error> {
        let file = open(bytes)?;
        // First, because shapes of another cell say less.
        let settings = pairs(bytes, SETTINGS)?.unwrap_or_default();
        check_pair(&settings, "cell", &self.architecture().pairs()["cell"])?;
        let modules = Modules::of(&file)?;
        let tensors = modules.named(self.tensors().iter().cloned());
        check_tensors(&file, &tensors)?;
        let parameters = read_parameters(&file, &tensors, self.parameters().len())?;
        self.parameters_mut().copy_from_slice(&parameters);
        Ok(modules)
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
    /// How the file calls the net's modules.
    pub modules: Modules,
}

/// Reads from the bytes of a safetensors file what net it is of. The shapes of its tensors say most of it; without
/// metadata, a net that could be of tanh or of ReLU is taken for one of tanh.
///
/// # Errors
/// [`Error::NotSafetensors`]; [`Error::NoNet`], [`Error::MissingTensor`], [`Error::UnknownTensor`], [`Error::NoMatrix`] or
/// [`Error::TensorShape`] for tensors that are not those of a net; [`Error::Unsupported`] for those of a net of a kind that
/// there is not here; [`Error::Gates`] for those of an unknown cell;
/// [`Error::Metadata`] where metadata and shapes do not agree; those of [`Architecture::check`] for a net that cannot be;
/// [`Error::OutOfMemory`].
pub fn stored(bytes: &[u8]) -> Result<Stored, Error> {
    let file = open(bytes)?;
    let settings = pairs(bytes, SETTINGS)?.unwrap_or_default();
    let modules = Modules::of(&file)?;
    let head = modules.name("head.weight");
    let (outputs, top) = matrix(&file, &head)?;
    let first = |layer: usize| modules.name(&format!("rnn.weight_ih_l{layer}"));
    let num_layers = (1..).take_while(|&layer| file.tensor(&first(layer)).is_ok()).count() + 1;
    // A layer is as wide as what reads it has inputs.
    let matrices = (0..num_layers).map(|layer| matrix(&file, &first(layer))).collect::<Result<Vec<_>, _>>()?;
    let input_size = matrices[0].1;
    let widths = matrices[1..].iter().map(|&(_, inputs)| inputs).chain([top]);
    let by_shapes = matrices.iter().zip(widths).enumerate().map(|(number, (&(rows, _), hidden_size))| {
        let gates = rows.checked_div(hidden_size).filter(|gates| gates * hidden_size == rows);
        let cell = CellKind::ALL.iter().copied().find(|cell| gates == Some(cell.facts().gates));
        let cell = cell.ok_or_else(|| Error::Gates { name: first(number), rows, hidden_size })?;
        Ok(Layer { cell, hidden_size })
    });
    let mut layers = by_shapes.collect::<Result<Vec<_>, _>>()?;
    if let Some(names) = settings.get("cell") {
        let by_shapes = || other("cell", names, &of_layers(&layers, |layer| layer.cell.to_string()));
        layers = named_cells(names, &layers).ok_or_else(by_shapes)?;
    }
    let dropout = match settings.get("dropout") {
        None => 0.0,
        Some(text) => text.parse().map_err(|_| other("dropout", text, "a number from 0 to less than 1"))?,
    };
    let architecture = Architecture { input_size, layers, dropout, outputs };
    let Plan { architecture, tensors, .. } = architecture.plan()?;
    // All but what was taken from there, which can be written in several ways.
    for (key, value) in architecture.pairs().iter().filter(|(key, _)| *key != "dropout") {
        check_pair(&settings, key, value)?;
    }
    check_tensors(&file, &modules.named(tensors))?;
    let double = file.tensor(&head).is_ok_and(|head| head.dtype() == Dtype::F64);
    Ok(Stored { architecture, double, settings, modules })
}

/// The same layers with the cells of these names: one for all, or one for each, with commas. `None` for names that do not
/// have as many gates.
fn named_cells(names: &str, layers: &[Layer]) -> Option<Vec<Layer>> {
    let names: Vec<_> = names.split(',').collect();
    if ![1, layers.len()].contains(&names.len()) {
        return None;
    }
    let named = |(layer, name): (&Layer, &&str)| {
        let cell = CellKind::named(name).filter(|cell| cell.facts().gates == layer.cell.facts().gates)?;
        Some(Layer { cell, ..*layer })
    };
    layers.iter().zip(names.iter().cycle()).map(named).collect()
}

/// Rows and columns of a tensor that must be there and be a matrix.
fn matrix(file: &SafeTensors<'_>, name: &str) -> Result<(usize, usize), Error> {
    match *tensor(file, name)?.shape() {
        [rows, columns] => Ok((rows, columns)),
        ref found => Err(Error::NoMatrix { name: name.to_owned(), found: found.to_vec() }),
    }
}

/// The parameters in a file that has just these tensors.
fn read_parameters<T: Scalar>(file: &SafeTensors<'_>, tensors: &[Tensor], count: usize) -> Result<Vec<T>, Error> {
    let mut parameters: Vec<T> = flat_zeros("the parameters", count, 1)?;
    for expected in tensors {
        let name = || expected.name.clone();
        let view = tensor(file, &expected.name)?;
        let values = numbers(&view).ok_or_else(|| Error::TensorDtype {
            name: name(),
            dtype: format!("{:?}", view.dtype()),
            expected: "F64, F32, F16 or BF16",
        })?;
        let (places, stored): (Box<dyn Iterator<Item = usize>>, _) = match expected.place {
            Place::Stored { .. } => (Box::new(expected.indices()), true),
            Place::AddedTo { offset } => (Box::new(offset..offset + expected.count()), false),
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
