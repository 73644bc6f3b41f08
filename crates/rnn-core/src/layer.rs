//! One recurrent layer of a net: its parameters, its memory, and how a window's work is shared out.

use crate::cell::{BackwardPart, Cell, ForwardPart, Parameters, Sizes, Sum, runs};
use crate::elman::Elman;
use crate::gru::Gru;
use crate::lstm::Lstm;
use crate::memory::{Lines, zero_blocks, zero_lines};
use crate::panels::{self, Blocks, shares};
use crate::row_sums::{Rows, turned_len};
use crate::vector::{Kernel, Lanes};
use crate::{CellKind, Error, Place, Role, Scalar, Tensor, fused, stepwise};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};

/// The greatest number of hidden units with which a window goes in one go.
const FUSED: usize = 4;
/// The greatest number of hidden units with which weights' derivatives are summed up lane by lane.
const BY_LANES: usize = 16;

/// One recurrent layer of a net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) cell: CellKind,
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
}

/// What a layer keeps of a window, in [panels].
#[derive(Debug, Clone)]
pub(crate) struct CellTape<T> {
    layer: Layer,
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    /// steps + 1 blocks of inputs + hidden units: block t holds `[x_t | h_{t-1}]`; the last one's inputs are unused.
    pub(crate) xh: Lines<T>,
    /// For each sum the bias of each unit.
    start: Lines<T>,
    /// One block of sums·hidden units: those of the step that a forward is at; empty for few hidden units.
    sums: Lines<T>,
    /// steps blocks of kept·hidden units.
    kept: Lines<T>,
    /// steps + 1 blocks of hidden units: block t holds the memory before step t; empty for a cell that has none.
    pub(crate) memory: Lines<T>,
}

/// The derivatives of a window that a backward works on, in [panels].
#[derive(Debug, Clone)]
pub(crate) struct LayerDerivatives<T> {
    /// steps blocks of hidden units: by the outputs, as far as what reads them says; a backward adds to them.
    pub(crate) outputs: Lines<T>,
    /// The same by the inputs, for layers that have as many.
    pub(crate) inputs: Lines<T>,
    /// steps blocks of sums·hidden units.
    sums: Lines<T>,
    /// One block of hidden units.
    memory: Lines<T>,
    /// Wᵀ `[gates·hidden, inputs + hidden]`, column-major; empty for few hidden units.
    transposed: Lines<T>,
    /// Inputs and states, turned; empty for few hidden units.
    turned: Lines<T>,
}

/// Calls a function with the arithmetic of a kind of cell.
macro_rules! with_cell {
    ($kind:expr, $cell:ident => $call:expr) => {
        match $kind {
            CellKind::Elman => {
                let $cell = Elman::<false>;
                $call
            }
            CellKind::ElmanRelu => {
                let $cell = Elman::<true>;
                $call
            }
            CellKind::Gru => {
                let $cell = Gru;
                $call
            }
            CellKind::Lstm => {
                let $cell = Lstm;
                $call
            }
        }
    };
}

/// The sums of a cell's unit.
fn sums_of<C: Cell>(_: C) -> &'static [Sum] {
    C::SUMS
}

/// How many numbers of a unit it keeps.
fn kept_of<C: Cell>(_: C) -> usize {
    C::KEPT
}

impl Layer {
    /// How many parameters it has, if that can be counted.
    pub(crate) fn parameter_count(self) -> Option<usize> {
        let columns = self.hidden.checked_mul(self.cell.gates())?;
        let biases = 1 + usize::from(self.cell.has_recurrent_bias());
        self.inputs.checked_add(self.hidden)?.checked_add(biases)?.checked_mul(columns)
    }

    /// Numbers that are carried from one time step to the next: the output's, then the memory's.
    pub(crate) fn state_size(self) -> usize {
        self.hidden * (1 + usize::from(self.cell.has_memory()))
    }

    fn sizes(self) -> Sizes {
        Sizes { inputs: self.inputs, hidden: self.hidden }
    }

    /// The table of its tensors, as layer number `layer`.
    pub(crate) fn tensors(self, layer: usize) -> [Tensor; 4] {
        let (rows, columns) = (self.inputs + self.hidden, self.cell.gates() * self.hidden);
        let bias = Place::Stored { offset: rows * columns, row_stride: 1 };
        let recurrent_bias = if self.cell.has_recurrent_bias() {
            Place::Stored { offset: (rows + 1) * columns, row_stride: 1 }
        } else {
            Place::AddedTo { offset: rows * columns }
        };
        let weight = |offset| Place::Stored { offset, row_stride: rows };
        [
            (format!("rnn.weight_ih_l{layer}"), &[columns, self.inputs][..], Role::Weight, weight(0)),
            (format!("rnn.weight_hh_l{layer}"), &[columns, self.hidden], Role::RecurrentWeight, weight(self.inputs)),
            (format!("rnn.bias_ih_l{layer}"), &[columns], Role::Bias, bias),
            (format!("rnn.bias_hh_l{layer}"), &[columns], Role::Bias, recurrent_bias),
        ]
        .map(|(name, shape, role, place)| Tensor { gates: self.cell.gates(), ..Tensor::new(name, shape, role, place) })
    }

    /// A tape for `steps` time steps of `batch` rows.
    pub(crate) fn tape<T: Scalar>(self, steps: usize, batch: usize) -> Result<CellTape<T>, Error> {
        let (sums, kept) = with_cell!(self.cell, cell => (sums_of(cell).len(), kept_of(cell)));
        let start = zero_lines("the window's gates", self.hidden, sums)?;
        let sums = if self.hidden <= FUSED { 0 } else { sums };
        let memory = usize::from(self.cell.has_memory());
        let blocks = |what, blocks: Option<usize>, units: Option<usize>| zero_blocks(what, batch, blocks, units);
        Ok(CellTape {
            layer: self,
            batch,
            steps,
            start,
            xh: blocks("the window's inputs and states", steps.checked_add(1), self.inputs.checked_add(self.hidden))?,
            sums: blocks("the window's gates", Some(1), self.hidden.checked_mul(sums))?,
            kept: blocks("the window's gates", Some(steps), self.hidden.checked_mul(kept))?,
            memory: blocks("the window's memory", steps.checked_add(1), self.hidden.checked_mul(memory))?,
        })
    }

    /// Room for the derivatives of windows of layers that have at most this one's inputs.
    pub(crate) fn derivatives<T: Scalar>(self, steps: usize, batch: usize) -> Result<LayerDerivatives<T>, Error> {
        let sums = with_cell!(self.cell, cell => sums_of(cell)).len();
        let what = "the window's derivatives";
        let blocks = |units: Option<usize>| zero_blocks(what, batch, Some(steps), units);
        let units = self.inputs.checked_add(self.hidden);
        let columns = self.cell.gates() * self.hidden;
        let transposed = if self.hidden <= FUSED { Some(0) } else { units.and_then(|rows| rows.checked_mul(columns)) };
        let turned = units.and_then(|units| turned_len::<T>(batch, steps, units));
        let turned = if self.hidden <= BY_LANES { Some(0) } else { turned };
        let flat = |count: Option<usize>| zero_lines(what, count.unwrap_or(usize::MAX), 1);
        Ok(LayerDerivatives {
            outputs: blocks(Some(self.hidden))?,
            inputs: blocks(Some(self.hidden))?,
            sums: blocks(self.hidden.checked_mul(sums))?,
            memory: zero_blocks(what, batch, Some(1), Some(self.hidden))?,
            transposed: flat(transposed)?,
            turned: flat(turned)?,
        })
    }

    fn split<T: Scalar>(self, parameters: &[T]) -> Parameters<'_, T> {
        let (rows, columns) = (self.inputs + self.hidden, self.cell.gates() * self.hidden);
        let (w, biases) = parameters.split_at(rows * columns);
        let (bias, recurrent_bias) = biases.split_at(columns);
        Parameters { w, bias, recurrent_bias }
    }

    /// Runs over the window of the tape, whose inputs and first state are set.
    pub(crate) fn forward<T: Scalar>(self, parameters: &[T], tape: &mut CellTape<T>, threads: usize) {
        with_cell!(self.cell, cell => self.forward_of(cell, self.split(parameters), tape, threads));
    }

    fn forward_of<T: Scalar, C: Cell>(
        self,
        cell: C,
        parameters: Parameters<'_, T>,
        tape: &mut CellTape<T>,
        threads: usize,
    ) {
        let CellTape { batch, steps, start, xh, sums, kept, memory, .. } = tape;
        let (batch, steps, panels) = (*batch, *steps, panels::count::<T>(*batch));
        for (start, sum) in start.chunks_exact_mut(self.hidden).zip(C::SUMS) {
            let part = |of: bool, bias: &[T], column| if of { bias.get(column).copied() } else { None };
            for (unit, start) in start.iter_mut().enumerate() {
                let column = sum.gate * self.hidden + unit;
                let input = part(sum.input, parameters.bias, column).unwrap_or_default();
                *start = input + part(sum.state, parameters.recurrent_bias, column).unwrap_or_default();
            }
        }
        let start = &*start;
        let [mut xh, mut sums, mut kept, mut memory] =
            [xh, sums, kept, memory].map(|all| Shared::new(&mut all[..], panels));
        in_parallel(shares(panels, self.worth(batch, steps, threads)), |panels| {
            let part = ForwardPart {
                cell,
                sizes: self.sizes(),
                parameters,
                start,
                batch,
                steps,
                xh: xh.take(&panels),
                sums: sums.take(&panels),
                kept: kept.take(&panels),
                memory: memory.take(&panels),
                panels,
            };
            move || forward(part)
        });
    }

    /// Runs back over the window. `d.outputs` holds the derivatives by the outputs and is used up; those by the inputs
    /// are left in `d.inputs` if they are asked for, those by the parameters are added to `gradients`.
    pub(crate) fn backward<T: Scalar>(
        self,
        parameters: &[T],
        tape: &CellTape<T>,
        d: &mut LayerDerivatives<T>,
        ask_for_inputs: bool,
        gradients: &mut [T],
        threads: usize,
    ) {
        let parameters = self.split(parameters);
        let of_cell = with_cell!(self.cell, cell => {
            self.backward_of(cell, parameters, tape, d, ask_for_inputs, threads);
            sums_of(cell)
        });
        self.sum_up(of_cell, tape, d, gradients, threads);
    }

    fn backward_of<T: Scalar, C: Cell>(
        self,
        cell: C,
        parameters: Parameters<'_, T>,
        tape: &CellTape<T>,
        d: &mut LayerDerivatives<T>,
        ask_for_inputs: bool,
        threads: usize,
    ) {
        let CellTape { batch, steps, xh, kept, memory, .. } = tape;
        let (batch, steps, panels) = (*batch, *steps, panels::count::<T>(*batch));
        let LayerDerivatives { outputs, inputs, sums, memory: d_memory, transposed, turned } = d;
        let (rows, columns) = (self.inputs + self.hidden, self.cell.gates() * self.hidden);
        let transposed = &mut transposed[..if self.hidden > FUSED { rows * columns } else { 0 }];
        if !transposed.is_empty() {
            transpose(parameters.w, rows, transposed);
        }
        let transposed = &*transposed;
        let turned = self.turned_mut(batch, steps, turned);
        let d_inputs = if ask_for_inputs { &mut inputs[..] } else { &mut [] };
        d_inputs.fill(T::zero());
        let [mut d_outputs, mut d_sums] = [outputs, sums].map(|all| Shared::new(&mut all[..], panels));
        let (mut d_memory, mut d_inputs) = (Shared::new(d_memory, panels), Shared::new(d_inputs, panels));
        let mut turned = Shared::new(turned, panels);
        let of = |all: &'_ [T], panels_of: &Range<usize>| {
            let of_a_panel = all.len() / panels;
            panels_of.start * of_a_panel..panels_of.end * of_a_panel
        };
        in_parallel(shares(panels, self.worth(batch, steps, threads)), |panels| {
            let part = BackwardPart {
                cell,
                sizes: self.sizes(),
                parameters,
                transposed,
                batch,
                steps,
                xh: &xh[of(xh, &panels)],
                kept: &kept[of(kept, &panels)],
                memory: &memory[of(memory, &panels)],
                d_outputs: d_outputs.take(&panels),
                d_sums: d_sums.take(&panels),
                d_memory: d_memory.take(&panels),
                d_inputs: d_inputs.take(&panels),
                turned: turned.take(&panels),
                panels,
            };
            move || backward(part)
        });
    }

    /// How many threads a window's work is worth: with less than a million multiplications each, starting one takes a good
    /// part of the time that it saves.
    fn worth(self, batch: usize, steps: usize, threads: usize) -> usize {
        let of_a_row = (self.inputs + self.hidden) * self.cell.gates() * self.hidden;
        let multiplications = batch.saturating_mul(steps).saturating_mul(of_a_row);
        threads.min(1 + (multiplications >> 20))
    }

    /// The part of the buffer that this layer's turned inputs and states take.
    fn turned_mut<T: Scalar>(self, batch: usize, steps: usize, turned: &mut [T]) -> &mut [T] {
        let len =
            if self.hidden <= BY_LANES { Some(0) } else { turned_len::<T>(batch, steps, self.inputs + self.hidden) };
        &mut turned[..len.unwrap_or(0)]
    }

    /// Adds the derivatives by the parameters, from those by the sums.
    fn sum_up<T: Scalar>(
        self,
        of_cell: &'static [Sum],
        tape: &CellTape<T>,
        d: &mut LayerDerivatives<T>,
        gradients: &mut [T],
        threads: usize,
    ) {
        let (rows, columns) = (self.inputs + self.hidden, self.cell.gates() * self.hidden);
        let (w, biases) = gradients.split_at_mut(rows * columns);
        let (bias, recurrent_bias) = biases.split_at_mut(columns);
        let [mut w, mut bias, mut recurrent_bias] = [w, bias, recurrent_bias].map(|all| Shared::new(all, columns));
        let turned = &*self.turned_mut(tape.batch, tape.steps, &mut d.turned);
        let sums = &d.sums;
        in_parallel(shares(columns, self.worth(tape.batch, tape.steps, threads)), |columns| {
            let part = WeightsPart {
                of_cell,
                sizes: self.sizes(),
                batch: tape.batch,
                steps: tape.steps,
                xh: &tape.xh,
                d_sums: sums,
                turned,
                w: w.take(&columns),
                bias: bias.take(&columns),
                recurrent_bias: recurrent_bias.take(&columns),
                columns,
            };
            move || T::run(part)
        });
    }
}

impl<T: Scalar> CellTape<T> {
    /// What went out: block t is that after step t.
    pub(crate) fn outputs(&self) -> Blocks<'_, T> {
        let inputs = self.layer.inputs;
        Blocks { values: &self.xh, blocks: self.steps + 1, units: inputs + self.layer.hidden, first: (1, inputs) }
    }

    /// Takes the outputs of the layer below as its inputs, each times a factor if there are any.
    pub(crate) fn read(&mut self, below: &Self, factors: Option<&[T]>) {
        let (line, inputs) = (T::PANEL, self.layer.inputs);
        let block = (inputs + self.layer.hidden) * line;
        let outputs = below.outputs();
        for panel in 0..panels::count::<T>(self.batch) {
            for step in 0..self.steps {
                let to = (panel * (self.steps + 1) + step) * block;
                let to = &mut self.xh[to..to + inputs * line];
                to.copy_from_slice(&outputs.at(panel, step)[..inputs * line]);
                if let Some(factors) = factors {
                    let factors = &factors[(panel * self.steps + step) * inputs * line..];
                    to.iter_mut().zip(factors).for_each(|(to, &factor)| *to *= factor);
                }
            }
        }
    }
}

/// Something of which equally many numbers belong to each of some things, to be taken off from the front.
struct Shared<'a, T> {
    rest: &'a mut [T],
    of_each: usize,
}

impl<'a, T> Shared<'a, T> {
    fn new(all: &'a mut [T], things: usize) -> Self {
        Self { of_each: all.len() / things, rest: all }
    }

    /// Takes off the numbers of the next things.
    fn take(&mut self, things: &Range<usize>) -> &'a mut [T] {
        self.rest.split_off_mut(..things.len() * self.of_each).unwrap_or_default()
    }
}

/// Does each share's part, all but one of them in threads of their own.
fn in_parallel<F: FnOnce() + Send>(
    mut shares: impl Iterator<Item = Range<usize>>,
    mut part: impl FnMut(Range<usize>) -> F,
) {
    let Some(first) = shares.next().map(&mut part) else { return };
    match shares.next().map(&mut part) {
        // Without a scope, which would allocate.
        None => first(),
        Some(second) => thread::scope(|scope| {
            start(scope, second);
            for share in shares {
                start(scope, part(share));
            }
            first();
        }),
    }
}

/// Does a part in a thread of its own or, where the system has no thread left to give, in this one.
fn start<'scope, F: FnOnce() + Send + 'scope>(scope: &'scope Scope<'scope, '_>, part: F) {
    // A thread that cannot be started drops its closure, so the part is kept outside of it.
    let kept = Arc::new(Mutex::new(Some(part)));
    let take = |kept: &Mutex<Option<F>>| kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    let of_thread = Arc::clone(&kept);
    let work = move || {
        if let Some(part) = take(&of_thread) {
            part();
        }
    };
    if thread::Builder::new().spawn_scoped(scope, work).is_err() {
        take(&kept).into_iter().for_each(|part| part());
    }
}

/// Writes Wᵀ, in blocks that stay in the first cache.
fn transpose<T: Scalar>(w: &[T], rows: usize, transposed: &mut [T]) {
    const BLOCK: usize = 16;
    let columns = w.len() / rows;
    for first_column in (0..columns).step_by(BLOCK) {
        for first_row in (0..rows).step_by(BLOCK) {
            for row in first_row..(first_row + BLOCK).min(rows) {
                let to = &mut transposed[row * columns + first_column..(row + 1) * columns];
                for (place, column) in to.iter_mut().zip(first_column..(first_column + BLOCK).min(columns)) {
                    *place = w[column * rows + row];
                }
            }
        }
    }
}

/// Derivatives by some columns of W and their biases.
struct WeightsPart<'a, T> {
    of_cell: &'static [Sum],
    sizes: Sizes,
    batch: usize,
    steps: usize,
    columns: Range<usize>,
    xh: &'a [T],
    d_sums: &'a [T],
    turned: &'a [T],
    /// Those of these columns.
    w: &'a mut [T],
    bias: &'a mut [T],
    recurrent_bias: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for WeightsPart<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, lanes: S) {
        let Self { of_cell, sizes, batch, steps, columns, xh, d_sums, turned, w, bias, recurrent_bias } = self;
        let Sizes { inputs, hidden } = sizes;
        let a = Blocks { values: xh, blocks: steps + 1, units: sizes.rows(), first: (0, 0) };
        let d = Blocks { values: d_sums, blocks: steps, units: of_cell.len() * hidden, first: (0, 0) };
        for run in runs(of_cell, |_| true, |sum| (sum.input, sum.state)) {
            // The share's columns that this run has, and where they are among the units of the derivatives.
            let first = run.gate * hidden;
            let start = columns.start.max(first);
            let end = columns.end.min(first + run.count * hidden);
            if start >= end {
                continue;
            }
            let of_run = run.sum * hidden + start - first..run.sum * hidden + end - first;
            let units = if run.input { 0 } else { inputs }..if run.state { sizes.rows() } else { inputs };
            let out = &mut w[(start - columns.start) * sizes.rows() + units.start..];
            let rows = Rows { batch, steps, a: Blocks { first: (0, units.start), ..a }, d };
            let add = |column: usize, sum: T| {
                let column = start - columns.start + column;
                if run.input {
                    bias[column] += sum;
                }
                if let (true, Some(bias)) = (run.state, recurrent_bias.get_mut(column)) {
                    *bias += sum;
                }
            };
            if turned.is_empty() {
                rows.add_products(lanes, units.len(), of_run, (out, sizes.rows()), add);
            } else {
                rows.add_turned_products(lanes, turned, units, of_run.clone(), out, sizes.rows());
                rows.sums(lanes, of_run, add);
            }
        }
    }
}

/// Runs over a window in the way that the number of hidden units calls for.
fn forward<T: Scalar, C: Cell>(part: ForwardPart<'_, T, C>) {
    match part.sizes.hidden {
        ..=FUSED => T::run(fused::Forwards::<_, _, FUSED>(part)),
        _ => stepwise::forward(part),
    }
}

/// Runs back in the same way.
fn backward<T: Scalar, C: Cell>(part: BackwardPart<'_, T, C>) {
    match part.sizes.hidden {
        ..=FUSED => T::run(fused::Backwards::<_, _, FUSED>(part)),
        _ => stepwise::backward(part),
    }
}
