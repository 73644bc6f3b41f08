//! The same data in another library's hands: an echo state network (Jaeger, "The 'echo state' approach to analysing and
//! training recurrent neural networks", 2001) with nalgebra.
//!
//! A reservoir of random units that stay as they are is driven by the series. What it still knows of an input some
//! steps later is read out by one linear map for each echo, which is found by least squares.
#![allow(clippy::print_stdout, reason = "an example prints")]

use echo_data::{Echo, Layout, Scored, Sequence, Split, Task, generator};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use std::error::Error;

const UNITS: usize = 50;
const SPECTRAL_RADIUS: f64 = 0.9;
const LONGEST_ECHO: usize = 8;
/// Keeps the readout's weights small.
const RIDGE: f64 = 1e-6;
/// Windows behind these are for testing.
const TRAINING_WINDOWS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{UNITS} units, accuracy on unseen windows:");
    for (echo, accuracy) in (1..).zip(accuracies()?) {
        println!("echo of {echo} steps: {accuracy:.3}");
    }
    Ok(())
}

/// The share of right answers for each echo from 1 to [`LONGEST_ECHO`] steps.
fn accuracies() -> Result<Vec<f64>, Box<dyn Error>> {
    // One seed gives one input, whatever the echo.
    let series = |echo_step| {
        let mut series = Sequence::zeros(6000)?;
        Echo { echo_step, ..Echo::default() }.fill(1, Split::Train, 0, &mut series)?;
        Ok::<_, echo_data::Error>(series)
    };
    let layout = Layout::new(6000, 4, 25, 25)?;
    let states = states(&windows(&layout, series(0)?.inputs().classes())?, layout.batch_size());

    // The first windows echo what the reservoir has not seen.
    let first =
        layout.first_window_from(LONGEST_ECHO, &Scored { first: 0..25, others: 0..25 }) * layout.window_values();
    let end = TRAINING_WINDOWS * layout.window_values();
    let (seen, unseen) = (states.rows_range(first..end), states.rows_range(end..));
    let normal = seen.tr_mul(&seen) + RIDGE * DMatrix::identity(UNITS + 1, UNITS + 1);
    let normal = normal.cholesky().ok_or("the states do not determine a readout")?;

    let accuracy = |echo| {
        let targets = windows(&layout, series(echo)?.targets().classes())?;
        let readout = normal.solve(&seen.tr_mul(&targets.rows_range(first..end)));
        let right =
            (unseen * readout).component_mul(&targets.rows_range(end..)).map(|product| f64::from(product > 0.0));
        Ok(right.mean())
    };
    (1..=LONGEST_ECHO).map(accuracy).collect()
}

/// All windows of a series of 0 and 1, one behind the other, as −1 and 1.
fn windows(layout: &Layout, values: &[u16]) -> Result<DVector<f64>, echo_data::Error> {
    let mut all = DVector::zeros(layout.windows() * layout.window_values());
    for (window, out) in all.as_mut_slice().chunks_exact_mut(layout.window_values()).enumerate() {
        layout.copy_window(values, window, out, |class| 2.0 * f64::from(class) - 1.0)?;
    }
    Ok(all)
}

/// The units' states after each input, and a constant for the readout's bias: `[inputs, UNITS + 1]`. The rows of the
/// batch are neighbours at each time step, and their states are carried from window to window.
fn states(inputs: &DVector<f64>, batch: usize) -> DMatrix<f64> {
    let mut rng = generator(1, 0);
    let mut uniform = |rows, columns| DMatrix::from_fn(rows, columns, |_, _| rng.random_range(-1.0..1.0));
    let (mut recurrent, input): (DMatrix<f64>, DMatrix<f64>) = (uniform(UNITS, UNITS), uniform(1, UNITS));
    // A radius below 1 lets the reservoir forget, so that what it knows is an echo of its latest inputs.
    let radius = recurrent.complex_eigenvalues().map(|eigenvalue| eigenvalue.norm()).max();
    recurrent *= SPECTRAL_RADIUS / radius;

    let mut states = DMatrix::from_element(inputs.len(), UNITS + 1, 1.0);
    let mut state = DMatrix::zeros(batch, UNITS);
    for row in (0..inputs.len()).step_by(batch) {
        state = (inputs.rows(row, batch) * &input + state * &recurrent).map(f64::tanh);
        states.view_mut((row, 0), (batch, UNITS)).copy_from(&state);
    }
    states
}

#[test]
fn near_echoes_are_heard_and_far_ones_fade() -> Result<(), Box<dyn Error>> {
    let accuracies = accuracies()?;
    assert_eq!(accuracies.len(), LONGEST_ECHO);
    assert!(accuracies[..5].iter().all(|&accuracy| accuracy > 0.99), "{accuracies:?}");
    assert!(accuracies[LONGEST_ECHO - 1] < accuracies[0], "memory fades: {accuracies:?}");
    main()
}
