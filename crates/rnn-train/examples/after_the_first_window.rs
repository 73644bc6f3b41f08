//! Why do some windows jump right after an epoch's first one? The tutorial's run, trained again with other first steps.
//!
//! At each epoch's beginning the run is copied. The copies make another training step on the first window, or none, and
//! go on for the same ten windows. So what differs there comes of that step alone. `docs/math.md` has what was found with
//! 50 seeds: `cargo run --release --package rnn-train --example after_the_first_window -- 50`.
#![allow(clippy::print_stdout, reason = "an example prints")]
#![cfg_attr(test, allow(clippy::panic, reason = "a test may panic"))]

use echo_data::{Echo, Layout, Sequence, Split, Task, generator};
use rnn_core::{
    Adagrad, Architecture, CellKind, Gradients, Init, Network, Optimizer, SoftmaxCrossEntropy, State, Tape,
};
use rnn_train::Error;
use std::ops::Range;

const LAG: usize = 3;
const BATCH: usize = 5;
const WINDOW: usize = 15;
const LENGTH: usize = 50_000;
/// How many windows after the first one are looked at.
const AFTER: usize = 10;
/// A loss of one of these above it is a jump. A net whose mean loss is below it knows the task.
const SOLVED: f64 = 0.01;

/// A net and what a training step on any of a window's time steps needs.
#[derive(Clone)]
struct Net {
    network: Network<f32>,
    optimizer: Optimizer<f32>,
    tape: Tape<f32>,
    gradients: Gradients<f32>,
}

/// What happened at an epoch's beginning.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Beginning {
    epoch: u64,
    /// The loss of the first window's targets that can be known.
    known: f64,
    /// The highest loss of the windows after it.
    highest: f64,
    /// The same without the training step on the first window.
    no_step: f64,
    /// The same with a step on the targets that can be known.
    knowable: f64,
    /// The same with the state that the first window leaves computed again, by the new weights.
    new_state: f64,
}

/// A window's inputs and targets.
type Window = (Vec<f32>, Vec<u32>);

fn main() -> Result<(), Error> {
    let seeds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut all = Vec::new();
    for seed in 0..seeds {
        all.extend(train(seed, 100)?);
    }
    println!(
        "epochs that begin with a net that knows the task, and in how many of them a settled window's loss is above {SOLVED}"
    );
    println!("{:44} {:>7} {:>7} {:>10} {:>10} {:>10}", "", "epochs", "jumps", "no step", "knowable", "new state");
    for (name, well) in [("first window's knowable targets are known", true), ("they are not yet known", false)] {
        let epochs = || all.iter().filter(|epoch| (epoch.known <= SOLVED) == well);
        let jumps = |of: fn(&Beginning) -> f64| epochs().filter(|epoch| of(epoch) > SOLVED).count();
        let [fact, no_step] = [jumps(|epoch| epoch.highest), jumps(|epoch| epoch.no_step)];
        let [knowable, new_state] = [jumps(|epoch| epoch.knowable), jumps(|epoch| epoch.new_state)];
        println!("{name:44} {:>7} {fact:>7} {no_step:>10} {knowable:>10} {new_state:>10}", epochs().count());
    }
    Ok(())
}

/// Trains as the tutorial does. Returns what happened at the beginning of each epoch whose net knew the task.
fn train(seed: u64, epochs: u64) -> Result<Vec<Beginning>, Error> {
    let architecture = Architecture::new(CellKind::Elman).hidden_size(4).outputs(2);
    let network = Network::drawn(architecture, Init::Tutorial, &mut generator(seed, 0))?;
    let optimizer = Optimizer::new(Adagrad::default(), 0.3, network.parameters().len())?;
    let zero = network.zero_state(BATCH)?;
    let (tape, gradients) = (network.tape(WINDOW, BATCH)?, network.gradients(WINDOW, BATCH)?);
    let mut net = Net { network, optimizer, tape, gradients };
    let (mut beginnings, mut knows) = (Vec::new(), false);
    for epoch in 0..epochs {
        let windows = windows(seed, epoch)?;
        let start = net.clone();
        let mut state = zero.clone();
        step(&mut net, &windows[0], 0..WINDOW, &mut state)?;
        let (stepped, carried) = (net.clone(), state.clone());
        let mut losses = Vec::new();
        for window in &windows[1..] {
            losses.push(step(&mut net, window, 0..WINDOW, &mut state)?);
        }
        if knows {
            let known = loss(&mut start.clone(), &windows[0], LAG..WINDOW, &zero)?;
            let mut on_knowable = start.clone();
            step(&mut on_knowable, &windows[0], LAG..WINDOW, &mut zero.clone())?;
            let mut new_state = zero.clone();
            step(&mut stepped.clone(), &windows[0], 0..WINDOW, &mut new_state)?;
            beginnings.push(Beginning {
                epoch,
                known,
                highest: losses[..AFTER].iter().copied().fold(0.0, f64::max),
                no_step: highest(start, carried.clone(), &windows)?,
                knowable: highest(on_knowable, carried, &windows)?,
                new_state: highest(stepped, new_state, &windows)?,
            });
        }
        let last = &losses[losses.len() - 66..];
        knows = last.iter().sum::<f64>() / (last.len() as f64) < SOLVED;
    }
    Ok(beginnings)
}

/// The windows of an epoch's series, which is the one that `rnn-train run` draws.
fn windows(seed: u64, epoch: u64) -> Result<Vec<Window>, Error> {
    let mut series = Sequence::zeros(LENGTH)?;
    Echo { echo_step: LAG, ..Echo::default() }.fill(seed, Split::Train, epoch, &mut series)?;
    let layout = Layout::new(LENGTH, BATCH, WINDOW, WINDOW)?;
    let mut windows = vec![(vec![0.0; layout.window_values()], vec![0; layout.window_values()]); layout.windows()];
    for (number, (inputs, targets)) in windows.iter_mut().enumerate() {
        layout.copy_window(series.inputs().classes(), number, inputs, f32::from)?;
        layout.copy_window(series.targets().classes(), number, targets, u32::from)?;
    }
    Ok(windows)
}

/// The loss of some of a window's time steps.
fn loss(net: &mut Net, (inputs, targets): &Window, scored: Range<usize>, state: &State<f32>) -> Result<f64, Error> {
    Ok(net.network.loss(inputs, targets, scored, state, &SoftmaxCrossEntropy, &mut net.tape)?)
}

/// A training step on some of a window's time steps; returns its loss.
fn step(net: &mut Net, window: &Window, scored: Range<usize>, state: &mut State<f32>) -> Result<f64, Error> {
    let loss = loss(net, window, scored, state)?;
    let gradients = net.network.backward(&net.tape, &mut net.gradients)?;
    net.optimizer.step(net.network.parameters_mut(), gradients)?;
    net.network.copy_state(&net.tape, WINDOW, state)?;
    Ok(loss)
}

/// Trains on the windows after the first one; returns their highest loss.
fn highest(mut net: Net, mut state: State<f32>, windows: &[Window]) -> Result<f64, Error> {
    windows[1..=AFTER].iter().try_fold(0.0, |highest, window| {
        let loss = step(&mut net, window, 0..WINDOW, &mut state)?;
        Ok(f64::max(highest, loss))
    })
}

/// In the tutorial's run of seed 0 it is the step on targets that cannot be known.
#[test]
fn a_jump_comes_of_the_step_before() -> Result<(), Error> {
    let beginnings = train(0, 18)?;
    let Some(last) = beginnings.last().filter(|last| last.epoch == 17) else { panic!("{beginnings:?}") };
    assert!((last.highest - 0.221).abs() < 0.001, "{last:?}");
    assert!(last.no_step < 0.001 && last.knowable < 0.001 && last.new_state > 0.1, "{last:?}");
    Ok(())
}
