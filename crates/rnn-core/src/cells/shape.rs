//! How many parameters a layer of a cell has, and where each kind of them lies.

use super::cell::{Cell, Facts, Sum};
use crate::numeric::{Lanes, Numbers, Real, Vector};

/// A layer: the facts of its cell, and how many inputs and units it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LayerShape {
    pub(crate) facts: Facts,
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
}

impl LayerShape {
    /// Rows of W, if they can be counted.
    pub(crate) fn rows(self) -> Option<usize> {
        self.inputs.checked_add(self.rows_of_state())
    }

    /// Rows of W, of a layer whose parameters can be counted.
    #[inline(always)]
    pub(crate) fn matrix_rows(self) -> usize {
        self.inputs + self.rows_of_state()
    }

    /// Rows of W that multiply the state.
    #[inline(always)]
    fn rows_of_state(self) -> usize {
        if self.facts.has_matrix { self.hidden } else { 0 }
    }

    /// Columns of W: one for each gate of each unit.
    #[inline(always)]
    pub(crate) fn columns(self) -> usize {
        self.facts.gates * self.hidden
    }

    /// How many parameters there are, if that can be counted.
    pub(crate) fn parameter_count(self) -> Option<usize> {
        let columns = self.hidden.checked_mul(self.facts.gates)?;
        let own = self.hidden.checked_mul(self.facts.own)?;
        self.rows()?.checked_add(self.facts.biases)?.checked_mul(columns)?.checked_add(own)
    }

    /// Numbers that are carried from one time step to the next: the output's, then the memory's.
    pub(crate) fn state_size(self) -> usize {
        self.hidden * (1 + usize::from(self.facts.has_memory))
    }

    /// How many parameters each part has, in their order: W, the units' own, the bias. What is left is the second bias.
    pub(crate) fn parts(self) -> [usize; 3] {
        [self.matrix_rows() * self.columns(), self.facts.own * self.hidden, self.columns()]
    }
}

/// A layer's parameters, as parts of the net's flat slice.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'a, T> {
    /// W `[inputs + hidden, gates·hidden]`
    pub(crate) w: &'a [T],
    /// `[hidden]` for each of a unit's own.
    pub(crate) own: &'a [T],
    /// `[gates·hidden]`
    pub(crate) bias: &'a [T],
    /// `[gates·hidden]`, or empty for a cell with one bias.
    pub(crate) recurrent_bias: &'a [T],
}

impl<'a, T> Parameters<'a, T> {
    /// A layer's parameters in their parts.
    pub(crate) fn new(shape: LayerShape, all: &'a [T]) -> Self {
        Self::of_nets(shape, all, 1)
    }

    /// Those of nets side by side: so many numbers in the place of each.
    pub(crate) fn of_nets(shape: LayerShape, all: &'a [T], nets: usize) -> Self {
        let [w, own, bias] = shape.parts().map(|parameters| parameters * nets);
        let (w, rest) = all.split_at(w);
        let (own, rest) = rest.split_at(own);
        let (bias, recurrent_bias) = rest.split_at(bias);
        Self { w, own, bias, recurrent_bias }
    }
}

impl<T: Real> Parameters<'_, T> {
    /// Lays out what sums start with: a line for each, of which the first `of_gate` numbers are those of its gate.
    #[inline(always)]
    pub(crate) fn lay_out_starts(&self, sums: &[Sum], of_gate: usize, to: &mut [T]) {
        for (sum, line) in sums.iter().zip(to.chunks_exact_mut(to.len() / sums.len())) {
            for (column, start) in (sum.gate * of_gate..(sum.gate + 1) * of_gate).zip(line) {
                *start = self.start(sum, column);
            }
        }
    }

    /// What a sum starts with: the biases of this column of W that belong to it.
    #[inline(always)]
    fn start(&self, sum: &Sum, column: usize) -> T {
        let part = |of: bool, bias: &[T]| if of { bias.get(column).copied() } else { None };
        let input = part(sum.input, self.bias).unwrap_or_default();
        input + part(sum.state, self.recurrent_bias).unwrap_or_default()
    }

    /// What a unit has of its own, the same in all lanes.
    #[inline(always)]
    pub(crate) fn of_unit<S: Lanes<T>, C: Cell>(&self, lanes: S, hidden: usize, unit: usize) -> C::Own<Vector<T, S>> {
        C::Own::each(
            #[inline(always)]
            |number| Vector::splat(lanes, self.own[number * hidden + unit]),
        )
    }
}
