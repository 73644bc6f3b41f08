//! A run's pictures as files, drawn side by side.

use super::png::png;
use super::shown::Shown;
use super::threads::{in_threads, threads};
use super::{figure, units, weights};
use crate::error::Error;
use crate::outputs::files::{FIGURE_PNG, FIGURE_SVG, UNITS_PNG, UNITS_SVG, WEIGHTS_PNG, WEIGHTS_SVG};
use crate::outputs::folder::Durable;
use crate::training::inside::Inside;
use std::path::Path;

/// Draws a run's pictures and writes them to a folder, each as SVG and PNG: those of what is `inside` the net before
/// training and at the end, over the last window, where that is known.
pub(crate) fn write_all(
    shown: &Shown<'_>,
    inside: Option<&[Inside; 2]>,
    folder: &Path,
    durable: Durable,
) -> Result<(), Error> {
    type Picture<'a> = Box<dyn Fn() -> Result<String, Error> + Send + Sync + 'a>;
    let mut pictures: Vec<(Picture<'_>, [&str; 2])> =
        vec![(Box::new(|| figure::figure(shown)), [FIGURE_SVG, FIGURE_PNG])];
    if let Some(inside) = inside {
        pictures.push((Box::new(|| units::units(shown, inside)), [UNITS_SVG, UNITS_PNG]));
        pictures.push((Box::new(|| weights::weights(shown, inside)), [WEIGHTS_SVG, WEIGHTS_PNG]));
    }
    let written = in_threads(threads(pictures.len())?, pictures, |(picture, [as_svg, as_png])| {
        let svg = picture()?;
        durable.write_whole(&folder.join(as_svg), svg.as_bytes())?;
        durable.write_whole(&folder.join(as_png), &png(&svg)?)
    });
    written.map(drop)
}
