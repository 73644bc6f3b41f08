//! A run as a sequence of events: trained, watched, stopped, continued. And what a net answers without training.
//!
//! `data` reads what a run is trained on and `source` gives it out epoch by epoch, `session` goes from event to event of a training (`means` of an epoch, the `best` weights by `validation`), and `course` writes
//! them to the files of a folder. `run` begins a run, or continues one from its `checkpoint`; who wants to see it is a
//! `watch`. `verdict` says whether it learned its task, `inside` looks into the net. `evaluate` scores (a `scorer` does, here and in validation) and `predict` answers
//! without training, `sample` goes on with a text, `forecast` with a series; `answering` is what a net's answers are, classes or numbers, `window` the data of a training step; `model` is what a file of weights says. The room knows settings and outputs; who its watchers are it
//! does not know.

mod answering;
mod best;
pub(crate) mod checkpoint;
mod course;
pub(crate) mod data;
mod errors;
pub mod evaluate;
pub mod forecast;
mod inputs;
pub mod inside;
mod means;
mod model;
mod nets;
pub mod options;
pub mod predict;
mod prepare;
pub mod run;
pub mod sample;
mod scorer;
pub(crate) mod session;
mod source;
mod validation;
pub mod verdict;
pub mod watch;
mod window;
