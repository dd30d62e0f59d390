//! The star: every library crate depends on auth-core and on no sibling. The packages of xtask may
//! depend on all, and no library depends on them; its tests may use `worlds`.

use super::{
    Finding,
    tree::{Dependency, Package, Tree},
};

const CENTRE: &str = "auth-core";

/// The folder of the packages that may depend on all others.
const ROOF: &str = "xtask/";

/// The package of it that tests use.
const FOR_TESTS: &str = "worlds";

/// Finds dependencies between packages of the workspace that the star forbids. Dev-dependencies on
/// siblings are exempt.
pub(super) fn siblings(tree: &Tree) -> Vec<Finding> {
    let is_roof = |package: &Package| package.manifest.starts_with(ROOF);
    let allowed = |Dependency { name, dev }: &Dependency| {
        let other = tree.packages().iter().find(|other| other.name == *name);
        other.is_none_or(|other| name == CENTRE || (*dev && (name == FOR_TESTS || !is_roof(other))))
    };
    let mut findings = Vec::new();
    for package in tree.packages().iter().filter(|own| !is_roof(own)) {
        let dependencies = package.dependencies.iter();
        findings.extend(
            dependencies
                .filter(|d| !allowed(d))
                .map(|Dependency { name, .. }| {
                    let what = format!(
                        "depends on {name}; tests alone may use siblings, and `worlds` of xtask"
                    );
                    Finding::new(&package.manifest, what)
                }),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tidy::found;

    #[test]
    fn crossing_dependencies_are_found() {
        let check = |from: &str, to: &str, kind: Value, allowed: bool| {
            let package = |(name, folder): (&str, &str)| {
                let dependencies = match name == from {
                    true => json!([{ "name": to, "kind": kind }]),
                    false => json!([]),
                };
                let manifest = format!("/ws/{folder}{name}/Cargo.toml");
                json!({ "name": name, "manifest_path": manifest, "dependencies": dependencies })
            };
            let libraries = ["auth-core", "auth-flows", "keystore"].map(|name| (name, ""));
            let of_xtask = ["support", "worlds"].map(|name| (name, "xtask/"));
            let packages: Vec<_> = libraries.into_iter().chain(of_xtask).map(package).collect();
            let metadata = json!({ "workspace_root": "/ws", "packages": packages });
            let tree = Tree::default().with_metadata(&metadata);
            let found = found(siblings, &tree);
            assert_eq!(found.is_empty(), allowed, "{from} -> {to}: {found:?}");
            let place = format!("{from}/Cargo.toml: depends on {to}; ");
            assert!(
                found.iter().all(|found| found.starts_with(&place)),
                "{found:?}"
            );
        };
        check("keystore", "auth-core", Value::Null, true);
        check("keystore", "sha2", Value::Null, true);
        check("keystore", "auth-flows", json!("dev"), true);
        check("auth-core", "keystore", json!("dev"), true);
        check("support", "keystore", Value::Null, true);
        check("worlds", "keystore", Value::Null, true);
        check("keystore", "worlds", json!("dev"), true);
        check("keystore", "auth-flows", Value::Null, false);
        check("keystore", "auth-flows", json!("build"), false);
        check("auth-core", "keystore", Value::Null, false);
        check("keystore", "support", json!("dev"), false);
        check("keystore", "worlds", Value::Null, false);
    }
}
