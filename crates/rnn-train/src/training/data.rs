//! Where an epoch's series comes from: drawn from the seed, or read from files.

use crate::error::{Error, SettingError};
use crate::settings::table::Settings;
use echo_data::files::Dialect;
use echo_data::{Floor, Layout, Series, Split, Task};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// The generator's stream that initial weights are drawn from. Those of the series are the task's: see [`Split`].
pub(crate) const WEIGHTS_STREAM: u64 = 0;
/// The stream of what dropout sets to zero in epoch 0; epoch e has the e-th behind it.
pub(crate) const DROPOUT_STREAM: u64 = 1 << 63;

/// The series of all epochs.
pub(crate) enum Source {
    Drawn(Drawn),
    Read {
        files: Vec<(Series, Layout)>,
        /// The file of the current epoch.
        current: usize,
    },
}

/// A series that is drawn anew each time.
pub(crate) struct Drawn {
    series: Series,
    task: Box<dyn Task>,
    seed: u64,
    layout: Layout,
    floor: Option<Floor>,
}

impl Drawn {
    fn draw(&mut self, split: Split) -> Result<(), echo_data::Error> {
        self.task.fill(self.seed, split, &mut self.series)
    }
}

impl Source {
    /// Reads and checks all files, unless `stop` is set meanwhile, or allocates what to draw into.
    pub(crate) fn new(settings: &Settings, stop: &AtomicBool) -> Result<Self, Error> {
        if settings.series.is_empty() {
            // Checked settings give a length to settings without files.
            let length = settings.total_series_length.unwrap_or_default();
            let layout = settings.layout(length)?;
            let (task, seed, floor) = (settings.task(), settings.seed, settings.floor(layout));
            return Ok(Self::Drawn(Drawn { series: Series::zeros(length)?, task, seed, layout, floor }));
        }
        let files = settings.series.iter().map(|path| read(path, settings, stop)).collect::<Result<_, _>>()?;
        Ok(Self::Read { files, current: 0 })
    }

    /// How many windows the first `epochs` epochs have.
    pub(crate) fn windows(&self, epochs: usize) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout.windows().saturating_mul(epochs),
            Self::Read { files, .. } => {
                let windows = |files: &[(Series, Layout)]| files.iter().map(|file| file.1.windows()).sum::<usize>();
                let rounds = windows(files).saturating_mul(epochs / files.len());
                rounds.saturating_add(windows(&files[..epochs % files.len()]))
            }
        }
    }

    /// How many windows epochs have that take turns.
    pub(crate) fn windows_in_turn(&self) -> Vec<usize> {
        match self {
            Self::Drawn(drawn) => vec![drawn.layout.windows()],
            Self::Read { files, .. } => files.iter().map(|(_, layout)| layout.windows()).collect(),
        }
    }

    /// Goes to an epoch's series.
    pub(crate) fn load(&mut self, epoch: usize) -> Result<(), Error> {
        match self {
            Self::Drawn(drawn) => drawn.draw(Split::Train(epoch as u64))?,
            Self::Read { files, current } => *current = epoch % files.len(),
        }
        Ok(())
    }

    /// The current series and how it is cut.
    pub(crate) fn current(&self) -> (&Series, Layout) {
        match self {
            Self::Drawn(drawn) => (&drawn.series, drawn.layout),
            Self::Read { files, current } => (&files[*current].0, files[*current].1),
        }
    }

    /// The least mean loss that any net can have in a window, if that is known: of a file's values nothing is.
    pub(crate) fn floor(&self, window: usize) -> Option<f64> {
        match self {
            Self::Drawn(drawn) => drawn.floor.as_ref().map(|floor| floor.window(window)),
            Self::Read { .. } => None,
        }
    }

    /// A checksum of the values of each file.
    pub(crate) fn checksums(&self) -> Vec<u32> {
        let of = |(series, _): &(Series, Layout)| {
            let mut crc = crc32fast::Hasher::new();
            [series.input(), series.target()].into_iter().for_each(|values| crc.update(values));
            crc.finalize()
        };
        match self {
            Self::Drawn(_) => Vec::new(),
            Self::Read { files, .. } => files.iter().map(of).collect(),
        }
    }

    /// How the first series is cut.
    pub(crate) fn first_layout(&self) -> Layout {
        match self {
            Self::Drawn(drawn) => drawn.layout,
            Self::Read { files, .. } => files[0].1,
        }
    }

    /// Calls `score` with each series to evaluate on: one that no training has drawn, or all files.
    pub(crate) fn for_evaluation(
        &mut self,
        mut score: impl FnMut(&Series, Layout, Option<&Floor>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self {
            Self::Drawn(drawn) => {
                drawn.draw(Split::Fresh)?;
                score(&drawn.series, drawn.layout, drawn.floor.as_ref())
            }
            Self::Read { files, .. } => files.iter().try_for_each(|(series, layout)| score(series, *layout, None)),
        }
    }
}

/// Tells how a file was understood that is not written as RFC 4180 has it.
pub(crate) fn tell_dialect(name: &str, dialect: Dialect) {
    let dialect = dialect.to_string();
    if !dialect.is_empty() {
        tracing::info!("{name}: read as {dialect}");
    }
}

/// A file, until `stop` is set.
struct UntilStop<'a> {
    file: File,
    stop: &'a AtomicBool,
}

impl Read for UntilStop<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) { Err(std::io::Error::other("stopped")) } else { self.file.read(bytes) }
    }
}

fn read(path: &Path, settings: &Settings, stop: &AtomicBool) -> Result<(Series, Layout), Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let wrong = |source| Error::Series { path: path.to_owned(), source };
    let read = Series::from_csv_with_dialect(UntilStop { file, stop }, settings.num_classes());
    if stop.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    let (series, dialect) = read.map_err(wrong)?;
    tell_dialect(&path.display().to_string(), dialect);
    if let Some(asked) = settings.total_series_length.filter(|&length| length != series.len()) {
        let message = format!("total_series_length is {asked}: {} has {} values", path.display(), series.len());
        return Err(SettingError::new("total_series_length", message).into());
    }
    let layout = settings.layout(series.len()).map_err(wrong)?;
    Ok((series, layout))
}
