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
//! No error runs back past the window's first step: the state that a window starts from is taken as given.
//! The sum for dW is taken over all time steps at once (Werbos, "Backpropagation through time", 1990).

use super::cell::{After, Cell, Derivatives, Step, StepBack, Sum, UnitState};
use crate::numeric::{Lanes, Real, Vector};

/// The tanh cell, or the one of rectified linear units.
#[derive(Clone, Copy)]
pub(crate) struct Elman<const RELU: bool>;

impl<const RELU: bool> Cell for Elman<RELU> {
    type Sums<V: Copy> = [V; 1];
    type Own<V: Copy> = [V; 0];
    type Saved<V: Copy> = [V; 0];

    const BOUNDED: bool = !RELU;
    const SUMS: [Sum; 1] = [Sum::of_both(0)];

    #[inline(always)]
    fn forward<T: Real, S: Lanes<T>>(self, step: Step<Self, Vector<T, S>>) -> After<Self, Vector<T, S>> {
        let Step { sums: [z], own: [], before } = step;
        // What is not a number is not less than 0, and stays what it is.
        let output = if RELU { z.zero().greater(z) } else { z.tanh() };
        After { state: UnitState { output, ..before }, saved: [] }
    }

    #[inline(always)]
    fn backward<T: Real, S: Lanes<T>>(self, step: StepBack<Self, Vector<T, S>>) -> Derivatives<Self, Vector<T, S>> {
        let StepBack { own: [], output: h, d_after, .. } = step;
        let (d_h, zero) = (d_after.output, h.zero());
        let d_z = if RELU { d_h * zero.if_less(h, h.one(), zero) } else { d_h * h.neg_mul_add(h, h.one()) };
        Derivatives { sums: [d_z], own: [], before: UnitState { output: zero, ..d_after } }
    }
}
