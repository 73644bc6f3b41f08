//! What a cell is: the arithmetic of one of its units, and the parameters that it declares.

use crate::numeric::{Lanes, Numbers, Real, Vector};

/// The arithmetic of a unit of a cell.
///
/// With I inputs, H hidden units and G gates, a layer's parameters are
///
/// ```text
/// W     [I + H, G·H], column-major: a column of H for each gate; [I, G·H] where no sum is of the state
/// own   [H] for each number that a unit has of its own, such as a diagonal recurrence
/// b, c  [G·H] each: the bias, which is added to the input's part, and maybe one that is added to the state's part
/// ```
///
/// A column of W is a row of PyTorch's two matrices, one behind the other. From W and the biases a unit has its sums; who
/// computes them, and in which order of units and steps, is not the cell's business.
pub(crate) trait Cell: Copy + Send + Sync {
    /// A value for each sum of a unit.
    type Sums<V: Copy>: Numbers<V>;
    /// A value for each parameter that a unit alone has.
    type Own<V: Copy>: Numbers<V>;
    /// A value for each activation that a backward needs beside the states.
    type Saved<V: Copy>: Numbers<V>;

    /// What is summed up.
    const SUMS: Self::Sums<Sum>;
    /// What the gates are called, in the order of their columns of W; of one column, nothing.
    const GATES: &'static [&'static str] = &[""];
    /// Whether outputs are from -1 to 1.
    const BOUNDED: bool = true;
    /// 1, or 2 as PyTorch's gated cells have.
    const BIASES: usize = 1;
    /// Whether a unit has a memory beside its output.
    const MEMORY: bool = false;
    /// Whether the output before a step goes into the one after it otherwise than through sums.
    const PASSES_ON: bool = false;
    /// The gate that says how much of the memory is kept.
    const FORGET_GATE: Option<usize> = None;

    /// From the sums of a step and the state before it, the state after it and what is saved for the backward.
    fn forward<T: Real, S: Lanes<T>>(self, step: Step<Self, Vector<T, S>>) -> After<Self, Vector<T, S>>;

    /// From the derivatives by the state after a step, those by what it was computed from.
    fn backward<T: Real, S: Lanes<T>>(self, step: StepBack<Self, Vector<T, S>>) -> Derivatives<Self, Vector<T, S>>;
}

/// A sum of a unit: of the bias and the products of the input, of the state, or of both with a gate's column of W.
#[derive(Clone, Copy)]
pub(crate) struct Sum {
    pub(crate) gate: usize,
    pub(crate) input: bool,
    pub(crate) state: bool,
}

impl Sum {
    /// Of the input and the state.
    pub(crate) const fn of_both(gate: usize) -> Self {
        Self { gate, input: true, state: true }
    }

    /// Of the input alone.
    pub(crate) const fn of_input(gate: usize) -> Self {
        Self { gate, input: true, state: false }
    }

    /// Of the state alone.
    pub(crate) const fn of_state(gate: usize) -> Self {
        Self { gate, input: false, state: true }
    }
}

/// The state of a unit between two steps.
#[derive(Clone, Copy)]
pub(crate) struct UnitState<V> {
    pub(crate) output: V,
    /// Without meaning in a cell that has none.
    pub(crate) memory: V,
}

/// A step of a unit, as its forward needs it.
pub(crate) struct Step<C: Cell, V: Copy> {
    pub(crate) sums: C::Sums<V>,
    pub(crate) own: C::Own<V>,
    pub(crate) before: UnitState<V>,
}

/// The state of a unit after a step, and what is saved for the backward.
pub(crate) struct After<C: Cell, V: Copy> {
    pub(crate) state: UnitState<V>,
    pub(crate) saved: C::Saved<V>,
}

/// The same step, as its backward needs it.
pub(crate) struct StepBack<C: Cell, V: Copy> {
    pub(crate) own: C::Own<V>,
    pub(crate) before: UnitState<V>,
    pub(crate) saved: C::Saved<V>,
    /// The output after the step.
    pub(crate) output: V,
    /// The derivatives by the state after the step.
    pub(crate) d_after: UnitState<V>,
}

/// The derivatives of a unit by its sums, by its own parameters, and by the state before the step but through sums.
pub(crate) struct Derivatives<C: Cell, V: Copy> {
    pub(crate) sums: C::Sums<V>,
    pub(crate) own: C::Own<V>,
    pub(crate) before: UnitState<V>,
}

/// What can be said of a cell without its arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// G: columns of W for each hidden unit.
    pub(crate) gates: usize,
    /// Sums of a unit.
    pub(crate) sums: usize,
    /// Parameters that a unit alone has.
    pub(crate) own: usize,
    /// Activations of a unit that are saved.
    pub(crate) saved: usize,
    /// Whether the state is multiplied by a matrix.
    pub(crate) has_matrix: bool,
    pub(crate) biases: usize,
    pub(crate) has_memory: bool,
    pub(crate) forget_gate: Option<usize>,
    pub(crate) gate_names: &'static [&'static str],
    pub(crate) is_bounded: bool,
}

impl Facts {
    pub(crate) fn of<C: Cell>(_: C) -> Self {
        let sums = C::SUMS;
        let sums = sums.as_slice();
        Self {
            gates: sums.iter().map(|sum| sum.gate + 1).max().unwrap_or(0),
            sums: sums.len(),
            own: C::Own::<()>::COUNT,
            saved: C::Saved::<()>::COUNT,
            has_matrix: sums.iter().any(|sum| sum.state),
            biases: C::BIASES,
            has_memory: C::MEMORY,
            forget_gate: C::FORGET_GATE,
            gate_names: C::GATES,
            is_bounded: C::BOUNDED,
        }
    }
}
