//! A sweep: what is planned, and the folder of its results.

use super::plan::Plan;
use std::path::Path;

/// A plan and the folder of its results.
#[derive(Clone, Copy)]
pub(crate) struct Sweep<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) folder: &'a Path,
}
