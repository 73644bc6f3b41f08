//! Data that are drawn from the seed: a series an epoch, or episodes, batch by batch.

use super::streams::put_in_order;
use super::window::Window;
use crate::error::{Error, SettingError};
use crate::settings::table::Settings;
use echo_data::{Certainty, Floor, Form, Layout, Right, Scored, Sequence, Split, Stretches, Task};
use rnn_core::{ClassLoss, Scalar};
use std::sync::Arc;

/// Data that are drawn for each epoch.
pub(crate) struct Drawn {
    task: Arc<dyn Task>,
    seed: u64,
    split: Split,
    layout: Layout,
    floor: Option<Floor>,
    /// Episodes in an epoch; nothing for a series.
    episodes: Option<usize>,
    epoch: usize,
    /// The order in which the first epoch's episodes come in each; nothing where others are drawn for each.
    order: Option<Vec<usize>>,
    /// The series, or the episodes of a batch.
    sequences: Vec<Sequence>,
    /// What can be known of each of these, where that is more than nothing and less than all.
    foreseen: Option<Vec<Foreseen>>,
    /// Whether it counts which classes can come.
    asks_for_possible: bool,
    loss: ClassLoss,
    scored: Scored,
    /// The epoch and the batch that they are of.
    drawn: Option<[usize; 2]>,
}

/// What can be known of an episode's targets by who has read all up to each.
#[derive(Default)]
struct Foreseen {
    /// The least expected loss at each step; nothing where none is scored.
    least: Vec<Option<f64>>,
    /// Whether each class can come: `[step, class]`; only where that is asked for.
    possible: Vec<bool>,
}

impl Drawn {
    pub(super) fn new(settings: &Settings, split: Split, layout: Layout) -> Result<Self, Error> {
        let (task, seed, floor) = (settings.task_of(split), settings.seed, settings.floor(layout));
        let is_stream = task.form() == Form::Stream;
        let sequences = if is_stream {
            vec![Sequence::zeros(layout.total_series_length())?]
        } else {
            let rows = layout.episodes_of(0).len();
            (0..rows).map(|_| Sequence::new(task.shape())).collect()
        };
        let episodes = (!is_stream).then(|| layout.episodes());
        // What is scored is the same in each epoch, and in the same order.
        let again = split == Split::Train && settings.redraw == Some(false);
        let order = episodes.filter(|_| again).map(|episodes| {
            let mut order = Vec::new();
            order.try_reserve_exact(episodes).map_err(|_| {
                let message = format!("episodes is {episodes}: there is no memory for the order of so many");
                SettingError::new("episodes", message)
            })?;
            order.resize(episodes, 0);
            put_in_order(seed, 0, &mut order);
            Ok::<_, SettingError>(order)
        });
        let order = order.transpose()?;
        let is_distributed = task.certainty() == Certainty::Distributed;
        let foreseen = is_distributed.then(|| sequences.iter().map(|_| Foreseen::default()).collect());
        let (loss, scored) = (settings.loss, settings.scored());
        let asks_for_possible = settings.criterion_of_sequences().right == Right::Possible;
        let mut drawn = Self {
            task,
            seed,
            split,
            layout,
            floor,
            episodes,
            epoch: 0,
            order,
            sequences,
            foreseen,
            asks_for_possible,
            loss,
            scored,
            drawn: None,
        };
        if !is_stream {
            // So that the memory is there before anything is written.
            drawn.draw(0)?;
        }
        Ok(drawn)
    }

    /// How it is cut.
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Whether it is episodes.
    pub(super) fn has_episodes(&self) -> bool {
        self.episodes.is_some()
    }

    /// Goes to an epoch's data.
    pub(super) fn load(&mut self, epoch: usize) -> Result<(), Error> {
        self.epoch = epoch;
        if let Some(order) = &mut self.order {
            put_in_order(self.seed, epoch, order);
        }
        Ok(self.draw(0)?)
    }

    /// Draws a batch of the current epoch, if it is not there.
    fn draw(&mut self, batch: usize) -> Result<(), echo_data::Error> {
        let Self { task, seed, split, sequences, epoch, order, .. } = self;
        if self.drawn == Some([*epoch, batch]) {
            return Ok(());
        }
        self.drawn = None;
        match self.episodes {
            None => task.fill(*seed, *split, *epoch as u64, &mut sequences[0])?,
            Some(episodes) => {
                let first = (*epoch as u64).saturating_mul(episodes as u64);
                let mut places = self.layout.episodes_of(batch);
                for sequence in sequences {
                    let number = places.next().map(|place| match order {
                        Some(order) => order[place] as u64,
                        None => first + place as u64,
                    });
                    match number {
                        Some(number) => task.fill(*seed, *split, number, sequence)?,
                        None => sequence.clear(),
                    }
                }
            }
        }
        self.foresee()?;
        self.drawn = Some([self.epoch, batch]);
        Ok(())
    }

    /// Takes down what can be known of the episodes that are there.
    fn foresee(&mut self) -> Result<(), echo_data::Error> {
        let Self { task, sequences, foreseen, asks_for_possible, loss, .. } = self;
        for (sequence, Foreseen { least, possible }) in sequences.iter().zip(foreseen.iter_mut().flatten()) {
            let classes = task.shape().targets.size();
            let no_room = |_| echo_data::Error::LongEpisode { steps: sequence.len() };
            least.clear();
            least.try_reserve(sequence.len()).map_err(no_room)?;
            least.resize(sequence.len(), None);
            possible.clear();
            if *asks_for_possible {
                let places = sequence.len().saturating_mul(classes);
                possible.try_reserve(places).map_err(no_room)?;
                possible.resize(places, false);
            }
            // It is often the same again, and takes a logarithm a class.
            let mut last = (Vec::new(), 0.0);
            task.foresee(sequence, &mut |step, distribution| {
                if last.0 != distribution {
                    last = (distribution.to_vec(), loss.least(distribution));
                }
                least[step] = Some(last.1);
                let places = possible.get_mut(step * classes..).unwrap_or_default();
                for (class, (place, &probability)) in places.iter_mut().zip(distribution).enumerate() {
                    *place = probability > 0.0 || task.counts_as_possible(sequence, step, class);
                }
            });
        }
        Ok(())
    }

    /// Reads a window of the current epoch.
    pub(super) fn read<T: Scalar>(&mut self, window: usize, to: &mut Window<T>) -> Result<(), Error> {
        self.draw(self.layout.place(window).0)?;
        if self.episodes.is_none() {
            return to.load(&self.sequences[0], self.layout, window);
        }
        let rows = self.sequences.iter().map(|episode| episode as &dyn Stretches);
        to.load_stretches(rows, self.layout, window)?;
        let foreseen = self.foreseen.as_ref().filter(|_| to.possible.is_some());
        if let Some(foreseen) = foreseen {
            let classes = self.task.shape().targets.size();
            let from = self.layout.times(window).start * classes;
            let rows = foreseen.iter().map(|row| row.possible.get(from..).unwrap_or_default());
            to.load_possible(rows, self.layout, classes)?;
        }
        Ok(())
    }

    /// The least mean loss that any net can have in a window of the current batch, if that is known.
    pub(super) fn floor(&self, window: usize) -> Option<f64> {
        let Some(foreseen) = &self.foreseen else { return self.floor.as_ref().map(|floor| floor.window(window)) };
        let (first, scored) = (self.layout.times(window).start, self.scored.of(self.layout.place(window).1));
        let least_of = |row: &Foreseen| {
            let steps = row.least.iter().skip(first + scored.start).take(scored.len()).flatten();
            steps.fold((0.0, 0_usize), |(sum, count), least| (sum + least, count + 1))
        };
        let (sum, count) =
            foreseen.iter().map(least_of).fold((0.0, 0), |(sum, all), (least, count)| (sum + least, all + count));
        Some(sum / count.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the task counts as possible does, though nothing else than b can come after the one a.
    #[test]
    fn what_a_paper_counts_as_possible_is() {
        let settings: Settings = "task = 'anbn'\nmost_counted = 1\nepisodes = 1\nbatch_size = 1".parse().unwrap();
        let drawn = Drawn::new(&settings, Split::Train, settings.drawn_layout().unwrap()).unwrap();
        let possible = &drawn.foreseen.unwrap()[0].possible;
        assert_eq!(
            possible.chunks(3).collect::<Vec<_>>(),
            [[true, false, false], [true, true, false], [false, false, true]]
        );
    }
}
