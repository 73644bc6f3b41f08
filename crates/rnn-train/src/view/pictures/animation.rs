//! The animation of a run: a frame for each snapshot, with the loss curve up to there. Its training steps are on a
//! logarithmic axis, as the snapshots are at growing distances: most of the learning is in the beginning.

use super::axis::{Losses, Steps};
use super::gif::{Animation, ColourTable};
use super::loss::Loss;
use super::rows::{Rows, UNKNOWN, WRONG, pale};
use super::sheet::{LOSS, SIZE, Sheet};
use super::threads::{in_threads, threads};
use crate::error::Error;
use crate::outputs::curve::{Bucket, GREATEST_LOSS, ValidCurve};
use crate::outputs::folder::write_whole_among_others;
use crate::outputs::recording::Recording;
use crate::outputs::replaceable::check_replaceable;
use crate::settings::table::Settings;
use crate::view::palette::{Colours, Palette};
use chart_kit::Colour;
use chart_kit::draw::svg;
use chart_kit::png::dots;
use chart_kit::text::thousands;
use resvg::tiny_skia::Pixmap;
use std::path::Path;

/// For how many hundredths of a second the first frame stays, the last one, and each between them.
const FIRST: u16 = 100;
const LAST: u16 = 350;
const EACH: u16 = 8;

/// What a GIF begins with.
const GIF: &[u8] = b"GIF8";

/// So many frames, from all over the run, say which colours there are.
const LOOKED_AT: usize = 9;

/// Draws the run in `folder` as a GIF, from the files that it has left, and writes it to `file`. `progress` is told how
/// many frames are drawn, and of how many. A run that is on its way is drawn as far as it has come.
///
/// # Errors
/// Those of [`Recording::read`]; [`Error::Out`] for a `file` that is there and is no GIF; [`Error::Write`].
pub fn animate(folder: &Path, file: &Path, colours: Colours, progress: impl Fn(usize, usize)) -> Result<(), Error> {
    let threads = threads(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))?;
    let film = Film::read(folder, colours.palette())?;
    check_replaceable(file, GIF, "GIF")?;
    let frames = film.recording.snapshots.len();
    let table = ColourTable::of(&film.colours(), &in_threads(threads, looked_at(frames), |index| film.frame(index))?);
    let mut animation = Animation::new([SIZE.0 as u16, SIZE.1 as u16], &table)?;
    // Some at a time, because all of them would not fit in memory.
    for first in (0..frames).step_by(threads) {
        let some = first..(first + threads).min(frames);
        let drawn = in_threads(threads, some.clone(), |index| Ok(table.clone().indices(&film.frame(index)?)))?;
        for (index, dots) in some.clone().zip(drawn) {
            let delay = match index {
                last if last + 1 == frames => LAST,
                0 => FIRST,
                _ => EACH,
            };
            animation.push(dots, delay)?;
        }
        progress(some.end, frames);
    }
    write_whole_among_others(file, &animation.finish()?)
}

/// The frames, of so many, that say which colours there are: the first, the last, and some between.
fn looked_at(frames: usize) -> impl Iterator<Item = usize> {
    let some = LOOKED_AT.min(frames);
    (0..some).map(move |index| index * (frames - 1) / (some - 1).max(1))
}

/// What all frames are made of.
struct Film {
    recording: Recording,
    palette: Palette,
    known: Columns,
    guessed: Columns,
    validation: ValidCurve,
    floor: Option<f64>,
    /// Training steps done.
    done: usize,
    steps: Steps,
    losses: Losses,
}

impl Film {
    fn read(folder: &Path, palette: Palette) -> Result<Self, Error> {
        let recording = Recording::read(folder)?;
        let mut last = None;
        Recording::for_each_step(folder, |row| last = Some(row.step))?;
        let done = recording.steps_done(last);
        let steps = Steps::logarithmic(done.saturating_sub(1));
        let [mut known, mut guessed] = [Columns::default(), Columns::default()];
        let first_known = recording.settings.first_known_window();
        Recording::for_each_step(folder, |row| {
            let columns = if row.batch >= first_known { &mut known } else { &mut guessed };
            columns.push(LOSS.x(steps.place(row.step)), row.step, row.loss.min(GREATEST_LOSS));
        })?;
        let floor = recording.settings.floor_of_first_window();
        let validation = recording.validation();
        let losses = Losses::of([&known.buckets, &guessed.buckets, validation.losses()], floor);
        Ok(Self { recording, palette, known, guessed, validation, floor, done, steps, losses })
    }

    /// The colours that it must have exactly.
    fn colours(&self) -> Vec<[u8; 3]> {
        let Palette { input, target, prediction, loss, guessed, validation } = self.palette;
        let all = [input, target, prediction, pale(prediction), loss, guessed, WRONG, UNKNOWN];
        let validation = Some(validation).filter(|_| !self.validation.losses().is_empty());
        all.into_iter().chain(validation).map(|Colour(red, green, blue)| [red, green, blue]).collect()
    }

    /// The dots of a frame.
    fn frame(&self, index: usize) -> Result<Pixmap, Error> {
        let Self { ref recording, palette, floor, steps, losses, .. } = *self;
        let (settings, snapshot) = (&recording.settings, &recording.snapshots[index]);
        let (known, guessed) = (&self.known.buckets, &self.guessed.buckets);
        let validated = self.validation.losses();
        let until = Some(snapshot.step);
        let loss = Loss { settings, palette, known, guessed, validated, floor, steps, losses, until };
        let rows = Rows { settings, palette, snapshot };
        let place = format!(
            "training step {} of {}, epoch {}, window {}: {}",
            thousands(snapshot.step),
            thousands(self.done),
            snapshot.epoch,
            snapshot.batch,
            rows.score()
        );
        let sheet = Sheet { headline: headline(settings), place, loss, rows };
        Ok(dots(&svg(SIZE, |root| sheet.draw(root))?, 1.0)?)
    }
}

/// What the net learns.
fn headline(settings: &Settings) -> String {
    format!("A net learns to answer with {}", settings.task().words().answer)
}

/// Losses of neighbouring training steps that share a column of dots. A [`LossCurve`](crate::outputs::curve::LossCurve) has as many steps
/// everywhere, which on a logarithmic axis are too few in the beginning.
#[derive(Debug, Default)]
struct Columns {
    buckets: Vec<Bucket>,
    /// The column of the last bucket, and the windows in it.
    column: i32,
    windows: usize,
}

impl Columns {
    fn push(&mut self, column: i32, step: usize, loss: f64) {
        match self.buckets.last_mut().filter(|_| self.column == column) {
            Some(bucket) => {
                bucket.add(step, loss, self.windows);
                self.windows += 1;
            }
            None => {
                self.buckets.push(Bucket::of(step, loss));
                (self.column, self.windows) = (column, 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_frame_are_looked_at() {
        let of = |frames| looked_at(frames).collect::<Vec<_>>();
        assert_eq!((of(1), of(2), of(5)), (vec![0], vec![0, 1], vec![0, 1, 2, 3, 4]));
        assert_eq!(of(9), (0..9).collect::<Vec<_>>());
        assert_eq!(of(161), (0..9).map(|index| index * 20).collect::<Vec<_>>());
    }
}
