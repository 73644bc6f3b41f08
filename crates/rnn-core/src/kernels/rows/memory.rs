//! What a layer needs of memory for a window, allocated once.

use super::packed::tile_lanes;
use crate::cells::LayerShape;
use crate::error::Error;
use crate::numeric::rows::{RowShape, padded, stride};
use crate::numeric::{Lines, Real, reserved, zero_lines};

/// The least number of inputs for which it is looked whether they are one-hot.
const LOOKED_AT: usize = 8;

/// How many numbers a line has of what a layer keeps, each gate's padded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Widths {
    pub(super) inputs: usize,
    pub(super) hidden: usize,
}

/// What a layer keeps of a window, in [lines](crate::numeric::rows).
#[derive(Debug, Clone)]
pub(crate) struct RowTape<T> {
    pub(crate) shape: LayerShape,
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    pub(super) widths: Widths,
    /// steps + 1 blocks: line t of a row holds `[x_t | h_{t-1}]`; the last one's inputs are unused.
    pub(super) xh: Lines<T>,
    /// The class that each row reads at each step, in the order of the lines, where inputs are one-hot; then their numbers in `xh` are
    /// unused. Empty for few inputs.
    pub(super) classes: Vec<u32>,
    pub(super) is_one_hot: bool,
    /// For each sum the bias of each unit.
    pub(super) start: Lines<T>,
    /// What each unit has of its own.
    pub(super) own: Lines<T>,
    /// W, [packed](super::packed).
    pub(super) w: Lines<T>,
    /// One block of sums: those of the step that a forward is at.
    pub(super) sums: Lines<T>,
    /// steps blocks of saved activations.
    pub(super) saved: Lines<T>,
    /// steps + 1 blocks: block t holds the memory before step t; empty for a cell that has none.
    pub(super) memory: Lines<T>,
}

/// The derivatives of a window that a backward works on, in [lines](crate::numeric::rows), for one layer after the other.
#[derive(Debug, Clone)]
pub(crate) struct RowDerivatives<T> {
    /// steps blocks of hidden units: by the outputs, as far as what reads them says; a backward adds to them.
    pub(crate) outputs: Lines<T>,
    /// The same by the inputs, which are a layer's outputs.
    pub(crate) inputs: Lines<T>,
    /// steps blocks of sums and own.
    pub(super) sums: Lines<T>,
    /// One block of hidden units.
    pub(super) memory: Lines<T>,
    /// The rows of W that multiply the state, and those that multiply the inputs, [packed](super::packed).
    pub(super) w: [Lines<T>; 2],
}

impl Widths {
    pub(super) fn new<T: Real>(shape: LayerShape) -> Option<Self> {
        Some(Self { inputs: padded::<T>(shape.inputs)?, hidden: padded::<T>(shape.hidden)? })
    }

    fn line<T: Real>(self, parts: usize, more: usize) -> Option<usize> {
        Some(stride::<T>(self.hidden.checked_mul(parts)?.checked_add(more)?))
    }

    /// The lines of `[x | h]`.
    pub(super) fn xh<T: Real>(self, batch: usize, steps: usize) -> RowShape {
        RowShape { batch, blocks: steps + 1, stride: stride::<T>(self.inputs + self.hidden) }
    }

    /// Lines of some numbers for each unit.
    pub(super) fn of_units<T: Real>(self, batch: usize, blocks: usize, parts: usize) -> RowShape {
        RowShape { batch, blocks, stride: stride::<T>(parts * self.hidden) }
    }
}

/// The lines of a layer's outputs or their derivatives.
pub(super) fn of_outputs<T: Real>(batch: usize, blocks: usize, hidden: usize) -> RowShape {
    RowShape { batch, blocks, stride: stride::<T>(hidden.next_multiple_of(T::PANEL)) }
}

impl<T: Real> RowTape<T> {
    /// A tape for `steps` time steps of `batch` rows.
    pub(crate) fn new(shape: LayerShape, steps: usize, batch: usize) -> Result<Self, Error> {
        let LayerShape { facts, inputs, hidden } = shape;
        let too_large = Error::OutOfMemory { what: "the window's gates", rows: hidden, columns: facts.sums };
        let widths = Widths::new::<T>(shape).ok_or(too_large)?;
        let lines = |what, blocks: Option<usize>, line: Option<usize>| {
            let rows = batch.saturating_mul(blocks.unwrap_or(usize::MAX));
            zero_lines(what, rows, line.unwrap_or(usize::MAX))
        };
        let of = |parts: usize| widths.line::<T>(parts, 0);
        let after = steps.checked_add(1);
        let one = |what, parts: usize| zero_lines(what, widths.hidden, parts);
        let w = shape.rows().and_then(|rows| rows.checked_mul(facts.gates));
        let memory = if facts.has_memory { of(1) } else { Some(0) };
        let classes = if inputs < LOOKED_AT { 0 } else { steps.saturating_mul(batch) };
        let mut of_classes = reserved("the window's inputs", classes, 1)?;
        of_classes.resize(classes, 0);
        Ok(Self {
            shape,
            batch,
            steps,
            widths,
            xh: lines("the window's inputs and states", after, widths.line::<T>(1, widths.inputs))?,
            classes: of_classes,
            is_one_hot: false,
            start: one("the window's gates", facts.sums)?,
            own: one("the window's gates", facts.own)?,
            w: zero_lines("the weights", w.unwrap_or(usize::MAX), widths.hidden)?,
            sums: lines("the window's gates", Some(1), of(facts.sums))?,
            saved: lines("the window's gates", Some(steps), of(facts.saved))?,
            memory: lines("the window's memory", after, memory)?,
        })
    }

    /// What went in and out: line t holds `[x_t | h_{t-1}]`.
    pub(super) fn xh_shape(&self) -> RowShape {
        self.widths.xh::<T>(self.batch, self.steps)
    }

    /// The lanes of the tiles that W is packed in.
    pub(super) fn tile_lanes(&self) -> usize {
        tile_lanes::<T>(self.batch.min(T::PANEL))
    }

    /// Where the line of an output, or of its derivative, is at a step.
    pub(crate) fn line_of_output(&self, step: usize, row: usize) -> usize {
        of_outputs::<T>(self.batch, self.steps, self.shape.hidden).line::<T>(step, row)
    }

    /// Takes in inputs `[step, row, feature]`.
    pub(crate) fn load_inputs(&mut self, inputs: &[T]) {
        let (shape, features) = (self.xh_shape(), self.shape.inputs);
        let classes = RowShape { batch: self.batch, blocks: self.steps, stride: 1 };
        self.is_one_hot = false;
        if !self.classes.is_empty() {
            self.is_one_hot = inputs.chunks_exact(features * self.batch).enumerate().all(|(step, rows)| {
                rows.chunks_exact(features).enumerate().all(|(row, numbers)| {
                    let class = one_hot_class(numbers);
                    self.classes[classes.line::<T>(step, row)] = class.unwrap_or_default();
                    class.is_some()
                })
            });
        }
        if !self.is_one_hot {
            for (step, rows) in inputs.chunks_exact(features * self.batch).enumerate() {
                for (row, numbers) in rows.chunks_exact(features).enumerate() {
                    let at = shape.line::<T>(step, row);
                    match (&mut self.xh[at..at + features], numbers) {
                        // To call what copies a slice takes longer.
                        ([to], [number]) => *to = *number,
                        (to, numbers) => to.copy_from_slice(numbers),
                    }
                }
            }
        }
    }

    /// Takes the outputs of the layer below as its inputs, each times a factor if there are any.
    pub(crate) fn read(&mut self, below: &Self, factors: Option<&[T]>) {
        let (from, to, width) = (below.xh_shape(), self.xh_shape(), self.shape.inputs);
        self.is_one_hot = false;
        for step in 0..self.steps {
            for row in 0..self.batch {
                let (here, there) = (to.line::<T>(step, row), from.line::<T>(step + 1, row) + below.widths.inputs);
                let here = &mut self.xh[here..here + width];
                here.copy_from_slice(&below.xh[there..there + width]);
                if let Some(factors) = factors {
                    let at = of_outputs::<T>(self.batch, self.steps, width).line::<T>(step, row);
                    here.iter_mut().zip(&factors[at..]).for_each(|(to, &factor)| *to *= factor);
                }
            }
        }
    }

    /// Takes in the state before the first step, of dense columns: all rows of a unit behind each other.
    pub(crate) fn load_state(&mut self, outputs: &[T], memory: &[T]) {
        let LayerShape { hidden, facts, .. } = self.shape;
        let shape = self.xh_shape();
        let of_memory = self.widths.of_units::<T>(self.batch, self.steps + 1, 1);
        for row in 0..self.batch {
            let at = shape.line::<T>(0, row) + self.widths.inputs;
            let column = |all: &[T], unit: usize| all[unit * self.batch + row];
            for unit in 0..hidden {
                self.xh[at + unit] = column(outputs, unit);
            }
            if facts.has_memory {
                let at = of_memory.line::<T>(0, row);
                for unit in 0..hidden {
                    self.memory[at + unit] = column(memory, unit);
                }
            }
        }
    }

    /// Writes the state after some steps to dense columns.
    pub(crate) fn save_state(&self, steps: usize, outputs: &mut [T], memory: &mut [T]) {
        let LayerShape { hidden, facts, .. } = self.shape;
        let of_memory = self.widths.of_units::<T>(self.batch, self.steps + 1, 1);
        for row in 0..self.batch {
            let at = self.xh_shape().line::<T>(steps, row) + self.widths.inputs;
            for (unit, &output) in self.xh[at..at + hidden].iter().enumerate() {
                outputs[unit * self.batch + row] = output;
            }
            if facts.has_memory {
                let at = of_memory.line::<T>(steps, row);
                for (unit, &number) in self.memory[at..at + hidden].iter().enumerate() {
                    memory[unit * self.batch + row] = number;
                }
            }
        }
    }
}

/// The place of the only 1 among zeros.
fn one_hot_class<T: Real>(row: &[T]) -> Option<u32> {
    let (mut others, mut ones, mut place) = (0_u32, 0_u32, 0_u32);
    for (number, &x) in (0..).zip(row) {
        let is_one = u32::from(x == T::one());
        others += u32::from(x != T::zero());
        ones += is_one;
        place += is_one * number;
    }
    ((others, ones) == (1, 1)).then_some(place)
}

impl<T: Real> RowDerivatives<T> {
    /// Room for the derivatives of windows of any of these layers.
    pub(crate) fn new(shapes: &[LayerShape], steps: usize, batch: usize) -> Result<Self, Error> {
        let what = "the window's derivatives";
        // Whatever cannot be counted is the most.
        let most = |of: &dyn Fn(&LayerShape, Widths) -> Option<usize>| {
            let each = shapes.iter().map(|shape| of(shape, Widths::new::<T>(*shape)?));
            each.map(|len| len.unwrap_or(usize::MAX)).max().unwrap_or_default()
        };
        let rows = batch.saturating_mul(steps);
        let hidden = most(&|_, widths| widths.line::<T>(1, 0));
        Ok(Self {
            outputs: zero_lines(what, rows, hidden)?,
            inputs: zero_lines(what, rows, hidden)?,
            sums: zero_lines(
                what,
                rows,
                most(&|shape, widths| widths.line::<T>(shape.facts.sums + shape.facts.own, 0)),
            )?,
            memory: zero_lines(what, batch, hidden)?,
            w: [
                zero_lines(
                    what,
                    most(&|shape, widths| shape.hidden.checked_mul(shape.facts.gates)?.checked_mul(widths.hidden)),
                    1,
                )?,
                zero_lines(
                    what,
                    most(&|shape, widths| shape.hidden.checked_mul(shape.facts.gates)?.checked_mul(widths.inputs)),
                    1,
                )?,
            ],
        })
    }
}
