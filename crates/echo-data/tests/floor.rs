//! The floor against all there is: every series of a small length with its probability, and what a net can have read of it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use echo_data::{Echo, Layout, Scored, Task};

type LeastLoss = fn(&[f64]) -> f64;

const LOSSES: [LeastLoss; 2] = [nats, square];

/// Least expected cross-entropy, from its definition.
fn nats(distribution: &[f64]) -> f64 {
    distribution.iter().map(|&p| if p == 0.0 { 0.0 } else { -p * p.ln() }).sum()
}

/// Least expected squared error, from its definition.
fn square(distribution: &[f64]) -> f64 {
    let moment = |power| -> f64 { distribution.iter().enumerate().map(|(j, p)| (j as f64).powi(power) * p).sum() };
    moment(2) - moment(1).powi(2)
}

/// All series of a length, each with its probability; those that cannot be are left out.
fn all_series(length: usize, probabilities: &[f64]) -> Vec<(Vec<usize>, f64)> {
    let mut all = vec![(Vec::new(), 1.0)];
    for _ in 0..length {
        let longer = all.iter().flat_map(|(series, weight)| {
            probabilities.iter().enumerate().map(move |(class, p)| ([&series[..], &[class]].concat(), weight * p))
        });
        all = longer.filter(|&(_, weight)| weight > 0.0).collect();
    }
    all
}

/// The least expected loss at each time of a row, for a net that has read its row's inputs up to then and knows the time.
fn least_losses(all: &[(Vec<usize>, f64)], classes: usize, batch: usize, echo_step: usize) -> Vec<[f64; LOSSES.len()]> {
    let row_length = all[0].0.len() / batch;
    let at = |time: usize| {
        // For each sequence that can have been read, its digits read as a number: how probable it is with each target.
        let mut seen = vec![vec![0.0; classes]; classes.pow(time as u32 + 1)];
        for (series, weight) in all {
            for row in 0..batch {
                let place = row * row_length + time;
                let read = series[row * row_length..=place].iter().fold(0, |number, class| number * classes + class);
                let target = if place < echo_step { 0 } else { series[place - echo_step] };
                seen[read][target] += weight / batch as f64;
            }
        }
        let mut expected = [0.0; LOSSES.len()];
        for joint in seen {
            let probability: f64 = joint.iter().sum();
            if probability > 0.0 {
                let targets: Vec<f64> = joint.iter().map(|p| p / probability).collect();
                for (sum, least) in expected.iter_mut().zip(LOSSES) {
                    *sum += probability * least(&targets);
                }
            }
        }
        expected
    };
    (0..row_length).map(at).collect()
}

/// Compares for a series length and probabilities all there is to choose; the result is the number of windows.
fn compare(length: usize, probabilities: &[f64]) -> usize {
    let all = all_series(length, probabilities);
    let mut windows = 0;
    for (batch, echo_step) in (1..=length).flat_map(|batch| (0..=length + 1).map(move |echo_step| (batch, echo_step))) {
        let losses = least_losses(&all, probabilities.len(), batch, echo_step);
        let row_length = length / batch;
        for (h, stride) in (1..=row_length).flat_map(|h| (1..=h).map(move |stride| (h, stride))) {
            let layout = Layout::new(length, batch, h, stride).unwrap();
            for (last_step_alone, loss) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
                let (num_classes, class_probabilities) = (probabilities.len(), Some(probabilities.to_vec()));
                let echo = Echo { num_classes, class_probabilities, echo_step };
                let scored = match last_step_alone {
                    true => Scored { first: h - 1..h, others: h - 1..h },
                    false => Scored { first: 0..h, others: h - stride..h },
                };
                let floor = echo.floor(layout, &scored, &LOSSES[loss]).unwrap();
                // Each target is scored by the first window that holds it.
                let mut new_from = 0;
                for window in 0..=(row_length - h) / stride {
                    let end = window * stride + h;
                    let scored = &losses[if last_step_alone { end - 1 } else { new_from }..end];
                    new_from = end;
                    let expected = scored.iter().map(|losses| losses[loss]).sum::<f64>() / scored.len() as f64;
                    let found = floor.window(window);
                    assert!(
                        (found - expected).abs() < 1e-12,
                        "{found} for {expected}: window {window} of {layout:?}, echo {echo_step}, {probabilities:?}, \
                         loss {loss}, last step alone: {last_step_alone}"
                    );
                    windows += 1;
                }
            }
        }
    }
    windows
}

#[test]
fn two_classes() {
    let mut windows = 0;
    for probabilities in [[0.5, 0.5], [0.3, 0.7], [0.95, 0.05], [1.0, 0.0], [0.0, 1.0]] {
        windows += (1..=11).map(|length| compare(length, &probabilities)).sum::<usize>();
    }
    assert!(windows > 100_000, "{windows}");
}

#[test]
fn three_classes() {
    let third = 1.0 / 3.0;
    for probabilities in [[third; 3], [0.2, 0.1, 0.7], [0.6, 0.0, 0.4], [0.0, 0.75, 0.25]] {
        (1..=7).for_each(|length| assert!(compare(length, &probabilities) > 0));
    }
}
