//! Episodes of the caller's own, from an NPZ file: short sequences, each of which begins from a zero state.
//!
//! ```text
//! x_train [N, T, I]     what is read, as numbers; [N, T] for one number a step
//! y_train [N, T]        classes, as whole numbers;  [N, T, O] numbers, or classes as one-hot vectors
//! mask_train [N, T]     optional: which steps are scored
//! ```
//!
//! The names of the parts to validate and to test on end with `_valid` (or `_val`) and `_test`; capitals do not matter. Where a part is not
//! there, episodes at the end of the training part are held out. A step whose target is −100 is not scored, as PyTorch's
//! `ignore_index` has it. An episode ends with its last scored step: so a mask says how long episodes are.
//!
//! Targets `[N, T, O]` are classes if there are at least two numbers a step, and of each scored step of the training part exactly one is 1 and
//! the others are 0 (or −100, as some libraries fill what is not asked for).

use super::own_data::{Dataset, InFile, Shares, Source};
use super::setting::{TaskSetting, TaskValue};
use super::task::{Form, OwnData, Split, Task, Words};
use crate::error::Error;
use crate::files::{Array, Npz};
use crate::sequences::{Kind, Sequence, Shape, Step};
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

/// Episodes from a file.
///
/// What is known of them, once they are read: how many numbers a step has, what is asked for, and how long the longest one is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Episodes {
    /// The NPZ files.
    pub data: Vec<PathBuf>,
    known: Option<Known>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    inputs: usize,
    targets: Kind,
    longest: usize,
}

/// A step with this target is not scored.
const IGNORED: f64 = -100.0;

/// An array takes eight bytes a value, and a small file can hold very many zeros.
const MOST_VALUES: usize = 1 << 28;

/// A class is stored in 16 bits.
const MOST_CLASSES: f64 = 65_535.0;

/// The parts of a file, and how the names of their arrays end.
const PARTS: [&[&str]; 3] = [&["train"], &["valid", "val"], &["test"]];

impl Task for Episodes {
    fn name(&self) -> &'static str {
        "episodes"
    }

    fn about(&self) -> &'static str {
        "Sequences of yours, from NumPy"
    }

    fn shape(&self) -> Shape {
        let known = self.known.unwrap_or(Known { inputs: 0, targets: Kind::Classes(0), longest: 0 });
        Shape { inputs: Kind::Values(known.inputs), targets: known.targets }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.known.map_or(0, |known| known.longest))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        vec![TaskSetting {
            name: "data",
            about: "Data to read: CSV to forecast, NPZ for episodes. May be repeated",
            value: TaskValue::Files(&mut self.data, "FILE"),
            beside: None,
        }]
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    fn fill(&self, _seed: u64, _split: Split, _number: u64, _sequence: &mut Sequence) -> Result<(), Error> {
        Err(Error::Recorded)
    }

    /// How well they can be answered is not known, so they are never solved.
    fn solved_within(&self) -> f64 {
        0.0
    }

    fn words(&self) -> Words {
        let names = |kind: Kind, what: &str| match kind {
            Kind::Values(width) if width > 1 => (0..width).map(|number| format!("{what}_{number}")).collect(),
            _ => Vec::new(),
        };
        let shape = self.shape();
        Words {
            title: "Episodes".to_owned(),
            answer: "what the file says".to_owned(),
            rule: "targets as the file has them".to_owned(),
            unknown: String::new(),
            inputs: names(shape.inputs, "x"),
            targets: names(shape.targets, "y"),
        }
    }

    fn own_data(&self) -> Option<&dyn OwnData> {
        Some(self)
    }
}

/// The arrays of a part: inputs, targets, and which steps are scored.
struct Part {
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
        let ending = endings[0];
        let missing = |name: &str| {
            let names: Vec<_> = npz.names().collect();
            let problem = format!(
                "it is not there: the file has {}",
                if names.is_empty() { "no arrays".to_owned() } else { names.join(", ") }
            );
            wrong(&format!("{name}_{ending}"), problem)
        };
        let (x_name, y_name) = match (x, y) {
            (None, None) if ending != "train" => return Ok(None),
            (Some(x), Some(y)) => (x, y),
            (None, _) => return Err(missing("x")),
            (_, None) => return Err(missing("y")),
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
    fn sequences(&self, known: Known) -> Result<Vec<Sequence>, Error> {
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
                let problem =
                    || format!("{place} is {}: it must be a class from 0 to {}, or -100", target[0], classes - 1);
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

impl OwnData for Episodes {
    fn read(&self, files: Vec<Source<'_>>, shares: Shares) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let mut known = self.known;
        let mut data = Dataset::default();
        for (file, mut reader) in files.into_iter().enumerate() {
            let wrong = |error| InFile { file, error };
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(|error| wrong(Error::unread(&error)))?;
            let npz = Npz::new(Cursor::new(bytes)).map_err(wrong)?.with_most_values(MOST_VALUES);
            let [train, valid, test] = PARTS.map(|endings| Part::read(&npz, endings));
            let Some(train) = train.map_err(wrong)? else { continue };
            let (valid, test) = (valid.map_err(wrong)?, test.map_err(wrong)?);
            let of_file = match known {
                Some(known) => known,
                None => {
                    let parts = [Some(&train), valid.as_ref(), test.as_ref()].into_iter().flatten();
                    let longest = |part: &Part| (0..part.sizes[0]).map(|episode| part.length(episode)).max();
                    let longest = parts.filter_map(longest).max().unwrap_or_default();
                    Known { inputs: width(&train.x), targets: train.kind().map_err(wrong)?, longest }
                }
            };
            known = Some(of_file);
            let sequences = |part: &Part| part.sequences(of_file).map_err(wrong);
            let mut train = sequences(&train)?;
            let split = shares.split(train.len());
            // From the end, so that what stands before keeps its place.
            let held_out = |part: Option<Part>, place: std::ops::Range<usize>, train: &mut Vec<Sequence>| match part {
                Some(part) => sequences(&part),
                None => Ok(train.split_off(place.start.min(train.len()))),
            };
            let [_, of_valid, of_test] = split;
            // A part of the file's own takes nothing from the training part.
            let of_test = if test.is_some() { train.len()..train.len() } else { of_test };
            let of_valid = if valid.is_some() {
                of_test.start..of_test.start
            } else {
                of_test.start - of_valid.len().min(of_test.start)..of_test.start
            };
            let test = held_out(test, of_test, &mut train)?;
            let valid = held_out(valid, of_valid, &mut train)?;
            data.train.extend(train);
            data.valid.extend(valid);
            data.test.extend(test);
        }
        if let (Some(known), longest) = (&mut known, data.train.iter().chain(&data.valid).chain(&data.test)) {
            known.longest = longest.map(Sequence::len).max().unwrap_or_default().max(known.longest);
        }
        Ok((Arc::new(Self { known, ..self.clone() }), data))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some(Known { inputs, targets, longest }) = self.known else { return Vec::new() };
        let targets = match targets {
            Kind::Classes(classes) => format!("classes {classes}"),
            Kind::Values(values) => format!("values {values}"),
        };
        vec![("values_read", inputs.to_string()), ("asked_for", targets), ("longest", longest.to_string())]
    }

    fn with_facts(&self, fact: &dyn Fn(&str) -> Option<String>) -> Result<Arc<dyn Task>, Error> {
        let count = |name: &'static str, text: Option<&str>| {
            let count = text.and_then(|text| text.parse().ok()).filter(|count| (1..=MOST_VALUES).contains(count));
            count.ok_or(Error::Fact { name })
        };
        let (inputs, longest) = (fact("values_read"), fact("longest"));
        let asked = fact("asked_for").ok_or(Error::Fact { name: "asked_for" })?;
        let (what, number) = asked.split_once(' ').unwrap_or_default();
        let number = count("asked_for", Some(number))?;
        let targets = match what {
            "classes" if (2..=MOST_CLASSES as usize + 1).contains(&number) => Kind::Classes(number),
            "values" => Kind::Values(number),
            _ => return Err(Error::Fact { name: "asked_for" }),
        };
        let (inputs, longest) = (count("values_read", inputs.as_deref())?, count("longest", longest.as_deref())?);
        Ok(Arc::new(Self { known: Some(Known { inputs, targets, longest }), ..self.clone() }))
    }
}
