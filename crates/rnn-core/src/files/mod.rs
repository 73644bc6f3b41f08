//! Files: weights as safetensors, states, and checkpoints.
//!
//! The room offers [`SafetensorsFile`], a file that is ready to be written, what a file says of its net ([`stored`]), the state of
//! a net between two steps, and the checkpoints of a trainer. Bytes come in and go out; nothing is read or written by name.

mod checkpoint;
mod checksum;
mod modules;
mod other_formats;
mod safetensors;
mod state;
mod weights;

pub use checkpoint::checkpoint_note;
pub use modules::Modules;
pub use safetensors::SafetensorsFile;
pub use weights::{Stored, stored};
