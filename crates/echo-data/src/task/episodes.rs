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

use super::episode_arrays::{Known, MOST_CLASSES, MOST_VALUES, Part, Parts};
use super::own_data::{Dataset, InFile, Shares, Source};
use super::setting::TaskSetting;
use super::task::{Form, OwnData, Task, Words};
use crate::error::Error;
use crate::sequences::{Kind, Sequence, Shape};
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
        vec![TaskSetting::of_data(&mut self.data)]
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

impl OwnData for Episodes {
    fn read(&self, files: Vec<Source<'_>>, shares: Shares) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let mut known = self.known;
        let mut data = Dataset::default();
        for (file, mut reader) in files.into_iter().enumerate() {
            let wrong = |error| InFile { file, error };
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(|error| wrong(Error::unread(&error)))?;
            let parts = Parts::read(bytes).map_err(wrong)?;
            let of_file = known.map_or_else(|| parts.known(), Ok).map_err(wrong)?;
            known = Some(of_file);
            let Parts { train, valid, test } = parts;
            // A part of the file's own takes nothing from the training part.
            let unless = |part: &Option<Part>, share| if part.is_some() { 0.0 } else { share };
            let shares = Shares { valid: unless(&valid, shares.valid), test: unless(&test, shares.test) };
            let sequences = |part: &Part| part.sequences(of_file).map_err(wrong);
            let mut train = sequences(&train)?;
            let [_, of_valid, of_test] = shares.split(train.len());
            // From the end, so that what stands before keeps its place.
            data.test.extend(test.as_ref().map_or_else(|| Ok(train.split_off(of_test.start)), sequences)?);
            data.valid.extend(valid.as_ref().map_or_else(|| Ok(train.split_off(of_valid.start)), sequences)?);
            data.train.extend(train);
        }
        let longest = data.train.iter().chain(&data.valid).chain(&data.test).map(Sequence::len).max();
        let known = known.map(|known| Known { longest: known.longest.max(longest.unwrap_or_default()), ..known });
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
