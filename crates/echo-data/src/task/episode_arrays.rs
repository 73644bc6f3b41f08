//! The arrays of episodes: what is read, what is asked for, and which steps are scored.

use crate::error::Error;
use crate::files::{Array, Npz};
use crate::sequences::{Kind, Sequence, Shape, Step};
use std::io::Cursor;

/// What is known of episodes that have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// Numbers that are read at a step.
    pub(super) inputs: usize,
    pub(super) targets: Kind,
    /// Steps of the longest episode.
    pub(super) longest: usize,
}

/// A step with this target is not scored.
const IGNORED: f64 = -100.0;

/// An array takes eight bytes a value, and a small file can hold very many zeros.
pub(super) const MOST_VALUES: usize = 1 << 28;

/// A class is stored in 16 bits.
pub(super) const MOST_CLASSES: f64 = 65_535.0;

/// The parts of a file, and how the names of their arrays end.
const TRAIN: &[&str] = &["train"];
const VALID: &[&str] = &["valid", "val"];
const TEST: &[&str] = &["test"];

/// The parts of a file.
pub(super) struct Parts {
    pub(super) train: Part,
    pub(super) valid: Option<Part>,
    pub(super) test: Option<Part>,
}

impl Parts {
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        let npz = Npz::new(Cursor::new(bytes))?.with_most_values(MOST_VALUES);
        let train = Part::read(&npz, TRAIN)?.ok_or_else(|| missing(&npz, "x_train"))?;
        Ok(Self { train, valid: Part::read(&npz, VALID)?, test: Part::read(&npz, TEST)? })
    }

    /// What the training part says of all parts. How long episodes are is another matter.
    pub(super) fn known(&self) -> Result<Known, Error> {
        Ok(Known { inputs: width(&self.train.x), targets: self.train.kind()?, longest: 0 })
    }
}

/// The arrays of a part: inputs, targets, and which steps are scored.
pub(super) struct Part {
    /// What its targets are called in the file.
    name: String,
    x_name: String,
    x: Array,
    y: Array,
    mask: Option<Array>,
    /// Episodes, and time steps of each.
    sizes: [usize; 2],
}

/// How many numbers a step of an array has: 1 for one without a third dimension.
fn width(array: &Array) -> usize {
    array.shape().get(2).copied().unwrap_or(1)
}

/// The class of a one-hot vector, if it is one.
fn one_hot(values: &[f64]) -> Option<usize> {
    let class = values.iter().position(|&value| value == 1.0)?;
    let is_other = |(place, &value): (usize, &f64)| place == class || value == 0.0 || value == IGNORED;
    values.iter().enumerate().all(is_other).then_some(class)
}

fn wrong(name: &str, problem: String) -> Error {
    Error::Array { name: Some(name.to_owned()), problem }
}

fn missing(npz: &Npz<Cursor<Vec<u8>>>, name: &str) -> Error {
    let names: Vec<_> = npz.names().collect();
    let names = if names.is_empty() { "no arrays".to_owned() } else { names.join(", ") };
    wrong(name, format!("it is not there: the file has {names}"))
}

/// A number in few digits, however great it is.
fn number(value: f64) -> String {
    if value.abs() < 1e16 { value.to_string() } else { format!("{value:e}") }
}

/// A shape, as Python writes it.
fn shown(shape: &[usize]) -> String {
    format!("[{}]", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
}

impl Part {
    /// Reads a part, if it is there.
    fn read(npz: &Npz<Cursor<Vec<u8>>>, endings: &[&str]) -> Result<Option<Self>, Error> {
        let find = |what: &str| {
            let is = |name: &&str| endings.iter().any(|ending| name.eq_ignore_ascii_case(&format!("{what}_{ending}")));
            let found: Vec<String> = npz.names().filter(is).map(str::to_owned).collect();
            match &found[..] {
                [] => Ok(None),
                [one] => Ok(Some(one.clone())),
                [one, other, ..] => {
                    Err(wrong(one, format!("`{other}` is there too: which one is meant must be clear")))
                }
            }
        };
        let (x, y, mask) = (find("x")?, find("y")?, find("mask")?);
        let (x_name, y_name) = match (x, y) {
            (None, None) => return Ok(None),
            (Some(x), Some(y)) => (x, y),
            (None, _) => return Err(missing(npz, &format!("x_{}", endings[0]))),
            (_, None) => return Err(missing(npz, &format!("y_{}", endings[0]))),
        };
        let (x, y) = (npz.array(&x_name)?, npz.array(&y_name)?);
        let mask = mask.map(|name| Ok::<_, Error>((npz.array(&name)?, name))).transpose()?;
        let ranks = |name: &str, array: &Array| match array.shape().len() {
            2 | 3 => Ok(()),
            _ => {
                Err(wrong(name, format!("its shape is {}: it must be [N, T] or [N, T, values]", shown(array.shape()))))
            }
        };
        ranks(&x_name, &x)?;
        ranks(&y_name, &y)?;
        let sizes = [x.shape()[0], x.shape()[1]];
        let like_x = |name: &str, shape: &[usize]| {
            let problem = || {
                format!(
                    "its shape is {}, that of `{x_name}` {}: N and T must be the same",
                    shown(shape),
                    shown(x.shape())
                )
            };
            if shape[..2] == sizes { Ok(()) } else { Err(wrong(name, problem())) }
        };
        like_x(&y_name, y.shape())?;
        if let Some((mask, name)) = &mask {
            if mask.shape().len() != 2 {
                return Err(wrong(name, format!("its shape is {}: it must be [N, T]", shown(mask.shape()))));
            }
            like_x(name, mask.shape())?;
            if let Some(place) = mask.values().iter().position(|value| !value.is_finite()) {
                let (episode, step) = (place / sizes[1], place % sizes[1]);
                let problem = format!("episode {episode}, step {step} is {}: it must be 0 or 1", mask.values()[place]);
                return Err(wrong(name, problem));
            }
        }
        for (name, array) in [(&x_name, &x), (&y_name, &y)] {
            if width(array) == 0 || sizes.contains(&0) {
                return Err(wrong(
                    name,
                    format!("its shape is {}: there must be something in it", shown(array.shape())),
                ));
            }
        }
        Ok(Some(Self { name: y_name, x_name, x, y, mask: mask.map(|(mask, _)| mask), sizes }))
    }

    /// The target of a step, of all its numbers.
    fn target(&self, episode: usize, step: usize) -> &[f64] {
        let width = width(&self.y);
        &self.y.values()[(episode * self.sizes[1] + step) * width..][..width]
    }

    /// Whether a step is scored.
    fn is_scored(&self, episode: usize, step: usize) -> bool {
        let by_mask = |mask: &Array| mask.values()[episode * self.sizes[1] + step] != 0.0;
        self.mask.as_ref().is_none_or(by_mask) && !self.target(episode, step).iter().all(|&value| value == IGNORED)
    }

    /// How long an episode is: until its last scored step.
    fn length(&self, episode: usize) -> usize {
        (0..self.sizes[1]).rev().find(|&step| self.is_scored(episode, step)).map_or(0, |step| step + 1)
    }

    fn scored(&self) -> impl Iterator<Item = &[f64]> {
        let [episodes, steps] = self.sizes;
        let all = (0..episodes).flat_map(move |episode| (0..steps).map(move |step| (episode, step)));
        all.filter(|&(episode, step)| self.is_scored(episode, step)).map(|(episode, step)| self.target(episode, step))
    }

    /// What is asked for: classes or numbers.
    fn kind(&self) -> Result<Kind, Error> {
        let count = width(&self.y);
        if self.scored().next().is_none() {
            return Err(wrong(&self.name, "no step of it is scored".to_owned()));
        }
        if self.y.shape().len() == 2 {
            if !self.scored().all(|target| target[0].fract() == 0.0) {
                return Ok(Kind::Values(1));
            }
            let most = self.scored().fold(0.0_f64, |most, target| most.max(target[0]));
            return Ok(Kind::Classes((most.min(MOST_CLASSES) as usize + 1).max(2)));
        }
        let is_one_hot = |target: &[f64]| one_hot(target).is_some();
        Ok(if count > 1 && self.scored().all(is_one_hot) { Kind::Classes(count) } else { Kind::Values(count) })
    }

    /// Its episodes; those without a scored step are left out, because nothing is asked there.
    pub(super) fn sequences(&self, known: Known) -> Result<Vec<Sequence>, Error> {
        if width(&self.x) != known.inputs {
            let problem = format!(
                "its shape is {}: a step must have {} numbers, as in the training part",
                shown(self.x.shape()),
                known.inputs
            );
            return Err(wrong(&self.x_name, problem));
        }
        let shape = Shape { inputs: Kind::Values(known.inputs), targets: known.targets };
        let mut all = Vec::new();
        for episode in 0..self.sizes[0] {
            let mut sequence = Sequence::new(shape);
            for step in 0..self.length(episode) {
                let read = &self.x.values()[(episode * self.sizes[1] + step) * known.inputs..][..known.inputs];
                // What follows an episode's end is not read, and may be anything.
                if let Some(value) = read.iter().find(|value| !value.is_finite()) {
                    let problem = format!("episode {episode}, step {step} is {value}: it must be a finite number");
                    return Err(wrong(&self.x_name, problem));
                }
                let target = self.target(episode, step);
                let is_scored = self.is_scored(episode, step);
                let class = if is_scored { self.class(known, episode, step)? } else { None };
                let target = class.map_or(Step::Values(target), Step::Class);
                sequence.push(Step::Values(read), is_scored.then_some(target))?;
            }
            if !sequence.is_empty() {
                all.push(sequence);
            }
        }
        if all.is_empty() {
            return Err(wrong(&self.name, "no step of it is scored".to_owned()));
        }
        Ok(all)
    }

    /// The class that a scored step asks for; nothing where it asks for numbers, which are then finite.
    fn class(&self, known: Known, episode: usize, step: usize) -> Result<Option<u16>, Error> {
        let target = self.target(episode, step);
        let place = format!("episode {episode}, step {step}");
        match known.targets {
            Kind::Values(width) if target.len() != width => {
                let problem =
                    format!("a step has {} numbers: it must have {width}, as in the training part", target.len());
                Err(wrong(&self.name, problem))
            }
            Kind::Values(_) => match target.iter().find(|&&value| !value.is_finite() || value == IGNORED) {
                None => Ok(None),
                Some(&IGNORED) => {
                    let problem =
                        format!("{place} has -100 beside other numbers: a step is scored whole or not at all");
                    Err(wrong(&self.name, problem))
                }
                Some(value) => Err(wrong(&self.name, format!("{place} is {value}: it must be a finite number"))),
            },
            Kind::Classes(classes) if self.y.shape().len() == 2 => {
                let class =
                    Some(target[0]).filter(|class| class.fract() == 0.0 && (0.0..classes as f64).contains(class));
                let problem = || {
                    format!("{place} is {}: it must be a class from 0 to {}, or -100", number(target[0]), classes - 1)
                };
                class.map(|class| Some(class as u16)).ok_or_else(|| wrong(&self.name, problem()))
            }
            Kind::Classes(classes) => {
                let class = one_hot(target).filter(|_| target.len() == classes);
                let problem = || format!("{place} is not one-hot of {classes} classes, as the training part is");
                class.map(|class| Some(class as u16)).ok_or_else(|| wrong(&self.name, problem()))
            }
        }
    }
}
