//! 64 nets, each from a seed of its own, learn the echo side by side: how many of them have learned it, and when?
#![allow(clippy::print_stdout, reason = "an example prints")]

use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adagrad, Architecture, CellKind, Ensemble, Error, Init, Member, Network, SoftmaxCrossEntropy, Trainer};

const NETS: u64 = 64;
const LAG: usize = 3;
const BATCH: usize = 5;
const WINDOW: usize = 15;
const WINDOWS: usize = 2000;
/// How often the losses are noted.
const NOTED: usize = 4;

fn main() -> Result<(), Error> {
    let losses = train()?;
    for (number, losses) in losses.iter().enumerate() {
        let learned = losses.iter().filter(|&&loss| loss < 0.1).count();
        println!("after {} windows {learned} of {NETS} nets have learned it", (number + 1) * WINDOWS / NOTED);
    }
    Ok(())
}

/// Trains the nets, and returns the loss of each now and then.
fn train() -> Result<Vec<Vec<f64>>, Error> {
    // The tutorial's net: one input, four hidden units, two answers.
    let architecture = Architecture::new(CellKind::Elman).hidden_size(4).outputs(2);
    let trainer = |seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let network = Network::<f32>::drawn(architecture.clone(), Init::PyTorch, &mut rng)?;
        let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adagrad::default(), 0.3);
        trainer.window(WINDOW).batch(BATCH).build()
    };
    let mut trainers = (0..NETS).map(trainer).collect::<Result<Vec<_>, Error>>()?;

    // All nets read the same bits. What came LAG steps earlier stands LAG · BATCH before.
    let mut rng = ChaCha8Rng::seed_from_u64(NETS);
    let bits: Vec<u32> = (0..(LAG + WINDOWS * WINDOW) * BATCH).map(|_| rng.random_range(0..2)).collect();
    let inputs: Vec<f32> = bits[LAG * BATCH..].iter().map(|&bit| bit as f32).collect();
    let windows = inputs.chunks_exact(WINDOW * BATCH).zip(bits.chunks_exact(WINDOW * BATCH));

    let mut ensemble = Ensemble::new(architecture.clone(), trainers[0].truncation(), BATCH)?;
    let of_trainer = |trainer| Member { trainer, inputs: &[][..], targets: (&[]).into() };
    let mut members: Vec<_> = trainers.iter_mut().map(of_trainer).collect();
    let mut kept = Vec::new();
    for (number, (inputs, targets)) in windows.enumerate() {
        for member in &mut members {
            (member.inputs, member.targets) = (inputs, targets.into());
        }
        let reports = ensemble.step(&mut members);
        if (number + 1) % (WINDOWS / NOTED) == 0 {
            let losses = reports.iter().map(|report| report.as_ref().map(|report| report.loss));
            kept.push(losses.collect::<Result<Vec<_>, _>>().map_err(Clone::clone)?);
        }
    }
    Ok(kept)
}

#[test]
fn most_learn() -> Result<(), Error> {
    let losses = train()?;
    assert!(losses[3].iter().filter(|&&loss| loss < 0.1).count() > 32);
    main()
}
