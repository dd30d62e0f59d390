//! Runs every flow and every reader of a secret, and looks at all memory that they free.

mod flows;
mod scripted;
mod values;

use wiped::{Watching, found, unwatched};

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// One test, since all threads share the allocator.
#[test]
fn no_secret_is_left_in_freed_memory() {
    it_finds_what_is_left();
    let mut left = Vec::new();
    for (name, run) in values::CASES.iter().chain(flows::CASES) {
        run();
        unwatched(|| {
            let blocks = found().into_iter();
            left.extend(blocks.map(|block| format!("{name}: {block}")));
        });
    }
    unwatched(|| {
        let (count, list) = (left.len(), left.join("\n"));
        assert!(left.is_empty(), "{count} blocks:\n{list}");
        drop(left);
    });
}

/// The allocator itself: what is not wiped is found, wherever it is in a block and in base64, also
/// when a text grows.
fn it_finds_what_is_left() {
    let check = |expect: usize, run: &dyn Fn()| {
        run();
        unwatched(|| {
            let blocks = found();
            assert_eq!(blocks.len(), expect, "{blocks:?}");
        });
    };
    check(1, &|| drop(wiped::MARK.to_owned()));
    check(1, &|| drop(format!("{:200}{}", "", wiped::MARK)));
    for before in ["Basic ", "Basic eE", "Basic eHl"] {
        // base64 of the mark after nothing, one and two bytes
        let encoded = match before.len() {
            6 => "TWs5WnFXN3hU",
            8 => "1rOVpxVzd4VA==",
            _ => "NazlacVc3eFQ=",
        };
        check(1, &|| drop(format!("{before}{encoded}").into_boxed_str()));
    }
    check(2, &|| {
        let mut text = String::with_capacity(16);
        text.push_str(wiped::MARK);
        text.push_str(&"x".repeat(100));
    });
    check(0, &|| drop(auth_core::SecretText::from(wiped::MARK)));
    check(0, &|| unwatched(|| drop(wiped::MARK.to_owned())));
    let elsewhere = || {
        std::thread::spawn(|| drop(wiped::MARK.to_owned()))
            .join()
            .expect("no panic");
    };
    check(1, &elsewhere);
}
