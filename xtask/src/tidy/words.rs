//! Words that must not be left in the tree. They are assembled here, so that this file does not
//! contain them.

use super::{
    Finding, has_word,
    tree::{File, Tree},
};

/// Marks of unfinished work and of tests that do not run. Clippy knows the macros.
const LEFT_OVER: [&str; 3] = [
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("#[", "ignore"),
];

/// Home folders: paths of one machine.
const MACHINE: [&str; 3] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];

/// Finds unfinished work and switched-off tests in source files.
pub(super) fn left_over(tree: &Tree) -> Vec<Finding> {
    findings(tree.sources(), &LEFT_OVER, "is left here")
}

/// Finds paths of one machine, in any file.
pub(super) fn machine(tree: &Tree) -> Vec<Finding> {
    findings(tree.files(), &MACHINE, "is a path of one machine")
}

fn findings<'t>(files: impl Iterator<Item = &'t File>, words: &[&str], what: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for (number, line) in file.lines() {
            for word in words.iter().filter(|word| has_word(line, word)) {
                findings.push(Finding::at_line(
                    &file.path,
                    number,
                    format!("`{word}` {what}"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn unfinished_work_is_found() {
        for word in LEFT_OVER {
            let text = format!("//! x\nfn x() {{ {word} }}\nfn y() {{ my{word} }}\n");
            let tree = Tree::of(&[("a/b.rs", &text), ("a/b.md", &text)]);
            let expect = format!("a/b.rs:2: `{word}` is left here");
            assert_eq!(found(left_over, &tree), [expect]);
        }
    }

    #[test]
    fn paths_of_one_machine() {
        for word in MACHINE {
            let text = format!("at https://a.example{word}\nin {word}x\n");
            let tree = Tree::of(&[("README.md", &text)]);
            let expect = format!("README.md:2: `{word}` is a path of one machine");
            assert_eq!(found(machine, &tree), [expect]);
        }
    }
}
