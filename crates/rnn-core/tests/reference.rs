//! Both ways to compute, for few hidden units and for many, against the simplest one: plain loops over single numbers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;
use rnn_core::rand::{Rng, SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Adagrad, Architecture, CellKind, Init, Named, Network, Place, Real, Scalar, SoftmaxCrossEntropy, State, Trainer,
};

/// A tensor's numbers, `[rows][columns]`.
type Matrix = Vec<Vec<f64>>;

/// The parameters of one layer, under the names of PyTorch.
struct Layer {
    w_ih: Matrix,
    w_hh: Matrix,
    b_ih: Vec<f64>,
    b_hh: Vec<f64>,
}

/// A net as the formulas of `docs/math.md` have it, and its derivatives in the same form.
struct Reference {
    cell: CellKind,
    hidden: usize,
    layers: Vec<Layer>,
    head: Matrix,
    head_bias: Vec<f64>,
}

fn tensor<T: Scalar>(network: &Network<T>, values: &[T], name: &str) -> Matrix {
    let tensor = network.tensors().iter().find(|tensor| tensor.name == name).unwrap();
    let columns = tensor.shape.get(1).copied().unwrap_or(1);
    if matches!(tensor.place, Place::AddedTo { .. }) {
        return vec![vec![0.0]; tensor.shape[0]];
    }
    let numbers: Vec<f64> = tensor.indices().map(|index| values[index].widen()).collect();
    numbers.chunks(columns).map(<[f64]>::to_vec).collect()
}

impl Reference {
    fn of<T: Scalar>(network: &Network<T>, values: &[T]) -> Self {
        let num_layers = network.architecture().layers.len();
        let rnn_core::Layer { cell, hidden_size: hidden } = network.architecture().uniform().unwrap();
        let vector = |name: &str| tensor(network, values, name).concat();
        let layer = |l: usize| Layer {
            w_ih: tensor(network, values, &format!("rnn.weight_ih_l{l}")),
            w_hh: tensor(network, values, &format!("rnn.weight_hh_l{l}")),
            b_ih: vector(&format!("rnn.bias_ih_l{l}")),
            b_hh: vector(&format!("rnn.bias_hh_l{l}")),
        };
        let head = tensor(network, values, "head.weight");
        Self { cell, hidden, layers: (0..num_layers).map(layer).collect(), head, head_bias: vector("head.bias") }
    }

    fn zeros_like(&self) -> Self {
        let zero = |m: &Matrix| m.iter().map(|row| vec![0.0; row.len()]).collect();
        let layers = self.layers.iter().map(|l| Layer {
            w_ih: zero(&l.w_ih),
            w_hh: zero(&l.w_hh),
            b_ih: vec![0.0; l.b_ih.len()],
            b_hh: vec![0.0; l.b_hh.len()],
        });
        let (head, head_bias) = (zero(&self.head), vec![0.0; self.head_bias.len()]);
        Self { cell: self.cell, hidden: self.hidden, layers: layers.collect(), head, head_bias }
    }
}

/// What a step of a layer leaves: (input part, recurrent part) of each sum, the output and memory after and before.
struct Step {
    x: Vec<f64>,
    before: Vec<f64>,
    memory_before: Vec<f64>,
    inner: Vec<f64>,
    recurrent: Vec<f64>,
    output: Vec<f64>,
    memory: Vec<f64>,
}

fn sigma(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn affine(w: &Matrix, b: &[f64], x: &[f64]) -> Vec<f64> {
    w.iter().zip(b).map(|(row, b)| b + row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()).collect()
}

fn forward(cell: CellKind, h: usize, layer: &Layer, x: Vec<f64>, before: Vec<f64>, memory_before: Vec<f64>) -> Step {
    let inner = affine(&layer.w_ih, &layer.b_ih, &x);
    let recurrent = affine(&layer.w_hh, &layer.b_hh, &before);
    let sum = |j: usize| inner[j] + recurrent[j];
    let (mut output, mut memory) = (vec![0.0; h], vec![0.0; h]);
    for u in 0..h {
        match cell {
            CellKind::Elman => output[u] = sum(u).tanh(),
            CellKind::ElmanRelu => output[u] = sum(u).max(0.0),
            CellKind::Gru => {
                let (r, z) = (sigma(sum(u)), sigma(sum(h + u)));
                let n = (inner[2 * h + u] + r * recurrent[2 * h + u]).tanh();
                output[u] = (1.0 - z) * n + z * before[u];
            }
            CellKind::Lstm => {
                memory[u] = sigma(sum(h + u)) * memory_before[u] + sigma(sum(u)) * sum(2 * h + u).tanh();
                output[u] = sigma(sum(3 * h + u)) * memory[u].tanh();
            }
        }
    }
    Step { x, before, memory_before, inner, recurrent, output, memory }
}

/// Adds to the derivatives by the layer's parameters, and returns those by x, by the output and the memory before.
fn backward(
    cell: CellKind,
    h: usize,
    layer: &Layer,
    step: &Step,
    d_output: &[f64],
    d_memory: &[f64],
    d: &mut Layer,
) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let rows = layer.w_ih.len();
    let (mut d_inner, mut d_recurrent) = (vec![0.0; rows], vec![0.0; rows]);
    let (mut d_before, mut d_memory_before) = (vec![0.0; h], vec![0.0; h]);
    let sum = |j: usize| step.inner[j] + step.recurrent[j];
    for u in 0..h {
        let dy = d_output[u];
        let mut both = |j: usize, value: f64| (d_inner[j], d_recurrent[j]) = (value, value);
        match cell {
            CellKind::Elman => both(u, dy * (1.0 - step.output[u].powi(2))),
            CellKind::ElmanRelu => both(u, if step.output[u] > 0.0 { dy } else { 0.0 }),
            CellKind::Gru => {
                let (r, z, m) = (sigma(sum(u)), sigma(sum(h + u)), step.recurrent[2 * h + u]);
                let n = (step.inner[2 * h + u] + r * m).tanh();
                let dn = dy * (1.0 - z) * (1.0 - n * n);
                both(u, dn * m * r * (1.0 - r));
                both(h + u, dy * (step.before[u] - n) * z * (1.0 - z));
                (d_inner[2 * h + u], d_recurrent[2 * h + u]) = (dn, dn * r);
                d_before[u] += dy * z;
            }
            CellKind::Lstm => {
                let (i, f, g, o) = (sigma(sum(u)), sigma(sum(h + u)), sum(2 * h + u).tanh(), sigma(sum(3 * h + u)));
                let tanh = step.memory[u].tanh();
                let dm = d_memory[u] + dy * o * (1.0 - tanh * tanh);
                both(u, dm * g * i * (1.0 - i));
                both(h + u, dm * step.memory_before[u] * f * (1.0 - f));
                both(2 * h + u, dm * i * (1.0 - g * g));
                both(3 * h + u, dy * tanh * o * (1.0 - o));
                d_memory_before[u] = dm * f;
            }
        }
    }
    let mut d_x = vec![0.0; step.x.len()];
    for j in 0..rows {
        d.b_ih[j] += d_inner[j];
        d.b_hh[j] += d_recurrent[j];
        for (k, x) in step.x.iter().enumerate() {
            d.w_ih[j][k] += d_inner[j] * x;
            d_x[k] += d_inner[j] * layer.w_ih[j][k];
        }
        for (k, d_before) in d_before.iter_mut().enumerate() {
            d.w_hh[j][k] += d_recurrent[j] * step.before[k];
            *d_before += d_recurrent[j] * layer.w_hh[j][k];
        }
    }
    (d_x, d_before, d_memory_before)
}

/// One row of a batch: its inputs `[step][input]`, its state `[layer][output, memory]`, and for scored steps its target.
/// Returns the sum of its losses and how near a rectified unit came to its kink, where the derivative jumps; leaves the state
/// at the end, and adds to the derivatives, each divided by `count`.
fn row(
    net: &Reference,
    inputs: &[Vec<f64>],
    state: &mut [[Vec<f64>; 2]],
    targets: &[Option<usize>],
    count: f64,
    d: &mut Reference,
) -> (f64, f64) {
    let h = net.hidden;
    let mut nearest = f64::INFINITY;
    let mut tape: Vec<Vec<Step>> = Vec::new();
    let mut loss = 0.0;
    let mut d_tops = Vec::new();
    for (x, target) in inputs.iter().zip(targets) {
        let mut x = x.clone();
        let mut steps = Vec::new();
        for (layer, [output, memory]) in net.layers.iter().zip(state.iter_mut()) {
            let step = forward(net.cell, h, layer, x, output.clone(), memory.clone());
            (*output, *memory) = (step.output.clone(), step.memory.clone());
            x = step.output.clone();
            if net.cell == CellKind::ElmanRelu {
                let sums = step.inner.iter().zip(&step.recurrent);
                nearest = sums.map(|(inner, recurrent)| (inner + recurrent).abs()).fold(nearest, f64::min);
            }
            steps.push(step);
        }
        let logits = affine(&net.head, &net.head_bias, &x);
        let mut d_top = vec![0.0; h];
        if let Some(target) = target {
            let max = logits.iter().copied().fold(f64::MIN, f64::max);
            let all: f64 = logits.iter().map(|z| (z - max).exp()).sum();
            loss += all.ln() + max - logits[*target];
            for (class, z) in logits.iter().enumerate() {
                let d_logit = ((z - max).exp() / all - f64::from(class == *target)) / count;
                d.head_bias[class] += d_logit;
                for u in 0..h {
                    d.head[class][u] += d_logit * x[u];
                    d_top[u] += d_logit * net.head[class][u];
                }
            }
        }
        d_tops.push(d_top);
        tape.push(steps);
    }
    let mut carried = vec![[vec![0.0; h], vec![0.0; h]]; net.layers.len()];
    for (steps, d_top) in tape.iter().zip(&d_tops).rev() {
        let mut d_output = d_top.clone();
        for l in (0..net.layers.len()).rev() {
            d_output.iter_mut().zip(&carried[l][0]).for_each(|(d, c)| *d += c);
            let (d_x, d_before, d_memory) =
                backward(net.cell, h, &net.layers[l], &steps[l], &d_output, &carried[l][1], &mut d.layers[l]);
            carried[l] = [d_before, d_memory];
            d_output = d_x;
        }
    }
    (loss, nearest)
}

/// The greatest difference, relative to the largest number of each tensor.
fn difference(a: &Reference, b: &Reference, second_bias: bool) -> f64 {
    let of = |a: &[f64], b: &[f64]| {
        let size = a.iter().fold(1e-3, |size: f64, x| size.max(x.abs()));
        a.iter().zip(b).map(|(a, b)| (a - b).abs() / size).fold(0.0, f64::max)
    };
    let mut worst = of(&a.head.concat(), &b.head.concat()).max(of(&a.head_bias, &b.head_bias));
    for (a, b) in a.layers.iter().zip(&b.layers) {
        worst = worst.max(of(&a.w_ih.concat(), &b.w_ih.concat())).max(of(&a.w_hh.concat(), &b.w_hh.concat()));
        worst = worst.max(of(&a.b_ih, &b.b_ih));
        if second_bias {
            worst = worst.max(of(&a.b_hh, &b.b_hh));
        }
    }
    worst
}

#[derive(Debug, Clone)]
struct Case {
    cell: CellKind,
    sizes: [usize; 6],
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    // On both sides of each number of hidden units, rows and steps from which on it goes another way.
    let hidden = prop::sample::select(&[1, 2, 3, 4, 5, 6, 8, 11, 15, 16, 17, 18, 25, 33][..]);
    let batch = prop::sample::select(&[1, 2, 4, 5, 8, 9, 15, 16, 17, 35][..]);
    let sizes = (prop::sample::select(&[1, 2, 7, 18][..]), hidden, 2..=8_usize, batch, 1..=20_usize, 1..=2_usize);
    (prop::sample::select(CellKind::ALL), sizes, any::<u64>()).prop_map(|(cell, (i, h, c, b, t, l), seed)| Case {
        cell,
        sizes: [i, h, c, b, t, l],
        seed,
    })
}

fn check<T: Scalar>(case: &Case, tolerance: f64) -> Result<(), TestCaseError> {
    let [input, hidden, classes, batch, window, num_layers] = case.sizes;
    let mut rng = ChaCha8Rng::seed_from_u64(case.seed);
    let architecture =
        Architecture::new(case.cell).input_size(input).hidden_size(hidden).num_layers(num_layers).outputs(classes);
    let mut network = Network::<T>::new(architecture).unwrap();
    Init::PyTorch.apply(&mut network, &mut rng).unwrap();
    let mut number = || T::narrow(2.0 * f64::unit_uniform(&mut rng) - 1.0);
    let inputs: Vec<T> = (0..window * batch * input).map(|_| number()).collect();
    let mut state = network.zero_state(batch).unwrap();
    state.as_mut_slice().fill_with(|| if case.cell == CellKind::ElmanRelu { number().abs() } else { number() });
    let targets: Vec<u32> = (0..window * batch).map(|_| rng.next_u32() % classes as u32).collect();
    let scored = (rng.next_u32() as usize % window)..window;

    let mut tape = network.tape(window, batch).unwrap();
    let found_loss = network.loss(&inputs, &targets, scored.clone(), &state, &SoftmaxCrossEntropy, &mut tape).unwrap();
    let mut gradients = network.gradients(window, batch).unwrap();
    let found = network.backward(&tape, &mut gradients).unwrap().to_vec();
    let mut last = state.clone();
    network.copy_state(&tape, window, &mut last).unwrap();

    let net = Reference::of(&network, network.parameters());
    let mut d = net.zeros_like();
    let count = (scored.len() * batch) as f64;
    let memories = usize::from(case.cell == CellKind::Lstm);
    let per_layer = hidden * (1 + memories);
    let (mut loss, mut nearest) = (0.0, f64::INFINITY);
    for b in 0..batch {
        let of_state = |state: &State<T>, l: usize, part: usize| -> Vec<f64> {
            let unit = |u: usize| state.as_slice()[(l * per_layer + part * hidden + u) * batch + b].widen();
            if part > memories { vec![0.0; hidden] } else { (0..hidden).map(unit).collect() }
        };
        let x = |t: usize| (0..input).map(|i| inputs[(t * batch + b) * input + i].widen()).collect();
        let target = |t: usize| scored.contains(&t).then(|| targets[t * batch + b] as usize);
        let mut row_state: Vec<_> = (0..num_layers).map(|l| [0, 1].map(|part| of_state(&state, l, part))).collect();
        let (xs, ts): (Vec<Vec<f64>>, Vec<_>) = (0..window).map(|t| (x(t), target(t))).unzip();
        let (of_row, near) = row(&net, &xs, &mut row_state, &ts, count, &mut d);
        (loss, nearest) = (loss + of_row / count, nearest.min(near));
        for (l, parts) in row_state.iter().enumerate() {
            for (part, expected) in parts.iter().enumerate().take(1 + memories) {
                let off = expected.iter().zip(of_state(&last, l, part)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                prop_assert!(off < tolerance, "state of layer {l}, row {b}: {off:e}");
            }
        }
    }
    prop_assert!((found_loss - loss).abs() < tolerance, "loss {found_loss} for {loss}");
    // So near to a kink it depends on rounding on which side of it a unit is.
    prop_assume!(nearest > tolerance);
    let off = difference(&d, &Reference::of(&network, &found), case.cell.to_string().starts_with(['g', 'l']));
    prop_assert!(off < tolerance, "gradients: {off:e}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn double_precision_is_that_of_plain_loops(case in cases()) {
        check::<f64>(&case, 1e-12)?;
    }

    #[test]
    fn single_precision_is_near_to_plain_loops(case in cases()) {
        check::<f32>(&case, 3e-5)?;
    }
}

/// The parameters after some steps of nets that are large enough to be shared out.
fn trained<T: Scalar>(cell: CellKind, layers: usize, threads: usize) -> Vec<T> {
    let (hidden, batch, window) = (72, 37, 30);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let architecture = Architecture::new(cell).input_size(3).hidden_size(hidden).num_layers(layers).outputs(4);
    let mut network = Network::<T>::new(architecture).unwrap();
    Init::PyTorch.apply(&mut network, &mut rng).unwrap();
    let inputs: Vec<T> = (0..window * batch * 3).map(|_| T::unit_uniform(&mut rng)).collect();
    let targets: Vec<u32> = (0..window * batch).map(|_| rng.next_u32() % 4).collect();
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy).optimizer(Adagrad::default(), 0.05).window(window);
    let mut trainer = trainer.batch(batch).threads(threads).build().unwrap();
    for _ in 0..3 {
        trainer.step(&inputs, &targets).unwrap();
    }
    trainer.network.parameters().iter().chain(trainer.state().as_slice()).copied().collect()
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    for &cell in CellKind::ALL {
        for layers in [1, 2] {
            let alone = trained::<f32>(cell, layers, 1);
            for threads in [2, 3, 7] {
                assert_eq!(trained::<f32>(cell, layers, threads), alone, "{cell}, {threads} threads");
            }
        }
    }
    assert_eq!(trained::<f64>(CellKind::Gru, 2, 5), trained::<f64>(CellKind::Gru, 2, 1));
}
