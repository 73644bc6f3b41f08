//! A task of one's own: is the bit that is read the same as that of two steps ago?
#![allow(clippy::print_stdout, reason = "an example prints")]

use echo_data::{Error, Form, Layout, Sequence, Shape, Split, Step, Task, TaskSetting, Words, generator};
use rnn_core::rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Adam, Architecture, CellKind, Init, Network, SoftmaxCrossEntropy, Trainer, accuracy};

#[derive(Debug)]
struct Same;

impl Task for Same {
    fn name(&self) -> &'static str {
        "same"
    }

    fn about(&self) -> &'static str {
        "Whether a bit is that of two steps ago"
    }

    fn shape(&self) -> Shape {
        Shape::of_classes(2)
    }

    fn form(&self) -> Form {
        Form::Stream
    }

    fn settings(&mut self) -> Vec<TaskSetting<'_>> {
        Vec::new()
    }

    fn fill(&self, seed: u64, split: Split, number: u64, series: &mut Sequence) -> Result<(), Error> {
        let (steps, mut rng) = (series.len(), generator(seed, split.stream(number)));
        *series = Sequence::new(self.shape());
        let mut before = [0, 0];
        for _ in 0..steps {
            let bit = rng.random_range(0..2);
            series.push(Step::Class(bit), Some(Step::Class(u16::from(bit == before[0]))))?;
            before = [before[1], bit];
        }
        Ok(())
    }

    fn words(&self) -> Words {
        Words { title: "Same as two steps ago".to_owned(), ..Words::default() }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("accuracy of the last window: {:.3}", train()?);
    Ok(())
}

fn train() -> Result<f64, Box<dyn std::error::Error>> {
    let layout = Layout::new(40_000, 20, 15, 15)?;
    let architecture = Architecture::new(CellKind::Gru).hidden_size(12).outputs(2);
    let network = Network::<f32>::drawn(architecture, Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(3))?;
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adam::default(), 0.01);
    let mut trainer = trainer.window(layout.window_length()).batch(layout.batch_size()).build()?;
    let mut series = Sequence::zeros(layout.total_series_length())?;
    let mut inputs = vec![0.0_f32; layout.window_values()];
    let mut targets = vec![0_u32; layout.window_values()];
    for epoch in 0..6 {
        Same.fill(7, Split::Train, epoch, &mut series)?;
        trainer.begin_series();
        for window in 0..layout.windows() {
            layout.copy_window(series.inputs().classes(), window, &mut inputs, f32::from)?;
            layout.copy_window(series.targets().classes(), window, &mut targets, u32::from)?;
            trainer.step(&inputs, &targets[..])?;
        }
    }
    Ok(accuracy(&trainer.scored_outputs(), &targets[..])?)
}

#[test]
fn it_learns() -> Result<(), Box<dyn std::error::Error>> {
    assert!(train()? > 0.99);
    main()
}
