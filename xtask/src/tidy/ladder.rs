//! The ladder inside each library crate: its folders have one order, and imports run down only.

use super::{
    Finding,
    tree::{File, Tree},
};

/// Where the ladders are drawn: a line for each crate, its top-level modules from the bottom up. Each
/// imports only from those before it. `lib.rs` is above them all.
const DRAWN: &str = "ARCHITECTURE.md";

/// The crates that have a ladder.
const CRATES: [&str; 6] = [
    "auth-core/src/",
    "auth-flows/src/",
    "auth-flows/testkit/src/",
    "keystore/src/",
    "api-inat/src/",
    "api-infoflora/src/",
];

/// Finds imports that run up, names imported from the crate's root instead of their home, and
/// folders that the ladder does not list.
pub(super) fn imports(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sources in CRATES {
        let rungs = rungs(tree, sources);
        let files = tree
            .sources()
            .filter(|file| file.path.starts_with(sources) && !is_test(&file.path));
        for file in files {
            let inside = &file.path[sources.len()..];
            let own = inside.trim_end_matches(".rs").split('/').next();
            let own = own.unwrap_or_default();
            if own == "lib" {
                continue;
            }
            let Some(height) = rungs.iter().position(|rung| *rung == own) else {
                let what = format!("`{own}` has no rung in the ladder of {sources}");
                findings.push(Finding::new(&file.path, what));
                continue;
            };
            for (line, name) in from_root(file, depth(inside)) {
                let what = match rungs.iter().position(|rung| *rung == name) {
                    Some(other) if other <= height => continue,
                    Some(_) => format!("`{own}` is below `{name}` and cannot import from it"),
                    None => format!("import `{name}` from the module it is defined in"),
                };
                findings.push(Finding::at_line(&file.path, line, what));
            }
        }
    }
    findings
}

/// The names in the line of a crate, without what is in parentheses.
fn rungs<'t>(tree: &'t Tree, sources: &str) -> Vec<&'t str> {
    let mut lines = tree.file(DRAWN).into_iter().flat_map(File::lines);
    let line = lines.find_map(|(_, line)| line.strip_prefix(sources));
    let outside = line.unwrap_or_default().split(['(', ')']).step_by(2);
    let names = outside.flat_map(|part| part.split([' ', ',', '·', '←']));
    names.filter(|name| !name.is_empty()).collect()
}

/// How many `super` lead from a module of this file to the root of its crate.
fn depth(inside: &str) -> usize {
    inside.trim_end_matches("/mod.rs").split('/').count()
}

/// Whether the file holds tests. Tests may import from anywhere.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Finds the names after `crate::`, or after as many `super::` as lead to the root, with their
/// lines.
fn from_root(file: &File, depth: usize) -> Vec<(usize, String)> {
    let mut code = String::new();
    let mut starts = Vec::new();
    for (number, line) in file.compiled() {
        starts.push((code.len(), number));
        code.push_str(line.split(" // ").next().unwrap_or_default());
        code.push('\n');
    }
    let line_at = |at: usize| match starts.partition_point(|(start, _)| *start <= at) {
        0 => 1,
        found => starts[found - 1].1,
    };
    let mut names = Vec::new();
    for root in ["crate::".to_owned(), "super::".repeat(depth)] {
        for (at, _) in code.match_indices(&root) {
            let before = code[..at].chars().next_back();
            let is_path = before.is_some_and(|c| c.is_alphanumeric() || "_$:".contains(c));
            if !is_path {
                let found = first_names(&code[at + root.len()..]);
                let found = found
                    .into_iter()
                    .filter(|name| !name.is_empty() && name != "super");
                names.extend(found.map(|name| (line_at(at), name)));
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The first segment of a path, or of each path of a group in braces.
fn first_names(code: &str) -> Vec<String> {
    let segment = |code: &str| -> String {
        let word = |c: &char| c.is_alphanumeric() || *c == '_';
        code.trim_start().chars().take_while(word).collect()
    };
    let Some(group) = code.strip_prefix('{') else {
        return vec![segment(code)];
    };
    let (mut names, mut open, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open > 0 => open -= 1,
            ',' | '}' if open == 0 => {
                names.push(segment(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    const LADDER: &str = "auth-core/src/  time, wipe ← error ← wire ← oauth ← service ← ports   \
        testkit (a feature)\n";

    #[test]
    fn only_downwards() {
        let check = |path: &str, code: &str, expect: &[&str]| {
            let tree = Tree::of(&[(DRAWN, LADDER), (path, code)]);
            assert_eq!(found(imports, &tree), expect, "{path}: {code}");
        };
        let oauth = "auth-core/src/oauth/pkce.rs";
        check(oauth, "use crate::wire::secret::SecretText;\n", &[]);
        check(oauth, "use crate::{error::Error, wire::{a, b}};\n", &[]);
        check(oauth, "use super::client::OAuthClient;\n", &[]);
        check(oauth, "use super::super::wire::url::Endpoint;\n", &[]);
        let up =
            "auth-core/src/oauth/pkce.rs:1: `oauth` is below `service` and cannot import from it";
        check(oauth, "use crate::service::Token;\n", &[up]);
        check(oauth, "use super::super::service::Token;\n", &[up]);
        check(oauth, "fn a(b: &crate::service::Token) {}\n", &[up]);
        check(
            "auth-core/src/wire/mod.rs",
            "//! x\nuse crate::{\n    error::Error,\n    ports::{Step, flow::Event},\n};\nuse super::oauth::Pkce;\n",
            &[
                "auth-core/src/wire/mod.rs:2: `wire` is below `ports` and cannot import from it",
                "auth-core/src/wire/mod.rs:6: `wire` is below `oauth` and cannot import from it",
            ],
        );
        check(
            "auth-core/src/time.rs",
            "use crate::Error;\n",
            &["auth-core/src/time.rs:1: import `Error` from the module it is defined in"],
        );
        check("auth-core/src/testkit.rs", "use crate::ports::Step;\n", &[]);
        for name in ["new", "feature"] {
            let path = format!("auth-core/src/{name}.rs");
            let what = format!("{path}: `{name}` has no rung in the ladder of auth-core/src/");
            check(&path, "//! x\n", &[&what]);
        }
    }

    #[test]
    fn tests_comments_and_the_face_are_free() {
        let check = |path: &str, code: &str| {
            let tree = Tree::of(&[(DRAWN, LADDER), (path, code)]);
            assert_eq!(found(imports, &tree), [""; 0], "{code}");
        };
        check("auth-core/src/lib.rs", "pub use crate::ports::Step;\n");
        check("auth-core/src/wire/tests.rs", "use crate::ports::Step;\n");
        check("auth-core/src/wire/url.rs", "//! See [`crate::Step`].\n");
        check(
            "auth-core/src/wire/url.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::ports::Step;\n}\n",
        );
        check("auth-core/src/wire/url.rs", "macro!($crate::Step);\n");
    }
}
