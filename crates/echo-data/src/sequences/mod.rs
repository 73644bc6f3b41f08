//! Sequences, and how they are cut: into rows side by side, the batch, and these into windows of time steps.
//!
//! The room offers [`Sequence`] and what stands at its [`Steps`], [`Layout`] and [`Scored`]. It knows nothing of tasks and of files.

mod layout;
mod scored;
mod sequence;
mod steps;

pub use layout::Layout;
pub use scored::Scored;
pub use sequence::{Sequence, Shape};
pub use steps::{Kind, Step, Steps};
