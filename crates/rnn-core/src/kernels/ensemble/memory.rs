//! What a layer of nets side by side needs of memory for a window, allocated once.

use crate::cells::LayerShape;
use crate::error::Error;
use crate::kernels::memory::FUSED;
use crate::numeric::panels::{BlockMut, Blocks, BlocksMut};
use crate::numeric::{Lines, Real, zero_blocks, zero_lines};

/// What a layer keeps of a window: a panel for each row of the batch, whose lanes are the nets.
#[derive(Debug)]
pub(crate) struct EnsembleTape<T> {
    pub(crate) shape: LayerShape,
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    /// steps + 1 blocks of inputs + hidden units: block t holds `[x_t | h_{t-1}]`; the last one's inputs are unused.
    pub(crate) xh: Lines<T>,
    /// For each sum the bias of each unit, a line each.
    pub(super) start: Lines<T>,
    /// One block of sums·hidden units: those of the step that a forward is at; empty for few hidden units.
    pub(super) sums: Lines<T>,
    /// steps blocks of saved·hidden units.
    pub(super) saved: Lines<T>,
    /// steps + 1 blocks of hidden units: block t holds the memory before step t; empty for a cell that has none.
    pub(crate) memory: Lines<T>,
}

/// The derivatives of a window that a backward works on, for one layer after the other.
#[derive(Debug)]
pub(crate) struct EnsembleDerivatives<T> {
    /// steps blocks of hidden units: by the outputs, as far as what reads them says; a backward adds to them.
    pub(crate) outputs: Lines<T>,
    /// The same by the inputs, which are a layer's outputs.
    pub(crate) inputs: Lines<T>,
    /// steps blocks of (sums + own)·hidden units.
    pub(super) sums: Lines<T>,
    /// One block of hidden units.
    pub(super) memory: Lines<T>,
    /// Wᵀ `[gates·hidden, inputs + hidden]`, column-major, a line each; empty for few hidden units.
    pub(super) w_transposed: Lines<T>,
}

/// Zeros: a line for each of so many things of the nets.
pub(crate) fn lines_of_nets<T: Real>(what: &'static str, things: Option<usize>) -> Result<Lines<T>, Error> {
    zero_lines(what, things.unwrap_or(usize::MAX), T::PANEL)
}

/// Zeros for each row of a batch, in blocks of units.
fn blocks<T: Real>(
    what: &'static str,
    batch: usize,
    blocks: Option<usize>,
    units: Option<usize>,
) -> Result<Lines<T>, Error> {
    zero_blocks(what, batch.saturating_mul(T::PANEL), blocks, units)
}

impl<T: Real> EnsembleTape<T> {
    /// A tape for `steps` time steps of `batch` rows.
    pub(crate) fn new(shape: LayerShape, steps: usize, batch: usize) -> Result<Self, Error> {
        let LayerShape { facts, inputs, hidden } = shape;
        let sums = if hidden <= FUSED { 0 } else { facts.sums };
        let (gates, steps_and_one) = ("the window's gates", steps.checked_add(1));
        let memory = hidden.checked_mul(usize::from(facts.has_memory));
        Ok(Self {
            shape,
            batch,
            steps,
            start: lines_of_nets(gates, hidden.checked_mul(facts.sums))?,
            xh: blocks("the window's inputs and states", batch, steps_and_one, inputs.checked_add(hidden))?,
            sums: blocks(gates, batch, Some(1), hidden.checked_mul(sums))?,
            saved: blocks(gates, batch, Some(steps), hidden.checked_mul(facts.saved))?,
            memory: blocks("the window's memory", batch, steps_and_one, memory)?,
        })
    }

    /// What went in and out: block t holds `[x_t | h_{t-1}]`.
    pub(crate) fn xh(&self) -> Blocks<'_, T> {
        Blocks::new(&self.xh, self.steps + 1, self.shape.inputs + self.shape.hidden)
    }

    /// What went out: block t is that after step t.
    pub(crate) fn outputs(&self) -> Blocks<'_, T> {
        let inputs = self.shape.inputs;
        self.xh().skip_blocks(1).lines(inputs..inputs + self.shape.hidden)
    }

    /// Sets the inputs to the outputs of the layer below.
    pub(crate) fn read(&mut self, below: &Self) {
        let LayerShape { inputs, hidden, .. } = self.shape;
        let outputs = below.outputs();
        let mut xh = BlocksMut::new(&mut self.xh, self.steps + 1, inputs + hidden).lines(0..inputs);
        for row in 0..self.batch {
            for step in 0..self.steps {
                let BlockMut(to) = xh.block(row, step);
                to.copy_from_slice(outputs.block(row, step).0);
            }
        }
    }
}

impl<T: Real> EnsembleDerivatives<T> {
    /// Room for the derivatives of windows of any of these layers.
    pub(crate) fn new(shapes: &[LayerShape], steps: usize, batch: usize) -> Result<Self, Error> {
        let what = "the window's derivatives";
        // Whatever cannot be counted is the most.
        let most = |of: &dyn Fn(&LayerShape) -> Option<usize>| {
            shapes.iter().map(of).try_fold(0, |most: usize, len| Some(most.max(len?)))
        };
        let of_steps = |units: Option<usize>| blocks(what, batch, Some(steps), units);
        let hidden = most(&|shape| Some(shape.hidden));
        Ok(Self {
            outputs: of_steps(hidden)?,
            inputs: of_steps(hidden)?,
            sums: of_steps(most(&|shape| shape.hidden.checked_mul(shape.facts.sums + shape.facts.own)))?,
            memory: blocks(what, batch, Some(1), hidden)?,
            w_transposed: lines_of_nets(what, most(&|shape| w_transposed_lines(*shape)))?,
        })
    }
}

/// How many lines a layer's Wᵀ is, if they can be counted: none for few hidden units.
pub(super) fn w_transposed_lines(shape: LayerShape) -> Option<usize> {
    if shape.hidden <= FUSED { Some(0) } else { shape.rows()?.checked_mul(shape.columns()) }
}
