//! Where the data of a run come from: drawn from the seed, or read from files.

use super::window::Window;
use crate::error::{Error, SettingError};
use crate::settings::table::Settings;
use echo_data::files::Dialect;
use echo_data::{Floor, Form, Layout, Sequence, Split, Task};
use rnn_core::Scalar;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// The generator's stream that initial weights are drawn from. Those of the data are the task's: see [`Split`].
pub(crate) const WEIGHTS_STREAM: u64 = 0;
/// The stream of what dropout sets to zero in epoch 0; epoch e has the e-th behind it.
pub(crate) const DROPOUT_STREAM: u64 = 1 << 63;

/// The data of all epochs of a split.
pub(crate) enum Source {
    Drawn(Box<Drawn>),
    Read {
        files: Vec<(Sequence, Layout)>,
        /// The file of the current epoch.
        current: usize,
    },
}

/// Data that are drawn anew for each epoch.
pub(crate) struct Drawn {
    task: Box<dyn Task>,
    seed: u64,
    split: Split,
    layout: Layout,
    floor: Option<Floor>,
    /// Episodes in an epoch; nothing for a series.
    episodes: Option<usize>,
    epoch: usize,
    /// The series, or the episodes of a batch.
    sequences: Vec<Sequence>,
    /// The epoch and the batch that they are of.
    drawn: Option<[usize; 2]>,
}

impl Drawn {
    fn new(settings: &Settings, split: Split, layout: Layout) -> Result<Self, Error> {
        let (task, seed, floor) = (settings.task(), settings.seed, settings.floor(layout));
        let is_stream = task.form() == Form::Stream;
        let sequences = if is_stream {
            vec![Sequence::zeros(layout.total_series_length())?]
        } else {
            let rows = layout.episodes_of(0).len();
            (0..rows).map(|_| Sequence::new(task.shape())).collect()
        };
        let episodes = (!is_stream).then(|| layout.episodes());
        let mut drawn = Self { task, seed, split, layout, floor, episodes, epoch: 0, sequences, drawn: None };
        if !is_stream {
            // So that the memory is there before anything is written.
            drawn.draw(0)?;
        }
        Ok(drawn)
    }

    /// Draws a batch of the current epoch, if it is not there.
    fn draw(&mut self, batch: usize) -> Result<(), echo_data::Error> {
        let Self { task, seed, split, sequences, epoch, .. } = self;
        if self.drawn == Some([*epoch, batch]) {
            return Ok(());
        }
        self.drawn = None;
        match self.episodes {
            None => task.fill(*seed, *split, *epoch as u64, &mut sequences[0])?,
            Some(episodes) => {
                let first = (*epoch as u64).saturating_mul(episodes as u64);
                let mut numbers = self.layout.episodes_of(batch);
                for sequence in sequences {
                    match numbers.next() {
                        Some(number) => task.fill(*seed, *split, first + number as u64, sequence)?,
                        None => sequence.clear(),
                    }
                }
            }
        }
        self.drawn = Some([self.epoch, batch]);
        Ok(())
    }
}

impl Source {
    /// Reads and checks all files, unless `stop` is set meanwhile, or allocates what to draw into: the data to train on.
    pub(crate) fn new(settings: &Settings, stop: &AtomicBool) -> Result<Self, Error> {
        if let Some(layout) = settings.drawn_layout() {
            return Ok(Self::Drawn(Box::new(Drawn::new(settings, Split::Train, layout)?)));
        }
        let files = settings.series.iter().map(|path| read(path, settings, stop)).collect::<Result<_, _>>()?;
        Ok(Self::Read { files, current: 0 })
    }

    /// The data of another split, where the settings ask for any.
    pub(crate) fn of(settings: &Settings, split: Split) -> Result<Option<Self>, Error> {
        let layout = settings.drawn_for(split);
        layout.map(|layout| Ok(Self::Drawn(Box::new(Drawn::new(settings, split, layout)?)))).transpose()
    }

    /// How many windows the first `epochs` epochs have.
    pub(crate) fn windows(&self, epochs: usize) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout.windows().saturating_mul(epochs),
            Self::Read { files, .. } => {
                let windows = |files: &[(Sequence, Layout)]| files.iter().map(|file| file.1.windows()).sum::<usize>();
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

    /// Goes to an epoch's data.
    pub(crate) fn load(&mut self, epoch: usize) -> Result<(), Error> {
        match self {
            Self::Drawn(drawn) => {
                drawn.epoch = epoch;
                drawn.draw(0)?;
            }
            Self::Read { files, current } => *current = epoch % files.len(),
        }
        Ok(())
    }

    /// How the current data are cut.
    pub(crate) fn layout(&self) -> Layout {
        match self {
            Self::Drawn(drawn) => drawn.layout,
            Self::Read { files, current } => files[*current].1,
        }
    }

    /// Reads a window of the current data.
    pub(crate) fn read<T: Scalar>(&mut self, window: usize, to: &mut Window<T>) -> Result<(), Error> {
        match self {
            Self::Drawn(drawn) => {
                drawn.draw(drawn.layout.place(window).0)?;
                match drawn.episodes {
                    None => to.load(&drawn.sequences[0], drawn.layout, window),
                    Some(_) => to.load_episodes(&drawn.sequences, drawn.layout, window),
                }
            }
            Self::Read { files, current } => to.load(&files[*current].0, files[*current].1, window),
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
        let of = |(series, _): &(Sequence, Layout)| {
            let mut crc = crc32fast::Hasher::new();
            let mut block = Vec::new();
            for steps in [series.inputs(), series.targets()] {
                for classes in steps.classes().chunks(1 << 16) {
                    block.clear();
                    // A class of a file is a byte.
                    block.extend(classes.iter().map(|&class| class as u8));
                    crc.update(&block);
                }
            }
            crc.finalize()
        };
        match self {
            Self::Drawn(_) => Vec::new(),
            Self::Read { files, .. } => files.iter().map(of).collect(),
        }
    }

    /// How the first epoch's data are cut.
    pub(crate) fn first_layout(&self) -> Layout {
        match self {
            Self::Drawn(drawn) => drawn.layout,
            Self::Read { files, .. } => files[0].1,
        }
    }

    /// How many series there are that take turns: 1 where each epoch's data are drawn.
    pub(crate) fn parts(&self) -> usize {
        match self {
            Self::Drawn(_) => 1,
            Self::Read { files, .. } => files.len(),
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

fn read(path: &Path, settings: &Settings, stop: &AtomicBool) -> Result<(Sequence, Layout), Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let wrong = |source| Error::Series { path: path.to_owned(), source };
    let classes = settings.reading().target_classes();
    let read = Sequence::from_csv_with_dialect(UntilStop { file, stop }, classes);
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
