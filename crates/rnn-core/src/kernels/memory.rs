//! What a layer needs of memory for a window, allocated once.

use crate::cells::LayerShape;
use crate::error::Error;
use crate::numeric::panels::{BlockMut, Blocks, BlocksMut, count};
use crate::numeric::{Lines, Real, zero_blocks, zero_lines};

/// The greatest number of hidden units with which a window goes in one go.
pub(crate) const FUSED: usize = 4;

/// Whether a net's lanes run along the batch. Otherwise they run along the units, and sums are taken in another order.
pub(super) fn in_panels(layers: &[LayerShape]) -> bool {
    layers.iter().all(|layer| layer.hidden <= FUSED)
}

/// What a layer keeps of a window, in [panels](crate::numeric::panels).
#[derive(Debug, Clone)]
pub(crate) struct LayerTape<T> {
    pub(crate) shape: LayerShape,
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    /// steps + 1 blocks of inputs + hidden units: block t holds `[x_t | h_{t-1}]`; the last one's inputs are unused.
    pub(crate) xh: Lines<T>,
    /// For each sum the bias of each unit.
    pub(crate) start: Lines<T>,
    /// steps blocks of saved·hidden units: the saved activations.
    pub(crate) saved: Lines<T>,
    /// steps + 1 blocks of hidden units: block t holds the memory before step t; empty for a cell that has none.
    pub(crate) memory: Lines<T>,
}

/// The derivatives of a window that a backward works on, in [panels](crate::numeric::panels), for one layer after the
/// other.
#[derive(Debug, Clone)]
pub(crate) struct LayerDerivatives<T> {
    /// steps blocks of hidden units: by the outputs, as far as what reads them says; a backward adds to them.
    pub(crate) outputs: Lines<T>,
    /// The same by the inputs, which are a layer's outputs.
    pub(crate) inputs: Lines<T>,
    /// steps blocks of (sums + own)·hidden units.
    pub(crate) sums: Lines<T>,
}

impl<T: Real> LayerTape<T> {
    /// A tape for `steps` time steps of `batch` rows.
    pub(crate) fn new(shape: LayerShape, steps: usize, batch: usize) -> Result<Self, Error> {
        let LayerShape { facts, inputs, hidden } = shape;
        let start = zero_lines("the window's gates", hidden, facts.sums)?;
        let blocks = |what, blocks: Option<usize>, units: Option<usize>| zero_blocks(what, batch, blocks, units);
        let xh = inputs.checked_add(hidden);
        let memory = hidden.checked_mul(usize::from(facts.has_memory));
        Ok(Self {
            shape,
            batch,
            steps,
            start,
            xh: blocks("the window's inputs and states", steps.checked_add(1), xh)?,
            saved: blocks("the window's gates", Some(steps), hidden.checked_mul(facts.saved))?,
            memory: blocks("the window's memory", steps.checked_add(1), memory)?,
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

    /// Takes the outputs of the layer below as its inputs, each times a factor if there are any.
    pub(crate) fn read(&mut self, below: &Self, factors: Option<&[T]>) {
        let LayerShape { inputs, hidden, .. } = self.shape;
        let (outputs, factors) = (below.outputs(), factors.map(|factors| Blocks::new(factors, self.steps, inputs)));
        let mut xh = BlocksMut::new(&mut self.xh, self.steps + 1, inputs + hidden).lines(0..inputs);
        for panel in 0..count::<T>(self.batch) {
            for step in 0..self.steps {
                let BlockMut(to) = xh.block(panel, step);
                to.copy_from_slice(outputs.block(panel, step).0);
                if let Some(factors) = factors {
                    to.iter_mut().zip(factors.block(panel, step).0).for_each(|(to, &factor)| *to *= factor);
                }
            }
        }
    }
}

impl<T: Real> LayerDerivatives<T> {
    /// Room for the derivatives of windows of any of these layers.
    pub(crate) fn new(shapes: &[LayerShape], steps: usize, batch: usize) -> Result<Self, Error> {
        let what = "the window's derivatives";
        // Whatever cannot be counted is the most.
        let most = |of: &dyn Fn(&LayerShape) -> Option<usize>| {
            shapes.iter().map(of).try_fold(0, |most: usize, len| Some(most.max(len?)))
        };
        let blocks = |units: Option<usize>| zero_blocks(what, batch, Some(steps), units);
        let hidden = most(&|shape| Some(shape.hidden));
        Ok(Self {
            outputs: blocks(hidden)?,
            inputs: blocks(hidden)?,
            sums: blocks(most(&|shape| shape.hidden.checked_mul(shape.facts.sums + shape.facts.own)))?,
        })
    }
}
