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

use super::cell::{After, Cell, Derivatives, Step, StepBack, Sum, UnitState};
use crate::numeric::{Lanes, Real, Vector};

/// The gated recurrent unit. Its sums are those of r, z, of n without the state's part, and m; it keeps r, z, n and m.
#[derive(Clone, Copy)]
pub(crate) struct Gru;

impl Cell for Gru {
    type Sums<V: Copy> = [V; 4];
    type Own<V: Copy> = [V; 0];
    type Saved<V: Copy> = [V; 4];

    const GATES: &'static [&'static str] = &["r", "z", "n"];
    const SUMS: [Sum; 4] = [Sum::of_both(0), Sum::of_both(1), Sum::of_input(2), Sum::of_state(2)];
    const BIASES: usize = 2;
    const PASSES_ON: bool = true;

    #[inline(always)]
    fn forward<T: Real, S: Lanes<T>>(self, step: Step<Self, Vector<T, S>>) -> After<Self, Vector<T, S>> {
        let [r, z, n, m] = step.sums;
        let (r, z) = (r.logistic(), z.logistic());
        let n = r.mul_add(m, n).tanh();
        let output = z.mul_add(step.before.output, (z.one() - z) * n);
        After { state: UnitState { output, ..step.before }, saved: [r, z, n, m] }
    }

    #[inline(always)]
    fn backward<T: Real, S: Lanes<T>>(self, step: StepBack<Self, Vector<T, S>>) -> Derivatives<Self, Vector<T, S>> {
        let ([r, z, n, m], d_h) = (step.saved, step.d_after.output);
        let one = r.one();
        let d_n = d_h * (one - z) * n.neg_mul_add(n, one);
        let d_z = d_h * (step.before.output - n) * z * (one - z);
        let d_r = d_n * m * r * (one - r);
        Derivatives { sums: [d_r, d_z, d_n, d_n * r], own: [], before: UnitState { output: d_h * z, ..step.d_after } }
    }
}
