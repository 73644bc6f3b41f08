//! What the pictures of a run show.

use crate::outputs::curve::{LossCurve, ValidCurve};
use crate::outputs::snapshot::Snapshot;
use crate::settings::table::Settings;
use crate::view::palette::Palette;

/// All that a run's pictures show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) palette: Palette,
    pub(crate) curve: &'a LossCurve,
    pub(crate) validation: &'a ValidCurve,
    /// The last window, as the net answers it after the last step.
    pub(crate) snapshot: &'a Snapshot,
}
