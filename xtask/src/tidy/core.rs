//! Keeps auth-core free of I/O: no file, socket, clock, environment, thread or process. Clippy
//! checks the same.

use super::{Finding, has_word, tree::Tree};

/// What auth-core must not use. `std::net::IpAddr` is a value, so it is allowed.
const BANNED: [&str; 11] = [
    "fs::",
    "File::open",
    "env::",
    "thread::",
    "process::",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "to_socket_addrs",
    "SystemTime::now",
    "Instant::now",
];

const SOURCES: &str = "auth-core/src/";

/// Finds banned words in what auth-core compiles to; its tests are exempt.
pub(super) fn calls(tree: &Tree) -> Vec<Finding> {
    let own = tree.sources().filter(|file| file.path.starts_with(SOURCES));
    let mut findings = Vec::new();
    for file in own.filter(|file| !file.path.ends_with("/tests.rs")) {
        for (number, line) in file.compiled() {
            if let Some(word) = BANNED.iter().find(|word| has_word(line, word)) {
                let what = format!(
                    "`{word}` is banned in auth-core; take the value as an argument or go through a port"
                );
                findings.push(Finding::at_line(&file.path, number, what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_banned_word_is_found() {
        for word in BANNED {
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
}
