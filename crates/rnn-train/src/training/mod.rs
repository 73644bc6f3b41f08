//! A run as a sequence of events: trained, watched, stopped, continued; and what a net answers without training.

pub mod checkpoint;
pub mod data;
pub mod evaluate;
pub mod inputs;
pub mod inside;
pub mod means;
pub mod predict;
pub mod prepare;
pub mod run;
pub mod train;
pub mod verdict;
