//! The program `rnn-train`.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "view")]
    return rnn_train::view::commands::main(std::env::args_os());
    #[cfg(not(feature = "view"))]
    {
        use rnn_train::commands::{NoMore, Plain};
        rnn_train::commands::main::<Plain, Plain, NoMore>(std::env::args_os())
    }
}
