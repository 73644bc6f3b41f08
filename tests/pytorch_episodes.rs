//! `rnn-core` against PyTorch on episodes of different lengths: several real inputs and outputs, masks, shuffled batches, and the
//! best epoch's weights put back. `tests/fixtures/make_episodes.py` made the numbers; the PyTorch lines stand there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::{
    Adam, Architecture, CellKind, Loss, Network, SoftmaxCrossEntropy, SquaredError, Targets, Trainer, Truncation,
};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::BTreeMap;
use std::path::Path;

const TOLERANCE: f64 = 1e-10;
/// Episodes, those of them that are trained, and the longest one's steps.
const N: usize = 11;
const TRAIN: usize = 8;
const T: usize = 9;
/// Inputs, hidden units, outputs.
const I: usize = 3;
const H: usize = 5;
const C: usize = 4;
/// Episodes in a batch.
const BATCH: usize = 3;
const EPOCHS: usize = 6;

/// Tensors by name, the last index varying fastest.
type Tensors = BTreeMap<String, (Vec<usize>, Vec<f64>)>;

fn read(cell: CellKind) -> Tensors {
    let name = format!("../../tests/fixtures/pytorch/episodes_{cell}.safetensors");
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |view: &TensorView<'_>| match view.dtype() {
        Dtype::F64 => view.data().chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect(),
        _ => view.data().chunks(4).map(|b| f64::from(i32::from_le_bytes(b.try_into().unwrap()))).collect(),
    };
    file.iter().map(|(name, view)| (name.to_owned(), (view.shape().to_vec(), numbers(&view)))).collect()
}

/// The net of the tensors with this prefix.
fn network(cell: CellKind, tensors: &Tensors, prefix: &str) -> Network<f64> {
    let own = tensors.iter().filter_map(|(name, (shape, values))| {
        let name = name.strip_prefix(prefix).filter(|name| name.starts_with("rnn.") || name.starts_with("head."))?;
        Some((name, shape, values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>()))
    });
    let own: Vec<_> = own.collect();
    let views = own.iter().map(|(name, s, b)| (*name, TensorView::new(Dtype::F64, s.to_vec(), b).unwrap()));
    let architecture = Architecture::new(cell).hidden_size(H).input_size(I).outputs(C);
    let mut network = Network::new(architecture).unwrap();
    network.load_safetensors(&serialize(views, None).unwrap()).unwrap();
    network
}

/// Episodes side by side, `[step, row, …]`: inputs, targets of so many a step, and which steps are scored.
fn batch<V: Copy + Default>(
    tensors: &Tensors,
    of: &[usize],
    targets: &[V],
    columns: usize,
) -> (Vec<f64>, Vec<V>, Vec<bool>) {
    let (input, scored) = (&tensors["input"].1, &tensors["scored"].1);
    // A batch of fewer episodes leaves rows empty, which are not scored.
    let (mut inputs, mut of_rows) = (vec![0.0; T * BATCH * I], vec![V::default(); T * BATCH * columns]);
    let mut mask = vec![false; T * BATCH];
    for (row, &episode) in of.iter().enumerate() {
        for step in 0..T {
            let (to, from) = (step * BATCH + row, episode * T + step);
            inputs[to * I..][..I].copy_from_slice(&input[from * I..][..I]);
            of_rows[to * columns..][..columns].copy_from_slice(&targets[from * columns..][..columns]);
            mask[to] = scored[from] == 1.0;
        }
    }
    (inputs, of_rows, mask)
}

fn compare(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() < TOLERANCE, "{what}: {found}, PyTorch has {expected}");
}

fn check<L: Loss<f64> + Copy>(cell: CellKind, name: &str, loss: L, tensors: &Tensors, targets: &[L::Target])
where
    L::Target: Default,
{
    let what = |detail: &str| format!("{cell}, {name}, {detail}");
    let columns = loss.targets(C);
    let values = |key: &str| &tensors[&format!("{name}.{key}")].1;
    let trainer = Trainer::builder(network(cell, tensors, "initial."), loss).optimizer(Adam::default(), 0.05);
    let mut trainer = trainer.window(T).batch(BATCH).build().unwrap();
    let mut best: Option<(f64, Vec<f64>)> = None;
    let mut losses = values("losses").iter();
    for epoch in 0..EPOCHS {
        let order = tensors["order"].1[epoch * TRAIN..][..TRAIN].iter().map(|&episode| episode as usize);
        for of in order.collect::<Vec<_>>().chunks(BATCH) {
            let (inputs, of_rows, mask) = batch(tensors, of, targets, columns);
            trainer.begin_series();
            let report = trainer.step(&inputs, Targets::masked(&of_rows, &mask)).unwrap();
            compare(&what(&format!("epoch {epoch}")), report.loss, *losses.next().unwrap());
        }
        let of: Vec<_> = (TRAIN..N).collect();
        let (inputs, of_rows, mask) = batch(tensors, &of, targets, columns);
        let zero = trainer.network.zero_state(BATCH).unwrap();
        let valid = trainer.loss(&inputs, Targets::masked(&of_rows, &mask), 0..T, &zero).unwrap();
        compare(&what("validation"), valid, values("valid")[epoch]);
        if best.as_ref().is_none_or(|(least, _)| valid < *least) {
            best = Some((valid, trainer.network.parameters().to_vec()));
        }
    }
    let expected = network(cell, tensors, &format!("{name}."));
    for (found, expected) in best.unwrap().1.iter().zip(expected.parameters()) {
        compare(&what("the best weights"), *found, *expected);
    }
}

#[test]
fn training_on_episodes_of_different_lengths_is_pytorchs() {
    for cell in [CellKind::Elman, CellKind::Gru, CellKind::Lstm] {
        let tensors = read(cell);
        // PyTorch's mark of a step that is not scored is no class: it must not be looked at.
        let classes: Vec<u32> = tensors["classes"].1.iter().map(|&class| class as i32 as u32).collect();
        check(cell, "cross_entropy", SoftmaxCrossEntropy, &tensors, &classes);
        check(cell, "squared_error", SquaredError::<f64>::default(), &tensors, &tensors["numbers"].1);
    }
}

/// Windows shorter than an episode: the scores are those of the whole one, and a window in which nothing is scored changes no
/// parameter and carries the state on.
#[test]
fn windows_within_an_episode_carry_the_state() {
    let tensors = read(CellKind::Gru);
    let of: Vec<_> = (TRAIN..N).collect();
    let (inputs, targets, mut mask) = batch(&tensors, &of, &tensors["numbers"].1, C);
    mask[..3 * BATCH].fill(false);
    let initial = network(CellKind::Gru, &tensors, "initial.");
    let mut trainer =
        Trainer::builder(initial.clone(), SquaredError::<f64>::default()).truncation(Truncation::new(3, 3).unwrap());
    trainer = trainer.batch(BATCH);
    let mut trainer = trainer.build().unwrap();
    let (mut sum, mut scored) = (0.0, 0);
    for window in 0..3 {
        let rows = window * 3 * BATCH..(window + 1) * 3 * BATCH;
        let all = Targets::masked(&targets[rows.start * C..rows.end * C], &mask[rows.clone()]);
        let inputs = &inputs[rows.start * I..rows.end * I];
        let state = trainer.state().clone();
        let loss = trainer.loss(inputs, all, 0..3, &state).unwrap();
        sum += loss * all.scored() as f64;
        scored += all.scored();
        if window == 0 {
            let report = trainer.step(inputs, all).unwrap();
            assert_eq!((report.loss, report.gradient_norm, trainer.steps()), (0.0, 0.0, 0));
            assert_eq!(trainer.network.parameters(), initial.parameters());
        } else {
            let mut tape = initial.tape(3, BATCH).unwrap();
            initial.forward(inputs, &state, &mut tape).unwrap();
            initial.copy_state(&tape, 3, trainer.state_mut()).unwrap();
        }
        assert!(!trainer.state().is_at_start());
    }
    let mut tape = initial.tape(T, BATCH).unwrap();
    let zero = initial.zero_state(BATCH).unwrap();
    let loss = SquaredError::<f64>::default();
    let whole = initial.loss(&inputs, Targets::masked(&targets, &mask), 0..T, &zero, &loss, &mut tape).unwrap();
    assert!((sum / scored as f64 - whole).abs() < 1e-14, "{} {whole}", sum / scored as f64);
}
