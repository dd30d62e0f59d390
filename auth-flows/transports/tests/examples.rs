//! Runs the examples as programs, against their own test server.

use worlds::example::example;

#[test]
fn they_read_a_page() {
    let blocking = run("over-attohttpc");
    assert_eq!(blocking.lines().count(), 3, "{blocking}");
    let counting = run("over-reqwest-middleware");
    assert_eq!(counting, format!("{blocking}requests: 1\n"));
}

fn run(name: &str) -> String {
    let output = example(name).arg("--local").output();
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
