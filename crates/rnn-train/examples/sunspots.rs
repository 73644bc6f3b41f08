//! Forecasts sunspots: next year's number, from those of all years before.
#![allow(clippy::print_stdout, reason = "an example prints")]

use echo_data::{Forecast, Layout, OwnData, Shares, in_memory};
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Init, Network, SquaredError, Trainer};
use std::{error::Error, fs::File};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/data/sunspots.csv");

fn main() -> Result<(), Box<dyn Error>> {
    println!("skill in the last fifth of the years: {:.2}", skill()?);
    Ok(())
}

/// How much better than the best simple rule a net is.
fn skill() -> Result<f64, Box<dyn Error>> {
    // The file is read, cut and standardised; its last fifth is held out.
    let shares = Shares { valid: 0.0, test: 0.2 };
    let (task, data) = Forecast::default().read(vec![Box::new(File::open(FILE)?)], shares, &in_memory)?;
    let (series, held_out) = (data.train[0].whole()?, data.test[0].whole()?);
    let net = Architecture::new(CellKind::Gru).hidden_size(16).outputs(1);
    let net = Network::<f64>::drawn(net, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(1))?;
    let trainer = Trainer::builder(net, SquaredError::default()).optimizer(Adam::default(), 0.003);
    let (mut trainer, layout) = (trainer.window(20).batch(4).build()?, Layout::new(series.len(), 4, 20, 20)?);
    for _ in 0..100 {
        trainer.begin_series();
        for window in 0..layout.windows() {
            let targets = layout.window(series.targets().values(), window, |value| value)?;
            trainer.step(&layout.window(series.inputs().values(), window, |value| value)?, &targets[..])?;
        }
    }
    // The years before the held-out ones are read too, and not scored.
    let (net, mut errors) = (trainer.into_network(), Vec::new());
    let mut stream = net.stream()?;
    for step in 0..held_out.len() {
        let error = stream.push(&[held_out.inputs().values()[step]])?[0] - held_out.targets().values()[step];
        errors.extend(held_out.is_scored(step).then_some((task.scales()[1][0].deviation * error).powi(2)));
    }
    let rule = data.baselines[2].as_ref().ok_or("there are years to test on")?;
    Ok(1.0 - errors.iter().sum::<f64>() / errors.len() as f64 / rule.loss)
}

#[test]
fn the_net_is_better() -> Result<(), Box<dyn Error>> {
    assert!(skill()? > 0.5);
    main()
}
