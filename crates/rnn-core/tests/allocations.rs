//! A training step allocates nothing: counted by the allocator itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn_core::{
    Adagrad, Elman, Network, Optimizer, Scalar, Sgd, SoftmaxCrossEntropy, State, Trainer, Truncation, init,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator can be implemented in no other way")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
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

fn allocations_of_ten_steps<T: Scalar, O: Optimizer<T>>(hidden: usize, make: impl Fn(usize) -> O) -> usize {
    let (batch, truncation) = (5, Truncation::new(15, 10).unwrap());
    let mut network = Network::<T, Elman>::new(Elman::new(1, hidden).unwrap(), 2).unwrap();
    init::unit_uniform(&mut network, &mut ChaCha8Rng::seed_from_u64(0));
    let optimizer = make(network.parameters().len());
    let mut state = State::zeros(&network, batch).unwrap();
    let mut trainer = Trainer::new(network, SoftmaxCrossEntropy, optimizer, truncation, batch).unwrap();
    let inputs = vec![T::one(); 15 * batch];
    let targets = vec![1; 15 * batch];

    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for step in 0..10 {
        let report = trainer.step(&inputs, &targets, truncation.counted(step == 0), &mut state).unwrap();
        assert!(report.loss > 0.0);
    }
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

// One test alone, because a second one's thread would allocate while this one counts.
#[test]
fn a_training_step_allocates_nothing() {
    assert!(ALLOCATIONS.load(Ordering::Relaxed) > 0, "the counting allocator is not in use");
    for hidden in [1, 4, 40] {
        assert_eq!(allocations_of_ten_steps::<f32, _>(hidden, |n| Adagrad::new(0.1, n).unwrap()), 0);
        assert_eq!(allocations_of_ten_steps::<f64, _>(hidden, |_| Sgd::new(0.1).unwrap()), 0);
    }
}
