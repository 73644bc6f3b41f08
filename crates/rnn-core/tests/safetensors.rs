//! Weights as safetensors: there and back, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{Elman, Error, Network, Scalar, init};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

fn network<T: Scalar>() -> Network<T, Elman> {
    let mut network = Network::new(Elman::new(2, 3).unwrap(), 4).unwrap();
    init::unit_uniform(&mut network, &mut ChaCha8Rng::seed_from_u64(1));
    network
}

fn empty<T: Scalar>() -> Network<T, Elman> {
    Network::new(Elman::new(2, 3).unwrap(), 4).unwrap()
}

/// The file of `network()` with its tensors changed.
fn changed(change: impl Fn(&mut Vec<(String, Dtype, Vec<usize>, Vec<u8>)>)) -> Vec<u8> {
    let bytes = network::<f64>().to_safetensors().unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> =
        file.iter().map(|(name, v)| (name.to_owned(), v.dtype(), v.shape().to_vec(), v.data().to_vec())).collect();
    tensors.sort();
    change(&mut tensors);
    let views = tensors.iter().map(|(name, d, s, b)| (name, TensorView::new(*d, s.clone(), b).unwrap()));
    serialize(views, None).unwrap()
}

#[test]
fn names_and_shapes_are_pytorchs() {
    let bytes = network::<f32>().to_safetensors().unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut found: Vec<_> = file.iter().map(|(name, view)| (name, view.shape().to_vec())).collect();
    found.sort();
    let expected: [(&str, &[usize]); 6] = [
        ("head.bias", &[4]),
        ("head.weight", &[4, 3]),
        ("rnn.bias_hh_l0", &[3]),
        ("rnn.bias_ih_l0", &[3]),
        ("rnn.weight_hh_l0", &[3, 3]),
        ("rnn.weight_ih_l0", &[3, 2]),
    ];
    assert_eq!(found, expected.map(|(name, shape)| (name, shape.to_vec())));
    assert!(file.tensor("rnn.bias_hh_l0").unwrap().data().iter().all(|&byte| byte == 0));
}

#[test]
fn there_and_back_is_exact() {
    let single = network::<f32>();
    let mut back = empty::<f32>();
    back.load_safetensors(&single.to_safetensors().unwrap()).unwrap();
    assert_eq!(back.parameters(), single.parameters());
    let mut wide = empty::<f64>();
    wide.load_safetensors(&single.to_safetensors().unwrap()).unwrap();
    assert!(wide.parameters().iter().zip(single.parameters()).all(|(&w, &s)| w == f64::from(s)));
    assert_eq!(single.to_safetensors().unwrap(), back.to_safetensors().unwrap());
}

#[test]
fn the_second_bias_is_added() {
    let mut both = empty::<f64>();
    let with_second = changed(|tensors| {
        let bias = tensors.iter_mut().find(|(name, ..)| name == "rnn.bias_hh_l0").unwrap();
        bias.3 = [1.0_f64, 2.0, 3.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    });
    both.load_safetensors(&with_second).unwrap();
    // Behind W, [2 + 3, 3].
    assert_eq!(both.parameters()[15..18], [1.0, 2.0, 3.0]);
}

#[test]
fn a_bad_file_is_refused_by_tensor_and_changes_nothing() {
    let nan_at_1 = |bytes: &mut Vec<u8>| bytes[8..16].copy_from_slice(&f64::NAN.to_le_bytes());
    let cases: [(Vec<u8>, &str); 7] = [
        (changed(|t| drop(t.remove(1))), "tensor `head.weight` is missing"),
        (
            changed(|t| t[1].0 = "head.wait".into()),
            "tensor `head.wait` is none of this net's, which are `rnn.weight_ih_l0`, `rnn.weight_hh_l0`, \
             `rnn.bias_ih_l0`, `rnn.bias_hh_l0`, `head.weight`, `head.bias`",
        ),
        (changed(|t| t[1].2 = vec![3, 4]), "tensor `head.weight` has shape [3, 4]: it must be [4, 3]"),
        (changed(|t| t[0].1 = Dtype::I64), "tensor `head.bias` holds I64 numbers: it must hold F32 or F64"),
        (
            changed(|t| nan_at_1(&mut t[5].3)),
            "tensor `rnn.weight_ih_l0` holds NaN at position 1: every weight must be finite",
        ),
        (b"\xff\xff\xff\xff\xff\xff\xff\x0f{}".to_vec(), "not a safetensors file: header too large"),
        (b"weights".to_vec(), "not a safetensors file: header too small"),
    ];
    for (bytes, message) in cases {
        let mut loaded = network::<f64>();
        assert_eq!(loaded.load_safetensors(&bytes).unwrap_err().to_string(), message);
        assert_eq!(loaded.parameters(), network::<f64>().parameters());
    }
    // A number that only the narrower type cannot hold.
    let large = changed(|t| t[0].3[..8].copy_from_slice(&1e300_f64.to_le_bytes()));
    assert!(matches!(empty::<f32>().load_safetensors(&large), Err(Error::NotFinite { position: 0, .. })));
    assert_eq!(empty::<f64>().load_safetensors(&large), Ok(()));
}
