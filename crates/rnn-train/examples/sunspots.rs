//! Forecasts sunspots: next year's number, from those of all years before.
#![allow(clippy::print_stdout, reason = "an example prints")]

use echo_data::{Forecast, Layout, OwnData, Shares, in_memory};
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Init, Network, SquaredError, Trainer};
use std::error::Error;
use std::fs::File;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/data/sunspots.csv");

fn main() -> Result<(), Box<dyn Error>> {
    let [net, rule] = errors()?;
    println!("mean squared error in the last fifth of the years: {net:.0}; of the best simple rule: {rule:.0}");
    Ok(())
}

fn errors() -> Result<[f64; 2], Box<dyn Error>> {
    // The file is read, cut and standardised; its last fifth is held out.
    let shares = Shares { valid: 0.0, test: 0.2 };
    let read = Forecast::default().read(vec![Box::new(File::open(FILE)?)], shares, &in_memory);
    let (task, data) = read.map_err(|wrong| wrong.error)?;

    let architecture = Architecture::new(CellKind::Gru).hidden_size(16).outputs(1);
    let network = Network::<f64>::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(1))?;
    let trainer = Trainer::builder(network, SquaredError::default()).optimizer(Adam::default(), 0.003);
    let mut trainer = trainer.window(20).batch(4).build()?;
    let series = &data.train[0].whole()?;
    let layout = Layout::new(series.len(), 4, 20, 20)?;
    let [mut inputs, mut targets] = [(); 2].map(|()| vec![0.0; layout.window_values()]);
    for _ in 0..100 {
        trainer.begin_series();
        for window in 0..layout.windows() {
            layout.copy_window(series.inputs().values(), window, &mut inputs, |value| value)?;
            layout.copy_window(series.targets().values(), window, &mut targets, |value| value)?;
            trainer.step(&inputs, &targets[..])?;
        }
    }

    // The years before the held-out ones are read too, and not scored.
    let (held_out, scale) = (data.test[0].whole()?, task.scales()[1][0]);
    let network = trainer.into_network();
    let (mut stream, mut squares) = (network.stream()?, Vec::new());
    for step in 0..held_out.len() {
        let answer = stream.push(&[held_out.inputs().values()[step]])?[0];
        if held_out.is_scored(step) {
            squares.push((scale.deviation * (answer - held_out.targets().values()[step])).powi(2));
        }
    }
    let rule = data.baselines[2].as_ref().map_or(f64::NAN, |rule| rule.loss);
    Ok([squares.iter().sum::<f64>() / squares.len() as f64, rule])
}

#[test]
fn the_net_is_better() -> Result<(), Box<dyn Error>> {
    let [net, rule] = errors()?;
    assert!(net < 0.5 * rule, "{net} {rule}");
    main()
}
