//! Every gradient against differences of the loss, in f64: every cell, loss and depth, over random sizes and windows.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Architecture, BinaryCrossEntropy, CellKind, Loss, Network, SoftmaxCrossEntropy, SquaredError, Tape, Targets,
    Truncation,
};

/// Sizes and numbers of one case; `numbers` are drawn from as needed.
#[derive(Debug, Clone)]
struct Case {
    input: usize,
    hidden: usize,
    outputs: usize,
    batch: usize,
    window: usize,
    stride: usize,
    first: bool,
    /// Whether the last step alone is read.
    last_alone: bool,
    /// Whether half of what goes from layer to layer is dropped.
    dropping: bool,
    /// Whether only some rows are scored.
    masked: bool,
    numbers: Vec<f64>,
}

fn cases() -> impl Strategy<Value = Case> {
    let sizes = (1..=3_usize, 1..=4_usize, 2..=3_usize, 1..=3_usize, 1..=6_usize);
    let switches = (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.3), prop::bool::weighted(0.3));
    (sizes, switches).prop_flat_map(
        |((input, hidden, outputs, batch, window), (first, last_alone, dropping, masked))| {
            let numbers = prop::collection::vec(-1.0..1.0_f64, 400);
            // Half of all cases have windows that do not overlap.
            let strides = prop_oneof![Just(window), 1..=window];
            (strides, numbers).prop_map(move |(stride, numbers)| Case {
                input,
                hidden,
                outputs,
                batch,
                window,
                stride,
                first,
                last_alone,
                dropping,
                masked,
                numbers,
            })
        },
    )
}

/// The derivative of `f` at 0 by the five-point rule, whose error is of fourth order in the step.
fn derivative(mut f: impl FnMut(f64) -> f64) -> f64 {
    let step = 1e-4;
    (8.0 * (f(step) - f(-step)) - (f(2.0 * step) - f(-2.0 * step))) / (12.0 * step)
}

/// Relative to the larger of the two; below 10⁻⁵, where the rule's own rounding shows, relative to that.
fn relative_error(a: f64, b: f64) -> f64 {
    (a - b).abs() / a.abs().max(b.abs()).max(1e-5)
}

/// Which units of which layers are above 0 at which steps.
fn active_units(network: &Network<f64>, tape: &Tape<f64>, window: usize, batch: usize) -> Vec<bool> {
    let mut state = network.zero_state(batch).unwrap();
    let mut active = Vec::new();
    for steps in 1..=window {
        network.copy_state(tape, steps, &mut state).unwrap();
        active.extend(state.as_slice().iter().map(|&h| h > 0.0));
    }
    active
}

fn check<L: Loss<f64>>(
    stack: impl Fn(usize) -> Architecture,
    loss: &L,
    target: impl Fn(f64, usize) -> L::Target,
    case: &Case,
) -> Result<(), TestCaseError> {
    let Case { input, hidden, outputs, batch, window, stride, first, last_alone, dropping, .. } = *case;
    let truncation = Truncation::new(window, stride).unwrap();
    let truncation = if last_alone { truncation.scoring_the_last_alone() } else { truncation };
    let scored = truncation.scored(first);
    let dropout = if dropping { 0.5 } else { 0.0 };
    let architecture = stack(hidden).input_size(input).dropout(dropout).outputs(outputs);
    let has_relu = architecture.layers.iter().any(|layer| layer.cell == CellKind::ElmanRelu);
    let mut network = Network::<f64>::new(architecture).unwrap();
    let mut numbers = case.numbers.iter().copied().cycle();
    // Without bounds, larger ones would grow from step to step.
    let scale = if has_relu { 0.5 } else { 1.0 };
    network.parameters_mut().fill_with(|| scale * numbers.next().unwrap());
    let inputs: Vec<f64> = numbers.by_ref().take(window * batch * input).collect();
    let count = window * batch * loss.targets(outputs);
    let targets: Vec<_> = numbers.by_ref().take(count).map(|x| target(x, outputs)).collect();
    let mask: Vec<bool> = numbers.by_ref().take(window * batch).map(|x| !case.masked || x > -0.5).collect();
    let targets = if case.masked { Targets::masked(&targets, &mask) } else { Targets::from(&targets) };
    let mut state = network.zero_state(batch).unwrap();
    state.as_mut_slice().fill_with(|| numbers.next().unwrap());
    if has_relu {
        state.as_mut_slice().iter_mut().for_each(|h| *h = h.abs());
    }

    let mut tape = network.tape(window, batch).unwrap();
    network.draw_dropout(&mut tape, &mut ChaCha8Rng::seed_from_u64(window as u64));
    let mut score = |network: &Network<f64>| {
        let value = network.loss(&inputs, targets, scored.clone(), &state, loss, &mut tape).unwrap();
        let active = if has_relu { active_units(network, &tape, window, batch) } else { Vec::new() };
        (value, active)
    };
    let (_, active) = score(&network);
    let mut kinks = false;
    let numeric: Vec<f64> = (0..network.parameters().len())
        .map(|index| {
            derivative(|change| {
                let mut changed = network.clone();
                changed.parameters_mut()[index] += change;
                let (loss, now_active) = score(&changed);
                kinks |= now_active != active;
                loss
            })
        })
        .collect();
    // Where a unit begins or ceases to be active within the differences' steps, ReLU has no derivative to compare with.
    prop_assume!(!kinks);
    score(&network);
    let mut gradients = network.gradients(window, batch).unwrap();
    let exact = network.backward(&tape, &mut gradients).unwrap();
    for tensor in network.tensors() {
        for index in tensor.indices() {
            let error = relative_error(exact[index], numeric[index]);
            prop_assert!(
                error < 1e-6,
                "{} [{index}]: {} by backward, {} by differences, relative error {error:e}",
                tensor.name,
                exact[index],
                numeric[index],
            );
        }
    }
    Ok(())
}

/// 50 random cases for each loss.
fn check_losses(name: &str, stack: impl Fn(usize) -> Architecture + Copy) {
    let mut runner = TestRunner::new(ProptestConfig { max_global_rejects: 5000, ..ProptestConfig::with_cases(50) });
    let class = |x: f64, classes: usize| ((x + 1.0) / 2.0 * classes as f64) as u32;
    let cross_entropy = |case| check(stack, &SoftmaxCrossEntropy, class, &case);
    let squared_error = |case| check(stack, &SquaredError::<f64>::default(), |x, _| x, &case);
    runner.run(&cases(), cross_entropy).unwrap_or_else(|e| panic!("cross-entropy, {name}: {e}"));
    let binary = |case| check(stack, &BinaryCrossEntropy, |x, _| (x + 1.0) / 2.0, &case);
    runner.run(&cases(), squared_error).unwrap_or_else(|e| panic!("squared error, {name}: {e}"));
    runner.run(&cases(), binary).unwrap_or_else(|e| panic!("binary cross-entropy, {name}: {e}"));
}

/// One, two and three layers: 300 cases a cell.
fn check_all(cell: CellKind) {
    for num_layers in 1..=3 {
        let stack = |hidden| Architecture::new(cell).hidden_size(hidden).num_layers(num_layers);
        check_losses(&format!("{num_layers} layers"), stack);
    }
}

#[test]
fn elman_gradients_are_the_losses_derivatives() {
    check_all(CellKind::Elman);
}

#[test]
fn relu_gradients_are_the_losses_derivatives() {
    check_all(CellKind::ElmanRelu);
}

#[test]
fn gru_gradients_are_the_losses_derivatives() {
    check_all(CellKind::Gru);
}

#[test]
fn lstm_gradients_are_the_losses_derivatives() {
    check_all(CellKind::Lstm);
}

/// Layers of several cells, a wide one on a narrow one and the other way round: few units and many, with and without a
/// memory.
#[test]
fn gradients_of_mixed_stacks_are_the_losses_derivatives() {
    let lstm_above = |hidden| Architecture::new(CellKind::Gru).hidden_size(hidden).layer(CellKind::Lstm, hidden + 4);
    check_losses("gru, lstm", lstm_above);
    let three = |hidden| {
        let wide = Architecture::new(CellKind::Lstm).hidden_size(6);
        wide.layer(CellKind::ElmanRelu, hidden).layer(CellKind::Elman, 2)
    };
    check_losses("lstm, elman_relu, elman", three);
}
