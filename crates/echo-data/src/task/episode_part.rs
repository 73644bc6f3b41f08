//! A part of episodes: what is read, what is asked for, and which steps are scored.

use super::alphabet::MOST as MOST_SYMBOLS;
use super::own_data::further;
use crate::error::Error;
use crate::sequences::{Kept, Kind, Sequence, Shape, Step, Stretches, within};
use crate::words::Shown;
use std::ops::Range;
use std::sync::Arc;

/// In an array a step with this target is not scored.
const IGNORED: f64 = -100.0;

/// A class is stored in 16 bits.
pub(super) const MOST_CLASSES: f64 = (MOST_SYMBOLS - 1) as f64;

/// Takes a row's number and its target.
type TakeRow<'a> = &'a mut dyn FnMut(usize, &[f64]) -> Result<(), Error>;

/// The parts of a file.
pub(super) struct Parts {
    pub(super) train: Part,
    pub(super) valid: Option<Part>,
    pub(super) test: Option<Part>,
}

/// Episodes: arrays of their rows, one for each time step.
#[derive(Debug)]
pub(super) struct Part {
    /// What inputs and targets are called in the file.
    pub(super) x_name: String,
    pub(super) y_name: String,
    pub(super) x: Kept<f64>,
    pub(super) y: Kept<f64>,
    /// Which rows are scored; all where there is none.
    pub(super) mask: Option<Kept<f64>>,
    /// Numbers a row of what is read, and of what is asked for.
    pub(super) widths: [usize; 2],
    /// Whether there is one target a row, which can be a class.
    pub(super) is_flat: bool,
    pub(super) rows: EpisodeRows,
}

/// Which rows an episode has.
#[derive(Debug)]
pub(super) enum EpisodeRows {
    /// So many episodes of so many rows.
    Even([usize; 2]),
    /// Each has a name, and the row that it begins with; behind the last one stands the end.
    Named(Vec<(String, usize)>),
}

impl EpisodeRows {
    fn episodes(&self) -> usize {
        match self {
            Self::Even([episodes, _]) => *episodes,
            Self::Named(starts) => starts.len() - 1,
        }
    }

    fn of(&self, episode: usize) -> Range<usize> {
        match self {
            Self::Even([_, steps]) => episode * steps..(episode + 1) * steps,
            Self::Named(starts) => starts[episode].1..starts[episode + 1].1,
        }
    }

    /// The place of a row in words.
    pub(super) fn place(&self, row: usize) -> String {
        match self {
            Self::Even([_, steps]) => format!("episode {}, step {}", row / steps, row % steps),
            Self::Named(starts) => {
                let (name, start) = &starts[starts.partition_point(|(_, start)| *start <= row) - 1];
                format!("episode `{}`, step {}", Shown(name), row - start)
            }
        }
    }
}

/// The class of a one-hot vector, if it is one.
fn one_hot(values: &[f64]) -> Option<usize> {
    let class = values.iter().position(|&value| value == 1.0)?;
    let is_other = |(place, &value): (usize, &f64)| place == class || value == 0.0 || value == IGNORED;
    values.iter().enumerate().all(is_other).then_some(class)
}

pub(super) fn is_bit(value: f64) -> bool {
    value == 0.0 || value == 1.0
}

/// A number in few digits, however great it is.
fn number(value: f64) -> String {
    if value.abs() < 1e16 { value.to_string() } else { format!("{value:e}") }
}

impl Part {
    /// Whether a row with this target, and this in its mask, is scored: in a table nothing stands where nothing is asked for.
    fn is_scored(&self, target: &[f64], mask: f64) -> bool {
        let is_ignored = |value: &f64| match self.rows {
            EpisodeRows::Even(_) => *value == IGNORED,
            EpisodeRows::Named(_) => value.is_nan(),
        };
        mask != 0.0 && !target.iter().all(is_ignored)
    }

    /// Hands out the rows that are scored: the number of each, and its target.
    fn for_each_scored(&self, take: TakeRow<'_>) -> Result<(), Error> {
        let (mut mask, mut row, width) = (Vec::new(), 0, self.widths[1]);
        self.y.for_each_stretch(0..self.y.len(), width, &mut |stretch| {
            let targets = stretch.chunks_exact(width);
            mask.clear();
            match &self.mask {
                Some(of) => of.read(row..row + targets.len(), &mut mask)?,
                None => mask.resize(targets.len(), 1.0),
            }
            for (target, &mask) in targets.zip(&mask) {
                if self.is_scored(target, mask) {
                    take(row, target)?;
                }
                row += 1;
            }
            Ok(())
        })
    }

    /// What is wrong with an array, or with columns.
    fn wrong(&self, name: &str, problem: String) -> Error {
        let name = name.to_owned();
        match self.rows {
            EpisodeRows::Even(_) => Error::Array { name: Some(name), problem },
            EpisodeRows::Named(_) => Error::Columns { columns: name, problem },
        }
    }

    /// How many numbers are read, and what is asked for: the same in all parts.
    pub(super) fn known(&self) -> Result<(usize, Kind), Error> {
        let [inputs, width] = self.widths;
        let (mut count, mut are_whole, mut are_one_hot, mut are_bits, mut most) =
            (0_usize, true, width > 1, true, 0.0_f64);
        self.for_each_scored(&mut |_, target| {
            count += 1;
            are_whole &= target[0].fract() == 0.0;
            are_one_hot &= one_hot(target).is_some();
            are_bits &= target.iter().all(|&value| is_bit(value));
            most = most.max(target[0]);
            Ok(())
        })?;
        if count == 0 {
            return Err(self.wrong(&self.y_name, "no step of it is scored".to_owned()));
        }
        let targets = match (self.is_flat, are_whole, are_one_hot) {
            (true, true, _) => Kind::Classes((most.min(MOST_CLASSES) as usize + 1).max(2)),
            (true, false, _) => Kind::Values(1),
            (false, _, true) => Kind::Classes(width),
            (false, ..) if are_bits => Kind::Bits(width),
            (false, ..) => Kind::Values(width),
        };
        Ok((inputs, targets))
    }

    /// Its episodes; those without a scored step are left out, because nothing is asked there.
    pub(super) fn episodes(self, inputs: usize, targets: Kind) -> Result<Vec<Episode>, Error> {
        if self.widths[0] != inputs {
            let found = self.widths[0];
            let problem = format!(
                "it has {found} number{} a step: there must be {inputs}, as in the training part",
                if found == 1 { "" } else { "s" },
            );
            return Err(self.wrong(&self.x_name, problem));
        }
        // An episode ends with its last scored step.
        let mut lengths = vec![0; self.rows.episodes()];
        let (mut episode, mut furthest) = (0, 0.0_f64);
        self.for_each_scored(&mut |row, target| {
            while self.rows.of(episode).end <= row {
                episode += 1;
            }
            lengths[episode] = row + 1 - self.rows.of(episode).start;
            if self.class(targets, row, target)?.is_none() {
                furthest = target.iter().fold(furthest, |furthest, &value| further(furthest, value));
            }
            Ok(())
        })?;
        for (episode, &length) in lengths.iter().enumerate() {
            let start = self.rows.of(episode).start;
            let mut row = start;
            // What follows an episode's end is not read, and may be anything.
            self.x.for_each_stretch(start * inputs..(start + length) * inputs, inputs, &mut |stretch| {
                for read in stretch.chunks_exact(inputs) {
                    if let Some(value) = read.iter().find(|value| !value.is_finite()) {
                        let problem = format!("{} is {value}: it must be a finite number", self.rows.place(row));
                        return Err(self.wrong(&self.x_name, problem));
                    }
                    furthest = read.iter().fold(furthest, |furthest, &value| further(furthest, value));
                    row += 1;
                }
                Ok(())
            })?;
        }
        if lengths.iter().all(|&length| length == 0) {
            return Err(self.wrong(&self.y_name, "no step of it is scored".to_owned()));
        }
        let starts: Vec<usize> = (0..lengths.len()).map(|episode| self.rows.of(episode).start).collect();
        let all = Arc::new(All { part: self, targets, furthest });
        let there = starts.into_iter().zip(lengths).filter(|(_, length)| *length > 0);
        Ok(there.map(|(start, length)| Episode { all: Arc::clone(&all), start, length }).collect())
    }

    /// Whether this says of an array's number that it is not scored.
    fn is_mixed(&self, value: f64) -> bool {
        value == IGNORED && matches!(self.rows, EpisodeRows::Even(_))
    }

    /// The class that a scored row asks for; nothing where it asks for numbers, which are then finite.
    fn class(&self, targets: Kind, row: usize, target: &[f64]) -> Result<Option<u16>, Error> {
        let problem = |problem: String| Err(self.wrong(&self.y_name, problem));
        let place = || self.rows.place(row);
        match targets {
            Kind::Values(width) | Kind::Bits(width) if target.len() != width => {
                problem(format!("a step has {} numbers: it must have {width}, as in the training part", target.len()))
            }
            Kind::Values(_) => match target.iter().find(|&&value| !value.is_finite() || self.is_mixed(value)) {
                None => Ok(None),
                Some(&value) if self.is_mixed(value) => {
                    problem(format!("{} has -100 beside other numbers: a step is scored whole or not at all", place()))
                }
                Some(value) => problem(format!("{} is {value}: it must be a finite number", place())),
            },
            Kind::Bits(_) => match target.iter().find(|&&value| !is_bit(value)) {
                None => Ok(None),
                Some(&value) => {
                    problem(format!("{} is {}: it must be 0 or 1, as in the training part", place(), number(value)))
                }
            },
            Kind::Classes(classes) if self.is_flat => {
                let of = |class: &f64| class.fract() == 0.0 && (0.0..classes as f64).contains(class);
                match Some(target[0]).filter(of) {
                    Some(class) => Ok(Some(class as u16)),
                    None => problem(format!(
                        "{} is {}: it must be a class from 0 to {}{}",
                        place(),
                        number(target[0]),
                        classes - 1,
                        if matches!(self.rows, EpisodeRows::Even(_)) { ", or -100" } else { "" }
                    )),
                }
            }
            Kind::Classes(classes) => match one_hot(target).filter(|_| target.len() == classes) {
                Some(class) => Ok(Some(class as u16)),
                None => problem(format!("{} is not one-hot of {classes} classes, as the training part is", place())),
            },
        }
    }
}

/// What the episodes of a part share.
#[derive(Debug)]
struct All {
    part: Part,
    targets: Kind,
    furthest: f64,
}

/// An episode.
#[derive(Debug)]
pub(super) struct Episode {
    all: Arc<All>,
    /// Its first row.
    start: usize,
    length: usize,
}

impl Stretches for Episode {
    fn none(&self) -> Sequence {
        Sequence::new(Shape { inputs: Kind::Values(self.all.part.widths[0]), targets: self.all.targets })
    }

    fn len(&self) -> usize {
        self.length
    }

    fn read(&self, steps: Range<usize>, to: &mut Sequence) -> Result<(), Error> {
        let All { part, targets, .. } = &*self.all;
        let steps = within(&steps, self.length);
        let rows = self.start + steps.start..self.start + steps.end;
        let [inputs, width] = part.widths;
        let (mut x, mut y, mut mask) = (Vec::new(), Vec::new(), Vec::new());
        part.x.read(rows.start * inputs..rows.end * inputs, &mut x)?;
        part.y.read(rows.start * width..rows.end * width, &mut y)?;
        match &part.mask {
            Some(of) => of.read(rows.clone(), &mut mask)?,
            None => mask.resize(rows.len(), 1.0),
        }
        for (place, row) in rows.enumerate() {
            let (read, target) = (&x[place * inputs..][..inputs], &y[place * width..][..width]);
            let is_scored = part.is_scored(target, mask[place]);
            let class = if is_scored { part.class(*targets, row, target)? } else { None };
            let asked = class.map_or(Step::Values(target), Step::Class);
            to.push(Step::Values(read), is_scored.then_some(asked))?;
        }
        Ok(())
    }

    fn furthest(&self) -> f64 {
        self.all.furthest
    }
}
