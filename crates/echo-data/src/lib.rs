//! Random class series and their echo, cut into the windows that a recurrent net is trained on.
//!
//! The task of the Echo-RNN: the input is a random series of classes `0..num_classes`, the target is the same
//! series `echo_step` steps later. A net solves it only if it remembers.
//!
//! Data flows one way through three types, each in a module of its own:
//!
//! * [`Classes`] holds a probability for every class,
//! * [`Series`] holds input and target, a byte a value, generated or read from CSV,
//! * [`Layout`] says how a series is cut into rows (the batch) and windows (the time steps of one training step).
//!
//! Randomness always comes from the caller. [`generator()`] makes one that is the same on every platform.
//!
//! ```
//! use echo_data::{generator, Classes, Layout, Series};
//!
//! # fn main() -> Result<(), echo_data::Error> {
//! let classes = Classes::uniform(2)?;
//! let series = Series::generate(50_000, &classes, 3, &mut generator(0, 1))?;
//! let layout = Layout::new(series.len(), 5, 15, 15)?;
//! assert_eq!((layout.windows(), layout.unused()), (666, 50));
//!
//! // One window, time-major: the five rows' values at a time step are neighbours.
//! let mut inputs = vec![0.0_f32; layout.window_values()];
//! layout.gather(series.input(), 0, &mut inputs, f32::from);
//! # Ok(())
//! # }
//! ```

mod classes;
mod error;
mod generator;
mod layout;
mod read;
mod series;

pub use classes::Classes;
pub use error::Error;
pub use generator::{Generator, generator};
pub use layout::Layout;
pub use series::Series;
