//! Parameters as a safetensors file, under PyTorch's names and shapes.
//!
//! `rnn.weight_ih_l0 [hidden, input]`, `rnn.weight_hh_l0 [hidden, hidden]`, `rnn.bias_ih_l0` and `rnn.bias_hh_l0
//! [hidden]` are those of `torch.nn.RNN` as a module named `rnn`; `head.weight [outputs, hidden]` and `head.bias
//! [outputs]` those of a `torch.nn.Linear` named `head`. Rows are outputs. PyTorch adds two biases where this cell
//! has one: the second is written as zeros, and on reading the two are added.

use crate::{Cell, Error, Network, Place, Scalar};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

impl<T: Scalar, C: Cell<T>> Network<T, C> {
    /// The parameters as the bytes of a safetensors file.
    ///
    /// # Errors
    /// [`Error::NotSafetensors`] if the format cannot hold them.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, Error> {
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
                (tensor, bytes)
            })
            .collect();
        let views: Result<Vec<_>, _> = tensors
            .iter()
            .map(|(tensor, bytes)| {
                TensorView::new(T::DTYPE, tensor.shape.clone(), bytes).map(|view| (&tensor.name, view))
            })
            .collect();
        views.and_then(|views| safetensors::serialize(views, None)).map_err(not_safetensors)
    }

    /// Sets all parameters from the bytes of a safetensors file of F32 or F64 numbers, which are converted.
    ///
    /// # Errors
    /// [`Error::NotSafetensors`], [`Error::MissingTensor`], [`Error::UnknownTensor`], [`Error::TensorShape`],
    /// [`Error::TensorDtype`], [`Error::NotFinite`]. The parameters are then as they were.
    pub fn load_safetensors(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let file = SafeTensors::deserialize(bytes).map_err(not_safetensors)?;
        let mut names = file.names();
        names.sort_unstable();
        if let Some(name) = names.into_iter().find(|name| self.tensors().iter().all(|tensor| tensor.name != *name)) {
            let known: Vec<_> = self.tensors().iter().map(|tensor| format!("`{}`", tensor.name)).collect();
            return Err(Error::UnknownTensor { name: name.to_owned(), known: known.join(", ") });
        }
        let mut parameters = vec![T::zero(); self.parameters().len()];
        for tensor in self.tensors() {
            let name = || tensor.name.clone();
            let view = file.tensor(&tensor.name).map_err(|_| Error::MissingTensor { name: name() })?;
            if view.shape() != tensor.shape {
                return Err(Error::TensorShape {
                    name: name(),
                    expected: tensor.shape.clone(),
                    found: view.shape().to_vec(),
                });
            }
            let values = numbers(&view)
                .ok_or_else(|| Error::TensorDtype { name: name(), dtype: format!("{:?}", view.dtype()) })?;
            let places: Box<dyn Iterator<Item = usize>> = match tensor.place {
                Place::Stored { .. } => Box::new(tensor.indices()),
                Place::AddedTo { offset } => Box::new(offset..offset + tensor.count()),
            };
            for (position, (place, value)) in places.zip(values).enumerate() {
                parameters[place] += T::narrow(value);
                if !parameters[place].is_finite() {
                    return Err(Error::NotFinite { name: name(), position, value });
                }
            }
        }
        self.parameters_mut().copy_from_slice(&parameters);
        Ok(())
    }
}

/// What a safetensors file says of the net whose parameters it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Hidden units.
    pub hidden_size: usize,
    /// Outputs of the readout.
    pub outputs: usize,
    /// Whether the readout's weights are F64 numbers.
    pub double: bool,
}

/// Reads from the bytes of a safetensors file what net it is of.
///
/// # Errors
/// [`Error::NotSafetensors`]; [`Error::MissingTensor`] or [`Error::NoMatrix`] if there is no matrix
/// `head.weight`.
pub fn stored(bytes: &[u8]) -> Result<Stored, Error> {
    let file = SafeTensors::deserialize(bytes).map_err(not_safetensors)?;
    let name = || "head.weight".to_owned();
    let head = file.tensor("head.weight").map_err(|_| Error::MissingTensor { name: name() })?;
    match *head.shape() {
        [outputs, hidden_size] => Ok(Stored { hidden_size, outputs, double: head.dtype() == Dtype::F64 }),
        ref found => Err(Error::NoMatrix { name: name(), found: found.to_vec() }),
    }
}

/// A tensor's numbers, row by row, or nothing if they are not floating-point numbers that can be read.
fn numbers(view: &TensorView<'_>) -> Option<Vec<f64>> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => Some(bytes.as_chunks().0.iter().map(|&b| f64::from(f32::from_le_bytes(b))).collect()),
        Dtype::F64 => Some(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect()),
        _ => None,
    }
}

/// Says a safetensors error.
fn not_safetensors(error: safetensors::SafeTensorError) -> Error {
    Error::NotSafetensors { problem: error.to_string() }
}
