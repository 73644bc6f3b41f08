//! Every public type can be sent to another thread and be shared between threads. The compiler is the test.

use rnn_core::{
    Architecture, BinaryCrossEntropy, CellKind, Clip, Decay, Error, Gradients, Init, Method, Network, Optimizer, Place,
    Report, Role, Scalar, Schedule, SoftmaxCrossEntropy, SquaredError, State, Stored, Stream, Tape, Tensor, Trainer,
    TrainerBuilder, Truncation,
};

const fn check<T: Send + Sync + 'static>() {}

const fn check_of_numbers<T: Scalar>() {
    check::<T>();
    check::<Gradients<T>>();
    check::<Network<T>>();
    check::<Optimizer<T>>();
    check::<SquaredError<T>>();
    check::<BinaryCrossEntropy>();
    check::<State<T>>();
    check::<Stream<'static, T>>();
    check::<Tape<T>>();
    check::<TrainerBuilder<T, SoftmaxCrossEntropy>>();
    check::<Trainer<T, SoftmaxCrossEntropy>>();
    check::<Trainer<T, SquaredError<T>>>();
}

const _: () = {
    check_of_numbers::<f32>();
    check_of_numbers::<f64>();
    check::<Architecture>();
    check::<CellKind>();
    check::<Clip>();
    check::<Decay>();
    check::<Error>();
    check::<Init>();
    check::<Method>();
    check::<Place>();
    check::<Report>();
    check::<Role>();
    check::<Schedule>();
    check::<SoftmaxCrossEntropy>();
    check::<Stored>();
    check::<Tensor>();
    check::<Truncation>();
};
