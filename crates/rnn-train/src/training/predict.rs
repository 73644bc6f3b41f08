//! Predictions of a saved net, row by row: CSV in, CSV out.

use super::answering::logistic;
use crate::error::Error;
use crate::settings::choices::{InputKind, with_numbers};
use crate::settings::net::{Reading, is_one};
use crate::training::data::tell_dialect;
use crate::training::model::Model;
use crate::training::state_file;
use echo_data::files::Rows;
use echo_data::{Form, Kind, Scale, Symbols};
use rnn_core::nalgebra::DMatrixView;
use rnn_core::{Network, Scalar, Stream, softmax};
use std::io::{Read, Write};
use std::path::Path;

/// Where values come from, and how it is called in errors.
#[derive(Debug, Clone)]
pub struct Input<R> {
    /// CSV with the columns that the net reads.
    pub reader: R,
    /// The name in errors.
    pub name: String,
}

/// Answers each row of CSV with a row of CSV as soon as it has come, by the net in the file `model`, whose state goes on from row
/// to row.
///
/// A net that reads a class, or a number in its place, reads the column `input`; one that reads several numbers has a column for
/// each, of the name that its task gives it. An answer's row has the columns `step`, counted from 0; those that were read, as the
/// net reads them; and `prediction`: the class (its label, where classes are labels), or the number that is answered, of several numbers `prediction_NAME` for each. Behind a
/// class stand `probability_0` and so on, or for a net that was trained with squared error `output`; for bits, each of which is predicted as 0 or
/// 1, the probability of a 1. All steps are answered, also
/// those that the net was not trained to answer.
///
/// A net that was trained on episodes begins anew where the column `episode` has another value, if there is one. It is written in front of
/// `step`, which counts the steps of an episode.
///
/// With a file for the `state` the net goes on from the state in it, and `step` from its count; where there is none yet, they begin
/// at zero. When all rows are answered, the state is written there. After an error the file is as it was.
///
/// # Errors
/// [`Error::Read`] and [`Error::Weights`] for the model; [`Error::Series`] or [`Error::Input`] with the line for a value
/// that the net cannot read; [`Error::NoAnswer`] where the answer is infinite or no number; [`Error::Write`] if it cannot
/// be written. For the state [`Error::Out`], [`Error::Read`] and [`Error::State`] before anything is read or answered, and
/// [`Error::Write`] and [`Error::StateNotFinite`] at the end.
pub fn predict<R: Read>(model: &Path, state: Option<&Path>, input: Input<R>, output: impl Write) -> Result<(), Error> {
    let wrong = |source| Error::Weights { path: model.to_owned(), source };
    let model = Model::read(model)?;
    with_numbers!(model.dtype(), T => {
        let network = Network::<T>::from_safetensors(&model.bytes).map_err(wrong)?;
        let (begun, steps) = match state {
            Some(path) => state_file::read(path, &network)?,
            None => (network.zero_state(1)?, 0),
        };
        let mut stream = network.stream_from(begun)?;
        let steps = answer(&mut stream, steps, &model, input, output)?;
        state.map_or(Ok(()), |path| state_file::write(path, &network, stream.state(), steps))
    })
}

/// The column that says which rows are an episode.
const EPISODE: &str = "episode";

/// Which episode rows are of.
#[derive(Default)]
struct Episodes {
    current: Option<String>,
    /// Whether the current row is the first one of its episode.
    begins: bool,
}

/// The values to answer, row by row.
struct Values<'a, R> {
    rows: Rows<R>,
    reading: Reading,
    /// How what is read is standardised.
    scales: Vec<Scale>,
    /// What classes stand for, where they stand for something.
    symbols: Option<&'a dyn Symbols>,
    /// The columns' names.
    columns: Vec<String>,
    /// Where a column behind them says which rows are an episode.
    episodes: Option<Episodes>,
    /// The file's name in errors.
    name: String,
}

impl<'a, R: Read> Values<'a, R> {
    /// Reads the header, which must name these columns.
    fn new(input: Input<R>, columns: &[String], model: &'a Model, scales: Vec<Scale>) -> Result<Self, Error> {
        let (reading, symbols) = (model.reading, model.symbols());
        let wrong = |source| Error::Series { path: input.name.clone().into(), source };
        let begins_anew = model.known.as_ref().is_some_and(|task| matches!(task.form(), Form::Episodes(_)));
        let extras = if begins_anew { &[EPISODE.to_owned()][..] } else { &[] };
        let rows = Rows::with_extras(input.reader, columns, extras).map_err(wrong)?;
        let episodes = (rows.names().count() > columns.len()).then(Episodes::default);
        tell_dialect(&input.name, rows.dialect());
        Ok(Self { rows, reading, scales, symbols, columns: columns.to_vec(), episodes, name: input.name })
    }

    /// The next row as the net reads it, and as it is shown; nothing at the end.
    fn next<T: Scalar>(&mut self, values: &mut [T]) -> Result<Option<String>, Error> {
        let Self { rows, reading, scales, symbols, columns, episodes, name } = self;
        let mut shown = Vec::with_capacity(values.len());
        let wrong = |source| Error::Series { path: name.clone().into(), source };
        if !rows.next_row().map_err(wrong)? {
            return Ok(None);
        }
        if let Some(episodes) = episodes {
            let episode = rows.text(columns.len()).map_err(wrong)?;
            episodes.begins = episodes.current.as_deref() != Some(episode);
            if episodes.begins {
                episodes.current = Some(episode.to_owned());
            }
        }
        if let (Kind::Classes(classes), InputKind::OneHot) = (reading.shape.inputs, reading.input) {
            let (class, shown) = match symbols {
                Some(symbols) => {
                    let cell = rows.numeral(0).map_err(wrong)?.into_owned();
                    let class = symbols.of_cell(&cell).map_err(|error| {
                        let (path, line, column) = (name.clone().into(), rows.line(), columns[0].clone());
                        Error::Input { path, line, column, problem: error.to_string() }
                    })?;
                    (class, in_cell(&symbols.in_cell(usize::from(class)).unwrap_or(cell)))
                }
                None => {
                    let class = rows.class(0, classes).map_err(wrong)?;
                    (class, class.to_string())
                }
            };
            reading.encode(&[u32::from(class)], values)?;
            return Ok(Some(shown));
        }
        for (column, value) in values.iter_mut().enumerate() {
            let number = rows.number(column).map_err(wrong)?;
            let scale = scales.get(column);
            *value = T::narrow(scale.map_or(number, |scale| scale.standardised(number)));
            shown.push(scale.map_or_else(|| value.to_string(), |_| number.to_string()));
            if !value.is_finite() {
                let problem = format!("{number:?} is more than the net's numbers can be");
                let (path, line, column) = (name.clone().into(), rows.line(), columns[column].clone());
                return Err(Error::Input { path, line, column, problem });
            }
        }
        Ok(Some(shown.join(",")))
    }
}

/// Numbers as the cells of a row.
fn joined<T: Scalar>(numbers: &[T]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A text as the cell of a row.
fn in_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The names of the columns that a net reads or answers with: its task's, of which there are as many, or these.
fn columns(count: usize, own: &[String], prefix: &str, single: &str) -> Vec<String> {
    let named =
        |index: usize| own.get(index).map_or_else(|| format!("{single}_{index}"), |name| format!("{prefix}{name}"));
    if count == 1 && (own.is_empty() || !prefix.is_empty()) {
        vec![single.to_owned()]
    } else {
        (0..count).map(named).collect()
    }
}

/// Answers all rows with a stream that has read so many steps, and returns how many it has read at the end.
fn answer<T: Scalar, R: Read>(
    stream: &mut Stream<'_, T>,
    mut steps: u64,
    model: &Model,
    input: Input<R>,
    mut output: impl Write,
) -> Result<u64, Error> {
    let (reading, known) = (model.reading, model.known.as_ref());
    let words = known.map(|task| task.words()).unwrap_or_default();
    let [of_inputs, of_targets] = known.map(|task| task.scales()).unwrap_or_default();
    let (asks_for_values, has_logits) = (matches!(reading.shape.targets, Kind::Values(_)), reading.loss.has_logits());
    let named = |class: usize| {
        let symbol = model.symbols().and_then(|symbols| symbols.in_cell(class));
        symbol.unwrap_or_else(|| class.to_string())
    };
    let read = match reading.shape.inputs {
        Kind::Classes(_) => vec![words.inputs.first().cloned().unwrap_or_else(|| "input".to_owned())],
        Kind::Values(width) | Kind::Bits(width) => columns(width, &words.inputs, "", "input"),
    };
    let answered = match reading.shape.targets {
        Kind::Values(width) => columns(width, &words.targets, "prediction_", "prediction"),
        Kind::Bits(width) => {
            let named = |what: &str| columns(width, &words.targets, &format!("{what}_"), what);
            [named("prediction"), named("probability")].concat()
        }
        Kind::Classes(classes) if has_logits => {
            let probabilities = (0..classes).map(|class| format!("probability_{}", named(class)));
            ["prediction".to_owned()].into_iter().chain(probabilities).collect()
        }
        Kind::Classes(_) => ["prediction", "output"].map(str::to_owned).to_vec(),
    };
    let mut rows = Values::new(input, &read, model, of_inputs)?;
    let (mut values, mut answers) = (vec![T::zero(); reading.input_size()], vec![T::zero(); reading.outputs()]);
    let mut write = |line: String| {
        // A row is on its way before the next value is waited for.
        writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|source| {
            let path = "standard output".into();
            Error::Write { path, source }
        })
    };
    let header: Vec<String> = read.iter().chain(&answered).map(|name| in_cell(name)).collect();
    let of_episode = if rows.episodes.is_some() { "episode," } else { "" };
    write(format!("{of_episode}step,{}", header.join(",")))?;
    while let Some(shown) = rows.next(&mut values)? {
        // Each episode begins with a zero state, and its steps are counted.
        if rows.episodes.as_ref().is_some_and(|episodes| episodes.begins) {
            stream.reset();
            steps = 0;
        }
        let episode = rows.episodes.as_ref().and_then(|episodes| episodes.current.as_deref());
        let step = episode.map_or_else(|| steps.to_string(), |episode| format!("{},{steps}", in_cell(episode)));
        steps += 1;
        let outputs = stream.push(&values)?;
        if !outputs.iter().all(|output| output.is_finite()) {
            return Err(Error::NoAnswer { path: rows.name.into(), line: rows.rows.line() });
        }
        answers.copy_from_slice(outputs);
        if asks_for_values {
            answers
                .iter_mut()
                .zip(&of_targets)
                .for_each(|(answer, scale)| *answer = T::narrow(scale.own(answer.widen())));
            if !answers.iter().all(|answer| answer.is_finite()) {
                return Err(Error::NoAnswer { path: rows.name.into(), line: rows.rows.line() });
            }
            write(format!("{step},{shown},{}", joined(&answers)))?;
            continue;
        }
        let outputs = DMatrixView::from_slice(outputs, 1, reading.outputs());
        if let Kind::Bits(_) = reading.shape.targets {
            answers.iter_mut().for_each(|logit| *logit = logistic(*logit));
            let bits = answers.iter().map(|p| u8::from(is_one(p.widen())).to_string()).collect::<Vec<_>>();
            write(format!("{step},{shown},{},{}", bits.join(","), joined(&answers)))?;
            continue;
        }
        let class = reading.loss.answers(&outputs, reading.target_classes())[0];
        if has_logits {
            softmax(&mut answers);
        }
        write(format!("{step},{shown},{},{}", in_cell(&named(class as usize)), joined(&answers)))?;
    }
    Ok(steps)
}
