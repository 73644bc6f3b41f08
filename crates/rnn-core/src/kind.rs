//! Which cells there are.

use std::fmt;

/// A recurrent cell.
///
/// In the formulas, x is the input of a step and h the state before it, `[x | h]` stands for one beside the other, σ for
/// the logistic function and ∘ for the product of elements. With I inputs, H hidden units and B rows x is `[B, I]`, h
/// `[B, H]`, W `[I + H, H]` for each gate, and each bias `[H]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// `h′ = tanh([x | h]·W + b)` (Elman 1990), with one bias.
    Elman,
    /// `h′ = max(0, [x | h]·W + b)`, with one bias.
    ElmanRelu,
    /// The gated recurrent unit (Cho et al. 2014) in PyTorch's form, with two biases b and c: the reset gate is applied
    /// after the recurrent product.
    ///
    /// ```text
    /// r  = σ(x·W_xr + b_r + h·W_hr + c_r)
    /// z  = σ(x·W_xz + b_z + h·W_hz + c_z)
    /// n  = tanh(x·W_xn + b_n + r ∘ (h·W_hn + c_n))
    /// h′ = (1 − z) ∘ n + z ∘ h
    /// ```
    Gru,
    /// The long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000), as PyTorch has
    /// it, with two biases; m is the memory, which is carried beside the output.
    ///
    /// ```text
    /// [i | f | g | o] = [σ | σ | tanh | σ]([x | h]·W + b + c)
    /// m′ = f ∘ m + i ∘ g
    /// h′ = o ∘ tanh(m′)
    /// ```
    Lstm,
}

/// The cells and their names in files.
const CELLS: [(CellKind, &str); 4] =
    [(CellKind::Elman, "elman"), (CellKind::ElmanRelu, "elman_relu"), (CellKind::Gru, "gru"), (CellKind::Lstm, "lstm")];

impl CellKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Elman, Self::ElmanRelu, Self::Gru, Self::Lstm];

    /// G: how many products of `[x_t | h_{t-1}]` a hidden unit has.
    pub(crate) fn gates(self) -> usize {
        match self {
            Self::Elman | Self::ElmanRelu => 1,
            Self::Gru => 3,
            Self::Lstm => 4,
        }
    }

    /// Whether a second bias is added to the recurrent part, as in PyTorch.
    pub(crate) fn has_recurrent_bias(self) -> bool {
        matches!(self, Self::Gru | Self::Lstm)
    }

    /// Whether a memory is carried from step to step beside the output.
    pub(crate) fn has_memory(self) -> bool {
        self == Self::Lstm
    }
}

/// The name in files: `elman`, `elman_relu`, `gru`, `lstm`.
impl fmt::Display for CellKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = CELLS.iter().find(|(cell, _)| cell == self).map(|(_, name)| *name);
        f.write_str(name.unwrap_or_default())
    }
}
