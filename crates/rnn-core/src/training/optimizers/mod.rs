//! Optimizers: how gradients change parameters, element by element over the flat slice.
//!
//! The room offers [`Optimizer`], a method with its learning rate, schedule, clipping and memory, and the methods, a file
//! each. A new method is a file here and a line in the list (`method`); its constants are declared in its file.

mod adagrad;
mod adam;
mod clip;
mod constants;
mod descent;
mod method;
mod optimizer;
mod rmsprop;
mod sgd;

pub use clip::Clip;
pub(crate) use clip::euclidean_norm;
pub use constants::{Constant, ConstantRange, ConstantValue};
pub use method::*;
pub use optimizer::Optimizer;
