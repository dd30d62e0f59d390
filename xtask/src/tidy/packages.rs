//! Limits on how many packages a user builds.

use super::{
    Finding,
    tree::{Build, Tree},
};

/// The most packages each build may have, its own included.
const LIMITS: [(Build, usize); 2] = [(Build::Core, 32), (Build::Blocking, 48)];

pub(super) fn counts(tree: &Tree) -> Vec<Finding> {
    let finding = |(build, limit): (Build, usize)| {
        let count = tree.build(build).len();
        let what = match count {
            0 => "cargo tree listed no packages".to_owned(),
            _ if count > limit => format!("{count} packages, at most {limit} allowed"),
            _ => return None,
        };
        Some(Finding::new(build.packages().join(" + "), what))
    };
    LIMITS.into_iter().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn too_many() {
        let list = |count: usize| -> String { (0..count).map(|n| format!("p{n} v1\n")).collect() };
        let tree = |core, blocking| {
            Tree::default()
                .with_build(Build::Core, &list(core))
                .with_build(Build::Blocking, &list(blocking))
        };
        assert_eq!(found(counts, &tree(32, 48)), [""; 0]);
        assert_eq!(
            found(counts, &tree(33, 49)),
            [
                "auth-core: 33 packages, at most 32 allowed",
                "auth-core + auth-flows + http-ureq: 49 packages, at most 48 allowed",
            ]
        );
        assert_eq!(
            found(counts, &tree(0, 1)),
            ["auth-core: cargo tree listed no packages"]
        );
    }
}
