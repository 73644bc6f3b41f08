//! Losses, a file each, and what outputs answer.
//!
//! A new loss is a file here and, where it is one for classes, a line in the list (`class_loss`).

mod answers;
mod binary_cross_entropy;
mod class_loss;
mod cross_entropy;
mod in_columns;
mod in_lanes;
mod loss;
mod of_classes;
mod row_loss;
mod squared_error;
mod targets;

pub use answers::{accuracy, classes, softmax};
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use class_loss::*;
pub(super) use in_lanes::LossOfNets;
pub use loss::Loss;
pub(super) use row_loss::KnownKind;
pub use targets::Targets;
