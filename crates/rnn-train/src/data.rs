//! Where an epoch's series comes from: drawn from the seed, or read from files.

use crate::{Error, SettingError, Settings};
use echo_data::{Classes, Layout, Series, generator};
use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

/// The generator's stream that initial weights are drawn from.
pub(crate) const WEIGHTS_STREAM: u64 = 0;
/// The stream of epoch 0's series; epoch e has the e-th behind it.
const EPOCHS_STREAM: u64 = 1;
/// The stream of a series that no training has seen.
const FRESH_STREAM: u64 = u64::MAX;

/// The series of all epochs.
pub(crate) enum Source {
    Drawn(Drawn),
    Read(Vec<(Series, Layout)>),
}

/// What a series is drawn from.
pub(crate) struct Drawn {
    length: usize,
    classes: Classes,
    echo_step: usize,
    seed: u64,
    layout: Layout,
}

impl Drawn {
    fn draw(&self, stream: u64) -> Result<Cow<'static, Series>, Error> {
        let mut rng = generator(self.seed, stream);
        Ok(Cow::Owned(Series::generate(self.length, &self.classes, self.echo_step, &mut rng)?))
    }
}

impl Source {
    /// Reads and checks all files, or prepares to draw.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        if settings.series.is_empty() {
            // `RawSettings::check` gives a length to settings without files.
            let length = settings.total_series_length.unwrap_or_default();
            let (classes, layout) = (settings.classes()?, settings.layout(length)?);
            return Ok(Self::Drawn(Drawn {
                length,
                classes,
                echo_step: settings.echo_step,
                seed: settings.seed,
                layout,
            }));
        }
        settings.series.iter().map(|path| read(path, settings)).collect::<Result<_, _>>().map(Self::Read)
    }

    /// How an epoch's series is cut.
    pub(crate) fn layout(&self, epoch: usize) -> Layout {
        match self {
            Self::Drawn(drawn) => drawn.layout,
            Self::Read(files) => files[epoch % files.len()].1,
        }
    }

    /// An epoch's series.
    pub(crate) fn epoch(&self, epoch: usize) -> Result<Cow<'_, Series>, Error> {
        match self {
            Self::Drawn(drawn) => drawn.draw(EPOCHS_STREAM + epoch as u64),
            Self::Read(files) => Ok(Cow::Borrowed(&files[epoch % files.len()].0)),
        }
    }

    /// The series to evaluate on: one that no training has drawn, or all files.
    pub(crate) fn to_evaluate(&self) -> Result<Vec<(Cow<'_, Series>, Layout)>, Error> {
        match self {
            Self::Drawn(drawn) => Ok(vec![(drawn.draw(FRESH_STREAM)?, drawn.layout)]),
            Self::Read(files) => Ok(files.iter().map(|(series, layout)| (Cow::Borrowed(series), *layout)).collect()),
        }
    }
}

fn read(path: &Path, settings: &Settings) -> Result<(Series, Layout), Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let wrong = |source| Error::Series { path: path.to_owned(), source };
    let series = Series::from_csv(file, settings.num_classes).map_err(wrong)?;
    if let Some(asked) = settings.total_series_length.filter(|&length| length != series.len()) {
        let message = format!("total_series_length is {asked}: {} has {} values", path.display(), series.len());
        return Err(SettingError::new("total_series_length", message).into());
    }
    let layout = settings.layout(series.len()).map_err(wrong)?;
    Ok((series, layout))
}
