//! A task of one's own: is the bit that is read the same as that of two steps ago?
#![allow(clippy::print_stdout, reason = "an example prints")]

use echo_data::{Error, Layout, Sequence, Shape, Split, Task, generator};
use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Init, Network, SoftmaxCrossEntropy, Trainer, accuracy};

#[derive(Debug)]
struct Same;

impl Task for Same {
    fn name(&self) -> &'static str {
        "same"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(2)
    }

    fn fill(&self, seed: u64, split: Split, number: u64, series: &mut Sequence) -> Result<(), Error> {
        let mut rng = generator(seed, split.stream(number));
        let bits: Vec<u16> = (0..series.len() + 2).map(|_| rng.random_range(0..2)).collect();
        *series = bits.windows(3).map(|bits| (bits[2], u16::from(bits[2] == bits[0]))).collect();
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("accuracy of the last window: {:.3}", learned()?);
    Ok(())
}

fn learned() -> Result<f64, Box<dyn std::error::Error>> {
    let (layout, mut series) = (Layout::new(40_000, 20, 15, 15)?, Sequence::zeros(40_000)?);
    let net = Architecture::new(CellKind::Gru).hidden_size(12).outputs(2);
    let net = Network::<f32>::drawn(net, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(3))?;
    let trainer = Trainer::builder(net, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.01);
    let (mut trainer, mut targets) = (trainer.window(15).batch(20).build()?, Vec::new());
    for epoch in 0..6 {
        Same.fill(7, Split::Train, epoch, &mut series)?;
        trainer.begin_series();
        for window in 0..layout.windows() {
            targets = layout.window(series.targets().classes(), window, u32::from)?;
            trainer.step(&layout.window(series.inputs().classes(), window, f32::from)?, &targets[..])?;
        }
    }
    Ok(accuracy(&trainer.scored_outputs(), &targets[..])?)
}

#[test]
fn it_learns() -> Result<(), Box<dyn std::error::Error>> {
    assert!(learned()? > 0.99);
    main()
}
