//! Nets of settings: with weights from a file, drawn, or all zero.

use super::model::tell_of_names;
use super::streams::{GUESS_STREAM, WEIGHTS_STREAM};
use crate::error::{Error, SettingError};
use crate::settings::choices::Learning;
use crate::settings::table::Settings;
use echo_data::{generator, uniform};
use rnn_core::{Network, Scalar, add_forget_bias};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// A net of these settings, with weights from a file if one is named, otherwise all zero.
pub(crate) fn network<T: Scalar>(settings: &Settings, weights: Option<&Path>) -> Result<Network<T>, Error> {
    let mut network = Network::new(settings.architecture()).map_err(|error| of_net(settings, error))?;
    if let Some(path) = weights {
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let loaded = network.load_safetensors(&bytes);
        let modules = loaded.map_err(|source| Error::Weights { path: path.to_owned(), source })?;
        tell_of_names(path, &modules);
    }
    Ok(network)
}

/// A net of these settings at the start of its training, with weights from a file if one is named, otherwise drawn, unless
/// `stop` is set meanwhile.
pub(super) fn initial_network<T: Scalar>(
    settings: &Settings,
    weights: Option<&Path>,
    stop: &AtomicBool,
) -> Result<Network<T>, Error> {
    let mut network = network::<T>(settings, weights)?;
    if settings.learning == Learning::Guess {
        guess(&mut network, settings, 0);
    } else if weights.is_none() {
        let mut generator = generator(settings.seed, WEIGHTS_STREAM);
        let drawn = settings.init.apply_until(&mut network, &mut generator, stop);
        drawn.map_err(|error| of_net(settings, error))?;
        if settings.forget_bias != 0.0 {
            add_forget_bias(&mut network, settings.forget_bias)?;
        }
    }
    Ok(network)
}

/// Draws all parameters evenly from −guess_range to guess_range: those of the guess of this number.
pub(super) fn guess<T: Scalar>(network: &mut Network<T>, settings: &Settings, number: u64) {
    let mut rng = generator(settings.seed, GUESS_STREAM + number);
    let range = settings.guess_range;
    let parameters = network.parameters_mut().iter_mut();
    parameters.for_each(|parameter| *parameter = T::narrow(range * (2.0 * uniform(&mut rng) - 1.0)));
}

/// What is wrong with a net of these settings.
pub(super) fn of_net(settings: &Settings, error: rnn_core::Error) -> Error {
    match error {
        rnn_core::Error::OutOfMemory { what, .. } => {
            // The greatest of the sizes is the one to lessen.
            let Settings { state_size, batch_size, truncated_backprop_length: window, .. } = *settings;
            let sizes = [(window, "truncated_backprop_length"), (batch_size, "batch_size"), (state_size, "state_size")];
            let (size, name) = sizes.into_iter().max().unwrap_or_default();
            // `max_parameters` may have decided `state_size`.
            let deciding = settings.max_parameters.filter(|_| name == "state_size");
            let (size, name) = deciding.map_or((size, name), |most| (most, "max_parameters"));
            SettingError::new(name, format!("{name} is {size}: there is no memory for {what}")).into()
        }
        rnn_core::Error::Stopped => Error::Interrupted,
        other => other.into(),
    }
}
