//! The list of cells: a line for each, from which its name, its help and all facts about it are taken.

use super::cell::{Cell, Facts};

/// Declares the enum of all cells, and what is done with the arithmetic of one.
macro_rules! cells {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $about:literal, $cell:expr;)*) => {
        crate::named! {
            /// A recurrent cell.
            ///
            /// In the formulas, x is the input of a step and h the state before it, `[x | h]` stands for one beside the
            /// other, σ for the logistic function and ∘ for the product of elements. With I inputs, H hidden units and B
            /// rows x is `[B, I]`, h `[B, H]`, W `[I + H, H]` for each gate, and each bias `[H]`.
            pub enum CellKind {
                $($(#[$doc])* $kind = $name, $about;)*
            }
        }

        impl CellKind {
            /// Does something with the cell's arithmetic.
            #[inline(always)]
            pub(crate) fn with<V: WithCell>(self, work: V) -> V::Output {
                match self {
                    $(Self::$kind => work.with($cell),)*
                }
            }
        }
    };
}

cells! {
    /// `h′ = tanh([x | h]·W + b)` (Elman 1990), with one bias.
    Elman = "elman", "The Elman cell, with tanh", super::elman::Elman::<false>;
    /// `h′ = max(0, [x | h]·W + b)`, with one bias.
    ElmanRelu = "elman_relu", "The Elman cell with rectified linear units (ReLU)", super::elman::Elman::<true>;
    /// It is that of Cho et al. (2014) in PyTorch's form, with two biases b and c: the reset gate is applied after the recurrent product.
    ///
    /// ```text
    /// r  = σ(x·W_xr + b_r + h·W_hr + c_r)
    /// z  = σ(x·W_xz + b_z + h·W_hz + c_z)
    /// n  = tanh(x·W_xn + b_n + r ∘ (h·W_hn + c_n))
    /// h′ = (1 − z) ∘ n + z ∘ h
    /// ```
    Gru = "gru", "The gated recurrent unit", super::gru::Gru;
    /// It is that of Hochreiter and Schmidhuber (1997) with a forget gate (Gers et al. 2000), as PyTorch has it, with two biases; m is the
    /// memory, which is carried beside the output.
    ///
    /// ```text
    /// [i | f | g | o] = [σ | σ | tanh | σ]([x | h]·W + b + c)
    /// m′ = f ∘ m + i ∘ g
    /// h′ = o ∘ tanh(m′)
    /// ```
    Lstm = "lstm", "The long short-term memory", super::lstm::Lstm;
}

/// Something to do with a cell's arithmetic.
pub(crate) trait WithCell {
    /// What comes of it.
    type Output;
    /// Does it.
    fn with<C: Cell>(self, cell: C) -> Self::Output;
}

impl CellKind {
    /// What can be said of it.
    pub(crate) fn facts(self) -> Facts {
        self.with(FactsOf)
    }

    /// Whether it has forget gates, whose initial bias can be raised.
    #[must_use]
    pub fn has_forget_gate(self) -> bool {
        self.facts().forget_gate.is_some()
    }

    /// What its gates are called, in the order of PyTorch's tensors; of a cell without gates one empty name.
    #[must_use]
    pub fn gate_names(self) -> &'static [&'static str] {
        self.facts().gate_names
    }

    /// Whether its outputs are from -1 to 1.
    #[must_use]
    pub fn is_bounded(self) -> bool {
        self.facts().is_bounded
    }
}

struct FactsOf;

impl WithCell for FactsOf {
    type Output = Facts;

    fn with<C: Cell>(self, cell: C) -> Facts {
        Facts::of(cell)
    }
}
