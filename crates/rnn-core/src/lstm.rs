//! The long short-term memory (Hochreiter and Schmidhuber, "Long short-term memory", 1997) with a forget gate (Gers,
//! Schmidhuber, Cummins, "Learning to forget", 2000), as PyTorch has it.
//!
//! W and both biases have columns for the gates i, f, g and o, in this order. With σ for the logistic function, b for
//! the bias and b′ for the recurrent bias:
//!
//! ```text
//! [î_t | f̂_t | ĝ_t | ô_t] = [x_t | h_{t-1}] · W + b + b′
//! i_t = σ(î_t)    f_t = σ(f̂_t)    g_t = tanh(ĝ_t)    o_t = σ(ô_t)
//! c_t = f_t ∘ c_{t-1} + i_t ∘ g_t
//! h_t = o_t ∘ tanh(c_t)
//! ```
//!
//! Backward, with `dv` for the loss's derivative by `v` and `dy_t` for the part of `dh_t` that comes from the outputs:
//!
//! ```text
//! dh_t = dy_t + [dî_{t+1} | df̂_{t+1} | dĝ_{t+1} | dô_{t+1}] · W_hᵀ
//! dc_t = dc_{t+1} ∘ f_{t+1} + dh_t ∘ o_t ∘ (1 − tanh²(c_t))
//! dî_t = dc_t ∘ g_t ∘ i_t ∘ (1 − i_t)             dĝ_t = dc_t ∘ i_t ∘ (1 − g_t²)
//! df̂_t = dc_t ∘ c_{t-1} ∘ f_t ∘ (1 − f_t)         dô_t = dh_t ∘ tanh(c_t) ∘ o_t ∘ (1 − o_t)
//! dW   = Σ_t [x_t | h_{t-1}]ᵀ · [dî_t | df̂_t | dĝ_t | dô_t]
//! db   = db′ = Σ_t column sums of [dî_t | df̂_t | dĝ_t | dô_t]
//! ```
//!
//! Beyond the last step, the terms of t + 1 are 0.

use crate::Scalar;
use crate::cell::{Cell, CellDerivatives, CellTape, Parameters, ParametersMut};
use crate::linalg::{
    add_column_sums, add_product, add_product_with_transposed, add_transposed_product, fill_rows, logistic,
};

/// The long short-term memory. The tape's `inner` holds tanh(c).
pub(crate) struct Lstm;

impl<T: Scalar> Cell<T> for Lstm {
    fn forward(&self, parameters: &Parameters<'_, T>, tape: &mut CellTape<T>) {
        let CellTape { batch, steps, inputs, hidden, .. } = *tape;
        let [bias, recurrent_bias] = [parameters.bias, parameters.recurrent_bias];
        for t in 0..steps {
            let now = t * batch..(t + 1) * batch;
            let mut gates = tape.gates.rows_mut(now.start, batch);
            fill_rows(&mut gates, bias);
            add_product(&mut gates, &tape.xh.rows(now.start, batch), &parameters.w);
            for unit in 0..hidden {
                let [i, f, g, o] = [0, 1, 2, 3].map(|gate| gate * hidden + unit);
                for row in now.clone() {
                    let sum = |gate: usize| tape.gates[(row, gate)] + recurrent_bias[gate];
                    let values = [logistic(sum(i)), logistic(sum(f)), sum(g).tanh(), logistic(sum(o))];
                    for (gate, value) in [i, f, g, o].into_iter().zip(values) {
                        tape.gates[(row, gate)] = value;
                    }
                    let [i, f, g, o] = values;
                    let c = f * tape.memory[(row, unit)] + i * g;
                    let tanh_c = c.tanh();
                    tape.memory[(row + batch, unit)] = c;
                    tape.inner[(row, unit)] = tanh_c;
                    tape.xh[(row + batch, inputs + unit)] = o * tanh_c;
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
        let CellTape { batch, steps, hidden, .. } = *tape;
        let w_h = parameters.recurrent();
        let one = T::one();
        // Block t of the outputs' derivative holds dy_t, and becomes dh_t when step t + 1 is done. The memory's holds
        // what step t + 1 has passed on.
        for t in (0..steps).rev() {
            let now = t * batch..(t + 1) * batch;
            for unit in 0..hidden {
                for (b, row) in now.clone().enumerate() {
                    let [i, f, g, o] = [0, 1, 2, 3].map(|gate| tape.gates[(row, gate * hidden + unit)]);
                    let tanh_c = tape.inner[(row, unit)];
                    let dh = d.outputs[(row, unit)];
                    let dc = d.memory[(b, unit)] + dh * o * (one - tanh_c * tanh_c);
                    let derivatives = [
                        dc * g * i * (one - i),
                        dc * tape.memory[(row, unit)] * f * (one - f),
                        dc * i * (one - g * g),
                        dh * tanh_c * o * (one - o),
                    ];
                    for (gate, derivative) in derivatives.into_iter().enumerate() {
                        d.gates[(row, gate * hidden + unit)] = derivative;
                    }
                    d.memory[(b, unit)] = dc * f;
                }
            }
            if t > 0 {
                let mut before = d.outputs.rows_mut(now.start - batch, batch);
                add_product_with_transposed(&mut before, &d.gates.rows(now.start, batch), &w_h);
            }
        }
        let d_gates = d.gates.as_view();
        add_transposed_product(&mut gradients.w, &tape.concatenations(), &d_gates);
        add_column_sums(gradients.bias, &d_gates);
        add_column_sums(gradients.recurrent_bias, &d_gates);
    }
}
