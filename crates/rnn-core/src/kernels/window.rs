//! What the ways through a window work on: the views of some panels' share of a layer's memory.

use crate::cells::{LayerShape, Parameters};
use crate::numeric::panels::{Blocks, BlocksMut, Panels};
use std::marker::PhantomData;

/// A forward over the window of some panels.
pub(crate) struct WindowForward<'a, T, C, W> {
    pub(crate) cell: C,
    /// What parameters and start are of.
    pub(crate) weights: PhantomData<W>,
    pub(crate) shape: LayerShape,
    pub(crate) parameters: Parameters<'a, T>,
    /// For each sum the bias of each unit.
    pub(crate) start: &'a [T],
    pub(crate) steps: usize,
    pub(crate) panels: Panels,
    /// steps + 1 blocks of inputs + hidden units: block t holds `[x_t | h_{t-1}]`; the last one's inputs are unused.
    pub(crate) xh: BlocksMut<'a, T>,
    /// steps blocks of saved·hidden units.
    pub(crate) saved: BlocksMut<'a, T>,
    /// steps + 1 blocks of hidden units: block t holds the memory before step t; no units in a cell that has none.
    pub(crate) memory: BlocksMut<'a, T>,
}

/// A backward over the window of some panels.
pub(crate) struct WindowBackward<'a, T, C, W> {
    pub(crate) cell: C,
    /// What the parameters are of.
    pub(crate) weights: PhantomData<W>,
    pub(crate) shape: LayerShape,
    pub(crate) parameters: Parameters<'a, T>,
    pub(crate) steps: usize,
    pub(crate) panels: Panels,
    /// What the forward has left.
    pub(crate) xh: Blocks<'a, T>,
    pub(crate) saved: Blocks<'a, T>,
    pub(crate) memory: Blocks<'a, T>,
    /// steps blocks of hidden units: by the outputs.
    pub(crate) d_outputs: BlocksMut<'a, T>,
    /// steps blocks of (sums + own)·hidden units.
    pub(crate) d_sums: BlocksMut<'a, T>,
    /// steps blocks of inputs, where somebody asks for them.
    pub(crate) d_inputs: Option<BlocksMut<'a, T>>,
}
