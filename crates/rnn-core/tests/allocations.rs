//! A step of training or of inference allocates nothing: counted by the allocator itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rnn_core::rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Adagrad, Adam, Architecture, CellKind, Clip, Ensemble, Init, Member, Method, Named, Network, Scalar,
    SoftmaxCrossEntropy, Trainer, Truncation, accuracy,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    /// Those of this thread: the one that waits for the test's end allocates too, whenever it likes.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn allocations() -> usize {
    ALLOCATIONS.with(Cell::get)
}

#[allow(unsafe_code, reason = "an allocator can be implemented in no other way")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that ends has no such cell any more, and counts nothing.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps `alloc`'s contract, which is the system's too.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above; the pointer came from `alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations_of_ten_steps<T: Scalar>(architecture: Architecture, method: Method) -> usize {
    let batch = 5;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut network = Network::<T>::new(architecture).unwrap();
    Init::PyTorch.apply(&mut network, &mut rng).unwrap();
    let mut streamed = network.zero_state(batch).unwrap();
    let mut tape = network.tape(1, batch).unwrap();
    let other = network.clone();
    let mut stream = other.stream().unwrap();
    let trainer = Trainer::builder(network, SoftmaxCrossEntropy)
        .optimizer(method, 0.01)
        .clip(Clip { value: Some(1.0), norm: Some(0.1) })
        .truncation(Truncation::new(15, 10).unwrap())
        .batch(batch)
        .generator(rng);
    let mut trainer = trainer.build().unwrap();
    let mut carried = trainer.state().clone();
    let inputs = vec![T::one(); 15 * batch];
    let targets = vec![1; 15 * batch];

    let before = allocations();
    for _ in 0..10 {
        let report = trainer.step(&inputs, &targets).unwrap();
        assert!(report.loss.is_finite());
        trainer.step_with(&inputs, &targets, &mut carried).unwrap();
        let outputs = trainer.scored_outputs();
        assert!(accuracy(&outputs, &targets[..outputs.nrows()]).is_ok());
        assert_eq!(stream.push(&inputs[..1]).unwrap().len(), 2);
        let outputs = trainer.network.step(&inputs[..batch], &mut streamed, &mut tape).unwrap();
        assert_eq!(outputs.len(), 2 * batch);
    }
    allocations() - before
}

/// The first step of an ensemble may; so many nets make some of their steps in lanes and some alone.
#[test]
fn a_step_of_an_ensemble_allocates_nothing() {
    for (&cell, hidden) in CellKind::ALL.iter().zip([1, 4, 5, 12]) {
        let (architecture, truncation) =
            (Architecture::new(cell).hidden_size(hidden).outputs(2), Truncation::new(6, 6).unwrap());
        let trainer = |seed| {
            let network =
                Network::<f32>::drawn(architecture.clone(), Init::PyTorch, &mut ChaCha8Rng::seed_from_u64(seed));
            let trainer = Trainer::builder(network.unwrap(), SoftmaxCrossEntropy).optimizer(Adagrad::default(), 0.01);
            trainer.truncation(truncation).batch(2).build().unwrap()
        };
        let mut trainers: Vec<_> = (0..17).map(trainer).collect();
        let mut ensemble = Ensemble::new(architecture.clone(), truncation, 2).unwrap();
        let (inputs, targets) = ([1.0; 12], [1; 12]);
        let of_trainer = |trainer| Member { trainer, inputs: &inputs, targets: (&targets).into() };
        let mut members: Vec<_> = trainers.iter_mut().map(of_trainer).collect();
        ensemble.step(&mut members);
        let before = allocations();
        for _ in 0..10 {
            assert!(ensemble.step(&mut members).iter().all(Result::is_ok));
        }
        assert_eq!(allocations() - before, 0, "{cell}");
    }
}

#[test]
fn a_step_of_training_or_of_inference_allocates_nothing() {
    assert!(allocations() > 0, "the counting allocator is not in use");
    for &cell in CellKind::ALL {
        for hidden in [1, 4, 40] {
            let one = Architecture::new(cell).hidden_size(hidden).outputs(2);
            let stacked = one.clone().num_layers(2).layer(CellKind::Gru, 5).dropout(0.2);
            assert_eq!(allocations_of_ten_steps::<f32>(one, Method::Adagrad(Adagrad::default())), 0);
            assert_eq!(allocations_of_ten_steps::<f64>(stacked, Method::Adam(Adam::default())), 0);
        }
    }
}
