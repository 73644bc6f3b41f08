//! Where each named tensor lies in the flat slice of parameters.
//!
//! This one table gives the views, the names and shapes of the safetensors file, and what an initialiser fills.

/// Whether a tensor multiplies or is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Multiplies an input, a state or an output.
    Weight,
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
pub struct Tensor {
    /// PyTorch's name, such as `rnn.weight_ih_l0`.
    pub name: String,
    /// `[rows, columns]`, or `[rows]` for a bias.
    pub shape: Vec<usize>,
    /// What it does.
    pub role: Role,
    /// Where it is.
    pub place: Place,
}

impl Tensor {
    /// A matrix of weights, stored with `row_stride` from row to row.
    pub(crate) fn weight(name: impl Into<String>, shape: [usize; 2], offset: usize, row_stride: usize) -> Self {
        let place = Place::Stored { offset, row_stride };
        Self { name: name.into(), shape: shape.to_vec(), role: Role::Weight, place }
    }

    /// A vector of biases.
    pub(crate) fn bias(name: impl Into<String>, len: usize, place: Place) -> Self {
        Self { name: name.into(), shape: vec![len], role: Role::Bias, place }
    }

    /// How many elements it has.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// The indices of its elements in the flat slice, row by row; none for one that is not stored.
    pub fn indices(&self) -> impl Iterator<Item = usize> + use<> {
        let columns = self.shape.get(1).copied().unwrap_or(1);
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
