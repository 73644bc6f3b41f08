//! Sequences, and how they are cut: a series into rows, the batch, and each row into windows of time steps.
//!
//! The room offers [`Series`], [`Layout`] and [`Scored`]. It knows nothing of tasks and of files.

mod layout;
mod scored;
mod series;

pub use layout::Layout;
pub use scored::Scored;
pub use series::Series;
