//! The program as it is called.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;

#[test]
fn it_says_how_many_inputs_were_read() {
    let fuzz = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_fuzz")).args(arguments).output().unwrap();
    let read = fuzz(&["series", "weights", "--inputs=500", "--from=1000"]);
    let said = String::from_utf8(read.stdout).unwrap();
    assert!(read.status.success() && said.matches("500 inputs of seed 0").count() == 2, "{said}");
    let unknown = fuzz(&["serie"]);
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8(unknown.stdout).unwrap();
    assert!(
        said.contains("the targets are settings, series, texts, tables, arrays, weights, states, checkpoints"),
        "{said}"
    );
}
