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
use crate::cell::{Backward, Cell, Forward, Sum};
use crate::vector::{Lanes, Vector};

/// The long short-term memory. It keeps i, f, g, o and tanh(c).
#[derive(Clone, Copy)]
pub(crate) struct Lstm;

impl Cell for Lstm {
    const SUMS: &'static [Sum] = &[
        Sum { gate: 0, input: true, state: true },
        Sum { gate: 1, input: true, state: true },
        Sum { gate: 2, input: true, state: true },
        Sum { gate: 3, input: true, state: true },
    ];
    const KEPT: usize = 5;
    const MEMORY: bool = true;
    const PASSES_ON: bool = false;

    #[inline(always)]
    fn forward<T: Scalar, S: Lanes<T>>(
        self,
        [i, f, g, o]: [Vector<T, S>; 4],
        _before: Vector<T, S>,
        memory: Vector<T, S>,
    ) -> Forward<Vector<T, S>> {
        let (i, f, g, o) = (i.logistic(), f.logistic(), g.tanh(), o.logistic());
        let memory = f.mul_add(memory, i * g);
        let tanh_c = memory.tanh();
        Forward { output: o * tanh_c, memory, kept: [i, f, g, o, tanh_c] }
    }

    #[inline(always)]
    fn backward<T: Scalar, S: Lanes<T>>(
        self,
        step: Forward<Vector<T, S>>,
        _before: Vector<T, S>,
        memory_before: Vector<T, S>,
        d_output: Vector<T, S>,
        d_memory: Vector<T, S>,
    ) -> Backward<Vector<T, S>> {
        let [i, f, g, o, tanh_c] = step.kept;
        let one = i.one();
        let d_c = (d_output * o).mul_add(tanh_c.neg_mul_add(tanh_c, one), d_memory);
        let d_i = d_c * g * i * (one - i);
        let d_f = d_c * memory_before * f * (one - f);
        let d_g = d_c * i * g.neg_mul_add(g, one);
        let d_o = d_output * tanh_c * o * (one - o);
        Backward { sums: [d_i, d_f, d_g, d_o], before: d_c.zero(), memory: d_c * f }
    }
}
