//! The data of a run: read from files, with what must be known of them, and given out as the source of each split.

use super::drawn::Drawn;
use super::kept;
use super::source::{SideBySide, Source};
use crate::error::{Error, SettingError};
use crate::settings::choices::with_numbers;
use crate::settings::table::Settings;
use crc32fast::Hasher;
use echo_data::files::Dialect;
use echo_data::{Baseline, Dataset, InFile, Layout, Sequence, Shares, Split, Stretches};
use rnn_core::Scalar;
use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The rule that ignores what is read.
pub(crate) const CHANCE: &str = "chance";

/// Settings, and the data that they read: with these, what must be known of them is known.
pub(crate) struct Opened {
    pub(crate) settings: Settings,
    /// Nothing where data are drawn, or are a series in the place of one that is.
    data: Option<Dataset>,
    /// A checksum of each file that was read.
    checksums: Vec<u32>,
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
        let memory = kept::Memory::default();
        let read = own.read(files.into_iter().map(|file| Box::new(file) as _).collect(), shares, &|| memory.store());
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let (task, data) = read.map_err(|InFile { file, error }| {
            match file.or((paths.len() == 1).then_some(0)).and_then(|file| paths.get(file)) {
                Some(path) => Error::Series { path: path.clone(), source: error },
                None => {
                    let setting = settings.data_setting();
                    SettingError::new(setting, format!("{setting}: {error}")).into()
                }
            }
        })?;
        let settings = settings.with_task(task);
        settings.check_net()?;
        settings.check_windows()?;
        with_numbers!(settings.dtype, T => check_values::<T>(&settings, &data))?;
        let checksums = sums.iter().map(|sum| sum.borrow().clone().finalize()).collect();
        Ok(Self { settings, data: Some(data), checksums })
    }

    /// The same with all of its data in one part: also those that a file has for validation and test.
    pub(crate) fn together(mut self) -> Self {
        if let Some(Dataset { train, valid, test, .. }) = &mut self.data {
            train.append(valid);
            train.append(test);
        }
        self
    }

    /// The data to train on: files are read and checked, unless `stop` is set meanwhile, or what to draw into is allocated.
    pub(crate) fn source(&mut self, stop: &AtomicBool) -> Result<Source, Error> {
        let settings = &self.settings;
        if let Some(data) = self.data.as_mut().filter(|_| settings.has_episodes()) {
            let episodes = std::mem::take(&mut data.train);
            if episodes.is_empty() {
                let message = "data: there are no episodes to train on: hold out less".to_owned();
                return Err(SettingError::new("data", message).into());
            }
            return Ok(Source::SideBySide(SideBySide::shuffled(settings, episodes)?));
        }
        if let Some(data) = &mut self.data {
            let (paths, files) = (settings.data_files(), std::mem::take(&mut data.files));
            let of = |(series, file): (Box<dyn Stretches>, usize)| {
                let wrong = |source| Error::Series { path: paths.get(file).cloned().unwrap_or_default(), source };
                let layout = settings.layout(series.len()).map_err(wrong)?;
                Ok::<_, Error>((series, layout))
            };
            let series =
                std::mem::take(&mut data.train).into_iter().zip(files).map(of).collect::<Result<Vec<_>, _>>()?;
            if series.is_empty() {
                let setting = settings.data_setting();
                let message =
                    format!("{setting}: no series has a value to train on: hold out less, or give longer ones");
                return Err(SettingError::new(setting, message).into());
            }
            for path in data.too_short.iter().filter_map(|&file| paths.get(file)) {
                tracing::warn!("{}: it is too short to be trained on, with what is held out", path.display());
            }
            return Ok(Source::Own(series));
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
        let longest = part.iter().map(|sequence| sequence.len()).max().unwrap_or_default();
        if longest == 0 {
            let message = match split {
                Split::Train | Split::Fresh => {
                    format!("{name}: nothing is asked for in what was given: it is too short")
                }
                Split::Valid | Split::Test => {
                    format!("{name} is {share}: what it holds out is too little: nothing is asked for there")
                }
            };
            return Err(SettingError::new(name, message).into());
        }
        Ok(Some(Source::SideBySide(SideBySide::as_they_are(settings, part)?)))
    }

    /// The best of some simple rules on the test data, if there are any; of data that are drawn what comes of answering without reading.
    pub(crate) fn test_baseline(&self) -> Option<Baseline> {
        let Some(data) = &self.data else {
            let task = self.settings.task_of(Split::Test);
            let (loss, accuracy) = (self.settings.chance_of(&*task)?, task.chance_accuracy());
            return Some(Baseline { name: CHANCE, loss, accuracy });
        };
        data.baselines[2].clone()
    }

    /// The same on data that are all in one part.
    pub(crate) fn baseline_of_all(&self) -> Option<Baseline> {
        self.data.as_ref()?.baselines[0].clone()
    }

    /// A checksum of each file that was read, with its source.
    pub(crate) fn checksums(&self, source: &Source) -> Vec<u32> {
        if self.data.is_some() { self.checksums.clone() } else { source.checksums() }
    }
}

/// Makes sure that a net's numbers can hold the data.
fn check_values<T: Scalar>(settings: &Settings, data: &Dataset) -> Result<(), Error> {
    let parts = [&data.train, &data.valid, &data.test].into_iter().flatten();
    let value = parts.map(|part| part.furthest()).find(|value| !T::narrow(*value).widen().is_finite());
    let Some(value) = value else { return Ok(()) };
    let (setting, dtype) = (settings.data_setting(), settings.dtype);
    let message = format!("{setting}: {value:e} is among the values: numbers of the type {dtype} cannot hold it");
    Err(SettingError::new(setting, message).into())
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
