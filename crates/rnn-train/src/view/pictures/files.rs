//! A run's pictures as files, drawn side by side.

use super::shown::Shown;
use super::threads::{in_threads, threads};
use super::{figure, units, weights};
use crate::error::Error;
use crate::outputs::files::{FIGURE_PNG, FIGURE_SVG, UNITS_PNG, UNITS_SVG, WEIGHTS_PNG, WEIGHTS_SVG};
use crate::training::watch::Drawable;
use crate::view::palette::Palette;
use chart_kit::png::png;

/// Draws a run's pictures in these colours and writes them to its folder, each as SVG and PNG: those of what is inside the net
/// only where that is known.
pub(crate) fn write_all(run: &Drawable<'_>, palette: Palette) -> Result<(), Error> {
    let &Drawable { settings, folder, durable, curve, validation, snapshot, inside } = run;
    let shown = &Shown { settings, palette, curve, validation, snapshot };
    type Picture<'a> = Box<dyn Fn() -> Result<String, chart_kit::Error> + Send + Sync + 'a>;
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
