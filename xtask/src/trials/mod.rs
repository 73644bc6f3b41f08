//! The trials of a sweep: what is planned, and what is known of each.
//!
//! Data flows one way. [`reader`] makes a [`spec`] of a file, with [`values`], [`places`] for its errors, its [`objective`] and
//! [`early_stopping`]; [`spec_file`] makes a file of it again. [`plan`] makes a list of trials of it, each known by one of the
//! [`hashes`], checked for what it [`needs`]; [`left_out`] says what is not planned. [`results`] is what became of them, a line
//! at a time, and [`store`] the folder in which all is kept: [`moved`] finds files that are not where they were, [`whole`] makes
//! sure that no results are lost. A [`row`] is a trial and what became of it. [`summary`] makes tables of it, of a [`group`] of trials with [`stats`], [`loss_curves`] that of
//! losses, and [`outcome`] sentences.

mod hashes;
mod left_out;
pub(crate) mod loss_curves;
mod moved;
mod needs;
mod places;
mod spec_file;
pub(crate) mod whole;

pub(crate) mod early_stopping;
pub(crate) mod group;
pub(crate) mod objective;
pub(crate) mod outcome;
pub(crate) mod plan;
pub(crate) mod published;
pub(crate) mod reader;
pub(crate) mod results;
pub(crate) mod row;
pub(crate) mod spec;
pub(crate) mod stats;
pub(crate) mod store;
pub(crate) mod summary;
pub(crate) mod sweep;
pub(crate) mod values;
