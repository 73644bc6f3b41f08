//! The list of tasks: a line for each.

use super::task::Task;
use std::sync::Arc;

/// Declares the enum of all tasks, each of which is a struct of its settings.
macro_rules! tasks {
    ($($file:ident::$task:ident,)*) => {
        $(pub use super::$file::$task;)*

        /// The task that is asked, whichever one is chosen while a program runs.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs, reason = "each is a struct that says what it is")]
        pub enum AnyTask {
            $($task($task),)*
        }

        impl AnyTask {
            /// All of them, with their defaults.
            #[must_use]
            pub fn all() -> Vec<Self> {
                vec![$(Self::$task($task::default()),)*]
            }

            /// It as what all tasks are.
            #[must_use]
            pub fn task(&self) -> &dyn Task {
                match self {
                    $(Self::$task(task) => task,)*
                }
            }

            /// A copy of it as what all tasks are.
            #[must_use]
            pub fn to_task(&self) -> Arc<dyn Task> {
                match self {
                    $(Self::$task(task) => Arc::new(task.clone()),)*
                }
            }

            /// It as what all tasks are, to be set.
            pub fn task_mut(&mut self) -> &mut dyn Task {
                match self {
                    $(Self::$task(task) => task,)*
                }
            }
        }
    };
}

tasks! {
    echo::Echo,
    adding::Adding,
    copying::Copying,
    reber::Reber,
    modular_counting::ModularCounting,
    memory_capacity::MemoryCapacity,
    two_sequence::TwoSequence,
    noisy_two_sequence::NoisyTwoSequence,
    multiplication::Multiplication,
    temporal_order::TemporalOrder,
    parity::Parity,
    delayed_xor::DelayedXor,
    narma::Narma,
    mackey_glass::MackeyGlass,
    lorenz::Lorenz,
    discrete_postcasting::DiscretePostcasting,
    continuous_postcasting::ContinuousPostcasting,
    simple_copy::SimpleCopy,
    selective_copy::SelectiveCopy,
    sorting::Sorting,
    discrete_adding::DiscreteAdding,
    bracket_matching::BracketMatching,
    associative_recall::AssociativeRecall,
    sines::Sines,
    anbn::AnBn,
    dyck::Dyck,
    n_back::NBack,
    match_to_sample::MatchToSample,
    flip_flop::FlipFlop,
    repeat_copy::RepeatCopy,
    reverse::Reverse,
    next::Next,
    forecast::Forecast,
    episodes::Episodes,
}

/// The tutorial's echo.
impl Default for AnyTask {
    fn default() -> Self {
        Self::Echo(Echo::default())
    }
}
