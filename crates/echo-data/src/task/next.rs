//! The next symbol: a text is read symbol by symbol, and the symbol that follows is asked for.
//!
//! ```text
//! input(i) = s_i      target(i) = s_{i+1}
//! ```
//!
//! Symbols are the characters of a text, or its bytes; those of the part that is trained on are the alphabet, and a symbol's class is
//! its place there. How well a text can be predicted is not known, so there is no floor. Who reads nothing does best to answer with the
//! frequencies of the symbols in the training part: the loss is their entropy.

use super::alphabet::{Alphabet, Unit};
use super::own_data::{Dataset, InFile, LEAD_IN, Shares, Source};
use super::setting::{TaskSetting, TaskValue};
use super::task::{Form, OwnData, Symbols, Task, Words};
use crate::error::Error;
use crate::sequences::{Sequence, Shape, Step};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// The symbol that follows.
///
/// ```
/// use echo_data::{Next, OwnData, Shares};
/// let text = &b"to be, or not to be"[..];
/// let (task, data) = Next::default().read(vec![Box::new(text)], Shares::default()).unwrap();
/// assert_eq!(task.symbols().unwrap().shown(2).as_deref(), Some("b"));
/// let series = &data.train[0];
/// assert_eq!(series.targets().classes()[..17], series.inputs().classes()[1..]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The files of the text; each is a series of its own.
    pub text: Vec<PathBuf>,
    /// What a symbol is: `character` or `byte`.
    pub symbols: &'static str,
    /// What is known of the text, once it is read.
    known: Option<Known>,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    alphabet: Alphabet,
    /// How often each symbol stands in the training part, as a share.
    frequencies: Vec<f64>,
}

const CHARACTER: &str = "character";
const BYTE: &str = "byte";

/// By character.
impl Default for Next {
    fn default() -> Self {
        Self { text: Vec::new(), symbols: CHARACTER, known: None }
    }
}

impl Next {
    fn unit(&self) -> Unit {
        if self.symbols == BYTE { Unit::Byte } else { Unit::Character }
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
        "The next character or byte of a text of yours"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(self.alphabet().map_or(0, Alphabet::len))
    }

    fn form(&self) -> Form {
        Form::Stream
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        let Self { text, symbols, .. } = self;
        vec![
            TaskSetting {
                name: "text",
                about: "Text to read, in UTF-8. May be repeated: each file is a series of its own",
                value: TaskValue::Files(text, "FILE.txt"),
                beside: None,
            },
            TaskSetting {
                name: "symbols",
                about: "What is read and answered at a time step",
                value: TaskValue::Choice(
                    symbols,
                    &[(CHARACTER, "A character of the text"), (BYTE, "A byte of the file, which can be any")],
                ),
                beside: None,
            },
        ]
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
    fn read(&self, files: Vec<Source<'_>>, shares: Shares) -> Result<(Arc<dyn Task>, Dataset), InFile> {
        let unit = self.unit();
        let mut texts = Vec::new();
        for (file, mut reader) in files.into_iter().enumerate() {
            let wrong = |error| InFile { file, error };
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(|error| wrong(Error::unread(&error)))?;
            let symbols = unit.symbols(&bytes).map_err(wrong)?;
            if symbols.is_empty() {
                return Err(wrong(Error::Malformed { line: 1, problem: "the text is empty".to_owned() }));
            }
            texts.push(symbols);
        }
        let trained = || texts.iter().flat_map(|text| &text[shares.split(text.len())[0].clone()]).copied();
        let known = match &self.known {
            Some(known) => known.clone(),
            None => {
                let alphabet = Alphabet::of(unit, trained()).map_err(|error| InFile { file: 0, error })?;
                let mut frequencies = vec![0.0; alphabet.len()];
                trained()
                    .filter_map(|symbol| alphabet.class(symbol))
                    .for_each(|class| frequencies[usize::from(class)] += 1.0);
                let all: f64 = frequencies.iter().sum();
                frequencies.iter_mut().for_each(|count| *count /= all);
                Known { alphabet, frequencies }
            }
        };
        let mut data = Dataset::default();
        for (file, text) in texts.iter().enumerate() {
            let classes = known.alphabet.numbered(text).map_err(|error| match (error, &self.known) {
                (Error::Malformed { line, problem }, None) => {
                    let problem = format!("{problem}: hold out less at the end, or none");
                    InFile { file, error: Error::Malformed { line, problem } }
                }
                (error, _) => InFile { file, error },
            })?;
            let parts = [&mut data.train, &mut data.valid, &mut data.test];
            for (part, places) in parts.into_iter().zip(shares.split(classes.len())) {
                if let Some(sequence) = following(&classes, places).map_err(|error| InFile { file, error })? {
                    part.push(sequence);
                }
            }
        }
        Ok((Arc::new(Self { known: Some(known), ..self.clone() }), data))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Some(Known { alphabet, frequencies }) = &self.known else { return Vec::new() };
        let frequencies: Vec<_> = frequencies.iter().map(f64::to_string).collect();
        vec![("alphabet", alphabet.to_text()), ("frequencies", frequencies.join(","))]
    }

    fn with_facts(&self, fact: &dyn Fn(&str) -> Option<String>) -> Result<Arc<dyn Task>, Error> {
        let told = |name: &'static str| fact(name).ok_or(Error::Fact { name });
        let alphabet = Alphabet::from_text(self.unit(), &told("alphabet")?).ok_or(Error::Fact { name: "alphabet" })?;
        let frequencies = told("frequencies")?;
        let frequencies = frequencies.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
        let sound = |frequencies: &Vec<f64>| {
            frequencies.len() == alphabet.len() && frequencies.iter().all(|share| (0.0..=1.0).contains(share))
        };
        let frequencies = frequencies.ok().filter(sound).ok_or(Error::Fact { name: "frequencies" })?;
        Ok(Arc::new(Self { known: Some(Known { alphabet, frequencies }), ..self.clone() }))
    }
}

/// The symbols at these places as what is asked for, with those before as what is read and a lead-in; nothing where no symbol is asked
/// for.
fn following(classes: &[u16], places: Range<usize>) -> Result<Option<Sequence>, Error> {
    // Nothing comes before the first one.
    let asked = places.start.max(1)..places.end;
    if asked.is_empty() {
        return Ok(None);
    }
    if places.start == 0 {
        return Ok(Some(Sequence::of_classes(classes[..asked.end - 1].to_vec(), classes[1..asked.end].to_vec())));
    }
    let mut sequence = Sequence::new(Shape::of_classes(0));
    for place in asked.start.saturating_sub(1 + LEAD_IN)..asked.end - 1 {
        let target = (place + 1 >= asked.start).then_some(Step::Class(classes[place + 1]));
        sequence.push(Step::Class(classes[place]), target)?;
    }
    Ok(Some(sequence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(task: &Next, texts: &[&str], shares: Shares) -> Result<(Arc<dyn Task>, Dataset), String> {
        let files = texts.iter().map(|text| Box::new(text.as_bytes()) as Source<'_>).collect();
        task.read(files, shares).map_err(|InFile { file, error }| format!("{file}: {error}"))
    }

    #[test]
    fn the_alphabet_is_that_of_the_training_part() {
        let shares = Shares { valid: 0.2, test: 0.2 };
        let (task, data) = read(&Next::default(), &["aabbabbaab"], shares).unwrap();
        assert_eq!(task.shape(), Shape::of_classes(2));
        let lengths =
            [&data.train, &data.valid, &data.test].map(|part| part.iter().map(Sequence::len).collect::<Vec<_>>());
        assert_eq!(lengths, [vec![5], vec![7], vec![9]]);
        assert_eq!(data.valid[0].mask().unwrap(), [false, false, false, false, false, true, true]);
        let entropy = |p: &[f64]| -p.iter().map(|p| p * p.ln()).sum::<f64>();
        assert!((task.chance(&entropy).unwrap() - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(
            read(&Next::default(), &["aabbabbaac"], shares).unwrap_err(),
            "0: line 1: character 10: `c` is not one of the 2 characters that the net was trained on: hold out less at the end, or none"
        );
        assert_eq!(read(&Next::default(), &["ab", ""], Shares::default()).unwrap_err(), "1: line 1: the text is empty");
    }

    #[test]
    fn what_is_known_travels_as_text() {
        for symbols in [CHARACTER, BYTE] {
            let plain = Next { symbols, ..Next::default() };
            let (task, data) = read(&plain, &["één\n", "twee"], Shares::default()).unwrap();
            assert_eq!(data.train.len(), 2);
            let facts = task.own_data().unwrap().facts();
            let fact = |name: &str| facts.iter().find(|(own, _)| *own == name).map(|(_, text)| text.clone());
            let again = plain.with_facts(&fact).unwrap();
            assert_eq!(again.own_data().unwrap().facts(), facts);
            assert_eq!(again.shape(), task.shape());
            assert!(plain.with_facts(&|name| fact(name).filter(|_| name != "frequencies")).is_err());
        }
    }
}
