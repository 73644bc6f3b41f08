//! Predictions of a saved net, value by value: CSV in, CSV out.

use crate::error::Error;
use crate::settings::choices::{InputKind, with_numbers};
use crate::settings::net::Reading;
use crate::training::data::tell_dialect;
use crate::training::model::Model;
use echo_data::Inputs;
use rnn_core::nalgebra::DMatrixView;
use rnn_core::{Network, Scalar, softmax};
use std::io::{Read, Write};
use std::path::Path;

/// Where values come from, and how it is called in errors.
#[derive(Debug, Clone)]
pub struct Input<R> {
    /// CSV with a column `input`.
    pub reader: R,
    /// The name in errors.
    pub name: String,
}

/// Answers each value of the column `input` with a row of CSV as soon as it has come, by the net in the file `model`,
/// whose state goes on from row to row.
///
/// A row has the columns `step`, counted from 0; `input`, as the net reads it; `prediction`, the class; and then
/// `probability_0` and so on, or for a net that was trained with squared error `output`. All steps are answered, also by
/// a net that was trained at the last step of windows alone.
///
/// # Errors
/// [`Error::Read`] and [`Error::Weights`] for the model; [`Error::Series`] or [`Error::Input`] with the line for a value
/// that the net cannot read; [`Error::NoAnswer`] where the answer is infinite or no number; [`Error::Write`] if it cannot
/// be written.
pub fn predict<R: Read>(model: &Path, input: Input<R>, output: impl Write) -> Result<(), Error> {
    let wrong = |source| Error::Weights { path: model.to_owned(), source };
    let model = Model::read(model)?;
    with_numbers!(model.dtype(), T => {
        let network = Network::<T>::from_safetensors(&model.bytes).map_err(wrong)?;
        answer(network, model.reading, input, output)
    })
}

fn answer<T: Scalar, R: Read>(
    network: Network<T>,
    reading: Reading,
    input: Input<R>,
    mut output: impl Write,
) -> Result<(), Error> {
    let wrong = |source| Error::Series { path: input.name.clone().into(), source };
    let mut inputs = Inputs::new(input.reader).map_err(wrong)?;
    tell_dialect(&input.name, inputs.dialect());
    let mut stream = network.stream()?;
    let (mut values, mut answers) = (vec![T::zero(); reading.input_size()], vec![T::zero(); reading.outputs()]);
    let of_loss: Vec<String> = if reading.loss.has_logits() {
        (0..reading.num_classes).map(|class| format!("probability_{class}")).collect()
    } else {
        vec!["output".to_owned()]
    };
    let mut write = |line: String| {
        // A row is on its way before the next value is waited for.
        writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|source| {
            let path = "standard output".into();
            Error::Write { path, source }
        })
    };
    write(format!("step,input,prediction,{}", of_loss.join(",")))?;
    for step in 0_u64.. {
        let shown = match reading.input {
            InputKind::OneHot => {
                let Some(class) = inputs.next_class(reading.num_classes).map_err(wrong)? else { break };
                reading.encode(&[u32::from(class)], &mut values)?;
                class.to_string()
            }
            InputKind::Number => {
                let Some(number) = inputs.next_number().map_err(wrong)? else { break };
                values[0] = T::narrow(number);
                if !values[0].is_finite() {
                    let (line, problem) = (inputs.line(), format!("{number:?} is more than the net's numbers can be"));
                    return Err(Error::Input { path: input.name.into(), line, problem });
                }
                values[0].to_string()
            }
        };
        let outputs = stream.push(&values)?;
        if !outputs.iter().all(|output| output.is_finite()) {
            return Err(Error::NoAnswer { path: input.name.into(), line: inputs.line() });
        }
        let class =
            reading.loss.answers(&DMatrixView::from_slice(outputs, 1, reading.outputs()), reading.num_classes)[0];
        answers.copy_from_slice(outputs);
        if reading.loss.has_logits() {
            softmax(&mut answers);
        }
        let rest: Vec<String> = answers.iter().map(ToString::to_string).collect();
        write(format!("{step},{shown},{class},{}", rest.join(",")))?;
    }
    Ok(())
}
