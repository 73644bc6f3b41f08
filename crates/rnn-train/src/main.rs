//! The `rnn-train` program; all of it is in the library, so that other programs can run it as a process of their own.

use std::process::ExitCode;

fn main() -> ExitCode {
    rnn_train::commands::cli::main(std::env::args_os())
}
