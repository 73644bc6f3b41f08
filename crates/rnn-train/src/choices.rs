//! The settings that are one of several names.

use rnn_core::Init;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares an enum of choices whose names, in files and flags and shown, are those given.
macro_rules! choices {
    ($(#[$meta:meta])* $choice:ident { $($(#[$of_one:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
        #[allow(clippy::doc_markdown, reason = "these comments are the program's help")]
        pub enum $choice {
            $($(#[$of_one])* #[serde(rename = $name)] #[value(name = $name)] $variant,)+
        }

        impl fmt::Display for $choice {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $name,)+ })
            }
        }
    };
}

choices! {
    /// How gradients change parameters.
    OptimizerKind {
        /// Gradient descent, plain or with momentum
        Sgd = "sgd",
        /// Adagrad as in TensorFlow: the accumulator starts at 0.1, no epsilon
        Adagrad = "adagrad",
        /// Adagrad as in PyTorch: the accumulator starts at 0
        AdagradPytorch = "adagrad_pytorch",
        /// RMSProp
        RmsProp = "rmsprop",
        /// Adam
        Adam = "adam",
        /// Adam with decoupled weight decay
        AdamW = "adamw",
    }
}

choices! {
    /// The recurrent cell.
    CellKind {
        /// The Elman cell, with tanh
        Elman = "elman",
        /// The Elman cell with rectified linear units (ReLU)
        ElmanRelu = "elman_relu",
        /// The gated recurrent unit
        Gru = "gru",
        /// The long short-term memory
        Lstm = "lstm",
    }
}

choices! {
    /// The numbers that the net computes in.
    Dtype {
        /// 32-bit floating point
        F32 = "f32",
        /// 64-bit floating point
        F64 = "f64",
    }
}

choices! {
    /// How a class comes in.
    InputKind {
        /// One input: the class as a number
        Number = "number",
        /// One input for each class: 1 for the class itself, 0 for the others
        OneHot = "one_hot",
    }
}

choices! {
    /// What is made small.
    LossKind {
        /// Cross-entropy, with one output for each class
        CrossEntropy = "cross_entropy",
        /// Squared error between one output and the class's number
        SquaredError = "squared_error",
    }
}

impl LossKind {
    /// What stands beside an axis of it.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::CrossEntropy => "cross-entropy (nats)",
            Self::SquaredError => "squared error",
        }
    }
}

choices! {
    /// Which of a window's time steps are read out and counted.
    Readout {
        /// Every time step
        EveryStep = "every_step",
        /// Only the last time step
        LastStep = "last_step",
    }
}

choices! {
    /// What weights start from.
    InitKind {
        /// Weights uniform in [0, 1), biases 0
        Tutorial = "tutorial",
        /// Weights and biases uniform in ±1/√state_size
        Pytorch = "pytorch",
        /// Weights uniform in ±√(6/(inputs + outputs)), biases 0
        Xavier = "xavier",
        /// Recurrent weights orthogonal, the others as xavier
        Orthogonal = "orthogonal",
        /// Recurrent weights the identity, the others small
        Identity = "identity",
    }
}

choices! {
    /// How the learning rate falls.
    ScheduleKind {
        /// It stays the same
        Constant = "constant",
        /// It is multiplied by decay_factor after every decay_steps steps
        Step = "step",
        /// It decreases to decay_factor of its size over decay_steps steps, as half a cosine
        Cosine = "cosine",
    }
}

impl From<CellKind> for rnn_core::CellKind {
    fn from(cell: CellKind) -> Self {
        match cell {
            CellKind::Elman => Self::Elman,
            CellKind::ElmanRelu => Self::ElmanRelu,
            CellKind::Gru => Self::Gru,
            CellKind::Lstm => Self::Lstm,
        }
    }
}

impl From<rnn_core::CellKind> for CellKind {
    fn from(cell: rnn_core::CellKind) -> Self {
        match cell {
            rnn_core::CellKind::Elman => Self::Elman,
            rnn_core::CellKind::ElmanRelu => Self::ElmanRelu,
            rnn_core::CellKind::Gru => Self::Gru,
            rnn_core::CellKind::Lstm => Self::Lstm,
        }
    }
}

impl From<InitKind> for Init {
    fn from(init: InitKind) -> Self {
        match init {
            InitKind::Tutorial => Self::Tutorial,
            InitKind::Pytorch => Self::PyTorch,
            InitKind::Xavier => Self::Xavier,
            InitKind::Orthogonal => Self::Orthogonal,
            InitKind::Identity => Self::Identity,
        }
    }
}
