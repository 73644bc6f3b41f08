//! A net: which layers it has, where its parameters lie, how it runs over a window, and how its weights begin.
//!
//! The room offers [`Architecture`], what a net is, [`Network`], with its parameters in one flat slice, the memory that it works
//! on ([`State`], [`Tape`], [`Gradients`]), the table of [`Tensor`]s, initialisers, and inputs made of classes. It knows
//! kernels, cells and numbers, and nothing of training.

mod architecture;
mod encode;
mod init;
mod net;
mod orthogonal;
mod side_by_side;
mod stream;
mod tape;
mod tensors;

pub use architecture::{Architecture, Layer};
pub(crate) use architecture::{Plan, of_layers};
pub use encode::one_hot;
pub use init::{Init, add_forget_bias};
pub use net::Network;
pub(crate) use side_by_side::{OfNets, SideBySide};
pub use stream::Stream;
pub use tape::{Gradients, State, Tape};
pub use tensors::{Place, Role, Tensor};
