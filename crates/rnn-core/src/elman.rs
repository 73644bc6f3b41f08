//! The tanh cell (Elman, "Finding structure in time", 1990), its forward and its exact backward.
//!
//! With input `x_t [batch, input]`, state `h_t [batch, hidden]` and the concatenation `[x_t | h_{t-1}]`:
//!
//! ```text
//! z_t = [x_t | h_{t-1}] · W + b        W [input + hidden, hidden], b [hidden]
//! h_t = tanh(z_t)
//! ```
//!
//! Backward goes from the last step to the first. Write `dv` for the loss's derivative by `v`, W_h for the last
//! `hidden` rows of W, and `dy_t` for the part of `dh_t` that comes from the outputs at step t. Because
//! tanh′ = 1 − tanh²,
//!
//! ```text
//! dh_t = dy_t + dz_{t+1} · W_hᵀ        (the second term is 0 at the last step)
//! dz_t = dh_t ∘ (1 − h_t²)
//! dW   = Σ_t [x_t | h_{t-1}]ᵀ · dz_t
//! db   = Σ_t column sums of dz_t
//! ```
//!
//! No error runs back past the window's first step: the state that a window starts from is taken as given. The
//! concatenations of a window are one buffer, in which `h_t` is written straight to its place beside `x_{t+1}`, and
//! the sum for dW is one product over all time steps (Werbos, "Backpropagation through time", 1990).

use crate::linalg::{
    add_column_sums, add_product, add_product_with_transposed, add_transposed_product, fill_rows, zeros,
};
use crate::{Cell, Error, Place, Scalar, Tensor};
use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};

/// The tanh cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elman {
    input_size: usize,
    hidden_size: usize,
}

/// What the tanh cell keeps of a window.
#[derive(Debug, Clone)]
pub struct ElmanTape<T> {
    batch: usize,
    steps: usize,
    /// `[(steps + 1)·batch, input + hidden]`: block t holds `[x_t | h_{t-1}]`; the last block's inputs are unused.
    xh: DMatrix<T>,
}

impl Elman {
    /// A cell of these sizes.
    ///
    /// # Errors
    /// [`Error::Zero`]; [`Error::OutOfMemory`] for sizes whose weights cannot be counted.
    pub fn new(input_size: usize, hidden_size: usize) -> Result<Self, Error> {
        for (name, size) in [("input_size", input_size), ("hidden_size", hidden_size)] {
            if size == 0 {
                return Err(Error::Zero { name });
            }
        }
        let countable =
            input_size.checked_add(hidden_size).and_then(|rows| rows.checked_add(1)?.checked_mul(hidden_size));
        if countable.is_none() {
            let (rows, columns) = (input_size, hidden_size);
            return Err(Error::OutOfMemory { what: "the weight matrix", rows, columns });
        }
        Ok(Self { input_size, hidden_size })
    }

    /// Rows of W.
    fn fan_in(&self) -> usize {
        self.input_size + self.hidden_size
    }

    /// W `[input + hidden, hidden]` and b `[hidden]`.
    fn split<'a, T: Scalar>(&self, parameters: &'a [T]) -> (DMatrixView<'a, T>, &'a [T]) {
        let (weight, bias) = parameters.split_at(self.fan_in() * self.hidden_size);
        (DMatrixView::from_slice(weight, self.fan_in(), self.hidden_size), bias)
    }
}

impl<T: Scalar> Cell<T> for Elman {
    type Tape = ElmanTape<T>;

    fn input_size(&self) -> usize {
        self.input_size
    }

    fn hidden_size(&self) -> usize {
        self.hidden_size
    }

    fn state_size(&self) -> usize {
        self.hidden_size
    }

    fn parameter_count(&self) -> usize {
        (self.fan_in() + 1) * self.hidden_size
    }

    fn tensors(&self, layer: usize) -> Vec<Tensor> {
        // A column of W is a row of PyTorch's two matrices, one behind the other.
        let (inputs, hidden, rows) = (self.input_size, self.hidden_size, self.fan_in());
        let bias = rows * hidden;
        vec![
            Tensor::weight(format!("rnn.weight_ih_l{layer}"), [hidden, inputs], 0, rows),
            Tensor::weight(format!("rnn.weight_hh_l{layer}"), [hidden, hidden], inputs, rows),
            Tensor::bias(format!("rnn.bias_ih_l{layer}"), hidden, Place::Stored { offset: bias, row_stride: 1 }),
            Tensor::bias(format!("rnn.bias_hh_l{layer}"), hidden, Place::AddedTo { offset: bias }),
        ]
    }

    fn tape(&self, steps: usize, batch: usize) -> Result<Self::Tape, Error> {
        let rows = steps.saturating_add(1).saturating_mul(batch);
        let xh = zeros("the window's inputs and states", rows, self.fan_in())?;
        Ok(ElmanTape { batch, steps, xh })
    }

    fn forward(&self, parameters: &[T], inputs: &DMatrixView<T>, state: &DMatrixView<T>, tape: &mut Self::Tape) {
        let (w, b) = self.split(parameters);
        let batch = tape.batch;
        tape.xh.view_mut((0, 0), inputs.shape()).copy_from(inputs);
        tape.xh.view_mut((0, self.input_size), state.shape()).copy_from(state);
        for t in 0..tape.steps {
            let block = t * batch;
            let (xh, mut next) = tape.xh.rows_range_pair_mut(block..block + batch, block + batch..block + 2 * batch);
            let mut h = next.columns_mut(self.input_size, self.hidden_size);
            fill_rows(&mut h, b);
            add_product(&mut h, &xh.as_view(), &w);
            h.apply(|z| *z = z.tanh());
        }
    }

    fn outputs<'a>(&self, tape: &'a Self::Tape) -> DMatrixView<'a, T> {
        tape.xh.view((tape.batch, self.input_size), (tape.steps * tape.batch, self.hidden_size))
    }

    fn copy_state(&self, tape: &Self::Tape, steps: usize, state: &mut DMatrixViewMut<T>) {
        state.copy_from(&tape.xh.view((steps * tape.batch, self.input_size), (tape.batch, self.hidden_size)));
    }

    fn backward(
        &self,
        parameters: &[T],
        tape: &mut Self::Tape,
        d_outputs: &mut DMatrixViewMut<T>,
        d_parameters: &mut [T],
    ) {
        let (w, _) = self.split(parameters);
        let w_h = w.rows(self.input_size, self.hidden_size);
        let batch = tape.batch;
        // One buffer: block t holds dy_t, becomes dh_t when step t + 1 is done, and then dz_t.
        let dz = d_outputs;
        for t in (0..tape.steps).rev() {
            let block = t * batch;
            let h = tape.xh.view((block + batch, self.input_size), (batch, self.hidden_size));
            dz.rows_mut(block, batch).zip_apply(&h, |d, h| *d *= T::one() - h * h);
            if t > 0 {
                let (mut dh, dz) = dz.rows_range_pair_mut(block - batch..block, block..block + batch);
                add_product_with_transposed(&mut dh, &dz.as_view(), &w_h);
            }
        }
        let (d_weight, d_bias) = d_parameters.split_at_mut(self.fan_in() * self.hidden_size);
        let mut dw = DMatrixViewMut::from_slice(d_weight, self.fan_in(), self.hidden_size);
        add_transposed_product(&mut dw, &tape.xh.rows(0, tape.steps * batch), &dz.as_view());
        add_column_sums(d_bias, &dz.as_view());
    }
}
