//! Keeps auth-core free of I/O: no file, socket, clock, environment, thread or process. Clippy
//! checks the same.

use super::{Finding, has_word, tree::Tree};

/// Each word that auth-core must not use, and the path that its `clippy.toml` has to ban for it.
/// `std::net::IpAddr` is a value, so it is allowed.
const BANNED: [(&str, &str); 12] = [
    ("fs::", "std::fs::read"),
    ("File::open", "std::fs::File"),
    ("env::", "std::env::var"),
    ("thread::", "std::thread::sleep"),
    ("thread::spawn", "std::thread::spawn"),
    ("process::", "std::process::Command"),
    ("TcpStream", "std::net::TcpStream"),
    ("TcpListener", "std::net::TcpListener"),
    ("UdpSocket", "std::net::UdpSocket"),
    (
        "to_socket_addrs",
        "std::net::ToSocketAddrs::to_socket_addrs",
    ),
    ("SystemTime::now", "std::time::SystemTime::now"),
    ("Instant::now", "std::time::Instant::now"),
];

const SOURCES: &str = "auth-core/src/";
const BANS: &str = "auth-core/clippy.toml";

/// Finds banned words in what auth-core compiles to; its tests are exempt.
pub(super) fn calls(tree: &Tree) -> Vec<Finding> {
    let own = tree.sources().filter(|file| file.path.starts_with(SOURCES));
    let mut findings = Vec::new();
    for file in own.filter(|file| !file.path.ends_with("/tests.rs")) {
        for (number, line) in file.compiled() {
            let found = BANNED.iter().find(|(word, _)| has_word(line, word));
            if let Some((word, _)) = found {
                let what = format!(
                    "`{word}` is banned in auth-core; take the value as an argument or go through a port"
                );
                findings.push(Finding::at_line(&file.path, number, what));
            }
        }
    }
    findings
}

/// Checks that auth-core has a `clippy.toml` of its own that bans each path. Clippy reads only the
/// nearest one.
pub(super) fn bans(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(BANS) else {
        return vec![Finding::new(BANS, "this file is missing")];
    };
    let has = |path: &str| {
        file.lines()
            .any(|(_, line)| !line.trim().starts_with('#') && line.contains(&format!("\"{path}\"")))
    };
    let missing = BANNED.iter().filter(|(_, path)| !has(path));
    missing
        .map(|(_, path)| Finding::new(BANS, format!("`{path}` is not banned")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn each_banned_word_is_found() {
        for (word, _) in BANNED {
            let check = |path: &str, text: &str, line: Option<usize>| {
                let tree = Tree::of(&[(path, text)]);
                let places: Vec<_> = calls(&tree).iter().map(|f| f.place.clone()).collect();
                let expect: Vec<_> = line.iter().map(|n| format!("{path}:{n}")).collect();
                assert_eq!(places, expect, "{text}");
            };
            let used = format!("//! x\nfn x() {{\n    std::{word}();\n}}\n");
            let tested =
                format!("//! x\n#[cfg(test)]\nmod tests {{\n    fn x() {{ {word}() }}\n}}\n");
            check("auth-core/src/a/b.rs", &used, Some(3));
            check("auth-core/src/a/tests.rs", &used, None);
            check("keystore/src/a.rs", &used, None);
            check(
                "auth-core/src/a.rs",
                &used.replace("    std", "    // std"),
                None,
            );
            check("auth-core/src/a.rs", &used.replace("std::", "my_"), None);
            check("auth-core/src/a.rs", &tested, None);
            check(
                "auth-core/src/a.rs",
                &format!("{tested}fn x() {{ {word}() }}\n"),
                Some(6),
            );
            check(
                "auth-core/src/a.rs",
                &format!("//! x\n#[cfg(test)]\nmod tests;\nfn x() {{ {word}() }}\n"),
                Some(4),
            );
        }
    }

    #[test]
    fn each_ban_is_missed() {
        let all: String = BANNED
            .iter()
            .map(|(_, path)| format!("\"{path}\",\n"))
            .collect();
        assert_eq!(found(bans, &Tree::of(&[(BANS, &all)])), [""; 0]);
        for (_, path) in BANNED {
            let without = all.replace(&format!("\"{path}\""), &format!("# \"{path}\""));
            let expect = format!("{BANS}: `{path}` is not banned");
            assert_eq!(found(bans, &Tree::of(&[(BANS, &without)])), [expect]);
        }
        let missing = format!("{BANS}: this file is missing");
        assert_eq!(found(bans, &Tree::default()), [missing]);
    }
}
