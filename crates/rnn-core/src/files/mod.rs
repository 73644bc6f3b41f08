//! Files: weights as safetensors, and checkpoints.
//!
//! The room offers [`SafetensorsFile`], a file that is ready to be written, what a file says of its net ([`stored`]), and the
//! checkpoints of a trainer. Bytes come in and go out; nothing is read or written by name.

mod checkpoint;
mod modules;
mod other_formats;
mod safetensors;
mod weights;

pub use checkpoint::checkpoint_note;
pub use modules::Modules;
pub use safetensors::SafetensorsFile;
pub use weights::{Stored, stored};
