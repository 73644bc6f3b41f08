//! The pictures of a run.
//!
//! `draw` is what all pictures are drawn with, `scale` where a number stands between two ends, and `png` makes dots
//! of them; other programs draw their own with these. `axis`, `legend`, `loss` and `rows` are parts, of which
//! `sheet` is put together. `figure` is a sheet of the whole run, `animation` goes through one with sheets, and
//! `units` and `weights` show what is inside the net, in the colours of `heat`.

mod animation;
mod axis;
mod draw;
mod figure;
mod gif;
mod heat;
mod legend;
mod loss;
mod png;
mod rows;
mod scale;
mod sheet;
mod units;
mod weights;

pub use animation::animate;
pub use draw::{Drawn, FAINT, FONT, GRID, Root, SMALL, Side, TEXT, svg, widest, width_of, write, write_upwards};
pub use heat::{BAR, colour_bar, ink};
pub use png::png;
pub use scale::Scale;

use crate::curve::LossCurve;
use crate::error::Error;
use crate::files::{FIGURE_PNG, FIGURE_SVG, UNITS_PNG, UNITS_SVG, WEIGHTS_PNG, WEIGHTS_SVG};
use crate::folder::Durable;
use crate::inside::Inside;
use crate::palette::Palette;
use crate::settings::Settings;
use crate::snapshot::Snapshot;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The sizes of texts and of the line above a picture.
const NORMAL: i32 = 17;
const HEADLINE: i32 = 21;

/// All that a run's pictures show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) palette: Palette,
    pub(crate) curve: &'a LossCurve,
    /// The last window, as the net answers it at the end.
    pub(crate) snapshot: &'a Snapshot,
}

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

/// What drawing a run's pictures takes at most, in bytes: their sizes are fixed.
const MEMORY: usize = 96 << 20;

/// What each further thread takes of a limit on addresses, in bytes: its stack, and a region that the allocator sets apart.
const OF_THREAD: usize = 136 << 20;

/// In how many threads, at most, there is memory to draw: what draws would end the program where there is none.
fn threads(most: usize) -> Result<usize, Error> {
    let fit = |further| Vec::<u8>::new().try_reserve_exact(MEMORY + further * OF_THREAD).is_ok();
    let further = (0..most.max(1)).rev().find(|&further| fit(further));
    let none = || Error::Figure(format!("there is no memory to draw in ({} MB)", MEMORY >> 20));
    further.map(|further| further + 1).ok_or_else(none)
}

/// Does something with each of some values, in so many threads as far as they can be had; of errors the first is told.
fn in_threads<V: Send, T: Send>(
    threads: usize,
    values: impl IntoIterator<Item = V>,
    work: impl Fn(V) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let values: Vec<_> = values.into_iter().map(|value| Mutex::new(Some(value))).collect();
    let ends: Vec<_> = values.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work_on = || {
        while let Some((value, end)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            values.get(index).zip(ends.get(index))
        } {
            let value = locked(value).take();
            *locked(end) = value.map(&work);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(values.len()) {
            if std::thread::Builder::new().spawn_scoped(scope, work_on).is_err() {
                break;
            }
        }
        work_on();
    });
    ends.into_iter().filter_map(|end| end.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn locked<V>(value: &Mutex<V>) -> MutexGuard<'_, V> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
