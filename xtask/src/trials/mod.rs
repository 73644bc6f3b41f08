//! The trials of a sweep: what is planned, and what is known of each.
//!
//! Data flows one way. [`reader`] makes a [`spec`] of a file, with [`values`], [`places`] for its errors and
//! [`early_stopping`]; [`plan`] makes a list of trials of it. [`results`] is what became of them, a line at a time, and [`store`]
//! the folder in which all is kept. [`summary`] makes tables of it, with [`stats`], and [`outcome`] sentences.

mod places;

pub(crate) mod early_stopping;
pub(crate) mod outcome;
pub(crate) mod plan;
pub(crate) mod reader;
pub(crate) mod results;
pub(crate) mod spec;
pub(crate) mod stats;
pub(crate) mod store;
pub(crate) mod summary;
pub(crate) mod values;
