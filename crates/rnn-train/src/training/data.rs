//! Where the data of a run come from: drawn from the seed, or read from files.

use super::window::Window;
use crate::error::{Error, SettingError};
use crate::settings::table::Settings;
use crc32fast::Hasher;
use echo_data::files::Dialect;
use echo_data::{Baseline, Dataset, Floor, Form, InFile, Layout, Sequence, Shares, Split, Task};
use rnn_core::Scalar;
use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
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
    /// Series of a task's own files, one after the other in each epoch.
    Own(Vec<(Sequence, Layout)>),
    /// Series, or episodes, that are read side by side from a zero state, each to its end: to be scored.
    Whole(Vec<Sequence>, Layout),
}

/// Settings, and the data that they read: with these, what must be known of them is known.
pub(crate) struct Opened {
    pub(crate) settings: Settings,
    /// Nothing where data are drawn, or are a series in the place of one that is.
    data: Option<Dataset>,
    /// A checksum of each file that was read.
    checksums: Vec<u32>,
}

/// Data that are drawn anew for each epoch.
pub(crate) struct Drawn {
    task: Arc<dyn Task>,
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

impl Opened {
    /// Reads the files of the task's own data, unless `stop` is set meanwhile.
    pub(crate) fn of(settings: &Settings, stop: &AtomicBool) -> Result<Self, Error> {
        Self::with_shares(settings, Shares { valid: settings.valid, test: settings.test }, stop)
    }

    /// The same, of which these shares are held out.
    pub(crate) fn with_shares(settings: &Settings, shares: Shares, stop: &AtomicBool) -> Result<Self, Error> {
        let (task, paths) = (settings.task(), settings.data_files());
        let Some(own) = task.own_data() else {
            return Ok(Self { settings: settings.clone(), data: None, checksums: Vec::new() });
        };
        let files = paths.iter().map(|path| UntilStop::open(path, stop)).collect::<Result<Vec<_>, _>>()?;
        let sums: Vec<_> = files.iter().map(|file| Rc::clone(&file.sum)).collect();
        let read = own.read(files.into_iter().map(|file| Box::new(file) as _).collect(), shares);
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let (task, data) = read.map_err(|InFile { file, error }| {
            let path = paths.get(file).cloned().unwrap_or_default();
            Error::Series { path, source: error }
        })?;
        let settings = settings.with_task(task);
        settings.check_net()?;
        let checksums = sums.iter().map(|sum| sum.borrow().clone().finalize()).collect();
        Ok(Self { settings, data: Some(data), checksums })
    }

    /// The data to train on: files are read and checked, unless `stop` is set meanwhile, or what to draw into is allocated.
    pub(crate) fn source(&mut self, stop: &AtomicBool) -> Result<Source, Error> {
        let settings = &self.settings;
        if let Some(data) = &mut self.data {
            let paths = settings.data_files();
            let of = |(number, series): (usize, Sequence)| {
                let wrong = |source| Error::Series { path: paths.get(number).cloned().unwrap_or_default(), source };
                let layout = settings.layout(series.len()).map_err(wrong)?;
                Ok::<_, Error>((series, layout))
            };
            let train = std::mem::take(&mut data.train).into_iter().enumerate().map(of);
            return Ok(Source::Own(train.collect::<Result<_, _>>()?));
        }
        if let Some(layout) = settings.drawn_layout() {
            return Ok(Source::Drawn(Box::new(Drawn::new(settings, Split::Train, layout)?)));
        }
        let files = settings.series.iter().map(|path| read(path, settings, stop)).collect::<Result<_, _>>()?;
        Ok(Source::Read { files, current: 0 })
    }

    /// The data of another split, where the settings ask for any.
    pub(crate) fn held_out(&mut self, split: Split) -> Result<Option<Source>, Error> {
        let settings = &self.settings;
        let Some(data) = &mut self.data else {
            let layout = settings.drawn_for(split);
            return layout.map(|layout| Ok(Source::Drawn(Box::new(Drawn::new(settings, split, layout)?)))).transpose();
        };
        let (name, share, part) = match split {
            Split::Train | Split::Fresh => ("data", 1.0, &mut data.train),
            Split::Valid => ("valid", settings.valid, &mut data.valid),
            Split::Test => ("test", settings.test, &mut data.test),
        };
        if share == 0.0 {
            return Ok(None);
        }
        let part = std::mem::take(part);
        let longest = part.iter().map(Sequence::len).max().unwrap_or_default();
        if longest == 0 {
            let message = format!("{name} is {share}: what it holds out is too little: nothing is asked for there");
            return Err(SettingError::new(name, message).into());
        }
        let Settings { batch_size, truncated_backprop_length, window_stride, .. } = *settings;
        let layout = Layout::of_episodes(part.len(), longest, batch_size, truncated_backprop_length, window_stride)?;
        Ok(Some(Source::Whole(part, layout)))
    }

    /// The best of some simple rules on the test data, if there are any.
    pub(crate) fn test_baseline(&self) -> Option<Baseline> {
        self.data.as_ref()?.baselines[2].clone()
    }

    /// A checksum of each file that was read, with its source.
    pub(crate) fn checksums(&self, source: &Source) -> Vec<u32> {
        if self.data.is_some() { self.checksums.clone() } else { source.checksums() }
    }
}

impl Source {
    /// How many windows the first `epochs` epochs have.
    pub(crate) fn windows(&self, epochs: usize) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout.windows().saturating_mul(epochs),
            Self::Own(series) => windows(series).saturating_mul(epochs),
            Self::Whole(_, layout) => layout.windows().saturating_mul(epochs),
            Self::Read { files, .. } => {
                let rounds = windows(files).saturating_mul(epochs / files.len());
                rounds.saturating_add(windows(&files[..epochs % files.len()]))
            }
        }
    }

    /// How many windows epochs have that take turns.
    pub(crate) fn windows_in_turn(&self) -> Vec<usize> {
        match self {
            Self::Drawn(drawn) => vec![drawn.layout.windows()],
            Self::Own(series) => vec![windows(series)],
            Self::Whole(_, layout) => vec![layout.windows()],
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
            Self::Own(_) | Self::Whole(..) => {}
            Self::Read { files, current } => *current = epoch % files.len(),
        }
        Ok(())
    }

    /// How many windows the current epoch has.
    pub(crate) fn windows_now(&self) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout.windows(),
            Self::Own(series) => windows(series),
            Self::Whole(_, layout) => layout.windows(),
            Self::Read { files, current } => files[*current].1.windows(),
        }
    }

    /// Whether a series, or a batch of episodes, begins with a window of the current epoch.
    pub(crate) fn begins(&self, window: usize) -> bool {
        match self {
            Self::Drawn(drawn) => drawn.layout.place(window).1 == 0,
            Self::Whole(_, layout) => layout.place(window).1 == 0,
            Self::Own(series) => within(series, window).is_some_and(|(_, of_series)| of_series == 0),
            Self::Read { .. } => window == 0,
        }
    }

    /// Whether rows can end before a window does, or have steps that are not scored.
    pub(crate) fn is_masked(&self) -> bool {
        match self {
            Self::Drawn(drawn) => drawn.episodes.is_some(),
            Self::Whole(..) => true,
            Self::Own(_) | Self::Read { .. } => false,
        }
    }

    /// How many values the current data have, in the first series where there are several.
    pub(crate) fn values(&self) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout.total_series_length(),
            Self::Own(series) => series.iter().map(|(series, _)| series.len()).sum(),
            Self::Whole(series, _) => series.iter().map(Sequence::len).sum(),
            Self::Read { files, current } => files[*current].1.total_series_length(),
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
            Self::Own(series) => match within(series, window) {
                Some(((series, layout), of_series)) => to.load(series, *layout, of_series),
                None => Ok(()),
            },
            Self::Whole(series, layout) => {
                let rows = layout.episodes_of(layout.place(window).0);
                to.load_episodes(&series[rows], *layout, window)
            }
            Self::Read { files, current } => to.load(&files[*current].0, files[*current].1, window),
        }
    }

    /// The least mean loss that any net can have in a window, if that is known: of a file's values nothing is.
    pub(crate) fn floor(&self, window: usize) -> Option<f64> {
        match self {
            Self::Drawn(drawn) => drawn.floor.as_ref().map(|floor| floor.window(window)),
            Self::Own(_) | Self::Whole(..) | Self::Read { .. } => None,
        }
    }

    /// A checksum of the values of each file.
    fn checksums(&self) -> Vec<u32> {
        let of = |(series, _): &(Sequence, Layout)| {
            let mut crc = Hasher::new();
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
            Self::Drawn(_) | Self::Own(_) | Self::Whole(..) => Vec::new(),
            Self::Read { files, .. } => files.iter().map(of).collect(),
        }
    }

    /// How the first epoch's data are cut.
    pub(crate) fn first_layout(&self) -> Layout {
        match self {
            Self::Drawn(drawn) => drawn.layout,
            Self::Own(files) | Self::Read { files, .. } => files[0].1,
            Self::Whole(_, layout) => *layout,
        }
    }

    /// How many series there are that take turns: 1 where each epoch's data are drawn.
    pub(crate) fn parts(&self) -> usize {
        match self {
            Self::Drawn(_) | Self::Own(_) | Self::Whole(..) => 1,
            Self::Read { files, .. } => files.len(),
        }
    }
}

/// How many windows all series have.
fn windows(series: &[(Sequence, Layout)]) -> usize {
    series.iter().map(|(_, layout)| layout.windows()).sum()
}

/// The series that a window is of, and its number there.
fn within(series: &[(Sequence, Layout)], mut window: usize) -> Option<(&(Sequence, Layout), usize)> {
    for one in series {
        if window < one.1.windows() {
            return Some((one, window));
        }
        window -= one.1.windows();
    }
    None
}

/// Tells how a file was understood that is not written as RFC 4180 has it.
pub(crate) fn tell_dialect(name: &str, dialect: Dialect) {
    let dialect = dialect.to_string();
    if !dialect.is_empty() {
        tracing::info!("{name}: read as {dialect}");
    }
}

/// A file, until `stop` is set, and a checksum of what has been read of it.
struct UntilStop<'a> {
    file: File,
    sum: Rc<RefCell<Hasher>>,
    stop: &'a AtomicBool,
}

impl<'a> UntilStop<'a> {
    fn open(path: &Path, stop: &'a AtomicBool) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Ok(Self { file, sum: Rc::default(), stop })
    }
}

impl Read for UntilStop<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(std::io::Error::other("stopped"));
        }
        let count = self.file.read(bytes)?;
        self.sum.borrow_mut().update(&bytes[..count]);
        Ok(count)
    }
}

fn read(path: &Path, settings: &Settings, stop: &AtomicBool) -> Result<(Sequence, Layout), Error> {
    let wrong = |source| Error::Series { path: path.to_owned(), source };
    let classes = settings.reading().target_classes();
    let read = Sequence::from_csv_with_dialect(UntilStop::open(path, stop)?, classes);
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
