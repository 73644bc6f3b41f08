//! Text from a net that was trained to predict the next symbol: each that it answers with, it reads next.

use super::model::Model;
use crate::error::{Error, SettingError};
use crate::settings::choices::with_numbers;
use crate::settings::net::Reading;
use echo_data::{Generator, Symbols, generator, uniform};
use rnn_core::{Network, Scalar, Stream, softmax};
use std::path::Path;

/// What to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// What the text begins with; the net reads it first.
    pub prompt: String,
    /// How many symbols to write behind it.
    pub length: u64,
    /// The logits are divided by it: below 1, likely symbols become likelier; at 0 the likeliest is always taken.
    pub temperature: f64,
    /// The seed that symbols are drawn from.
    pub seed: u64,
}

/// Writes the prompt and then symbol by symbol what the net in the file `model` goes on with, until `write` says that nobody reads on.
///
/// # Errors
/// [`Error::Read`] and [`Error::Weights`] for the model; a [`SettingError`] for one that was not trained on a text, a prompt with a
/// symbol that it does not know, or a temperature that cannot be; [`Error::NoSymbol`] where an answer is infinite or no number;
/// those of `write`.
pub fn sample(
    model: &Path,
    sampling: &Sampling,
    write: &mut dyn FnMut(&[u8]) -> Result<bool, Error>,
) -> Result<(), Error> {
    let (wrong, path) = (|source| Error::Weights { path: model.to_owned(), source }, model);
    let model = Model::read(model)?;
    let Some(symbols) = model.symbols() else {
        let message = format!("{}: it was not trained on a text, so it cannot write one", path.display());
        return Err(SettingError::new("model", message).into());
    };
    let Sampling { prompt, temperature, .. } = sampling;
    if !(temperature.is_finite() && *temperature >= 0.0) {
        let message = format!("temperature is {temperature}: it must be a number from 0 on");
        return Err(SettingError::new("temperature", message).into());
    }
    let read =
        symbols.classes(prompt.as_bytes()).map_err(|error| SettingError::new("prompt", format!("prompt: {error}")))?;
    with_numbers!(model.dtype(), T => {
        let network = Network::<T>::from_safetensors(&model.bytes).map_err(wrong)?;
        write_on(&network, model.reading, symbols, &read, path, sampling, write)
    })
}

fn write_on<T: Scalar>(
    network: &Network<T>,
    reading: Reading,
    symbols: &dyn Symbols,
    prompt: &[u16],
    path: &Path,
    sampling: &Sampling,
    write: &mut dyn FnMut(&[u8]) -> Result<bool, Error>,
) -> Result<(), Error> {
    let mut stream = network.stream()?;
    let mut rng = generator(sampling.seed, 0);
    let mut features = vec![T::zero(); reading.input_size()];
    let mut answers = vec![T::zero(); reading.outputs()];
    // Without a prompt the text begins as a line does, where there are lines.
    let line_end = symbols.classes(b"\n").ok().and_then(|classes| classes.first().copied());
    let begin = [line_end.unwrap_or(0)];
    for &class in if prompt.is_empty() { &begin } else { prompt } {
        read(&mut stream, reading, class, &mut features, &mut answers)?;
    }
    let symbols_read: Vec<u8> = prompt.iter().flat_map(|&class| symbols.bytes(usize::from(class))).collect();
    if !write(&symbols_read)? {
        return Ok(());
    }
    for written in 0..sampling.length {
        if answers.iter().any(|answer| !answer.is_finite()) {
            return Err(Error::NoSymbol { path: path.to_owned(), written });
        }
        let class = drawn(&mut answers, sampling.temperature, &mut rng);
        if !write(&symbols.bytes(usize::from(class)))? {
            break;
        }
        read(&mut stream, reading, class, &mut features, &mut answers)?;
    }
    Ok(())
}

/// Reads a symbol, and takes in the logits of the next one.
fn read<T: Scalar>(
    stream: &mut Stream<'_, T>,
    reading: Reading,
    class: u16,
    features: &mut [T],
    answers: &mut [T],
) -> Result<(), Error> {
    reading.encode(&[u32::from(class)], features)?;
    answers.copy_from_slice(stream.push(features)?);
    Ok(())
}

/// A class drawn with the probabilities that these logits have at a temperature.
fn drawn<T: Scalar>(logits: &mut [T], temperature: f64, rng: &mut Generator) -> u16 {
    let greatest =
        |logits: &[T]| (1..logits.len()).fold(0, |best, class| if logits[class] > logits[best] { class } else { best });
    // A word is drawn all the same, so that the temperature does not shift what comes behind.
    let mut left = uniform(rng);
    let best = greatest(logits);
    if temperature == 0.0 {
        return best as u16;
    }
    let most = logits[best];
    // The greatest is 0, so that none is infinite however small the temperature is.
    logits.iter_mut().for_each(|logit| *logit = T::narrow((*logit - most).widen() / temperature));
    softmax(logits);
    for (class, probability) in logits.iter().enumerate() {
        left -= probability.widen();
        if left < 0.0 {
            return class as u16;
        }
    }
    best as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_follow_the_temperature() {
        let count = |temperature: f64| {
            let mut rng = generator(1, 0);
            let mut counts = [0_u32; 3];
            for _ in 0..20_000 {
                let mut logits = [0.0_f64, 2.0_f64.ln(), 1.0_f64.ln()];
                counts[usize::from(drawn(&mut logits, temperature, &mut rng))] += 1;
            }
            counts.map(|count| f64::from(count) / 20_000.0)
        };
        for (temperature, expected) in [
            (1.0, [0.25, 0.5, 0.25]),
            (0.5, [1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0]),
            (0.0, [0.0, 1.0, 0.0]),
            (1e-300, [0.0, 1.0, 0.0]),
            (1e300, [1.0 / 3.0; 3]),
        ] {
            for (found, expected) in count(temperature).into_iter().zip(expected) {
                // Four deviations.
                assert!(
                    (found - expected).abs() < 4.0 * (0.25_f64 / 20_000.0).sqrt(),
                    "{temperature}: {found} {expected}"
                );
            }
        }
    }
}
