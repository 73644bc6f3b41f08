//! Where the data of a split come from: drawn from the seed, or read before.

use super::drawn::Drawn;
use super::streams::put_in_order;
use super::window::Window;
use crate::error::Error;
use crate::settings::table::Settings;
use crc32fast::Hasher;
use echo_data::{Layout, Sequence, Stretches};
use rnn_core::Scalar;

/// The data of all epochs of a split.
pub(crate) enum Source {
    Drawn(Box<Drawn>),
    Read {
        files: Vec<(Sequence, Layout)>,
        /// The file of the current epoch.
        current: usize,
    },
    /// Series of a task's own files, one after the other in each epoch.
    Own(Vec<(Box<dyn Stretches>, Layout)>),
    /// Series, or episodes, that are read side by side from a zero state, each to its end.
    SideBySide(SideBySide),
}

/// Sequences that are read side by side, in the order of an epoch.
pub(crate) struct SideBySide {
    sequences: Vec<Box<dyn Stretches>>,
    layout: Layout,
    order: Vec<usize>,
    /// What each epoch's order is drawn from; nothing where they are scored as they are.
    seed: Option<u64>,
}

impl SideBySide {
    /// As they are: to be scored.
    pub(super) fn as_they_are(settings: &Settings, sequences: Vec<Box<dyn Stretches>>) -> Result<Self, Error> {
        let longest = sequences.iter().map(|sequence| sequence.len()).max().unwrap_or_default();
        let Settings { batch_size, truncated_backprop_length, window_stride, .. } = *settings;
        let layout =
            Layout::of_episodes(sequences.len(), longest, batch_size, truncated_backprop_length, window_stride)?;
        Ok(Self { order: (0..sequences.len()).collect(), sequences, layout, seed: None })
    }

    /// In another order in each epoch: to be trained on.
    pub(super) fn shuffled(settings: &Settings, sequences: Vec<Box<dyn Stretches>>) -> Result<Self, Error> {
        let mut shuffled = Self { seed: Some(settings.seed), ..Self::as_they_are(settings, sequences)? };
        shuffled.order_of(0);
        Ok(shuffled)
    }

    /// Draws the order of an epoch.
    fn order_of(&mut self, epoch: usize) {
        if let Some(seed) = self.seed {
            put_in_order(seed, epoch, &mut self.order);
        }
    }
}

impl Source {
    /// How many windows the first `epochs` epochs have.
    pub(crate) fn windows(&self, epochs: usize) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout().windows().saturating_mul(epochs),
            Self::Own(series) => windows(series).saturating_mul(epochs),
            Self::SideBySide(SideBySide { layout, .. }) => layout.windows().saturating_mul(epochs),
            Self::Read { files, .. } => {
                let rounds = windows(files).saturating_mul(epochs / files.len());
                rounds.saturating_add(windows(&files[..epochs % files.len()]))
            }
        }
    }

    /// How many windows epochs have that take turns.
    pub(crate) fn windows_in_turn(&self) -> Vec<usize> {
        match self {
            Self::Drawn(drawn) => vec![drawn.layout().windows()],
            Self::Own(series) => vec![windows(series)],
            Self::SideBySide(SideBySide { layout, .. }) => vec![layout.windows()],
            Self::Read { files, .. } => files.iter().map(|(_, layout)| layout.windows()).collect(),
        }
    }

    /// Goes to an epoch's data.
    pub(crate) fn load(&mut self, epoch: usize) -> Result<(), Error> {
        match self {
            Self::Drawn(drawn) => drawn.load(epoch)?,
            Self::Own(_) => {}
            Self::SideBySide(sequences) => sequences.order_of(epoch),
            Self::Read { files, current } => *current = epoch % files.len(),
        }
        Ok(())
    }

    /// How many windows the current epoch has.
    pub(crate) fn windows_now(&self) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout().windows(),
            Self::Own(series) => windows(series),
            Self::SideBySide(SideBySide { layout, .. }) => layout.windows(),
            Self::Read { files, current } => files[*current].1.windows(),
        }
    }

    /// Whether a series, or a batch of episodes, begins with a window of the current epoch.
    pub(crate) fn begins(&self, window: usize) -> bool {
        match self {
            Self::Drawn(drawn) => drawn.layout().place(window).1 == 0,
            Self::SideBySide(SideBySide { layout, .. }) => layout.place(window).1 == 0,
            Self::Own(series) => within(series, window).is_some_and(|(_, of_series)| of_series == 0),
            Self::Read { .. } => window == 0,
        }
    }

    /// Whether rows can end before a window does, or have steps that are not scored.
    pub(crate) fn is_masked(&self) -> bool {
        match self {
            Self::Drawn(drawn) => drawn.has_episodes(),
            Self::SideBySide(_) => true,
            Self::Own(_) | Self::Read { .. } => false,
        }
    }

    /// How many values the current data have, in the first series where there are several.
    pub(crate) fn values(&self) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.layout().total_series_length(),
            Self::Own(series) => series.iter().map(|(series, _)| series.len()).sum(),
            Self::SideBySide(SideBySide { sequences, .. }) => sequences.iter().map(|sequence| sequence.len()).sum(),
            Self::Read { files, current } => files[*current].1.total_series_length(),
        }
    }

    /// Reads a window of the current data.
    pub(crate) fn read<T: Scalar>(&mut self, window: usize, to: &mut Window<T>) -> Result<(), Error> {
        match self {
            Self::Drawn(drawn) => drawn.read(window, to),
            Self::Own(series) => match within(series, window) {
                Some(((series, layout), of_series)) => {
                    let rows = (0..layout.batch_size()).map(|_| &**series);
                    to.load_stretches(rows, *layout, of_series)
                }
                None => Ok(()),
            },
            Self::SideBySide(SideBySide { sequences, layout, order, .. }) => {
                let places = layout.episodes_of(layout.place(window).0);
                let rows = order[places].iter().map(|&sequence| &*sequences[sequence]);
                to.load_stretches(rows, *layout, window)
            }
            Self::Read { files, current } => to.load(&files[*current].0, files[*current].1, window),
        }
    }

    /// The least mean loss that any net can have in a window, if that is known: of a file's values nothing is.
    pub(crate) fn floor(&self, window: usize) -> Option<f64> {
        match self {
            Self::Drawn(drawn) => drawn.floor(window),
            Self::Own(_) | Self::SideBySide(_) | Self::Read { .. } => None,
        }
    }

    /// A checksum of the values of each file.
    pub(super) fn checksums(&self) -> Vec<u32> {
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
            Self::Drawn(_) | Self::Own(_) | Self::SideBySide(_) => Vec::new(),
            Self::Read { files, .. } => files.iter().map(of).collect(),
        }
    }

    /// How the first epoch's data are cut.
    pub(crate) fn first_layout(&self) -> Layout {
        match self {
            Self::Drawn(drawn) => drawn.layout(),
            Self::Own(series) => series[0].1,
            Self::Read { files, .. } => files[0].1,
            Self::SideBySide(SideBySide { layout, .. }) => *layout,
        }
    }

    /// How many series there are that take turns: 1 where each epoch's data are drawn.
    pub(crate) fn parts(&self) -> usize {
        match self {
            Self::Drawn(_) | Self::Own(_) | Self::SideBySide(_) => 1,
            Self::Read { files, .. } => files.len(),
        }
    }
}

/// How many windows all series have.
fn windows<S>(series: &[(S, Layout)]) -> usize {
    series.iter().map(|(_, layout)| layout.windows()).sum()
}

/// The series that a window is of, and its number there.
fn within<S>(series: &[(S, Layout)], mut window: usize) -> Option<(&(S, Layout), usize)> {
    for one in series {
        if window < one.1.windows() {
            return Some((one, window));
        }
        window -= one.1.windows();
    }
    None
}
