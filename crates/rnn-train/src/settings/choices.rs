//! The settings that are one of several names, and belong to no list of another crate.

use rnn_core::named;

named! {
    /// The numbers that the net computes in.
    pub enum Dtype {
        F32 = "f32", "32-bit floating point";
        F64 = "f64", "64-bit floating point";
    }
}

named! {
    /// How a class comes in.
    pub enum InputKind {
        Number = "number", "One input: the class as a number";
        OneHot = "one_hot", "One input for each class: 1 for the class itself, 0 for the others";
    }
}

named! {
    /// Which of a window's time steps are scored.
    pub enum Readout {
        EveryStep = "every_step", "Every time step";
        LastStep = "last_step", "Only the last time step";
    }
}

named! {
    /// How the learning rate decreases.
    pub enum ScheduleKind {
        Constant = "constant", "It stays the same";
        Step = "step", "It is multiplied by decay_factor after every decay_steps steps";
        Cosine = "cosine", "It decreases to decay_factor of its size over decay_steps steps, as half a cosine";
    }
}

named! {
    /// What the best weights go by.
    pub enum Monitor {
        Loss = "loss", "The lowest validation loss";
        Accuracy = "accuracy", "The highest validation accuracy, the first one of equals";
    }
}

named! {
    /// How weights come to be those that solve a task.
    pub enum Learning {
        Bptt = "bptt", "Truncated backpropagation through time";
        Guess = "guess", "All weights are drawn at random, again after each batch with sequences that are wrong, until some are right";
    }
}

/// Does some work with the type of these numbers.
macro_rules! with_numbers {
    ($dtype:expr, $number:ident => $work:expr) => {
        match $dtype {
            $crate::settings::choices::Dtype::F32 => {
                type $number = f32;
                $work
            }
            $crate::settings::choices::Dtype::F64 => {
                type $number = f64;
                $work
            }
        }
    };
}

/// Does some work with the type of a net's numbers, and that of the loss of what it answers, which is at hand under a name.
macro_rules! with_net {
    ($settings:expr, $number:ident, $loss:ident => $work:expr) => {
        $crate::settings::choices::with_numbers!($settings.dtype, $number => match $settings.shape().targets {
            echo_data::Kind::Classes(_) => {
                let $loss = $settings.loss;
                $work
            }
            echo_data::Kind::Bits(_) => {
                let $loss = rnn_core::BinaryCrossEntropy;
                $work
            }
            echo_data::Kind::Values(_) => {
                let $loss = rnn_core::SquaredError::<f64>::default();
                $work
            }
        })
    };
}

pub(crate) use {with_net, with_numbers};
