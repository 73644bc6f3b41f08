//! Sequences, and how they are cut: into rows side by side, the batch, and these into windows of time steps.
//!
//! The room offers [`Sequence`] and what stands at its [`Steps`], [`Layout`] and [`Scored`]. A sequence that is read in
//! [`Stretches`] need not be in memory; its numbers are then kept in a [`Store`]. The room knows nothing of tasks and of files.

mod kept;
mod layout;
mod scored;
mod sequence;
mod steps;
mod stretches;

pub(crate) use kept::{Keeper, Kept};
pub use kept::{Store, Stores, in_memory};
pub use layout::Layout;
pub use scored::Scored;
pub use sequence::{Sequence, Shape};
pub use steps::{Kind, Step, Steps};
pub use stretches::Stretches;
pub(crate) use stretches::within;
