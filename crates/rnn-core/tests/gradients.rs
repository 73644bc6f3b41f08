//! Every gradient against differences of the loss, in f64, over random sizes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;
use rnn_core::{Elman, Network, SoftmaxCrossEntropy, State, Truncation};

/// Sizes and numbers of one case; `numbers` are drawn from as needed.
#[derive(Debug, Clone)]
struct Case {
    input: usize,
    hidden: usize,
    classes: usize,
    batch: usize,
    window: usize,
    stride: usize,
    first: bool,
    numbers: Vec<f64>,
}

fn cases() -> impl Strategy<Value = Case> {
    (1..=3_usize, 1..=6_usize, 2..=4_usize, 1..=4_usize, 1..=8_usize, any::<bool>()).prop_flat_map(
        |(input, hidden, classes, batch, window, first)| {
            let numbers = prop::collection::vec(-1.0..1.0_f64, 400);
            (1..=window, numbers).prop_map(move |(stride, numbers)| Case {
                input,
                hidden,
                classes,
                batch,
                window,
                stride,
                first,
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

fn check(case: &Case) -> Result<(), TestCaseError> {
    let Case { input, hidden, classes, batch, window, stride, first, .. } = *case;
    let counted = Truncation::new(window, stride).unwrap().counted(first);
    let mut network = Network::<f64, Elman>::new(Elman::new(input, hidden).unwrap(), classes).unwrap();
    let mut numbers = case.numbers.iter().copied().cycle();
    network.parameters_mut().fill_with(|| numbers.next().unwrap());
    let inputs: Vec<f64> = numbers.by_ref().take(window * batch * input).collect();
    let targets: Vec<u32> =
        numbers.by_ref().take(window * batch).map(|x| ((x + 1.0) / 2.0 * classes as f64) as u32).collect();
    let mut state = State::zeros(&network, batch).unwrap();
    state.as_mut_slice().fill_with(|| numbers.next().unwrap());

    let mut tape = network.tape(window, batch).unwrap();
    let mut loss = |network: &Network<f64, Elman>| {
        network.score(&inputs, &targets, counted.clone(), &state, &SoftmaxCrossEntropy, &mut tape).unwrap().loss
    };
    let numeric: Vec<f64> = (0..network.parameters().len())
        .map(|index| {
            derivative(|change| {
                let mut changed = network.clone();
                changed.parameters_mut()[index] += change;
                loss(&changed)
            })
        })
        .collect();
    loss(&network);
    let exact = network.backward(&mut tape);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_gradient_is_the_losses_derivative(case in cases()) {
        check(&case)?;
    }

    #[test]
    fn also_when_windows_do_not_overlap(case in cases()) {
        check(&Case { stride: case.window, ..case })?;
    }
}
