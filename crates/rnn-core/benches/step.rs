//! Training steps at several sizes, and the processor's peak of fused multiplications and additions in the same run.
//!
//! `cargo xtask bench` runs this, makes a table of it, and has other libraries do what the names say. A benchmark's name is the
//! cell and the sizes: input, hidden units, classes, batch, window, and maybe the type of numbers or the threads. Before them
//! stands `text` where the inputs are one-hot rows, or `ensemble` and a number for so many nets side by side, a step of each.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Adagrad, Architecture, CellKind, Ensemble, Init, Member, Network, Scalar, SoftmaxCrossEntropy, Trainer,
};
use std::hint::black_box;
use std::time::Duration;

/// (input, hidden, classes, batch, window)
const SIZES: [[usize; 5]; 7] = [
    [1, 4, 2, 5, 15],
    [1, 16, 2, 16, 32],
    [1, 32, 2, 32, 32],
    [1, 128, 2, 32, 50],
    [64, 128, 10, 32, 50],
    [64, 256, 10, 64, 64],
    [1, 512, 2, 64, 64],
];

/// One row, in windows of 50.
const ONE_ROW: [[usize; 5]; 4] = [[1, 32, 2, 1, 50], [1, 64, 2, 1, 50], [1, 128, 2, 1, 50], [1, 256, 2, 1, 50]];

/// Few rows, in windows of 50: these at each of these hidden units.
const FEW_ROWS: ([usize; 2], [usize; 5]) = ([32, 128], [2, 3, 5, 8, 10]);

/// The nets of CogScale's sweep.
const COGSCALE: [[usize; 5]; 3] = [[1, 13, 8, 10, 100], [1, 30, 8, 10, 100], [1, 64, 8, 10, 100]];

/// Texts by character and by byte, with the fewest units.
const TEXTS: [[usize; 5]; 3] = [[96, 128, 96, 32, 50], [96, 256, 96, 32, 50], [256, 16, 256, 32, 50]];

const CELLS: [CellKind; 3] = [CellKind::Elman, CellKind::Gru, CellKind::Lstm];

/// A net in training, and a window.
fn trainer<T: Scalar>(
    cell: CellKind,
    [input, hidden, classes, batch, window]: [usize; 5],
    threads: usize,
    seed: u64,
) -> (Trainer<T, SoftmaxCrossEntropy>, Vec<T>, Vec<u32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let architecture = Architecture::new(cell).input_size(input).hidden_size(hidden).outputs(classes);
    let network = Network::<T>::drawn(architecture, Init::PyTorch, &mut rng).unwrap();
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adagrad::default(), 1e-6).window(window);
    let inputs = (0..window * batch * input).map(|i| T::narrow(f64::from(i * 7 % 5 < 2))).collect();
    let targets = (0..window * batch).map(|i| (i * 3 % classes) as u32).collect();
    (trainer.batch(batch).threads(threads).build().unwrap(), inputs, targets)
}

fn named(cell: CellKind, sizes: [usize; 5]) -> String {
    format!("{cell} {}", sizes.map(|n| n.to_string()).join(" "))
}

/// One training step: forward, loss, backward, Adagrad, and the state moved on.
fn step<T: Scalar>(criterion: &mut Criterion, name: &str, cell: CellKind, sizes: [usize; 5], threads: usize) {
    let (mut trainer, inputs, targets) = trainer::<T>(cell, sizes, threads, 0);
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| trainer.step(black_box(&inputs), &targets).unwrap());
    });
}

/// A step of each of so many nets, side by side.
fn ensemble<T: Scalar>(criterion: &mut Criterion, nets: usize, cell: CellKind, sizes: [usize; 5]) {
    let mut windows: Vec<_> = (0..nets).map(|net| trainer::<T>(cell, sizes, 1, net as u64)).collect();
    let (architecture, truncation) = (windows[0].0.network.architecture().clone(), windows[0].0.truncation());
    let mut ensemble = Ensemble::new(architecture, truncation, sizes[3]).unwrap();
    let mut members: Vec<_> = windows
        .iter_mut()
        .map(|(trainer, inputs, targets)| Member { trainer, inputs, targets: (&*targets).into() })
        .collect();
    criterion.bench_function(&format!("ensemble {nets} {}", named(cell, sizes)), |bencher| {
        bencher.iter(|| assert!(ensemble.step(black_box(&mut members)).iter().all(Result::is_ok)));
    });
}

/// The same for inputs that are classes, as one-hot rows.
fn text_step(criterion: &mut Criterion, cell: CellKind, sizes: [usize; 5]) {
    let [input, _, classes, batch, window] = sizes;
    let (mut trainer, mut inputs, _) = trainer::<f32>(cell, sizes, 1, 0);
    inputs.fill(0.0);
    for (i, row) in inputs.chunks_exact_mut(input).enumerate() {
        row[i * 31 % input] = 1.0;
    }
    let targets: Vec<u32> = (0..window * batch).map(|i| ((i + 1) * 31 % classes) as u32).collect();
    criterion.bench_function(&format!("text {}", named(cell, sizes)), |bencher| {
        bencher.iter(|| trainer.step(black_box(&inputs), &targets).unwrap());
    });
}

fn steps(criterion: &mut Criterion) {
    peak(criterion);
    let (units, batches) = FEW_ROWS;
    let few_rows = units.iter().flat_map(|hidden| batches.map(|batch| [1, *hidden, 2, batch, 50]));
    for sizes in SIZES.into_iter().chain(ONE_ROW).chain(few_rows).chain(COGSCALE) {
        for cell in CELLS {
            step::<f32>(criterion, &named(cell, sizes), cell, sizes, 1);
        }
    }
    for sizes in TEXTS {
        for cell in CELLS {
            text_step(criterion, cell, sizes);
        }
    }
    step::<f64>(criterion, &format!("{} f64", named(CellKind::Elman, SIZES[0])), CellKind::Elman, SIZES[0], 1);
    let last = SIZES[SIZES.len() - 1];
    step::<f32>(criterion, &format!("{} 2 threads", named(CellKind::Elman, last)), CellKind::Elman, last, 2);
    for nets in [16, 64, 1024] {
        ensemble::<f32>(criterion, nets, CellKind::Elman, SIZES[0]);
    }
    ensemble::<f32>(criterion, 16, CellKind::Elman, SIZES[1]);
    // How cost grows with one size, the others held still. Some of the sizes are above.
    for (cell, hidden, batch, window) in [
        (CellKind::Elman, 64, 32, 50),
        (CellKind::Elman, 256, 32, 50),
        (CellKind::Elman, 512, 32, 50),
        (CellKind::Elman, 128, 4, 50),
        (CellKind::Elman, 128, 16, 50),
        (CellKind::Elman, 128, 64, 50),
        (CellKind::Elman, 128, 128, 50),
        (CellKind::Gru, 128, 4, 50),
        (CellKind::Gru, 128, 16, 50),
        (CellKind::Gru, 128, 64, 50),
        (CellKind::Elman, 128, 32, 25),
        (CellKind::Elman, 128, 32, 100),
        (CellKind::Elman, 128, 32, 200),
    ] {
        let sizes = [1, hidden, 2, batch, window];
        step::<f32>(criterion, &named(cell, sizes), cell, sizes, 1);
    }
}

/// 12 × 8 independent sums of f32, 1000 times.
fn peak(criterion: &mut Criterion) {
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        struct Sums(pulp::x86::V3);
        impl pulp::NullaryFnOnce for Sums {
            type Output = [pulp::f32x8; 12];
            #[inline(always)]
            fn call(self) -> Self::Output {
                let factor = self.0.splat_f32x8(black_box(0.5));
                let mut sums = [factor; 12];
                for _ in 0..1000 {
                    for sum in &mut sums {
                        *sum = self.0.mul_add_f32x8(*sum, factor, factor);
                    }
                }
                sums
            }
        }
        criterion.bench_function("peak", |bencher| bencher.iter(|| v3.vectorize(Sums(v3))));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700))
        .sample_size(12);
    targets = steps
}
criterion_main!(benches);
