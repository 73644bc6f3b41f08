//! The program `rnn-train`.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "view")]
    return rnn_train::view::commands::main(std::env::args_os());
    #[cfg(not(feature = "view"))]
    rnn_train::commands::main::<rnn_train::commands::Plain, rnn_train::commands::NoMore>(std::env::args_os())
}
