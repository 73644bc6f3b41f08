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

use super::episode_arrays::{self, MOST_VALUES, Parts};
use super::episode_part::{Known, MOST_CLASSES, Part};
use super::episode_table::{self, Columns};
use super::names::{of_lines, to_lines};
use super::own_data::{Baseline, Dataset, InFile, Shares, Source, shares_of};
use super::setting::{TaskSetting, TaskValue};
use super::task::{Form, OwnData, Task, Words};
use crate::error::Error;
use crate::files::is_zip;
use crate::sequences::{Kind, Places, Shape, Stretches};
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
    /// The share of each class among the targets that are trained on.
    frequencies: Vec<f64>,
    columns: Columns,
}

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
            Kind::Values(width) if width == columns.len() => columns.to_vec(),
            Kind::Values(width) if width > 1 => (0..width).map(|number| format!("{what}_{number}")).collect(),
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
        (!self.frequencies.is_empty()).then(|| least(&self.frequencies))
    }

    fn chance_accuracy(&self) -> Option<f64> {
        self.frequencies.iter().copied().reduce(f64::max)
    }

    fn own_data(&self) -> Option<&dyn OwnData> {
        Some(self)
    }
}

/// How far off the mean of the targets that are trained on is, number by number, in each part.
fn means(data: &Dataset, width: usize) -> Result<[Option<Baseline>; 3], Error> {
    let (mut sums, mut count) = (vec![0.0; width], 0_usize);
    for_each_target(&data.train, width, &mut |target| {
        count += 1;
        sums.iter_mut().zip(target).for_each(|(sum, value)| *sum += value);
    })?;
    let means: Vec<f64> = sums.into_iter().map(|sum| sum / count.max(1) as f64).collect();
    let off = |part: &[Box<dyn Stretches>]| {
        let (mut squares, mut count) = (0.0, 0_usize);
        for_each_target(part, width, &mut |target| {
            count += width;
            squares += target.iter().zip(&means).map(|(value, mean)| (value - mean).powi(2)).sum::<f64>();
        })?;
        let baseline = Baseline { name: "mean", loss: squares / count.max(1) as f64, accuracy: None };
        Ok::<_, Error>((count > 0).then_some(baseline))
    };
    Ok([off(&data.train)?, off(&data.valid)?, off(&data.test)?])
}

/// Hands out the scored targets of some episodes.
fn for_each_target(episodes: &[Box<dyn Stretches>], width: usize, take: &mut dyn FnMut(&[f64])) -> Result<(), Error> {
    for episode in episodes {
        let whole = episode.whole()?;
        let targets = whole.targets().values().chunks_exact(width.max(1)).enumerate();
        targets.filter(|(step, _)| whole.is_scored(*step)).for_each(|(_, target)| take(target));
    }
    Ok(())
}

impl Episodes {
    /// Adds the episodes of a file.
    fn take_in(
        &mut self,
        reader: Source<'_>,
        shares: Shares,
        places: Places<'_>,
        data: &mut Dataset,
    ) -> Result<(), Error> {
        let (is_zip, mut reader) = is_zip(reader)?;
        let [train, valid, test]: Parts = if is_zip {
            episode_arrays::parts(&mut reader, places)?
        } else {
            let (parts, columns) = episode_table::parts(&mut reader, &self.columns, places)?;
            self.columns = columns;
            parts
        };
        let known = match (self.known, &train) {
            (Some(known), _) => known,
            (None, Some(train)) => {
                let (known, frequencies) = train.known()?;
                self.frequencies = frequencies;
                *self.known.insert(known)
            }
            (None, None) => return Err(Error::NoValues),
        };
        // A part of the file's own takes nothing from the training part.
        let unless = |part: &Option<Part>, share| if part.is_some() { 0.0 } else { share };
        let shares = Shares { valid: unless(&valid, shares.valid), test: unless(&test, shares.test) };
        let episodes = |part: Option<Part>| part.map(|part| part.episodes(known)).transpose();
        let mut train = episodes(train)?.unwrap_or_default();
        let [_, of_valid, of_test] = shares.split(train.len());
        // From the end, so that what stands before keeps its place.
        let test = episodes(test)?.unwrap_or_else(|| train.split_off(of_test.start));
        let valid = episodes(valid)?.unwrap_or_else(|| train.split_off(of_valid.start));
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
        places: Places<'_>,
    ) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let mut read = self.clone();
        if self.known.is_none() {
            read.columns = Columns { inputs: self.inputs.clone(), targets: self.targets.clone() };
        }
        let mut data = Dataset::default();
        for (file, reader) in files.into_iter().enumerate() {
            read.take_in(reader, shares, places, &mut data).map_err(|error| InFile { file, error })?;
        }
        if let Some(Known { targets: Kind::Values(width), .. }) = read.known {
            data.baselines = means(&data, width).map_err(|error| InFile { file: 0, error })?;
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
        };
        let mut facts =
            vec![("values_read", inputs.to_string()), ("asked_for", targets), ("longest", longest.to_string())];
        if !self.frequencies.is_empty() {
            let frequencies = self.frequencies.iter().map(f64::to_string).collect::<Vec<_>>();
            facts.push(("frequencies", frequencies.join(",")));
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
            _ => return Err(Error::Fact { name: "asked_for" }),
        };
        let (inputs, longest) = (count("values_read", inputs.as_deref())?, count("longest", longest.as_deref())?);
        let frequencies = match (targets, fact("frequencies")) {
            (Kind::Classes(classes), Some(text)) => {
                shares_of(&text, classes).ok_or(Error::Fact { name: "frequencies" })?
            }
            _ => Vec::new(),
        };
        let columns = |name: &'static str| match fact(name) {
            Some(text) => of_lines(&text).ok_or(Error::Fact { name }),
            None => Ok(Vec::new()),
        };
        let columns = Columns { inputs: columns("input_columns")?, targets: columns("target_columns")? };
        Ok(Arc::new(Self { known: Some(Known { inputs, targets, longest }), frequencies, columns, ..self.clone() }))
    }
}
