//! The gated recurrent unit (Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014) in
//! PyTorch's form, where the reset gate is applied after the recurrent product.
//!
//! W and both biases have columns for the gates r, z and n, in this order. Write `W_x` and `W_h` for the rows of W
//! that multiply the input and the state, b for the bias and c for the recurrent bias, and σ for the logistic
//! function:
//!
//! ```text
//! r_t = σ(x_t · W_xr + b_r + h_{t-1} · W_hr + c_r)
//! z_t = σ(x_t · W_xz + b_z + h_{t-1} · W_hz + c_z)
//! m_t = h_{t-1} · W_hn + c_n
//! n_t = tanh(x_t · W_xn + b_n + r_t ∘ m_t)
//! h_t = (1 − z_t) ∘ n_t + z_t ∘ h_{t-1}
//! ```
//!
//! Backward, with `dv` for the loss's derivative by `v`, `dy_t` for the part of `dh_t` that comes from the outputs,
//! and `d̂v` for the derivative by what stands within v's function:
//!
//! ```text
//! d̂n_t = dh_t ∘ (1 − z_t) ∘ (1 − n_t²)
//! d̂z_t = dh_t ∘ (h_{t-1} − n_t) ∘ z_t ∘ (1 − z_t)
//! d̂r_t = d̂n_t ∘ m_t ∘ r_t ∘ (1 − r_t)
//! dm_t = d̂n_t ∘ r_t
//! dh_{t-1} = dy_{t-1} + dh_t ∘ z_t + [d̂r_t | d̂z_t | dm_t] · W_hᵀ
//! dW_x = Σ_t x_tᵀ · [d̂r_t | d̂z_t | d̂n_t]          db = Σ_t column sums of [d̂r_t | d̂z_t | d̂n_t]
//! dW_h = Σ_t h_{t-1}ᵀ · [d̂r_t | d̂z_t | dm_t]      dc = Σ_t column sums of [d̂r_t | d̂z_t | dm_t]
//! ```

use crate::Scalar;
use crate::cell::{Cell, CellDerivatives, CellTape, Parameters, ParametersMut};
use crate::linalg::{
    add_column_sums, add_product, add_product_with_transposed, add_transposed_product, column_mut, fill_rows, logistic,
};

/// The gated recurrent unit. The tape's `inner` holds m.
pub(crate) struct Gru;

impl<T: Scalar> Cell<T> for Gru {
    fn forward(&self, parameters: &Parameters<'_, T>, tape: &mut CellTape<T>) {
        let CellTape { batch, steps, inputs, hidden, .. } = *tape;
        let (w_x, w_h) = (parameters.w.rows(0, inputs), parameters.recurrent());
        let (bias, recurrent_bias) = (parameters.bias, parameters.recurrent_bias);
        for t in 0..steps {
            let now = t * batch..(t + 1) * batch;
            let x = tape.xh.view((now.start, 0), (batch, inputs));
            let before = tape.xh.view((now.start, inputs), (batch, hidden));
            let mut gates = tape.gates.rows_mut(now.start, batch);
            fill_rows(&mut gates, bias);
            add_product(&mut gates, &x, &w_x);
            add_product(&mut gates.columns_mut(0, 2 * hidden), &before, &w_h.columns(0, 2 * hidden));
            let mut m = tape.inner.rows_mut(now.start, batch);
            fill_rows(&mut m, &recurrent_bias[2 * hidden..]);
            add_product(&mut m, &before, &w_h.columns(2 * hidden, hidden));
            for gate in 0..2 * hidden {
                let recurrent_bias = recurrent_bias[gate];
                for sum in column_mut(&mut tape.gates, gate, now.clone()) {
                    *sum = logistic(*sum + recurrent_bias);
                }
            }
            for unit in 0..hidden {
                for row in now.clone() {
                    let [r, z] = [tape.gates[(row, unit)], tape.gates[(row, hidden + unit)]];
                    let n = (tape.gates[(row, 2 * hidden + unit)] + r * tape.inner[(row, unit)]).tanh();
                    tape.gates[(row, 2 * hidden + unit)] = n;
                    let before = tape.xh[(row, inputs + unit)];
                    tape.xh[(row + batch, inputs + unit)] = (T::one() - z) * n + z * before;
                }
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
        let one = T::one();
        // Block t of the outputs' derivative holds dy_t, becomes dh_t when step t + 1 is done, and then dm_t.
        for t in (0..steps).rev() {
            let now = t * batch..(t + 1) * batch;
            for unit in 0..hidden {
                for row in now.clone() {
                    let [r, z, n] = [0, 1, 2].map(|gate| tape.gates[(row, gate * hidden + unit)]);
                    let before = tape.xh[(row, inputs + unit)];
                    let dh = d.outputs[(row, unit)];
                    let dn = dh * (one - z) * (one - n * n);
                    d.gates[(row, unit)] = dn * tape.inner[(row, unit)] * r * (one - r);
                    d.gates[(row, hidden + unit)] = dh * (before - n) * z * (one - z);
                    d.gates[(row, 2 * hidden + unit)] = dn;
                    d.outputs[(row, unit)] = dn * r;
                    if t > 0 {
                        d.outputs[(row - batch, unit)] += dh * z;
                    }
                }
            }
            if t > 0 {
                let (mut before, dm) = d.outputs.rows_range_pair_mut(now.start - batch..now.start, now.clone());
                let drz = d.gates.view((now.start, 0), (batch, 2 * hidden));
                add_product_with_transposed(&mut before, &drz, &w_h.columns(0, 2 * hidden));
                add_product_with_transposed(&mut before, &dm.as_view(), &w_h.columns(2 * hidden, hidden));
            }
        }
        let (d_gates, dm) = (d.gates.as_view(), d.outputs.as_view());
        let before = tape.outputs_before();
        let x = tape.concatenations();
        let (mut dw_x, mut dw_h) = gradients.w.rows_range_pair_mut(..inputs, inputs..);
        add_transposed_product(&mut dw_x, &x.columns(0, inputs), &d_gates);
        let drz = d_gates.columns(0, 2 * hidden);
        add_transposed_product(&mut dw_h.columns_mut(0, 2 * hidden), &before, &drz);
        add_transposed_product(&mut dw_h.columns_mut(2 * hidden, hidden), &before, &dm);
        add_column_sums(gradients.bias, &d_gates);
        let (dc_rz, dc_n) = gradients.recurrent_bias.split_at_mut(2 * hidden);
        add_column_sums(dc_rz, &drz);
        add_column_sums(dc_n, &dm);
    }
}
