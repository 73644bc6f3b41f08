//! Tasks: what a net is asked, a file a task.
//!
//! A [`Task`] says what its data look like, draws them from a seed, and knows how well its targets can be predicted and
//! what all of that is called. Whoever trains a net, writes files or draws pictures asks the task, and knows nothing of the echo. A new
//! task is a file, its `mod` here, and a line in the list ([`AnyTask`]).

mod adding;
mod ahead;
mod alphabet;
mod anbn;
mod any_task;
mod associative_recall;
mod bracket_matching;
#[cfg(test)]
mod brute_force;
mod classes;
mod continuous_postcasting;
mod copying;
mod criterion;
mod delayed_xor;
mod discrete_adding;
mod discrete_postcasting;
mod dyck;
mod echo;
mod episode_arrays;
mod episode_part;
mod episode_table;
mod episodes;
mod flip_flop;
mod floor;
mod forecast;
mod forecast_rows;
mod lengths;
mod lorenz;
mod mackey_glass;
mod marked_pairs;
mod match_to_sample;
mod memory_capacity;
mod modular_counting;
mod multiplication;
mod n_back;
mod names;
mod narma;
mod next;
mod noisy_two_sequence;
mod one_hot;
mod own_data;
mod parity;
mod reber;
mod recorded;
mod repeat_copy;
mod reverse;
mod rules;
mod selective_copy;
mod series_rows;
mod setting;
mod simple_copy;
mod sines;
mod sorting;
mod symbol_series;
#[allow(clippy::module_inception, reason = "the room's idea is in the file of its name")]
mod task;
mod temporal_order;
mod two_sequence;

pub use any_task::*;
pub use classes::Classes;
pub use criterion::{Criterion, Right};
pub use floor::Floor;
pub use own_data::{Baseline, Dataset, InFile, Shares, Source};
pub use recorded::Recorded;
pub use rules::{RULES, by_rules};
pub use setting::{TaskSetting, TaskValue};
pub use task::{Certainty, Form, OwnData, Scale, Split, Symbols, Task, Words};
