//! What a recurrent cell is: forward and backward over a window, and one layer of a net made of it.

use crate::linalg::{add_product_with_transposed, zeros};
use crate::{CellKind, Error, Place, Role, Scalar, Tensor};
use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};

/// The arithmetic of a cell.
///
/// A cell holds no numbers. With I inputs, H hidden units and G gates, its parameters are W `[I + H, G·H]`,
/// column-major, and then its biases of `G·H` each: one that is added to the input's part, and maybe a second one that
/// is added to the recurrent part. A column of W is a row of PyTorch's two matrices, one behind the other.
pub(crate) trait Cell<T: Scalar>: Sync {
    /// Runs over the window of the tape, whose inputs and first state are set.
    fn forward(&self, parameters: &Parameters<'_, T>, tape: &mut CellTape<T>);

    /// Runs back over the window. `d.outputs` holds the derivative by each output and is used up; the derivative by
    /// what each gate's input part sums up to is left in `d.gates`. Those by the parameters are added to `gradients`.
    fn backward(
        &self,
        parameters: &Parameters<'_, T>,
        tape: &CellTape<T>,
        d: &mut CellDerivatives<'_, T>,
        gradients: &mut ParametersMut<'_, T>,
    );
}

/// A layer's parameters, as views on the net's flat slice.
pub(crate) struct Parameters<'a, T> {
    pub(crate) inputs: usize,
    /// W `[input + hidden, gates·hidden]`
    pub(crate) w: DMatrixView<'a, T>,
    /// `[gates·hidden]`
    pub(crate) bias: &'a [T],
    /// `[gates·hidden]`, or empty for a cell with one bias.
    pub(crate) recurrent_bias: &'a [T],
}

/// The same for derivatives.
pub(crate) struct ParametersMut<'a, T> {
    pub(crate) w: DMatrixViewMut<'a, T>,
    pub(crate) bias: &'a mut [T],
    pub(crate) recurrent_bias: &'a mut [T],
}

impl<T: Scalar> Parameters<'_, T> {
    /// The rows of W that multiply the state.
    pub(crate) fn recurrent(&self) -> DMatrixView<'_, T> {
        self.w.rows_range(self.inputs..)
    }
}

/// What a layer keeps of a window, for its backward.
#[derive(Debug, Clone)]
pub(crate) struct CellTape<T> {
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
    /// `[(steps + 1)·batch, input + hidden]`: block t holds `[x_t | h_{t-1}]`; the last block's inputs are unused.
    pub(crate) xh: DMatrix<T>,
    /// `[steps·batch, gates·hidden]`: the gates; without columns for a cell that has none beside its output.
    pub(crate) gates: DMatrix<T>,
    /// `[steps·batch, hidden]`: what a cell needs beside that; without columns for a cell that needs nothing.
    pub(crate) inner: DMatrix<T>,
    /// `[(steps + 1)·batch, hidden]`: block t holds the memory before step t; without columns for a cell that has none.
    pub(crate) memory: DMatrix<T>,
}

/// The derivatives of a window that a backward works on.
pub(crate) struct CellDerivatives<'a, T> {
    /// `[steps·batch, hidden]`
    pub(crate) outputs: &'a mut DMatrix<T>,
    /// `[steps·batch, gates·hidden]`
    pub(crate) gates: &'a mut DMatrix<T>,
    /// `[batch, hidden]`: by the memory.
    pub(crate) memory: &'a mut DMatrix<T>,
}

/// One recurrent layer of a net.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer {
    pub(crate) cell: CellKind,
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
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
        let (gates, has_memory) = (self.cell.gates(), self.cell.has_memory());
        let rows = steps.saturating_mul(batch);
        let rows_and_state = steps.saturating_add(1).saturating_mul(batch);
        let [gates, inner] = if gates > 1 { [gates * self.hidden, self.hidden] } else { [0; 2] };
        let memory = if has_memory { self.hidden } else { 0 };
        Ok(CellTape {
            batch,
            steps,
            inputs: self.inputs,
            hidden: self.hidden,
            xh: zeros("the window's inputs and states", rows_and_state, self.inputs + self.hidden)?,
            gates: zeros("the window's gates", rows, gates)?,
            inner: zeros("the window's gates", rows, inner)?,
            memory: zeros("the window's memory", rows_and_state, memory)?,
        })
    }

    pub(crate) fn split<T: Scalar>(self, parameters: &[T]) -> Parameters<'_, T> {
        let (rows, columns) = (self.inputs + self.hidden, self.cell.gates() * self.hidden);
        let (w, biases) = parameters.split_at(rows * columns);
        let (bias, recurrent_bias) = biases.split_at(columns);
        Parameters { inputs: self.inputs, w: DMatrixView::from_slice(w, rows, columns), bias, recurrent_bias }
    }

    fn split_mut<T: Scalar>(self, parameters: &mut [T]) -> ParametersMut<'_, T> {
        let (rows, columns) = (self.inputs + self.hidden, self.cell.gates() * self.hidden);
        let (w, biases) = parameters.split_at_mut(rows * columns);
        let (bias, recurrent_bias) = biases.split_at_mut(columns);
        ParametersMut { w: DMatrixViewMut::from_slice(w, rows, columns), bias, recurrent_bias }
    }

    /// Runs over the window from `state [batch, state_size]`; the tape's inputs are set.
    pub(crate) fn forward<T: Scalar>(self, parameters: &[T], state: &DMatrixView<T>, tape: &mut CellTape<T>) {
        tape.xh.view_mut((0, tape.inputs), (tape.batch, tape.hidden)).copy_from(&state.columns(0, tape.hidden));
        let memory = state.columns_range(tape.hidden..);
        tape.memory.rows_mut(0, tape.batch).copy_from(&memory);
        self.cell.math().forward(&self.split(parameters), tape);
    }

    /// Runs back over the window. Where `d_inputs` is given, the derivative by each input is added to it.
    pub(crate) fn backward<T: Scalar>(
        self,
        parameters: &[T],
        tape: &CellTape<T>,
        mut d: CellDerivatives<'_, T>,
        d_inputs: Option<&mut DMatrix<T>>,
        gradients: &mut [T],
    ) {
        let parameters = self.split(parameters);
        d.memory.fill(T::zero());
        self.cell.math().backward(&parameters, tape, &mut d, &mut self.split_mut(gradients));
        if let Some(d_inputs) = d_inputs {
            let w_x = parameters.w.rows(0, self.inputs);
            add_product_with_transposed(&mut d_inputs.as_view_mut(), &d.gates.as_view(), &w_x);
        }
    }
}

impl<T: Scalar> CellTape<T> {
    /// The inputs of all steps, to set: `[steps·batch, input]`.
    pub(crate) fn inputs_mut(&mut self) -> DMatrixViewMut<'_, T> {
        self.xh.view_mut((0, 0), (self.steps * self.batch, self.inputs))
    }

    /// What went out at all steps: `[steps·batch, hidden]`.
    pub(crate) fn outputs(&self) -> DMatrixView<'_, T> {
        self.xh.view((self.batch, self.inputs), (self.steps * self.batch, self.hidden))
    }

    /// What was carried into each of the steps: `[steps·batch, hidden]`.
    pub(crate) fn outputs_before(&self) -> DMatrixView<'_, T> {
        self.xh.view((0, self.inputs), (self.steps * self.batch, self.hidden))
    }

    /// The `[x_t | h_{t-1}]` of all steps: `[steps·batch, input + hidden]`.
    pub(crate) fn concatenations(&self) -> DMatrixView<'_, T> {
        self.xh.rows(0, self.steps * self.batch)
    }

    /// Copies the state after the first `steps` time steps to `state [batch, state_size]`; 0 gives the one before.
    pub(crate) fn copy_state(&self, steps: usize, state: &mut DMatrixViewMut<T>) {
        let first = steps * self.batch;
        let (mut output, mut memory) = state.columns_range_pair_mut(..self.hidden, self.hidden..);
        output.copy_from(&self.xh.view((first, self.inputs), (self.batch, self.hidden)));
        memory.copy_from(&self.memory.rows(first, self.batch));
    }
}
