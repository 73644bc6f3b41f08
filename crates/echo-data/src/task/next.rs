//! The next symbol: a text is read symbol by symbol, and the symbol that follows is asked for.
//!
//! ```text
//! input(i) = s_i      target(i) = s_{i+1}
//! ```
//!
//! Symbols are the characters of a text, its bytes, or the labels in a column of a CSV file. Those of the part that is trained on are the
//! alphabet, and a symbol's class is its place there. How well a text can be predicted is not known, so there is no floor. Who reads nothing does best to answer with the
//! frequencies of the symbols in the training part: the loss is their entropy.

use super::alphabet::{Alphabet, Unit};
use super::own_data::{Dataset, Files, InFile, Series, Shares, Source, shares_of};
use super::setting::{TaskSetting, TaskValue};
use super::symbol_series::SymbolSeries;
use super::task::{OwnData, Symbols, Task, Words};
use crate::error::Error;
use crate::sequences::{Shape, Stores};
use std::path::PathBuf;
use std::sync::Arc;

/// The symbol that follows.
///
/// ```
/// use echo_data::{Next, OwnData, Shares, in_memory};
/// let text = &b"to be, or not to be"[..];
/// let (task, data) = Next::default().read(vec![Box::new(text)], Shares::default(), &in_memory).unwrap();
/// assert_eq!(task.symbols().unwrap().shown(2).as_deref(), Some("b"));
/// let series = data.train[0].whole().unwrap();
/// assert_eq!(series.targets().classes()[..17], series.inputs().classes()[1..]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The files of a text.
    pub text: Vec<PathBuf>,
    /// What a symbol of a text is: `character` or `byte`.
    pub symbols: &'static str,
    /// In the place of a text: the files of a series of labels, which are CSV or arrays of whole numbers. Where they are named, symbols
    /// are labels.
    pub data: Vec<PathBuf>,
    /// The column of labels; none for the only one.
    pub inputs: Vec<String>,
    /// Whether files are series of their own or continue each other: `separate` or `joined`.
    pub files: &'static str,
    /// What is known of the text, once it is read.
    known: Option<Known>,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    alphabet: Alphabet,
    /// The column of labels; empty for a text.
    column: String,
    /// How often each symbol stands in the training part, as a share.
    frequencies: Vec<f64>,
}

const CHARACTER: &str = "character";
const BYTE: &str = "byte";
/// What can be done about a symbol that stands in a part that is held out alone.
const HOLD_OUT_LESS: &str = ": hold out less at the end, or none";
/// The fact that says what a symbol is, where it is a label.
const UNIT: &str = "unit";

/// By character.
impl Default for Next {
    fn default() -> Self {
        let (text, data, inputs) = (Vec::new(), Vec::new(), Vec::new());
        Self { text, symbols: CHARACTER, data, inputs, files: Files::SEPARATE, known: None }
    }
}

impl Next {
    fn unit(&self) -> Unit {
        match self.symbols {
            _ if self.known.is_some() => self.alphabet().map_or(Unit::Character, Alphabet::unit),
            _ if !self.data.is_empty() => Unit::Label,
            BYTE => Unit::Byte,
            _ => Unit::Character,
        }
    }

    /// The name of the column of labels; empty for the only one.
    fn column(&self) -> &str {
        let known = self.known.as_ref().map_or("", |known| &known.column);
        self.inputs.first().map_or(known, String::as_str)
    }

    fn alphabet(&self) -> Option<&Alphabet> {
        self.known.as_ref().map(|known| &known.alphabet)
    }
}

impl Task for Next {
    fn name(&self) -> &'static str {
        "next"
    }

    fn about(&self) -> &'static str {
        "The next symbol of a text, or of a series of labels, of yours"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(self.alphabet().map_or(0, Alphabet::len))
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { text, symbols, data, inputs, files, .. } = self;
        let plain = |name, about, value| TaskSetting { name, about, value, beside: None };
        let choices = &[(CHARACTER, "A character"), (BYTE, "A byte, which can be any")];
        vec![
            TaskSetting::of_data(data),
            plain("text", "Text to read, in UTF-8. May be repeated", TaskValue::Files(text, "FILE.txt")),
            TaskSetting::of_files(files),
            plain("symbols", "What a symbol of a text is", TaskValue::Choice(symbols, choices)),
            plain("inputs", TaskSetting::INPUTS, TaskValue::Names(inputs, TaskSetting::ALL_INPUTS)),
        ]
    }

    fn check(&self) -> Result<(), Error> {
        if !self.text.is_empty() && !self.data.is_empty() {
            return Err(Error::Beside { name: "data", problem: "`text` is given too: a net reads one of them" });
        }
        if self.data.is_empty() && !self.inputs.is_empty() {
            return Err(Error::Beside { name: "inputs", problem: "they are columns of `data`, which is not given" });
        }
        if self.inputs.len() > 1 {
            return Err(Error::Beside { name: "inputs", problem: "a net reads the labels of one column" });
        }
        if !self.data.is_empty() && self.symbols != CHARACTER {
            return Err(Error::Beside {
                name: "symbols",
                problem: "only a `text` has them; the symbols of `data` are labels",
            });
        }
        Ok(())
    }

    fn guess(&self) -> &[f64] {
        self.known.as_ref().map_or(&[], |known| &known.frequencies)
    }

    fn chance(&self, least: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        self.known.as_ref().map(|known| least(&known.frequencies))
    }

    fn words(&self) -> Words {
        let unit = self.unit().name();
        Words {
            title: format!("Next {unit}"),
            answer: format!("the {unit} that follows"),
            rule: format!("target = next {unit}"),
            inputs: self.known.iter().map(|known| known.column.clone()).filter(|column| !column.is_empty()).collect(),
            ..Words::default()
        }
    }

    fn symbols(&self) -> Option<&dyn Symbols> {
        self.alphabet().map(|alphabet| alphabet as _)
    }

    fn own_data(&self) -> Option<&dyn OwnData> {
        Some(self)
    }
}

impl OwnData for Next {
    fn read(
        &self,
        files: Vec<Source<'_>>,
        shares: Shares,
        stores: Stores<'_>,
    ) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let all = SymbolSeries::read(files, self.unit(), self.column(), Files::named(self.files), stores)?;
        let splits: Vec<_> = all.series.iter().map(|series| series.split(shares)).collect();
        let known = match &self.known {
            Some(known) => known.clone(),
            None => {
                let trained: Vec<_> = splits.iter().map(|[train, ..]| train.clone()).collect();
                let learned = all.learned(&trained).map_err(InFile::all);
                let column = all.column.clone();
                learned.map(|(alphabet, frequencies)| Known { alphabet, column, frequencies })?
            }
        };
        let classes = all.classes(&known.alphabet).map_err(|InFile { file, error }| match error {
            Error::Malformed { line, problem } if self.known.is_none() => {
                let problem = format!("{problem}{HOLD_OUT_LESS}");
                InFile { file, error: Error::Malformed { line, problem } }
            }
            Error::Array { name, problem } if self.known.is_none() => {
                let problem = format!("{problem}{HOLD_OUT_LESS}");
                InFile { file, error: Error::Array { name, problem } }
            }
            error => InFile { file, error },
        })?;
        let mut data = Dataset::default();
        for (Series { file, rows }, split) in all.series.iter().zip(splits) {
            data.add(*file, split.map(|places| all.following(rows, &places, &classes)));
        }
        Ok((Arc::new(Self { known: Some(known), ..self.clone() }), data))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some(Known { alphabet, column, frequencies }) = &self.known else { return Vec::new() };
        let frequencies: Vec<_> = frequencies.iter().map(f64::to_string).collect();
        let mut facts = vec![("alphabet", alphabet.to_text()), ("frequencies", frequencies.join(","))];
        if alphabet.unit() == Unit::Label {
            facts.extend([(UNIT, alphabet.unit().name().to_owned()), ("column", column.clone())]);
        }
        facts
    }

    fn with_facts(&self, fact: &dyn Fn(&str) -> Option<String>) -> Result<Arc<dyn Task>, Error> {
        let told = |name: &'static str| fact(name).ok_or(Error::Fact { name });
        let is_of_labels = fact(UNIT).is_some_and(|unit| unit == Unit::Label.name());
        let unit = if is_of_labels { Unit::Label } else { self.unit() };
        let column = fact("column").unwrap_or_default();
        let alphabet = Alphabet::from_text(unit, &told("alphabet")?).ok_or(Error::Fact { name: "alphabet" })?;
        let frequencies = told("frequencies")?;
        let frequencies = shares_of(&frequencies, alphabet.len()).ok_or(Error::Fact { name: "frequencies" })?;
        Ok(Arc::new(Self { known: Some(Known { alphabet, column, frequencies }), ..self.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequences::in_memory;

    fn read(task: &Next, texts: &[&str], shares: Shares) -> Result<(Arc<dyn Task>, Dataset), String> {
        let files = texts.iter().map(|text| Box::new(text.as_bytes()) as Source<'_>).collect();
        task.read(files, shares, &in_memory)
            .map_err(|InFile { file, error }| file.map_or_else(|| error.to_string(), |file| format!("{file}: {error}")))
    }

    #[test]
    fn the_alphabet_is_that_of_the_training_part() {
        let shares = Shares { valid: 0.2, test: 0.2 };
        let (task, data) = read(&Next::default(), &["aabbabbaab"], shares).unwrap();
        assert_eq!(task.shape(), Shape::of_classes(2));
        let lengths =
            [&data.train, &data.valid, &data.test].map(|part| part.iter().map(|part| part.len()).collect::<Vec<_>>());
        assert_eq!(lengths, [vec![5], vec![7], vec![9]]);
        assert_eq!(data.valid[0].whole().unwrap().mask().unwrap(), [false, false, false, false, false, true, true]);
        let entropy = |p: &[f64]| -p.iter().map(|p| p * p.ln()).sum::<f64>();
        assert!((task.chance(&entropy).unwrap() - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(
            read(&Next::default(), &["aabbabbaac"], shares).unwrap_err(),
            "0: line 1: character 10: `c` is not one of the 2 characters that the net was trained on: hold out less at the end, or none"
        );
        assert_eq!(read(&Next::default(), &["ab", ""], Shares::default()).unwrap_err(), "1: line 1: the text is empty");
    }

    #[test]
    fn labels_come_from_a_column_or_an_array() {
        let of_labels = Next { data: vec!["weather.csv".into()], inputs: vec!["sky".into()], ..Next::default() };
        let weather = ["day,sky\n1,sun\n2,rain\n3,sun\n", "sky,day\ncloud,4\nsun,5\n"];
        let (task, data) = read(&of_labels, &weather, Shares::default()).unwrap();
        assert_eq!((task.symbols().unwrap().unit(), data.train.len()), ("label", 2));
        assert_eq!(data.train[0].whole().unwrap().inputs().classes(), [2, 1]);
        assert_eq!(data.train[1].whole().unwrap().targets().classes(), [2]);
        for (text, told) in [
            ("day,sky\n1,\n", "0: line 2: column `sky`: the cell is empty: it must be a label"),
            ("day\n1\n", "0: line 1: there is no column `sky`; the header must name `sky`, it is `day`"),
            ("sky\n", "0: there is no row of values below the header"),
            ("sky\nsun\nsun\n", "there is 1 label in it: it must have from 2 to 65536 different ones"),
        ] {
            assert_eq!(read(&of_labels, &[text], Shares::default()).unwrap_err(), told);
        }
        let any = Next { inputs: Vec::new(), ..of_labels };
        assert_eq!(
            read(&any, &weather, Shares::default()).unwrap_err(),
            "0: line 1: there are the columns day, sky: `inputs` must name the one to read"
        );
    }

    #[test]
    fn files_that_continue_each_other_are_one_series() {
        let joined = Next { files: Files::JOINED, ..Next::default() };
        let (task, data) = read(&joined, &["ab", "ba", "ab"], Shares { valid: 0.0, test: 0.34 }).unwrap();
        assert_eq!(data.train[0].whole().unwrap().inputs().classes(), [0, 1, 1]);
        assert_eq!(data.test[0].whole().unwrap().targets().classes()[3..], [0, 1]);
        assert_eq!(task.guess(), [0.5, 0.5]);
        assert_eq!(
            read(&joined, &["ab", "ba\n", "bc"], Shares { valid: 0.0, test: 0.2 }).unwrap_err(),
            "2: line 1: character 2: `c` is not one of the 3 characters that the net was trained on: hold out less at the end, or none"
        );
    }

    #[test]
    fn what_is_known_travels_as_text() {
        let of_labels = Next { data: vec!["labels.csv".into()], ..Next::default() };
        for (task, without) in [
            (Next { symbols: CHARACTER, ..Next::default() }, "frequencies"),
            (Next { symbols: BYTE, ..Next::default() }, "alphabet"),
            (of_labels, "unit"),
        ] {
            let plain = Next { data: Vec::new(), ..task.clone() };
            let (task, data) = read(&task, &["één\na\nb\n", "twee\na\nb\n"], Shares::default()).unwrap();
            assert_eq!(data.train.len(), 2);
            let facts = task.own_data().unwrap().facts();
            let fact = |name: &str| facts.iter().find(|(own, _)| *own == name).map(|(_, text)| text.clone());
            let again = plain.with_facts(&fact).unwrap();
            assert_eq!(again.own_data().unwrap().facts(), facts);
            assert_eq!(again.shape(), task.shape());
            assert!(plain.with_facts(&|name| fact(name).filter(|_| name != without)).is_err());
        }
    }
}
