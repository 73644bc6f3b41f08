//! The settings of a run: one table of all of them, a TOML file below, flags above.
//!
//! A row of the [`table`] is a setting: its name, type, default, range, when it has an effect, one line of help. What belongs
//! to one optimizer or task is declared with it, in the crate that has it (`groups` takes it from there). `layers` puts a file
//! and flags one over the other, each value with its origin. `meaning` is what the settings say together: the net, the task,
//! windows, the schedule. `net` is how a net reads what stands at a time step, `own_data` what is said of data that are read, `opened` what is known of them, `travelling` which settings go along with weights. The room knows
//! no results and no training.

pub mod choices;
#[cfg(feature = "cli")]
pub mod flags;
pub mod groups;
pub mod kind;
pub mod layers;
mod meaning;
pub(crate) mod net;
pub(crate) mod opened;
pub mod or_off;
mod own_data;
pub mod row;
pub mod synonyms;
pub mod table;
pub(crate) mod travelling;
