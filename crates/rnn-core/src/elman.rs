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

use crate::Scalar;
use crate::cell::{Backward, Cell, Forward, Sum};
use crate::vector::{Lanes, Vector};

/// The tanh cell, or the one of rectified linear units.
#[derive(Clone, Copy)]
pub(crate) struct Elman<const RELU: bool>;

impl<const RELU: bool> Cell for Elman<RELU> {
    const SUMS: &'static [Sum] = &[Sum { gate: 0, input: true, state: true }];
    const KEPT: usize = 0;
    const MEMORY: bool = false;
    const PASSES_ON: bool = false;

    #[inline(always)]
    fn forward<T: Scalar, S: Lanes<T>>(
        self,
        [z, ..]: [Vector<T, S>; 4],
        _before: Vector<T, S>,
        memory: Vector<T, S>,
    ) -> Forward<Vector<T, S>> {
        // What is not a number is not less than 0, and stays what it is.
        let output = if RELU { z.if_less(z.zero(), z.zero(), z) } else { z.tanh() };
        Forward { output, memory, kept: [memory; 5] }
    }

    #[inline(always)]
    fn backward<T: Scalar, S: Lanes<T>>(
        self,
        step: Forward<Vector<T, S>>,
        _before: Vector<T, S>,
        _memory_before: Vector<T, S>,
        d_output: Vector<T, S>,
        d_memory: Vector<T, S>,
    ) -> Backward<Vector<T, S>> {
        let (h, zero) = (step.output, d_output.zero());
        let d_z = if RELU { d_output * zero.if_less(h, h.one(), zero) } else { d_output * h.neg_mul_add(h, h.one()) };
        Backward { sums: [d_z, zero, zero, zero], before: zero, memory: d_memory }
    }
}
