//! What a net is, without its numbers: the cell, the sizes, the depth.

use super::tensors::{Tensor, layer_tensors, readout_tensors};
use crate::cells::{CellKind, LayerShape};
use crate::error::{Error, check_at_least_one};
use crate::kernels::ReadoutShape;
use std::collections::BTreeMap;
use std::ops::Range;

/// A recurrent layer: its cell, and how many hidden units it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// The cell of all its units.
    pub cell: CellKind,
    /// Hidden units.
    pub hidden_size: usize,
}

/// What a net is, without its numbers.
///
/// ```
/// use rnn_core::{Architecture, CellKind};
/// // Two layers of 32 LSTM cells, and on top of them one of 8 Elman cells.
/// let stack = Architecture::new(CellKind::Lstm).hidden_size(32).num_layers(2).layer(CellKind::Elman, 8);
/// assert_eq!(stack.layers.len(), 3);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    /// Numbers that come in at each time step.
    pub input_size: usize,
    /// Recurrent layers from the input up, each of which reads the outputs of the one below; from 1 to
    /// [`MOST_LAYERS`](Self::MOST_LAYERS). The readout reads the last one's.
    pub layers: Vec<Layer>,
    /// Probability with which a number that goes from a layer to the next is set to zero in training, from 0 to less
    /// than 1. Without effect in a net of one layer.
    pub dropout: f64,
    /// Outputs of the readout.
    pub outputs: usize,
}

/// A net that can be, with the place of each of its parameters.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) architecture: Architecture,
    /// From the input up.
    pub(crate) layers: Vec<PlacedLayer>,
    pub(crate) readout: ReadoutShape,
    /// Where the readout's parameters begin.
    pub(crate) readout_at: usize,
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) parameter_count: usize,
}

/// A layer of a net, and where its parameters are.
#[derive(Debug)]
pub(crate) struct PlacedLayer {
    pub(crate) cell: CellKind,
    pub(crate) shape: LayerShape,
    pub(crate) place: Range<usize>,
}

impl Plan {
    /// The shapes of all layers.
    pub(crate) fn shapes(&self) -> Vec<LayerShape> {
        self.layers.iter().map(|layer| layer.shape).collect()
    }
}

impl Architecture {
    /// More layers than anybody trains, and few enough that their tables are small.
    pub const MOST_LAYERS: usize = 1000;

    /// A net of one layer of 16 hidden units, with one input and one output; the following change that.
    #[must_use]
    pub fn new(cell: CellKind) -> Self {
        Self { input_size: 1, layers: vec![Layer { cell, hidden_size: 16 }], dropout: 0.0, outputs: 1 }
    }

    /// The same with so many numbers that come in at each time step.
    #[must_use]
    pub fn input_size(self, input_size: usize) -> Self {
        Self { input_size, ..self }
    }

    /// The same with so many hidden units in each layer.
    #[must_use]
    pub fn hidden_size(mut self, hidden_size: usize) -> Self {
        self.layers.iter_mut().for_each(|layer| layer.hidden_size = hidden_size);
        self
    }

    /// The same with so many recurrent layers, all as the last one. A number that is too great becomes the least such number.
    #[must_use]
    pub fn num_layers(mut self, num_layers: usize) -> Self {
        if let Some(&last) = self.layers.last() {
            self.layers.resize(num_layers.min(Self::MOST_LAYERS + 1), last);
        }
        self
    }

    /// The same with one more layer on top, which can be of another cell and another width.
    #[must_use]
    pub fn layer(mut self, cell: CellKind, hidden_size: usize) -> Self {
        self.layers.push(Layer { cell, hidden_size });
        self
    }

    /// The same with this probability that a number between layers is set to zero in training.
    #[must_use]
    pub fn dropout(self, dropout: f64) -> Self {
        Self { dropout, ..self }
    }

    /// The same with so many outputs.
    #[must_use]
    pub fn outputs(self, outputs: usize) -> Self {
        Self { outputs, ..self }
    }

    /// What all layers are like; `None` where they differ.
    #[must_use]
    pub fn uniform(&self) -> Option<Layer> {
        self.layers.first().copied().filter(|first| self.layers.iter().all(|layer| layer == first))
    }

    /// Makes sure that there can be such a net.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::Count`] for more layers than there can be; [`Error::Range`] for the dropout.
    pub fn check(&self) -> Result<(), Error> {
        let hidden_size = self.layers.iter().map(|layer| layer.hidden_size).min().unwrap_or(1);
        check_at_least_one([
            ("input_size", self.input_size),
            ("hidden_size", hidden_size),
            ("num_layers", self.layers.len()),
            ("outputs", self.outputs),
        ])?;
        if self.layers.len() > Self::MOST_LAYERS {
            return Err(Error::Count { name: "num_layers", value: self.layers.len(), allowed: "at most 1000" });
        }
        if (0.0..1.0).contains(&self.dropout) {
            Ok(())
        } else {
            Err(Error::Range { name: "dropout", value: self.dropout, allowed: "from 0 to less than 1" })
        }
    }

    /// The layers' shapes from the input up.
    fn shapes(&self) -> impl Iterator<Item = LayerShape> {
        let inputs = std::iter::once(self.input_size).chain(self.layers.iter().map(|layer| layer.hidden_size));
        let shape = |(layer, inputs): (&Layer, usize)| LayerShape {
            facts: layer.cell.facts(),
            inputs,
            hidden: layer.hidden_size,
        };
        self.layers.iter().zip(inputs).map(shape)
    }

    /// The readout.
    fn readout(&self) -> ReadoutShape {
        ReadoutShape { inputs: self.layers.last().map_or(0, |layer| layer.hidden_size), outputs: self.outputs }
    }

    /// How many parameters there are, if that can be counted.
    #[must_use]
    pub fn parameter_count(&self) -> Option<usize> {
        let of_readout = self.readout().parameter_count()?;
        self.shapes().try_fold(of_readout, |count, shape| count.checked_add(shape.parameter_count()?))
    }

    /// The net with the places of its parameters.
    ///
    /// # Errors
    /// Those of [`check`](Self::check); [`Error::OutOfMemory`] for more parameters than can be counted.
    pub(crate) fn plan(self) -> Result<Plan, Error> {
        self.check()?;
        let out_of_memory = Error::OutOfMemory { what: "the parameters", rows: usize::MAX, columns: 1 };
        let parameter_count = self.parameter_count().ok_or(out_of_memory)?;
        let (mut layers, mut tensors, mut at) = (Vec::new(), Vec::new(), 0);
        for (number, (layer, shape)) in self.layers.iter().zip(self.shapes()).enumerate() {
            tensors.extend(layer_tensors(shape, number).into_iter().map(|tensor| tensor.shifted(at)));
            let place = at..at + shape.parameter_count().unwrap_or_default();
            at = place.end;
            layers.push(PlacedLayer { cell: layer.cell, shape, place });
        }
        let readout = self.readout();
        tensors.extend(readout_tensors(readout).map(|tensor| tensor.shifted(at)));
        Ok(Plan { architecture: self, layers, readout, readout_at: at, tensors, parameter_count })
    }

    /// Names and values as files have them.
    pub(crate) fn pairs(&self) -> BTreeMap<String, String> {
        let Self { input_size, layers, dropout, outputs } = self;
        let pairs = [
            ("cell", of_layers(layers, |layer| layer.cell.to_string())),
            ("input_size", input_size.to_string()),
            ("hidden_size", of_layers(layers, |layer| layer.hidden_size.to_string())),
            ("num_layers", layers.len().to_string()),
            ("dropout", dropout.to_string()),
            ("outputs", outputs.to_string()),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

/// What files say of the layers: once where it is the same of all of them, otherwise of each, with commas.
pub(crate) fn of_layers(layers: &[Layer], says: impl Fn(&Layer) -> String) -> String {
    let mut all: Vec<_> = layers.iter().map(says).collect();
    if all.iter().all(|one| *one == all[0]) {
        all.truncate(1);
    }
    all.join(",")
}
