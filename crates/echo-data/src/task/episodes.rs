//! Episodes of the caller's own, from an NPZ or a CSV file: short sequences, each of which begins from a zero state.
//!
//! ```text
//! x_train [N, T, I]     what is read, as numbers; [N, T] for one number a step
//! y_train [N, T]        classes, as whole numbers;  [N, T, O] numbers, classes as one-hot vectors, or bits
//! mask_train [N, T]     optional: which steps are scored
//! ```
//!
//! The names of the parts to validate and to test on end with `_valid` (or `_val`) and `_test`; capitals do not matter. Where a part is not
//! there, episodes at the end of the training part are held out. A step whose target is −100 is not scored, as PyTorch's
//! `ignore_index` has it. An episode ends with its last scored step: so a mask says how long episodes are.
//!
//! Targets `[N, T, O]` are classes if there are at least two numbers a step, and of each scored step of the training part exactly one is 1 and
//! the others are 0 (or −100, as some libraries fill what is not asked for). They are bits if all of them are 0 or 1, and they are not one-hot:
//! each is a question of its own, as where several labels can be true at once.

use super::episode_arrays::{self, MOST_VALUES};
use super::episode_part::{MOST_CLASSES, Part, Parts};
use super::episode_table::{self, Columns};
use super::names::{of_lines, to_lines};
use super::own_data::{Dataset, InFile, Shares, Source, shares_of};
use super::setting::{TaskSetting, TaskValue};
use super::task::{Form, OwnData, Task, Words};
use crate::error::Error;
use crate::files::is_zip;
use crate::sequences::{Kind, Shape, Step, Stores, Stretches};
use std::path::PathBuf;
use std::sync::Arc;

/// Episodes from files.
///
/// What is known of them, once they are read: how many numbers a step has, what is asked for, how long the longest one is, how often each
/// class is asked for, and the columns of a CSV file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Episodes {
    /// The files, NPZ or CSV.
    pub data: Vec<PathBuf>,
    /// Of a CSV file the columns that are read; none for all that hold numbers, without counters of steps.
    pub inputs: Vec<String>,
    /// Of a CSV file the columns that are asked for; none for `target`, `y`, and those whose names begin so.
    pub targets: Vec<String>,
    known: Option<Known>,
    /// The share of each class among the targets that are trained on, or the mean of each number.
    guess: Vec<f64>,
    columns: Columns,
}

/// What is known of episodes that have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    /// Numbers that are read at a step.
    inputs: usize,
    targets: Kind,
    /// Steps of the longest episode.
    longest: usize,
}

/// The facts that say what is answered without reading.
const FREQUENCIES: &str = "frequencies";
const MEANS: &str = "means";

impl Task for Episodes {
    fn name(&self) -> &'static str {
        "episodes"
    }

    fn about(&self) -> &'static str {
        "Sequences of yours, from NumPy or CSV"
    }

    fn shape(&self) -> Shape {
        let known = self.known.unwrap_or(Known { inputs: 0, targets: Kind::Classes(0), longest: 0 });
        Shape { inputs: Kind::Values(known.inputs), targets: known.targets }
    }

    fn form(&self) -> Form {
        Form::Episodes(self.known.map_or(0, |known| known.longest))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { data, inputs, targets, .. } = self;
        vec![
            TaskSetting::of_data(data),
            TaskSetting {
                name: "inputs",
                about: TaskSetting::INPUTS,
                value: TaskValue::Names(inputs, TaskSetting::ALL_INPUTS),
                beside: None,
            },
            TaskSetting {
                name: "targets",
                about: TaskSetting::TARGETS,
                value: TaskValue::Names(targets, TaskSetting::ALL_TARGETS),
                beside: None,
            },
        ]
    }

    fn words(&self) -> Words {
        let names = |kind: Kind, what: &str, columns: &[String]| match kind {
            Kind::Values(width) | Kind::Bits(width) if width == columns.len() => columns.to_vec(),
            Kind::Values(width) | Kind::Bits(width) if width > 1 => {
                (0..width).map(|number| format!("{what}_{number}")).collect()
            }
            _ => Vec::new(),
        };
        let shape = self.shape();
        Words {
            title: "Episodes".to_owned(),
            answer: "what the file says".to_owned(),
            rule: "targets as the file has them".to_owned(),
            unknown: String::new(),
            inputs: names(shape.inputs, "x", &self.columns.inputs),
            targets: names(shape.targets, "y", &self.columns.targets),
        }
    }

    fn chance(&self, least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        let known = self.known.filter(|_| !self.guess.is_empty())?;
        match known.targets {
            Kind::Classes(_) => Some(least(&self.guess)),
            Kind::Bits(bits) => {
                Some(self.guess.iter().map(|&share| least(&[1.0 - share, share])).sum::<f64>() / bits as f64)
            }
            Kind::Values(_) => None,
        }
    }

    fn guess(&self) -> &[f64] {
        &self.guess
    }

    fn own_data(&self) -> Option<&dyn OwnData> {
        Some(self)
    }
}

/// What is answered without reading: the share of each class, or the mean of each number, among the targets that are trained on.
fn guess(episodes: &[Box<dyn Stretches>], targets: Kind) -> Result<Vec<f64>, Error> {
    let (mut sums, mut count) = (vec![0.0; targets.size()], 0_usize);
    for episode in episodes {
        let whole = episode.whole()?;
        for step in (0..whole.len()).filter(|&step| whole.is_scored(step)) {
            count += 1;
            match whole.targets().step(step) {
                Step::Class(class) => sums[usize::from(class)] += 1.0,
                Step::Values(values) => sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
            }
        }
    }
    sums.iter_mut().for_each(|sum| *sum /= count.max(1) as f64);
    Ok(sums)
}

impl Episodes {
    /// Adds the episodes of a file.
    fn take_in(
        &mut self,
        reader: Source<'_>,
        shares: Shares,
        stores: Stores<'_>,
        data: &mut Dataset,
    ) -> Result<(), Error> {
        let (is_zip, mut reader) = is_zip(reader)?;
        let Parts { train, valid, test } = if is_zip {
            if !(self.inputs.is_empty() && self.targets.is_empty()) {
                let problem = "it names columns of CSV files: an NPZ has none";
                return Err(Error::Beside { name: if self.inputs.is_empty() { "targets" } else { "inputs" }, problem });
            }
            episode_arrays::parts(&mut reader, stores)?
        } else {
            let (parts, columns) = episode_table::parts(&mut reader, &self.columns, stores)?;
            self.columns = columns;
            parts
        };
        let Known { inputs, targets, .. } = match self.known {
            Some(known) => known,
            None => {
                let (inputs, targets) = train.known()?;
                *self.known.insert(Known { inputs, targets, longest: 0 })
            }
        };
        // A part of the file's own takes nothing from the training part.
        let unless = |part: &Option<Part>, share| if part.is_some() { 0.0 } else { share };
        let shares = Shares { valid: unless(&valid, shares.valid), test: unless(&test, shares.test) };
        let episodes = |part: Part| part.episodes(inputs, targets);
        let mut train = episodes(train)?;
        let [_, of_valid, of_test] = shares.split(train.len());
        // From the end, so that what stands before keeps its place.
        let test = test.map_or_else(|| Ok(train.split_off(of_test.start)), episodes)?;
        let valid = valid.map_or_else(|| Ok(train.split_off(of_valid.start)), episodes)?;
        for (part, own) in [(&mut data.train, train), (&mut data.valid, valid), (&mut data.test, test)] {
            part.extend(own.into_iter().map(|episode| Box::new(episode) as Box<dyn Stretches>));
        }
        Ok(())
    }
}

impl OwnData for Episodes {
    fn read(
        &self,
        files: Vec<Source<'_>>,
        shares: Shares,
        stores: Stores<'_>,
    ) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let mut read = self.clone();
        if self.known.is_none() {
            read.columns = Columns { inputs: self.inputs.clone(), targets: self.targets.clone() };
        }
        let mut data = Dataset::default();
        for (file, reader) in files.into_iter().enumerate() {
            read.take_in(reader, shares, stores, &mut data).map_err(InFile::at(file))?;
        }
        if let (None, Some(Known { targets, .. })) = (self.known, read.known) {
            read.guess = guess(&data.train, targets).map_err(InFile::all)?;
        }
        let longest = data.train.iter().chain(&data.valid).chain(&data.test).map(|episode| episode.len()).max();
        read.known = read.known.map(|known| Known { longest: known.longest.max(longest.unwrap_or_default()), ..known });
        Ok((Arc::new(read), data))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some(Known { inputs, targets, longest }) = self.known else { return Vec::new() };
        let targets = match targets {
            Kind::Classes(classes) => format!("classes {classes}"),
            Kind::Values(values) => format!("values {values}"),
            Kind::Bits(bits) => format!("bits {bits}"),
        };
        let mut facts =
            vec![("values_read", inputs.to_string()), ("asked_for", targets), ("longest", longest.to_string())];
        if !self.guess.is_empty() {
            let name = if matches!(self.shape().targets, Kind::Classes(_)) { FREQUENCIES } else { MEANS };
            facts.push((name, self.guess.iter().map(f64::to_string).collect::<Vec<_>>().join(",")));
        }
        let Columns { inputs, targets } = &self.columns;
        for (name, columns) in [("input_columns", inputs), ("target_columns", targets)] {
            if !columns.is_empty() {
                facts.push((name, to_lines(columns.iter().map(String::as_bytes))));
            }
        }
        facts
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
            "bits" => Kind::Bits(number),
            _ => return Err(Error::Fact { name: "asked_for" }),
        };
        let (inputs, longest) = (count("values_read", inputs.as_deref())?, count("longest", longest.as_deref())?);
        let guess = match targets {
            Kind::Classes(classes) => {
                let text = fact(FREQUENCIES);
                text.map(|text| shares_of(&text, classes).ok_or(Error::Fact { name: FREQUENCIES })).transpose()?
            }
            Kind::Values(values) | Kind::Bits(values) => {
                let numbers =
                    |text: String| text.split(',').map(|number| number.parse().ok()).collect::<Option<Vec<f64>>>();
                let is_sound = |means: &Vec<f64>| means.len() == values && means.iter().all(|mean| mean.is_finite());
                let text = fact(MEANS);
                text.map(|text| numbers(text).filter(is_sound).ok_or(Error::Fact { name: MEANS })).transpose()?
            }
        };
        let columns = |name: &'static str| match fact(name) {
            Some(text) => of_lines(&text).ok_or(Error::Fact { name }),
            None => Ok(Vec::new()),
        };
        let columns = Columns { inputs: columns("input_columns")?, targets: columns("target_columns")? };
        for (name, asked, own) in
            [("inputs", &self.inputs, &columns.inputs), ("targets", &self.targets, &columns.targets)]
        {
            if !asked.is_empty() && asked != own {
                return Err(Error::Beside { name, problem: "the net was trained on other columns" });
            }
        }
        Ok(Arc::new(Self {
            known: Some(Known { inputs, targets, longest }),
            guess: guess.unwrap_or_default(),
            columns,
            ..self.clone()
        }))
    }
}
