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

use super::cell::{After, Cell, Derivatives, Step, StepBack, Sum, UnitState};
use crate::numeric::{Lanes, Real, Vector};

/// The long short-term memory. It keeps i, f, g, o and tanh(c).
#[derive(Clone, Copy)]
pub(crate) struct Lstm;

impl Cell for Lstm {
    type Sums<V: Copy> = [V; 4];
    type Own<V: Copy> = [V; 0];
    type Saved<V: Copy> = [V; 5];

    const GATES: &'static [&'static str] = &["i", "f", "g", "o"];
    const SUMS: [Sum; 4] = [Sum::of_both(0), Sum::of_both(1), Sum::of_both(2), Sum::of_both(3)];
    const BIASES: usize = 2;
    const MEMORY: bool = true;
    const FORGET_GATE: Option<usize> = Some(1);

    #[inline(always)]
    fn forward<T: Real, S: Lanes<T>>(self, step: Step<Self, Vector<T, S>>) -> After<Self, Vector<T, S>> {
        let [i, f, g, o] = step.sums;
        let (i, f, g, o) = (i.logistic(), f.logistic(), g.tanh(), o.logistic());
        let memory = f.mul_add(step.before.memory, i * g);
        let tanh_c = memory.tanh();
        After { state: UnitState { output: o * tanh_c, memory }, saved: [i, f, g, o, tanh_c] }
    }

    #[inline(always)]
    fn backward<T: Real, S: Lanes<T>>(self, step: StepBack<Self, Vector<T, S>>) -> Derivatives<Self, Vector<T, S>> {
        let ([i, f, g, o, tanh_c], d_h) = (step.saved, step.d_after.output);
        let one = i.one();
        let d_c = (d_h * o).mul_add(tanh_c.neg_mul_add(tanh_c, one), step.d_after.memory);
        let d_i = d_c * g * i * (one - i);
        let d_f = d_c * step.before.memory * f * (one - f);
        let d_g = d_c * i * g.neg_mul_add(g, one);
        let d_o = d_h * tanh_c * o * (one - o);
        let before = UnitState { output: d_c.zero(), memory: d_c * f };
        Derivatives { sums: [d_i, d_f, d_g, d_o], own: [], before }
    }
}
