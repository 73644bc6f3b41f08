//! Where each named tensor lies in the flat slice of parameters.
//!
//! This one table gives the views, the names and shapes of the safetensors file, and what an initialiser fills.

use crate::cells::LayerShape;
use crate::kernels::ReadoutShape;

/// What a tensor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Multiplies an input or, in the readout, an output.
    Weight,
    /// Multiplies the state.
    RecurrentWeight,
    /// Is added.
    Bias,
}

/// Where a tensor's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Row `r`, column `c` is parameter `offset + r · row_stride + c`.
    Stored {
        /// Index of the first element.
        offset: usize,
        /// Distance from one row to the next.
        row_stride: usize,
    },
    /// The file format has this tensor, the net does not: it is written as zeros, and on reading element `r` is added
    /// to parameter `offset + r`, which is stored as another tensor. PyTorch's second bias is such a one.
    AddedTo {
        /// Index of the parameter that the first element is added to.
        offset: usize,
    },
}

/// A tensor under PyTorch's name and shape: rows are outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tensor {
    /// PyTorch's name, such as `rnn.weight_ih_l0`.
    pub name: String,
    /// `[rows, columns]`, or `[rows]` for a bias. Of three numbers the last two are the columns.
    pub shape: Vec<usize>,
    /// What it does.
    pub role: Role,
    /// How many gates it is of: as many stretches of equally many rows.
    pub gates: usize,
    /// Hidden units of its layer or, in the readout, of the layer that is read.
    pub hidden_size: usize,
    /// Where it is.
    pub place: Place,
}

impl Tensor {
    /// The tensor of this name, of one gate and one unit.
    pub(crate) fn new(name: impl Into<String>, shape: &[usize], role: Role, place: Place) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), role, gates: 1, hidden_size: 1, place }
    }

    /// A tensor whose elements lie one behind the other in a slice of their own.
    pub(crate) fn whole(name: impl Into<String>, shape: &[usize]) -> Self {
        let row_stride = shape.iter().skip(1).fold(1_usize, |columns, &size| columns.saturating_mul(size));
        Self::new(name, shape, Role::Weight, Place::Stored { offset: 0, row_stride })
    }

    /// How many elements it has.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// The indices of its elements in the flat slice, row by row; none for one that is not stored.
    pub fn indices(&self) -> impl Iterator<Item = usize> + use<> {
        let columns: usize = self.shape.iter().skip(1).product();
        let (rows, offset, row_stride) = match self.place {
            Place::Stored { offset, row_stride } => (self.shape[0], offset, row_stride),
            Place::AddedTo { .. } => (0, 0, 0),
        };
        (0..rows).flat_map(move |row| (0..columns).map(move |column| offset + row * row_stride + column))
    }

    /// The same tensor in a slice where its component begins `by` later.
    pub(crate) fn shifted(mut self, by: usize) -> Self {
        match &mut self.place {
            Place::Stored { offset, .. } | Place::AddedTo { offset } => *offset += by,
        }
        self
    }
}

/// The tensors of layer number `layer`.
pub(crate) fn layer_tensors(shape: LayerShape, layer: usize) -> Vec<Tensor> {
    let LayerShape { facts, inputs, hidden } = shape;
    let (rows, columns) = (shape.matrix_rows(), shape.columns());
    let [of_w, of_own, of_bias] = shape.parts();
    let stored = |offset, row_stride| Place::Stored { offset, row_stride };
    let tensor = |name, shape: &[usize], role, place, gates| Tensor {
        gates,
        hidden_size: hidden,
        ..Tensor::new(format!("rnn.{name}_l{layer}"), shape, role, place)
    };
    let gates = facts.gates;
    let mut tensors = vec![tensor("weight_ih", &[columns, inputs], Role::Weight, stored(0, rows), gates)];
    if facts.has_matrix {
        let place = stored(inputs, rows);
        tensors.push(tensor("weight_hh", &[columns, hidden], Role::RecurrentWeight, place, gates));
    } else if facts.own > 0 {
        let place = stored(of_w, 1);
        tensors.push(tensor("weight_hh", &[facts.own * hidden], Role::RecurrentWeight, place, facts.own));
    }
    let bias = of_w + of_own;
    let recurrent_bias = if facts.biases > 1 { stored(bias + of_bias, 1) } else { Place::AddedTo { offset: bias } };
    tensors.push(tensor("bias_ih", &[columns], Role::Bias, stored(bias, 1), gates));
    tensors.push(tensor("bias_hh", &[columns], Role::Bias, recurrent_bias, gates));
    tensors
}

/// The readout's tensors.
pub(crate) fn readout_tensors(shape: ReadoutShape) -> [Tensor; 2] {
    let ReadoutShape { inputs, outputs } = shape;
    let weight = Place::Stored { offset: 0, row_stride: inputs };
    let bias = Place::Stored { offset: inputs * outputs, row_stride: 1 };
    [
        Tensor::new("head.weight", &[outputs, inputs], Role::Weight, weight),
        Tensor::new("head.bias", &[outputs], Role::Bias, bias),
    ]
    .map(|tensor| Tensor { hidden_size: inputs, ..tensor })
}
