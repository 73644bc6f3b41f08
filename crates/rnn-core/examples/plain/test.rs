//! The plain net against the crate's trainer: the same losses and parameters, step by step.

use super::{CLASSES, HIDDEN, LAG, ROWS, STEPS, drawn, main, train};
use rnn_core::{Adagrad, Architecture, CellKind, Error, Network, SoftmaxCrossEntropy, Trainer};

#[test]
fn the_trainer_gives_the_same_numbers() -> Result<(), Error> {
    let (mut plain, bits) = drawn();
    let bits = &bits[..LAG + 100 * STEPS];
    let architecture = Architecture::new(CellKind::Elman).hidden_size(HIDDEN).outputs(CLASSES);
    let mut network = Network::<f64>::new(architecture)?;
    // A layer's W, b, V and c, in this order; a column of its W is a row here.
    network.parameters_mut().iter_mut().zip(plain.numbers()).for_each(|(to, from)| *to = *from);
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adagrad::default(), 0.3);
    let mut trainer = trainer.window(STEPS).batch(ROWS).build()?;
    let (mut trained, losses) = train(plain, bits);
    for (window, loss) in losses.into_iter().enumerate() {
        let steps = LAG + window * STEPS..LAG + (window + 1) * STEPS;
        let inputs: Vec<f64> = bits[steps.clone()].as_flattened().iter().map(|&bit| f64::from(bit)).collect();
        let targets = bits[steps.start - LAG..steps.end - LAG].as_flattened();
        assert!((trainer.step(&inputs, targets)?.loss - loss).abs() < 1e-12, "window {window}");
    }
    for (fast, plain) in trainer.network.parameters().iter().zip(trained.numbers()) {
        assert!((fast - *plain).abs() < 1e-10, "{fast} for {plain}");
    }
    main();
    Ok(())
}
