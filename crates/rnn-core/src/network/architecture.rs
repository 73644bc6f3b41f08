//! What a net is, without its numbers: the cell, the sizes, the depth.

use super::tensors::{Tensor, layer_tensors, readout_tensors};
use crate::cells::{CellKind, LayerShape};
use crate::error::{Error, check_at_least_one};
use crate::kernels::ReadoutShape;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// What a net is, without its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Architecture {
    /// The recurrent cell of every layer.
    pub cell: CellKind,
    /// Numbers that come in at each time step.
    pub input_size: usize,
    /// Hidden units of each layer.
    pub hidden_size: usize,
    /// Recurrent layers, each of which reads the outputs of the one below; at most [`MOST_LAYERS`](Self::MOST_LAYERS).
    pub num_layers: usize,
    /// Probability with which a number that goes from a layer to the next is set to zero in training, from 0 to less
    /// than 1. Without effect in a net of one layer.
    pub dropout: f64,
    /// Outputs of the readout.
    pub outputs: usize,
}

impl Architecture {
    /// More layers than anybody trains, and few enough that their tables are small.
    pub const MOST_LAYERS: usize = 1000;

    /// A net of one layer of 16 hidden units, with one input and one output; the following change that.
    #[must_use]
    pub const fn new(cell: CellKind) -> Self {
        Self { cell, input_size: 1, hidden_size: 16, num_layers: 1, dropout: 0.0, outputs: 1 }
    }

    /// The same with so many numbers that come in at each time step.
    #[must_use]
    pub const fn input_size(self, input_size: usize) -> Self {
        Self { input_size, ..self }
    }

    /// The same with so many hidden units in each layer.
    #[must_use]
    pub const fn hidden_size(self, hidden_size: usize) -> Self {
        Self { hidden_size, ..self }
    }

    /// The same with so many recurrent layers.
    #[must_use]
    pub const fn num_layers(self, num_layers: usize) -> Self {
        Self { num_layers, ..self }
    }

    /// The same with this probability that a number between layers is set to zero in training.
    #[must_use]
    pub const fn dropout(self, dropout: f64) -> Self {
        Self { dropout, ..self }
    }

    /// The same with so many outputs.
    #[must_use]
    pub const fn outputs(self, outputs: usize) -> Self {
        Self { outputs, ..self }
    }

    /// Makes sure that there can be such a net.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::Layers`]; [`Error::Range`] for the dropout.
    pub fn check(&self) -> Result<(), Error> {
        let sizes = [
            ("input_size", self.input_size),
            ("hidden_size", self.hidden_size),
            ("num_layers", self.num_layers),
            ("outputs", self.outputs),
        ];
        check_at_least_one(sizes)?;
        if self.num_layers > Self::MOST_LAYERS {
            return Err(Error::Layers { num_layers: self.num_layers, most: Self::MOST_LAYERS });
        }
        if (0.0..1.0).contains(&self.dropout) {
            Ok(())
        } else {
            Err(Error::Range { name: "dropout", value: self.dropout, allowed: "from 0 to less than 1" })
        }
    }

    /// A layer of this many inputs.
    fn layer(&self, inputs: usize) -> LayerShape {
        LayerShape { facts: self.cell.facts(), inputs, hidden: self.hidden_size }
    }

    /// The layers from the input up, each with the place of its parameters, which can be counted.
    pub(crate) fn layers(&self) -> Vec<(LayerShape, Range<usize>)> {
        let mut at = 0;
        let layer = |number: usize| {
            let inputs = if number == 0 { self.input_size } else { self.hidden_size };
            let layer = self.layer(inputs);
            let start = at;
            at += layer.parameter_count().unwrap_or_default();
            (layer, start..at)
        };
        (0..self.num_layers).map(layer).collect()
    }

    /// Numbers of the state in each batch row.
    pub(crate) fn state_size(&self) -> usize {
        self.layers().iter().map(|(layer, _)| layer.state_size()).sum()
    }

    /// The readout.
    pub(crate) fn readout(&self) -> ReadoutShape {
        ReadoutShape { inputs: self.hidden_size, outputs: self.outputs }
    }

    /// How many parameters there are, if that can be counted.
    #[must_use]
    pub fn parameter_count(&self) -> Option<usize> {
        let layer = |inputs| self.layer(inputs).parameter_count();
        let above = layer(self.hidden_size)?.checked_mul(self.num_layers - 1)?;
        layer(self.input_size)?.checked_add(above)?.checked_add(self.readout().parameter_count()?)
    }

    /// The table of all tensors of a net whose parameters can be counted.
    pub(crate) fn tensors(&self) -> Vec<Tensor> {
        let layers = self.layers();
        let readout_at = layers.last().map_or(0, |(_, place)| place.end);
        let of_layers = layers.into_iter().enumerate().flat_map(|(number, (layer, place))| {
            layer_tensors(layer, number).into_iter().map(move |tensor| tensor.shifted(place.start))
        });
        let of_readout = readout_tensors(self.readout());
        of_layers.chain(of_readout.map(|tensor| tensor.shifted(readout_at))).collect()
    }

    /// Names and values as files have them.
    pub(crate) fn pairs(&self) -> BTreeMap<String, String> {
        let Self { cell, input_size, hidden_size, num_layers, dropout, outputs } = self;
        let pairs: [(&str, &dyn fmt::Display); 6] = [
            ("cell", cell),
            ("input_size", input_size),
            ("hidden_size", hidden_size),
            ("num_layers", num_layers),
            ("dropout", dropout),
            ("outputs", outputs),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }
}
