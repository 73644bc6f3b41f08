//! A run as a sequence of events: trained, watched, stopped, continued. And what a net answers without training.
//!
//! * A run: `data` reads what it is trained on, which is `kept` in memory or in a temporary file, and `source` gives it out epoch by epoch. `session` goes from event to event, and makes each `step`; `means` are those
//!   of an epoch, and `validation` finds the `best` weights. `course` writes the events to the files of a folder. `run` begins a run, or
//!   continues one from its `checkpoint`. One that is `on_its_way` is trained alone, or `side_by_side` with others. Who wants to see it is a `watch`.
//! * A training step: `window` is its data, `answering` what a net's answers are, classes or numbers.
//! * Afterwards: `verdict` says whether the task was learned, `inside` looks into the net.
//! * A saved net: `model` is what its file says. `evaluate` scores it, with the `scorer` that validation has too. `predict` answers rows
//!   (`state_file` is where the state waits for the next call), `sample` continues a text, `forecast` a series.
//!
//! The room knows settings and outputs. Who its watchers are it does not know.

mod answering;
mod best;
pub(crate) mod checkpoint;
mod course;
pub(crate) mod data;
mod drawn;
mod errors;
pub mod evaluate;
pub mod forecast;
mod inputs;
pub mod inside;
mod judge;
mod kept;
mod means;
mod model;
mod nets;
mod on_its_way;
pub mod options;
pub mod predict;
mod prepare;
pub mod run;
pub mod sample;
mod scorer;
pub(crate) mod session;
pub mod side_by_side;
mod source;
mod state_file;
mod step;
mod streams;
mod validation;
pub mod verdict;
pub mod watch;
mod whole;
mod window;
