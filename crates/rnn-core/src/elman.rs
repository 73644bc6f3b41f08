//! The Elman cell ("Finding structure in time", 1990) with tanh or ReLU, its forward and its exact backward.
//!
//! With input `x_t [batch, input]`, state `h_t [batch, hidden]` and the concatenation `[x_t | h_{t-1}]`:
//!
//! ```text
//! z_t = [x_t | h_{t-1}] · W + b        W [input + hidden, hidden], b [hidden]
//! h_t = f(z_t)                         f = tanh, or f(z) = max(0, z)
//! ```
//!
//! Backward goes from the last step to the first. Write `dv` for the loss's derivative by `v`, W_h for the last
//! `hidden` rows of W, and `dy_t` for the part of `dh_t` that comes from the outputs at step t:
//!
//! ```text
//! dh_t = dy_t + dz_{t+1} · W_hᵀ        (the second term is 0 at the last step)
//! dz_t = dh_t ∘ f′(z_t)                tanh′ = 1 − h_t²;  ReLU′ = 1 where h_t > 0, else 0
//! dW   = Σ_t [x_t | h_{t-1}]ᵀ · dz_t
//! db   = Σ_t column sums of dz_t
//! ```
//!
//! No error runs back past the window's first step: the state that a window starts from is taken as given. The
//! concatenations of a window are one buffer, in which `h_t` is written straight to its place beside `x_{t+1}`, and
//! the sum for dW is one product over all time steps (Werbos, "Backpropagation through time", 1990).

use crate::Scalar;
use crate::cell::{Cell, CellDerivatives, CellTape, Parameters, ParametersMut};
use crate::linalg::{
    add_column_sums, add_product, add_product_with_transposed, add_transposed_product, column, column_mut, fill_rows,
};

/// The tanh cell, or with `relu` the one of rectified linear units.
pub(crate) struct Elman {
    pub(crate) relu: bool,
}

impl<T: Scalar> Cell<T> for Elman {
    fn forward(&self, parameters: &Parameters<'_, T>, tape: &mut CellTape<T>) {
        let CellTape { batch, steps, inputs, hidden, .. } = *tape;
        for t in 0..steps {
            let block = t * batch;
            let (xh, mut next) = tape.xh.rows_range_pair_mut(block..block + batch, block + batch..block + 2 * batch);
            let mut h = next.columns_mut(inputs, hidden);
            fill_rows(&mut h, parameters.bias);
            add_product(&mut h, &xh.as_view(), &parameters.w);
            if self.relu {
                // Not `max`, which would turn what is not a number into 0.
                h.apply(|z| *z = if *z < T::zero() { T::zero() } else { *z });
            } else {
                h.apply(|z| *z = z.tanh());
            }
        }
    }

    fn backward(
        &self,
        parameters: &Parameters<'_, T>,
        tape: &CellTape<T>,
        d: &mut CellDerivatives<'_, T>,
        gradients: &mut ParametersMut<'_, T>,
    ) {
        let CellTape { batch, steps, inputs, hidden, .. } = *tape;
        let w_h = parameters.recurrent();
        // Block t of the outputs' derivative holds dy_t, and becomes dh_t when step t + 1 is done.
        for t in (0..steps).rev() {
            let now = t * batch..(t + 1) * batch;
            for unit in 0..hidden {
                let h = column(&tape.xh, inputs + unit, now.start + batch..now.end + batch);
                let dh = column(d.outputs, unit, now.clone());
                let dz = column_mut(d.gates, unit, now.clone());
                for ((dz, &dh), &h) in dz.iter_mut().zip(dh).zip(h) {
                    let slope = if !self.relu {
                        T::one() - h * h
                    } else if h > T::zero() {
                        T::one()
                    } else {
                        T::zero()
                    };
                    *dz = dh * slope;
                }
            }
            if t > 0 {
                let mut dh = d.outputs.rows_mut(now.start - batch, batch);
                add_product_with_transposed(&mut dh, &d.gates.rows(now.start, batch), &w_h);
            }
        }
        add_transposed_product(&mut gradients.w, &tape.concatenations(), &d.gates.as_view());
        add_column_sums(gradients.bias, &d.gates.as_view());
    }
}
