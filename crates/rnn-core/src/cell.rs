//! What a recurrent cell is, and what a run over the window of some panels is given.

use crate::Scalar;
use crate::vector::{Lanes, Vector};
use std::ops::Range;

/// The arithmetic of a unit of a cell.
///
/// With I inputs, H hidden units and G gates, a layer's parameters are W `[I + H, G·H]`, column-major, and then its biases
/// of `G·H` each: one that is added to the input's part, and maybe a second one that is added to the recurrent part. A
/// column of W is a row of PyTorch's two matrices, one behind the other.
///
/// Of these a unit has sums, from which the cell computes what goes out; who computes the sums, and in which order of
/// units and steps, is not the cell's business.
pub(crate) trait Cell: Copy + Send + Sync {
    /// The sums of a unit, four at most.
    const SUMS: &'static [Sum];
    /// Numbers of a unit that a backward needs beside its outputs and memories, five at most.
    const KEPT: usize;
    /// Whether a unit has a memory beside its output.
    const MEMORY: bool;
    /// Whether the output before a step goes into the one after it otherwise than through sums.
    const PASSES_ON: bool;

    /// From the sums of a step, the output before it and the memory before it, those after it.
    fn forward<T: Scalar, S: Lanes<T>>(
        self,
        sums: [Vector<T, S>; 4],
        before: Vector<T, S>,
        memory: Vector<T, S>,
    ) -> Forward<Vector<T, S>>;

    /// From the derivatives by the output and the memory after a step, those by what it was computed from.
    fn backward<T: Scalar, S: Lanes<T>>(
        self,
        step: Forward<Vector<T, S>>,
        before: Vector<T, S>,
        memory_before: Vector<T, S>,
        d_output: Vector<T, S>,
        d_memory: Vector<T, S>,
    ) -> Backward<Vector<T, S>>;
}

/// A sum of a unit: of the bias and the products of the input, of the state, or of both with a gate's column of W.
pub(crate) struct Sum {
    pub(crate) gate: usize,
    pub(crate) input: bool,
    pub(crate) state: bool,
}

/// What a step gives for a unit. A backward is given it again, but for the memory.
#[derive(Clone, Copy)]
pub(crate) struct Forward<V> {
    pub(crate) output: V,
    pub(crate) memory: V,
    pub(crate) kept: [V; 5],
}

/// The derivatives of a unit by its sums, by the output before the step but through sums, and by the memory before it.
#[derive(Clone, Copy)]
pub(crate) struct Backward<V> {
    pub(crate) sums: [V; 4],
    pub(crate) before: V,
    pub(crate) memory: V,
}

/// Sums whose columns of W are neighbours and which are treated alike.
pub(crate) struct Run {
    pub(crate) sum: usize,
    pub(crate) gate: usize,
    pub(crate) count: usize,
    pub(crate) input: bool,
    pub(crate) state: bool,
}

/// Those of the sums that are of some kind, as few runs as there can be.
pub(crate) fn runs(
    sums: &'static [Sum],
    kind: impl Fn(&Sum) -> bool,
    alike: impl Fn(&Sum) -> (bool, bool),
) -> impl Iterator<Item = Run> {
    let mut next = 0;
    std::iter::from_fn(move || {
        while !kind(sums.get(next)?) {
            next += 1;
        }
        let (sum, gate, (input, state)) = (next, sums[next].gate, alike(&sums[next]));
        while sums.get(next).is_some_and(|s| kind(s) && alike(s) == (input, state) && s.gate == gate + next - sum) {
            next += 1;
        }
        Some(Run { sum, gate, count: next - sum, input, state })
    })
}

/// A layer's parameters, as parts of the net's flat slice.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'a, T> {
    /// W `[inputs + hidden, gates·hidden]`
    pub(crate) w: &'a [T],
    /// `[gates·hidden]`
    pub(crate) bias: &'a [T],
    /// `[gates·hidden]`, or empty for a cell with one bias.
    pub(crate) recurrent_bias: &'a [T],
}

/// A layer's inputs and its hidden units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
}

impl Sizes {
    /// Rows of W.
    #[inline(always)]
    pub(crate) fn rows(self) -> usize {
        self.inputs + self.hidden
    }
}

/// A forward over the window of some panels.
pub(crate) struct ForwardPart<'a, T, C> {
    pub(crate) cell: C,
    pub(crate) sizes: Sizes,
    pub(crate) parameters: Parameters<'a, T>,
    /// For each sum the bias of each unit.
    pub(crate) start: &'a [T],
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    pub(crate) panels: Range<usize>,
    /// Those of the tape, of these panels.
    pub(crate) xh: &'a mut [T],
    pub(crate) sums: &'a mut [T],
    pub(crate) kept: &'a mut [T],
    pub(crate) memory: &'a mut [T],
}

/// A backward over the window of some panels.
pub(crate) struct BackwardPart<'a, T, C> {
    pub(crate) cell: C,
    pub(crate) sizes: Sizes,
    pub(crate) parameters: Parameters<'a, T>,
    pub(crate) transposed: &'a [T],
    pub(crate) batch: usize,
    pub(crate) steps: usize,
    pub(crate) panels: Range<usize>,
    /// Those of the tape, of these panels.
    pub(crate) xh: &'a [T],
    pub(crate) kept: &'a [T],
    pub(crate) memory: &'a [T],
    /// Derivatives of these panels.
    pub(crate) d_outputs: &'a mut [T],
    pub(crate) d_sums: &'a mut [T],
    pub(crate) d_memory: &'a mut [T],
    /// Empty where nobody asks for them.
    pub(crate) d_inputs: &'a mut [T],
    /// Inputs and states of these panels, to be [turned](crate::row_sums); empty for few hidden units.
    pub(crate) turned: &'a mut [T],
}
