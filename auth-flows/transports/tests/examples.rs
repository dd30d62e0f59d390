//! Runs the examples as programs, against their own test server.

use std::{path::PathBuf, process::Command};

#[test]
fn they_read_a_page() {
    let blocking = run("over-attohttpc");
    assert_eq!(blocking.lines().count(), 3, "{blocking}");
    let counting = run("over-reqwest-middleware");
    assert_eq!(counting, format!("{blocking}requests: 1\n"));
}

fn run(name: &str) -> String {
    let output = Command::new(example(name)).arg("--local").output();
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Returns the path of an example, where `cargo test` builds it.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    let path = path
        .join("examples")
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    let built = path.exists();
    assert!(
        built,
        "run `cargo test -p foreign-transports`, which builds {name}"
    );
    path
}
